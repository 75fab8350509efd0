"""Conversations are brought in: everything that was read is told for, nothing comes twice."""

import io
import random
import zipfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from tests.unit.service.shelf_house import House, Lines, texted, zipped

from wasl.domain.archive import Entry, File
from wasl.domain.errors import Malformed, OnHold, Unavailable
from wasl.domain.ids import ConversationId
from wasl.ports.format import Choices, Found
from wasl.ports.people import Erasure
from wasl.service.bring import Report, Step
from wasl.store.memory import MemoryStore
from wasl.store.sqlite import SqliteStore
from wasl.testing.clock import TestClock
from wasl.wire.bundle import Bundle, open_bundle

CHAT = "1|Ann|hello\n2|Bob|how are you\n2|Bob|how are you\n\nno line at all\n3|Ann|fine\n"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    from wasl.net.blobs import FolderBlobs

    clock = TestClock()
    store = MemoryStore(clock=clock)
    await store.open()
    yield House(store=store, blobs=FolderBlobs(tmp_path), clock=clock)
    await store.close()


@pytest.fixture
async def ann(house: House) -> ConversationId:
    return await house.person("ann")


async def entries(house: House, owner: ConversationId) -> list[Entry]:
    chats = await house.store.library.chats(owners=[owner], limit=100)
    found = []
    for chat in sorted(chats, key=lambda c: c.id):
        found += [line.entry for line in await house.store.library.entries(chat.id, after=0, limit=10_000)]
    return found


async def texts(house: House, owner: ConversationId) -> list[str]:
    return [e.text for e in await entries(house, owner)]


def balanced(report: Report) -> bool:
    c = report.counts
    return c["entries"] == c["stored"] + c["already"] + c["changed"] + c["full"]


async def test_counts_in_are_what_was_stored_and_what_was_refused_by_place(house: House, ann: ConversationId) -> None:
    report = await house.bring().run(texted(CHAT), owner=ann)
    assert report.counts["entries"] == report.counts["stored"] == 4
    assert report.counts["rejects"] == 1
    assert [(r.where, r.why) for r in report.survey.rejects] == [("line 5", "it is no line")]
    assert await texts(house, ann) == ["hello", "how are you", "how are you", "fine"]
    assert report.coverage["tiles"] is True
    held = await house.store.library.find_import(report.import_id)
    assert held is not None
    assert held.state == "done"
    assert held.record.problems[0]["where"] == "line 5"
    assert held.record.profile["zone"] == {"name": None, "assumed": True}


async def test_the_source_is_kept_as_it_came(house: House, ann: ConversationId) -> None:
    report = await house.bring().run(zipped("a.zip", {"Ann.lines.txt": CHAT, "odd.bin": b"\x00\x01"}), owner=ann)
    held = await house.store.library.find_import(report.import_id)
    assert held is not None
    assert [f.name for f in held.record.files] == ["Ann.lines.txt", "odd.bin"]
    assert [b"".join(house.vault.read(held.key, f.sha256)) for f in held.record.files] == [CHAT.encode(), b"\x00\x01"]


async def test_a_preview_stores_nothing_and_says_what_is_asked(house: House, ann: ConversationId) -> None:
    steps: list[Step] = []
    preview = await house.bring().preview(texted(CHAT), owner=ann, told=steps.append)
    assert preview.survey.counts["entries"] == 4
    assert list(preview.survey.questions) == ["self:Ann"]
    assert set(preview.survey.chats["Ann"].participants) == {"Ann", "Bob"}
    assert preview.earlier is None
    assert await house.store.library.imports(owners=None, limit=9) == []
    assert house.vault.kept == {}
    assert steps


async def test_the_same_file_twice_adds_nothing_whatever_its_name(house: House, ann: ConversationId) -> None:
    bring = house.bring()
    await bring.run(texted(CHAT), owner=ann)
    again = await bring.run(texted(CHAT, name="Copy of Ann.lines.txt"), owner=ann)
    assert again.repeated is True
    assert (again.counts["stored"], again.counts["already"]) == (0, 4)
    assert balanced(again)
    assert len(await texts(house, ann)) == 4
    assert len(house.vault.kept) == 1


async def test_a_newer_export_adds_only_what_is_new(house: House, ann: ConversationId) -> None:
    bring = house.bring()
    await bring.run(texted(CHAT), owner=ann)
    newer = await bring.run(texted(CHAT + "9|Bob|later\n"), owner=ann)
    assert (newer.counts["stored"], newer.counts["already"]) == (1, 4)
    assert await texts(house, ann) == ["hello", "how are you", "how are you", "fine", "later"]
    assert len(await house.store.library.chats(owners=[ann], limit=9)) == 1


