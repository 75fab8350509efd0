"""Linking, unlinking, linking again, and parting an address."""

import pytest

from wasl.domain.archive import SEQ_STRIDE, Chat, Entry, fingerprint
from wasl.domain.errors import Fenced, Malformed, Refused
from wasl.domain.event import Moved
from wasl.domain.identity import CONVERSATIONS_PER_PERSON_MAX
from wasl.domain.ids import AddressId, ConversationId, PersonId
from wasl.ports.format import ImportRecord
from wasl.ports.library import Import, Line
from wasl.testing.contracts.people_scene import PeopleScene
from wasl.testing.contracts.store_scene import CHANNEL, LEASE, SCOPE

NOBODY = "01890000-0000-7000-8000-000000000000"


class Joining:
    """What links do."""

    async def test_a_link_makes_two_conversations_one_persons_and_moves_nothing(self, scene: PeopleScene) -> None:
        phone = await scene.writes("from the phone", at="+1")
        desk = await scene.writes("from the desk", at="ada", channel="line two")
        older, younger = await scene.person(phone.conversation_id), await scene.person(desk.conversation_id)
        await scene.link(desk.conversation_id, phone.conversation_id)
        assert await scene.person(desk.conversation_id) == await scene.person(phone.conversation_id) == older
        assert await scene.people.siblings(desk.conversation_id) == [phone.conversation_id, desk.conversation_id]
        assert await scene.shown(phone.conversation_id) == ["from the phone", "from the desk"]
        assert [m.conversation_id for m in await scene.people.timeline([desk.conversation_id], limit=9)] == [desk.conversation_id]
        view = await scene.people.view(older)
        assert view is not None
        assert [(i.conversation_id, i.born_as, i.messages) for i in view.identities] == [
            (phone.conversation_id, older, 1),
            (desk.conversation_id, younger, 1),
        ]
        assert [a.person_id for i in view.identities for a in i.addresses] == [older, older]
        assert await scene.people.view(younger) is None

    async def test_unlinking_gives_each_their_own_again_also_what_was_said_meanwhile(self, scene: PeopleScene) -> None:
        phone = await scene.writes("a", at="+1")
        desk = await scene.writes("b", at="ada", channel="line two")
        before = await scene.person(phone.conversation_id), await scene.person(desk.conversation_id)
        link = await scene.link(phone.conversation_id, desk.conversation_id)
        await scene.writes("c", at="+1")
        await scene.writes("d", at="ada", channel="line two")
        ended = await scene.unlink(link)
        assert ended.ended_by == "person"
        assert (await scene.person(phone.conversation_id), await scene.person(desk.conversation_id)) == before
        assert await scene.shown(phone.conversation_id) == ["a", "c"]
        assert await scene.shown(desk.conversation_id) == ["b", "d"]
        assert await scene.history(desk.conversation_id) == ["b", "d"]

    async def test_an_ended_link_opens_again(self, scene: PeopleScene) -> None:
        phone = await scene.writes("a", at="+1")
        desk = await scene.writes("b", at="ada", channel="line two")
        link = await scene.link(phone.conversation_id, desk.conversation_id)
        await scene.unlink(link)
        again = await scene.people.relink(link_id=link.id, by="operator", now_ms=scene.now)
        assert again == link
        assert await scene.shown(desk.conversation_id) == ["a", "b"]

    async def test_the_same_act_again_changes_nothing(self, scene: PeopleScene) -> None:
        phone = await scene.writes("a", at="+1")
        desk = await scene.writes("b", at="ada", channel="line two")
        link = await scene.link(phone.conversation_id, desk.conversation_id)
        assert await scene.link(phone.conversation_id, desk.conversation_id, link_id=link.id) == link
        assert await scene.people.relink(link_id=link.id, by="person", now_ms=scene.now) == link
        ended = await scene.unlink(link)
        await scene.clock.advance(5)
        assert await scene.unlink(link) == ended
        person = await scene.person(phone.conversation_id)
        assert [r.act for r in await scene.people.audit(person_id=person, limit=9)] == ["unlink", "link"]

    async def test_a_link_in_a_chain_parts_the_chain_where_it_ends(self, scene: PeopleScene) -> None:
        one, two, three = [(await scene.writes(w, at=w)).conversation_id for w in ("x", "y", "z")]
        people = [await scene.person(c) for c in (one, two, three)]
        first = await scene.link(one, two)
        await scene.link(two, three)
        assert await scene.shown(three) == ["x", "y", "z"]
        await scene.unlink(first)
        assert await scene.shown(one) == ["x"]
        assert await scene.shown(three) == ["y", "z"]
        assert [await scene.person(c) for c in (one, two, three)] == [people[0], people[1], people[1]]

    async def test_whoever_is_one_already_is_not_linked_again(self, scene: PeopleScene) -> None:
        one, two, three = [(await scene.writes(w, at=w)).conversation_id for w in ("x", "y", "z")]
        await scene.link(one, two)
        await scene.link(two, three)
        with pytest.raises(Refused):
            await scene.link(one, three)
        with pytest.raises(Refused):
            await scene.link(one, one)

    async def test_a_group_is_never_linked(self, scene: PeopleScene) -> None:
        key = scene.key("group-1", kind="group")
        group = await scene.say_hello(scene.arrival("hi all", address=key))
        one = await scene.writes("x", at="x")
        with pytest.raises(Refused):
            await scene.link(one.conversation_id, group.conversation_id)
        assert await scene.shown(one.conversation_id) == ["x"]

    async def test_too_many_conversations_are_not_one_person(self, scene: PeopleScene) -> None:
        first = (await scene.writes("0", at="p0")).conversation_id
        for n in range(1, CONVERSATIONS_PER_PERSON_MAX):
            await scene.link(first, (await scene.writes(str(n), at=f"p{n}")).conversation_id)
        last = (await scene.writes("last", at="last")).conversation_id
        with pytest.raises(Refused):
            await scene.link(last, first)
        assert len(await scene.people.siblings(first)) == CONVERSATIONS_PER_PERSON_MAX

    async def test_what_is_not_there_is_named(self, scene: PeopleScene) -> None:
        one = (await scene.writes("x", at="x")).conversation_id
        with pytest.raises(Malformed):
            await scene.link(one, ConversationId(NOBODY))
        with pytest.raises(Malformed):
            await scene.link(one, ConversationId("elsewhere"))
        with pytest.raises(Malformed):
            await scene.people.unlink(link_id="none", by="person", now_ms=scene.now)
        with pytest.raises(Malformed):
            await scene.people.relink(link_id="none", by="person", now_ms=scene.now)
        with pytest.raises(Malformed):
            await scene.people.split(address_id=AddressId(NOBODY), by="operator", now_ms=scene.now)
        with pytest.raises(Malformed):
            await scene.people.hold(person_id=PersonId(NOBODY), reason="x", by="operator", now_ms=scene.now)
        assert await scene.people.person_of(ConversationId(NOBODY)) is None
        assert await scene.people.view(PersonId("nobody")) is None

    async def test_history_is_the_persons_over_all_their_conversations_by_time(self, scene: PeopleScene) -> None:
        phone = await scene.writes("a", at="+1")
        await scene.answers(phone.conversation_id, "A")
        desk = await scene.writes("b", at="ada", channel="line two")
        await scene.answers(desk.conversation_id, "B")
        await scene.link(phone.conversation_id, desk.conversation_id)
        assert await scene.history(phone.conversation_id) == ["a", "A", "b", "B"]
        assert [m.id for m in await scene.store.history(desk.conversation_id, limit=2)] == [
            m.id for m in await scene.store.history(phone.conversation_id, limit=2)
        ]

    async def test_a_question_that_waits_elsewhere_is_not_answered_here(self, scene: PeopleScene) -> None:
        phone = await scene.writes("a", at="+1")
        desk = await scene.writes("b", at="ada", channel="line two")
        await scene.link(phone.conversation_id, desk.conversation_id)
        assert await scene.history(desk.conversation_id) == ["b"]
        await scene.answers(phone.conversation_id, "A")
        assert await scene.history(desk.conversation_id) == ["a", "b", "A"] or await scene.history(desk.conversation_id) == ["a", "A", "b"]

    async def test_history_that_comes_along_with_a_lease_is_the_persons_too(self, scene: PeopleScene) -> None:
        phone = await scene.writes("a", at="+1")
        await scene.answers(phone.conversation_id, "A")
        desk = await scene.writes("b", at="ada", channel="line two")
        await scene.answers(desk.conversation_id, "B")
        await scene.link(phone.conversation_id, desk.conversation_id)
        lease = type(LEASE)(owner="w", milliseconds=30_000, history=10)
        await scene.clock.advance(1)
        outcome = (await scene.receive(scene.arrival("c", address=scene.key("ada", channel="line two")), lease=lease, channel="line two"))[
            0
        ]
        work = outcome.work  # type: ignore[union-attr]  # accepted
        assert work is not None
        asked = await scene.store.history(desk.conversation_id, limit=11)
        assert work.history is None or list(work.history) == list(asked)
        assert [p.text for m in asked for p in m.parts] == ["a", "A", "b", "B", "c"]  # type: ignore[union-attr]  # all are text

    async def test_an_answer_made_of_what_is_somebody_elses_now_is_fenced(self, scene: PeopleScene) -> None:
        phone = await scene.writes("secret", at="+1")
        desk = await scene.writes("what did I say?", at="ada", channel="line two")
        link = await scene.link(phone.conversation_id, desk.conversation_id)
        works = {w.conversation_id: w for w in await scene.claim()}
        await scene.unlink(link)
        with pytest.raises(Fenced):
            await scene.store.close_turn(scene.closing(works[desk.conversation_id], text="you said secret"))
        assert sorted(w.conversation_id for w in await scene.claim()) == sorted(works)

    async def test_a_send_on_the_wire_keeps_its_lease_when_a_link_ends(self, scene: PeopleScene) -> None:
        phone = await scene.writes("a", at="+1")
        desk = await scene.writes("b", at="ada", channel="line two")
        link = await scene.link(phone.conversation_id, desk.conversation_id)
        works = {w.conversation_id: w for w in await scene.claim()}
        closing = scene.closing(works[desk.conversation_id])
        await scene.store.close_turn(closing)
        await scene.unlink(link)
        assert [w.conversation_id for w in await scene.claim()] == [phone.conversation_id]
        with pytest.raises(Fenced):
            await scene.settle(works[desk.conversation_id], closing.deliveries[0].id, "sent", native_id="n1", release=True)
        assert await scene.state_of(closing) == "sent"

    async def test_a_lease_tells_that_its_person_has_more_and_which_chat_goes_on_here(self, scene: PeopleScene) -> None:
        phone = await scene.writes("a", at="+1")
        (work,) = await scene.claim()
        assert (work.shared, work.continues) == (False, None)
        await scene.answered(work, "A")
        desk = await scene.writes("b", at="ada", channel="line two")
        await scene.link(phone.conversation_id, desk.conversation_id)
        chat = scene.name()
        for _ in range(2):
            await scene.people.continue_chat(conversation_id=desk.conversation_id, chat_id=chat, by="person", now_ms=scene.now)
        (work,) = await scene.claim()
        assert (work.shared, work.continues) == (True, chat)
        outcome = (await scene.receive(scene.arrival("c", address=scene.key("+1")), lease=LEASE))[0]
        assert outcome.work is not None  # type: ignore[union-attr]  # accepted
        assert (outcome.work.shared, outcome.work.continues) == (True, None)  # type: ignore[union-attr]  # accepted
        acts = [r.act for r in await scene.people.audit(person_id=await scene.person(phone.conversation_id), limit=9)]
        assert acts == ["continue", "link", "link"]

    async def test_what_waits_for_somebody_elses_address_comes_home_when_a_link_ends(self, scene: PeopleScene) -> None:
        phone = await scene.writes("a", at="+1")
        desk = await scene.writes("b", at="ada", channel="line two")
        link = await scene.link(phone.conversation_id, desk.conversation_id)
        there = (await scene.addresses_of(desk.conversation_id))[0]
        deliveries = (scene.delivery(there, text="not for you"),)
        await scene.store.say(
            conversation_id=phone.conversation_id, message=scene.message("not for you"), deliveries=deliveries, now_ms=scene.now
        )
        await scene.unlink(link)
        works = {w.conversation_id: w for w in await scene.claim()}
        (waiting,) = works[phone.conversation_id].deliveries
        assert (waiting.outgoing.address.key.handle, waiting.outgoing.address.key.channel) == ("+1", CHANNEL)
        assert works[desk.conversation_id].deliveries == ()

    async def test_the_timeline_walks_both_ways_by_id(self, scene: PeopleScene) -> None:
        phone = (await scene.writes("1", at="+1")).conversation_id
        desk = (await scene.writes("2", at="ada", channel="line two")).conversation_id
        for n in range(3, 7):
            await scene.writes(str(n), at="+1" if n % 2 else "ada", channel=CHANNEL if n % 2 else "line two")
        both = [phone, desk]
        everything = await scene.people.timeline(both, limit=50)
        assert [m.parts[0].text for m in everything] == list("123456")  # type: ignore[union-attr]  # all are text
        assert [m.id for m in await scene.people.timeline(both, before=everything[4].id, limit=2)] == [m.id for m in everything[2:4]]
        assert [m.id for m in await scene.people.timeline(both, after=everything[1].id, limit=2)] == [m.id for m in everything[2:4]]
        assert await scene.people.timeline([], limit=5) == []

    async def test_people_are_found_by_name_handle_and_id_in_part_and_folded(self, scene: PeopleScene) -> None:
        await scene.say_hello(scene.arrival("x", address=scene.key("+966501234567", kind="phone"), author_name="أحمد"))
        await scene.say_hello(scene.arrival("y", address=scene.key("zoe"), author_name="Zoë"))
        assert [v.name for v in await scene.people.find("احمد", limit=5)] == ["أحمد"]
        assert [v.name for v in await scene.people.find("50123", limit=5)] == ["أحمد"]
        assert [v.name for v in await scene.people.find("zoe", limit=5)] == ["Zoë"]
        everybody = await scene.people.find("", limit=5)
        assert len(everybody) == 2
        assert await scene.people.find("", limit=5, after=everybody[0].id) == everybody[1:]
        assert await scene.people.find(everybody[1].id, limit=5) == [everybody[1]]

    async def test_addresses_of_a_person_come_with_their_conversations_the_last_written_from_first(self, scene: PeopleScene) -> None:
        phone = (await scene.writes("a", at="+1")).conversation_id
        desk = (await scene.writes("b", at="ada", channel="line two")).conversation_id
        await scene.link(phone, desk)
        person = await scene.person(phone)
        assert [(a.key.handle, c) for a, c in await scene.people.addresses(person)] == [("ada", desk), ("+1", phone)]
        await scene.clock.advance(1)
        await scene.writes("c", at="+1")
        assert [a.key.handle for a, _ in await scene.people.addresses(person)] == ["+1", "ada"]


