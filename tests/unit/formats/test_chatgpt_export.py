"""ChatGPT's export: trees, media and the way back, which gives what came."""

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wasl.domain.archive import Chat, Entry, File, Participant
from wasl.formats.chatgpt_export import ChatGPTExport
from wasl.ports.format import Choices, Found, Order, Problem, Reject, Run, Wrote
from wasl.testing.contracts.format_fixtures import many
from wasl.testing.shelf import MemoryShelf, shelf_of

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "formats" / "chatgpt_export"
SOURCES = sorted(path for path in FIXTURES.rglob("*.json") if path.name.startswith(("source", "conversations")))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


def read(files: dict[str, bytes]) -> list[Found]:
    return list(ChatGPTExport().read(many("export.zip", files), Choices()))


def read_json(value: Any) -> list[Found]:
    return read({"conversations.json": json.dumps(value).encode()})


def entries(found: list[Found]) -> list[Entry]:
    return [entry for run in found if isinstance(run, Run) for entry in run.entries]


def written(shelf: MemoryShelf, **options: str) -> dict[str, Any]:
    out = io.BytesIO()
    *_, wrote = ChatGPTExport().write(shelf, Order(scope="installation", options=options), out)
    assert isinstance(wrote, Wrote)
    with zipfile.ZipFile(out) as packed:
        return {name: json.loads(packed.read(name)) for name in packed.namelist() if name != "manifest.json"}


def conversations(value: Any) -> list[Any]:
    held = value["conversations"] if isinstance(value, dict) else value
    return [one for one in held if isinstance(one, dict) and isinstance(one.get("mapping"), dict)]


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(place for name, inner in items for place in places(inner, (*at, name)))]


def replaced(value: Any, at: tuple[Any, ...], by: Any) -> Any:
    if not at:
        return by
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[at[0]] = replaced(value[at[0]], at[1:], by)
    return copy


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(FIXTURES)))
def test_an_unchanged_conversation_leaves_as_it_came(path: Path) -> None:
    before = json.loads(path.read_bytes())
    (after,) = written(shelf_of(read({"conversations.json": path.read_bytes()}))).values()
    assert after == conversations(before)
    assert [list(one["mapping"]) for one in after] == [list(one["mapping"]) for one in conversations(before)]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_stands_anywhere_it_leaves_as_it_came_and_every_node_is_told(data: st.DataObject) -> None:
    original = json.loads((FIXTURES / "one_file" / "source.json").read_bytes())
    at = data.draw(st.sampled_from(places(original)[1:]))
    changed = replaced(original, at, data.draw(JSON))
    found = read_json(changed)
    whole = conversations(changed)
    (after,) = written(shelf_of(found)).values()
    assert after == whole
    rejects = [one for one in found if isinstance(one, Reject)]
    roots = sum(
        isinstance(node, dict) and node.get("message") is None and node.get("parent") is None
        for one in whole
        for node in one["mapping"].values()
    )
    nodes = sum(len(one["mapping"]) for one in whole)
    assert len(entries(found)) + len(rejects) == nodes - roots + len(changed) - len(whole)


def test_the_order_of_a_tree_puts_parents_first_and_trusts_them() -> None:
    path = FIXTURES / "wrapper_and_broken_trees" / "source.json"
    found = read({"my-chats.json": path.read_bytes()})
    seen: set[str | None] = {None}
    for entry in entries(found)[:5]:
        assert entry.more.parent in seen
        seen.add(entry.native_id)
    told = {one.kind: one.detail for one in found if isinstance(one, Problem)}
    assert {"cycle", "missing-parent", "tree-disagrees"} <= set(told)
    assert "exported_by" in told["beside-the-conversations"]


def test_media_are_found_by_the_id_with_which_their_names_begin() -> None:
    source = (FIXTURES / "one_file" / "source.json").read_bytes()
    media = {"file_00ab12-temple.png": b"png", "6a1b-0001/audio/file_0a0a-1.wav": b"wav", "file-Zz9-plan.pdf": b"pdf"}
    found = read({"conversations.json": source, **media})
    files = [part for entry in entries(found) for part in entry.parts if isinstance(part, File)]
    assert [(f.role, f.state, f.member, f.name) for f in files] == [
        ("photo", "present", "file_00ab12-temple.png", "file_00ab12-temple.png"),
        ("document", "present", "file-Zz9-plan.pdf", "plan.pdf"),
        ("photo", "omitted", None, None),
        ("voice", "present", "6a1b-0001/audio/file_0a0a-1.wav", "file_0a0a-1.wav"),
    ]


