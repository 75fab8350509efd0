"""The contract of sunsets, as tests: subclass SunsetsContract, say how to make the store, run it.

The store has them as `sunsets`; `make_store` and `clock` are as in `wasl.testing.contracts.stores`.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol, cast

import pytest

from wasl.domain.identity import AuditRecord
from wasl.domain.ids import AddressId, DeliveryId, TurnId
from wasl.domain.message import Text
from wasl.domain.sunset import Milestone, MilestoneName, Sunset, Telling, Wording
from wasl.domain.turn import NewDelivery, NewMessage
from wasl.ports.store import Accepted, Store
from wasl.ports.sunsets import Sunsets
from wasl.testing.contracts.people_scene import PeopleFixtures, PeopleScene

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
WORDING = Wording(texts={"en": "{date} {link}", "ar": "{date} {link}"})


class Leaving(Protocol):
    """A store that keeps plans to leave."""

    @property
    def sunsets(self) -> Sunsets: ...


class SunsetsContract(PeopleFixtures):
    """Everything that Sunsets promises."""

    @pytest.fixture
    def sunsets(self, store: Store) -> Sunsets:
        """The plans under test."""
        return cast(Leaving, store).sunsets

    @pytest.fixture
    def sunset(self, scene: PeopleScene) -> Sunset:
        """A plan to leave the channel "line one"."""
        now = scene.clock.now_ms()
        names: tuple[MilestoneName, ...] = ("announce", "remind")
        return Sunset(
            id="plan",
            channel="line one",
            on_ms=now + 30 * DAY_MS,
            zone="Africa/Cairo",
            state="running",
            milestones=tuple(Milestone(name=name, at_ms=now + place * DAY_MS, wording=WORDING) for place, name in enumerate(names)),
            made_ms=now,
            made_by="operator",
        )

    async def intend(self, sunsets: Sunsets, sunset: Sunset, scene: PeopleScene, **changed: object) -> Sequence[Telling]:
        """Chooses whom to tell, everybody who may be told unless said otherwise."""
        now = scene.clock.now_ms()
        asked: dict[str, object] = {"regions": None, "free_since_ms": now - DAY_MS, "outside_max": 100, "limit": 100, "now_ms": now}
        milestone = cast(MilestoneName, changed.pop("milestone", "announce"))
        return await sunsets.intend(sunset, milestone, **(asked | changed))  # type: ignore[arg-type]  # the keys are the parameters

    async def test_a_plan_is_kept_as_it_is_and_replaced_by_its_id(self, sunsets: Sunsets, sunset: Sunset) -> None:
        await sunsets.put(sunset)
        await sunsets.put(replace(sunset, state="paused", note="waiting for the template"))
        assert await sunsets.find("plan") == replace(sunset, state="paused", note="waiting for the template")
        assert await sunsets.find("another") is None
        assert await sunsets.plans(states=("running",)) == []
        assert [one.id for one in await sunsets.plans()] == ["plan"]

    async def test_the_audience_is_counted_by_kind(self, scene: PeopleScene, sunsets: Sunsets) -> None:
        began = scene.clock.now_ms()
        one = await scene.writes("hello", at="ada", channel="line one")
        other = await scene.writes("hello", at="ada elsewhere", channel="line two")
        await scene.clock.advance(10)
        await scene.writes("hello", at="bea", channel="line one")
        await scene.link(one.conversation_id, other.conversation_id)
        counted = {(a.window, a.elsewhere): a.people for a in await sunsets.audience("line one", since_ms=began + 5_000)}
        assert counted == {(False, True): 1, (True, False): 1}

    async def test_each_member_is_told_once_in_a_milestone_and_not_again_too_soon(
        self, scene: PeopleScene, sunsets: Sunsets, sunset: Sunset
    ) -> None:
        for name in ("ada", "bea", "cem"):
            await scene.writes("hello", at=name, channel="line one")
        await scene.writes("hello", at="dua", channel="line two")
        await sunsets.put(sunset)
        assert await sunsets.enrol(sunset, after=None, limit=2) is not None
        assert await self._all(sunsets, sunset) == 3
        first = await self.intend(sunsets, sunset, scene, limit=2)
        second = await self.intend(sunsets, sunset, scene, limit=2)
        assert {t.address.key.handle for t in (*first, *second)} == {"ada", "bea", "cem"}
        assert len(first) == 2
        assert await self.intend(sunsets, sunset, scene) == []
        assert await self.intend(sunsets, sunset, scene, milestone="remind") == []
        await scene.clock.advance(21 * 3600)
        assert len(await self.intend(sunsets, sunset, scene, milestone="remind")) == 3
        assert await sunsets.left(sunset, "announce") == 0

    async def test_who_may_not_be_told_today_does_not_stand_before_those_who_may(
        self, scene: PeopleScene, sunsets: Sunsets, sunset: Sunset
    ) -> None:
        for name in ("ada", "bea", "cem"):
            await scene.writes("hello", at=name, channel="line one")
        await scene.clock.advance(2 * 86_400)
        await scene.writes("again", at="cem", channel="line one")
        await sunsets.put(sunset)
        await self._all(sunsets, sunset)
        told = await self.intend(sunsets, sunset, scene, outside_max=0, limit=1)
        assert [(t.address.key.handle, t.free) for t in told] == [("cem", True)]

    async def test_the_last_words_of_people_are_given_the_newest_first(self, scene: PeopleScene, sunsets: Sunsets) -> None:
        for words in ("one", "two", "three", "four"):
            said = await scene.writes(words, at="ada", channel="line one")
        other = await scene.writes("مرحبا", at="bea", channel="line one")
        written = await sunsets.words([said.conversation_id, other.conversation_id], limit=3)
        assert written == {said.conversation_id: ["four", "three", "two"], other.conversation_id: ["مرحبا"]}
        assert await sunsets.words([], limit=1) == {}

    async def test_outside_the_window_no_more_are_told_than_the_account_allows(
        self, scene: PeopleScene, sunsets: Sunsets, sunset: Sunset
    ) -> None:
        for name in ("ada", "bea", "cem"):
            await scene.writes("hello", at=name, channel="line one")
        await scene.clock.advance(2 * 86_400)
        await scene.writes("again", at="cem", channel="line one")
        await sunsets.put(sunset)
        await self._all(sunsets, sunset)
        told = await self.intend(sunsets, sunset, scene, outside_max=1)
        assert sorted(t.free for t in told) == [False, True]
        assert await sunsets.outside("line one", since_ms=scene.clock.now_ms() - DAY_MS) == 1
        assert await self.intend(sunsets, sunset, scene, outside_max=0) == []
        assert len(await self.intend(sunsets, sunset, scene, outside_max=5)) == 1

    async def test_what_a_dead_process_intended_is_found_until_its_message_is_stored(
        self, scene: PeopleScene, sunsets: Sunsets, sunset: Sunset, store: Store
    ) -> None:
        for name in ("ada", "bea"):
            await scene.writes("hello", at=name, channel="line one")
        await sunsets.put(sunset)
        await self._all(sunsets, sunset)
        told = sorted(await self.intend(sunsets, sunset, scene), key=lambda t: t.address.id)
        assert await sunsets.unsaid("plan", before_ms=scene.clock.now_ms(), limit=10) == []  # somebody may be saying it
        assert list(await sunsets.unsaid("plan", before_ms=scene.clock.now_ms() + 1, limit=10)) == told
        for one in told:
            await self._say(store, one, scene)
        assert await sunsets.unsaid("plan", before_ms=scene.clock.now_ms() + 1, limit=10) == []

    async def test_who_links_is_moved_and_not_told_any_more(
        self, scene: PeopleScene, sunsets: Sunsets, sunset: Sunset, store: Store
    ) -> None:
        one = await scene.writes("hello", at="ada", channel="line one")
        await scene.writes("hello", at="bea", channel="line one")
        other = await scene.writes("hello", at="ada elsewhere", channel="line two")
        await sunsets.put(sunset)
        await self._all(sunsets, sunset)
        for telling in await self.intend(sunsets, sunset, scene):
            await self._say(store, telling, scene)
            await sunsets.said("plan", [telling])
        await scene.link(one.conversation_id, other.conversation_id)
        await scene.clock.advance(21 * 3600)
        assert [t.address.key.handle for t in await self.intend(sunsets, sunset, scene, milestone="remind")] == ["bea"]
        assert await sunsets.mark("plan", after=None, limit=100, now_ms=scene.clock.now_ms()) is None
        progress = await sunsets.progress("plan")
        assert (progress.everyone, progress.moved, progress.told, progress.waiting) == (2, 1, 1, 0)
        assert progress.sums_up
        assert sum(progress.by_milestone["announce"].values()) == 2
        assert [(handle, why) for _, handle, why in await sunsets.rest("plan", after=None, limit=10)] == [("bea", "told")]

    async def test_who_cannot_be_told_is_named_with_the_reason(self, scene: PeopleScene, sunsets: Sunsets, sunset: Sunset) -> None:
        said = await scene.writes("hello", at="ada", channel="line one")
        await sunsets.put(sunset)
        await self._all(sunsets, sunset)
        member = await sunsets.member("plan", said.conversation_id)
        assert member is not None
        await sunsets.lose("plan", member.address_id, why="failed")
        assert await self.intend(sunsets, sunset, scene) == []
        assert (await sunsets.progress("plan")).unreachable == {"failed": 1}

    async def test_whose_history_was_taken_out_is_counted_and_evidence_tells_of_everybody(
        self, scene: PeopleScene, sunsets: Sunsets, sunset: Sunset, store: Store
    ) -> None:
        ada = await scene.writes("hello", at="ada", channel="line one")
        bea = await scene.writes("hello", at="bea", channel="line one")
        home = await scene.writes("hello", at="bea elsewhere", channel="line two")
        await scene.writes("hello", at="cem", channel="line one")
        await scene.clock.advance(1)
        await self.took_out(scene, store, ada)  # before the plan was made: not what is to be saved
        await scene.clock.advance(1)
        sunset = replace(sunset, made_ms=scene.clock.now_ms())
        await sunsets.put(sunset)
        await self._all(sunsets, sunset)
        assert (await sunsets.progress("plan")).exported == 0
        await self.took_out(scene, store, bea)
        await self.took_out(scene, store, bea)
        await scene.link(bea.conversation_id, home.conversation_id)  # bea may be somebody else by name now
        (telling, *_) = await self.intend(sunsets, sunset, scene, limit=1)
        await self._say(store, telling, scene)
        await sunsets.mark("plan", after=None, limit=10, now_ms=scene.clock.now_ms())
        assert (await sunsets.progress("plan")).exported == 1
        fates = [*await sunsets.fates("plan", after=None, limit=2)]
        fates += await sunsets.fates("plan", after=fates[-1].address_id, limit=2)
        became = {fate.handle: (fate.became, fate.message, fate.exported, fate.moved_ms is not None) for fate in fates}
        assert became == {
            "ada": ("told", "queued", False, False),
            "bea": ("moved", None, True, True),
            "cem": ("waiting", None, False, False),
        }

    async def test_whoever_just_wrote_is_told_of_the_milestone_that_has_begun_and_by_nobody_else(
        self, scene: PeopleScene, sunsets: Sunsets, sunset: Sunset, store: Store
    ) -> None:
        ada = await scene.writes("hello", at="ada", channel="line one")
        await sunsets.put(sunset)
        now = scene.clock.now_ms()

        async def here(plan: Sunset) -> Telling | None:
            (address,) = await store.addresses(ada.conversation_id)
            return await sunsets.intend_here(
                plan, address, conversation_id=ada.conversation_id, region="EG", free_since_ms=now - DAY_MS, now_ms=scene.clock.now_ms()
            )

        assert await here(replace(sunset, milestones=())) is None
        told = await here(sunset)
        assert told is not None
        assert (told.milestone, told.free, told.region) == ("announce", True, "EG")
        assert [one.message_id for one in await sunsets.unsaid("plan", before_ms=scene.clock.now_ms() + 1, limit=10)] == [told.message_id]
        assert await here(sunset) is None
        assert await self.intend(sunsets, sunset, scene) == []
        await scene.clock.advance(30 * 3600)
        assert await sunsets.outside("line one", since_ms=now - 1) == 0
        await sunsets.lose("plan", told.address.id, why="failed")
        assert await self.intend(sunsets, sunset, scene, milestone="remind") == []
        await scene.writes("again", at="ada", channel="line one")
        now = scene.clock.now_ms()
        await sunsets.put(replace(sunset, state="paused"))
        assert await here(sunset) is None
        await sunsets.put(sunset)
        again = await here(sunset)
        assert again is not None
        assert again.milestone == "remind"
        assert (await sunsets.progress("plan")).unreachable == {}

    async def test_who_was_not_reached_before_a_later_milestone_is_told_of_that_alone(
        self, scene: PeopleScene, sunsets: Sunsets, sunset: Sunset, store: Store
    ) -> None:
        sunset = replace(sunset, gap_hours=0)
        for name in ("ada", "bea"):
            await scene.writes("hello", at=name, channel="line one")
        await sunsets.put(sunset)
        await self._all(sunsets, sunset)
        (early,) = await self.intend(sunsets, sunset, scene, limit=1)
        late = await self.intend(sunsets, sunset, scene, milestone="remind")
        assert len(late) == 2
        assert await self.intend(sunsets, sunset, scene) == []  # never the first behind the second
        for telling in (early, *late):
            await self._say(store, telling, scene)
        await sunsets.said("plan", [early, *late])
        progress = await sunsets.progress("plan")
        assert progress.by_milestone == {"announce": {"queued": 1, "overtaken": 1}, "remind": {"queued": 2}}
        assert progress.sums_up
        (other,) = [one for one in late if one.address.id != early.address.id]
        address = (await store.addresses(other.conversation_id))[0]
        here = await sunsets.intend_here(
            sunset, address, conversation_id=other.conversation_id, region="EG", free_since_ms=0, now_ms=scene.clock.now_ms()
        )
        assert here is None

    async def test_two_who_tell_of_two_milestones_at_one_time_do_not_both_reach_one_person(
        self, scene: PeopleScene, sunsets: Sunsets, sunset: Sunset
    ) -> None:
        for name in ("ada", "bea", "cem"):
            await scene.writes("hello", at=name, channel="line one")
        await sunsets.put(sunset)
        await self._all(sunsets, sunset)
        both = await asyncio.gather(
            self.intend(sunsets, sunset, scene),
            self.intend(sunsets, sunset, scene, milestone="remind"),
            self.intend(sunsets, sunset, scene),
        )
        told = [one.address.key.handle for tellings in both for one in tellings]
        assert sorted(told) == ["ada", "bea", "cem"]

    async def test_what_waited_too_long_to_go_out_is_overtaken_or_keeps_its_distance(
        self, scene: PeopleScene, sunsets: Sunsets, sunset: Sunset, store: Store
    ) -> None:
        await scene.writes("hello", at="ada", channel="line one")
        await sunsets.put(sunset)
        await self._all(sunsets, sunset)
        (early,) = await self.intend(sunsets, sunset, scene)
        await self._say(store, early, scene)
        (first,) = await store.deliveries(early.message_id)
        assert await sunsets.still_due("plan", DeliveryId(scene.clock.new_id()), now_ms=scene.clock.now_ms())
        await scene.clock.advance(21 * 3600)
        assert await sunsets.still_due("plan", first["id"], now_ms=scene.clock.now_ms())
        assert await self.intend(sunsets, sunset, scene, milestone="remind") == []  # it goes out only now
        await scene.clock.advance(21 * 3600)
        (late,) = await self.intend(sunsets, sunset, scene, milestone="remind")
        await self._say(store, late, scene)
        assert not await sunsets.still_due("plan", first["id"], now_ms=scene.clock.now_ms())
        (second,) = await store.deliveries(late.message_id)
        assert await sunsets.still_due("plan", second["id"], now_ms=scene.clock.now_ms())
        assert (await sunsets.progress("plan")).by_milestone == {"announce": {"overtaken": 1}, "remind": {"queued": 1}}

    async def test_the_farewell_is_noted_once_a_day_and_for_the_same_turn_again(self, scene: PeopleScene, sunsets: Sunsets) -> None:
        address = AddressId(scene.clock.new_id())
        turns = [TurnId(scene.clock.new_id()) for _ in range(3)]

        async def farewell(turn: TurnId) -> bool:
            return await sunsets.farewell("plan", address, turn_id=turn, now_ms=scene.clock.now_ms(), gap_ms=DAY_MS)

        assert [await farewell(turns[0]), await farewell(turns[0]), await farewell(turns[1])] == [True, True, False]
        await scene.clock.advance(86_400)
        assert await farewell(turns[2])

    async def took_out(self, scene: PeopleScene, store: Store, said: Accepted) -> None:
        """Notes that somebody's history was taken out."""
        person = await store.people.person_of(said.conversation_id)
        assert person is not None
        await store.people.note(
            AuditRecord(id=scene.clock.new_id(), at_ms=scene.clock.now_ms(), by="person", act="export", person_id=person, detail={})
        )

    async def test_who_is_erased_is_counted_without_a_name(
        self, scene: PeopleScene, sunsets: Sunsets, sunset: Sunset, store: Store
    ) -> None:
        said = await scene.writes("hello", at="ada", channel="line one")
        await sunsets.put(sunset)
        await self._all(sunsets, sunset)
        ((address, now),) = [(a.id, scene.clock.now_ms()) for a in await store.addresses(said.conversation_id)]
        turns = [TurnId(scene.clock.new_id()) for _ in range(2)]
        assert await sunsets.farewell("plan", address, turn_id=turns[0], now_ms=now, gap_ms=DAY_MS)
        await scene.erase(said.conversation_id)
        assert await sunsets.farewell("plan", address, turn_id=turns[1], now_ms=now, gap_ms=DAY_MS)  # nothing is known of it
        assert (await sunsets.progress("plan")).unreachable == {"erased": 1}
        assert await self.intend(sunsets, sunset, scene) == []
        assert await sunsets.rest("plan", after=None, limit=10) == []

    async def test_addresses_close_with_a_date_and_their_history_stays(
        self, scene: PeopleScene, sunsets: Sunsets, sunset: Sunset, store: Store
    ) -> None:
        said = await scene.writes("hello", at="ada", channel="line one")
        await sunsets.put(sunset)
        await self._all(sunsets, sunset)
        assert await sunsets.close_addresses("plan", at_ms=scene.clock.now_ms(), limit=10) == 1
        assert await sunsets.close_addresses("plan", at_ms=scene.clock.now_ms(), limit=10) == 0
        assert len(await store.history(said.conversation_id, limit=10)) == 1

    async def test_only_people_of_the_named_countries_are_members(self, scene: PeopleScene, sunsets: Sunsets, sunset: Sunset) -> None:
        await scene.writes("hello", at="ada", channel="line one")
        there = replace(sunset, regions=("EG",))
        await sunsets.put(there)
        assert await self._all(sunsets, there) == 0
        assert await sunsets.regions("plan") == []
        but = replace(sunset, regions_except=("EG",))
        assert await self._all(sunsets, but) == 1
        assert await sunsets.regions("plan") == [""]

    async def _all(self, sunsets: Sunsets, sunset: Sunset) -> int:
        after: AddressId | None = None
        while (after := await sunsets.enrol(sunset, after=after, limit=2)) is not None:
            pass
        return (await sunsets.progress(sunset.id)).everyone

    async def _say(self, store: Store, telling: Telling, scene: PeopleScene) -> None:
        part = Text(text="it closes")
        await store.say(
            conversation_id=telling.conversation_id,
            message=NewMessage(id=telling.message_id, author="system", parts=(part,)),
            deliveries=(NewDelivery(id=DeliveryId(scene.clock.new_id()), address=telling.address, position=0, parts=(part,)),),
            now_ms=scene.clock.now_ms(),
        )
