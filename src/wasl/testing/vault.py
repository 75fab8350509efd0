"""A vault in memory, by the same laws as the real one: for tests and drills."""

import hashlib
from collections.abc import Iterator
from typing import BinaryIO

PIECE_BYTES = 64 << 10


class MemoryVault:
    """Sources in a dictionary, without cipher: whoever holds the object holds the keys."""

    def __init__(self) -> None:
        self._files: dict[str, dict[str, bytes]] = {}

    def open_key(self, name: str) -> None:
        """Makes a key, if there is none."""
        self._files.setdefault(name, {})

    def keep(self, name: str, source: BinaryIO) -> tuple[str, int]:
        """Keeps everything in `source`."""
        return self._put(name, source.read())

    def read(self, name: str, sha256: str) -> Iterator[bytes]:
        """Walks the plain bytes."""
        plain = self._files[name][sha256]
        for start in range(0, len(plain), PIECE_BYTES):
            yield plain[start : start + PIECE_BYTES]

    def rewrite(self, name: str, sha256: str, *, without: list[tuple[int, int]]) -> tuple[str, int]:
        """Keeps the file again with ranges overwritten by spaces."""
        plain = bytearray(self._files[name][sha256])
        for start, length in without:
            end = min(len(plain), start + length)
            plain[start:end] = b" " * max(0, end - start)
        kept = self._put(name, bytes(plain))
        if kept[0] != sha256:
            del self._files[name][sha256]
        return kept

    def destroy(self, name: str) -> None:
        """Forgets everything of the name."""
        self._files.pop(name, None)

    def _put(self, name: str, plain: bytes) -> tuple[str, int]:
        sha256 = hashlib.sha256(plain).hexdigest()
        self._files[name][sha256] = plain
        return sha256, len(plain)
