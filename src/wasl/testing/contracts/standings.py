"""The contract of standings, as tests: subclass StandingsContract and say how to make an open, empty store."""

from dataclasses import replace

import pytest

from wasl.domain.event import ConsentGiven
from wasl.domain.handoff import Handoff
from wasl.domain.identity import LinkRecord
from wasl.domain.ids import ConversationId, DeliveryId, MessageId
from wasl.domain.message import Author, Text
from wasl.domain.turn import Closing, NewDelivery, NewMessage
from wasl.ports.people import Erasure
from wasl.ports.standing import OPT_OUT_NOTE
from wasl.ports.store import Store
from wasl.testing.clock import TestClock
from wasl.testing.contracts.store_made import StoreMade
from wasl.testing.contracts.store_scene import LEASE, Scene, accepted

MINUTE_MS = 60_000


class StandingsContract(StoreMade):
    """Everything that standings promise, on any store."""

    @pytest.fixture
    def scene(self, store: Store, clock: TestClock) -> Scene:
        """A store, a clock and the people in front of it."""
        return Scene(store, clock)

    def handoff(self, scene: Scene, conversation: ConversationId) -> Handoff:
        """A handoff that waits."""
        return Handoff(
            id=scene.clock.new_id(),
            conversation_id=conversation,
            channel="line one",
            why="asked",
            note="ar: أريد موظفًا",
            asked_ms=scene.now,
            returns_ms=scene.now + 60 * MINUTE_MS,
        )

    async def test_nobody_stands_in_any_way_at_first(self, scene: Scene) -> None:
        standing = await scene.store.standings.of(ConversationId(scene.name()), scene.key())
        assert (standing.opted_out_ms, standing.handoff, standing.returned_ms, standing.disclosed_ms) == (None, None, None, None)

    async def test_the_newest_word_on_consent_counts(self, scene: Scene) -> None:
        standings, key, home = scene.store.standings, scene.key("ada", alias="+15550001"), ConversationId(scene.name())
        await standings.set_consent(key, purpose="all", given=False, at_ms=50)
        assert (await standings.of(home, key)).opted_out_ms == 50
        assert (await standings.permission(key)).opted_out
        await standings.set_consent(key, purpose="all", given=True, at_ms=40)
        assert (await standings.of(home, key)).opted_out_ms == 50
        await standings.set_consent(key, purpose="all", given=True, at_ms=60)
        assert (await standings.of(home, key)).opted_out_ms is None
        assert not (await standings.permission(key)).opted_out

    async def test_an_opt_out_is_of_one_channel_and_account(self, scene: Scene) -> None:
        standings = scene.store.standings
        await standings.set_consent(scene.key(), purpose="all", given=False, at_ms=50)
        assert not (await standings.permission(scene.key(channel="line two"))).opted_out
        assert not (await standings.permission(scene.key(scope="another"))).opted_out
        assert (await standings.permission(scene.key("new id", alias="ada"))).opted_out

    async def test_marketing_is_a_consent_of_its_own(self, scene: Scene) -> None:
        standings, key = scene.store.standings, scene.key()
        assert (await standings.permission(key)).marketing is None
        await standings.set_consent(key, purpose="marketing", given=True, at_ms=50)
        permission = await standings.permission(key)
        assert (permission.marketing, permission.opted_out) == (True, False)
        await standings.set_consent(key, purpose="all", given=False, at_ms=60)
        assert (await standings.permission(key)).marketing is False

    async def test_a_conversation_has_one_open_handoff(self, scene: Scene) -> None:
        standings, home = scene.store.standings, ConversationId(scene.name())
        first = await standings.hand_over(self.handoff(scene, home))
        await scene.clock.advance(5)
        assert await standings.hand_over(self.handoff(scene, home)) == first
        assert (await standings.of(home, scene.key())).handoff == first
        assert await standings.handoffs(limit=10) == [first]
        assert await standings.waiting() == 1

    async def test_who_takes_it_postpones_its_return(self, scene: Scene) -> None:
        standings, home = scene.store.standings, ConversationId(scene.name())
        assert await standings.take(home, by="Rima", now_ms=1, returns_ms=2) is None
        first = await standings.hand_over(self.handoff(scene, home))
        later = first.returns_ms + 5
        taken = await standings.take(home, by="Rima", now_ms=scene.now, returns_ms=later)
        assert taken is not None
        assert (taken.taken_ms, taken.taken_by, taken.returns_ms) == (scene.now, "Rima", later)
        again = await standings.take(home, by="Omar", now_ms=scene.now + 9, returns_ms=1)
        assert again == taken
        assert await standings.waiting() == 0

    async def test_it_ends_once_and_is_remembered(self, scene: Scene) -> None:
        standings, home = scene.store.standings, ConversationId(scene.name())
        await standings.hand_over(self.handoff(scene, home))
        ended = await standings.give_back(home, by="operator", now_ms=scene.now + 7)
        assert ended is not None
        assert (ended.ended_ms, ended.ended_by) == (scene.now + 7, "operator")
        assert await standings.give_back(home, by="time", now_ms=scene.now + 9) is None
        standing = await standings.of(home, scene.key())
        assert (standing.handoff, standing.returned_ms) == (None, scene.now + 7)
        assert await standings.handoffs(limit=10) == []
        assert await standings.handoffs(limit=10, ended=True) == [ended]
        anew = await standings.hand_over(self.handoff(scene, home))
        assert anew.id != ended.id

    async def test_a_disclosure_is_of_one_channel(self, scene: Scene) -> None:
        standings, home = scene.store.standings, ConversationId(scene.name())
        await standings.disclosed(home, channel="line one", at_ms=50)
        await standings.disclosed(home, channel="line one", at_ms=40)
        assert (await standings.of(home, scene.key())).disclosed_ms == 50
        assert (await standings.of(home, scene.key(channel="line two"))).disclosed_ms is None


