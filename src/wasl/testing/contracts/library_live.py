"""What a library promises about live conversations as the archive holds them."""

from dataclasses import replace

import pytest

from wasl.domain.archive import Entry, Words
from wasl.domain.errors import Malformed
from wasl.domain.ids import ConversationId, PersonId
from wasl.domain.message import Choice, Contact, Media, Option, Place, Reaction, Template, Text, Unknown
from wasl.domain.portable import live_message
from wasl.ports.library import LiveChat
from wasl.testing.contracts.library_scene import LibraryScene
from wasl.testing.contracts.store_scene import CHANNEL

EVERY_PART = (
    Text(text="one"),
    Text(text="**two**", format="markdown"),
    Media(role="photo", media_type="image/jpeg", native_id="m1", url="https://example.org/a.jpg", caption="قطة"),
    Media(role="document", name="a.pdf", size_bytes=3, sha256="ab" * 32),
    Place(latitude=30.05, longitude=31.25, address="Cairo"),
    Contact(name="Bob", phones=("+20",)),
    Choice(text="which?", options=(Option(id="1", title="A", description="first"), Option(id="2", title="B"))),
    Choice(picked=Option(id="1", title="A")),
    Template(name="hello", language="ar", values=("Ada",), category="utility"),
    Reaction(target="n1", emoji=None),
    Unknown(kind="sparkle", value={"a": [1, None]}),
    Unknown(kind="wasl.choice", value={"not": "ours"}),
)


