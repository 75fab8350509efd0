"""Every page by the rules of accessibility, in both languages and both schemes; narrow screens; targets large enough."""

from collections.abc import AsyncIterator, Awaitable, Callable
from decimal import Decimal

import pytest
from playwright.async_api import BrowserContext, Page, expect
from tests.browser import losses, plans
from tests.browser.driving import DESK, PHONE, SMALL, Drive, answers, say, violations
from tests.terms_watched import with_history
from tests.unit.web.test_proof import with_month
from tests.unit.web.test_why import with_verdicts

from wasl.domain.cost import Cause, Cost
from wasl.domain.handoff import Handoff
from wasl.domain.listing import ListedTemplate
from wasl.domain.prompt import Usage
from wasl.domain.turn import UsageRecord

pytestmark = pytest.mark.browser
RICH = "## A heading\n\n> A quote, **bold**\n\n1. one\n2. two with `code`\n\n" + (
    "| a | b |\n|---|---|\n| 1 | 2 |\n\n[a link](https://example.org)\n\n```\ncode\n```"
)

CUT = """[...document.querySelectorAll('body *')].filter((e) => {
  const box = e.getBoundingClientRect();
  return box.width > 1 && !e.closest('.unseen, .skip, pre, table, .wide') && (box.left < -1 || box.right > innerWidth + 1);
}).map((e) => `${e.tagName}.${e.className}`)"""
SMALL_TARGETS = """[...document.querySelectorAll(
  'button, .icon, nav a, .button, .brand[href], input:not([type=hidden], [type=radio]), textarea')
].filter((e) => {
  const box = e.getBoundingClientRect();
  return box.width && !e.matches('.copy, .again') && (box.width < 44 || box.height < 44);
}).map((e) => e.outerHTML.slice(0, 80))"""
"""Copying and trying again are 28 px tall inside a line of words, with room around them that also takes the finger."""


SCOPE = """
name = "Zaytuna bicycles"
statement = "We rent and mend bicycles."
[[subjects]]
name = "rental"
examples = ["How much is it to rent a bike for a day?", "بكم إيجار الدراجة ليوم واحد؟", "Is there a deposit for the rental?"]
[[subjects]]
name = "repairs"
examples = ["Can you fix a flat tyre today?", "متى تجهز دراجتي من الصيانة؟", "My brakes squeak"]
"""


def spending(at_ms: int) -> UsageRecord:
    """A call that has cost something, so that the page of costs has something to show."""
    return UsageRecord(
        candidate="quick",
        provider="openai",
        model="quick",
        price_class="low",
        outcome="answered",
        usage=Usage(input_tokens=1_000, output_tokens=100),
        started_at_ms=at_ms,
        took_ms=9,
        cost=Cost(Decimal("1.25"), "USD", "own"),
        cause=Cause("answer", "webchat", "EG"),
    )


async def attention_and_rules(drive: Drive, page: Page) -> AsyncIterator[str]:
    """Shows what needs the operator, with something in it, and the rules, with a cell open."""
    store, now = drive.wasl.store, drive.wasl.clock.now_ms()
    await store.troubles.note(channel="webchat", scope="s", kind="error 368", gravity="grave", now_ms=now)
    (summary, *_) = await store.conversations(limit=1)
    await store.standings.hand_over(
        Handoff(
            id=drive.wasl.clock.new_id(),
            conversation_id=summary.id,
            channel="webchat",
            why="asked",
            asked_ms=now,
            returns_ms=now + 3_600_000,
        )
    )
    told = [ListedTemplate(name=f"reply_{status}", language="ar", status=status, carries=True) for status in ("approved", "paused")]
    await store.templates.put("webchat", told, at_ms=now)
    await page.goto(f"{drive.wasl.url}/console/attention")
    await page.locator(".lines li").first.wait_for()
    yield "attention"
    await page.goto(f"{drive.wasl.url}/console/rules?purpose=general_assistant&on=2026-11-22")
    await page.locator("td details").first.locator("summary").click()
    yield "rules"


async def terms_watched(drive: Drive, page: Page) -> AsyncIterator[str]:
    """Shows watched terms with a history, and a change with a drafted rule."""
    await with_history(drive.wasl.watching)
    await page.goto(f"{drive.wasl.url}/console/terms")
    yield "terms"
    (change,) = [
        one.id
        for one in await drive.wasl.watching.terms.changes(limit=9)
        if one.judgement.clauses and one.judgement.clauses[0].regions_come == ("IT",)
    ]
    await page.goto(f"{drive.wasl.url}/console/terms/changes/{change}")
    await page.locator(".clause form .button").first.click()
    await page.locator("textarea.code").first.wait_for(state="attached")
    yield "change of terms"


