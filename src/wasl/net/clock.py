"""The real clock."""

import asyncio
import os
import random
import time

from wasl.domain.ids import uuid7


class SystemClock:
    """Wall time, monotonic time and fresh ids from the operating system."""

    def now_ms(self) -> int:
        """Gives the wall time in milliseconds since 1970, UTC."""
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        """Gives seconds that only grow."""
        return time.monotonic()

    def new_id(self) -> str:
        """Draws a fresh UUIDv7."""
        return uuid7(unix_ms=time.time_ns() // 1_000_000, tail=os.urandom(10))

    def random(self) -> float:
        """Draws a number from 0 up to 1."""
        return random.random()

    async def sleep(self, seconds: float) -> None:
        """Waits."""
        await asyncio.sleep(seconds)
