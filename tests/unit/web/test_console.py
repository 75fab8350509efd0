import re

import aiohttp
import pytest
from tests.browser.composition import Composition
from tests.unit.web.talking import Stream, Visitor

HTML = {"accept": "text/html"}


async def log_in(wasl: Composition, http: aiohttp.ClientSession) -> str:
    """Follows a fresh link; gives the token that forms need."""
    async with http.get(await wasl.login_url(), headers=HTML) as page:
        form = dict(re.findall(r'name="(csrftoken|token)" value="([^"]+)"', await page.text()))
    async with http.post(f"{wasl.url}/console/login", data=form, headers=HTML) as page:
        assert page.status == 200
        assert str(page.url) == f"{wasl.url}/console/"
    return form["csrftoken"]


async def test_without_a_session_nothing_is_shown(wasl: Composition, http: aiohttp.ClientSession, visitor: Visitor) -> None:
    await visitor.say("a secret", id="message-1")
    (row,) = await wasl.store.conversations(limit=5)
    for path in (
        "",
        "conversations",
        "conversations/events",
        "conversations/earlier",
        f"conversations/{row.id}",
        f"conversations/{row.id}/messages",
        f"files/{'a' * 64}",
    ):
        async with http.get(f"{wasl.url}/console/{path}") as response:
            assert response.status == 401, path
            assert "secret" not in await response.text()
    async with http.post(f"{wasl.url}/console/conversations/{row.id}/messages", json={"text": "x"}) as response:
        assert response.status == 401


async def test_a_link_opens_one_session_and_looking_at_it_does_not_use_it_up(wasl: Composition, http: aiohttp.ClientSession) -> None:
    link = await wasl.login_url()
    for _ in range(2):
        async with http.get(link, headers=HTML) as page:
            form = dict(re.findall(r'name="(csrftoken|token)" value="([^"]+)"', await page.text()))
    async with http.post(f"{wasl.url}/console/login", data=form) as page:
        assert page.status == 200
    http.cookie_jar.clear(lambda cookie: cookie.key == "wasl_session")
    async with http.post(f"{wasl.url}/console/login", data=form, headers=HTML) as page:
        assert page.status == 403
        assert "wasl login" in await page.text()


async def test_a_link_that_is_too_old_opens_nothing(wasl: Composition, http: aiohttp.ClientSession) -> None:
    from wasl.service.login import make_link

    path = await make_link(wasl.store, now_ms=wasl.clock.now_ms() - 31 * 60_000)
    async with http.get(wasl.url + path, headers=HTML) as page:
        form = dict(re.findall(r'name="(csrftoken|token)" value="([^"]+)"', await page.text()))
    async with http.post(f"{wasl.url}/console/login", data=form, headers=HTML) as page:
        assert page.status == 403


async def test_the_session_is_out_of_reach_of_scripts_and_other_sites(wasl: Composition, http: aiohttp.ClientSession) -> None:
    await log_in(wasl, http)
    (cookie,) = [c for c in http.cookie_jar if c.key == "wasl_session"]
    assert cookie["httponly"]
    assert cookie["samesite"].lower() == "lax"
    assert cookie["path"] == "/console"
    assert cookie.value not in str(await wasl.store.tokens(kind="session"))


@pytest.mark.parametrize("headers", [{}, {"x-csrftoken": "wrong"}, {"x-csrftoken": "ä"}])
async def test_a_reply_from_another_sites_page_is_refused(
    wasl: Composition, http: aiohttp.ClientSession, visitor: Visitor, headers: dict[str, str]
) -> None:
    await log_in(wasl, http)
    await visitor.say("hello", id="message-1")
    (row,) = await wasl.store.conversations(limit=5)
    async with http.post(f"{wasl.url}/console/conversations/{row.id}/messages", json={"text": "x"}, headers=headers) as response:
        assert response.status in (403, 413)
    assert "operator" not in [m.author for m in await wasl.store.messages_after(row.id, seq=0, limit=9)]


