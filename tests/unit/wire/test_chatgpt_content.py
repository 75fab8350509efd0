"""Assets of a ChatGPT export are known by the id in their pointer, in the older form and in the newer one."""

from wasl.wire.chatgpt_content import asset_id


def test_the_id_is_that_of_the_pointer_and_not_the_name_of_the_service() -> None:
    assert asset_id("file-service://file-AbC123") == "file-AbC123"
    assert asset_id("sediment://file_00ab") == "file_00ab"
    assert asset_id("file-AbC123-cat.png") == "file-AbC123"
    assert asset_id("dalle-generations") is None
