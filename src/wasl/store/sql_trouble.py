"""Troubles in a database: the steps of `trouble_steps`, carried out by a store."""

from collections.abc import Sequence

from wasl.domain.trouble import Gravity, Trouble
from wasl.ports.clock import Clock
from wasl.ports.troubles import Weigh
from wasl.store import trouble_steps as steps
from wasl.store.rows import is_uuid
from wasl.store.sql_people import Carry


class SqlTroubles:
    """Signs of trouble, in a database."""

    def __init__(self, *, read: Carry, write: Carry, clock: Clock) -> None:
        self._read = read
        self._write = write
        self._clock = clock

    async def gather(self, *, weigh: Weigh, now_ms: int) -> int:
        """Turns stored signals that are signs into troubles."""
        return await self._write(lambda: steps.gather(weigh=weigh, new_id=self._clock.new_id, now=now_ms))

    async def note(self, *, channel: str, scope: str, kind: str, gravity: Gravity, now_ms: int) -> Trouble:
        """Notes a sign that came with no signal."""
        return await self._write(lambda: steps.note(channel, scope, kind, gravity, at=now_ms, new_id=self._clock.new_id))

    async def open(self) -> Sequence[Trouble]:
        """Lists troubles that are not cleared."""
        return await self._read(steps.listed)

    async def past(self, *, limit: int) -> Sequence[Trouble]:
        """Lists troubles that were cleared."""
        return await self._read(lambda: steps.past(limit=limit))

    async def told(self, trouble_id: str, *, now_ms: int) -> None:
        """Remembers that the operator was told."""
        await self._write(lambda: steps.told(trouble_id, now=now_ms))

    async def clear(self, trouble_id: str, *, by: str, now_ms: int) -> Trouble | None:
        """Clears a trouble."""
        return await self._write(lambda: steps.clear(trouble_id, by=by, now=now_ms)) if is_uuid(trouble_id) else None
