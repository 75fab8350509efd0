"""The contract of exposure and drills, as tests: subclass ExposureContract or DrillsContract, say how to make the store, run it.

The store has them as `exposure` and `drills`; `make_store` and `clock` are as in `wasl.testing.contracts.stores`.
"""

import asyncio
from decimal import Decimal
from typing import Protocol, cast

import pytest

from wasl.domain.days import DAY_MS, begun_ms
from wasl.domain.exposure import Drill, Reach, Seen, Traffic
from wasl.domain.identity import AuditRecord
from wasl.domain.message import Text
from wasl.ports.exposure import Drills, Exposure
from wasl.ports.store import Store
from wasl.testing.contracts.people_scene import PeopleFixtures, PeopleScene
from wasl.wire.region import region_of_address


class Exposed(Protocol):
    """A store that counts who is reachable where."""

    @property
    def exposure(self) -> Exposure: ...


class Drilled(Protocol):
    """A store that keeps drills."""

    @property
    def drills(self) -> Drills: ...


async def look(exposure: Exposure) -> int:
    """Looks at every address that is to be looked at, as the service does; gives how many they were."""
    unseen = await exposure.unseen(limit=1_000)
    await exposure.note_seen(
        [Seen(u.id, region_of_address(handle=u.handle, kind=u.kind, alias=u.alias, alias_kind=u.alias_kind) or "", u.heard) for u in unseen]
    )
    return len(unseen)


