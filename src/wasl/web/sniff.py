"""What a file is by its own first bytes; what the browser or its name says is not believed."""

from dataclasses import dataclass

from wasl.domain.message import MediaRole

SNIFF_BYTES = 4_096


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of file that is taken."""

    media_type: str
    role: MediaRole


_MAGIC: tuple[tuple[int, bytes, Kind], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", Kind("image/png", "photo")),
    (0, b"\xff\xd8\xff", Kind("image/jpeg", "photo")),
    (0, b"GIF87a", Kind("image/gif", "photo")),
    (0, b"GIF89a", Kind("image/gif", "photo")),
    (8, b"WEBP", Kind("image/webp", "photo")),
    (8, b"WAVE", Kind("audio/wav", "audio")),
    (0, b"%PDF-", Kind("application/pdf", "document")),
    (0, b"OggS", Kind("audio/ogg", "audio")),
    (0, b"ID3", Kind("audio/mpeg", "audio")),
    (0, b"\xff\xfb", Kind("audio/mpeg", "audio")),
    (0, b"\xff\xf3", Kind("audio/mpeg", "audio")),
    (4, b"ftypM4A", Kind("audio/mp4", "audio")),
    (4, b"ftypqt", Kind("video/quicktime", "video")),
    (4, b"ftyp", Kind("video/mp4", "video")),
    (0, b"\x1aE\xdf\xa3", Kind("video/webm", "video")),
)
_OFFICE = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".zip": "application/zip",
}
_CONTROLS = frozenset(range(32)) - frozenset(b"\t\n\r\f")
_WRITTEN = {".csv": "text/csv", ".md": "text/markdown"}
SHOWN_INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""Types that may be shown in a page: browsers run nothing in them."""


def sniff(head: bytes, *, name: str = "") -> Kind | None:
    """Names the kind of a file from its first `SNIFF_BYTES` bytes, or None for one that is not taken.

    The name only tells apart what looks the same inside: the office formats, which are all zip, and kinds of plain text.
    """
    for offset, magic, kind in _MAGIC:
        if head.startswith(magic, offset):
            if magic == b"WEBP" or magic == b"WAVE":
                return kind if head.startswith(b"RIFF") else None
            return kind
    suffix = f".{name.rpartition('.')[2].lower()}"
    if head.startswith(b"PK\x03\x04"):
        return Kind(_OFFICE[suffix], "document") if suffix in _OFFICE else None
    if _is_text(head):
        return Kind(_WRITTEN.get(suffix, "text/plain"), "document")
    return None


def _is_text(head: bytes) -> bool:
    if not head or not _CONTROLS.isdisjoint(head):
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start >= len(head) - 3 and len(head) >= SNIFF_BYTES - 3  # a letter cut by the end of the head
    return True
