"""What is mine: every request reads the visitor's own person and nobody else's."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from tests.browser.composition import Composition
from tests.browser.hostile import HOSTILE
from tests.unit.web.talking import Stream, Visitor
from tests.unit.web.test_timeline import answered, join

from wasl.web.drafts import HOST_DRAFTS_MAX, clean_name
from wasl.web.reading import SNIPPET_CHARACTERS, pieces


@pytest.fixture
def stranger(wasl: Composition, http: aiohttp.ClientSession) -> Visitor:
    return Visitor(wasl=wasl, http=http, token=wasl.channel.admit("visitor-two"))


def exported(*lines: str, title: str = "Sara") -> bytes:
    """A chat as Telegram Desktop exports it, in the shape of its facts."""
    messages = [
        {
            "id": n,
            "type": "message",
            "date": f"2024-05-01T10:{n:02d}:00",
            "date_unixtime": str(1714557600 + 60 * n),
            "from": ["Sara", "Omar"][n % 2],
            "from_id": ["user1", "user2"][n % 2],
            "text": line,
            "text_entities": [],
        }
        for n, line in enumerate(lines, start=1)
    ]
    return json.dumps({"name": title, "type": "personal_chat", "id": 42, "messages": messages}, ensure_ascii=False).encode()


async def ask(visitor: Visitor, path: str, json: Any = None, *, method: str = "", **more: Any) -> tuple[int, Any]:
    method = method or ("GET" if json is None else "POST")
    async with visitor.http.request(method, f"{visitor.wasl.url}{path}", json=json, headers={**visitor.headers, **more}) as response:
        return response.status, await response.json()


@asynccontextmanager
async def watching(visitor: Visitor, draft: str) -> AsyncIterator[Stream]:
    async with visitor.http.get(f"{visitor.wasl.url}/my/imports/{draft}/events", headers=visitor.headers) as response:
        assert response.status == 200
        yield Stream(response)


async def previewed(visitor: Visitor, data: bytes, *, name: str = "result.json") -> tuple[str, Any]:
    draft = (await ask(visitor, "/my/imports", {}))[1]["id"]
    headers = {**visitor.headers, "x-wasl-name": name}
    async with visitor.http.post(f"{visitor.wasl.url}/my/imports/{draft}/files", data=data, headers=headers) as response:
        assert response.status == 201
    assert (await ask(visitor, f"/my/imports/{draft}/preview", {}))[0] == 202
    async with watching(visitor, draft) as stream:
        async for frame in stream.frames():
            if frame.event in ("preview", "failed"):
                return draft, (frame.event, frame.data)
    raise AssertionError("no preview came")


async def brought(visitor: Visitor, data: bytes) -> Any:
    draft, (event, _) = await previewed(visitor, data)
    assert event == "preview"
    assert (await ask(visitor, f"/my/imports/{draft}/start", {"answers": {}}))[0] == 202
    async with watching(visitor, draft) as stream:
        return (await stream.until("report"))[-1].data


async def test_a_file_is_previewed_brought_found_read_and_taken_back(visitor: Visitor) -> None:
    data = exported("صباح الخير", "وصلت الطلبية إلى المكتب", "thanks <b>a lot</b>")
    _, (event, preview) = await previewed(visitor, data)
    assert event == "preview"
    assert (preview["counts"]["entries"], preview["chats"][0]["people"]) == (3, ["Omar", "Sara"])
    report = await brought(visitor, data)
    assert (report["read"], report["stored"], report["there"], report["rejected"]) == (3, 3, 0, 0)
    again = await brought(visitor, data)
    assert (again["read"], again["stored"], again["there"]) == (3, 0, 3)
    hits = (await ask(visitor, "/my/search?q=مكتب"))[1]["hits"]
    assert [p["text"] for p in hits[0]["pieces"] if p["marked"]] != []
    chat = hits[0]["chat"]
    assert [h["seq"] for h in (await ask(visitor, f"/my/search?q=مكتب&chat={chat}"))[1]["hits"]] == [hits[0]["seq"]]
    entries = (await ask(visitor, f"/my/chats/{chat}/entries"))[1]["entries"]
    assert [e["text"] for e in entries] == ["صباح الخير", "وصلت الطلبية إلى المكتب", "thanks <b>a lot</b>"]
    assert entries[2]["html"] == '<p dir="auto">thanks &lt;b&gt;a lot&lt;/b&gt;</p>'
    held = (await ask(visitor, "/my/imports"))[1]["imports"]
    assert (await ask(visitor, f"/my/imports/{held[0]['id']}/take-back", {}))[0] == 200
    assert (await ask(visitor, "/my/search?q=مكتب"))[1]["hits"] == []
    assert (await ask(visitor, "/my/conversations"))[1]["chats"] == []


async def test_a_page_that_is_loaded_anew_finds_what_is_under_way(visitor: Visitor, stranger: Visitor) -> None:
    assert (await ask(visitor, "/my/imports"))[1] == {"imports": [], "open": None}
    draft, _ = await previewed(visitor, exported("one", "two"))
    assert (await ask(visitor, "/my/imports"))[1]["open"] == draft
    assert (await ask(stranger, "/my/imports"))[1]["open"] is None
    assert (await ask(visitor, f"/my/imports/{draft}/start", {"answers": {}}))[0] == 202
    async with watching(visitor, draft) as stream:
        await stream.until("report")
    listed = (await ask(visitor, "/my/imports"))[1]
    assert (listed["open"], [(i["state"], i["here"]) for i in listed["imports"]]) == (None, [("done", 2)])


async def test_nobody_reaches_what_is_another_visitors(visitor: Visitor, stranger: Visitor) -> None:
    await answered(visitor, "my secret plan", id="message-1")
    await brought(visitor, exported("a secret recipe"))
    chat = (await ask(visitor, "/my/conversations"))[1]["chats"][0]
    draft, _ = await previewed(visitor, exported("another"))
    message = (await visitor.history())["messages"][0]["id"]
    await answered(stranger, "hello", id="message-2")
    for path in (f"/my/chats/{chat['id']}", f"/my/chats/{chat['id']}/entries", f"/my/search?q=secret&chat={chat['id']}"):
        assert (await ask(stranger, path))[0] == 404, path
    for path in (f"/my/imports/{draft}/preview", f"/my/imports/{draft}/start", f"/my/imports/{draft}/drop", f"/my/imports/{draft}/files"):
        assert (await ask(stranger, path, {}))[0] == 404, path
    assert (await ask(stranger, f"/my/imports/{draft}/events"))[0] == 404
    assert (await ask(stranger, f"/my/imports/{chat['import']}/take-back", {}))[0] == 404
    assert (await ask(stranger, "/my/search?q=secret"))[1]["hits"] == []
    assert (await ask(stranger, "/my/imports"))[1]["imports"] == []
    assert [c["last"]["text"] for c in (await ask(stranger, "/my/conversations"))[1]["live"]] == ["You said: hello"]
    for params in (f"?before={message}", f"?after={message}", ""):
        shown = json.dumps((await ask(stranger, f"/my/history{params}"))[1])
        assert "secret" not in shown
    assert "secret" not in json.dumps(await stranger.history(before=message))
    assert len((await ask(visitor, "/my/conversations"))[1]["chats"]) == 1


async def test_a_link_is_not_for_a_third_to_part_or_undo(visitor: Visitor, stranger: Visitor, http: aiohttp.ClientSession) -> None:
    third = Visitor(wasl=visitor.wasl, http=http, token=visitor.wasl.channel.admit("visitor-three"))
    for n, one in enumerate((visitor, stranger, third)):
        await answered(one, f"words {n}", id=f"message-{n}")
    link = await join(visitor, stranger)
    assert (await ask(third, f"/my/links/{link}/part", {}))[0] == 404
    assert (await ask(visitor, f"/my/links/{link}/part", {}))[0] == 200
    assert (await ask(third, f"/my/links/{link}/undo", {}))[0] == 404


async def test_without_a_good_token_nothing_is_told(wasl: Composition, http: aiohttp.ClientSession) -> None:
    nobody = Visitor(wasl=wasl, http=http, token="visitor-one.wrong")
    for path in ("conversations", "history", "search?q=a", "imports", "links", "chats/x", "chats/x/entries", "imports/x/events"):
        assert (await ask(nobody, f"/my/{path}"))[0] == 401, path
    for path in ("links", "links/offer", "links/look", "links/x/part", "links/x/undo", "imports", "imports/x/files", "imports/x/start"):
        assert (await ask(nobody, f"/my/{path}", {}))[0] == 401, path


async def test_a_wrong_code_says_so_and_many_tries_are_slowed_down(visitor: Visitor) -> None:
    status, answer = await ask(visitor, "/my/links/look", {"code": "AAAAAAAA"})
    assert (status, answer["error"]) == (422, "code_wrong")
    assert 429 in [(await ask(visitor, "/my/links/look", {"code": f"CODE{n}"}))[0] for n in range(12)]


async def test_somebody_who_never_wrote_can_bring_and_join(visitor: Visitor, stranger: Visitor) -> None:
    assert (await ask(visitor, "/my/conversations"))[1] == {"live": [], "chats": []}
    assert (await brought(visitor, exported("hello")))["stored"] == 1
    code = (await ask(stranger, "/my/links/offer", {}))[1]["code"]
    assert (await ask(visitor, "/my/links", {"code": code}))[0] == 201
    assert len((await ask(stranger, "/my/conversations"))[1]["chats"]) == 1


async def test_a_file_that_is_no_export_is_named_and_nothing_is_kept(visitor: Visitor) -> None:
    _, (event, told) = await previewed(visitor, b"\x00\x01\x02" * 100, name="x.bin")
    assert (event, told["error"]) == ("failed", "malformed")
    assert (await ask(visitor, "/my/imports"))[1]["imports"] == []


async def test_a_file_over_the_limit_is_refused_while_it_comes(wasl: Composition, visitor: Visitor) -> None:
    wasl.import_bytes_max = 2_000_000
    await wasl.stop()
    await wasl.start()
    draft = (await ask(visitor, "/my/imports", {}))[1]["id"]
    headers = {**visitor.headers, "x-wasl-name": "big.json"}

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * 100_000

    async with visitor.http.post(f"{wasl.url}/my/imports/{draft}/files", data=pieces(), headers=headers) as response:
        assert response.status == 413


async def test_files_that_a_killed_process_left_are_removed_when_they_are_old(visitor: Visitor) -> None:
    folder = visitor.wasl.folder / "incoming"
    for name in ("old", "young"):
        (folder / name).mkdir(parents=True)
    os.utime(folder / "old", (1, 1))
    draft = (await ask(visitor, "/my/imports", {}))[1]["id"]
    assert sorted(path.name for path in folder.iterdir()) == sorted(["young", draft])


async def test_hostile_words_are_words_in_preview_reading_and_hits(visitor: Visitor) -> None:
    report = await brought(visitor, exported(*(f"needle {h}".replace("\x00", "") for h in HOSTILE), title=HOSTILE[0]))
    assert report["stored"] == len(HOSTILE)
    chat = (await ask(visitor, "/my/conversations"))[1]["chats"][0]["id"]
    entries = (await ask(visitor, f"/my/chats/{chat}/entries"))[1]["entries"]
    allowed = ('<p dir="auto">', "</p>")
    for entry in entries:
        rest = entry["html"]
        for tag in allowed:
            rest = rest.replace(tag, "")
        assert "<" not in rest, entry["html"]


@pytest.mark.parametrize(
    ("text", "marks", "shown"),
    [
        ("one two three", ((4, 7),), [("one ", False), ("two", True), (" three", False)]),
        ("one", (), [("one", False)]),
        ("aa", ((0, 1), (0, 2), (5, 9)), [("a", True), ("a", True)]),
    ],
)
def test_marks_part_the_words_of_a_hit(text: str, marks: tuple[tuple[int, int], ...], shown: list[tuple[str, bool]]) -> None:
    assert [(p["text"], p["marked"]) for p in pieces(text, marks)] == shown


def test_a_long_text_is_cut_around_the_first_mark_between_whole_letters() -> None:
    text = "👩‍👩‍👧‍👦" * 400 + "needle" + "ك͏ِ" * 400
    at = text.index("needle")
    found = pieces(text, ((at, at + 6),))
    assert found[0]["text"] == found[-1]["text"] == "…"
    assert "needle" in [p["text"] for p in found]
    assert sum(len(p["text"]) for p in found) <= SNIPPET_CHARACTERS + 2
    assert found[1]["text"].startswith("👩")


@pytest.mark.parametrize(
    ("given", "kept"),
    [("../../etc/passwd", "passwd"), ("a\\b\\chat.txt", "chat.txt"), ("", "file"), ("..", "file"), ("م" * 300 + ".txt", "م" * 90 + ".txt")],
)
def test_the_name_of_an_upload_stays_inside_its_folder(given: str, kept: str) -> None:
    assert clean_name(given) == kept


async def test_files_on_their_way_at_once_stay_under_the_limit_together_and_apart(visitor: Visitor) -> None:
    visitor.wasl.import_bytes_max = 3 << 20
    await visitor.wasl.stop()
    await visitor.wasl.start()
    draft = (await ask(visitor, "/my/imports", {}))[1]["id"]

    async def sent(letter: bytes) -> int:
        headers = {**visitor.headers, "x-wasl-name": "chat.txt"}
        url = f"{visitor.wasl.url}/my/imports/{draft}/files"
        async with visitor.http.post(url, data=letter * (2 << 20), headers=headers) as response:
            return response.status

    assert sorted(await asyncio.gather(*(sent(letter) for letter in (b"a", b"b", b"c"))))[-2:] == [413, 413]
    held = [path for path in (visitor.wasl.folder / "incoming").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in held) <= 3 << 20
    assert all(len(set(path.read_bytes())) == 1 for path in held)


async def test_one_address_holds_no_more_drafts_than_its_share_however_many_visitors_it_is(visitor: Visitor) -> None:
    wasl = visitor.wasl
    many = [Visitor(wasl=wasl, http=visitor.http, token=wasl.channel.admit(f"visitor-{n:04d}")) for n in range(HOST_DRAFTS_MAX + 1)]
    assert [(await ask(one, "/my/imports", {}))[0] for one in many] == [201] * HOST_DRAFTS_MAX + [413]
    assert (await ask(many[0], "/my/imports", {}))[0] == 201  # one's own earlier draft makes room


async def test_erasing_leaves_no_file_that_was_on_its_way_in(visitor: Visitor) -> None:
    await answered(visitor, "hello", id="message-1")
    await previewed(visitor, exported("a secret recipe"))
    code = (await ask(visitor, "/my/erasure/weigh", {}))[1]["code"]
    assert (await ask(visitor, "/my/erasure", {"code": code}))[0] == 200
    assert [path for path in (visitor.wasl.folder / "incoming").rglob("*") if path.is_file()] == []


async def test_a_visitor_sees_who_received_their_words(visitor: Visitor) -> None:
    assert (await ask(visitor, "/my/received", {}))[0] == 404
    await answered(visitor, "hello", id="message-1")
    status, told = await ask(visitor, "/my/received", {})
    assert status == 200
    assert [one["calls"] for one in told["providers"]] == [1]
    assert set(told["providers"][0]) == {"provider", "region", "calls", "since_ms", "until_ms"}
