"""Names of files that leave beside a page: by their digest, with an ending that opens them and never runs them."""

import re
from typing import Final

from wasl.domain.archive import File

_ENDINGS: Final = {
    "image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp", "image/avif": "avif", "image/heic": "heic",
    "video/mp4": "mp4", "video/webm": "webm", "video/quicktime": "mov", "video/3gpp": "3gp",
    "audio/ogg": "ogg", "audio/opus": "opus", "audio/mpeg": "mp3", "audio/mp4": "m4a", "audio/aac": "aac", "audio/wav": "wav",
    "audio/webm": "weba", "application/pdf": "pdf", "text/plain": "txt", "text/vcard": "vcf", "text/csv": "csv",
}  # fmt: skip
_ACTIVE: Final = frozenset(
    ("htm", "html", "xhtml", "xht", "shtml", "mht", "mhtml", "svg", "svgz", "xml", "xsl", "xslt", "js", "mjs", "hta", "swf", "exe", "com",
     "bat", "cmd", "scr", "ps1", "sh", "vbs", "jar", "lnk", "url", "desktop", "msi", "app")
)  # fmt: skip
"""Endings that an opened file could act by; such a file is called .txt."""
_ENDING: Final = re.compile(r"\.([A-Za-z0-9]{1,8})\Z")
IMAGES: Final = frozenset({"png", "jpg", "jpeg", "gif", "webp", "avif"})
FILMS: Final = frozenset({"mp4", "webm", "mov"})
SOUNDS: Final = frozenset({"ogg", "opus", "mp3", "m4a", "aac", "wav", "weba"})


def ending_of(file: File) -> str:
    """Gives the ending by the media type, else by the name; never one that could run."""
    kind = (file.media_type or "").partition(";")[0].strip().lower()
    if kind in _ENDINGS:
        return _ENDINGS[kind]
    match = _ENDING.search(file.name or file.member or "")
    if match is None:
        return "bin"
    ending = match[1].lower()
    return "txt" if ending in _ACTIVE else ending


def media_path(file: File) -> str:
    """Gives the path of a held file, beside the pages: media/ab/<sha256>.<ending>."""
    return f"media/{(file.sha256 or '')[:2]}/{file.sha256}.{ending_of(file)}"


def safe_name(text: str, *, otherwise: str) -> str:
    """Makes a text into a file name: letters and digits of any script, dashes between; never a path, never a hidden file."""
    words = re.findall(r"[^\W_]+", text[:200])
    name, size = "", 0
    for word in words:
        size += len(word.encode("utf-8", "ignore")) + 1
        if size > 80:
            break
        name += ("-" if name else "") + word
    return name.encode("utf-8", "ignore").decode() or otherwise