async def test_the_same_chat_of_another_person_is_another_chat(house: House, ann: ConversationId) -> None:
    bob = await house.person("bob")
    await house.bring().run(texted(CHAT), owner=ann)
    report = await house.bring().run(texted(CHAT), owner=bob)
    assert report.counts["stored"] == 4
    assert len(await texts(house, bob)) == 4


async def test_other_answers_take_the_place_of_the_first_reading(house: House, ann: ConversationId) -> None:
    bring = house.bring()
    first = await bring.run(texted(CHAT), owner=ann)
    second = await bring.run(texted(CHAT), owner=ann, choices=Choices(zone="Asia/Riyadh"))
    assert second.import_id != first.import_id
    assert await house.store.library.find_import(first.import_id) is None
    assert len(await texts(house, ann)) == 4
    assert list(house.vault.kept) == [second.import_id]


async def test_the_same_file_without_answers_keeps_those_it_was_brought_with(house: House, ann: ConversationId) -> None:
    bring = house.bring()
    first = await bring.run(texted(CHAT), owner=ann, choices=Choices(zone="Asia/Amman", answers={"self:Ann": "Ann"}))
    preview = await bring.preview(texted(CHAT), owner=ann)
    assert (preview.zone, preview.answers) == ("Asia/Amman", {"self:Ann": "Ann"})
    again = await bring.run(texted(CHAT), owner=ann)
    assert again.repeated
    assert again.import_id == first.import_id
    again = await bring.run(texted(CHAT), owner=ann, choices=Choices(zone="Asia/Amman"))
    assert again.repeated
    held = await house.store.library.find_import(first.import_id)
    assert held is not None
    assert held.record.profile["zone"] == {"name": "Asia/Amman", "assumed": False}
    (chat,) = await house.store.library.chats(owners=[ann], limit=10)
    assert [p.key for p in chat.participants if p.is_self] == ["Ann"]


async def test_one_other_answer_leaves_the_rest_and_counts_what_was_here_as_changed(house: House, ann: ConversationId) -> None:
    bring = house.bring()
    await bring.run(texted(CHAT), owner=ann, choices=Choices(zone="Asia/Amman", answers={"self:Ann": "Ann"}))
    other = await bring.run(texted(CHAT), owner=ann, choices=Choices(answers={"self:Ann": "Bob"}))
    assert {name: other.counts[name] for name in ("entries", "stored", "already", "changed")} == {
        "entries": 4, "stored": 0, "already": 0, "changed": 4,
    }  # fmt: skip
    held = await house.store.library.find_import(other.import_id)
    assert held is not None
    assert held.record.profile["zone"] == {"name": "Asia/Amman", "assumed": False}
    assert held.record.profile["answers"] == {"self:Ann": "Bob"}
    assert await texts(house, ann) == ["hello", "how are you", "how are you", "fine"]


async def test_a_file_is_read_anew_where_that_is_asked_for(house: House, ann: ConversationId) -> None:
    first = await house.bring().run(texted(CHAT), owner=ann)
    assert (await house.bring().run(texted(CHAT), owner=ann)).repeated
    anew = await house.bring().run(texted(CHAT), owner=ann, again=True)
    assert not anew.repeated
    assert (anew.counts["entries"], anew.counts["stored"], anew.counts["changed"]) == (4, 0, 4)
    assert [one.record.id for one in await house.store.library.imports(owners=[ann], limit=9)] == [anew.import_id] != [first.import_id]
    assert await texts(house, ann) == ["hello", "how are you", "how are you", "fine"]


async def test_whoever_brought_it_is_marked(house: House, ann: ConversationId) -> None:
    await house.bring().run(texted(CHAT), owner=ann, choices=Choices(answers={"self:Ann": "Bob"}))
    chat = (await house.store.library.chats(owners=[ann], limit=1))[0]
    assert {p.key: p.is_self for p in chat.participants} == {"Ann": False, "Bob": True}


async def test_attachments_are_kept_by_hash_and_an_omitted_one_is_filled_later(house: House, ann: ConversationId) -> None:
    bring = house.bring()
    text = "1|Ann|look|a.jpg\n2|Bob|nice\n"
    await bring.run(texted(text), owner=ann)
    assert [p.state for e in await entries(house, ann) for p in e.parts if isinstance(p, File)] == ["omitted"]
    with_media = await bring.run(zipped("a.zip", {"Ann.lines.txt": text, "a.jpg": b"picture"}), owner=ann)
    assert (with_media.counts["changed"], with_media.counts["already"], with_media.counts["stored"]) == (1, 1, 0)
    (file,) = [p for e in await entries(house, ann) for p in e.parts if isinstance(p, File)]
    assert file.state == "present"
    assert await house.blobs.get(file.sha256 or "") == b"picture"
    held = await house.store.library.find_import(with_media.import_id)
    assert held is not None
    assert [f.name for f in held.record.files] == ["Ann.lines.txt"]
    assert held.record.coverage["attached"] == [{"position": 1, "name": "a.jpg", "sha256": file.sha256, "bytes": 7}]


