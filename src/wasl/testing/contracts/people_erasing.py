"""Holds, erasing, retention, and moving house."""

import pytest

from wasl.domain.archive import Chat, Entry
from wasl.domain.days import DAY_MS
from wasl.domain.errors import Fenced, Malformed, OnHold
from wasl.domain.event import ConsentGiven
from wasl.domain.identity import AuditRecord
from wasl.domain.ids import PersonId
from wasl.domain.records import ImportRecord
from wasl.ports.library import Import, Line
from wasl.ports.people import Erasure
from wasl.ports.store import Timer, Token
from wasl.testing.clock import TestClock
from wasl.testing.contracts.people_scene import PeopleScene
from wasl.testing.contracts.store_made import MakeStore
from wasl.testing.contracts.store_scene import PHOTO, SCOPE


class Erasing:
    """What erasing takes, and what it leaves."""

    async def test_weighing_counts_and_changes_nothing(self, scene: PeopleScene) -> None:
        phone = await scene.writes("a", at="+15550001")
        await scene.answers(phone.conversation_id, "A")
        weighed = await scene.people.weigh(await scene.person(phone.conversation_id))
        counts = weighed.counts
        assert (counts["message"], counts["turn"], counts["delivery"], counts["address"], counts["raw"]) == (2, 1, 1, 1, 1)
        assert weighed.conversations == (phone.conversation_id,)
        assert await scene.shown(phone.conversation_id) == ["a", "A"]
        with pytest.raises(Malformed):
            await scene.people.weigh(PersonId("01890000-0000-7000-8000-000000000000"))

    async def test_erasing_takes_a_person_and_nobody_else(self, scene: PeopleScene) -> None:
        phone = await scene.writes("mine", at="+15550001")
        desk = await scene.writes("mine too", at="ada", channel="line two")
        other = await scene.writes("somebody else's", at="+15550002")
        await scene.link(phone.conversation_id, desk.conversation_id)
        person = await scene.person(desk.conversation_id)
        forgotten_id = await scene.erase(desk.conversation_id)
        assert await scene.people.view(person) is None
        assert await scene.people.person_of(phone.conversation_id) is None
        assert await scene.history(phone.conversation_id) == []
        assert await scene.people.timeline([phone.conversation_id, desk.conversation_id], limit=9) == []
        assert [c.id for c in await scene.store.conversations(limit=9)] == [other.conversation_id]
        assert await scene.shown(other.conversation_id) == ["somebody else's"]
        assert [e.id for e in await scene.people.erasures()] == [forgotten_id.id]
        assert [w.conversation_id for w in await scene.claim()] == [other.conversation_id]

    async def test_whoever_was_erased_and_writes_again_is_new(self, scene: PeopleScene) -> None:
        phone = await scene.writes("mine", at="+15550001")
        await scene.erase(phone.conversation_id)
        again = await scene.writes("hello", at="+15550001")
        assert again.conversation_id != phone.conversation_id
        assert again.seq == 1
        assert await scene.history(again.conversation_id) == ["hello"]

    async def test_erasing_takes_tokens_timers_consents_raw_bodies_and_files_and_keeps_usage_as_numbers(self, scene: PeopleScene) -> None:
        phone = await scene.writes("mine", at="+15550001")
        person = await scene.person(phone.conversation_id)
        photo = type(PHOTO)(role="photo", media_type="image/jpeg", sha256="a" * 64)
        shared = type(PHOTO)(role="photo", media_type="image/jpeg", sha256="b" * 64)
        await scene.receive(scene.arrival(handle="+15550001", parts=(photo, shared)))
        await scene.receive(scene.arrival(handle="+15550002", parts=(shared,)))
        await scene.receive(
            ConsentGiven(key="c", address=scene.key("+15550001"), purpose="marketing", given=True, at_ms=scene.now),
            raw=b'{"from": "15550001"}',
        )
        for whose, sha in ((person, "1" * 64), ("nobody", "2" * 64)):
            await scene.store.put_token(Token(kind="export", sha256=sha, label="", created_ms=scene.now, payload={"person": whose}))
            await scene.store.set_timer(Timer(kind="window", key=whose, due_ms=scene.now + 1))
        works = {w.conversation_id: w for w in await scene.claim()}
        await scene.store.close_turn(scene.closing(works[phone.conversation_id], usage=(scene.usage(),)))
        weighed = await scene.people.weigh(person)
        assert weighed.files == ("a" * 64,)
        assert (weighed.counts["raw"], weighed.counts["consent"], weighed.counts["token"], weighed.counts["timer"]) == (3, 1, 1, 1)
        assert [(p["provider"], p["calls"]) for p in weighed.providers] == [("p1", 1)]
        await scene.erase(phone.conversation_id)
        assert await scene.store.find_token(kind="export", sha256="1" * 64, now_ms=scene.now) is None
        assert await scene.store.find_token(kind="export", sha256="2" * 64, now_ms=scene.now) is not None
        assert [t.key for t in await scene.store.due_timers(now_ms=scene.now + 9, limit=9, lease_ms=1)] == ["nobody"]
        assert (await scene.store.usage_totals(since_ms=0))[0]["calls"] == 1

    async def test_imported_chats_follow_their_conversation_into_links_and_are_erased_with_it(self, scene: PeopleScene) -> None:
        phone = await scene.writes("a", at="+15550001")
        desk = await scene.writes("b", at="ada", channel="line two")
        library = scene.store.library
        for owner in (phone.conversation_id, desk.conversation_id):
            import_id, chat_id = scene.name(), scene.name()
            record = ImportRecord(id=import_id, kind="jsonl", name="old talk", started_ms=scene.now)
            await library.put_import(Import(record=record, owner=owner, state="done", key=f"key-{owner}"))
            chat = Chat(key="1", kind="direct", origin="WhatsApp", title="old talk", id=chat_id)
            await library.put_chat(chat, chat_id=chat_id, owner=owner, import_id=import_id, format="jsonl")
            entry = Entry(author=None, role="user", text="before", wall_ms=1, instant_ms=1, resolution="ms")
            await library.add_entries(chat_id, import_id=import_id, lines=[Line(seq=1024, entry=entry, fingerprint=b"f")])
        await scene.link(phone.conversation_id, desk.conversation_id)
        view = await scene.people.view(await scene.person(phone.conversation_id))
        assert view is not None
        assert [i.chats for i in view.identities] == [1, 1]
        weighed = await scene.people.weigh(view.id)
        assert (weighed.counts["chat"], weighed.counts["entry"], weighed.counts["import"]) == (2, 2, 2)
        assert weighed.sources == tuple(sorted(f"key-{c}" for c in (phone.conversation_id, desk.conversation_id)))
        await scene.erase(phone.conversation_id)
        assert await library.chats(owners=None, limit=9) == []
        assert await library.imports(owners=None, limit=9) == []

    async def test_what_is_leased_is_fenced_when_it_is_erased(self, scene: PeopleScene) -> None:
        phone = await scene.writes("mine", at="+15550001")
        work = await scene.claim_one()
        await scene.erase(phone.conversation_id)
        with pytest.raises(Fenced):
            await scene.store.close_turn(scene.closing(work))
        await scene.release(work)
        assert await scene.claim() == []

    async def test_a_hold_blocks_erasing_also_after_links_come_and_go(self, scene: PeopleScene) -> None:
        phone = await scene.writes("a", at="+15550001")
        desk = await scene.writes("b", at="ada", channel="line two")
        link = await scene.link(phone.conversation_id, desk.conversation_id)
        person = await scene.person(phone.conversation_id)
        await scene.people.hold(person_id=person, reason="case 7", by="operator", now_ms=scene.now)
        view = await scene.people.view(person)
        assert view is not None
        assert view.hold == "case 7"
        await scene.unlink(link)
        for conversation in (phone.conversation_id, desk.conversation_id):
            with pytest.raises(OnHold):
                await scene.erase(conversation)
        for conversation in (phone.conversation_id, desk.conversation_id):
            owner = await scene.person(conversation)
            await scene.people.hold(person_id=owner, reason=None, by="operator", now_ms=scene.now)
            await scene.erase(conversation)
        assert await scene.store.conversations(limit=5) == []

    async def test_erasing_one_of_two_linked_leaves_the_other_whole(self, scene: PeopleScene) -> None:
        phone = await scene.writes("a", at="+15550001")
        desk = await scene.writes("b", at="ada", channel="line two")
        born = await scene.person(desk.conversation_id)
        await scene.link(phone.conversation_id, desk.conversation_id)
        person = await scene.person(desk.conversation_id)
        erasure = Erasure(
            id=scene.name(), at_ms=scene.now, by="operator", person_id=person, conversations=(phone.conversation_id,), addresses=()
        )
        forgotten = await scene.people.erase(erasure=erasure, salt=b"s")
        assert forgotten.counts["message"] == 1
        assert len(forgotten.digests) == 1
        assert await scene.shown(desk.conversation_id) == ["b"]
        assert await scene.person(desk.conversation_id) == born

    async def test_an_erasure_carried_out_again_finds_nothing_and_is_kept_once(self, scene: PeopleScene) -> None:
        phone = await scene.writes("a", at="+15550001")
        erasure = await scene.erase(phone.conversation_id)
        again = await scene.people.erase(erasure=erasure, salt=b"s")
        assert again.counts["message"] == 0
        assert len(await scene.people.erasures()) == 1

    async def test_retention_takes_old_messages_that_are_done_with(self, scene: PeopleScene) -> None:
        old = await scene.writes("old", at="+15550001")
        await scene.answers(old.conversation_id, "old answer")
        waiting = await scene.writes("old and waiting", at="+15550002")
        held = await scene.writes("old and held", at="+15550003")
        await scene.answers(held.conversation_id, "held answer")
        person = await scene.person(held.conversation_id)
        await scene.people.hold(person_id=person, reason="r", by="operator", now_ms=scene.now)
        elsewhere = await scene.writes("old elsewhere", at="ada", channel="line two")
        await scene.answers(elsewhere.conversation_id, "there")
        await scene.clock.advance(DAY_MS / 1000)
        limit_ms = scene.now - 1_000
        await scene.writes("new", at="+15550001")
        counts = await scene.people.retire(channel="line one", before_ms=limit_ms, limit=100)
        assert counts == {"message": 2, "turn": 1, "delivery": 1}
        assert await scene.shown(old.conversation_id) == ["new"]
        assert await scene.shown(waiting.conversation_id) == ["old and waiting"]
        assert await scene.shown(held.conversation_id) == ["old and held", "held answer"]
        assert (await scene.people.retire(channel=None, before_ms=limit_ms, limit=1))["message"] == 1
        assert (await scene.people.retire(channel=None, before_ms=limit_ms, limit=9))["message"] == 1
        assert (await scene.people.retire(channel=None, before_ms=limit_ms, limit=9))["message"] == 0


