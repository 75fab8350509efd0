"""Streamed: pieces of bytes as a file to read from."""

import io
from collections.abc import Iterable
from typing import Any


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
