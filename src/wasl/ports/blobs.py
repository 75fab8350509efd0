"""Blobs: files kept under the SHA-256 of their content."""

from collections.abc import AsyncIterator
from typing import BinaryIO, Protocol


class Blobs(Protocol):
    """A place for media, by content hash (64 lower-case hex digits)."""

    async def put(self, data: bytes) -> str:
        """Keeps `data` durably and gives its hash; the same bytes twice are kept once."""
        ...

    async def keep(self, source: BinaryIO, *, size_bytes_max: int) -> tuple[str, int]:
        """Keeps everything in `source` durably, piece by piece, and gives its hash and size. Raises TooLarge past the limit."""
        ...

    async def get(self, sha256: str) -> bytes:
        """Gives the bytes. Raises KeyError when none are kept under the hash."""
        ...

    def read(self, sha256: str) -> AsyncIterator[bytes]:
        """Walks the bytes in pieces of at most 256 KiB. Raises KeyError when none are kept under the hash."""
        ...

    async def has(self, sha256: str) -> bool:
        """Says whether bytes are kept under the hash."""
        ...

    async def delete(self, sha256: str) -> None:
        """Forgets the bytes; nothing happens when there are none."""
        ...