async def every_page(drive: Drive, context: BrowserContext, *, language: str) -> AsyncIterator[tuple[str, Page]]:
    """Walks all pages, each as it looks in use."""
    page = await drive.chat(language=language, context=context)
    async for name in before_the_console(drive, page, language=language):
        yield name, page
    async for name in attention_and_rules(drive, page):
        yield name, page
    async for name in terms_watched(drive, page):
        yield name, page
    async for name in conversations_and_figures(drive, page, language=language):
        yield name, page
    async for name in leaving_and_losing(drive, page):
        yield name, page
    async for name in scope_tried(drive, page):
        yield name, page
    async for name in joined_and_parted(drive, page):
        yield name, page


async def before_the_console(drive: Drive, page: Page, *, language: str) -> AsyncIterator[str]:
    """The chat from its first look to an answer that grows, the widget, and the way into the console."""
    drive.wasl.script.answers["rich"] = RICH
    yield "chat, empty"
    await say(page, "rich")
    await answers(page, 1)
    await page.locator("#choose").set_input_files([{"name": "a.txt", "mimeType": "text/plain", "buffer": b"words"}])
    await expect(page.locator("#files progress")).to_have_count(0)
    yield "chat, in use"
    await page.locator("#send").click()
    await answers(page, 2)
    drive.wasl.script.pause_after = 2
    await say(page, "held back for a while")
    await expect(page.locator("#draft .words")).not_to_be_empty()
    yield "chat, while an answer grows"
    drive.wasl.script.gate.set()
    await answers(page, 3)
    await page.goto(f"{drive.wasl.url}/widget?lang={language}")
    await page.locator("body.loaded").wait_for()
    yield "widget"
    await page.goto(f"{drive.wasl.url}/nowhere?lang={language}")
    yield "no such page"
    await page.goto(f"{drive.wasl.url}/console/?lang={language}")
    yield "console, closed"
    await page.goto(await drive.wasl.login_url())
    yield "console, link"
    await page.locator("form button").click()
    await page.locator(".tiles").wait_for()
    yield "overview"


async def conversations_and_figures(drive: Drive, page: Page, *, language: str) -> AsyncIterator[str]:
    """Conversations with their verdicts, what they cost, and the month's figure."""
    await page.goto(f"{drive.wasl.url}/console/conversations")
    await page.locator("#list a").first.wait_for()
    yield "conversations"
    await page.locator("#list a").first.click()
    await page.locator("body.loaded").wait_for()
    yield "conversation"
    await expect(page.locator("#log .because").first).to_have_text("Why" if language == "en" else "لماذا")
    await with_verdicts(drive.wasl)
    await page.goto(f"{drive.wasl.url}/console/why/known")
    yield "why"
    await drive.wasl.store.record_usage([spending(drive.wasl.clock.now_ms())])
    await page.goto(f"{drive.wasl.url}/console/cost?elsewhere=1")
    await page.locator("main summary").click()
    yield "costs"
    await with_month(drive.wasl, audited=True)
    await page.goto(f"{drive.wasl.url}/console/figure?channel=webchat&month=2026-10")
    await page.locator(".month-bars").wait_for()
    yield "the month"
    await page.goto(f"{drive.wasl.url}/console/audit?channel=webchat&month=2026-10")
    yield "the audit"


async def leaving_and_losing(drive: Drive, page: Page) -> AsyncIterator[str]:
    """Plans to leave a channel, exposure, the register and drills."""
    await plans.fill(drive.wasl.store, drive.wasl.clock)
    for name, path in plans.PAGES:
        await page.goto(f"{drive.wasl.url}/console/{path}")
        yield name
    await losses.fill(drive.wasl.store, drive.wasl.clock)
    for name, path in (("exposure", "exposure"), ("register", "register"), ("drills", "drills"), ("drill", f"drills/{losses.DRILL_ID}")):
        await page.goto(f"{drive.wasl.url}/console/{path}")
        await page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true })")
        yield name
    async for name in drilled(drive, page):
        yield name
    async for name in models_replaced(drive, page):
        yield name


async def models_replaced(drive: Drive, page: Page) -> AsyncIterator[str]:
    """A model that ends: what replaces it, while it is tried and after that."""
    await page.goto(f"{drive.wasl.url}/console/models")
    yield "models that end"
    await page.locator("form.form button").click()
    await page.locator("input[type=date]").fill("2031-01-01")
    yield "replacing a model"
    await page.locator("form.card button").click()
    await page.locator("#progress progress").wait_for()
    yield "a trial, running"
    trial = drive.wasl.begin_trial._trial
    assert isinstance(trial, plans.HeldTrial)
    trial.go_on.set()
    await page.locator(".beside").wait_for()
    yield "a trial, over"
    await page.locator("form.form .grave").click()
    await page.locator("details.more summary").click()
    yield "a plan for a model"


