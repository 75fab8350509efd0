"""Journeys of a visitor on the chat page."""

import asyncio
import json
import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from tests.browser.driving import PHONE, Drive, answers, say
from tests.browser.hostile import HOSTILE

from wasl.ports.channel import VISITOR_HEADER
from wasl.wire.call import Call

pytestmark = pytest.mark.browser
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000002000000020802000000fdd49a73"
    "0000001349444154789c63f8cfc0f01f08ff030000ffff1f000bfe03fd6b1c8e1c0000000049454e44ae426082"
)


@pytest.mark.parametrize(
    ("language", "direction", "example"), [("en", "ltr", "When are you open on Friday?"), ("ar", "rtl", "متى تفتحون يوم الجمعة؟")]
)
async def test_a_visitor_asks_an_example_and_finds_the_talk_again_after_a_reload(
    drive: Drive, language: str, direction: str, example: str
) -> None:
    page = await drive.chat(language=language, size=PHONE, touch=True)
    assert await page.locator("html").get_attribute("dir") == direction
    await page.get_by_role("button", name=example).click()
    assert await answers(page, 1) == [f"You said: {example}"]
    await expect(page.locator("#empty")).to_be_hidden()
    own, theirs = await page.locator(".message.mine .bubble").bounding_box(), await page.locator("#log .theirs .bubble").bounding_box()
    assert own is not None
    assert theirs is not None
    assert (own["x"] > theirs["x"]) == (direction == "ltr")
    await page.reload()
    assert await answers(page, 1) == [f"You said: {example}"]
    await expect(page.locator("#log .message")).to_have_count(2)
    await expect(page.locator(".answerer bdi").first).to_have_text("extractive")


async def test_an_answer_is_seen_while_it_grows_and_is_there_once_at_the_end(drive: Drive) -> None:
    page = await drive.chat()
    await say(page, "first")
    await answers(page, 1)
    script = drive.wasl.script
    script.answers["list"] = "Two things:\n\n- **one** of them\n- the <b>other</b>\n\nThat is all."
    script.pause_after = 5
    await say(page, "list")
    draft = page.locator("#draft .words")
    await expect(draft.locator("li strong")).to_have_text("one")
    await expect(page.locator("#announce")).to_have_text("Zaytuna Bakery is writing")
    assert await page.locator("#draft").get_attribute("aria-hidden") == "true"
    script.gate.set()
    assert (await answers(page, 2))[1].splitlines()[-1] == "That is all."
    await expect(page.locator("#draft")).to_be_hidden()
    await expect(page.locator("#log .assistant").last.locator("li").last).to_have_text("the <b>other</b>")
    await expect(page.locator("#log .assistant")).to_have_count(2)


async def test_a_server_that_dies_in_the_middle_of_an_answer_leaves_exactly_one(drive: Drive) -> None:
    page = await drive.chat()
    await say(page, "first")
    await answers(page, 1)
    drive.wasl.script.pause_after = 1
    await say(page, "second")
    await expect(page.locator("#draft .words")).not_to_be_empty()
    await drive.wasl.stop()
    await expect(page.locator("#status")).to_have_text("No connection. Trying again…")
    await say(page, "written without a connection")
    await expect(page.locator(".message.pending")).to_contain_text("Waiting for the connection")
    drive.wasl.script.pause_after = None
    await drive.wasl.start()
    assert await answers(page, 3) == ["You said: first", "You said: second", "You said: written without a connection"]
    await expect(page.locator(".message.pending")).to_have_count(0)
    await expect(page.locator("#log .message")).to_have_count(6)
    await page.reload()
    await answers(page, 3)
    await expect(page.locator("#log .message")).to_have_count(6)


