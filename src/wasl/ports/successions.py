"""The contract of successions: which candidates are replaced by which, from which day on.

A part of the stores that keep something: `store.successions`. Raises StoreDown like Store.
"""

from collections.abc import Sequence
from typing import Protocol

from wasl.domain.succession import Succession, SuccessionState


class Successions(Protocol):
    """Planned ends of candidates."""

    async def put(self, *successions: Succession) -> None:
        """Stores them in one commit; one with the same id is replaced."""
        ...

    async def find(self, succession_id: str) -> Succession | None:
        """Finds one."""
        ...

    async def listed(self, *, state: SuccessionState | None = None, limit: int) -> Sequence[Succession]:
        """Lists them, newest first."""
        ...
