"""A zip whose end is lost: what is whole in it can still be read.

PKWARE APPNOTE 6.3.10: the list of files stands at the end of a zip, so one that was cut has none; but every file begins with a header
of its own, and deflated bytes say themselves where they end. Files are found by walking from header to header; the walk stops at the
cut, or at the first file whose end cannot be known (stored, with its size only behind it).
"""

import io
import struct
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, Final, NamedTuple

from wasl.domain.errors import Malformed, TooLarge, Unsafe
from wasl.wire.streamed import UpToBreak

FILES_MAX: Final = 200_000
UNPACKED_BYTES_MAX: Final = 64 << 30
RATIO_MAX: Final = 1_000
RATIO_BYTES_MIN: Final = 1 << 20
_HEADER: Final = struct.Struct("<4s5H3I2H")
_LOCAL: Final = b"PK\x03\x04"
_DESCRIPTOR: Final = b"PK\x07\x08"
_ENCRYPTED, _STREAMED, _UTF8 = 0x1, 0x8, 0x800
_STORED, _DEFLATED = 0, 8
_ZIP64: Final = 1
_PIECE_BYTES: Final = 64 << 10


class Found(NamedTuple):
    """A file in a cut zip: where its bytes begin, how they are packed, how many they are unpacked, and whether its end is there."""

    name: str
    start: int
    deflated: bool
    packed_bytes: int
    size_bytes: int
    whole: bool


def walk(source: BinaryIO, *, files_max: int = FILES_MAX, unpacked_bytes_max: int = UNPACKED_BYTES_MAX) -> Iterator[Found]:
    """Walks the files of a zip from its beginning, by their own headers; the last one may not be whole.

    Raises TooLarge, Unsafe for what unpacks without end, Malformed for a locked one.
    """
    at = total = number = 0
    while True:
        source.seek(at)
        header = source.read(_HEADER.size)
        if len(header) < _HEADER.size or header[:4] != _LOCAL:
            return
        _, _, flags, method, _, _, _, packed, size, name_length, extra_length = _HEADER.unpack(header)
        name, extra = source.read(name_length), source.read(extra_length)
        if len(name) < name_length or len(extra) < extra_length:
            return
        if flags & _ENCRYPTED:
            raise Malformed("it is locked with a password; unlock it and pack it again")
        start = at + _HEADER.size + name_length + extra_length
        told = name.decode("utf-8" if flags & _UTF8 else "cp437", "replace")
        if flags & _STREAMED and method == _STORED:
            return
        if method == _DEFLATED:
            packed, size, whole = _inflated(source, start)
        elif method == _STORED:
            packed = size = _zip64_size(extra, size)
            whole = _is_there(source, start + packed)
        else:
            return
        number, total = number + 1, total + size
        if number > files_max or total > unpacked_bytes_max:
            raise TooLarge(f"it holds more than {files_max} files or {unpacked_bytes_max} bytes; split it")
        if not told.endswith("/"):
            yield Found(told, start, method == _DEFLATED, packed, size, whole)
        if not whole:
            return
        at = start + packed + (_descriptor_bytes(source, start + packed, size) if flags & _STREAMED else 0)


def opened(source: BinaryIO, found: Found) -> BinaryIO:
    """Opens one file of a cut zip; reading raises Malformed at the cut."""
    return UpToBreak(_Reading(source, found), _PIECE_BYTES)


def _inflated(source: BinaryIO, start: int) -> tuple[int, int, bool]:
    """Unpacks from `start` to find the end: packed and unpacked size, and whether the end is there."""
    source.seek(start)
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    packed = size = 0
    try:
        while piece := source.read(_PIECE_BYTES):
            packed += len(piece)
            waiting = piece
            while waiting or not inflate.eof:
                out = inflate.decompress(waiting, _PIECE_BYTES)
                size += len(out)
                if size > RATIO_BYTES_MIN and size > RATIO_MAX * packed:
                    raise Unsafe(f"it would unpack to more than {RATIO_MAX} times its size; nothing was read")
                waiting = inflate.unconsumed_tail
                if inflate.eof or (not waiting and not out):
                    break
            if inflate.eof:
                return packed - len(inflate.unused_data), size, True
    except zlib.error:
        return packed, size, False
    return packed, size, False


def _is_there(source: BinaryIO, end: int) -> bool:
    source.seek(max(0, end - 1))
    return bool(source.read(1)) or end == 0


def _zip64_size(extra: bytes, size: int) -> int:
    """Gives the real size of a stored file."""
    at = 0
    while size == 0xFFFFFFFF and at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == _ZIP64 and length >= 8 and at + 12 <= len(extra):
            return int(struct.unpack_from("<Q", extra, at + 4)[0])
        at += 4 + length
    return size


def _descriptor_bytes(source: BinaryIO, at: int, size: int) -> int:
    """Gives the length of the descriptor behind a file: with or without its mark, with short or long sizes; 0 where it is cut."""
    source.seek(at)
    found = source.read(28)
    mark = 4 if found[:4] == _DESCRIPTOR else 0
    for length in (16, 8):
        end = mark + 4 + length
        half = length // 2
        if len(found) >= end and int.from_bytes(found[end - half : end], "little") == size and found[end : end + 2] in (b"PK", b""):
            return end
    return mark + 12


class _Reading(io.RawIOBase):
    def __init__(self, source: BinaryIO, found: Found) -> None:
        self._source = source
        self._found = found
        self._at = found.start
        self._left = found.packed_bytes
        self._inflate = zlib.decompressobj(-zlib.MAX_WBITS) if found.deflated else None
        self._waiting = b""

    def readable(self) -> bool:
        """Says that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fills the buffer. Raises Malformed where the bytes end too early."""
        while True:
            piece = self._waiting or self._packed(len(buffer))
            try:
                out = piece if self._inflate is None else self._inflate.decompress(piece, len(buffer))
            except zlib.error as error:
                raise Malformed(f"{self._found.name!r} is broken ({error}); what came before it is kept") from error
            self._waiting = b"" if self._inflate is None else self._inflate.unconsumed_tail
            if out:
                buffer[: len(out)] = out
                return len(out)
            if not piece:
                if not self._found.whole:
                    raise Malformed(f"{self._found.name!r} is cut off; what came before the cut is kept")
                return 0

    def _packed(self, size: int) -> bytes:
        self._source.seek(self._at)
        piece = self._source.read(min(self._left, size if self._inflate is None else _PIECE_BYTES))
        self._at += len(piece)
        self._left -= len(piece)
        return piece
