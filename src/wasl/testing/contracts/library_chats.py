"""What a library promises about imports and chats."""

from dataclasses import replace

import pytest

from wasl.domain.archive import (
    SEQ_STRIDE,
    Answering,
    ByModel,
    Chat,
    Citation,
    Entry,
    File,
    Handle,
    Happening,
    More,
    Name,
    Participant,
    Passage,
    PhoneCall,
    Poll,
    PollOption,
    Reacted,
    Revision,
    Span,
    Thinking,
    ToolAsked,
    ToolGave,
    WebLink,
    Words,
    fingerprint,
    words_print,
)
from wasl.domain.errors import Malformed, TooLarge
from wasl.domain.message import Contact, Place, Unknown
from wasl.ports.format import ImportRecord, SourceFile
from wasl.ports.library import Import, Line
from wasl.testing.contracts.library_scene import FORMAT, LibraryScene, json_rich, lines, stored

PHOTO = File(role="photo", state="present", name="cat.jpg", media_type="image/jpeg", size_bytes=3, sha256="ab" * 32, caption="قطة")
RICH_PARTS = (
    Words(text="see *this*", format="marks", spans=(Span(4, 10, "bold"), Span(0, 3, "link", "https://example.org"))),
    PHOTO,
    File(role="voice", state="omitted", duration_seconds=1.5, reason="not exported"),
    Place(latitude=30.05, longitude=31.25, name="Cairo", url="https://maps.example/1"),
    Contact(name="Bob", phones=("+20100",), emails=("b@example.org",), company="Sons"),
    Poll(question="When?", options=(PollOption("now", 2, ("Ada", "Bob")), PollOption("later")), multiple=True, closed=False),
    PhoneCall(kind="video", duration_seconds=12.0, outcome="missed"),
    WebLink(url="https://example.org", title="Example"),
    Thinking(text="hm", signature="sig"),
    ToolAsked(name="look", id="t1", input=json_rich()),
    ToolGave(answers="t1", content=json_rich(), error=True),
    Citation(target="doc 1", span=Span(1, 2, "cited"), title="Doc"),
    Happening(kind="joined", actor="Ada", targets=("Bob",), before="a", after="b"),
    Unknown(kind="sparkle", value=json_rich()),
)
RICH_MORE = More(
    parent="n-0",
    reply_to=Answering(native_id="n-0", sent_ms=5, author="Bob", quote="what?"),
    thread="t",
    on_behalf_of="Bob",
    received_ms=6,
    edited=True,
    edited_ms=7,
    deleted=True,
    deleted_ms=8,
    deleted_by="author",
    revisions=(Revision(4, (Words(text="before"), PHOTO), "Ada"), Revision(None, known=False)),
    reactions=(Reacted("👍", "Bob", 9), Reacted("❤️", number=3, known=("Ada",))),
    flags=frozenset({"forwarded", "pinned"}),
    model=ByModel("m1", "p1", "eu", {"input": 3}, "stop", "r1"),
    deliveries=(Passage("line one", "read", "n1", 10),),
    zone="Africa/Cairo",
    extra=json_rich(odd="ﷺ"),
)


