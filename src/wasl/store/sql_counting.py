"""Counting in a database: what asks while a commit is under way is counted together with the next one."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from wasl.domain.errors import StoreDown, WaslError
from wasl.ports.counting import Asked, Bucket, Counted
from wasl.store import counting_steps as steps
from wasl.store.sql_people import Carry

TOGETHER_MAX: Final = 256
"""Sends counted in one transaction."""
NOTES_MAX: Final = 10_000
"""What came in and could not be counted yet, at the most: a store that is down for long forgets the rest."""
PRUNED_AT_ONCE: Final = 5_000
NOTE_SECONDS: Final = 0.05
"""What came in is told to other processes within this time."""


class SqlCounting:
    """Counts, in batches."""

    def __init__(self, *, read: Carry, write: Carry) -> None:
        self._read = read
        self._carry = write
        self._waiting: list[tuple[Asked, asyncio.Future[Counted]]] = []
        self._notes: list[steps.Note] = []
        self._task: asyncio.Task[None] | None = None
        self._later: asyncio.TimerHandle | None = None

    async def count(self, asked: Asked) -> Counted:
        """Counts one send."""
        future: asyncio.Future[Counted] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, future))
        self._begin()
        return await future

    def note(self, bucket: Bucket, *, messages: int, now_ms: int) -> None:
        """Counts what came in, with the next commit or soon."""
        if len(self._notes) < NOTES_MAX:
            self._notes.append(steps.Note(bucket=bucket, messages=messages, now_ms=now_ms))
        if self._later is None and not self._waiting:  # the next count takes it along; where there is none, it goes by itself
            self._later = asyncio.get_running_loop().call_later(NOTE_SECONDS, self._begin)

    async def give_back(self, asked: Asked, counted: Counted) -> None:
        """Takes totals and the place in the circle back."""
        if asked.totals or counted.joined:
            await self._carry(lambda: steps.give_back(asked, counted))

    async def totals(self, keys: Sequence[str]) -> Mapping[str, int]:
        """Reads totals."""
        return await self._read(lambda: steps.totals(keys))

    async def prune(self, *, before_ms: int) -> int:
        """Forgets what was last counted before a time."""
        gone = 0
        while some := await self._carry(lambda: steps.prune(before_ms=before_ms, limit=PRUNED_AT_ONCE)):
            gone += some
        return gone

    def _begin(self) -> None:
        if self._later is not None:
            self._later.cancel()
            self._later = None
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run(), name="counting")

    async def _run(self) -> None:
        while self._waiting or self._notes:
            batch, self._waiting = self._waiting[:TOGETHER_MAX], self._waiting[TOGETHER_MAX:]
            notes, self._notes = self._notes, []
            batch = [(asked, future) for asked, future in batch if not future.done()]  # whoever gave up is not counted
            try:
                counted = await self._carry(lambda batch=batch, notes=notes: steps.count([a for a, _ in batch], notes))  # type: ignore[misc]  # bound for this round
            except WaslError as error:
                down = error if isinstance(error, StoreDown) else StoreDown(f"what is sent could not be counted: {error.message}")
                for _, future in batch:
                    if not future.done():
                        future.set_exception(down)
                continue
            finally:
                if (task := asyncio.current_task()) is not None and task.cancelling():
                    for _, future in (*batch, *self._waiting):
                        if not future.done():
                            future.set_exception(StoreDown("the store is closing; nothing was counted"))
            for (_, future), one in zip(batch, counted, strict=True):
                if not future.done():
                    future.set_result(one)
