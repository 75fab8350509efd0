"""A clock of the real system whose day a test moves, so that half a year of a whole installation passes in a minute."""

import asyncio
import time
from datetime import datetime

from wasl.net.clock import SystemClock


class MovedClock(SystemClock):
    """Sleeps are real, and whoever sleeps is woken when the hands are moved past the end of the sleep."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self._ahead_ms = int(at.timestamp() * 1000) - time.time_ns() // 1_000_000
        self._moved_seconds = 0.0
        self._move = asyncio.Event()

    def now_ms(self) -> int:
        """Gives the time that was set, going on by itself."""
        return super().now_ms() + self._ahead_ms

    def monotonic(self) -> float:
        """Gives growing seconds with what was skipped."""
        return super().monotonic() + self._moved_seconds

    async def sleep(self, seconds: float) -> None:
        """Waits for real, or until the hands were moved so far."""
        if seconds < 1:
            await asyncio.sleep(seconds)
            return
        until = self.monotonic() + seconds
        while (left := until - self.monotonic()) > 0:
            moved = self._move
            try:
                await asyncio.wait_for(moved.wait(), left)
            except TimeoutError:
                return

    def move(self, to: datetime) -> None:
        """Sets the hands."""
        seconds = to.timestamp() - self.now_ms() / 1000
        assert seconds > 0, "time does not go back"
        self._moved_seconds += seconds
        self._ahead_ms += int(seconds * 1000)
        moved, self._move = self._move, asyncio.Event()
        moved.set()
