"""Bundles: a file or a zip that somebody gave us, opened so that nothing in it can reach outside or unpack without end.

Zip: PKWARE APPNOTE 6.3.10 as Python's `zipfile` reads it. Names are checked, never used as paths on this machine.
"""

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import IO, Any, BinaryIO, Final, NamedTuple, Protocol

from wasl.domain.errors import Malformed, TooLarge, Unsafe
from wasl.wire import cut_zip
from wasl.wire.streamed import UpToBreak

ENTRIES_MAX: Final = 200_000
"""Files in one zip that anybody gives us."""
UNPACKED_BYTES_MAX: Final = 64 << 30
"""Of all files in it together."""
RATIO_MAX: Final = 1_000
"""Unpacked to packed size, above RATIO_BYTES_MIN: text compresses to a tenth, a bomb to a thousandth."""
RATIO_BYTES_MIN: Final = 1 << 20
ZIP_MAGIC: Final = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
PIECE_BYTES: Final = 256 << 10
LIST_BYTES_MAX: Final = 128 << 20
"""The list of files at the end of it, which is held in memory."""
_ENCRYPTED: Final = 0x1
_END: Final = struct.Struct("<4s4H2IH")
_END_MAGIC, _LOCATOR_MAGIC, _END64_MAGIC, _LISTED_MAGIC = b"PK\x05\x06", b"PK\x06\x07", b"PK\x06\x06", b"PK\x01\x02"
_COMMENT_BYTES_MAX: Final = 1 << 16
_LOCATOR_BYTES, _END64_BYTES, _LISTED_BYTES, _LOCAL_BYTES = 20, 56, 46, 30


class Room(NamedTuple):
    """How much a bundle may hold: files, bytes of all when they are unpacked, bytes of the list at the end of a zip."""

    files_max: int = ENTRIES_MAX
    unpacked_bytes_max: int = UNPACKED_BYTES_MAX
    list_bytes_max: int = LIST_BYTES_MAX


FOR_ANYBODY: Final = Room()
FOR_OPERATORS: Final = Room(files_max=1_000_000, unpacked_bytes_max=4 << 40, list_bytes_max=512 << 20)
"""What an operator reads on their own machine, such as the archive of a whole installation. A file takes
some 2 KB of memory while a format reads it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One file of a bundle: its path with forward slashes, safe to use as a name, and its size as declared."""

    name: str
    size_bytes: int


class Bundle(Protocol):
    """What somebody gave us: one file, a folder, or a zip, opened safely (no path leads outside, no link, no bomb)."""

    name: str
    """The file's own name, which may tell the chat's name."""

    def members(self) -> Sequence[Member]:
        """Lists the files in it, in the order of the container; a plain file has one member, itself. Asking again costs nothing."""
        ...

    def open(self, name: str) -> BinaryIO:
        """Opens a member for reading bytes, forward. Raises KeyError for a name that is not there, Malformed when it is broken
        (also later, while reading)."""
        ...


def open_bundle(name: str, source: BinaryIO, *, size_bytes: int, room: Room = FOR_ANYBODY) -> Bundle:
    """Opens what somebody gave us. `source` must be seekable and stay open as long as the bundle is used.

    A zip whose end is lost is opened as far as it goes: its last file raises Malformed where it is cut. Raises Unsafe for a zip that is
    not safe to read, TooLarge for too many files, Malformed for a zip that is broken or locked.
    """
    start = source.read(4)
    source.seek(0)
    if start in ZIP_MAGIC:
        try:
            return ZipBundle(name, source, room=room)
        except _Cut as error:
            cut = CutBundle(name, source, room=room)
            if not cut.members():
                raise error
            return cut
    return PlainBundle(name, lambda: io.BufferedReader(_From(source), PIECE_BYTES), size_bytes=size_bytes)


class _Cut(Malformed):
    """A zip has no list of its files that can be read."""


