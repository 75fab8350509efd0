"""Successions in a database: the steps of `succession_steps`, carried out by a store."""

from collections.abc import Sequence

from wasl.domain.succession import Succession, SuccessionState
from wasl.store import succession_steps as steps
from wasl.store.sql_people import Carry


class SqlSuccessions:
    """Planned ends of candidates, in a database."""

    def __init__(self, *, read: Carry, write: Carry) -> None:
        self._read = read
        self._write = write

    async def put(self, *successions: Succession) -> None:
        """Stores them in one commit."""
        await self._write(lambda: steps.put(successions))

    async def find(self, succession_id: str) -> Succession | None:
        """Finds one."""
        return await self._read(lambda: steps.find(succession_id))

    async def listed(self, *, state: SuccessionState | None = None, limit: int) -> Sequence[Succession]:
        """Lists them, newest first."""
        return await self._read(lambda: steps.listed(state, limit))
