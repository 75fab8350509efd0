"""The real clock."""

import asyncio
import os
import random
import time

from wasl.domain.ids import uuid7

ID_BYTES = 10
DRAWN_BYTES = 4_000
"""Randomness drawn at once: each drawing is a system call, and a turn takes five ids."""
_GROWING = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""On Linux the monotonic clock stands while the machine sleeps, and this one does not; elsewhere the monotonic one counts sleep."""


class SystemClock:
    """Wall time, monotonic time and fresh ids from the operating system. Not for threads: it serves one event loop."""

    def __init__(self) -> None:
        self._drawn = b""
        self._used = 0

    def now_ms(self) -> int:
        """Gives the wall time in milliseconds since 1970, UTC."""
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        """Gives seconds that only grow, also while the machine sleeps: a lease does not outlast a night in which nobody renewed it."""
        return time.clock_gettime(_GROWING)

    def new_id(self) -> str:
        """Draws a fresh UUIDv7."""
        if len(self._drawn) < self._used + ID_BYTES:
            self._drawn, self._used = os.urandom(DRAWN_BYTES), 0
        tail = self._drawn[self._used : self._used + ID_BYTES]
        self._used += ID_BYTES
        return uuid7(unix_ms=self.now_ms(), tail=tail)

    def random(self) -> float:
        """Draws a number from 0 up to 1."""
        return random.random()

    async def sleep(self, seconds: float) -> None:
        """Waits."""
        await asyncio.sleep(seconds)
