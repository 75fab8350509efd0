"""What all tests share: real tools are used when they are there, and what is not run is said in one line, never silently.

Where CI is set, a missing tool fails its tests instead of leaving them out.
"""

import gc
import importlib.util
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, settings
from tests import postgres

from wasl.domain import value as values

values.guarded = True
"""In the tests' own process what writes to a value is found where it does; processes that tests start run without the guard."""

settings.register_profile("busy machine", parent=settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy machine")
"""How long an example takes says more about the neighbours than about the code; what is slow is measured by `make bench`."""

ROOT = Path(__file__).resolve().parent.parent


@cache
def _tools() -> ModuleType:
    spec = importlib.util.spec_from_file_location("ensure_tools", ROOT / "scripts" / "ensure_tools.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def _lacking() -> dict[str, str]:
    """Names the markers whose tool is missing, with the package that brings it."""
    absent = {"postgres": _tools().find_postgres() is None, "browser": _tools().find_chromium() is None}
    packages = {"postgres": "postgresql", "browser": "chromium"}
    return {marker: packages[marker] for marker, is_absent in absent.items() if is_absent}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves the long soak to its own command."""
    if "soak" not in str(config.getoption("markexpr")):
        kept, left = [], []
        for item in items:
            (left if item.get_closest_marker("soak") else kept).append(item)
        items[:] = kept
        config.hook.pytest_deselected(items=left)


def pytest_collection_finish() -> None:
    """Takes what was collected, which stays to the end, out of the sight of the garbage collector: it would go through it over and over."""
    gc.collect()
    gc.freeze()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Says which package a test wants that is not on this machine."""
    for marker, package in _lacking().items():
        if item.get_closest_marker(marker):
            if os.environ.get("CI"):
                pytest.fail(f"{package} is not on this machine and the tests run where nothing may be left out", pytrace=False)
            pytest.skip(f"{package} is not on this machine")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says at the end what could not be run and what to install."""
    for marker, package in _lacking().items():
        terminalreporter.write_line(
            f"NOT RUN: tests marked {marker!r}; install {package} and run them again (see scripts/ensure_tools.py).", yellow=True
        )


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a real PostgreSQL, started once for all tests that ask for it."""
    with postgres.server() as url:
        yield url


@pytest.fixture(scope="module")
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The address of an empty database of this test module's own."""
    with postgres.database(postgres_server) as url:
        yield url
