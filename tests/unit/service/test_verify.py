"""Conversations that nothing changed leave through their format as they came."""

import io
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.service.shelf_house import House

import wasl.formats
from wasl.domain.archive import Chat, Name
from wasl.formats.archive import Archive
from wasl.formats.chatgpt_export import ChatGPTExport
from wasl.formats.gemini_takeout import GeminiTakeout
from wasl.formats.jsonl import JsonLines
from wasl.formats.openai_jsonl import OpenAIJsonl
from wasl.formats.openwebui import OpenWebUI
from wasl.formats.whatsapp_export import WhatsappExport
from wasl.net.blobs import FolderBlobs
from wasl.ports.format import Format, Order, Reads, Writes
from wasl.ports.library import HeldChat
from wasl.service.bring import Bring
from wasl.service.verify import Verified, Verify
from wasl.store.memory import MemoryStore
from wasl.testing.clock import TestClock
from wasl.testing.contracts.format_fixtures import discover
from wasl.testing.contracts.format_shelf import rich_shelf
from wasl.wire.bundle import Bundle, ManyBundle, Member, open_bundle

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "formats"
CHAT = b"""1/2/24, 10:00 - Ann: hello all
1/2/24, 10:01 - Bob: yes
1/2/24, 10:05 - Ann: good
13/2/24, 10:05 - Bob: bye
"""
PAGE = b"""<html><div class="outer-cell x"><div class="content-cell a">Prompted&nbsp;what is 2+2<br>
Sep 15, 2026, 8:46:01 PM UTC<br><p>4</p></div></div></html>"""
EQUAL = "conversations written again and equal as JSON"
AS_READ = "conversations written again and read as they were"
FORMATS: dict[str, Format] = {
    f.kind: f for f in (ChatGPTExport(), OpenWebUI(), OpenAIJsonl(), WhatsappExport(), GeminiTakeout(), Archive(), JsonLines())
}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    clock = TestClock()
    store = MemoryStore(clock=clock)
    await store.open()
    yield House(store=store, blobs=FolderBlobs(tmp_path), clock=clock)
    await store.close()


def fixture(kind: str, name: str) -> Bundle:
    folder = FIXTURES / kind / name
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name != "expected.json")
    if len(files) == 1:
        return one(files[0].name, files[0].read_bytes())
    return ManyBundle(
        name,
        [(Member(name=str(p.relative_to(folder)), size_bytes=p.stat().st_size), lambda p=p: io.BytesIO(p.read_bytes())) for p in files],
    )


def one(name: str, data: bytes) -> Bundle:
    return open_bundle(name, io.BytesIO(data), size_bytes=len(data))


def parts(house: House) -> tuple[Bring, Verify]:
    at = {"library": house.store.library, "people": house.store.people, "vault": house.vault, "blobs": house.blobs, "formats": FORMATS}
    return Bring(**at, clock=house.clock), Verify(**at)  # type: ignore[arg-type]


async def verified(house: House, *bundles: tuple[str, Bundle]) -> Verified:
    bring, verify = parts(house)
    owner = await house.person("ann")
    for kind, bundle in bundles:
        await bring.run(bundle, owner=owner, kind=kind)
    return await verify.run()


@pytest.mark.parametrize(
    ("kind", "name", "passed_over"),
    [
        ("chatgpt_export", "one_file", 0),
        ("chatgpt_export", "shards", 0),
        ("openwebui", "array", 0),
        ("openai_jsonl", "lines", 2),  # one holds a message that is none, one holds nothing
        ("openai_jsonl", "array", 0),
    ],
)
async def test_what_was_not_changed_is_written_again_as_it_came(house: House, kind: str, name: str, passed_over: int) -> None:
    done = await verified(house, (kind, fixture(kind, name)))
    assert done.findings == []
    (chats,) = [h.record.counts["chats"] for h in await house.store.library.imports(owners=None, limit=10)]
    assert done.counts[EQUAL] == chats - passed_over > 0
    assert done.counts["conversations not compared: not whole in one JSON object"] == passed_over


async def test_a_word_that_was_changed_here_is_found(house: House) -> None:
    bring, verify = parts(house)
    owner = await house.person("ann")
    await bring.run(fixture("openwebui", "array"), owner=owner, kind="openwebui")
    chat = (await house.store.library.chats(owners=[owner], limit=10))[0]
    line = next(m for m in await house.store.library.entries(chat.id, after=0, limit=10) if m.entry.text)
    await house.store.library.change_entry(chat.id, seq=line.seq, entry=line.entry._replace(text=line.entry.text + "!"))
    done = await verify.run()
    assert "written again in its format, it is not what it was" in [f.what for f in done.findings]


async def test_a_word_that_was_changed_here_is_found_in_any_format_with_its_place(house: House) -> None:
    bring, verify = parts(house)
    owner = await house.person("ann")
    await bring.run(one("Chat.txt", CHAT), owner=owner, kind="whatsapp_export")
    assert (await verify.run()).findings == []
    chat = (await house.store.library.chats(owners=[owner], limit=10))[0]
    line = (await house.store.library.entries(chat.id, after=0, limit=10))[1]
    await house.store.library.change_entry(chat.id, seq=line.seq, entry=line.entry._replace(text="no"))
    found = await verify.run()
    assert [f.what for f in found.findings] == ["1 message held otherwise than read from the source, the first at byte 31"]
    assert found.passed_over == {"not written again, for their format cannot": {"whatsapp_export": 1}}


