"""Drill: rehearses a loss with the real code, over a copy of recent traffic or on live routing, and says what people would have seen.

A shadow drill asks recent questions again in an installation of its own: a fresh database in a temporary folder, the real channels,
providers, route, steps and gate, and a network on which everybody is played in this process. It does so twice, as usual and with the
loss, so that what differs is the loss. A live drill takes candidates away from the routing of every process, by a record in the
database that ends by itself.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, replace
from typing import Any, Protocol

import structlog
from structlog.contextvars import bound_contextvars

from wasl.continuity.dependency import Standing
from wasl.continuity.drill import by_person, compared, report
from wasl.continuity.exposure import can_rehearse
from wasl.domain.errors import Refused, SettingWrong, StoreDown
from wasl.domain.event import Arrival
from wasl.domain.exposure import DAY_MS, Asked, Drill, Fault, Outcome
from wasl.domain.ids import PersonId
from wasl.ports.clock import Clock
from wasl.ports.exposure import Exposing
from wasl.ports.library import Library
from wasl.ports.network import Network
from wasl.ports.people import People
from wasl.ports.store import Store
from wasl.service.drill_watch import DrillWatch
from wasl.service.expose import Footing
from wasl.service.lossy import Lossy
from wasl.service.receive import Receive

log = structlog.get_logger(__name__)

PEOPLE_AT_ONCE = 100
_STORED = ("queued", "unknown", "sending")
QUESTIONS_MIN = 10
QUESTIONS_MAX = 200
QUESTIONS_LOOKED = 2_000
OUTCOMES_MAX = 20_000
SETTLE_SECONDS = 1.0
"""After the last turn closed, its deliveries are given so long to settle."""
LOOK_SECONDS = 0.25
AGAIN_SECONDS = 1.0
"""A platform that was answered 503 sends again after so long, in a drill."""
SEASON_SECONDS = 600.0
"""The traffic of so long is asked again by itself."""
AWAY_SECONDS = 4.0
"""How long a shadow drill takes the database away."""
LIVE_BEAT_SECONDS = 5.0
LIVE_LEASE_MS = 20_000
"""A live drill whose runner fell silent is over after so long."""
LIVE_SECONDS_MAX = 3_600.0


class Shadow(Protocol):
    """An installation of its own for a rehearsal, open, with its worker at work."""

    @property
    def store(self) -> Store:
        """Its store."""
        ...

    @property
    def receive(self) -> Receive:
        """The way in."""
        ...

    @property
    def exposing(self) -> Exposing:
        """What counts in its store, never away."""
        ...

    @property
    def stand_ins(self) -> Sequence[str]:
        """Says in words who is played by whom."""
        ...

    async def cost(self, *, since_ms: int) -> Mapping[str, Any]:
        """Gives what its calls came to: tokens, and money by currency where prices are known."""
        ...


class MakeShadow(Protocol):
    """Makes a Shadow: `lost` are the dependencies that are away in it, `away` says whether its database is."""

    def __call__(self, *, lost: Sequence[Standing], how: Fault, away: Callable[[], bool]) -> AbstractAsyncContextManager[Shadow]:
        """Gives it, open; everything of it is gone at the end."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Played:
    """What came of the questions in one shadow."""

    outcomes: Sequence[Outcome]
    turned_away: int
    others: int
    cost: Mapping[str, Any]
    stand_ins: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """What is rehearsed by itself, and how often."""

    lose: tuple[str, ...] = ()
    every_days: int = 90
    how: Fault = "disabled"


