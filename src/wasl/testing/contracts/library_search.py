"""What a library promises about the search: the same laws for what was said live and what was brought."""

from wasl.domain.archive import File, More, Poll, PollOption
from wasl.domain.ids import MessageId
from wasl.domain.message import Choice, Media, Option, Text
from wasl.domain.turn import NewMessage
from wasl.testing.contracts.library_scene import LibraryScene
from wasl.wire.searching import SHOWN_CHARACTERS_MAX


def marked(text: str, marks: tuple[tuple[int, int], ...]) -> list[str]:
    """Gives the stretches that are marked."""
    return [text[start:end] for start, end in marks]


class Searching:
    """Finding what was said."""

    async def test_what_somebody_wrote_is_found_at_once(self, library: LibraryScene) -> None:
        said = await library.says("Where is my order?", at_ms=5_000)
        (hit,) = await library.finds("order")
        assert (hit.message_id, hit.conversation_id, hit.seq) == (said.message_id, said.conversation_id, said.seq)
        assert (hit.author, hit.at_ms, hit.text, marked(hit.text, hit.marks)) == ("person", 5_000, "Where is my order?", ["order"])
        assert (hit.chat_id, hit.chat_title, hit.origin) == (None, None, "line one")

    async def test_what_we_answered_and_said_is_found(self, library: LibraryScene) -> None:
        work = await library.leased("question")
        await library.store.close_turn(library.closing(work, text="the parcel left"))
        notice = NewMessage(id=MessageId(library.name()), author="operator", author_name="Mona", parts=(Text(text="parcel lost, sorry"),))
        await library.store.say(conversation_id=work.conversation_id, message=notice, deliveries=(), now_ms=library.now + 5)
        hits = await library.finds("parcel")
        assert [(h.author, h.author_name, h.text) for h in hits] == [
            ("operator", "Mona", "parcel lost, sorry"),
            ("assistant", None, "the parcel left"),
        ]

    async def test_a_brought_entry_is_found_with_its_chat_and_author(self, library: LibraryScene) -> None:
        owner = await library.owner()
        chat = await library.brings(owner, "كتبتُ الرسالةَ أمس", title="العمل", people=["Ada"])
        (hit,) = await library.finds("رساله")
        assert (hit.chat_id, hit.seq, hit.chat_title, hit.origin) == (chat, 1 << 16, "العمل", "Elsewhere")
        assert (hit.conversation_id, hit.author, hit.author_name, hit.message_id) == (owner, "Ada", "Ada", None)
        assert marked(hit.text, hit.marks) == ["الرسالةَ"]

    async def test_every_word_must_occur(self, library: LibraryScene) -> None:
        await library.says("the red house")
        await library.says("the blue house")
        assert await library.found("house red") == ["the red house"]
        assert await library.found("house green") == []

    async def test_spellings_that_readers_take_for_one_word_are_one(self, library: LibraryScene) -> None:
        await library.says("إلى المدرسةِ في الساعة ١٠:٣٠ ورقم ١٬٥٠٠")
        for asked in ("الى", "المدرسه", "مدرسة", "10:30", "1500", "1,500", "السَّاعَة"):
            assert len(await library.found(asked)) == 1, asked

    async def test_words_are_found_without_what_is_attached_to_them(self, library: LibraryScene) -> None:
        await library.says("قرأت وكتابها وبالمدينة")
        await library.says("two messages were posted")
        assert len(await library.found("كتاب")) == 1
        assert len(await library.found("الكتاب")) == 1
        assert len(await library.found("مدينة")) == 1
        assert await library.found("message post") == ["two messages were posted"]
        assert len(await library.found("posting")) == 1

    async def test_the_last_word_may_be_a_beginning(self, library: LibraryScene) -> None:
        await library.says("delivery tomorrow")
        assert await library.found("tomorrow deliv") == ["delivery tomorrow"]
        assert await library.found("deliv tomorrow") == []
        assert await library.found("to") == []  # too short for a beginning, and no word of its own
        assert await library.found("delivery tom") == ["delivery tomorrow"]

    async def test_quoted_words_stand_together_as_they_are(self, library: LibraryScene) -> None:
        await library.says("The blue house is old")
        await library.says("The house is blue")
        assert await library.found('"blue house"') == ["The blue house is old"]
        assert await library.found("«BLUE house» old") == ["The blue house is old"]
        assert await library.found('"blue" "house is"') == ["The house is blue", "The blue house is old"]
        assert await library.found('"blue hous"') == []

    async def test_nothing_is_found_for_a_text_without_letters_or_digits(self, library: LibraryScene) -> None:
        await library.says('something *** "quoted" - 100% (a OR b) NOT c')
        for asked in ("", "   ", "***", '"', '""', '"-"', "ـ", "\0", "()"):
            assert await library.found(asked) == [], asked

    async def test_what_a_person_types_is_never_a_language_of_the_database(self, library: LibraryScene) -> None:
        await library.says("that's 100% near and col:umn a_b c-d")
        for asked in ("100%", "that's", "near", "col:", "c-d", "a_b", "NEAR(100 near)", "and", "'; drop table x --", "a* b"):
            await library.found(asked)
        assert len(await library.found("that's 100% near")) == 1
        assert len(await library.found("a_b")) == 1
        assert await library.found("said : near") == []
        assert await library.found("near NOT zebra") == []

    async def test_the_newest_come_first_page_by_page(self, library: LibraryScene) -> None:
        owner = await library.owner(text="first")
        for n in range(7):
            await library.says(f"word {n}", at_ms=library.now + 10 * n)
        await library.brings(owner, library.entry("brought word", at_ms=library.now + 35), library.entry("old word", at_ms=1_000))
        seen: list[str] = []
        before: int | None = None
        while page := await library.finds("word", within=[owner], limit=3, before=before):
            seen += [h.text for h in page]
            before = page[-1].cursor
        assert seen == ["word 6", "word 5", "word 4", "brought word", "word 3", "word 2", "word 1", "word 0", "old word"]

    async def test_a_search_stays_within_the_conversations_asked(self, library: LibraryScene) -> None:
        ada, bob = await library.owner("ada"), await library.owner("bob")
        await library.says("secret one", handle="ada")
        await library.says("secret two", handle="bob")
        await library.brings(ada, "secret three")
        await library.brings(bob, "secret four")
        assert set(await library.found("secret", within=[ada])) == {"secret one", "secret three"}
        assert set(await library.found("secret", within=[bob])) == {"secret two", "secret four"}
        assert len(await library.found("secret", within=[ada, bob])) == 4
        assert len(await library.found("secret")) == 4
        assert await library.found("secret", within=[]) == []
        assert await library.found(ada.replace("-", "")) == []
        assert await library.found("_" + ada.replace("-", "")) == []

    async def test_a_file_that_arrives_changes_what_is_found(self, library: LibraryScene) -> None:
        waiting = Media(role="document", native_id="m1")
        said = await library.says(parts=(Text(text="see"), waiting))
        held = Media(role="document", name="invoice march.pdf", sha256="ef" * 32)
        await library.store.attach(message_id=said.message_id, position=1, media=held)
        assert len(await library.found("invoice")) == 1
        assert await library.library.references(["ef" * 32, "00" * 32]) == {"ef" * 32: 1, "00" * 32: 0}

    async def test_names_and_captions_of_files_are_found_live_and_brought(self, library: LibraryScene) -> None:
        owner = await library.owner()
        held = Media(role="photo", name="garden_2024.jpg", caption="our roses", sha256="ef" * 32)
        await library.says(parts=(held,))
        brought = File(role="document", state="omitted", name="lease-contract.pdf", caption="sign here")
        await library.brings(owner, library.entry("")._replace(parts=(brought,)))
        for word, words in (("garden", "garden"), ("roses", "roses"), ("lease", "lease"), ("sign", "sign")):
            (hit,) = await library.finds(word)
            assert marked(hit.text, hit.marks) == [words], word

    async def test_questions_and_answers_of_polls_are_found(self, library: LibraryScene) -> None:
        owner = await library.owner()
        poll = Poll(question="أين نلتقي", options=(PollOption("المقهى القديم", 2), PollOption("library")))
        await library.brings(owner, library.entry("")._replace(parts=(poll,)))
        for asked in ("نلتقي", "مقهى", "library"):
            assert len(await library.found(asked)) == 1, asked
        choice = Choice(text="Which day?", options=(Option(id="1", title="Wednesday", description="after noon"),))
        await library.says(parts=(choice,))
        assert len(await library.found("wednesday")) == len(await library.found("noon")) == len(await library.found("which")) == 1

    async def test_what_a_brought_file_says_is_found_where_the_source_tells_it(self, library: LibraryScene) -> None:
        owner = await library.owner()
        more = More(extra={"attachments": [{"file_name": "notes.txt", "extracted_content": "the zebra crosses " * 200}, "odd", {"n": 1}]})
        chat = await library.brings(owner, library.entry("read this", more=more))
        (hit,) = await library.finds("zebra")
        assert (hit.chat_id, hit.conversation_id) == (chat, owner)
        assert "zebra" in marked(hit.text, hit.marks)
        assert await library.found("zebra crosses read") != []
        await library.library.change_entry(chat, seq=1 << 16, entry=library.entry("read that"))
        assert await library.found("zebra") == []

    async def test_a_long_text_is_shown_around_its_first_mark(self, library: LibraryScene) -> None:
        await library.says("filler words go on " * 400 + "the NEEDLE is here" + " and on and on" * 400)
        (hit,) = await library.finds("needle")
        assert len(hit.text) <= SHOWN_CHARACTERS_MAX + 2
        assert marked(hit.text, hit.marks) == ["NEEDLE"]
        assert hit.text.startswith("…")
        assert hit.text.endswith("…")

    async def test_an_index_made_anew_finds_the_same(self, library: LibraryScene) -> None:
        owner = await library.owner()
        await library.says("live word")
        chat = await library.brings(owner, "brought word", "other")
        before = await library.finds("word")
        assert await library.library.reindex() == 4
        assert await library.finds("word") == before
        by = await library.begins(owner)
        await library.adds(chat, "later word", import_id=by, after=2)
        assert set(await library.found("word")) == {"live word", "later word", "brought word"}

    async def test_asking_for_too_many_or_none_is_bounded(self, library: LibraryScene) -> None:
        for n in range(4):
            await library.says(f"word {n}")
        assert await library.finds("word", limit=0) == []
        assert await library.finds("word", limit=-1) == []
        assert len(await library.finds("word", limit=1_000_000)) == 4
        await library.finds("word " * 5_000)
        await library.finds('"' * 5_000)
