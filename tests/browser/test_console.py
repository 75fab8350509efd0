"""Journeys of an operator."""

import pytest
from playwright.async_api import expect
from tests.browser.driving import PHONE, Drive, answers, say, violations

pytestmark = pytest.mark.browser


async def test_an_operator_logs_in_by_a_link_reads_along_and_answers_as_a_person(drive: Drive) -> None:
    console = await drive.console()
    await console.get_by_role("link", name="Conversations").click()
    await expect(console.locator("#nobody")).to_be_visible()
    visitor = await drive.chat()
    await say(visitor, "Is somebody there?")
    await answers(visitor, 1)
    await console.locator("#list a").click()
    await expect(console.locator("#log .person")).to_contain_text("Is somebody there?")
    await console.locator("#write").fill("Yes, a person: <b>me</b>")
    await console.locator("#write").press("Enter")
    await expect(visitor.locator("#log .operator .words")).to_have_text("Yes, a person: <b>me</b>")
    await expect(visitor.locator("#log .operator .who")).to_have_text("Our team")
    await expect(console.locator("#log .operator .mark")).to_have_attribute("title", "Read")
    await expect(console.locator("#log .assistant .mark")).to_have_attribute("title", "Read")
    await say(visitor, "Thank you")
    await expect(console.locator("#log .person").last).to_contain_text("Thank you")
    await expect(console.locator("#log .assistant").last).to_contain_text("You said: Thank you")
    await expect(console.locator("#log .message")).to_have_count(5)


async def test_the_list_follows_who_writes_without_taking_the_focus_away(drive: Drive) -> None:
    first, second = await drive.chat(), await drive.chat(language="ar")
    await say(first, "one")
    await answers(first, 1)
    console = await drive.console()
    await console.get_by_role("link", name="Conversations").click()
    await expect(console.locator("#list li")).to_have_count(1)
    await console.locator("#list a").focus()
    await say(second, "اثنان")
    await expect(console.locator("#list li")).to_have_count(2)
    await expect(console.locator("#list li").first).to_contain_text("اثنان")
    await expect(console.locator("#list a").last).to_be_focused()


async def test_words_in_another_direction_begin_at_the_edge_of_their_row_and_are_cut_at_their_end(drive: Drive) -> None:
    visitor = await drive.chat()
    await say(visitor, "this is how a rather long question of somebody begins who writes in English")
    await answers(visitor, 1)
    console = await drive.console(locale="ar-EG")
    await console.locator('a[href="/console/conversations"]').click()
    last = console.locator("#list .last").first
    await expect(last).to_contain_text("rather long")
    shown = await last.evaluate("(e) => [getComputedStyle(e).direction, getComputedStyle(e).textAlign]")
    assert shown == ["ltr", "right"]


async def test_conversations_beyond_the_live_end_of_the_list_are_reached_by_keyboard(drive: Drive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wasl.web.console.LISTED", 3)
    for number in range(6):
        visitor = await drive.chat()
        await say(visitor, f"visitor {number}")
        await answers(visitor, 1)
    console = await drive.console()
    await console.get_by_role("link", name="Conversations").click()
    rows, past = console.locator("#list li"), console.get_by_role("button", name="Earlier conversations")
    await expect(rows).to_have_count(3)
    await past.focus()
    await console.keyboard.press("Enter")
    await expect(rows).to_have_count(5)
    await expect(console.locator("#list a").nth(3)).to_be_focused()
    await say(visitor, "once more")  # what the newest push out of the live end stays
    await answers(visitor, 2)
    await expect(rows.first).to_contain_text("once more")
    await past.click()
    await expect(rows).to_have_count(6)
    await expect(rows.last).to_contain_text("visitor 0")
    await expect(past).to_be_hidden()


async def test_on_a_phone_the_list_and_the_talk_take_turns(drive: Drive) -> None:
    visitor = await drive.chat()
    await say(visitor, "hello")
    await answers(visitor, 1)
    console = await drive.console(size=PHONE)
    await console.get_by_role("link", name="Conversations").click()
    await console.locator("#list a").click()
    await expect(console.locator(".list")).to_be_hidden()
    await console.get_by_role("link", name="Back to the list").click()
    await expect(console.locator("#list a")).to_be_visible()


async def test_a_used_link_and_a_closed_session_lead_to_words_not_to_the_console(drive: Drive) -> None:
    console = await drive.console()
    await console.get_by_role("button", name="Log out").click()
    await expect(console.locator("code")).to_have_text("wasl login")
    await console.goto(f"{drive.wasl.url}/console/conversations")
    await expect(console.locator("code")).to_have_text("wasl login")
    await expect(console.locator("#list")).to_have_count(0)


async def test_the_console_reconnects_when_the_server_is_back(drive: Drive) -> None:
    visitor = await drive.chat()
    await say(visitor, "hello")
    await answers(visitor, 1)
    console = await drive.console()
    await console.get_by_role("link", name="Conversations").click()
    await console.locator("#list a").click()
    await expect(console.locator("#log .message")).to_have_count(2)
    await drive.wasl.stop()
    await expect(console.locator("#list-state")).to_have_text("No connection. Trying again…")
    await drive.wasl.start()
    await say(visitor, "again")
    await expect(console.locator("#log .message")).to_have_count(4)
    await expect(console.locator("#list-state")).to_be_empty()


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_the_places_stand_in_one_line_and_open_by_keyboard(drive: Drive, language: str) -> None:
    page = await drive.console()
    for width, height_max in ((1280, 64), (360, 90)):
        await page.set_viewport_size({"width": width, "height": 600})
        await page.goto(f"{drive.wasl.url}/console/?lang={language}")
        assert await page.evaluate("document.querySelector('header.bar').offsetHeight") <= height_max
        rules = page.locator(".drawn a[href='/console/rules']")
        await expect(rules).to_be_hidden()
        await page.locator(".drawer summary").first.focus()
        await page.keyboard.press("Enter")
        await expect(rules).to_be_visible()
        assert await violations(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await page.locator(".drawer summary").last.focus()
        await page.keyboard.press("Enter")
        await expect(rules).to_be_hidden()
    await page.locator(".drawer summary").first.focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/console/rules")
