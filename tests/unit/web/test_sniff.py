import pytest

from wasl.web.sniff import SNIFF_BYTES, sniff


@pytest.mark.parametrize(
    ("head", "name", "media_type", "role"),
    [
        (b"\x89PNG\r\n\x1a\n....", "a.html", "image/png", "photo"),
        (b"\xff\xd8\xff\xe0", "", "image/jpeg", "photo"),
        (b"GIF89a", "", "image/gif", "photo"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "", "image/webp", "photo"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "", "audio/wav", "audio"),
        (b"%PDF-1.7", "", "application/pdf", "document"),
        (b"OggS\x00", "", "audio/ogg", "audio"),
        (b"ID3\x03", "", "audio/mpeg", "audio"),
        (b"\x00\x00\x00\x18ftypmp42", "", "video/mp4", "video"),
        (b"\x00\x00\x00\x18ftypM4A ", "", "audio/mp4", "audio"),
        (b"\x1aE\xdf\xa3", "", "video/webm", "video"),
        (b"PK\x03\x04", "a.DOCX", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "document"),
        ("نص عربي".encode(), "a.txt", "text/plain", "document"),
        (b"a,b\n1,2", "a.csv", "text/csv", "document"),
        (b"<html><script>", "a.html", "text/plain", "document"),
    ],
)
def test_a_kind_is_read_from_the_bytes(head: bytes, name: str, media_type: str, role: str) -> None:
    kind = sniff(head, name=name)
    assert kind is not None
    assert (kind.media_type, kind.role) == (media_type, role)


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"", "a.txt"),
        (b"MZ\x90\x00", "a.png"),
        (b"\x7fELF\x02", "a.pdf"),
        (b"PK\x03\x04", "a.apk"),
        (b"XXXX....WEBP", "a.webp"),
        (b"\xff\xfe\x00a", "a.txt"),
    ],
)
def test_what_is_not_known_is_not_taken(head: bytes, name: str) -> None:
    assert sniff(head, name=name) is None


def test_a_letter_cut_by_the_end_of_the_head_is_still_text() -> None:
    assert sniff(("x" * (SNIFF_BYTES - 1) + "ع").encode()[:SNIFF_BYTES], name="a.txt") is not None
