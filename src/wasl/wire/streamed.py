"""Streamed: pieces of bytes as a file to read from, and files that break off with nothing lost of what came before."""

import io
from collections.abc import Iterable
from typing import Any

from wasl.domain.errors import Malformed


class _Pieces(io.RawIOBase):
    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._left = memoryview(piece)
        size = min(len(buffer), len(self._left))
        buffer[:size] = self._left[:size]
        self._left = self._left[size:]
        return size


class Streamed(io.BufferedReader):
    """A file whose bytes are walked once, forward; what the walk raises, reading raises."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        super().__init__(_Pieces(pieces))


class UpToBreak(io.BufferedReader):
    """A file that may break off: what came before the break is read, and the read after it raises Malformed.

    A plain BufferedReader forgets what it gathered for a read in which its source raises.
    """

    _broken: Malformed | None = None

    def read(self, size: int | None = -1, /) -> bytes:
        """Reads up to so many bytes, or all. Raises Malformed where nothing more can be read before the break."""
        if self._broken is not None:
            raise self._broken
        pieces, left = list[bytes](), -1 if size is None else size
        while left:
            try:
                piece = self.read1(left if left > 0 else io.DEFAULT_BUFFER_SIZE)
            except Malformed as error:
                self._broken = error
                if not pieces:
                    raise
                break
            if not piece:
                break
            pieces.append(piece)
            left -= len(piece) if left > 0 else 0
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)
