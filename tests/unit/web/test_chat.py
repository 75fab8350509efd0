import asyncio

import aiohttp
import pytest
from tests.browser.composition import Composition
from tests.unit.web.talking import Visitor

PNG = b"\x89PNG\r\n\x1a\n" + b"picture" * 9


async def test_a_message_is_answered_over_the_stream_word_by_word(visitor: Visitor) -> None:
    async with visitor.stream() as stream:
        await visitor.say("first", id="message-0")
        await stream.until("message", author="assistant")
        await visitor.say("hello", id="message-1")
        seen = await stream.until("message", author="assistant")
    words = [f.data for f in seen if f.event == "delta"]
    assert "".join(w["text"] for w in words) == "You said: hello"
    assert [w["at"] for w in words] == [0, 6, 12]
    assert [(f.id, f.data["author"]) for f in seen if f.event == "message"] == [(3, "person"), (4, "assistant")]
    assert seen[-1].data["html"] == '<p dir="ltr">You said: hello</p>\n'
    assert seen[-1].data["answerer"] == "extractive"


async def test_the_same_message_twice_is_stored_and_answered_once(visitor: Visitor) -> None:
    async with visitor.stream() as stream:
        first = await visitor.say("hello", id="message-1")
        again = await visitor.say("hello", id="message-1")
        await stream.until("message", author="assistant")
    assert [m["seq"] for m in first["messages"]] == [1]
    assert again["messages"] == []
    assert [m["author"] for m in (await visitor.history())["messages"]] == ["person", "assistant"]


async def test_a_reconnect_gets_what_came_meanwhile_and_nothing_twice(visitor: Visitor) -> None:
    async with visitor.stream() as stream:
        await visitor.say("one", id="message-1")
        await stream.until("message", author="assistant")
    await visitor.say("two", id="message-2")
    async with visitor.stream(after=2) as stream:
        seen = await stream.until("message", author="assistant")
    assert [f.id for f in seen if f.event == "message"] == [3, 4]


async def test_a_server_that_ends_in_the_middle_of_an_answer_gives_exactly_one_after_it_is_back(visitor: Visitor) -> None:
    async with visitor.stream() as stream:
        await visitor.say("first", id="message-0")
        await stream.until("message", author="assistant")
        visitor.wasl.script.pause_after = 1
        await visitor.say("hello", id="message-1")
        await stream.until("delta")
        await visitor.wasl.stop()
    visitor.wasl.script.pause_after = None
    await visitor.wasl.start()
    async with visitor.stream(after=3) as stream:
        seen = await stream.until("message", author="assistant")
    assert [f.id for f in seen if f.event == "message"] == [4]
    assert [m["html"] for m in (await visitor.history())["messages"][2:]] == [
        '<p dir="auto">hello</p>',
        '<p dir="ltr">You said: hello</p>\n',
    ]


async def test_history_comes_in_pages_oldest_first(visitor: Visitor) -> None:
    async with visitor.stream() as stream:
        for n in range(1, 19):
            await visitor.say(f"message {n}", id=f"message-{n}")
            await stream.until("message", author="assistant")
    newest = await visitor.history()
    assert [m["seq"] for m in newest["messages"]] == list(range(7, 37))
    assert newest["more"] is True
    older = await visitor.history(before=7)
    assert ([m["seq"] for m in older["messages"]], older["more"]) == (list(range(1, 7)), False)


async def test_nobody_without_a_good_token_reads_or_writes(wasl: Composition, http: aiohttp.ClientSession, visitor: Visitor) -> None:
    await visitor.say("a secret", id="message-1")
    for token in ("", "visitor-one", "visitor-one.wrong", visitor.token[:-1]):
        for method, path in (
            ("GET", "messages"),
            ("POST", "messages"),
            ("GET", "events"),
            ("POST", "uploads"),
            ("GET", f"files/{'a' * 64}"),
        ):
            async with http.request(method, f"{wasl.url}/chat/{path}", headers={"x-wasl-visitor": token}, data=b"{}") as response:
                assert response.status == 401, (token, method, path)
                assert "secret" not in await response.text()
    stranger = Visitor(wasl=wasl, http=http, token=wasl.channel.admit("visitor-two"))
    assert (await stranger.history())["messages"] == []


@pytest.mark.parametrize(("body", "status"), [(b"{", 400), (b"[]", 400), (b'{"id": "x"}', 400), (b"x" * (300 << 10), 413)])
async def test_what_cannot_be_taken_is_refused_and_not_stored(visitor: Visitor, body: bytes, status: int) -> None:
    async with visitor.http.post(f"{visitor.wasl.url}/chat/messages", data=body, headers=visitor.headers) as response:
        assert response.status == status
    assert (await visitor.history())["messages"] == []


