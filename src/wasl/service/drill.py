"""Drill: rehearses a loss with the real code, over a copy of recent traffic or on live routing, and says what people would have seen.

A shadow drill asks recent questions again in an installation of its own: a fresh database in a temporary folder, the real channels,
providers, route, steps and gate, and a network on which everybody is played in this process. It does so twice, as usual and with the
loss, so that what differs is the loss. A live drill takes candidates away from the routing of every process, by a record in the
database that ends by itself.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import structlog
from structlog.contextvars import bound_contextvars

from wasl.continuity.dependency import Standing
from wasl.continuity.drill import compared, report
from wasl.continuity.exposure import can_rehearse
from wasl.domain.days import DAY_MS
from wasl.domain.errors import Refused, SettingWrong, StoreDown
from wasl.domain.exposure import Asked, Drill, Fault
from wasl.ports.clock import Clock
from wasl.ports.exposure import Exposing
from wasl.service.expose import Footing
from wasl.service.play_shadow import OUTCOMES_MAX, PlayShadow

log = structlog.get_logger(__name__)

QUESTIONS_MIN = 10
QUESTIONS_MAX = 200
QUESTIONS_LOOKED = 2_000
SEASON_SECONDS = 600.0
"""The traffic of so long is asked again by itself."""
SHADOW_BEAT_SECONDS = 1.0
SHADOW_LEASE_MS = 60_000
"""A shadow drill whose runner fell silent makes room for another after so long."""
LIVE_BEAT_SECONDS = 5.0
LIVE_LEASE_MS = 20_000
"""A live drill whose runner fell silent is over after so long."""
LIVE_SECONDS_MAX = 3_600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """What is rehearsed by itself, and how often."""

    lose: tuple[str, ...] = ()
    every_days: int = 90
    how: Fault = "disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A drill that has its place and was not carried out yet."""

    drill: Drill
    lost: Sequence[Standing]
    for_seconds: float
    questions: Sequence[Asked] = ()


