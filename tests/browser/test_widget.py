"""Journeys on somebody else's website that includes the widget in one line."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import jwt
import pytest
from aiohttp import web
from playwright.async_api import Frame, Page, expect
from tests.browser.composition import Composition
from tests.browser.driving import DESK, PHONE, Drive, answers, say

pytestmark = pytest.mark.browser
PAGE = """<!doctype html><html lang="{language}" dir="{direction}"><title>A shop</title>
<style>* {{ font: 40px fantasy !important; color: red !important }}
button, div, iframe {{ display: none !important; border: 9px solid lime !important }}</style>
<body><h1>A shop of somebody else</h1><script src="{wasl}/widget.js" async {options}></script></body></html>"""


@dataclass(slots=True)
class Site:
    """Somebody else's site, on another origin, with a strict policy of its own."""

    port: int
    wasl: Composition
    options: str = ""
    language: str = "en"

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    async def answer(self, request: web.Request) -> web.Response:
        direction = "rtl" if self.language == "ar" else "ltr"
        text = PAGE.format(language=self.language, direction=direction, wasl=self.wasl.url, options=self.options)
        policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src {self.wasl.url}; frame-src {self.wasl.url}"
        return web.Response(text=text, content_type="text/html", headers={"content-security-policy": policy})


@pytest.fixture
async def site(wasl: Composition) -> AsyncIterator[Site]:
    site = Site(0, wasl)
    app = web.Application()
    app.router.add_get("/{any:.*}", site.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    site.port = runner.addresses[0][1]
    yield site
    await runner.cleanup()


async def shop(drive: Drive, site: Site, *, size: tuple[int, int] = DESK) -> Page:
    page = await (await drive.context(size=size)).new_page()
    drive.trouble.watch(page, homes=[drive.wasl.url, site.url])
    await page.goto(site.url)
    await page.locator("wasl-chat").wait_for(state="attached")
    return page


async def opened(page: Page) -> Frame:
    """Opens the panel by the function that the widget gives to the site, and finds the frame in its closed tree."""
    await page.evaluate("wasl.open()")
    while not (frames := [frame for frame in page.frames if "/widget" in frame.url]):
        await page.wait_for_event("framenavigated")
    await frames[0].locator("body.loaded").wait_for()
    return frames[0]


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ar", "rtl")])
async def test_a_talk_in_the_widget_survives_the_sites_styles_policy_and_a_reload(
    drive: Drive, site: Site, language: str, direction: str
) -> None:
    site.language = language
    page = await shop(drive, site)
    frame = await opened(page)
    assert await frame.locator("html").get_attribute("dir") == direction
    await say(frame, "hello")
    assert await answers(frame, 1) == ["You said: hello"]
    assert "Readex" in await frame.locator("body").evaluate("(b) => getComputedStyle(b).fontFamily")
    await page.reload()
    frame = await opened(page)
    assert await answers(frame, 1) == ["You said: hello"]


async def test_the_button_stands_at_the_end_of_the_line_and_opens_by_click_and_closes_by_escape(drive: Drive, site: Site) -> None:
    for language, x in (("en", DESK[0] - 44), ("ar", 44)):
        site.language = language
        page = await shop(drive, site)
        await page.mouse.click(x, DESK[1] - 44)
        frame = await opened(page)
        element = await frame.frame_element()
        box = await element.bounding_box()
        assert box is not None
        assert box["width"] > 300
        await frame.locator("#write").press("Escape")
        await expect_hidden(page, frame)


async def test_whoever_opens_it_by_keyboard_writes_at_once(drive: Drive, site: Site) -> None:
    page = await shop(drive, site)
    await page.evaluate("document.activeElement.blur()")
    await page.keyboard.press("Tab")
    while not await page.evaluate("document.activeElement.localName === 'wasl-chat'"):  # past what the shop's own page holds
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    while not (frames := [frame for frame in page.frames if "/widget" in frame.url]):
        await page.wait_for_event("framenavigated")
    await frames[0].locator("#write:focus").wait_for()
    await page.keyboard.type("hello")
    assert await frames[0].locator("#write").input_value() == "hello"


async def test_a_chat_that_the_site_opens_by_itself_takes_the_focus_from_nobody(drive: Drive, site: Site) -> None:
    site.options = 'data-open="true"'
    page = await shop(drive, site)
    while not (frames := [frame for frame in page.frames if "/widget" in frame.url]):
        await page.wait_for_event("framenavigated")
    await frames[0].locator("body.loaded").wait_for()
    assert await page.evaluate("document.activeElement === document.body")
    assert await frames[0].locator("#write:focus").count() == 0


async def test_on_a_phone_the_panel_fills_the_screen_and_its_own_button_closes_it(drive: Drive, site: Site) -> None:
    page = await shop(drive, site, size=PHONE)
    frame = await opened(page)
    box = await (await frame.frame_element()).bounding_box()
    assert box == {"x": 0, "y": 0, "width": PHONE[0], "height": PHONE[1]}
    await frame.get_by_role("button", name="Close the chat").click()
    await expect_hidden(page, frame)


async def test_options_of_the_site_are_taken_and_odd_ones_are_not(drive: Drive, site: Site) -> None:
    site.options = 'data-language="ar" data-colour="#7a2048" data-title="متجر &lt;b&gt;النور"'
    frame = await opened(await shop(drive, site))
    await expect(frame.locator("h1")).to_have_text("متجر <b>النور")
    assert await frame.locator(".bar").evaluate("(b) => getComputedStyle(b).backgroundColor") == "rgb(122, 32, 72)"
    site.options = 'data-colour="red; } * { display: none"'
    frame = await opened(await shop(drive, site))
    assert await frame.locator(".bar").evaluate("(b) => getComputedStyle(b).backgroundColor") == "rgb(13, 91, 87)"


async def test_the_frame_listens_to_nobody_but_the_site_that_opened_it(drive: Drive, site: Site) -> None:
    page = await shop(drive, site)
    frame = await opened(page)
    await page.evaluate("window.postMessage({wasl: 1, act: 'close'}, '*')")
    await frame.evaluate("window.postMessage({wasl: 1, act: 'close'}, '*')")
    await expect(frame.locator("#write")).to_be_visible()


async def test_the_chat_itself_cannot_be_framed(drive: Drive, site: Site) -> None:
    page = await shop(drive, site)
    drive.trouble.allowed_errors += ("frame-ancestors", "violates")
    await page.evaluate(f"{{ const f = document.createElement('iframe'); f.src = '{drive.wasl.url}/'; document.body.append(f); }}")
    await page.wait_for_function("() => document.querySelector('iframe')")
    assert [await frame.locator("#write").count() for frame in page.frames] == [0] * len(page.frames)


async def expect_hidden(page: Page, frame: Frame) -> None:
    element = await frame.frame_element()
    await element.wait_for_element_state("hidden")


KEY = "the shop's own secret, long enough for HS256"


def customer(wasl: Composition, subject: str, *, key: str = KEY) -> str:
    claims = {"iss": "shop", "aud": "wasl", "sub": subject, "exp": wasl.clock.now_ms() // 1000 + 600}
    return jwt.encode(claims, key, algorithm="HS256")


async def test_a_customer_whom_the_site_names_is_one_person_in_every_browser(drive: Drive, site: Site) -> None:
    drive.wasl.customer_key = KEY
    await drive.wasl.stop()
    await drive.wasl.start()
    site.options = f'data-open="true" data-token="{customer(drive.wasl, "sara")}"'
    first = await opened(await shop(drive, site))
    await say(first, "from the first browser")
    await answers(first, 1)
    second = await opened(await shop(drive, site))
    await expect(second.locator("#log .mine")).to_contain_text("from the first browser")
    site.options = f'data-open="true" data-token="{customer(drive.wasl, "omar")}"'
    third = await opened(await shop(drive, site))
    await expect(third.locator("#empty")).to_be_visible()


REFUSED = """if (location.pathname === '/widget')
  Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('', 'SecurityError'); } });"""


@pytest.mark.parametrize("refused", [True, False])
async def test_what_a_browser_said_before_its_customer_is_named_joins_the_customer(drive: Drive, site: Site, refused: bool) -> None:
    drive.wasl.customer_key = KEY
    await drive.wasl.stop()
    await drive.wasl.start()
    context = await drive.context(size=DESK)
    if refused:  # a storage for frames: the site's page keeps the token
        await context.add_init_script(REFUSED)
    page = await context.new_page()
    drive.trouble.watch(page, homes=[drive.wasl.url, site.url])
    await page.goto(site.url)
    before = await opened(page)
    await say(before, "before I logged in")
    await answers(before, 1)
    site.options = f'data-open="true" data-token="{customer(drive.wasl, "sara")}"'
    await page.goto(site.url)
    await expect((await opened(page)).locator("#log .mine")).to_contain_text("before I logged in")
    site.options = 'data-open="true"'
    await page.goto(site.url)
    await expect((await opened(page)).locator("#empty")).to_be_visible()  # whoever sits here after her reads nothing


async def test_where_the_chat_cannot_be_shown_visitors_read_a_sentence_and_the_owner_why(drive: Drive, site: Site) -> None:
    drive.trouble.allowed_errors += ("frame-ancestors", "violates")
    drive.wasl._sites = ("https://elsewhere.example",)
    await drive.wasl.stop()
    await drive.wasl.start()
    site.options = 'data-open="true"'
    page = await (await drive.context(size=PHONE)).new_page()
    drive.trouble.watch(page, homes=[drive.wasl.url, site.url])
    async with (
        page.expect_event("framedetached"),  # no broken page is left standing
        page.expect_console_message(lambda said: said.type == "warning" and "channels.webchat.sites" in said.text),
    ):
        await page.goto(site.url)


async def test_on_a_phone_that_lies_on_its_side_the_panel_fills_the_screen(drive: Drive, site: Site) -> None:
    frame = await opened(await shop(drive, site, size=(PHONE[1], PHONE[0])))
    box = await (await frame.frame_element()).bounding_box()
    assert box == {"x": 0, "y": 0, "width": PHONE[1], "height": PHONE[0]}


async def test_a_wrong_token_leaves_an_anonymous_visitor_and_a_word_in_the_console(drive: Drive, site: Site) -> None:
    drive.trouble.allowed_errors += ("401",)
    drive.wasl.customer_key = KEY
    await drive.wasl.stop()
    await drive.wasl.start()
    site.options = f'data-open="true" data-token="{customer(drive.wasl, "sara", key="another key that is long enough too")}"'
    page = await shop(drive, site)
    async with page.expect_console_message(lambda said: said.type == "warning" and "customer token" in said.text):
        await page.reload()
    frame = await opened(page)
    await say(frame, "hello")
    assert await answers(frame, 1) == ["You said: hello"]