class Rehearse:
    """Runs drills and keeps their reports."""

    def __init__(
        self,
        *,
        exposing: Exposing,
        people: People,
        library: Library,
        clock: Clock,
        footing: Footing,
        shadow: MakeShadow,
        history_messages: int,
        patience_seconds: float,
        season: Season | None = None,
    ) -> None:
        self._counts = exposing.exposure
        self._drills = exposing.drills
        self._people = people
        self._library = library
        self._clock = clock
        self._footing = footing
        self._shadow = shadow
        self._history = history_messages
        self._patience = patience_seconds
        self._season = season or Season()

    def standing(self, names: Sequence[str]) -> list[Standing]:
        """Finds what is to be lost. Raises SettingWrong for a name that is no dependency here or cannot be rehearsed."""
        here = {s.entry.id: s for s in self._footing.standing}
        found: list[Standing] = []
        for name in dict.fromkeys(names):
            if name not in here:
                known = ", ".join(sorted(n for n, s in here.items() if can_rehearse(s.entry)))
                raise SettingWrong(f"this installation does not stand on {name!r}; it could lose {known}")
            if not can_rehearse(here[name].entry):
                raise SettingWrong(
                    f"the loss of {name!r} cannot be rehearsed here: it stops nothing by itself, or it would stop the drill too"
                    " (for the machine: restore a backup on another one with `wasl restore`)"
                )
            found.append(here[name])
        if not found:
            raise SettingWrong("name what is to be lost, such as --lose whatsapp")
        return found

    # -- shadow
    async def in_shadow(self, names: Sequence[str], *, how: Fault, for_seconds: float) -> Drill:
        """Asks recent questions again without the lost, keeps the report; nothing leaves the machine. Raises SettingWrong, StoreDown."""
        lost = self.standing(names)
        questions = await self._recent(for_seconds)
        began = self._clock.now_ms()
        drill = Drill(
            id=self._clock.new_id(),
            mode="shadow",
            lost=tuple(s.entry.id for s in lost),
            how=how,
            started_ms=began,
            until_ms=began + int(2 * self._patience * 1000),
            candidates=tuple(sorted({a for s in lost for a in s.answerers})),
        )
        await self._drills.put(drill)
        with bound_contextvars(drill=drill.id):
            usual = await self._played(questions, lost=(), how=how)
            seen = await self._played(questions, lost=lost, how=how)
        told = report(
            usual.outcomes,
            seen.outcomes,
            lost=drill.lost,
            how=how,
            stand_ins=seen.stand_ins,
            turned_away=seen.turned_away,
            could_be_told_elsewhere=seen.others,
            cost={"usual": usual.cost, "seen": seen.cost},
        )
        return await self._end(drill, {**told, "questions_since_ms": min(q.accepted_ms for q in questions)})

    async def _played(self, questions: Sequence[Asked], *, lost: Sequence[Standing], how: Fault) -> _Played:
        """Asks the questions in a shadow."""
        away_until = float("-inf")

        def away() -> bool:
            return self._clock.monotonic() < away_until

        async with self._shadow(lost=[s for s in lost if not s.takes_everything], how=how, away=away) as shadow:
            elsewhere = await self._copy(questions, to=shadow, ways=frozenset(w for s in lost for w in s.ways))
            if any(s.takes_everything for s in lost):
                away_until = self._clock.monotonic() + AWAY_SECONDS
            since = self._clock.now_ms()
            turned_away = sum(await asyncio.gather(*(self._ask_in_turn(asked, shadow) for asked in by_person(questions))))
            outcomes = await self._settled(shadow, since_ms=since, wanted=len(questions))
            stored = sum(1 for o in outcomes if o.delivery in _STORED)
            return _Played(
                outcomes=outcomes,
                turned_away=turned_away,
                others=min(stored, elsewhere),
                cost=await shadow.cost(since_ms=since),
                stand_ins=shadow.stand_ins,
            )

    async def _copy(self, questions: Sequence[Asked], *, to: Shadow, ways: frozenset[str]) -> int:
        """Copies the people who asked, and what was said before; gives how many who asked through `ways` have another way."""
        asking = {q.person_id for q in questions if q.address.key.channel in ways}
        people: list[PersonId] = sorted({q.person_id for q in questions})
        elsewhere: set[str] = set()
        for start in range(0, len(people), PEOPLE_AT_ONCE):
            some = people[start : start + PEOPLE_AT_ONCE]
            for record in await self._people.records(people=some, after=None, limit=PEOPLE_AT_ONCE):
                await to.store.people.adopt(record, now_ms=self._clock.now_ms())
                open_ = (a for a in record.addresses if a.valid_to_ms is None and a.last_inbound_ms is not None)
                if record.id in asking and any(a.key.channel not in ways for a in open_):
                    elsewhere.add(record.id)
        for q in questions:
            first = max(0, q.seq - 1 - self._history)
            earlier = await self._library.live_entries(q.conversation_id, after=first, limit=max(1, self._history))
            if said := [e for e in earlier if e.seq < q.seq]:
                await to.store.library.restore(q.conversation_id, said)
        return len(elsewhere)

    async def _ask_in_turn(self, questions: Sequence[Asked], shadow: Shadow) -> int:
        """Lets a person's questions reach the shadow, each after the one before; gives how often they were turned away."""
        return sum([await self._ask(q, shadow) for q in questions])

    async def _ask(self, q: Asked, shadow: Shadow) -> int:
        """Lets a question reach the shadow as the platform brought it; gives how often it was turned away before it was taken."""
        arrival = Arrival(key=self._clock.new_id(), address=q.address.key, parts=q.parts, sent_at_ms=self._clock.now_ms())
        turned_away = 0
        ends = self._clock.monotonic() + self._patience
        while True:
            try:
                await shadow.receive.events(q.address.key.channel, raw=b"{}", events=[arrival])
                return turned_away
            except StoreDown:
                turned_away += 1
                if self._clock.monotonic() > ends:
                    return turned_away
                await self._clock.sleep(AGAIN_SECONDS)

    async def _settled(self, shadow: Shadow, *, since_ms: int, wanted: int) -> list[Outcome]:
        """Waits until nothing is due any more, or for as long as patience lasts."""
        ends = self._clock.monotonic() + self._patience
        quiet_at: float | None = None
        found: Sequence[Outcome] = ()
        while self._clock.monotonic() < ends:
            with suppress(StoreDown):
                before = found
                found = await shadow.exposing.exposure.outcomes(since_ms=since_ms, until_ms=self._clock.now_ms() + 1, limit=OUTCOMES_MAX)
                if found != before:
                    quiet_at = None
            busy = len(found) < wanted or any(o.state == "due" or o.delivery == "sending" for o in found)
            if busy:
                quiet_at = None
            elif quiet_at is None:
                quiet_at = self._clock.monotonic()
            elif self._clock.monotonic() - quiet_at >= SETTLE_SECONDS:
                break
            await self._clock.sleep(LOOK_SECONDS)
        return list(found)

    async def _recent(self, for_seconds: float) -> list[Asked]:
        """Takes as many of the newest questions as came in such a time lately, between a few and many. Raises SettingWrong."""
        asked = await self._counts.asked(before_ms=self._clock.now_ms() + 1, limit=QUESTIONS_LOOKED)
        known = {w.name for w in self._footing.here.ways}
        usable = [a for a in asked if a.address.key.channel in known]
        if not usable:
            raise SettingWrong("nobody has asked anything yet: a shadow drill needs some traffic to ask again (try `wasl simulate`)")
        since = usable[0].accepted_ms - int(for_seconds * 1000)
        lately = sum(1 for a in usable if a.accepted_ms >= since)
        return usable[: max(QUESTIONS_MIN, min(QUESTIONS_MAX, lately))]

    async def in_season(self) -> Drill | None:
        """Rehearses the next loss of the season in shadow, when one is due and no other runs: the hourly chore."""
        now = self._clock.now_ms()
        if not self._season.lose or any(d.mode == "shadow" and now < d.until_ms for d in await self._drills.open()):
            return None
        for name in self._season.lose:
            last = await self.last([name], mode="shadow")
            if last is None or now - last.started_ms >= self._season.every_days * DAY_MS:
                return await self.in_shadow([name], how=self._season.how, for_seconds=SEASON_SECONDS)
        return None

    # -- live
    async def live(
        self, names: Sequence[str], *, how: Fault, for_seconds: float, waited: Callable[[float], Awaitable[None]] | None = None
    ) -> Drill:
        """Takes candidates away from live routing for a time, and keeps the report.

        Whoever cancels it ends it: routing is as it was at once, and the report says that it was interrupted. If this process dies, the
        record runs out by itself within seconds. Raises SettingWrong for what has no candidate here, or leaves none.
        """
        gone = self.taken_live(names)
        lost = self.standing(names)
        began = self._clock.now_ms()
        drill = Drill(
            id=self._clock.new_id(),
            mode="live",
            lost=tuple(s.entry.id for s in lost),
            how=how,
            candidates=tuple(sorted(gone)),
            started_ms=began,
            until_ms=began + LIVE_LEASE_MS,
        )
        await self._drills.put(drill)
        interrupted = True
        try:
            await self._hold(drill, for_seconds=min(for_seconds, LIVE_SECONDS_MAX), waited=waited)
            interrupted = False
        finally:
            ended = await asyncio.shield(self._over(drill, interrupted=interrupted))
        return ended

    def taken_live(self, names: Sequence[str]) -> frozenset[str]:
        """Names the candidates that a live drill would take away. Raises SettingWrong where it has none, or leaves none."""
        lost = self.standing(names)
        gone = frozenset(a for s in lost for a in s.answerers)
        ways = [s.entry.id for s in lost if s.ways and not s.answerers]
        if ways or any(s.takes_everything for s in lost):
            what = ", ".join(ways or [s.entry.id for s in lost if s.takes_everything])
            raise SettingWrong(f"a live drill is on routing only: {what} takes no candidate away; rehearse it in shadow (without --live)")
        if not [a for a in self._footing.here.answerers if a.name not in gone]:
            raise SettingWrong("no candidate would be left to answer; a live drill would leave people unanswered: rehearse it in shadow")
        return gone

    async def _hold(self, drill: Drill, *, for_seconds: float, waited: Callable[[float], Awaitable[None]] | None) -> None:
        ends = self._clock.monotonic() + for_seconds
        while (left := ends - self._clock.monotonic()) > 0:
            if not await self._drills.prolong(drill.id, until_ms=self._clock.now_ms() + LIVE_LEASE_MS):
                raise Refused("the drill was ended elsewhere", drill=drill.id)
            if waited is not None:
                await waited(left)
            await self._clock.sleep(min(left, LIVE_BEAT_SECONDS))

    async def _over(self, drill: Drill, *, interrupted: bool) -> Drill:
        """Ends a live drill with what was seen meanwhile, beside as long a time before it."""
        now = self._clock.now_ms()
        ended = replace(drill, until_ms=now)
        try:
            await self._drills.end(drill.id, at_ms=now, report={"interrupted": interrupted})  # first: routing is as it was
        except StoreDown as error:
            within = LIVE_LEASE_MS // 1000
            raise StoreDown(f"the drill could not be ended ({error.message}); live routing is as it was within {within} s") from error
        length = max(1, now - drill.started_ms)
        before, during = [
            await self._counts.outcomes(since_ms=since, until_ms=since + length, limit=OUTCOMES_MAX)
            for since in (drill.started_ms - length, drill.started_ms)
        ]
        told = report(before, during, lost=drill.lost, how=drill.how)
        return await self._end(ended, {**told, "interrupted": interrupted})

    # -- reports
    async def _end(self, drill: Drill, told: Mapping[str, Any]) -> Drill:
        last = await self.last(drill.lost, mode=drill.mode, before=drill.id)
        whole = {**told, "since_last": {k: list(v) for k, v in compared(told, last.report if last else None).items()}}
        at_ms = self._clock.now_ms()
        await self._drills.end(drill.id, at_ms=at_ms, report=whole)
        log.info("a drill is over", lost=drill.lost, mode=drill.mode, answered=told.get("answered"), asked=told.get("asked"))
        return replace(drill, ended_ms=at_ms, report=whole)

    async def past(self, *, limit: int) -> Sequence[Drill]:
        """Lists drills, newest first. Raises StoreDown."""
        return await self._drills.past(limit=limit)

    async def find(self, drill_id: str) -> Drill | None:
        """Finds a drill. Raises StoreDown."""
        return await self._drills.find(drill_id)

    async def last(self, lost: Sequence[str], *, mode: str, before: str | None = None) -> Drill | None:
        """Gives the last drill of the same loss that came to its end."""
        for drill in await self._drills.past(limit=200):
            same = set(drill.lost) == set(lost) and drill.mode == mode
            if same and drill.report and drill.ended_ms is not None and (before is None or drill.id < before):
                return drill
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Drilling:
    """What one process has for drills: who runs them, and who minds live ones, with what is read and written for both."""

    kept: Exposing
    clock: Clock
    watch: DrillWatch
    rehearse: Rehearse

    def lossy(self, network: Network) -> Network:
        """Gives the way out to providers, on which a live drill takes some away."""
        return Lossy(network, losses=self.watch.losses, clock=self.clock)
