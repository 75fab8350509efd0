"""Expose: looks at who hangs on what, keeps the figures of each day, and says how fresh they are."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

import structlog

from wasl.continuity.dependency import Configured, Standing
from wasl.continuity.exposure import Exposure, Told, exposure
from wasl.continuity.register import Register
from wasl.domain.days import DAY_MS, begun_ms
from wasl.domain.exposure import Seen, Traffic
from wasl.ports.clock import Clock
from wasl.ports.exposure import Drills
from wasl.ports.exposure import Exposure as Counts
from wasl.wire.region import region_of_address

log = structlog.get_logger(__name__)

LOOKED_AT_ONCE = 2_000
"""Addresses looked at with one commit."""
LOOKED_AT_MAX = 20_000
"""Addresses looked at before one measurement; the rest counts without a country until the hourly chore comes to it."""
LOOKED_IN_A_CHORE_MAX = 2_000_000
DAYS_MEANT = 7
"""Whole days over which what goes on in a day is a mean."""
DRILLS_LOOKED = 200
TREND_DAYS = 365

Whose = tuple[Literal["candidate", "channel"], str]
Spends = Callable[[int, int], Awaitable[Mapping[Whose, Mapping[str, Decimal]]]]
"""What went to candidates and channels within a time (`service.spent`)."""
Age = Callable[[], Awaitable[int | None]]
"""When something was done last (milliseconds), None for never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Footing:
    """What an installation stands on: the register, what is configured, what follows from both, and what only some channels can do."""

    register: Register
    here: Configured
    standing: tuple[Standing, ...]
    able: Mapping[str, frozenset[str]] = field(default_factory=dict)
    barred: Mapping[str, frozenset[str]] = field(default_factory=dict)


class Expose:
    """Measures exposure."""

    def __init__(
        self,
        *,
        counts: Counts,
        drills: Drills,
        clock: Clock,
        footing: Footing,
        backed_up: Age | None = None,
        exported: Age | None = None,
        spent: Spends | None = None,
    ) -> None:
        self._counts = counts
        self._drills = drills
        self._clock = clock
        self.footing = footing
        self._backed_up = backed_up
        self._exported = exported
        self._spent = spent

    async def measure(self) -> Exposure:
        """Gives the whole as it is now. People are counted at this moment; what goes on in a day is the mean of the last whole days,
        which are summed once each. Raises StoreDown."""
        await self.look(limit=LOOKED_AT_MAX)
        now = self._clock.now_ms()
        told = Told(
            now_ms=now,
            groups=await self._counts.reach(),
            days=await self._days(now),
            able=self.footing.able,
            drilled=await self.drilled(),
            backup_ms=await self._backed_up() if self._backed_up else None,
            export_ms=await self._exported() if self._exported else None,
        )
        return exposure(told, self.footing.standing, self.footing.here, barred=self.footing.barred)

    async def keep(self) -> None:
        """Looks at all new addresses, sums days that are over and keeps today's figures: the hourly chore."""
        looked = await self.look(limit=LOOKED_IN_A_CHORE_MAX)
        found = await self.measure()
        await self._counts.keep_figures(day_ms=begun_ms(found.at_ms), record=found.record())
        log.debug("kept the figures of exposure", kept=found.kept, worst=found.worst, looked_at=looked)

    async def look(self, *, limit: int) -> int:
        """Looks at addresses that nobody looked at yet; gives their number."""
        return await look_at(self._counts, limit=limit)

    async def figures(self) -> Sequence[tuple[int, Mapping[str, object]]]:
        """Gives the kept figures of the last year, by day."""
        return await self._counts.figures(since_ms=begun_ms(self._clock.now_ms()) - TREND_DAYS * DAY_MS)

    async def drilled(self) -> Mapping[str, int]:
        """Says when each loss was rehearsed last, to its end."""
        last: dict[str, int] = {}
        for drill in await self._drills.past(limit=DRILLS_LOOKED):
            if drill.ended_ms is not None and drill.report:
                for name in drill.lost:
                    last[name] = max(last.get(name, 0), drill.ended_ms)
        return last

    async def _with_money(self, day: Sequence[Traffic], *, until_ms: int) -> list[Traffic]:
        """Adds what a day has cost. Calls that belong to no turn (judging, the API) count for whom they went to."""
        if self._spent is None or not day:
            return list(day)
        spent = dict(await self._spent(day[0].day_ms, until_ms))
        found = []
        for t in day:
            own = spent.pop((t.kind, t.name), {}) if t.kind != "all" else {}
            found.append(t._replace(money=tuple(sorted(own.items()))))
        found += [Traffic(day[0].day_ms, kind, name, 0, 0, 0, tuple(sorted(own.items()))) for (kind, name), own in sorted(spent.items())]
        return found

    async def _days(self, now_ms: int) -> Sequence[Traffic]:
        """Gives the sums of the last whole days; those that are missing are summed and kept. On the first day: what there is of it."""
        today = begun_ms(now_ms)
        since = today - DAYS_MEANT * DAY_MS
        kept = list(await self._counts.days(since_ms=since))
        there = {t.day_ms for t in kept}
        for day_ms in range(since, today, DAY_MS):
            if day_ms not in there:
                summed = await self._with_money(await self._counts.day(day_ms), until_ms=day_ms + DAY_MS)
                await self._counts.keep_day(summed)
                kept += summed
        lived = [t for t in kept if t.day_ms < today]
        first = min((t.day_ms for t in lived if t.kind == "all" and t.turns), default=None)
        if first is None:
            return await self._with_money(await self._counts.day(today, until_ms=now_ms + 1), until_ms=now_ms + 1)
        return [t for t in lived if t.day_ms >= first]


async def look_at(counts: Counts, *, limit: int = LOOKED_IN_A_CHORE_MAX) -> int:
    """Looks at addresses that nobody looked at yet, for their country and whether they wrote; gives their number."""
    looked = 0
    while looked < limit:
        unseen = await counts.unseen(limit=min(LOOKED_AT_ONCE, limit - looked))
        if not unseen:
            break
        seen = [
            Seen(u.id, region_of_address(handle=u.handle, kind=u.kind, alias=u.alias, alias_kind=u.alias_kind) or "", u.heard)
            for u in unseen
        ]
        await counts.note_seen(seen)
        looked += len(unseen)
        if len(unseen) < LOOKED_AT_ONCE:
            break
    return looked