class LiveStandingsContract(StandingsContract):
    """What joins the tables of conversations: on stores that keep everything in one database."""

    async def test_a_consent_that_the_platform_tells_counts(self, scene: Scene) -> None:
        await scene.receive(ConsentGiven(key="c", address=scene.key(), purpose="all", given=False, at_ms=scene.now))
        assert (await scene.store.standings.permission(scene.key())).opted_out

    async def test_the_one_farewell_is_not_opted_out_of(self, scene: Scene) -> None:
        store, standings = scene.store, scene.store.standings
        await scene.receive(scene.arrival("STOP"))
        work = (await store.claim(lease=LEASE, limit=1, now_ms=scene.now))[0]
        await standings.set_consent(scene.key(), purpose="all", given=False, at_ms=scene.now)
        parts = (Text(text="We are silent."),)
        delivery = NewDelivery(id=DeliveryId(scene.name()), address=work.turns[0].address, position=0, parts=parts)
        other = DeliveryId(scene.name())
        await store.close_turn(
            Closing(
                conversation_id=work.conversation_id,
                epoch=work.epoch,
                turn_ids=(work.turns[0].id,),
                state="answered",
                at_ms=scene.now,
                reply=NewMessage(id=MessageId(scene.name()), author="system", parts=parts),
                deliveries=(delivery,),
                note=OPT_OUT_NOTE,
            )
        )
        farewell = await standings.permission(scene.key(), conversation_id=work.conversation_id, delivery_id=delivery.id)
        assert not farewell.opted_out
        assert (await standings.permission(scene.key(), conversation_id=work.conversation_id, delivery_id=other)).opted_out

    async def test_a_human_answers_an_emergency_of_somebody_who_opted_out(self, scene: Scene) -> None:
        store, standings = scene.store, scene.store.standings
        await scene.receive(scene.arrival("help"))
        work = (await store.claim(lease=LEASE, limit=1, now_ms=scene.now))[0]
        home, parts = work.conversation_id, (Text(text="I am here."),)
        await standings.set_consent(scene.key(), purpose="all", given=False, at_ms=scene.now)
        said: dict[Author, DeliveryId] = {}
        authors: tuple[Author, ...] = ("operator", "system")
        for author in authors:
            message = NewMessage(id=MessageId(scene.name()), author=author, parts=parts)
            one = NewDelivery(id=DeliveryId(scene.name()), address=work.turns[0].address, position=0, parts=parts)
            await store.say(conversation_id=home, message=message, deliveries=[one], now_ms=scene.now)
            said[author] = one.id

        async def opted_out(author: Author) -> bool:
            return (await standings.permission(scene.key(), conversation_id=home, delivery_id=said[author])).opted_out

        handoff = self.handoff(scene, home)
        assert (await standings.hand_over(handoff)).why == "asked"
        assert await opted_out("operator")
        again = replace(handoff, id=scene.name(), why="emergency")
        urgent = await standings.hand_over(again)
        assert (urgent.id, urgent.why) == (handoff.id, "emergency")
        assert (await standings.hand_over(replace(handoff, id=scene.name()))).why == "emergency"
        assert not await opted_out("operator")
        assert await opted_out("system")

    async def test_a_person_is_in_human_hands_wherever_they_write(self, scene: Scene) -> None:
        store = scene.store
        one = accepted(await scene.receive(scene.arrival("here")))[0].conversation_id
        two = accepted(await scene.receive(scene.arrival("there", address=scene.key("other"))))[0].conversation_id
        link = LinkRecord(id=scene.name(), one=one, other=two, proof="code", by="person", at_ms=scene.now)
        await store.people.link(link=link, now_ms=scene.now)
        opened = await store.standings.hand_over(self.handoff(scene, one))
        assert (await store.standings.of(two, scene.key("other"))).handoff is None
        assert (await store.standings.of(two, scene.key("other"), shared=True)).handoff == opened

    async def test_who_is_erased_leaves_nothing_here(self, scene: Scene) -> None:
        store, standings = scene.store, scene.store.standings
        home = accepted(await scene.receive(scene.arrival("hello")))[0].conversation_id
        await standings.hand_over(self.handoff(scene, home))
        await standings.disclosed(home, channel="line one", at_ms=50)
        await standings.set_consent(scene.key(), purpose="all", given=False, at_ms=50)
        person = await store.people.person_of(home)
        assert person is not None
        erasure = Erasure(id=scene.name(), at_ms=scene.now, by="operator", person_id=person, conversations=(home,), addresses=())
        forgotten = await store.people.erase(erasure=erasure, salt=b"salt")
        assert forgotten.counts["handoff"] == 1
        standing = await standings.of(home, scene.key())
        assert (standing.handoff, standing.opted_out_ms, standing.disclosed_ms) == (None, None, None)