class Moving:
    """The audit log, and people as an archive holds them."""

    async def test_steps_are_listed_newest_first_by_person(self, scene: PeopleScene) -> None:
        one = await scene.writes("x", at="x")
        person = await scene.person(one.conversation_id)
        for n in range(3):
            await scene.clock.advance(1)
            record = AuditRecord(id=scene.name(), at_ms=scene.now, by="person", act="export", person_id=person, detail={"n": n})
            await scene.people.note(record)
            await scene.people.note(record)
        steps = await scene.people.audit(person_id=person, limit=2)
        assert [s.detail["n"] for s in steps] == [2, 1]
        assert [s.detail["n"] for s in await scene.people.audit(limit=9, before=steps[-1].id)] == [0]

    async def test_a_person_moves_to_another_store_with_everything(
        self, scene: PeopleScene, make_store: MakeStore, clock: TestClock
    ) -> None:
        phone = await scene.writes("a", at="+15550001")
        desk = await scene.writes("b", at="ada", channel="line two")
        await scene.link(phone.conversation_id, desk.conversation_id)
        await scene.receive(ConsentGiven(key="c", address=scene.key("+15550001"), purpose="marketing", given=True, at_ms=scene.now))
        person = await scene.person(phone.conversation_id)
        await scene.people.hold(person_id=person, reason="why", by="operator", now_ms=scene.now)
        (record,) = await scene.people.records(people=[person], after=None, limit=5)
        assert await scene.people.records(people=None, after=None, limit=5) == [record]
        assert await scene.people.adopt(record, now_ms=scene.now) is False
        other = await make_store(clock)
        try:
            assert await other.people.adopt(record, now_ms=scene.now) is True
            assert await other.people.adopt(record, now_ms=scene.now) is False
            (moved,) = await other.people.records(people=None, after=None, limit=5)
            assert moved == record
            assert await other.people.siblings(desk.conversation_id) == [phone.conversation_id, desk.conversation_id]
            found = await other.find_address(scene.key("+15550001"))
            assert found is not None
            assert found[1] == phone.conversation_id
            (link,) = (await other.people.view(person)).links  # type: ignore[union-attr]  # adopted a moment ago
            await other.people.unlink(link_id=link.id, by="person", now_ms=scene.now)
            assert await other.people.siblings(desk.conversation_id) == [desk.conversation_id]
        finally:
            await other.close()

    async def test_an_adopted_address_whose_handle_is_somebodys_here_comes_in_closed(self, scene: PeopleScene) -> None:
        one = await scene.writes("x", at="x")
        person = await scene.person(one.conversation_id)
        (record,) = await scene.people.records(people=[person], after=None, limit=1)
        await scene.erase(one.conversation_id)
        here = await scene.writes("new bearer", at="x")
        assert await scene.people.adopt(record, now_ms=scene.now) is True
        found = await scene.store.find_address(scene.key("x"))
        assert found is not None
        assert found[1] == here.conversation_id
        assert await scene.people.addresses(person) == []
        assert record.addresses[0].key.scope == SCOPE
