"""TestClock: time that moves only when a test says so, ids and chances that are the same in every run."""

import asyncio
import heapq
import itertools
import random
from collections.abc import Coroutine
from typing import TypeVar

from wasl.domain.ids import uuid7

START_MS = 1_767_225_600_000
"""2026-01-01T00:00:00Z, where a clock stands unless told otherwise."""
SETTLE_ROUNDS = 30
"""Turns of the event loop after each wake-up, so that what was woken runs on until it waits again."""

T = TypeVar("T")


class TestClock:
    """A Clock whose hands are moved by `advance`, `advance_to_next` or `drive`.

    Sleepers wake in the order of their due times, each with the clock standing exactly there. Work in threads and on
    sockets is not seen by the clock: await its result before moving time on.
    """

    __test__ = False

    def __init__(self, *, now_ms: int = START_MS, seed: int = 0) -> None:
        self._start_ms = now_ms
        self._elapsed = 0.0
        self._seed = seed & 0xFFFF
        self._ids = itertools.count(1)
        self._order = itertools.count()
        self._random = random.Random(seed)
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._arrivals: list[asyncio.Future[None]] = []

    def now_ms(self) -> int:
        """Gives the wall time in milliseconds."""
        return self._start_ms + round(self._elapsed * 1000)

    def monotonic(self) -> float:
        """Gives the seconds since the clock was made."""
        return self._elapsed

    def new_id(self) -> str:
        """Gives the next UUIDv7: the time, then a counter, so that ids sort in the order of drawing."""
        tail = self._seed.to_bytes(2, "big") + b"\x00\x00" + next(self._ids).to_bytes(6, "big")
        return uuid7(unix_ms=self.now_ms(), tail=tail)

    def random(self) -> float:
        """Draws the next number of the seed's row."""
        return self._random.random()

    async def sleep(self, seconds: float) -> None:
        """Waits until the clock was moved that far; zero or less only lets others run."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        future = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._elapsed + seconds, next(self._order), future))
        for waiting in self._arrivals:
            if not waiting.done():
                waiting.set_result(None)
        self._arrivals.clear()
        await future

    @property
    def sleeping(self) -> int:
        """Counts who waits for the clock now."""
        return sum(not future.done() for _, _, future in self._sleepers)

    async def slept_on(self) -> None:
        """Returns once somebody waits for the clock."""
        while not self.sleeping:
            waiting = asyncio.get_running_loop().create_future()
            self._arrivals.append(waiting)
            await waiting

    async def advance(self, seconds: float) -> None:
        """Moves time on by `seconds`, waking sleepers one after the other; what they start may sleep and wake too."""
        if seconds < 0:
            raise ValueError(f"time does not go back: {seconds} s")
        end = self._elapsed + seconds
        await settle()
        while (due := self._next_due()) is not None and due <= end:
            await self._wake(due)
        self._elapsed = end
        await settle()

    async def advance_to_next(self) -> bool:
        """Moves time to the next sleeper and wakes it; says whether there was one."""
        await settle()
        due = self._next_due()
        if due is None:
            return False
        await self._wake(due)
        return True

    async def drive(self, work: Coroutine[object, object, T]) -> T:
        """Runs `work` to its end, moving time on whenever everybody waits for the clock."""
        task = asyncio.ensure_future(work)
        try:
            while True:
                await settle()
                if task.done():
                    return task.result()
                if not await self.advance_to_next():
                    arrival = asyncio.ensure_future(self.slept_on())
                    await asyncio.wait({task, arrival}, return_when=asyncio.FIRST_COMPLETED)
                    arrival.cancel()
        finally:
            task.cancel()

    def _next_due(self) -> float | None:
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)
        return self._sleepers[0][0] if self._sleepers else None

    async def _wake(self, due: float) -> None:
        _, _, future = heapq.heappop(self._sleepers)
        self._elapsed = max(self._elapsed, due)
        future.set_result(None)
        await settle()


async def settle(rounds: int = SETTLE_ROUNDS) -> None:
    """Lets everything that can run on the event loop run until it waits."""
    for _ in range(rounds):
        await asyncio.sleep(0)
