"""What a file is, by its media type or its name, where an export does not say it in a word of its own."""

from typing import Final

from wasl.domain.archive import FileRole

_BY_ENDING: Final[dict[str, FileRole]] = {
    **dict.fromkeys(("jpg", "jpeg", "png", "webp", "heic", "heif", "bmp", "avif", "tif", "tiff"), "photo"),
    "gif": "gif",
    **dict.fromkeys(("mp4", "mov", "webm", "mkv", "avi", "3gp", "m4v"), "video"),
    **dict.fromkeys(("ogg", "oga", "opus"), "voice"),
    **dict.fromkeys(("mp3", "m4a", "wav", "flac", "aac", "amr"), "audio"),
}
_BY_TYPE: Final[dict[str, FileRole]] = {"image": "photo", "video": "video", "audio": "audio"}


def role_of(*, name: str | None = None, media_type: str | None = None) -> FileRole:
    """Gives the role by the media type where there is one, else by the name's ending; a document where neither tells."""
    if media_type == "image/gif":
        return "gif"
    by_type = _BY_TYPE.get((media_type or "").partition("/")[0])
    if by_type is not None:
        return by_type
    ending = (name or "").partition("?")[0].rpartition(".")[2].lower()
    return _BY_ENDING.get(ending, "document")