async def test_an_operators_word_reaches_the_visitor_with_its_delivery(
    wasl: Composition, http: aiohttp.ClientSession, visitor: Visitor
) -> None:
    token = await log_in(wasl, http)
    async with visitor.stream() as stream:
        await visitor.say("hello", id="message-1")
        await stream.until("message", author="assistant")
        (row,) = await wasl.store.conversations(limit=5)
        url = f"{wasl.url}/console/conversations/{row.id}/messages"
        async with http.post(url, json={"text": "A <b>person</b> here"}, headers={"x-csrftoken": token}) as response:
            assert response.status == 201
        word = (await stream.until("message", author="operator"))[-1].data
    assert word["html"] == '<p dir="auto">A &lt;b&gt;person&lt;/b&gt; here</p>'
    assert len(word["tags"]) == 1


@pytest.mark.parametrize(
    ("headers", "says"),
    [
        ({"accept-language": "ar"}, "لم يُحفظ شيء"),
        ({"accept-language": "ar;q=0.5, en"}, "nothing was stored"),
        ({}, "nothing was stored"),
    ],
)
async def test_a_script_is_told_what_did_not_work_in_the_language_of_its_page(
    wasl: Composition, http: aiohttp.ClientSession, visitor: Visitor, headers: dict[str, str], says: str
) -> None:
    token = await log_in(wasl, http)
    await visitor.say("hello", id="message-1")
    (row,) = await wasl.store.conversations(limit=5)
    url = f"{wasl.url}/console/conversations/{row.id}/messages"
    async with http.post(url, json={"text": " "}, headers={"x-csrftoken": token, **headers}) as response:
        assert response.status == 400
        told = await response.json()
    assert told["error"] == "malformed"
    assert says in told["message"]


async def test_the_console_sees_messages_and_marks_live(wasl: Composition, http: aiohttp.ClientSession, visitor: Visitor) -> None:
    await log_in(wasl, http)
    async with visitor.stream() as theirs:
        await visitor.say("hello", id="message-1")
        answer = (await theirs.until("message", author="assistant"))[-1].data
        (row,) = await wasl.store.conversations(limit=5)
        async with http.get(f"{wasl.url}/console/conversations/{row.id}/events") as response:
            ours = Stream(response)
            seen = await ours.until("ready")
            assert [f.data["author"] for f in seen if f.event == "message"] == ["person", "assistant"]
            await visitor.post({"receipts": [{"tag": answer["tags"][0], "state": "read"}]})
            marks = []
            while not marks or marks[-1].data["delivery"] != "read":
                marks += await ours.until("mark")
    assert marks[-1].data == {"id": answer["id"], "delivery": "read"}


async def test_the_list_is_live(wasl: Composition, http: aiohttp.ClientSession, visitor: Visitor) -> None:
    await log_in(wasl, http)
    async with http.get(f"{wasl.url}/console/conversations/events") as response:
        stream = Stream(response)
        assert (await stream.until("list"))[-1].data == []
        await visitor.say("hello", id="message-1")
        rows = (await stream.until("list"))[-1].data
    assert rows[0]["text"] in ("hello", "You said: hello")


async def test_logging_out_ends_the_session(wasl: Composition, http: aiohttp.ClientSession) -> None:
    token = await log_in(wasl, http)
    async with http.post(f"{wasl.url}/console/logout", data={"csrftoken": token}) as response:
        assert str(response.url) == f"{wasl.url}/console/login"
    async with http.get(f"{wasl.url}/console/") as response:
        assert response.status == 401
    assert await wasl.store.tokens(kind="session") == []


async def test_a_form_that_is_large_or_of_an_odd_kind_is_refused_before_it_is_read(wasl: Composition, http: aiohttp.ClientSession) -> None:
    for data, kind in ((b"x" * (70 << 10), "application/x-www-form-urlencoded"), (b"x", "multipart/form-data"), (b"x", "text/plain")):
        async with http.post(f"{wasl.url}/console/login", data=data, headers={"content-type": kind}) as response:
            assert response.status == 413


async def test_the_overview_shows_the_work_and_the_cost(wasl: Composition, http: aiohttp.ClientSession, visitor: Visitor) -> None:
    await log_in(wasl, http)
    async with visitor.stream() as stream:
        await visitor.say("hello", id="message-1")
        await stream.until("message", author="assistant")
    async with http.get(f"{wasl.url}/console/") as page:
        text = await page.text()
    assert "extractive" in text
    assert "answered" in text


async def test_an_unknown_conversation_is_a_page_that_says_so(wasl: Composition, http: aiohttp.ClientSession) -> None:
    await log_in(wasl, http)
    async with http.get(f"{wasl.url}/console/conversations/none", headers=HTML) as page:
        assert page.status == 404
