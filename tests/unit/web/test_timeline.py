"""One history across a person's conversations: together at once, without loss or doubles, and apart again."""

import asyncio
from typing import Any

import aiohttp
import pytest
from tests.browser.composition import Composition
from tests.unit.web.talking import Visitor

from wasl.domain.ids import ConversationId
from wasl.web.timeline import cursor_of, seqs_of


@pytest.fixture
def other(wasl: Composition, http: aiohttp.ClientSession) -> Visitor:
    return Visitor(wasl=wasl, http=http, token=wasl.channel.admit("visitor-two"))


async def answered(visitor: Visitor, text: str, *, id: str) -> None:
    async with visitor.stream() as stream:
        await visitor.say(text, id=id)
        async for frame in stream.frames():
            if frame.event == "message" and frame.data["author"] == "assistant" and text in frame.data["text"]:
                return


async def post(visitor: Visitor, path: str, body: dict[str, Any] | None = None) -> Any:
    async with visitor.http.post(f"{visitor.wasl.url}{path}", json=body or {}, headers=visitor.headers) as response:
        assert response.status < 300, await response.text()
        return await response.json()


async def join(one: Visitor, other: Visitor) -> str:
    code = (await post(one, "/my/links/offer"))["code"]
    return str((await post(other, "/my/links", {"code": code}))["link"])


async def texts(visitor: Visitor, **params: Any) -> list[str]:
    return [m["text"] for m in (await visitor.history(**params))["messages"]]


async def test_joined_conversations_are_one_history_by_time_on_both_sides(visitor: Visitor, other: Visitor) -> None:
    await answered(visitor, "one", id="message-1")
    await answered(other, "two", id="message-2")
    await answered(visitor, "three", id="message-3")
    await join(visitor, other)
    both = ["one", "You said: one", "two", "You said: two", "three", "You said: three"]
    assert await texts(visitor) == await texts(other) == both


async def test_an_open_page_is_told_to_read_anew_and_then_hears_both(visitor: Visitor, other: Visitor) -> None:
    await answered(visitor, "one", id="message-1")
    await answered(other, "two", id="message-2")
    cursor = (await visitor.history())["cursor"]
    async with visitor.stream(after=cursor) as stream:
        await stream.until("ready")
        await join(visitor, other)
        await stream.until("changed")
        await other.say("three", id="message-3")
        seen = await stream.until("message", author="assistant")
    assert [f.data["text"] for f in seen if f.event == "message"] == ["three", "You said: three"]


async def test_a_page_that_reconnects_gets_what_it_lacks_of_every_conversation_once(visitor: Visitor, other: Visitor) -> None:
    await answered(visitor, "one", id="message-1")
    await answered(other, "two", id="message-2")
    await join(visitor, other)
    cursor = (await visitor.history())["cursor"]
    await asyncio.gather(*(answered(v, t, id=f"message-{t}") for v, t in ((other, "three"), (visitor, "four"))))
    async with visitor.stream(after=cursor) as stream:
        seen = await stream.until("ready")
    told = [f.data["text"] for f in seen if f.event == "message"]
    assert sorted(told) == sorted(["three", "You said: three", "four", "You said: four"])


async def test_whoever_comes_back_after_a_link_is_told_to_read_anew(visitor: Visitor, other: Visitor) -> None:
    await answered(visitor, "one", id="message-1")
    await answered(other, "two", id="message-2")
    cursor = (await visitor.history())["cursor"]
    await join(visitor, other)
    async with visitor.stream(after=cursor) as stream:
        seen = await stream.until("ready")
    assert [f.event for f in seen] == ["changed", "ready"]


async def test_parting_gives_each_their_own_back_and_undoing_joins_again(visitor: Visitor, other: Visitor) -> None:
    await answered(visitor, "one", id="message-1")
    await answered(other, "two", id="message-2")
    link = await join(visitor, other)
    async with visitor.stream(after=(await visitor.history())["cursor"]) as stream:
        await stream.until("ready")
        await post(other, f"/my/links/{link}/part")
        await stream.until("changed")
    assert (await texts(visitor), await texts(other)) == (["one", "You said: one"], ["two", "You said: two"])
    await post(other, f"/my/links/{link}/undo")
    assert await texts(visitor) == ["one", "You said: one", "two", "You said: two"]


async def test_only_the_side_that_parted_may_undo_it(visitor: Visitor, other: Visitor) -> None:
    await answered(visitor, "one", id="message-1")
    await answered(other, "two", id="message-2")
    link = await join(visitor, other)
    await post(other, f"/my/links/{link}/part")
    async with visitor.http.post(f"{visitor.wasl.url}/my/links/{link}/undo", json={}, headers=visitor.headers) as response:
        assert response.status == 404
    assert await texts(visitor) == ["one", "You said: one"]


async def test_older_pages_of_a_joined_history_go_by_message_id(visitor: Visitor, other: Visitor) -> None:
    for n in range(10):
        await answered(visitor, f"a{n}", id=f"message-a{n}")
        await answered(other, f"b{n}", id=f"message-b{n}")
    await join(visitor, other)
    newest = await visitor.history()
    older = await visitor.history(before=newest["messages"][0]["id"])
    ids = [m["id"] for m in older["messages"] + newest["messages"]]
    assert (len(ids), ids, newest["more"], older["more"]) == (40, sorted(ids), True, False)
    assert {m["conversation"] for m in newest["messages"]} == {m["conversation"] for m in older["messages"]}


@pytest.mark.parametrize("junk", ["", "x", "=", "a=b", ",,,", "é=1", "-1", "٣", "a=" + "9" * 400])
def test_a_cursor_that_cannot_be_read_counts_as_nothing_or_less(junk: str) -> None:
    home = ConversationId("home")
    assert all(isinstance(seq, int) for seq in seqs_of(junk, home=home).values())


def test_a_cursor_comes_back_as_it_was_written() -> None:
    seqs = {ConversationId("b"): 2, ConversationId("a"): 1}
    assert seqs_of(cursor_of(seqs), home=ConversationId("a")) == seqs
    assert seqs_of("17", home=ConversationId("a")) == {ConversationId("a"): 17}