class ExposureContract(PeopleFixtures):
    """Everything that Exposure promises."""

    @pytest.fixture
    def exposure(self, store: Store) -> Exposure:
        """The exposure under test."""
        return cast(Exposed, store).exposure

    async def test_people_are_counted_by_exactly_the_ways_they_may_be_reached_through(self, scene: PeopleScene, exposure: Exposure) -> None:
        one = await scene.writes("hello", at="ada", channel="line one")
        other = await scene.writes("hello", at="ada elsewhere", channel="line two")
        await scene.writes("hello", at="bea", channel="line one")
        await scene.writes("again", at="bea", channel="line one")
        await scene.writes("hello", at="cem", channel="line two")
        assert sorted(await exposure.reach(), key=lambda g: sorted(g.ways)) == [
            Reach(frozenset({"line one"}), "", 2),
            Reach(frozenset({"line two"}), "", 2),
        ]
        await scene.link(one.conversation_id, other.conversation_id)
        found = {g.ways: g.people for g in await exposure.reach()}
        assert found == {frozenset({"line one"}): 1, frozenset({"line two"}): 1, frozenset({"line one", "line two"}): 1}

    async def test_two_addresses_on_one_channel_are_one_way(self, scene: PeopleScene, exposure: Exposure) -> None:
        one = await scene.writes("hello", at="ada")
        other = await scene.writes("hello", at="ada's other phone")
        await scene.link(one.conversation_id, other.conversation_id)
        assert [(g.ways, g.people) for g in await exposure.reach()] == [(frozenset({"line one"}), 1)]

    async def test_the_country_is_what_looking_at_the_handle_told(self, scene: PeopleScene, exposure: Exposure) -> None:
        for number in ("201001234567", "393331234567", "201007654321"):
            address = scene.key(number, kind="phone")
            await scene.receive(scene.arrival(address=address))
        assert {g.country for g in await exposure.reach()} == {""}
        assert await look(exposure) == 3
        assert {g.country: g.people for g in await exposure.reach()} == {"EG": 2, "IT": 1}
        assert await look(exposure) == 0, "nothing is looked at twice"

    async def test_whoever_never_wrote_has_no_way_until_they_write(self, scene: PeopleScene, exposure: Exposure) -> None:
        await scene.receive(scene.arrival("I wrote first", handle="ada", author="operator", wants_answer=False))
        await look(exposure)
        assert [(g.ways, g.people) for g in await exposure.reach()] == [(frozenset(), 1)]
        await scene.arrive("hello", handle="ada")
        assert await look(exposure) == 1
        assert [(g.ways, g.people) for g in await exposure.reach()] == [(frozenset({"line one"}), 1)]

    async def test_groups_and_closed_addresses_are_nobodys_way(self, scene: PeopleScene, exposure: Exposure) -> None:
        await scene.receive(scene.arrival(address=scene.key("the group", kind="group")))
        await scene.writes("hello", at="ada", alias="393331234567")
        await scene.writes("I have that number now", at="bea", alias="393331234567")  # a recycled number: ada's address closes
        await look(exposure)
        assert [(g.ways, g.people) for g in await exposure.reach()] == [(frozenset({"line one"}), 1)]

    async def test_people_of_one_way_are_named_page_by_page(self, scene: PeopleScene, exposure: Exposure) -> None:
        alone = [await scene.writes("hello", at=f"person {n}") for n in range(5)]
        joined, other = await scene.writes("hello", at="joined"), await scene.writes("hello", at="joined", channel="line two")
        await scene.writes("hello", at="elsewhere", channel="line two")
        await scene.link(joined.conversation_id, other.conversation_id)
        expected = sorted([await scene.person(a.conversation_id) for a in alone])
        first = await exposure.only_through(["line one"], limit=3)
        rest = await exposure.only_through(["line one"], after=first[-1].person_id, limit=3)
        assert [o.person_id for o in [*first, *rest]] == expected
        assert [o.person_id for o in await exposure.with_another(["line one"], limit=10)] == [await scene.person(joined.conversation_id)]
        assert len(await exposure.only_through(["line one", "line two"], limit=10)) == 7
        assert await exposure.with_another(["line one", "line two"], limit=10) == []

    async def test_people_of_one_way_are_found_by_country(self, scene: PeopleScene, exposure: Exposure) -> None:
        for number in ("201001234567", "393331234567", "4915112345678"):
            await scene.receive(scene.arrival(address=scene.key(number, kind="phone")))
        await scene.writes("hello", at="somebody")
        await look(exposure)
        found = await exposure.only_through(["line one"], countries=["EG", "DE"], limit=10)
        assert sorted(c for o in found for c in o.countries) == ["DE", "EG"]
        assert [o.countries for o in await exposure.only_through(["line one"], countries=[""], limit=10)] == [()]
        assert len(await exposure.only_through(["line one"], limit=10)) == 4

    async def test_a_day_is_summed_from_its_turns(self, scene: PeopleScene, exposure: Exposure) -> None:
        start = begun_ms(scene.now) + DAY_MS
        await scene.clock.advance((start - scene.now) / 1000 + 60)
        one = await scene.writes("hello", at="ada")
        await scene.writes("and", at="ada")
        await scene.writes("hello", at="bea", channel="line two")
        (work, *_) = [w for w in await scene.claim() if w.conversation_id == one.conversation_id]
        await scene.answered(work, "good day")
        await scene.clock.advance(DAY_MS / 1000)
        await scene.writes("tomorrow", at="ada")
        day = sorted(await exposure.day(start), key=lambda t: (t.kind, t.name))
        assert [t for t in day if t.kind != "candidate"] == [
            Traffic(start, "all", "", 3, 2, 2),
            Traffic(start, "channel", "line one", 2, 1, 2),
            Traffic(start, "channel", "line two", 1, 1, 0),
        ]
        assert [t.turns for t in await exposure.day(start + DAY_MS) if t.kind == "all"] == [1]
        assert [t.turns for t in await exposure.day(start, until_ms=start) if t.kind == "all"] == [0]

    async def test_days_and_figures_are_kept_once(self, exposure: Exposure) -> None:
        for turns in (3, 4):
            cost = (("EUR", Decimal("0.1") * turns), ("USD", Decimal("12.000000000001")))
            await exposure.keep_day([Traffic(DAY_MS, "channel", "line one", turns, 2, 2, cost), Traffic(DAY_MS, "all", "", turns, 2, 2)])
            await exposure.keep_figures(day_ms=DAY_MS, record={"whole": turns / 10})
        assert [(t.name, t.turns) for t in await exposure.days(since_ms=0)] == [("", 4), ("line one", 4)]
        assert [dict(t.money) for t in await exposure.days(since_ms=0)] == [{}, {"EUR": Decimal("0.4"), "USD": Decimal("12.000000000001")}]
        assert await exposure.days(since_ms=DAY_MS + 1) == []
        assert list(await exposure.figures(since_ms=0)) == [(DAY_MS, {"whole": 0.4})]

    async def test_what_became_of_questions_is_told(self, scene: PeopleScene, exposure: Exposure) -> None:
        began = scene.now
        one = await scene.writes("hello", at="ada")
        await scene.writes("hello", at="bea", channel="line two")
        (work, *_) = [w for w in await scene.claim() if w.conversation_id == one.conversation_id]
        await scene.answered(work, "good day")
        await scene.clock.advance(1)
        first, second = await exposure.outcomes(since_ms=began, until_ms=scene.now, limit=10)
        assert (first.channel, first.state, first.answered_by, first.delivery, first.through) == (
            "line one", "answered", "m1", "sent", "line one",
        )  # fmt: skip
        assert first.closed_ms is not None
        assert (second.channel, second.state, second.closed_ms, second.delivery) == ("line two", "due", None, None)
        assert await exposure.outcomes(since_ms=scene.now, until_ms=scene.now + 1, limit=10) == []

    async def test_the_newest_question_of_each_conversation_is_given(self, scene: PeopleScene, exposure: Exposure) -> None:
        for words, who in (("first", "ada"), ("hello", "bea"), ("second", "ada")):
            accepted = await scene.writes(words, at=who)
        await scene.clock.advance(1)
        found = await exposure.asked(before_ms=scene.now, limit=10)
        assert [(a.address.key.handle, [p.text for p in a.parts if isinstance(p, Text)], a.seq) for a in found] == [
            ("ada", ["second"], 2),
            ("bea", ["hello"], 1),
        ]
        assert found[0].conversation_id == accepted.conversation_id
        assert found[0].person_id == await scene.person(accepted.conversation_id)
        assert len(await exposure.asked(before_ms=scene.now, limit=1)) == 1

    async def test_the_newest_step_of_a_kind_is_found(self, scene: PeopleScene, exposure: Exposure) -> None:
        assert await exposure.last_act("export") is None
        person = await scene.person((await scene.writes("hello", at="ada")).conversation_id)
        for n in range(2):
            await scene.clock.advance(1)
            for act in ("export", f"other {n}"):
                await scene.people.note(AuditRecord(id=scene.name(), at_ms=scene.now, by="person", act=act, person_id=person))
        assert await exposure.last_act("export") == scene.now

    async def test_an_erased_person_is_counted_no_more(self, scene: PeopleScene, exposure: Exposure) -> None:
        one = await scene.writes("hello", at="ada")
        await look(exposure)
        await scene.erase(one.conversation_id)
        assert await exposure.reach() == []
        assert await exposure.only_through(["line one"], limit=10) == []


