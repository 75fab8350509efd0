"""Play shadow: asks recent questions again in an installation of its own, with something lost, and says what became of each."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from typing import Any, Final, Protocol

from wasl.continuity.dependency import Standing
from wasl.continuity.drill import by_person
from wasl.domain.errors import StoreDown
from wasl.domain.event import Arrival
from wasl.domain.exposure import Asked, Fault, Outcome
from wasl.domain.ids import PersonId
from wasl.ports.clock import Clock
from wasl.ports.exposure import Exposing
from wasl.ports.library import Library
from wasl.ports.people import People
from wasl.ports.store import Store
from wasl.service.receive import Receive

PEOPLE_AT_ONCE: Final = 100
OUTCOMES_MAX: Final = 20_000
SETTLE_SECONDS: Final = 1.0
"""After the last turn closed, its deliveries are given so long to settle."""
LOOK_SECONDS: Final = 0.25
AGAIN_SECONDS: Final = 1.0
"""A platform that was answered 503 sends again after so long, in a drill."""
AWAY_SECONDS: Final = 4.0
"""How long a shadow drill takes the database away."""
_STORED = ("queued", "unknown", "sending")


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
class Played:
    """What came of the questions in one shadow."""

    outcomes: Sequence[Outcome]
    turned_away: int
    others: int
    cost: Mapping[str, Any]
    stand_ins: Sequence[str]


class PlayShadow:
    """Plays one round of a shadow drill."""

    def __init__(
        self, *, people: People, library: Library, clock: Clock, shadow: MakeShadow, history_messages: int, patience_seconds: float
    ) -> None:
        self._people = people
        self._library = library
        self._clock = clock
        self._shadow = shadow
        self._history = history_messages
        self.patience_seconds = patience_seconds

    async def run(self, questions: Sequence[Asked], *, lost: Sequence[Standing], how: Fault, answered: Callable[[int], None]) -> Played:
        """Asks the questions in a shadow; `answered` is told again and again how many are. Raises StoreDown."""
        away_until = float("-inf")

        def away() -> bool:
            return self._clock.monotonic() < away_until

        async with self._shadow(lost=[s for s in lost if not s.takes_everything], how=how, away=away) as shadow:
            elsewhere = await self._copy(questions, to=shadow, ways=frozenset(w for s in lost for w in s.ways))
            if any(s.takes_everything for s in lost):
                away_until = self._clock.monotonic() + AWAY_SECONDS
            since = self._clock.now_ms()
            turned_away = sum(await asyncio.gather(*(self._ask_in_turn(asked, shadow) for asked in by_person(questions))))
            outcomes = await self._settled(shadow, since_ms=since, wanted=len(questions), answered=answered)
            stored = sum(1 for o in outcomes if o.delivery in _STORED)
            return Played(
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
        ends = self._clock.monotonic() + self.patience_seconds
        while True:
            try:
                await shadow.receive.events(q.address.key.channel, raw=b"{}", events=[arrival])
                return turned_away
            except StoreDown:
                turned_away += 1
                if self._clock.monotonic() > ends:
                    return turned_away
                await self._clock.sleep(AGAIN_SECONDS)

    async def _settled(self, shadow: Shadow, *, since_ms: int, wanted: int, answered: Callable[[int], None]) -> list[Outcome]:
        """Waits until nothing is due any more, or for as long as patience lasts."""
        ends = self._clock.monotonic() + self.patience_seconds
        quiet_at: float | None = None
        found: Sequence[Outcome] = ()
        while self._clock.monotonic() < ends:
            with suppress(StoreDown):
                before = found
                found = await shadow.exposing.exposure.outcomes(since_ms=since_ms, until_ms=self._clock.now_ms() + 1, limit=OUTCOMES_MAX)
                if found != before:
                    quiet_at = None
            answered(sum(1 for o in found if o.state != "due"))
            busy = len(found) < wanted or any(o.state == "due" or o.delivery == "sending" for o in found)
            if busy:
                quiet_at = None
            elif quiet_at is None:
                quiet_at = self._clock.monotonic()
            elif self._clock.monotonic() - quiet_at >= SETTLE_SECONDS:
                break
            await self._clock.sleep(LOOK_SECONDS)
        return list(found)