async def drilled(drive: Drive, page: Page) -> AsyncIterator[str]:
    """A live drill as it is asked about, and one in shadow that runs and is ended."""
    await page.goto(f"{drive.wasl.url}/console/drills?lose=openai")
    await page.locator("details.more summary").click()
    await page.locator("button[value=live]").click()
    await page.locator(".button.grave").wait_for()
    yield "a live drill, asked about"
    await page.goto(f"{drive.wasl.url}/console/drills?lose=openai")
    await page.locator("button[value=shadow]").click()
    await page.locator("#progress progress").wait_for()
    yield "a drill, running"
    await page.locator("form[action$=end] button").click()
    await page.locator(".state.bad").wait_for()
    yield "a drill, ended"


async def scope_tried(drive: Drive, page: Page) -> AsyncIterator[str]:
    """What the assistant is for: nothing said, and a few messages tried on a scope."""
    await page.goto(f"{drive.wasl.url}/console/scope")
    yield "scope, none"
    (drive.wasl.folder / "scope.toml").write_text(SCOPE, encoding="utf-8")
    await drive.wasl.learn_purpose.refresh()
    await page.goto(f"{drive.wasl.url}/console/scope")
    await page.locator("#words").fill("How much is a day's rental? Also write me a poem about the sea.\nبكم الإيجار ليوم؟\nhello")
    await page.locator("form.trying button").click()
    await page.locator("td .label").first.wait_for()
    yield "scope"


async def joined_and_parted(drive: Drive, page: Page) -> AsyncIterator[str]:
    """Two people who are joined by hand, and an address that is taken out again."""
    await page.goto(f"{drive.wasl.url}/console/people")
    one, other = [str(await page.locator(".tile").nth(n).get_attribute("href")) for n in (0, 1)]
    await page.goto(f"{drive.wasl.url}{one}/merge?with={other.rpartition('/')[2]}")
    yield "joining two people"
    await page.locator("main form button").first.click()
    await page.goto(f"{drive.wasl.url}{one}")
    await page.locator("a[href$=split]").first.click()
    yield "taking an address out"


async def walk(drive: Drive, look: Callable[[str, Page], Awaitable[None]], *, language: str, **options: object) -> None:
    drive.trouble.allowed_errors += ("404", "401")
    context = await drive.context(**options)  # type: ignore[arg-type]
    async for name, page in every_page(drive, context, language=language):
        await look(name, page)


async def too_wide_or_small(name: str, page: Page) -> list[str]:
    """Names what is wider than a small phone, cut, or smaller than a finger there; the page is then as large as before."""
    before = page.viewport_size
    assert before is not None
    await page.set_viewport_size({"width": SMALL[0], "height": SMALL[1]})
    width = await page.evaluate("document.scrollingElement.scrollWidth")
    wrong = [f"{name} is {width} px wide"] if width > SMALL[0] else []
    wrong += [f"{name}: {one} is cut" for one in await page.evaluate(CUT)]
    wrong += [f"{name}: {one} is smaller than 44 px" for one in await page.evaluate(SMALL_TARGETS)]
    await page.set_viewport_size(before)
    return wrong


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize(("scheme", "size"), [("light", DESK), ("dark", PHONE)])
async def test_no_page_breaks_a_rule_of_accessibility_or_is_wider_than_a_small_phone(
    drive: Drive, language: str, scheme: str, size: tuple[int, int], counted: dict[str, float]
) -> None:
    broken: list[str] = []

    async def look(name: str, page: Page) -> None:
        found = await violations(page)
        counted["pages"] += 1
        counted["axe_violations"] += len(found)
        broken.extend(f"{name}: {one}" for one in found)
        if size == PHONE:
            broken.extend(await too_wide_or_small(name, page))

    await walk(drive, look, language=language, scheme=scheme, size=size, reduced_motion="reduce")
    assert broken == []


async def test_what_happens_is_said_to_a_screen_reader(drive: Drive) -> None:
    page = await drive.chat()
    await say(page, "hello")
    await answers(page, 1)
    log = page.get_by_role("log", name="Messages")
    await expect(log).to_have_attribute("aria-live", "polite")
    await expect(log.get_by_role("heading", level=3)).to_have_count(2)
    await expect(log.get_by_role("heading", level=3).last).to_contain_text("Zaytuna Bakery said")
    await expect(page.get_by_role("heading", level=1, name="Zaytuna Bakery")).to_be_visible()
    await expect(page.locator("#announce")).to_have_text("Zaytuna Bakery is writing")
    await expect(page.get_by_role("textbox", name="Your message")).to_be_visible()
    assert await page.locator("html").get_attribute("lang") == "en"


async def test_the_pages_hold_at_twice_the_letter_size(drive: Drive) -> None:
    page = await drive.chat(size=PHONE)
    await page.locator("html").evaluate("(h) => { h.style.fontSize = '200%'; }")
    await say(page, "hello")
    await answers(page, 1)
    assert await page.evaluate("document.scrollingElement.scrollWidth") <= PHONE[0]
    await expect(page.locator("#send")).to_be_in_viewport()