async def test_an_edit_and_a_deletion_change_what_is_held(house: House, ann: ConversationId) -> None:
    bring = house.bring()
    await bring.run(texted("1|Ann|helo\n2|Bob|secret\n3|Ann|bye\n"), owner=ann)
    report = await bring.run(texted("1|Ann|hello|edited\n2|Bob|gone|deleted\n3|Ann|bye\n"), owner=ann)
    assert (report.counts["changed"], report.counts["already"], report.counts["stored"]) == (2, 1, 0)
    found = await entries(house, ann)
    assert [e.text for e in found] == ["hello", "secret", "bye"]
    assert found[0].more.revisions
    assert found[1].more.deleted is True


class Cut(Lines):
    """Reads a while and breaks off: with a named error, or as a process that is killed."""

    def __init__(self, *, after: int, error: BaseException) -> None:
        self._after, self._error = after, error

    def read(self, bundle: Bundle, choices: Choices) -> Iterator[Found]:
        for number, item in enumerate(super().read(bundle, choices)):
            if number == self._after:
                raise self._error
            yield item


LONG = "".join(f"{n}|{'Ann' if n % 3 else 'Bob'}|word {n}\n" for n in range(95))


@pytest.mark.parametrize("after", [4, 7, 12, 15])
async def test_a_broken_import_is_run_again_without_doubles(house: House, ann: ConversationId, after: int) -> None:
    with pytest.raises(ZeroDivisionError):
        await house.bring(lines=Cut(after=after, error=ZeroDivisionError())).run(texted(LONG), owner=ann)
    report = await house.bring().run(texted(LONG), owner=ann)
    assert balanced(report)
    assert await texts(house, ann) == [f"word {n}" for n in range(95)]
    assert len(await house.store.library.imports(owners=[ann], limit=9)) == 1
    assert list(house.vault.kept) == [report.import_id]


async def test_an_import_that_goes_on_counts_what_its_earlier_runs_stored(house: House, ann: ConversationId) -> None:
    many = "".join(f"{n}|Ann|word {n}\n" for n in range(12_000))
    for after in (700, 1_000):
        with pytest.raises(Unavailable):
            await house.bring(lines=Cut(after=after, error=Unavailable("away"))).run(texted(many), owner=ann)
    (stopped,) = await house.store.library.imports(owners=[ann], limit=9)
    (chat,) = await house.store.library.chats(owners=[ann], limit=9)
    assert stopped.state == "stopped"
    assert 0 < stopped.record.counts["stored"] == chat.entries
    await house.bring().run(texted(many), owner=ann)
    (done,) = await house.store.library.imports(owners=[ann], limit=9)
    assert [done.record.counts[name] for name in ("stored", "already", "changed")] == [12_000, 0, 0]


async def test_what_was_read_before_a_file_broke_is_kept_and_the_rest_is_a_reject(house: House, ann: ConversationId) -> None:
    report = await house.bring(lines=Cut(after=12, error=Malformed("the zip is broken"))).run(texted(LONG), owner=ann)
    assert report.counts["rejects"] == 1
    assert report.survey.rejects[0].why == "the zip is broken"
    assert 0 < report.counts["stored"] == len(await texts(house, ann)) < 95