class Live:
    """Live conversations on their way out, and home again."""

    async def test_live_chats_are_listed_by_id_person_and_channel(self, library: LibraryScene) -> None:
        ada = await library.owner("ada")
        bob = (await library.say_hello(library.arrival("hi", address=library.key("bob", channel="line two")))).conversation_id
        everything = await library.library.live_chats(people=None, channel=None, after=None, limit=9)
        assert [c.chat.id for c in everything] == sorted([ada, bob])
        assert [c.chat.id for c in await library.library.live_chats(people=None, channel=CHANNEL, after=None, limit=9)] == [ada]
        of_bob = [c.person_id for c in everything if c.chat.id == bob]
        assert [c.chat.id for c in await library.library.live_chats(people=of_bob, channel=None, after=None, limit=9)] == [bob]
        assert [c.chat.id for c in await library.library.live_chats(people=None, channel=None, after=min(ada, bob), limit=9)] == [
            max(ada, bob)
        ]
        assert not await library.library.live_chats(people=[PersonId(library.name())], channel=None, after=None, limit=9)

    async def test_a_live_chat_tells_who_speaks(self, library: LibraryScene) -> None:
        arrival = library.arrival("hi", author_name="Ada")
        await library.say_hello(arrival)
        (chat,) = await library.library.live_chats(people=None, channel=None, after=None, limit=9)
        assert (chat.chat.kind, chat.chat.title, chat.chat.key) == ("direct", "Ada", chat.chat.id)
        assert [(p.key, p.name, p.is_self, p.person) for p in chat.participants] == [("person", "Ada", True, chat.person_id)]

    async def test_a_group_tells_every_speaker_by_name(self, library: LibraryScene) -> None:
        group = library.key("g1", kind="group")
        await library.say_hello(library.arrival("hi", address=group, author_name="Ada"))
        await library.say_hello(library.arrival("ho", address=group, author_name="Bob"))
        (chat,) = await library.library.live_chats(people=None, channel=None, after=None, limit=9)
        assert chat.chat.kind == "group"
        assert [(p.key, p.name) for p in chat.participants] == [("person/Ada", "Ada"), ("person/Bob", "Bob")]
        entries = await library.library.live_entries(_id(chat), after=0, limit=9)
        assert [e.entry.author for e in entries] == ["person/Ada", "person/Bob"]

    async def test_every_part_comes_back_through_the_archive(self, library: LibraryScene) -> None:
        said = await library.says(parts=EVERY_PART, at_ms=7_000)
        (live,) = await library.library.live_entries(said.conversation_id, after=0, limit=9)
        assert (live.id, live.seq, live.entry.role, live.entry.at_ms) == (said.message_id, 1, "user", 7_000)
        assert live_message(live.entry, id=live.id, seq=live.seq).parts == EVERY_PART

    async def test_an_answer_tells_its_model_and_how_it_travelled(self, library: LibraryScene) -> None:
        work, closing = await library.sending(pieces=2)
        await library.settle(work, closing.deliveries[0].id, "sent", native_id="n-1")
        _, answer = await library.library.live_entries(work.conversation_id, after=0, limit=9)
        assert (answer.entry.author, answer.entry.role, answer.entry.parts) == ("assistant", "assistant", ())
        assert answer.entry.all_parts == (Words(text="answer"),)
        assert answer.entry.more.model is not None
        assert answer.entry.more.model.name == "m1"
        assert [(p.channel, p.state, p.native_id) for p in answer.entry.more.deliveries] == [
            (CHANNEL, "sent", "n-1"),
            (CHANNEL, "queued", None),
        ]

    async def test_live_entries_are_read_in_pages_and_by_channel(self, library: LibraryScene) -> None:
        owner = await library.owner(text="one")
        await library.says("two")
        await library.says("three")
        page = await library.library.live_entries(owner, after=1, limit=1)
        assert [e.entry.text for e in page] == ["two"]
        assert len(await library.library.live_entries(owner, after=0, limit=9, channel=CHANNEL)) == 3
        assert not await library.library.live_entries(owner, after=0, limit=9, channel="line two")
        assert not await library.library.live_entries(ConversationId(library.name()), after=0, limit=9)

    async def test_restored_messages_are_as_they_were_and_wake_nobody(self, library: LibraryScene) -> None:
        work, closing = await library.sending(pieces=2)
        await library.settle(work, closing.deliveries[0].id, "sent", native_id="n-1")
        await library.settle(work, closing.deliveries[1].id, "failed", error={"kind": "Gone"}, release=True)
        await library.says(parts=EVERY_PART)
        taken = await library.library.live_entries(work.conversation_id, after=0, limit=9)
        other = await library.owner("bob", text="first of bob")
        await library.claim()
        moved = [replace(e, id=library.name(), seq=e.seq + 10, entry=_without_deliveries(e.entry)) for e in taken]
        assert await library.library.restore(other, moved) == 3
        assert await library.library.restore(other, moved) == 0
        back = await library.library.live_entries(other, after=10, limit=9)
        assert [(e.id, e.seq, e.entry._replace(seq=0)) for e in back] == [(e.id, e.seq, e.entry._replace(seq=0)) for e in moved]
        assert await library.claimable() == []
        assert len(await library.found("answer", within=[other])) == 1
        assert (await library.says("next", handle="bob")).seq == 14

    async def test_deliveries_come_home_with_their_message_and_nothing_is_sent(self, library: LibraryScene) -> None:
        work, closing = await library.sending(pieces=2)
        await library.settle(work, closing.deliveries[0].id, "sent", native_id="n-1", release=True)
        _, answer = await library.library.live_entries(work.conversation_id, after=0, limit=9)
        other = await library.owner("bob")
        await library.claim()
        ours = answer.entry.more.extra["wasl"]
        fresh = [{**d, "id": library.name()} for d in ours["deliveries"]]
        entry = answer.entry._replace(more=replace(answer.entry.more, extra={"wasl": {**ours, "deliveries": fresh}}))
        home = library.name()
        await library.library.restore(other, [replace(answer, id=home, seq=9, entry=entry)])
        told = await library.store.deliveries(home)  # type: ignore[arg-type]  # an id of ours
        assert [(d["state"], d["native_id"], d["position"]) for d in told] == [("sent", "n-1", 0), ("failed", None, 1)]
        assert await library.claimable() == []

    async def test_nothing_is_restored_where_there_is_no_conversation(self, library: LibraryScene) -> None:
        owner = await library.owner()
        taken = await library.library.live_entries(owner, after=0, limit=9)
        with pytest.raises(Malformed):
            await library.library.restore(ConversationId(library.name()), taken)


def _id(chat: LiveChat) -> ConversationId:
    return ConversationId(str(chat.chat.id))


def _without_deliveries(entry: Entry) -> Entry:
    extra = {"wasl": {k: v for k, v in entry.more.extra["wasl"].items() if k != "deliveries"}}
    return entry._replace(more=replace(entry.more, deliveries=(), extra=extra))
