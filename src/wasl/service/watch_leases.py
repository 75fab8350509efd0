"""Watch leases: ends those that nobody renews any more, by this process's own sense of how long that is.

No wall clock is asked. The clocks of two machines differ, and one that jumps ahead would make every lease look as if it had run out, with
a send under way that another process would then repeat. A holder renews three times within a lease's length; whoever sees the same lease
unchanged for all of that length, by a clock that only grows, knows that its holder is dead or stands still, and that the holder knows by
its own such clock that it may not begin to send any more (`Worker.keep`).
"""

from collections.abc import Container
from contextlib import suppress
from typing import Final

import structlog

from wasl.domain.errors import StoreDown
from wasl.domain.ids import ConversationId
from wasl.ports.bus import WORK, Bus
from wasl.ports.clock import Clock
from wasl.ports.leases import Held, Leases

log = structlog.get_logger(__name__)

LOOKS: Final = 6
"""How often within a lease's length is looked."""
GAP_SHARE: Final = 0.25
"""No more than this share of a lease's length counts between two looks: when the whole machine stood still, holders renew before it is up.
A third (their renewal), this quarter, and a third (until they renew again) are less than one."""
PATIENCE: Final = 3
"""A lease that still lasts by its holder's clock is left alone for so many lengths: the holder may have been told of longer leases."""


class WatchLeases:
    """Looks from time to time at who holds what. `owner` names this process, `mine` is what it works on."""

    def __init__(
        self, *, leases: Leases, bus: Bus, clock: Clock, owner: str, lease_seconds: float, mine: Container[ConversationId] = ()
    ) -> None:
        self._leases = leases
        self._bus = bus
        self._clock = clock
        self._owner = owner
        self._lease_seconds = lease_seconds
        self._mine = mine
        self._unrenewed: dict[Held, float] = {}
        """Seconds for which each was seen as it is now."""
        self._looked_at = clock.monotonic()

    async def run(self) -> None:
        """Looks until cancelled; a store that is down is looked at again."""
        while True:
            await self._clock.sleep(self._lease_seconds / LOOKS)
            with suppress(StoreDown):
                await self.look()

    async def look(self) -> int:
        """Ends what was seen unrenewed for long enough; gives how many. Raises StoreDown."""
        passed = min(self._clock.monotonic() - self._looked_at, self._lease_seconds * GAP_SHARE)
        held = await self._leases.leases()
        self._looked_at = self._clock.monotonic()  # what the store took for its answer does not count
        others = [one for one in held if one.owner != self._owner or one.conversation_id not in self._mine]
        self._unrenewed = {one: self._unrenewed[one] + passed if one in self._unrenewed else 0.0 for one in others}
        now = self._clock.now_ms()
        over = [
            one for one, seconds in self._unrenewed.items() if seconds >= self._lease_seconds * (1 if one.until_ms <= now else PATIENCE)
        ]
        freed = await self._leases.free(over, now_ms=now) if over else 0
        if freed:
            log.warning("took over what nobody renews any more", conversations=freed, owners=sorted({one.owner for one in over}))
            self._bus.publish(WORK)
        return freed
