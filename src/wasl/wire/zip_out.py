"""A zip that is written forward only, the same bytes for the same content: no clock, no platform, no going back.

PKWARE APPNOTE 6.3.10: every file is followed by a data descriptor, so that a stream can be written, and every file is deflated (what is
packed already at level 0), so that a reader of a cut zip finds where each ends.
"""

import hashlib
import io
import stat
import zipfile
from collections.abc import Iterable, Iterator
from typing import IO, Any, BinaryIO, Final, NamedTuple

LEVEL_TEXT: Final = 1
"""Text is packed at zlib's quickest level: a quarter of its size at twice the speed of the usual one, which gains a thirteenth."""
LEVEL_PACKED: Final = 0
"""Pictures, films and zips are packed already."""
_FIXED: Final = (1980, 1, 1, 0, 0, 0)
_UNIX: Final = 3
_LARGE_BYTES: Final = 1 << 30
"""From here on, or where the size is not known, a file gets ZIP64 fields."""


class Written(NamedTuple):
    """A file that was written: its name, the SHA-256 (hex) and number of its bytes."""

    name: str
    sha256: str
    size_bytes: int


class ZipOut:
    """A zip on its way out."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = _Forward(out)
        self._zip = zipfile.ZipFile(self._out, "w", zipfile.ZIP_DEFLATED, allowZip64=True)

    @property
    def size_bytes(self) -> int:
        """How much was written so far."""
        return self._out.size_bytes

    def add(self, name: str, content: bytes, *, level: int = LEVEL_TEXT) -> Written:
        """Writes a small file."""
        with self.open(name, level=level, size_bytes=len(content)) as file:
            file.write(content)
        return file.written

    def stream(
        self, name: str, pieces: Iterable[bytes], *, level: int = LEVEL_TEXT, size_bytes: int | None = None
    ) -> Iterator[Written | int]:
        """Writes a file piece by piece; gives the sizes of its pieces, at last what was written."""
        with self.open(name, level=level, size_bytes=size_bytes) as file:
            for piece in pieces:
                file.write(piece)
                yield len(piece)
        yield file.written

    def open(self, name: str, *, level: int = LEVEL_TEXT, size_bytes: int | None = None) -> "ZipFileOut":
        """Opens a file for writing; one at a time."""
        entry = zipfile.ZipInfo(name, _FIXED)
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.create_system = _UNIX
        entry.external_attr = (stat.S_IFREG | 0o644) << 16
        entry._compresslevel = level  # type: ignore[attr-defined]  # it has no public name before 3.13
        return ZipFileOut(name, self._zip.open(entry, "w", force_zip64=size_bytes is None or size_bytes >= _LARGE_BYTES))

    def close(self) -> None:
        """Writes the list of files."""
        self._zip.close()


class ZipFileOut:
    """One file of a zip on its way out, with its digest."""

    def __init__(self, name: str, file: IO[bytes]) -> None:
        self._name = name
        self._file = file
        self._sha256 = hashlib.sha256()
        self.size_bytes = 0

    def __enter__(self) -> "ZipFileOut":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, piece: bytes) -> None:
        """Writes a piece."""
        self._file.write(piece)
        self._sha256.update(piece)
        self.size_bytes += len(piece)

    @property
    def written(self) -> Written:
        """What was written."""
        return Written(self._name, self._sha256.hexdigest(), self.size_bytes)


class _Forward(io.RawIOBase):
    """Hides that an output can go back: zipfile would, and give other bytes for a file than for a stream."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self.size_bytes = 0

    def writable(self) -> bool:
        """Says that it can be written."""
        return True

    def write(self, piece: Any) -> int:
        """Passes a piece on, the whole of it."""
        view = memoryview(piece)
        self.size_bytes += len(view)
        while len(view):
            view = view[self._out.write(view) or len(view) :]
        return len(piece)
