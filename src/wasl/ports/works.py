"""The contract of works: the books of an installation read out page by page, and taken in by another.

A part of the stores on a database: `store.works`. What is read in one and taken by another is the same there; taken twice, it adds
nothing. Raises StoreDown like Store.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from wasl.domain.work import WorkRecord

WORK_MAX = 1_000
"""Records read or taken at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkPage:
    """Records of one kind, and from where to read on; `after` None: these were the last."""

    records: Sequence[WorkRecord]
    after: tuple[Any, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkTaken:
    """How many records are new here, and how many were left out: of a conversation that is not here, or of one that has open turns."""

    added: int
    strange: int = 0


class Works(Protocol):
    """The books."""

    async def rows(
        self, kind: str, *, after: tuple[Any, ...] | None = None, conversation: str | None = None, channel: str | None = None
    ) -> WorkPage:
        """Reads records of a kind (see `wasl.wire.archive_work.KINDS`) in a fixed order: all of them, or those of a conversation, or of
        those only what went through a channel. Turns that are still open are not given."""
        ...

    async def take(self, records: Sequence[WorkRecord]) -> WorkTaken:
        """Takes records of one kind in one commit, and wakes nobody: what is here already stays as it is."""
        ...

    async def left(self) -> Mapping[str, int]:
        """Counts what no archive carries, by name: open turns, plans, watched terms, keys and the like."""
        ...


@runtime_checkable
class KeepsWorks(Protocol):
    """A store whose books can leave."""

    @property
    def works(self) -> Works:
        """The books of the same database."""
        ...