class Imports:
    """Imports, and taking them back."""

    async def test_an_import_comes_back_as_it_was_stored(self, library: LibraryScene) -> None:
        owner = await library.owner()
        record = ImportRecord(
            id=library.name(),
            kind=FORMAT,
            name="محادثة.zip",
            started_ms=5,
            finished_ms=9,
            owner=owner,
            profile=json_rich(),
            counts={"entries": 3},
            problems=({"kind": "odd", "where": "line 3"},),
            coverage={"bytes": 10, "covered": 9},
            files=(SourceFile(import_id="i", position=0, name="_chat.txt", sha256="cd" * 32, size_bytes=10),),
        )
        held = Import(record=record, owner=owner, state="waiting", key="k1", bytes_read=3, bytes_total=10)
        await library.library.put_import(held)
        assert await library.library.find_import(record.id) == held
        done = replace(held, state="done", bytes_read=10)
        await library.library.put_import(done)
        assert list(await library.library.imports(owners=None, limit=10)) == [done]
        assert await library.library.find_import(library.name()) is None

    async def test_imports_are_listed_by_owner_newest_first_page_by_page(self, library: LibraryScene) -> None:
        ada, bob = await library.owner("ada"), await library.owner("bob")
        first, _, third = await library.begins(ada), await library.begins(bob), await library.begins(ada)
        listed = await library.library.imports(owners=[ada], limit=10)
        assert [h.record.id for h in listed] == [third, first]
        assert [h.record.id for h in await library.library.imports(owners=[ada], limit=1)] == [third]
        assert [h.record.id for h in await library.library.imports(owners=[ada], limit=5, before=third)] == [first]
        assert not await library.library.imports(owners=[], limit=5)

    async def test_an_import_taken_back_leaves_nothing_and_names_its_files(self, library: LibraryScene) -> None:
        owner = await library.owner()
        by = await library.begins(owner)
        photo = Entry("Ada", "user", "قطة", 1_000, 1_000, "s", parts=(PHOTO,))
        chat = await library.brings(owner, "first words", photo, import_id=by)
        assert await library.library.drop_import(by) == [PHOTO.sha256]
        assert await library.library.find_import(by) is None
        assert await library.library.find_chat(chat) is None
        assert not await library.library.entries(chat, limit=10)
        assert await library.found("words") == []
        assert await library.library.drop_import(by) == []

    async def test_what_another_import_of_the_chat_brought_stays(self, library: LibraryScene) -> None:
        owner = await library.owner()
        first, second = await library.begins(owner), await library.begins(owner)
        photo = Entry("Ada", "user", "قطة", 1_000, 1_000, "s", parts=(PHOTO,))
        chat = await library.brings(owner, "old words", photo, import_id=first)
        await library.adds(chat, "new words", photo, import_id=second, after=2)
        assert await library.library.drop_import(first) == []
        held = await library.library.find_chat(chat)
        assert held is not None
        assert (held.entries, held.import_id, held.last_text) == (2, second, "قطة")
        assert await library.found("words") == ["new words"]
        assert await library.library.references([PHOTO.sha256 or ""]) == {PHOTO.sha256: 1}


