"""Patience: a time limit by the Clock that can be moved while something is awaited under it."""

import asyncio
from types import TracebackType
from typing import Self

from wasl.ports.clock import Clock


class Patience:
    """Ends what is awaited inside its block, with TimeoutError, once the clock reaches the moment that was last named.

    One task sleeps for all moves: a later moment costs nothing, only an earlier one starts it anew.
    """

    __slots__ = ("_clock", "_ends_at", "_limit", "_wakes_at", "_watch")

    def __init__(self, clock: Clock, *, until: float) -> None:
        self._clock = clock
        self._ends_at = until
        self._limit = asyncio.timeout(None)

    def until(self, moment: float) -> None:
        """Moves the end to a moment in the clock's monotonic seconds."""
        self._ends_at = moment
        if moment < self._wakes_at:
            self._watch.cancel()
            self._start()

    async def __aenter__(self) -> Self:
        await self._limit.__aenter__()
        self._start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._watch.cancel()
        await self._limit.__aexit__(kind, error, trace)

    def _start(self) -> None:
        self._wakes_at = self._ends_at
        self._watch = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while (left := self._ends_at - self._clock.monotonic()) > 0:
            self._wakes_at = self._ends_at
            await self._clock.sleep(left)
        self._limit.reschedule(asyncio.get_running_loop().time())
