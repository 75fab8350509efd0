"""Alarms: does what timers are set for, each until it is done: a timer is dropped after its act, and comes again when that failed."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

import structlog

from wasl.domain.errors import StoreDown, WaslError
from wasl.ports.clock import Clock
from wasl.ports.store import Store, Timer

log = structlog.get_logger(__name__)

LOOK_SECONDS = 5.0
AGAIN_MS = 60_000
TIMERS_AT_ONCE = 20

Act = Callable[[Timer], Awaitable[None]]
"""Does what a timer is for; done twice it must do nothing more. A WaslError lets it be tried again."""


class Alarms:
    """Runs beside the worker. `acts` are by kind; a kind that nobody acts on is left for a later version."""

    def __init__(self, *, store: Store, clock: Clock, acts: Mapping[str, Act]) -> None:
        self._store = store
        self._clock = clock
        self._acts = acts

    async def run(self) -> None:
        """Works until cancelled."""
        while True:
            with suppress(StoreDown):  # the next look tries again
                await self.look()
            await self._clock.sleep(LOOK_SECONDS)

    async def look(self) -> int:
        """Does what is due and gives how many that were. Raises StoreDown."""
        due = await self._store.due_timers(now_ms=self._clock.now_ms(), limit=TIMERS_AT_ONCE, lease_ms=AGAIN_MS)
        done = 0
        for timer in due:
            act = self._acts.get(timer.kind)
            if act is None:
                continue
            try:
                await act(timer)
            except WaslError as error:
                log.warning("a timer's act failed and is tried again", kind=timer.kind, key=timer.key, why=error.message)
                continue
            await self._store.drop_timer(kind=timer.kind, key=timer.key)
            done += 1
        return done