class Chats:
    """Chats and their entries."""

    async def test_everything_of_an_entry_comes_back(self, library: LibraryScene) -> None:
        owner = await library.owner()
        entry = Entry("Ada", "tool", "see this", 60_000, 0, "min", "n-1", RICH_PARTS, RICH_MORE, 2, 17, 40, "/messages/3")
        bare = Entry(None, "service", "", None, None, "day")
        chat = await library.brings(owner, entry, bare)
        assert await library.library.entries(chat, limit=10) == [
            Line(SEQ_STRIDE, stored(entry, SEQ_STRIDE), fingerprint(entry)),
            Line(2 * SEQ_STRIDE, stored(bare, 2 * SEQ_STRIDE), fingerprint(bare)),
        ]

    async def test_everything_of_a_chat_and_its_participants_comes_back(self, library: LibraryScene) -> None:
        owner = await library.owner()
        told = Chat(
            key="k1",
            kind="group",
            origin="Elsewhere",
            title="العائلة",
            native_id="g-1",
            created_ms=1,
            updated_ms=2,
            active_leaf="n-9",
            state="archived",
            labels=("home", "old"),
            settings=json_rich(),
            source=3,
            pointer="/chats/0",
            extra=json_rich(),
        )
        somebody = Participant(
            chat="k1",
            key="u1",
            names=(Name("Ada", "export", 1, 2), Name("آدا")),
            handles=(Handle("phone", "+20100"),),
            role="bot",
            is_self=True,
            person="p1",
        )
        chat = await library.brings(owner, chat=told)
        await library.library.put_participants(chat, [somebody, Participant(chat="k1", key="a0")])
        await library.library.put_participants(chat, [replace(somebody, is_self=False)])
        held = await library.library.find_chat(chat)
        assert held is not None
        assert (held.chat, held.owner, held.format, held.entries) == (told, owner, FORMAT, 0)
        assert held.participants == (Participant(chat="k1", key="a0"), replace(somebody, is_self=False))
        assert (held.first_ms, held.last_ms, held.last_text) == (None, None, "")

    async def test_a_chat_told_again_replaces_what_was_told(self, library: LibraryScene) -> None:
        owner = await library.owner()
        chat = await library.brings(owner, "hello there", title="Old name")
        await library.brings(owner, title="New name", chat_id=chat)
        held = await library.library.find_chat(chat)
        assert held is not None
        assert (held.chat.title, held.entries) == ("New name", 1)
        assert [h.chat_title for h in await library.finds("hello")] == ["New name"]

    async def test_an_import_told_again_adds_nothing(self, library: LibraryScene) -> None:
        owner = await library.owner()
        by = await library.begins(owner)
        chat = await library.brings(owner, "one thing", "another thing", import_id=by)
        assert await library.adds(chat, "changed thing", "another thing", "third thing", import_id=by) == (1, 0)
        assert await library.found("thing") == ["third thing", "another thing", "one thing"]

    async def test_what_was_missing_is_put_between(self, library: LibraryScene) -> None:
        owner = await library.owner()
        by = await library.begins(owner)
        chat = await library.brings(owner, "one", "three", import_id=by)
        between = library.entry("two")
        middle = SEQ_STRIDE + SEQ_STRIDE // 2
        await library.library.add_entries(chat, import_id=by, lines=[Line(middle, between, fingerprint(between))])
        assert [line.entry.text for line in await library.library.entries(chat, limit=9)] == ["one", "two", "three"]

    async def test_entries_are_read_forward_and_back_and_by_import(self, library: LibraryScene) -> None:
        owner = await library.owner()
        first, second = await library.begins(owner), await library.begins(owner)
        chat = await library.brings(owner, "a", "b", "c", import_id=first)
        await library.adds(chat, "d", import_id=second, after=3)

        async def texts(*, after: int | None = None, before: int | None = None) -> list[str]:
            return [line.entry.text for line in await library.library.entries(chat, after=after, before=before, limit=2)]

        assert await texts() == ["a", "b"]
        assert await texts(after=SEQ_STRIDE) == ["b", "c"]
        assert await texts(before=4 * SEQ_STRIDE) == ["b", "c"]
        assert await texts(after=SEQ_STRIDE, before=3 * SEQ_STRIDE) == ["b"]
        assert [line.entry.text for line in await library.library.entries(chat, limit=9, import_id=second)] == ["d"]
        assert not await library.library.entries(library.name(), limit=9)

    async def test_a_later_state_of_an_entry_replaces_it_in_the_index_too(self, library: LibraryScene) -> None:
        owner = await library.owner()
        chat = await library.brings(owner, "before words")
        later = library.entry("after words", more=More(edited=True))
        await library.library.change_entry(chat, seq=SEQ_STRIDE, entry=later)
        assert [line.entry for line in await library.library.entries(chat, limit=9)] == [stored(later, SEQ_STRIDE)]
        assert await library.found("before") == []
        assert await library.found("after") == ["after words"]
        with pytest.raises(Malformed):
            await library.library.change_entry(chat, seq=2 * SEQ_STRIDE, entry=later)

    async def test_marks_tell_what_a_later_import_compares_with(self, library: LibraryScene) -> None:
        owner = await library.owner()
        known = Entry("Ada", "user", "مرحبا", 120_500, None, "s", "n-1")
        unknown = Entry("Bob", "user", "hello", None, None, "day")
        chat = await library.brings(owner, known, unknown)
        first, second = await library.library.marks(chat, after=0, limit=9)
        assert first == (SEQ_STRIDE, 2, fingerprint(known), words_print(known), "n-1")
        assert second == (2 * SEQ_STRIDE, None, fingerprint(unknown), words_print(unknown), None)
        assert await library.library.marks(chat, after=SEQ_STRIDE, limit=9) == [second]
        assert await library.library.marks(chat, after=0, limit=1) == [first]

    async def test_chats_are_listed_the_newest_word_first(self, library: LibraryScene) -> None:
        ada, bob = await library.owner("ada"), await library.owner("bob")
        old = await library.brings(ada, library.entry("old", at_ms=1_000))
        new = await library.brings(ada, library.entry("new", at_ms=9_000), library.entry("newer", at_ms=8_000))
        empty = await library.brings(ada)
        other = await library.brings(bob, library.entry("other", at_ms=5_000))
        listed = await library.library.chats(owners=[ada], limit=9)
        assert [h.id for h in listed] == [new, old, empty]
        assert (listed[0].first_ms, listed[0].last_ms, listed[0].last_text, listed[0].entries) == (8_000, 9_000, "newer", 2)
        assert [h.id for h in await library.library.chats(owners=None, limit=2)] == [new, other]
        assert [h.id for h in await library.library.chats(owners=[ada], limit=9, before_ms=9_000)] == [old, empty]
        assert [h.id for h in await library.library.chats(owners=None, limit=9, import_id=listed[0].import_id)] == [new]

    async def test_chats_alike_are_found_by_native_id_else_by_title_or_participant(self, library: LibraryScene) -> None:
        ada, bob = await library.owner("ada"), await library.owner("bob")
        person = (await library.finds("zzz", within=[ada]))[0].person_id
        by_id = await library.brings(ada, chat=Chat(key="k", kind="direct", origin="E", native_id="n-1", title="Work"))
        by_title = await library.brings(ada, title="العائلة")
        by_member = await library.brings(ada, title="Else")
        await library.library.put_participants(by_member, [Participant(chat="k", key="b", names=(Name("Bob"),))])
        await library.brings(bob, title="العائلة")
        await library.brings(ada, title="العائلة", format="another_export")

        async def alike(**told: str) -> list[str]:
            asked = Chat(key="k", kind="direct", origin="E", **told)  # type: ignore[arg-type]  # only texts are told
            return [h.id for h in await library.library.alike(asked, owner_person=person, format=FORMAT)]

        assert await alike(native_id="n-1", title="Renamed") == [by_id]
        assert await alike(native_id="n-2", title="Nothing like it") == []
        assert await alike(title="العائله") == [by_title]
        assert await alike(title="Bob") == [by_member]

    async def test_text_that_no_database_holds_is_kept_as_near_as_can_be(self, library: LibraryScene) -> None:
        owner = await library.owner()
        odd = Entry(
            "A\0da",
            "user",
            "half \ud83d and nul \0 here",
            1_000,
            1_000,
            "s",
            parts=(Words(text="\0x"),),
            more=More(extra={"k\0": "\ud800"}),
        )
        chat = await library.brings(owner, odd, title="t\0", people=["A\0da"])
        (line,) = await library.library.entries(chat, limit=9)
        assert (line.entry.author, line.entry.text) == ("A\ufffdda", "half \ufffd and nul \ufffd here")
        assert line.entry.parts == (Words(text="\ufffdx"),)
        assert line.entry.more.extra == {"k\ufffd": "\ufffd"}
        (hit,) = await library.finds("nul half")
        assert (hit.author_name, hit.chat_title) == ("A\ufffdda", "t\ufffd")

    async def test_what_is_not_there_is_named(self, library: LibraryScene) -> None:
        owner = await library.owner()
        by = await library.begins(owner)
        chat = await library.brings(owner, "x1", import_id=by)
        with pytest.raises(Malformed):
            await library.adds(library.name(), "x", import_id=by)
        with pytest.raises(Malformed):
            await library.adds(chat, "x", import_id=library.name())
        with pytest.raises(Malformed):
            await library.library.put_participants(library.name(), [Participant(chat="c", key="k")])
        with pytest.raises(TooLarge):
            await library.library.add_entries(chat, import_id=by, lines=[Line(1 << 50, library.entry("x"), b"x" * 16)])

    async def test_many_entries_without_any_time_keep_their_order(self, library: LibraryScene) -> None:
        owner = await library.owner()
        by = await library.begins(owner)
        untimed = [Entry("Ada", "user", f"word number{n}", None, None, "day") for n in range(2_500)]
        chat = await library.brings(owner, import_id=by)
        for n in range(0, 2_500, 500):
            assert (await library.library.add_entries(chat, import_id=by, lines=lines(untimed[n : n + 500], after=n))).added == 500
        held = await library.library.find_chat(chat)
        assert held is not None
        assert (held.entries, held.first_ms, held.last_ms, held.last_text) == (2_500, None, None, "word number2499")
        assert await library.found("number2499") == ["word number2499"]
        assert len({h.cursor for h in await library.finds("word", limit=100)}) == 100
