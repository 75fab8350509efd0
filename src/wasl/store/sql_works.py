"""The books in a database, the same for both."""

from collections.abc import Mapping, Sequence
from typing import Any

from wasl.domain.work import WorkRecord
from wasl.ports.works import WorkPage, WorkTaken
from wasl.store import work_steps
from wasl.store.rows import is_uuid
from wasl.store.sql_people import Carry


class SqlWorks:
    """The books, read out and taken in."""

    def __init__(self, *, read: Carry, write: Carry) -> None:
        self._read = read
        self._carry = write

    async def rows(
        self, kind: str, *, after: tuple[Any, ...] | None = None, conversation: str | None = None, channel: str | None = None
    ) -> WorkPage:
        """Gives a page of a kind."""
        if conversation is not None and not is_uuid(conversation):
            return WorkPage(records=())
        return await self._read(lambda: work_steps.rows(kind, after=after, conversation=conversation, channel=channel))

    async def take(self, records: Sequence[WorkRecord]) -> WorkTaken:
        """Takes records of one kind."""
        return await self._carry(lambda: work_steps.take(records))

    async def left(self) -> Mapping[str, int]:
        """Counts what no archive carries."""
        return await self._read(work_steps.left)
