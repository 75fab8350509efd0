"""Succeed: plans that one candidate replaces another, and lets every process know which do now."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date

import structlog

from wasl.continuity.waking import midnight_ms, zone_named
from wasl.domain.errors import Refused, SettingWrong, StoreDown
from wasl.domain.succession import Succession
from wasl.ports.clock import Clock
from wasl.ports.successions import Successions
from wasl.routing.route import RouteCandidate

log = structlog.get_logger(__name__)

LOOK_SECONDS = 2.0
"""A plan is known in all processes so long after it was made or taken back; its day needs no look."""
KNOWN_MAX = 200


class Succeed:
    """Makes and takes back plans, and minds them beside everything else, in every process."""

    def __init__(self, *, successions: Successions, clock: Clock, candidates: Sequence[RouteCandidate]) -> None:
        self._successions = successions
        self._clock = clock
        self._candidates = {candidate.name: candidate for candidate in candidates}
        self._known: Sequence[Succession] = ()

    def now(self) -> Sequence[Succession]:
        """Gives the plans that are known, oldest first. Asked at every call to a model."""
        return self._known

    async def run(self) -> None:
        """Looks until cancelled."""
        while True:
            with suppress(StoreDown):  # the next look tries again; a day that is known comes without one
                await self.look()
            await self._clock.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Reads which plans there are. Raises StoreDown."""
        found = await self._successions.listed(state="planned", limit=KNOWN_MAX)
        self._known = tuple(reversed(found))

    def draft(self, *, candidate: str, successor: str, on: date, zone: str, by: str) -> Succession:
        """Makes one that is kept by nobody yet. Raises SettingWrong for a name, a day or a zone that is none."""
        zone_named(zone)
        for name in (candidate, successor):
            if name not in self._candidates:
                raise SettingWrong(f"{name!r} is no candidate of the route; there are: {', '.join(self._candidates)}")
        if candidate == successor:
            raise SettingWrong(f"{candidate!r} cannot replace itself; name another candidate with --with")
        now = self._clock.now_ms()
        on_ms = midnight_ms(on.year, on.month, on.day, zone=zone)
        if on_ms <= now:
            raise SettingWrong(f"{on.isoformat()} is in the past; give a day that is still to come")
        return Succession(
            id=self._clock.new_id(),
            candidate=candidate,
            successor=successor,
            on_ms=on_ms,
            zone=zone,
            state="tried",
            made_ms=now,
            made_by=by,
        )

    async def keep(self, succession: Succession) -> None:
        """Keeps how a trial went; nothing changes for anybody."""
        await self._successions.put(succession)

    async def plan(self, succession: Succession) -> Succession:
        """Makes it a plan: from its day on the successor stands in the candidate's place, in every process. Raises Refused where the
        candidate has a plan already, or the successor is itself replaced by then."""
        for other in await self._successions.listed(state="planned", limit=KNOWN_MAX):
            if other.id != succession.id and other.candidate == succession.candidate:
                raise Refused(f"{succession.candidate!r} is replaced already by the plan {other.id}; undo that first")
            if other.candidate == succession.successor and other.on_ms <= succession.on_ms:
                raise Refused(f"{succession.successor!r} is itself replaced by {other.successor!r} before that day; name that one")
        planned = replace(succession, state="planned")
        await self._successions.put(planned)
        log.info("a candidate will be replaced", candidate=planned.candidate, successor=planned.successor, plan=planned.id)
        return planned

    async def undo(self, succession_id: str) -> Succession:
        """Takes a plan back, before its day or after it. Raises Refused for one that is none."""
        found = await self._successions.find(succession_id)
        if found is None or found.state == "undone":
            raise Refused(f"there is no plan {succession_id!r}; `wasl sunset models` names them")
        undone = replace(found, state="undone")
        await self._successions.put(undone)
        return undone

    async def listed(self, *, limit: int = KNOWN_MAX) -> Sequence[Succession]:
        """Lists plans and trials, newest first."""
        return await self._successions.listed(limit=limit)

    def warnings(self, *, days: int) -> Sequence[tuple[str, date, bool]]:
        """Names candidates whose provider ends them within so many days (or has), the day, and whether a plan replaces them in time."""
        today = date.fromordinal(date(1970, 1, 1).toordinal() + self._clock.now_ms() // 86_400_000)
        planned = {one.candidate: one.on_ms for one in self._known}
        found = []
        for name, candidate in self._candidates.items():
            ends = candidate.shutdown
            if ends is None or (ends - today).days > days:
                continue
            ends_ms = (ends.toordinal() - date(1970, 1, 1).toordinal() + 1) * 86_400_000
            found.append((name, ends, name in planned and planned[name] < ends_ms))
        return sorted(found, key=lambda one: one[1])