async def test_a_message_that_was_not_confirmed_outlives_a_closed_page(drive: Drive) -> None:
    context = await drive.context()
    page = await drive.chat(context=context)
    await page.route("**/chat/messages", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    await say(page, "kept in the browser")
    await expect(page.locator(".message.pending")).to_contain_text("Waiting for the connection")
    await page.close()
    page = await drive.chat(context=context)
    assert await answers(page, 1) == ["You said: kept in the browser"]
    await expect(page.locator("#log .message.mine")).to_have_count(1)


async def test_two_pages_of_one_visitor_show_the_same_talk(drive: Drive) -> None:
    context = await drive.context()
    first, second = await drive.chat(context=context), await drive.chat(context=context)
    await say(first, "hello")
    await answers(second, 1)
    await expect(second.locator("#log .message")).to_have_count(2)


async def test_a_picture_and_a_file_are_uploaded_sent_and_found_again(drive: Drive, tmp_path: Path) -> None:
    (tmp_path / "cake.png").write_bytes(PNG)
    (tmp_path / "قائمة.txt").write_text("مرحبا", encoding="utf-8")
    page = await drive.chat()
    await page.locator("#choose").set_input_files([tmp_path / "cake.png", tmp_path / "قائمة.txt"])
    await expect(page.locator("#files li")).to_have_count(2)
    await expect(page.locator("#files progress")).to_have_count(0)
    await say(page, "These two")
    await answers(page, 1)
    for _ in range(2):
        picture = page.locator("#log .mine .picture img")
        await expect(picture).to_be_visible()
        await expect(picture).to_have_js_property("naturalWidth", 2)
        async with page.expect_download() as downloading:
            await page.locator("#log .mine .file").click()
        await (await downloading.value).save_as(tmp_path / "saved.txt")
        assert (tmp_path / "saved.txt").read_bytes().decode() == "مرحبا"
        await page.reload()
        await answers(page, 1)


async def test_a_dropped_and_a_pasted_file_are_taken_and_an_odd_one_is_refused_in_words(drive: Drive, tmp_path: Path) -> None:
    page = await drive.chat()
    data = f"new Uint8Array({list(PNG)})"
    made = f"const t = new DataTransfer(); t.items.add(new File([{data}], 'NAME', {{type: 'image/png'}}));"
    drop = "dispatchEvent(new DragEvent('drop', {dataTransfer: t, bubbles: true, cancelable: true}))"
    await page.evaluate(f"{{ {made.replace('NAME', 'dropped.png')} {drop} }}")
    paste = (
        "document.getElementById('write').dispatchEvent(new ClipboardEvent('paste', {clipboardData: t, bubbles: true, cancelable: true}))"
    )
    await page.evaluate(f"{{ {made.replace('NAME', 'pasted.png')} {paste} }}")
    await expect(page.locator("#files .name")).to_have_text(["dropped.png", "pasted.png"])
    (tmp_path / "tool.exe").write_bytes(b"MZ\x90\x00\x03")
    await page.locator("#choose").set_input_files(tmp_path / "tool.exe")
    await expect(page.locator("#status")).to_have_text("tool.exe is of a kind that cannot be sent.")
    await page.get_by_role("button", name="Remove dropped.png").click()
    await expect(page.locator("#files li")).to_have_count(1)


async def test_earlier_messages_come_when_asked_for(drive: Drive) -> None:
    page = await drive.chat()
    await tell(drive, page, [f"message {n}" for n in range(20)])
    await page.reload()
    await expect(page.locator("#log .message")).to_have_count(30)
    await page.get_by_role("button", name="Earlier messages").click()
    await expect(page.locator("#log .message")).to_have_count(40)
    await expect(page.locator("#log .message").first).to_contain_text("message 0")
    await expect(page.get_by_role("button", name="Earlier messages")).to_be_hidden()
    seqs = [int(await one.get_attribute("data-seq") or 0) for one in await page.locator("#log .message").all()]
    assert seqs == list(range(1, 41))


async def test_what_comes_while_one_reads_above_is_marked_as_new(drive: Drive) -> None:
    page = await drive.chat(size=PHONE)
    await tell(drive, page, [f"message {n}" for n in range(10)])
    await answers(page, 10)
    await page.locator("#scroll").evaluate("(box) => { box.scrollTop = 0; }")
    await expect(page.locator("#jump")).to_be_visible()
    await tell(drive, page, ["one more"])
    await expect(page.locator("#jump-count")).to_have_text("1")
    await expect(page.locator(".unread")).to_have_text("New")
    assert await page.title() == "(1) Zaytuna Bakery"
    await page.locator("#jump").click()
    await expect(page.locator("#jump-count")).to_be_empty()
    await expect(page.locator("#jump")).to_be_hidden()


async def test_the_whole_talk_goes_by_keyboard(drive: Drive) -> None:
    page = await drive.chat()
    await expect(page.locator("#write")).to_be_focused()
    await page.locator(".skip").focus()
    await expect(page.locator(".skip")).to_be_in_viewport()
    await page.keyboard.press("Enter")
    await expect(page.locator("#write")).to_be_focused()
    await page.keyboard.type("first line")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("second line")
    await page.keyboard.press("Enter")
    await answers(page, 1)
    assert await page.locator(".mine .words").inner_text() == "first line\nsecond line"
    await expect(page.locator("#write")).to_be_focused()
    names = []
    for _ in range(8):
        await page.keyboard.press("Shift+Tab")
        names.append(await page.evaluate("document.activeElement.getAttribute('aria-label') || document.activeElement.textContent.trim()"))
        width = await page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
        assert width != "0px", f"no focus ring on {names[-1]!r}"
        if names[-1] == "Skip to writing":
            break
    assert names == ["Add a file or picture", "Copy", "Conversation", "العربية", "My conversations", "Skip to writing"]


async def test_hostile_words_stay_words_from_either_side(drive: Drive) -> None:
    page = await drive.chat()
    drive.wasl.script.default = "{words}"
    await tell(drive, page, HOSTILE)
    count = len([words for words in HOSTILE if words.strip()])
    await answers(page, count)
    await page.reload()
    await page.locator("#log .assistant").first.wait_for()
    assert await page.evaluate("window.broken") is None
    for name in ("script", "iframe", "form", "style", "link", "object", "video", "meta", "base", "math"):
        assert await page.locator(f"#log {name}").count() == 0, name
    assert await page.locator("#log img").count() == 0
    await expect(page.locator("#log .mine .words").filter(has_text="onclick=window.broken=1>x</p>")).to_have_count(1)
    drive.wasl.script.pause_after = 40
    await say(page, "<img src=x onerror=window.broken=2> [x](javascript:window.broken=3) **a** " + "words " * 40)
    await expect(page.locator("#draft .words")).to_contain_text("onerror")
    assert await page.locator("#draft img, #draft a").count() == 0
    drive.wasl.script.gate.set()
    await answers(page, 2)
    assert await page.evaluate("window.broken") is None


async def test_nothing_moves_for_those_who_ask_for_stillness(drive: Drive) -> None:
    page = await drive.chat(reduced_motion="reduce")
    assert (
        await page.evaluate("[...document.querySelectorAll('*')].filter((e) => getComputedStyle(e).animationName !== 'none').length") == 0
    )


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_the_first_page_is_light(drive: Drive, language: str, counted: dict[str, float]) -> None:
    page = await drive.page()
    session = await page.context.new_cdp_session(page)
    await session.send("Network.enable")
    bytes_of: list[float] = []
    session.on("Network.loadingFinished", lambda loaded: bytes_of.append(loaded["encodedDataLength"]))
    await page.goto(f"{drive.wasl.url}/?lang={language}")
    await page.locator("body.loaded").wait_for()
    await page.wait_for_load_state("load")
    assert await page.evaluate("document.fonts.ready.then(() => document.fonts.check('16px \"Readex Pro\"'))")
    kilobytes = sum(bytes_of) / 1000
    counted["first_page_kb"] = max(counted.get("first_page_kb", 0), kilobytes)
    assert kilobytes <= 120


async def tell(drive: Drive, page: Page, texts: tuple[str, ...] | list[str]) -> None:
    """Has the page's visitor say many things at once, past the pacing of the page, each answered before the next."""
    token = json.loads(await page.locator("#page").text_content() or "")["visitor"]
    for number, text in enumerate(t for t in texts if t.strip()):
        if not drive.wasl.answered:  # the page's stream is woken by the page's own first message
            await say(page, text)
            await answers(page, 1)
            continue
        body = json.dumps({"id": f"told-{hash(text) & 0xFFFF:05}-{number}", "text": text}).encode()
        call = Call(method="POST", url="", headers={VISITOR_HEADER: token}, body=body)
        call = drive.wasl.channel.stamp(call, at_ms=drive.wasl.clock.now_ms())
        answered = drive.wasl.answered.copy()
        await drive.wasl.events("webchat", raw=body, events=drive.wasl.channel.parse(call))
        async with asyncio.timeout(10), drive.wasl.told:
            await drive.wasl.told.wait_for(lambda before=answered: drive.wasl.answered != before)


def test_the_words_of_the_corpus_try_to_break_the_page() -> None:
    assert sum(bool(re.search(r"window\.broken|parent\.broken|elsewhere", words)) for words in HOSTILE) > 20