async def test_a_source_that_came_in_a_zip_by_itself_is_read_under_its_own_name(house: House) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as packing:
        packing.writestr("Takeout/My Activity/Gemini Apps/MyActivity.html", PAGE)
    done = await verified(house, ("gemini_takeout", one("takeout.zip", packed.getvalue())))
    assert done.findings == []
    assert (done.counts["entries"], done.counts["sources tiled"]) == (2, 1)


async def test_what_a_later_import_changed_is_no_finding(house: House) -> None:
    first = b'[{"id":"c1","title":"t","mapping":{"a":{"id":"a","parent":null,"children":[],"message":{"id":"a","author":{"role":"user"},\
"create_time":1.5,"content":{"content_type":"text","parts":["one"]}}}}}]'
    second = first.replace(b'["one"]', b'["other"]')
    done = await verified(
        house, ("chatgpt_export", one("conversations.json", first)), ("chatgpt_export", one("conversations.json", second))
    )
    assert done.findings == []
    assert done.counts["conversations not compared: brought again since"] == 1


async def test_what_was_brought_again_since_and_what_has_pieces_missing_is_told_and_not_compared(house: House) -> None:
    first = b'[{"id":"c1","title":"t","mapping":{"r":{"id":"r","message":null,"parent":null,"children":["a"]},"a":{"id":"a","parent":"r",\
"children":[],"message":{"id":"a","author":{"role":"user"},"create_time":1.5,"content":{"content_type":"text","parts":["one"]}}}}}]'
    second = first.replace(b'"children":[],', b'"children":["b"],').replace(
        b'["one"]}}}}}]',
        b'["one"]}}},"b":{"id":"b","parent":"a","children":[],"message":{"id":"b","author":{"role":"assistant"},"create_time":2.5,\
"content":{"content_type":"text","parts":["two"]}}}}}]',
    )
    done = await verified(
        house, ("chatgpt_export", one("conversations.json", first)), ("chatgpt_export", one("conversations.json", second))
    )
    assert done.findings == []
    assert done.counts["conversations not compared: brought again since"] >= 1
    assert done.counts[EQUAL] == 0


async def put(house: House, chat: Chat, *, of: HeldChat) -> None:
    await house.store.library.put_chat(chat, chat_id=of.id, owner=of.owner, import_id=of.import_id, format=of.format)


def written(writer: Writes) -> Bundle:
    out = io.BytesIO()
    for _ in writer.write(rich_shelf(), Order(scope="installation"), out):
        pass
    return one(f"away{writer.suffix}", out.getvalue())


def test_every_format_that_is_read_and_written_can_be_compared_here() -> None:
    both = {kind for kind, form in discover(wasl.formats).items() if isinstance(form(), Reads) and isinstance(form(), Writes)}
    assert both <= set(FORMATS)
    assert len(both) >= 5


@pytest.mark.parametrize("writer", [Archive(), JsonLines()], ids=lambda writer: writer.kind)
async def test_an_archive_and_json_lines_are_written_again_and_read_as_they_were(house: House, writer: Writes) -> None:
    done = await verified(house, (writer.kind, written(writer)))
    assert done.findings == []
    assert done.counts[AS_READ] == 3
    assert not done.passed_over


@pytest.mark.parametrize("writer", [Archive(), JsonLines()], ids=lambda writer: writer.kind)
async def test_what_was_brought_twice_is_told_and_not_compared(house: House, writer: Writes) -> None:
    bring, verify = parts(house)
    owner = await house.person("ann")
    await bring.run(written(writer), owner=owner, kind=writer.kind)
    await bring.run(written(writer), owner=owner, kind=writer.kind, again=True)
    done = await verify.run()
    assert done.findings == []
    assert done.counts[AS_READ] + done.counts["conversations not compared: brought again since"] >= 3


@pytest.mark.parametrize("writer", [Archive(), JsonLines()], ids=lambda writer: writer.kind)
async def test_a_word_a_title_and_a_name_that_were_changed_here_are_found(house: House, writer: Writes) -> None:
    bring, verify = parts(house)
    owner = await house.person("ann")
    await bring.run(written(writer), owner=owner, kind=writer.kind)
    library = house.store.library
    chats = {chat.chat.title: chat for chat in await library.chats(owners=[owner], limit=10)}
    group, assistant = [chat for chat in chats.values() if await library.entries(chat.id, after=0, limit=1)][:2]
    line = (await library.entries(group.id, after=0, limit=10))[0]
    await library.change_entry(group.id, seq=line.seq, entry=line.entry._replace(text="something else"))
    await put(house, replace(assistant.chat, title="another"), of=assistant)
    told = sorted(found.what for found in (await verify.run()).findings if "written again" in found.what)
    assert told == [
        "written again in its format, 1 message is not what it was",
        "written again in its format, what it is (its title, its state or the like) is not what it was",
    ]
    await put(house, assistant.chat, of=assistant)
    await library.put_participants(assistant.id, [replace(assistant.participants[0], names=(Name("Eve"),))])
    told = [found.what for found in (await verify.run()).findings]
    assert "written again in its format, who takes part is not what it was" in told