class PlainBundle:
    """One file by itself. `opener` gives it from its beginning, as often as it is asked."""

    def __init__(self, name: str, opener: Callable[[], BinaryIO], *, size_bytes: int) -> None:
        self.name = name
        self._opener = opener
        self._member = Member(name=name.replace("\\", "/").rpartition("/")[2] or "file", size_bytes=size_bytes)

    def members(self) -> Sequence[Member]:
        """Lists the file."""
        return (self._member,)

    def open(self, name: str) -> BinaryIO:
        """Opens the file. Raises KeyError for another name."""
        if name != self._member.name:
            raise KeyError(name)
        return self._opener()


class ManyBundle:
    """Several files or a folder, by their relative paths."""

    def __init__(self, name: str, files: Sequence[tuple[Member, Callable[[], BinaryIO]]]) -> None:
        self.name = name
        for member, _ in files:
            check_name(member.name, of=name)
        self._files = {member.name: (member, opener) for member, opener in files}
        self._members = tuple(member for member, _ in self._files.values())

    def members(self) -> Sequence[Member]:
        """Lists the files."""
        return self._members

    def open(self, name: str) -> BinaryIO:
        """Opens one of the files. Raises KeyError for a name that is not there."""
        return self._files[name][1]()


class ZipBundle:
    """A zip. Folders are passed over; everything else is checked before anything is read."""

    def __init__(self, name: str, source: BinaryIO, *, room: Room = FOR_ANYBODY) -> None:
        self.name = name
        _check_list(source, of=name, room=room)
        try:
            self._zip = zipfile.ZipFile(source)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError) as error:
            raise _Cut(f"{name!r} is not a whole zip ({error}); fetch or make it again") from error
        self._files: dict[str, zipfile.ZipInfo] = {}
        total = 0
        _check_apart(self._zip.infolist(), of=name)
        for info in self._zip.infolist():
            if info.is_dir():
                continue
            check_name(info.filename, of=name)
            _check_entry(info, of=name)
            total += info.file_size
            other = self._files.setdefault(info.filename, info)
            if (other.CRC, other.file_size) != (info.CRC, info.file_size):
                raise Unsafe(f"{name!r} holds two different files named {info.filename[:120]!r}; nothing was read: pack it again")
        if total > room.unpacked_bytes_max:
            raise TooLarge(f"{name!r} unpacks to {total} bytes, more than {room.unpacked_bytes_max}; split it")
        self._members = tuple(Member(name=name, size_bytes=info.file_size) for name, info in self._files.items())

    def members(self) -> Sequence[Member]:
        """Lists the files, in the order of the zip."""
        return self._members

    def open(self, name: str) -> BinaryIO:
        """Opens a file of the zip. Raises KeyError, Malformed; reading raises Malformed for broken data."""
        info = self._files[name]
        try:
            return UpToBreak(_Unpacking(self._zip.open(info), of=f"{self.name}: {name}"), PIECE_BYTES)
        except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, OSError, ValueError) as error:
            raise Malformed(f"{name!r} in {self.name!r} cannot be unpacked ({error})") from error


class CutBundle:
    """A zip without its list of files: what can be found from its beginning."""

    def __init__(self, name: str, source: BinaryIO, *, room: Room = FOR_ANYBODY) -> None:
        self.name = name
        self._source = source
        self._files: dict[str, cut_zip.Found] = {}
        for found in cut_zip.walk(source, files_max=room.files_max, unpacked_bytes_max=room.unpacked_bytes_max):
            check_name(found.name, of=name)
            self._files.setdefault(found.name, found)
        self._members = tuple(Member(name=name, size_bytes=found.size_bytes) for name, found in self._files.items())

    def members(self) -> Sequence[Member]:
        """Lists the files that were found; the last one may not be whole."""
        return self._members

    def open(self, name: str) -> BinaryIO:
        """Opens a file. Raises KeyError; reading raises Malformed at the cut."""
        return cut_zip.opened(self._source, self._files[name])


def check_name(path: str, *, of: str) -> None:
    """Refuses a path that would lead out of its container. Raises Unsafe."""
    parts = path.replace("\\", "/").split("/")
    if not path or path[0] in "/\\" or ".." in parts or "\x00" in path or (len(path) > 1 and path[1] == ":" and path[0].isalpha()):
        raise Unsafe(f"{of!r} holds a file named {path[:120]!r}, which would lead outside; nothing was read")


