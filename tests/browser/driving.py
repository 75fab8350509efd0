"""Driving the system's Chromium: pages that remember what went wrong in them, and the rules of accessibility run on them."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Frame, Page, StorageState, async_playwright
from tests.browser.composition import Composition

FLAGS = (
    "--no-sandbox",  # tests may run as root
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
    "--disable-dev-shm-usage",
)
AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js"
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PHONE = (390, 844)
SMALL = (320, 640)
DESK = (1200, 800)


@asynccontextmanager
async def chromium(executable: Path) -> AsyncIterator[Browser]:
    """Starts a browser without a window."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=list(FLAGS))
        try:
            yield browser
        finally:
            await browser.close()


@dataclass(slots=True)
class Trouble:
    """What a page complained of, and where it asked for something that is not ours."""

    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    allowed_errors: tuple[str, ...] = ("net::ERR_", "Failed to load resource")

    def watch(self, page: Page, *, homes: Sequence[str]) -> None:
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda said: self._said(said.type, said.text))
        page.on(
            "request", lambda asked: None if asked.url.startswith((*homes, "blob:", "data:", "about:")) else self.foreign.append(asked.url)
        )
        page.on("dialog", lambda dialog: self.errors.append(f"a dialog: {dialog.message}"))

    def _said(self, kind: str, text: str) -> None:
        if kind == "error" and not any(word in text for word in self.allowed_errors):
            self.errors.append(text)


@dataclass(slots=True)
class Drive:
    """Opens pages of one composition and holds what went wrong in all of them."""

    browser: Browser
    wasl: Composition
    trouble: Trouble = field(default_factory=Trouble)

    async def context(
        self, *, size: tuple[int, int] = DESK, scheme: Any = "light", state: StorageState | None = None, touch: bool = False, **more: Any
    ) -> BrowserContext:
        return await self.browser.new_context(
            viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, storage_state=state, has_touch=touch, **more
        )

    async def page(self, context: BrowserContext | None = None, **options: Any) -> Page:
        page = await (context or await self.context(**options)).new_page()
        page.set_default_timeout(10_000)
        self.trouble.watch(page, homes=[self.wasl.url, self.wasl.url.replace("127.0.0.1", "localhost")])
        return page

    async def chat(self, *, language: str = "en", context: BrowserContext | None = None, **options: Any) -> Page:
        page = await self.page(context, **options)
        await page.goto(f"{self.wasl.url}/?lang={language}")
        await page.locator("body.loaded").wait_for()
        return page

    async def console(self, **options: Any) -> Page:
        page = await self.page(**options)
        await page.goto(await self.wasl.login_url())
        await page.locator("form button").click()
        await page.locator(".tiles").wait_for()
        return page


async def say(page: Page | Frame, words: str) -> None:
    """Writes and sends."""
    await page.locator("#write").fill(words)
    await page.locator("#send").click()


async def answers(page: Page | Frame, count: int) -> list[str]:
    """Waits for so many answers and gives their words."""
    shown = page.locator("#log .message.assistant .words")
    await shown.nth(count - 1).wait_for()
    return [text.strip() for text in await shown.all_inner_texts()]


async def violations(page: Page | Frame) -> list[str]:
    """Runs the rules on a page and gives each break with where it is."""
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found = await page.evaluate(f"axe.run(document, {{runOnly: {json.dumps(AXE_TAGS)}, iframes: false}}).then((r) => r.violations)")
    return [f"{one['id']}: {node['target']} {node.get('failureSummary', '')}" for one in found for node in one["nodes"]]
