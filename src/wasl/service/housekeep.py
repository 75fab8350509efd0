"""Housekeep: what must be done now and then: measuring the backlog, freeing the leases of the dead, pruning what is old."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import cast

import structlog

from wasl.domain.errors import StoreDown, WaslError
from wasl.ports.bus import WORK, Bus
from wasl.ports.clock import Clock
from wasl.ports.store import Store
from wasl.service.observe import BreakerState, Observe

log = structlog.get_logger(__name__)

BACKLOG_SECONDS = 5.0
DEAD_SECONDS = 10.0
PRUNE_SECONDS = 3_600.0


Chore = Callable[[], Awaitable[object]]
"""Something that is done once an hour; done twice it must do no harm."""


class Housekeep:
    """Runs beside the worker. `chores` are done once an hour. `is_dead` says of an owner's name whether its process is surely gone."""

    def __init__(
        self,
        *,
        store: Store,
        bus: Bus,
        clock: Clock,
        observe: Observe,
        backlog_limit: int,
        raw_days: int,
        is_dead: Callable[[str], bool],
        circuits: Callable[[], Mapping[str, str]],
        chores: Sequence[Chore] = (),
    ) -> None:
        self._store = store
        self._bus = bus
        self._clock = clock
        self._observe = observe
        self._backlog_limit = backlog_limit
        self._raw_days = raw_days
        self._is_dead = is_dead
        self._circuits = circuits
        self._chores = chores

    async def run(self) -> None:
        """Works until cancelled; a store that is down is tried again at the next round."""
        freed_at = pruned_at = float("-inf")
        while True:
            now = self._clock.monotonic()
            try:
                await self.measure()
                if now - freed_at >= DEAD_SECONDS:
                    await self.free_the_dead()
                    freed_at = now
                if now - pruned_at >= PRUNE_SECONDS:
                    await self.do_chores()  # first: what is brought in from old requests is still there
                    counts = await self._store.prune(now_ms=self._clock.now_ms(), raw_days=self._raw_days)
                    log.debug("pruned", **counts)
                    pruned_at = now
            except StoreDown as error:
                log.warning("housekeeping waits for the store", why=error.message)
            await self._clock.sleep(BACKLOG_SECONDS)

    async def do_chores(self) -> None:
        """Does every chore; one that fails by name is told and tried again in an hour."""
        for chore in self._chores:
            try:
                await chore()
            except WaslError as error:
                log.error("a chore failed", chore=getattr(chore, "__qualname__", str(chore)), why=error.message)

    async def measure(self) -> None:
        """Takes the backlog and the candidates' circuits for `/readyz` and the metrics."""
        for candidate, state in self._circuits().items():
            self._observe.breaker(candidate=candidate, state=cast(BreakerState, state))
        now_ms = self._clock.now_ms()
        self._observe.backlog(await self._store.backlog(now_ms=now_ms), limit=self._backlog_limit, now_ms=now_ms)

    async def free_the_dead(self) -> None:
        """Frees what a killed process held, so that its people do not wait for the leases to run out."""
        held = await self._store.leases()
        dead = {owner for owner in {one.owner for one in held} if self._is_dead(owner)}
        if dead:
            freed = await self._store.free([one for one in held if one.owner in dead], now_ms=self._clock.now_ms())
            if freed:
                log.info("took over what a dead process held", conversations=freed)
                self._bus.publish(WORK)