class Parting:
    """What splitting does, and what a recycled number does not."""

    async def test_a_recycled_number_inherits_nothing_however_its_old_bearer_is_linked(self, scene: PeopleScene) -> None:
        old = await scene.writes("mine", at="US.1", alias="+15550001")
        desk = await scene.writes("also mine", at="ada", channel="line two")
        await scene.link(old.conversation_id, desk.conversation_id)
        new = await scene.writes("who had this before?", at="US.2", alias="+15550001")
        assert await scene.shown(new.conversation_id) == ["who had this before?"]
        assert await scene.history(new.conversation_id) == ["who had this before?"]
        assert await scene.people.siblings(new.conversation_id) == [new.conversation_id]
        assert await scene.shown(desk.conversation_id) == ["mine", "also mine"]
        person = await scene.person(desk.conversation_id)
        assert [a.key.handle for a, _ in await scene.people.addresses(person)] == ["ada"]

    async def test_a_handle_that_the_platform_says_moved_stays_the_linked_persons(self, scene: PeopleScene) -> None:
        old = await scene.writes("mine", at="US.1", alias="+15550001")
        desk = await scene.writes("also mine", at="ada", channel="line two")
        await scene.link(old.conversation_id, desk.conversation_id)
        new = scene.key("US.7", kind="business-scoped id", alias="+15550007")
        await scene.receive(Moved(key="m", scope=SCOPE, old_handle="US.1", new=new, at_ms=scene.now))
        assert await scene.whose(new) == await scene.person(desk.conversation_id)
        said = await scene.writes("still me", at="US.7", alias="+15550007")
        assert said.conversation_id == old.conversation_id

    async def test_splitting_gives_an_address_its_own_person_with_its_own_words(self, scene: PeopleScene) -> None:
        first = await scene.writes("one", at="US.1")
        new = scene.key("US.7")
        await scene.receive(Moved(key="m", scope=SCOPE, old_handle="US.1", new=new, at_ms=scene.now))
        await scene.answers(first.conversation_id, "first answer")
        await scene.writes("two", at="US.7")
        await scene.answers(first.conversation_id, "second answer")
        await scene.writes("three", at="US.1")
        await scene.writes("four", at="US.7")
        await scene.writes("five", at="US.7")
        address = next(a for a in await scene.addresses_of(first.conversation_id) if a.key.handle == "US.7")
        parted = await scene.people.split(address_id=address.id, by="operator", now_ms=scene.now)
        assert parted != first.conversation_id
        assert await scene.shown(parted) == ["two", "second answer", "four", "five"]
        assert await scene.shown(first.conversation_id) == ["one", "first answer", "three"]
        works = {w.conversation_id: w for w in await scene.claim()}
        assert [len(works[c].turns) for c in (first.conversation_id, parted)] == [1, 2]
        await scene.answered(works[parted], "late")
        await scene.answered(works[first.conversation_id], "late too")
        assert await scene.claim() == []
        said = await scene.writes("six", at="US.7")
        assert said.conversation_id == parted
        assert said.seq == 6

    async def test_an_address_that_is_alone_is_parted_by_ending_its_links(self, scene: PeopleScene) -> None:
        one, two, three = [(await scene.writes(w, at=w)).conversation_id for w in ("x", "y", "z")]
        await scene.link(one, two)
        await scene.link(two, three)
        address = (await scene.addresses_of(two))[0]
        assert await scene.people.split(address_id=address.id, by="operator", now_ms=scene.now) == two
        assert [await scene.shown(c) for c in (one, two, three)] == [["x"], ["y"], ["z"]]

    async def test_splitting_takes_along_what_was_brought_from_the_address_and_leaves_the_rest(self, scene: PeopleScene) -> None:
        first = await scene.writes("one", at="US.1")
        old = first.conversation_id
        await scene.receive(Moved(key="m", scope=SCOPE, old_handle="US.1", new=scene.key("US.7"), at_ms=scene.now))
        address = next(a for a in await scene.addresses_of(old) if a.key.handle == "US.7")
        library, chat = scene.store.library, Chat(key="c", kind="direct", origin="Some")
        for name, brought_from in (("by it", address.id), ("by hand", None)):
            record = ImportRecord(id=name, kind="some", name=name, started_ms=1, owner=old)
            await library.put_import(Import(record=record, owner=old, state="done", key=name, address_id=brought_from))
            await library.put_chat(chat, chat_id=f"chat {name}", owner=old, import_id=name, format="f")
            entry = Entry("Ann", "user", f"words {name}", 1, None, "min")
            await library.add_entries(f"chat {name}", import_id=name, lines=[Line(SEQ_STRIDE, entry, fingerprint(entry))])
        await scene.people.continue_chat(conversation_id=old, chat_id="chat by it", by="person", now_ms=scene.now)
        parted = await scene.people.split(address_id=address.id, by="operator", now_ms=scene.now)
        for owner, name in ((parted, "by it"), (old, "by hand")):
            assert [h.record.id for h in await library.imports(owners=[owner], limit=10)] == [name]
            assert [(h.owner, h.record.owner) for h in await library.imports(owners=[owner], limit=10)] == [(owner, owner)]
            assert [c.id for c in await library.chats(owners=[owner], limit=10)] == [f"chat {name}"]
            assert [hit.text for hit in await library.search("words", conversations=[owner], limit=10)] == [f"words {name}"]
        await scene.writes("two", at="US.1")
        assert [w.continues for w in await scene.claim() if w.conversation_id == old] == [None]

    async def test_a_late_writer_of_a_split_conversation_is_fenced(self, scene: PeopleScene) -> None:
        first = await scene.writes("one", at="US.1")
        await scene.receive(Moved(key="m", scope=SCOPE, old_handle="US.1", new=scene.key("US.7"), at_ms=scene.now))
        await scene.writes("two", at="US.7")
        work = await scene.claim_one()
        address = next(a for a in await scene.addresses_of(first.conversation_id) if a.key.handle == "US.7")
        parted = await scene.people.split(address_id=address.id, by="operator", now_ms=scene.now)
        with pytest.raises(Fenced):
            await scene.store.close_turn(scene.closing(work))
        assert {w.conversation_id for w in await scene.claim()} == {first.conversation_id, parted}
