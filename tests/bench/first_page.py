"""What a first visit of the web chat loads, counted by a real Chromium: every byte that came over the wire."""

from scripts.ensure_tools import find_chromium
from tests.browser.driving import chromium


async def first_page_kb(url: str, *, languages: tuple[str, ...] = ("en", "ar")) -> float | None:
    """Gives kilobytes of the heaviest language, fonts and scripts included; None where there is no Chromium."""
    executable = find_chromium()
    if executable is None:
        return None
    heaviest = 0.0
    async with chromium(executable) as browser:
        for language in languages:
            context = await browser.new_context()
            page = await context.new_page()
            session = await context.new_cdp_session(page)
            await session.send("Network.enable")
            loaded: list[float] = []
            session.on("Network.loadingFinished", lambda event, loaded=loaded: loaded.append(event["encodedDataLength"]))
            await page.goto(f"{url}/?lang={language}")
            await page.locator("body.loaded").wait_for()
            await page.wait_for_load_state("load")
            await page.evaluate("document.fonts.ready.then(() => true)")
            heaviest = max(heaviest, sum(loaded) / 1000)
            await context.close()
    return round(heaviest, 1)