def test_shards_are_read_by_number_and_the_same_conversation_twice_is_two_chats() -> None:
    def one(name: str) -> dict[str, Any]:
        return {"id": name, "title": name, "mapping": {"n": {"id": "n", "message": {"content": None}, "parent": None, "children": []}}}

    files = {f"x/conversations-{n:03}.json": json.dumps([one(f"c{n}"), one("same")]).encode() for n in (10, 2, 0)}
    found = read(files)
    assert [chat.key for chat in found if isinstance(chat, Chat)] == ["c0", "same", "c2", "same#2", "c10", "same#3"]


def test_shards_are_written_when_they_are_asked_for() -> None:
    shelf = shelf_of(read_json(json.loads((FIXTURES / "one_file" / "source.json").read_bytes())))
    assert {name: len(held) for name, held in written(shelf, shards="1").items()} == {
        "conversations-000.json": 1,
        "conversations-001.json": 1,
    }


def test_a_conversation_from_elsewhere_hangs_on_a_root_and_names_its_leaf() -> None:
    shelf = MemoryShelf()
    said = [Entry("p", "user", "مرحبا", 5_000, 5_000, "ms"), Entry("b", "assistant", "Hello", 6_000, 6_000, "ms", "b1")]
    shelf.put(Chat(key="k", kind="direct", origin="Telegram", title="سلام"), [Participant(chat="k", key="p")], said)
    ((conversation,),) = written(shelf).values()
    mapping = conversation["mapping"]
    root, first, last = mapping.values()
    assert (root["parent"], root["message"], root["children"]) == (None, None, [first["id"]])
    assert (first["parent"], first["children"], first["message"]["content"]["parts"]) == (root["id"], ["b1"], ["مرحبا"])
    assert (last["message"]["author"]["role"], conversation["current_node"]) == ("assistant", "b1")
    assert first["message"]["create_time"] == 5.0


def test_a_tree_of_fifty_thousand_levels_is_walked() -> None:
    mapping = {
        str(n): {"id": str(n), "message": {"author": {"role": "user"}, "content": {"content_type": "text", "parts": [str(n)]}},
                 "parent": str(n - 1) if n else None, "children": [str(n + 1)]}
        for n in reversed(range(50_000))
    }  # fmt: skip
    found = entries(read_json([{"id": "deep", "mapping": mapping, "current_node": "49999"}]))
    assert [entry.text for entry in found[:3]] == ["0", "1", "2"]
    assert len(found) == 50_000


def test_media_that_are_held_leave_beside_the_conversations() -> None:
    source = (FIXTURES / "one_file" / "source.json").read_bytes()
    found = read({"conversations.json": source, "file_00ab12-temple.png": b"png", "file-Zz9-plan.pdf": b"pdf"})
    kept = {"file_00ab12-temple.png": "aa", "file-Zz9-plan.pdf": "bb"}
    held = [one._replace(entries=[_with_hashes(entry, kept) for entry in one.entries]) if isinstance(one, Run) else one for one in found]
    from_shelf = shelf_of(held)
    shelf = MemoryShelf(attachments={"aa": b"png"})
    for chat in from_shelf.chats():
        runs = [entry for run in from_shelf.entries(str(chat.id)) for entry in run.entries]
        shelf.put(chat, from_shelf.participants(str(chat.id)), runs)
    out = io.BytesIO()
    *_, wrote = ChatGPTExport().write(shelf, Order(scope="installation"), out)
    assert isinstance(wrote, Wrote)
    assert wrote.dropped == (("files", 1),)
    with zipfile.ZipFile(out) as packed:
        assert packed.namelist() == ["conversations.json", "file_00ab12-temple.png", "manifest.json"]
        assert packed.read("file_00ab12-temple.png") == b"png"
        assert packed.getinfo("conversations.json").compress_size < packed.getinfo("conversations.json").file_size


def _with_hashes(entry: Entry, kept: dict[str, str]) -> Entry:
    parts = tuple(
        replace(part, sha256=kept[part.member]) if isinstance(part, File) and part.member in kept else part for part in entry.parts
    )
    return entry._replace(parts=parts)
