from wasl.web.console import preview


def test_a_preview_shows_words_and_no_marks() -> None:
    assert preview("> **الكيك والتورتات**\n>\n> - كيكة الشوكولاتة: ٤٠\n\n— *اقتباس*") == "الكيك والتورتات كيكة الشوكولاتة: ٤٠ — اقتباس"
    assert preview("a < b\n\n* one\n* two") == "a < b one two"
    assert preview("") == ""
