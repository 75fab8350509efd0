"""The page of `wasl simulate`, driven by a real browser in both languages."""

from pathlib import Path

import pytest
from playwright.async_api import expect
from scripts.ensure_tools import find_chromium
from tests.browser.driving import Trouble, chromium, violations

from wasl.testing.simulators.simulate import run_simulation

pytestmark = pytest.mark.browser
WAIT_MS = 30_000


@pytest.mark.parametrize(("language", "direction", "first_word"), [("en", "ltr", "Gluten-free"), ("ar", "rtl", "بدون جلوتين")])
async def test_people_on_three_phones_are_answered_whatever_is_switched_on(
    tmp_path: Path, language: str, direction: str, first_word: str
) -> None:
    executable = find_chromium()
    assert executable is not None
    trouble = Trouble()
    async with run_simulation(data=tmp_path) as (simulation, url), chromium(executable) as browser:
        page = await browser.new_page(viewport={"width": 1440, "height": 900})
        assert simulation.child is not None
        trouble.watch(page, homes=[url, simulation.child.url])
        await page.goto(f"{url}/?lang={language}")
        assert await page.evaluate("document.documentElement.dir") == direction
        whatsapp, telegram = page.locator(".phone.whatsapp"), page.locator(".phone.telegram")

        await whatsapp.locator(".try").first.click()
        await expect(whatsapp.locator(".theirs")).to_contain_text(first_word, timeout=WAIT_MS)
        await expect(whatsapp.locator(".mine .ticks")).to_have_class("ticks read", timeout=WAIT_MS)

        await page.locator('.switch[data-where="first"][data-kind="cut"]').click()
        await telegram.locator("input").fill("Do you deliver?")
        await telegram.locator(".send").click()
        await expect(telegram.locator(".theirs:not(.growing)")).to_contain_text("second-model", timeout=WAIT_MS)

        await page.locator("#plug").click()
        await expect(page.locator("body")).to_have_attribute("data-wasl", "down", timeout=WAIT_MS)
        await whatsapp.locator(".attach > button").click()
        await whatsapp.locator('[data-kind="photo"]').click()
        await expect(whatsapp.locator(".mine")).to_have_count(2)
        await page.locator("#plug").click()
        await expect(whatsapp.locator(".theirs")).to_have_count(2, timeout=WAIT_MS)

        chat = page.frame_locator("iframe")
        await chat.locator("#write").fill("Do you deliver?")
        await chat.locator("#send").click()
        await expect(chat.locator("#log .theirs")).to_contain_text("second-model", timeout=WAIT_MS)
        assert await violations(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert trouble.errors == []
    assert trouble.foreign == []
