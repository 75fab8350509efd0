"""Heed clock: notices that the time of day was set, and that this process stood still, so that nobody is doubled or waits for hours."""

from collections.abc import Callable
from contextlib import suppress
from typing import Final

import structlog

from wasl.domain.errors import StoreDown
from wasl.ports.clock import Clock
from wasl.ports.store import Store
from wasl.service.observe import Observe

log = structlog.get_logger(__name__)

WENT_BACK_MS: Final = 120_000
"""Less is waited for."""
JUMPED_MS: Final = 1_000
"""So much ahead, the clock was set; less is drift."""
NOTE_SECONDS: Final = 60.0
"""So often every process notes that it lives at its time."""
ROUNDS: Final = 2
"""For so many rounds nobody noted a later time than the one that this clock is behind: then nobody lives at that time."""


class HeedClock:
    """Compares the time of day with a clock that only grows, and with what was noted in the store. `listen_anew` is called when what is
    in doubt must be given its full time once more; `still_seconds` without a look mean that this process stood still."""

    def __init__(self, *, store: Store, clock: Clock, observe: Observe, listen_anew: Callable[[], None], still_seconds: float) -> None:
        self._store = store
        self._clock = clock
        self._observe = observe
        self._listen_anew = listen_anew
        self._still_ms = int(still_seconds * 1000)
        self._seen_at = (clock.now_ms(), clock.monotonic())
        self._behind = 0
        """The time noted in the store that this clock is behind."""
        self._rounds = 0

    async def run(self) -> None:
        """Notes the time until cancelled."""
        while True:
            with suppress(StoreDown):  # it is noted again
                await self.note()
            await self._clock.sleep(NOTE_SECONDS)

    async def look(self) -> None:
        """Is called before work is claimed.

        What was put off by a clock that went back would wait for as long as it went back, an answer among it. What waits for a receipt
        would by a clock that jumped ahead, or over a time in which nobody listened, seem to have waited long enough.
        """
        wall_ms, passed = self._clock.now_ms(), self._clock.monotonic()
        stood_ms = int((passed - self._seen_at[1]) * 1000)
        back_ms = self._seen_at[0] + stood_ms - wall_ms
        if back_ms <= -JUMPED_MS or stood_ms >= self._still_ms:
            self._listen_anew()
            log.warning(
                "the clock jumped ahead, or this process stood still", ahead_seconds=-back_ms // 1000, still_seconds=stood_ms // 1000
            )
        if back_ms >= WENT_BACK_MS:
            try:
                await self._set_back(back_ms, now_ms=wall_ms, why="the clock went back")
            except StoreDown:
                return  # it is looked at again
        self._seen_at = (wall_ms, passed)

    async def note(self) -> None:
        """Notes that this process lives now. Where somebody lived at a later time, either the clock was set back while nobody ran, and
        what waits is brought forward, or another machine's clock is ahead of ours: then they note later times again. Raises StoreDown."""
        now = self._clock.now_ms()
        latest = await self._store.times.note(now_ms=now)
        behind_ms = latest - now
        self._observe.clock_behind(seconds=behind_ms // 1000 if behind_ms >= WENT_BACK_MS else 0)
        if behind_ms < WENT_BACK_MS:
            self._behind = 0
        elif latest > self._behind:
            log.error(
                "this clock is behind the latest time in the store; is it right, and are those of all machines?",
                behind_seconds=behind_ms // 1000,
            )
            self._behind, self._rounds = latest, 0
        else:
            self._rounds += 1
            if self._rounds >= ROUNDS:
                await self._set_back(behind_ms, now_ms=now, why="the clock went back while nobody ran")

    async def _set_back(self, by_ms: int, *, now_ms: int, why: str) -> None:
        self._listen_anew()
        woken = await self._store.set_back(by_ms=by_ms, now_ms=now_ms)
        await self._store.times.set_back(by_ms=by_ms, now_ms=now_ms)
        log.warning(why, seconds=by_ms // 1000, conversations=woken)
