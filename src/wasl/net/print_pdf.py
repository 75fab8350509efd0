"""Print PDF: a page is printed by a Chromium that is installed already; where there is none, there is no PDF, and that is said.

Arabic needs shaping and both directions; of the libraries that do it right none is at once lean, permissive and pure (see decision 0021).
"""

import asyncio
import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
PRINT_SECONDS: Final = 60.0


def find_browser() -> str | None:
    """Finds an installed Chromium."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


async def print_pdf(page: Path, target: Path, *, browser: str) -> str:
    """Prints a page to a PDF; gives "" when it was made, and else why not."""
    with tempfile.TemporaryDirectory(prefix="wasl-print-") as folder:
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium refuses its sandbox to root
        process = await asyncio.create_subprocess_exec(
            browser, "--headless", "--disable-gpu", "--disable-extensions", "--disable-background-networking", "--disable-dev-shm-usage",
            "--no-first-run", "--no-pdf-header-footer", *sandbox, f"--user-data-dir={folder}", f"--print-to-pdf={target}", page.as_uri(),
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            async with asyncio.timeout(PRINT_SECONDS):
                code = await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
            return f"{browser} did not print within {PRINT_SECONDS:.0f} s"
    printed = code == 0 and await asyncio.to_thread(target.exists)
    return "" if printed else f"{browser} ended with {code} and printed nothing"