class Rehearse:
    """Runs drills, one at a time in all processes, and keeps their reports."""

    def __init__(
        self,
        *,
        exposing: Exposing,
        clock: Clock,
        footing: Footing,
        play: PlayShadow,
        season: Season | None = None,
    ) -> None:
        self._counts = exposing.exposure
        self._drills = exposing.drills
        self._clock = clock
        self._footing = footing
        self.play = play
        self._season = season or Season()

    def standing_here(self) -> Sequence[Standing]:
        """Gives everything that this installation stands on."""
        return self._footing.standing

    def answering(self, *, but: frozenset[str]) -> list[str]:
        """Names the candidates that are asked when some are not, in their order."""
        return [a.name for a in self._footing.here.answerers if a.name not in but]

    def rehearsable(self) -> list[Standing]:
        """Gives what could be lost here, in the order of the register."""
        return [s for s in self._footing.standing if can_rehearse(s.entry)]

    def standing(self, names: Sequence[str]) -> list[Standing]:
        """Finds what is to be lost. Raises SettingWrong for a name that is no dependency here or cannot be rehearsed."""
        here = {s.entry.id: s for s in self._footing.standing}
        found: list[Standing] = []
        for name in dict.fromkeys(names):
            if name not in here:
                known = ", ".join(sorted(n for n, s in here.items() if can_rehearse(s.entry)))
                raise SettingWrong(f"this installation does not stand on {name!r}; it could lose {known}", why="unknown")
            if not can_rehearse(here[name].entry):
                raise SettingWrong(
                    f"the loss of {name!r} cannot be rehearsed here: it stops nothing by itself, or it would stop the drill too"
                    " (for the machine: restore a backup on another one with `wasl restore`)",
                    why="not rehearsed",
                )
            found.append(here[name])
        if not found:
            raise SettingWrong("name what is to be lost, such as --lose whatsapp", why="nothing named")
        return found

    async def begin(self, names: Sequence[str], *, how: Fault, for_seconds: float, live: bool) -> Begun:
        """Looks whether it can be rehearsed, and takes the one place for drills. Raises SettingWrong, StoreDown; Refused while another
        drill runs, in whatever process."""
        gone = self.taken_live(names) if live else frozenset()
        lost = self.standing(names)
        questions = () if live else await self._recent(for_seconds)
        now = self._clock.now_ms()
        length = min(for_seconds, LIVE_SECONDS_MAX) if live else for_seconds
        drill = Drill(
            id=self._clock.new_id(),
            mode="live" if live else "shadow",
            lost=tuple(s.entry.id for s in lost),
            how=how,
            candidates=tuple(sorted(gone or {a for s in lost for a in s.answerers})),
            started_ms=now,
            until_ms=now + (LIVE_LEASE_MS if live else SHADOW_LEASE_MS),
            report={"progress": {"ends_ms": now + int(length * 1000)} if live else _progress("usual", 0, len(questions))},
        )
        try:
            other = await self._drills.begin(drill, now_ms=now)
        except asyncio.CancelledError:  # it may have its place by now, and nobody would keep it
            await asyncio.shield(self._drills.end(drill.id, at_ms=now, report={"interrupted": True}))
            raise
        if other is not None:
            raise Refused(
                f"another drill is running (without {', '.join(other.lost)}); one is run at a time", why="running", drill=other.id
            )
        return Begun(drill=drill, lost=lost, for_seconds=length, questions=questions)

    async def carry_out(self, begun: Begun) -> Drill:
        """Runs what was begun and keeps the report. Whoever cancels it ends it, and the report says so. Raises StoreDown; Refused when it
        was ended elsewhere."""
        return await (self._hold_live(begun) if begun.drill.mode == "live" else self._play_shadow(begun))

    async def end(self, drill_id: str) -> None:
        """Ends a drill, in whatever process it runs: a live one's routing is as it was within two seconds. Raises StoreDown."""
        drill = await self._drills.find(drill_id)
        if drill is not None and drill.ended_ms is None:
            await self._drills.end(drill_id, at_ms=self._clock.now_ms(), report={"interrupted": True})

    # -- shadow
    async def in_shadow(self, names: Sequence[str], *, how: Fault, for_seconds: float) -> Drill:
        """Asks recent questions again without the lost, keeps the report; nothing leaves the machine. Raises like `begin`."""
        return await self.carry_out(await self.begin(names, how=how, for_seconds=for_seconds, live=False))

    async def _play_shadow(self, begun: Begun) -> Drill:
        """Plays both rounds while the drill's place is kept."""
        progress = dict(begun.drill.report)
        playing = asyncio.ensure_future(self._rounds(begun, progress))
        keeping = asyncio.ensure_future(self._keep_place(begun.drill.id, progress))
        told: Mapping[str, Any] = {"interrupted": True}
        ended_elsewhere = False
        try:
            await asyncio.wait({playing, keeping}, return_when=asyncio.FIRST_COMPLETED)
            if not playing.done():
                ended_elsewhere = True
                raise Refused("the drill was ended elsewhere", drill=begun.drill.id)
            told = playing.result()
        finally:
            for task in (playing, keeping):
                task.cancel()
            await asyncio.shield(asyncio.gather(playing, keeping, return_exceptions=True))
            if "asked" not in told and not ended_elsewhere:
                with suppress(StoreDown):  # its place is free again by itself
                    await asyncio.shield(self._drills.end(begun.drill.id, at_ms=self._clock.now_ms(), report=told))
        return await self._end(begun.drill, told)

    async def _keep_place(self, drill_id: str, progress: Mapping[str, Any]) -> None:
        """Keeps the drill's place and how far it came, until it was ended elsewhere."""
        while True:
            with suppress(StoreDown):  # the next beat tries again
                if not await self._drills.prolong(drill_id, until_ms=self._clock.now_ms() + SHADOW_LEASE_MS, report=dict(progress)):
                    return
            await self._clock.sleep(SHADOW_BEAT_SECONDS)

    async def _rounds(self, begun: Begun, progress: dict[str, Any]) -> Mapping[str, Any]:
        """Asks as usual, then with the loss, and puts both beside each other; `progress` says how far that came."""
        drill, questions, asked = begun.drill, begun.questions, len(begun.questions)

        def answered(which: str) -> Callable[[int], None]:
            return lambda count: progress.update(progress=_progress(which, count, asked))

        with bound_contextvars(drill=drill.id):
            usual = await self.play.run(questions, lost=(), how=drill.how, answered=answered("usual"))
            progress["progress"] = _progress("lost", 0, asked)
            seen = await self.play.run(questions, lost=begun.lost, how=drill.how, answered=answered("lost"))
        told = report(
            usual.outcomes,
            seen.outcomes,
            lost=drill.lost,
            how=drill.how,
            stand_ins=seen.stand_ins,
            turned_away=seen.turned_away,
            could_be_told_elsewhere=seen.others,
            cost={"usual": usual.cost, "seen": seen.cost},
        )
        return {**told, "questions_since_ms": min(q.accepted_ms for q in questions)}

    async def _recent(self, for_seconds: float) -> list[Asked]:
        """Takes as many of the newest questions as came in such a time lately, between a few and many. Raises SettingWrong."""
        asked = await self._counts.asked(before_ms=self._clock.now_ms() + 1, limit=QUESTIONS_LOOKED)
        known = {w.name for w in self._footing.here.ways}
        usable = [a for a in asked if a.address.key.channel in known]
        if not usable:
            raise SettingWrong(
                "nobody has asked anything yet: a shadow drill needs some traffic to ask again (try `wasl simulate`)", why="nobody asked"
            )
        since = usable[0].accepted_ms - int(for_seconds * 1000)
        lately = sum(1 for a in usable if a.accepted_ms >= since)
        return usable[: max(QUESTIONS_MIN, min(QUESTIONS_MAX, lately))]

    async def in_season(self) -> Drill | None:
        """Rehearses the next loss of the season in shadow, when one is due and no other runs: the hourly chore."""
        now = self._clock.now_ms()
        if not self._season.lose or any(now < d.until_ms for d in await self._drills.open()):
            return None
        for name in self._season.lose:
            last = await self.last([name], mode="shadow")
            if last is None or now - last.started_ms >= self._season.every_days * DAY_MS:
                return await self.in_shadow([name], how=self._season.how, for_seconds=SEASON_SECONDS)
        return None

    # -- live
    async def live(self, names: Sequence[str], *, how: Fault, for_seconds: float) -> Drill:
        """Takes candidates away from live routing for a time, and keeps the report.

        Whoever cancels it ends it: routing is as it was at once, and the report says that it was interrupted. If this process dies, the
        record runs out by itself within seconds. Raises like `begin`, and SettingWrong for what has no candidate here, or leaves none.
        """
        return await self.carry_out(await self.begin(names, how=how, for_seconds=for_seconds, live=True))

    async def _hold_live(self, begun: Begun) -> Drill:
        """Keeps a live drill in force for its time."""
        interrupted = True
        try:
            await self._hold(begun.drill, for_seconds=begun.for_seconds)
            interrupted = False
        finally:
            ended = await asyncio.shield(self._over(begun.drill, interrupted=interrupted))
        return ended

    def taken_live(self, names: Sequence[str]) -> frozenset[str]:
        """Names the candidates that a live drill would take away. Raises SettingWrong where it has none, or leaves none."""
        lost = self.standing(names)
        gone = frozenset(a for s in lost for a in s.answerers)
        ways = [s.entry.id for s in lost if s.ways and not s.answerers]
        if ways or any(s.takes_everything for s in lost):
            what = ", ".join(ways or [s.entry.id for s in lost if s.takes_everything])
            raise SettingWrong(
                f"a live drill is on routing only: {what} takes no candidate away; rehearse it in shadow (without --live)",
                why="routing only",
            )
        if not self.answering(but=gone):
            raise SettingWrong(
                "no candidate would be left to answer; a live drill would leave people unanswered: rehearse it in shadow", why="none left"
            )
        return gone

    async def _hold(self, drill: Drill, *, for_seconds: float) -> None:
        ends = self._clock.monotonic() + for_seconds
        while (left := ends - self._clock.monotonic()) > 0:
            if not await self._drills.prolong(drill.id, until_ms=self._clock.now_ms() + LIVE_LEASE_MS):
                raise Refused("the drill was ended elsewhere", drill=drill.id)
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


def _progress(which: str, answered: int, asked: int) -> Mapping[str, Any]:
    """Says how far a shadow drill came: in the round as usual or in the one with the loss."""
    return {"round": which, "answered": answered, "asked": asked}
