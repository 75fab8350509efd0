"""Succeed: plans that one candidate replaces another, and lets every process know which do now."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date

import structlog

from wasl.continuity.waking import midnight_ms, zone_named
from wasl.domain.days import DAY_MS, begin_ms, day_at
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

    @property
    def candidates(self) -> Sequence[RouteCandidate]:
        """The candidates of the route, in their order."""
        return tuple(self._candidates.values())

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
            raise SettingWrong(f"{candidate!r} cannot replace itself; name another candidate with --with", why="itself")
        now = self._clock.now_ms()
        on_ms = midnight_ms(on.year, on.month, on.day, zone=zone)
        if on_ms <= now:
            raise SettingWrong(f"{on.isoformat()} is in the past; give a day that is still to come", why="past")
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

    def draft_provider(
        self, provider: str, *, successors: Mapping[str, str], otherwise: str | None, on: date, zone: str, by: str
    ) -> tuple[Succession, ...]:
        """Makes one for each candidate of a provider, all of one plan. `successors` says by name who takes whose place, `otherwise` who
        takes that of the others. Raises SettingWrong for a provider, a name, a day or a zone that is none, and for a candidate whose place
        nobody takes, or one of the same provider would."""
        ends = [name for name, candidate in self._candidates.items() if candidate.provider_name == provider]
        if not ends:
            known = ", ".join(sorted({candidate.provider_name for candidate in self._candidates.values()}))
            raise SettingWrong(f"no candidate of the route is of a provider {provider!r}; there are: {known}")
        if strange := [name for name in successors if name not in ends]:
            raise SettingWrong(f"{strange[0]!r} is no candidate of {provider!r}; there are: {', '.join(ends)}")
        plan = self._clock.new_id()
        drafts = []
        for name in ends:
            successor = successors.get(name, otherwise)
            if successor is None:
                raise SettingWrong(
                    f"nobody takes the place of {name!r}; name a candidate for it, or one for all the others", why="nobody takes"
                )
            if successor in ends:
                raise SettingWrong(
                    f"{successor!r} is of {provider!r}, too, and ends with it; name a candidate of another provider", why="same provider"
                )
            drafts.append(replace(self.draft(candidate=name, successor=successor, on=on, zone=zone, by=by), plan=plan, provider=provider))
        return tuple(drafts)

    async def keep(self, *successions: Succession) -> None:
        """Keeps how a trial went; nothing changes for anybody."""
        await self._successions.put(*successions)

    async def plan(self, succession: Succession) -> Succession:
        """Makes it a plan: from its day on the successor stands in the candidate's place, in every process. Raises Refused where the
        candidate has a plan already, or the successor is itself replaced by then."""
        return (await self.plan_all((succession,)))[0]

    async def plan_all(self, successions: Sequence[Succession]) -> tuple[Succession, ...]:
        """Makes plans of several in one commit: all, or none of them. Raises like `plan`."""
        ours = {one.id for one in successions}
        for other in await self._successions.listed(state="planned", limit=KNOWN_MAX):
            for one in successions:
                if other.id not in ours and other.candidate == one.candidate:
                    raise Refused(
                        f"{one.candidate!r} is replaced already by the plan {other.plan or other.id}; undo that first",
                        why="replaced already",
                    )
                if other.candidate == one.successor and other.on_ms <= one.on_ms:
                    raise Refused(
                        f"{one.successor!r} is itself replaced by {other.successor!r} before that day; name that one", why="successor ends"
                    )
        planned = tuple(replace(one, state="planned") for one in successions)
        await self._successions.put(*planned)
        for one in planned:
            log.info("a candidate will be replaced", candidate=one.candidate, successor=one.successor, plan=one.plan or one.id)
        return planned

    async def undo(self, plan_id: str) -> tuple[Succession, ...]:
        """Takes a plan back, before its day or after it: of one candidate, or of all of a provider. Raises Refused for one that is none."""
        ended = await self.of_plan(plan_id)
        undone = tuple(replace(one, state="undone") for one in ended if one.state != "undone")
        if not undone:
            raise Refused(f"there is no plan {plan_id!r}; `wasl sunset models` names them")
        await self._successions.put(*undone)
        return undone

    async def of_plan(self, plan_id: str) -> Sequence[Succession]:
        """Gives what one id names: a candidate's succession, or those of all candidates of a provider; none for an id of neither."""
        found = await self._successions.find(plan_id)
        return [found] if found is not None else [one for one in await self.listed() if one.plan == plan_id]

    async def listed(self, *, limit: int = KNOWN_MAX) -> Sequence[Succession]:
        """Lists plans and trials, newest first."""
        return await self._successions.listed(limit=limit)

    def warnings(self, *, days: int) -> Sequence[tuple[str, date, bool]]:
        """Names candidates whose provider ends them within so many days (or has), the day, and whether a plan replaces them in time."""
        today = day_at(self._clock.now_ms())
        planned = {one.candidate: one.on_ms for one in self._known}
        found = []
        for name, candidate in self._candidates.items():
            ends = candidate.shutdown
            if ends is None or (ends - today).days > days:
                continue
            ends_ms = begin_ms(ends) + DAY_MS
            found.append((name, ends, name in planned and planned[name] < ends_ms))
        return sorted(found, key=lambda one: one[1])