async def test_reading_an_answer_moves_its_delivery_forward(visitor: Visitor) -> None:
    async with visitor.stream() as stream:
        await visitor.say("hello", id="message-1")
        answer = (await stream.until("message", author="assistant"))[-1].data
        (tag,) = answer["tags"]
        assert (await visitor.post({"receipts": [{"tag": tag, "state": "read"}]}))[0] == 200
    assert (await visitor.wasl.store.deliveries(answer["id"]))[0]["state"] == "read"
    assert (await visitor.history())["messages"][-1]["tags"] == []


async def test_a_file_is_uploaded_posted_and_given_back_to_its_owner_only(
    wasl: Composition, http: aiohttp.ClientSession, visitor: Visitor
) -> None:
    status, kept = await visitor.upload(PNG, name="..%2F..%2F%E2%80%AEphoto.html")
    assert (status, kept["type"], kept["role"], kept["size"], kept["name"]) == (201, "image/png", "photo", len(PNG), "photo.html")
    status, _ = await visitor.post({"id": "message-1", "uploads": [kept]})
    assert status == 200
    (message, *_) = (await visitor.history())["messages"]
    url = wasl.url + message["files"][0]["url"]
    async with http.get(url, headers=visitor.headers) as response:
        assert await response.read() == PNG
        assert response.headers["content-type"] == "image/png"
        assert response.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in response.headers["content-security-policy"]
    stranger = Visitor(wasl=wasl, http=http, token=wasl.channel.admit("visitor-two"))
    async with http.get(url, headers=stranger.headers) as response:
        assert response.status == 403
    status, _ = await stranger.post({"id": "message-1", "uploads": [kept]})
    assert status == 401


async def test_a_page_in_disguise_is_saved_never_shown(wasl: Composition, http: aiohttp.ClientSession, visitor: Visitor) -> None:
    _, kept = await visitor.upload(b"<html><script>alert(1)</script></html>", name="photo.png")
    async with http.get(
        f"{wasl.url}/chat/files/{kept['sha256']}?ticket={kept['ticket']}&name=photo.png", headers=visitor.headers
    ) as response:
        assert response.headers["content-type"] == "application/octet-stream"
        assert response.headers["content-disposition"].startswith("attachment")


async def test_a_kind_that_is_not_taken_and_a_file_that_is_too_large_are_refused(visitor: Visitor) -> None:
    assert (await visitor.upload(b"MZ\x90\x00\x03", name="a.exe"))[0] == 415
    assert (await visitor.upload(b"\x89PNG\r\n\x1a\n" + bytes(26 << 20), name="a.png"))[0] == 413


async def test_a_visitor_who_posts_without_pause_is_asked_to_wait(visitor: Visitor) -> None:
    answers = [await visitor.post({"receipts": []}) for _ in range(41)]
    assert [status for status, _ in answers[:40]] == [200] * 40
    assert answers[40][0] == 429


async def test_many_readers_of_one_conversation_all_hear_it(visitor: Visitor) -> None:
    async def listen() -> int:
        async with visitor.stream() as stream:
            return (await stream.until("message", author="assistant"))[-1].id or 0

    readers = [asyncio.create_task(listen()) for _ in range(20)]
    await visitor.say("hello", id="message-1")
    assert await asyncio.gather(*readers) == [2] * 20


async def test_the_page_may_load_nothing_from_elsewhere_and_may_not_be_framed(wasl: Composition, http: aiohttp.ClientSession) -> None:
    async with http.get(wasl.url) as response:
        policy = response.headers["content-security-policy"]
        text = await response.text()
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in text.replace(wasl.url, "").replace("http-equiv", "")
    assert "<script>" not in text
    assert " style=" not in text


async def test_only_the_widget_may_be_framed(wasl: Composition, http: aiohttp.ClientSession) -> None:
    async with http.get(f"{wasl.url}/widget?site=javascript:alert(1)&colour=red;&title=%3Cscript%3E") as response:
        assert "frame-ancestors *" in response.headers["content-security-policy"]
        text = await response.text()
    assert '"site": ""' in text
    assert '"colour": ""' in text
    assert "<script>" not in text


async def test_a_visitor_is_known_again_by_the_cookie(wasl: Composition, http: aiohttp.ClientSession) -> None:
    texts = [await (await http.get(wasl.url)).text() for _ in range(2)]
    tokens = [text.partition('"visitor": "')[2].partition('"')[0] for text in texts]
    assert tokens[0] == tokens[1] != ""


async def test_the_language_that_is_asked_for_is_kept(wasl: Composition, http: aiohttp.ClientSession) -> None:
    for path, code in (("/", 'lang="en"'), ("/?lang=ar", 'lang="ar" dir="rtl"'), ("/", 'lang="ar" dir="rtl"'), ("/?lang=xx", 'lang="ar"')):
        async with http.get(wasl.url + path) as response:
            assert code in await response.text()


async def test_an_unknown_page_says_so_in_the_readers_language(wasl: Composition, http: aiohttp.ClientSession) -> None:
    async with http.get(f"{wasl.url}/nowhere", headers={"accept": "text/html", "accept-language": "ar"}) as response:
        assert response.status == 404
        assert "لا توجد صفحة كهذه" in await response.text()