class DrillsContract(PeopleFixtures):
    """Everything that Drills promises."""

    @pytest.fixture
    def drills(self, store: Store) -> Drills:
        """The drills under test."""
        return cast(Drilled, store).drills

    def drill(self, scene: PeopleScene, *, minutes: int = 10) -> Drill:
        """A live drill that begins now."""
        return Drill(
            id=scene.clock.new_id(),
            mode="live",
            lost=("compute",),
            how="refused",
            candidates=("first",),
            started_ms=scene.now,
            until_ms=scene.now + minutes * 60_000,
        )

    async def test_a_drill_is_in_force_until_it_is_ended(self, scene: PeopleScene, drills: Drills) -> None:
        drill = self.drill(scene)
        await drills.put(drill)
        assert await drills.open() == [drill]
        assert drill.in_force(scene.now)
        await drills.end(drill.id, at_ms=scene.now + 1, report={"answered": 3})
        assert await drills.open() == []
        found = await drills.find(drill.id)
        assert found is not None
        assert (found.ended_ms, found.report, found.in_force(scene.now)) == (scene.now + 1, {"answered": 3}, False)

    async def test_a_drill_that_nobody_prolongs_ends_by_itself(self, scene: PeopleScene, drills: Drills) -> None:
        drill = self.drill(scene, minutes=1)
        await drills.put(drill)
        await scene.clock.advance(61)
        (left,) = await drills.open()
        assert not left.in_force(scene.now)

    async def test_only_a_drill_that_was_not_ended_is_prolonged(self, scene: PeopleScene, drills: Drills) -> None:
        drill = self.drill(scene)
        await drills.put(drill)
        assert await drills.prolong(drill.id, until_ms=drill.until_ms + 5)
        await drills.end(drill.id, at_ms=scene.now, report={})
        assert not await drills.prolong(drill.id, until_ms=drill.until_ms + 9)
        assert not await drills.prolong("no such drill", until_ms=1)

    async def test_one_drill_begins_at_a_time(self, scene: PeopleScene, drills: Drills) -> None:
        one, other = self.drill(scene), self.drill(scene)
        assert sorted([await drills.begin(d, now_ms=scene.now) is None for d in (one, other)]) == [False, True]
        assert await drills.begin(other, now_ms=scene.now) == one
        await drills.end(one.id, at_ms=scene.now, report={})
        assert await drills.begin(other, now_ms=scene.now) is None
        assert await drills.begin(self.drill(scene), now_ms=other.until_ms) is None  # its runner fell silent

    async def test_two_that_begin_at_once_are_one_that_begins(self, scene: PeopleScene, drills: Drills) -> None:
        wanted = [self.drill(scene) for _ in range(8)]
        running = await asyncio.gather(*(drills.begin(d, now_ms=scene.now) for d in wanted))
        assert running.count(None) == 1

    async def test_how_far_a_drill_came_is_kept(self, scene: PeopleScene, drills: Drills) -> None:
        drill = self.drill(scene)
        await drills.put(drill)
        assert await drills.prolong(drill.id, until_ms=drill.until_ms, report={"done": 3})
        assert await drills.prolong(drill.id, until_ms=drill.until_ms)
        found = await drills.find(drill.id)
        assert found is not None
        assert found.report == {"done": 3}

    async def test_drills_are_listed_newest_first(self, scene: PeopleScene, drills: Drills) -> None:
        made = []
        for _ in range(3):
            await scene.clock.advance(1)
            made.append(self.drill(scene))
            await drills.put(made[-1])
        assert [d.id for d in await drills.past(limit=2)] == [made[2].id, made[1].id]
        assert await drills.find("no such drill") is None