async def test_what_a_cut_zip_still_holds_is_kept_and_is_its_source(house: House, ann: ConversationId) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as packing:
        packing.writestr("Ann.lines.txt", LONG * 40)
    half = data.getvalue()[: len(data.getvalue()) // 2]
    report = await house.bring().run(open_bundle("cut.zip", io.BytesIO(half), size_bytes=len(half)), owner=ann)
    held = await house.store.library.find_import(report.import_id)
    assert held is not None
    (kept,) = [b"".join(house.vault.read(held.key, file.sha256)) for file in held.record.files]
    assert (LONG * 40).encode().startswith(kept)
    assert len(kept) > len(half) - 200
    assert kept.count(b"\n") - 10 <= report.counts["stored"] > 1_000
    assert report.counts["rejects"] == 1


async def test_a_file_of_which_nothing_can_be_read_is_counted_as_nothing(house: House, ann: ConversationId) -> None:
    report = await house.bring().run(texted("no line\n"), owner=ann)
    assert {name: report.counts[name] for name in ("entries", "stored", "already", "changed")} == dict.fromkeys(
        ("entries", "stored", "already", "changed"), 0
    )
    assert report.counts["rejects"] == 1


async def test_an_owner_or_a_format_that_is_not_there_is_named(house: House, ann: ConversationId) -> None:
    with pytest.raises(Malformed, match="no conversation"):
        await house.bring().run(texted(CHAT), owner=ConversationId("nobody"))
    with pytest.raises(Malformed, match="lines"):
        await house.bring().run(texted("x", name="x.bin"), owner=ann)
    assert house.vault.kept == {}


async def test_taking_an_import_back_leaves_nothing_of_it(house: House, ann: ConversationId) -> None:
    bring = house.bring()
    report = await bring.run(zipped("a.zip", {"Ann.lines.txt": "1|Ann|look|a.jpg\n", "a.jpg": b"picture"}), owner=ann)
    (file,) = [p for e in await entries(house, ann) for p in e.parts if isinstance(p, File)]
    assert await bring.take_back(report.import_id) is True
    assert await bring.take_back(report.import_id) is False
    assert await texts(house, ann) == []
    assert house.vault.kept == {}
    assert not await house.blobs.has(file.sha256 or "")


async def test_random_cuts_of_a_chat_brought_in_any_order_are_the_chat(house: House, ann: ConversationId) -> None:
    rows = [f"{n // 2}|{'Ann' if n % 3 else 'Bob'}|word {n}\n" for n in range(120)]
    chance = random.Random(7)
    bring, covered = house.bring(), set[int]()
    for _ in range(8):
        begin = chance.randrange(120)
        end = chance.randrange(begin, 121)
        covered |= set(range(begin, end))
        report = await bring.run(texted("".join(rows[begin:end])), owner=ann)
        assert balanced(report)
        assert sorted(await texts(house, ann)) == sorted(f"word {n}" for n in covered)
    await bring.run(texted("".join(rows)), owner=ann)
    assert await texts(house, ann) == [f"word {n}" for n in range(120)]


@pytest.mark.parametrize("moment", ["put_import", "put_chat", "add_entries"])
async def test_nothing_stays_of_what_is_brought_for_somebody_who_is_erased_meanwhile(
    house: House, ann: ConversationId, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    library, people = house.store.library, house.store.people
    person = await people.person_of(ann)
    assert person is not None
    real = getattr(library, moment)

    async def erased_first(*given: object, **named: object) -> object:
        monkeypatch.setattr(library, moment, real)
        erasure = Erasure(id=house.clock.new_id(), at_ms=1, by="person", person_id=person, conversations=(ann,), addresses=())
        await people.erase(erasure=erasure, salt=b"s")
        return await real(*given, **named)

    monkeypatch.setattr(library, moment, erased_first)
    with pytest.raises(Malformed):
        await house.bring().run(texted(CHAT), owner=ann)
    assert await library.imports(owners=None, limit=9) == []
    assert await library.chats(owners=None, limit=9) == []
    assert house.vault.kept == {}


async def test_a_hold_forbids_taking_back(house: House, ann: ConversationId) -> None:
    report = await house.bring().run(texted(CHAT), owner=ann)
    person = await house.store.people.person_of(ann)
    assert person is not None
    await house.store.people.hold(person_id=person, reason="case 7", by="operator", now_ms=1)
    with pytest.raises(OnHold, match="case 7"):
        await house.bring().take_back(report.import_id)
    assert len(await house.store.library.imports(owners=None, limit=9)) == 1


async def test_many_small_chats_share_a_few_commits(tmp_path: Path) -> None:
    from wasl.net.blobs import FolderBlobs

    commits: list[int] = []
    clock = TestClock()
    store = SqliteStore(tmp_path / "wasl.db", clock=clock, told=lambda *, rows, seconds: commits.append(rows))
    await store.open()
    house = House(store=store, blobs=FolderBlobs(tmp_path / "blobs"), clock=clock)
    owner = await house.person("ann")
    chats = {f"Chat {n}.lines.txt": f"1|Ann|hello {n}\n2|Bob|{n} times hello\n" for n in range(60)}
    commits.clear()
    report = await house.bring().run(zipped("chats.zip", chats), owner=owner)
    assert report.counts["stored"] == 120
    assert len(commits) < 20
    held = await store.library.chats(owners=[owner], limit=1_000)
    assert len(held) == 60
    assert all(chat.entries == 2 and {p.key for p in chat.participants} == {"Ann", "Bob"} for chat in held)
    await store.close()
