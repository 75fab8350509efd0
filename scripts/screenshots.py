#!/usr/bin/env python3
"""Take the pictures of the README from the real pages: starts Wasl in an empty folder, talks, and photographs; then the console.

Run `.venv/bin/python scripts/screenshots.py`; the pictures are written to docs/images/.
"""

import asyncio
import os
import re
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, async_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.ensure_tools import find_chromium  # noqa: E402  # the repository's root is put on the path above
from tests.browser import losses  # noqa: E402  # as above
from tests.browser.composition import Composition  # noqa: E402  # as above

IMAGES = ROOT / "docs" / "images"
SIZE = {"width": 1040, "height": 810}
CONSOLE_SIZE = {"width": 1240, "height": 780}
LINKING_SIZE = {"width": 900, "height": 720}
QUESTIONS = {"en": ("Do you deliver?", "How can I pay?"), "ar": ("هل لديكم توصيل؟", "كيف أدفع؟")}
START_SECONDS = 30


async def main() -> None:
    """Starts, talks in each language, ends."""
    chromium = find_chromium()
    if chromium is None:
        raise SystemExit("No Chromium is on this machine; scripts/ensure_tools.py installs one where it may.")
    with tempfile.TemporaryDirectory() as folder:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "wasl", "serve", "--port", "0", cwd=folder, stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
        try:
            url = await asyncio.wait_for(_address(process), START_SECONDS)
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
                for language, questions in QUESTIONS.items():
                    await _photograph(browser, url=url, language=language, questions=questions)
                    await _photograph_linking(browser, url=url, language=language)
                await _photograph_console(browser, folder=Path(await asyncio.to_thread(tempfile.mkdtemp, dir=folder)))
                await browser.close()
        finally:
            process.terminate()
            await process.wait()


async def _address(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    async for line in process.stdout:
        if found := re.search(rb"https?://[^/\s]+", line):
            return found[0].decode()
    raise SystemExit("Wasl ended before it said where it listens.")


async def _photograph(browser: Browser, *, url: str, language: str, questions: tuple[str, ...]) -> None:
    page = await (await browser.new_context(viewport=SIZE, color_scheme="light", reduced_motion="reduce")).new_page()  # type: ignore[arg-type]
    await page.goto(f"{url}/?lang={language}")
    await page.locator("body.loaded").wait_for()
    for count, question in enumerate(questions, start=1):
        await page.locator("#write").fill(question)
        await page.locator("#send").click()
        await page.locator("#log .assistant").nth(count - 1).wait_for()
    await page.evaluate("document.fonts.ready.then(() => undefined)")
    await page.locator("#log .mine .mark.kept").nth(len(questions) - 1).wait_for()
    path = IMAGES / f"chat-{language}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=path)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1000:.0f} KB")


async def _photograph_linking(browser: Browser, *, url: str, language: str) -> None:
    page = await (await browser.new_context(viewport=LINKING_SIZE, color_scheme="light", reduced_motion="reduce")).new_page()  # type: ignore[arg-type]
    await page.goto(f"{url}/?lang={language}")
    await page.locator("body.loaded").wait_for()
    await page.locator("#write").fill(QUESTIONS[language][0])
    await page.locator("#send").click()
    await page.locator("#log .assistant").first.wait_for()
    await page.goto(f"{url}/me/link?lang={language}")
    await page.locator("body.loaded").wait_for()
    await page.locator("#offer").click()
    await page.locator("#qr svg").wait_for()
    await page.evaluate("document.fonts.ready.then(() => undefined)")
    path = IMAGES / f"link-{language}.png"
    await page.screenshot(path=path)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1000:.0f} KB")


async def _photograph_console(browser: Browser, *, folder: Path) -> None:
    """Photographs the console's page of exposure over made-up people: an empty installation has nothing to show."""
    wasl = Composition(folder)
    await wasl.start()
    try:
        await losses.fill(wasl.store, wasl.clock)
        for language in QUESTIONS:
            context = await browser.new_context(viewport=CONSOLE_SIZE, color_scheme="light", reduced_motion="reduce")  # type: ignore[arg-type]
            page = await context.new_page()
            await page.goto(f"{wasl.url}/console/?lang={language}")
            await page.goto(await wasl.login_url())
            await page.locator("form button").click()
            await page.locator(".tiles").wait_for()
            await page.goto(f"{wasl.url}/console/exposure?lang={language}")
            await page.evaluate("document.fonts.ready.then(() => undefined)")
            path = IMAGES / f"exposure-{language}.png"
            await page.screenshot(path=path)
            print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1000:.0f} KB")
    finally:
        await wasl.stop()


if __name__ == "__main__":
    asyncio.run(main())