def _check_entry(info: zipfile.ZipInfo, *, of: str) -> None:
    if stat.S_ISLNK(info.external_attr >> 16):
        raise Unsafe(f"{of!r} holds a link ({info.filename[:120]!r}); nothing was read: pack the file itself")
    if info.flag_bits & _ENCRYPTED:
        raise Malformed(f"{of!r} is locked with a password; unlock it and pack it again")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        # The others are unpacked without a bound on what comes out at once, whatever size is declared.
        raise Malformed(f"{of!r}: {info.filename[:120]!r} is packed in a way that is not read here; pack it again as a plain zip")
    if info.file_size > RATIO_BYTES_MIN and info.file_size > RATIO_MAX * max(1, info.compress_size):
        sizes = f"{info.file_size >> 20} MiB from {info.compress_size >> 10} KiB"
        raise Unsafe(f"{of!r}: {info.filename[:120]!r} would unpack to {sizes}; nothing was read")


def _check_apart(infos: Sequence[zipfile.ZipInfo], *, of: str) -> None:
    """Refuses files that share bytes, by which a small zip unpacks to a huge one while each of its files looks harmless."""
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            raise Unsafe(f"{of!r}: {info.filename[:120]!r} lies over another file; nothing was read: pack it again")
        end = info.header_offset + _LOCAL_BYTES + len(info.orig_filename) + info.compress_size


def _check_list(source: BinaryIO, *, of: str, room: Room) -> None:
    """Walks the list of files without holding it: whoever reads it afterwards makes an object of every entry. Raises TooLarge."""
    end = source.seek(0, io.SEEK_END)
    tail_at = max(0, end - _COMMENT_BYTES_MAX - _END.size)
    source.seek(tail_at)
    tail = source.read(_COMMENT_BYTES_MAX + _END.size)
    last = len(tail) - _END.size
    found = last if tail[last : last + 4] == _END_MAGIC and tail[-2:] == b"\x00\x00" else tail.rfind(_END_MAGIC)
    if found < 0 or len(tail) - found < _END.size:
        return  # no zip, or a cut one: it has no list
    size, start = _END.unpack_from(tail, found)[5], tail_at + found
    source.seek(max(0, start - _LOCATOR_BYTES - _END64_BYTES))
    beside = source.read(_LOCATOR_BYTES + _END64_BYTES)
    if beside[_END64_BYTES : _END64_BYTES + 4] == _LOCATOR_MAGIC and beside[:4] == _END64_MAGIC:
        size, start = int.from_bytes(beside[40:48], "little"), start - _LOCATOR_BYTES - _END64_BYTES
    if size > room.list_bytes_max:
        raise TooLarge(f"{of!r} lists its files in {size} bytes, more than {room.list_bytes_max}; split it")
    at, number = start - size, 0
    while 0 <= at < start:
        source.seek(at)
        header = source.read(_LISTED_BYTES)
        if len(header) < _LISTED_BYTES or header[:4] != _LISTED_MAGIC:
            break
        at += _LISTED_BYTES + sum(struct.unpack_from("<3H", header, 28))
        number += 1
        if number > room.files_max:
            raise TooLarge(f"{of!r} holds more than {room.files_max} files; split it")
    source.seek(0)


class _From(io.RawIOBase):
    """A seekable file read from its beginning, with a position of its own, and never closed by its reader."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._at = 0

    def readable(self) -> bool:
        """Says that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fills the buffer from where this reader stands, wherever others have left the file."""
        self._source.seek(self._at)
        piece = self._source.read(len(buffer))
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)


class _Unpacking(io.RawIOBase):
    """A file of a zip whose broken data is named Malformed."""

    def __init__(self, source: IO[bytes], *, of: str) -> None:
        self._source = source
        self._of = of

    def readable(self) -> bool:
        """Says that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fills the buffer. Raises Malformed."""
        try:
            piece = self._source.read(len(buffer))
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
            raise Malformed(f"{self._of} is broken ({error}); what came before it is kept") from error
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        """Closes the file of the zip."""
        self._source.close()
        super().close()
