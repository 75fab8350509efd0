"""Fixtures of the journeys, and their figures: build/figures/browser.json."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from scripts.ensure_tools import find_chromium
from tests.bench import figures
from tests.browser.composition import Composition
from tests.browser.driving import Drive, chromium

HERE = Path(__file__).parent
_counted: dict[str, float] = {"axe_violations": 0, "pages": 0, "journeys": 0, "journeys_failed": 0}


@pytest.fixture
def counted() -> dict[str, float]:
    """Where tests add what they measured."""
    return _counted


@pytest.fixture
async def wasl(tmp_path: Path) -> AsyncIterator[Composition]:
    composition = Composition(tmp_path)
    await composition.start()
    yield composition
    await composition.stop()


@pytest.fixture
async def drive(wasl: Composition) -> AsyncIterator[Drive]:
    """A browser; at the end no page may have complained or asked for anything that is not ours."""
    executable = find_chromium()
    assert executable is not None
    async with chromium(executable) as browser:
        drive = Drive(browser, wasl)
        yield drive
    assert drive.trouble.errors == []
    assert drive.trouble.foreign == []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Counts journeys: a journey is one test here, failed in any of its phases."""
    if "tests/browser/" in report.nodeid and (report.when == "call" or report.failed):
        _counted["journeys"] += report.when == "call"
        _counted["journeys_failed"] += report.failed


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Writes the figures when all journeys ran in this one process (`make browser`): of several, each knows its own only."""
    if _counted["pages"] and not hasattr(session.config, "workerinput"):
        figures.write("browser", {name: round(value, 1) for name, value in _counted.items()})
