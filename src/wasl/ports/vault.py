"""The contract of the vault: source files kept compressed and encrypted, each import under its own key.

The key is stored apart from the bytes; forgetting the key makes every copy of the bytes unreadable, also those in backups that
do not hold the key any more.
"""

from collections.abc import Iterator
from typing import BinaryIO, Protocol, runtime_checkable


class Vault(Protocol):
    """A place for sources. Its methods block: call them in a thread."""

    def open_key(self, name: str) -> None:
        """Makes a key of that name, if there is none."""
        ...

    def keep(self, name: str, source: BinaryIO) -> tuple[str, int]:
        """Keeps everything in `source` under the key and gives its SHA-256 (of the plain bytes) and size. The same bytes under the
        same key are kept once."""
        ...

    def read(self, name: str, sha256: str) -> Iterator[bytes]:
        """Walks the plain bytes, checked piece by piece. Raises KeyError when key or bytes are gone, Malformed when they are not
        what was kept."""
        ...

    def rewrite(self, name: str, sha256: str, *, without: list[tuple[int, int]]) -> tuple[str, int]:
        """Keeps the file again with the ranges (start, length) overwritten by spaces, and forgets the old bytes."""
        ...

    def destroy(self, name: str) -> None:
        """Forgets the key, then the bytes."""
        ...


@runtime_checkable
class Sweeps(Protocol):
    """A vault whose writers may be killed in the middle."""

    def sweep(self, *, before_ms: int) -> int:
        """Removes what was left half written before that time, and gives the number of files. Blocks."""
        ...
