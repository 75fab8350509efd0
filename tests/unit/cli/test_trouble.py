"""Signs of trouble, and who received somebody's words, at the terminal."""

import asyncio
import json
from pathlib import Path

import pytest
from tests.unit.cli.test_commands import run

from wasl.cli.border import EXIT_PROBLEM
from wasl.net.clock import SystemClock
from wasl.store.sqlite import SqliteStore


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "wasl.toml"
    path.write_text('[assistant]\nname = "Narenj"\n')
    return path


def note(folder: Path, *kinds: str) -> None:
    async def noting() -> None:
        clock = SystemClock()
        store = SqliteStore(folder / "data" / "wasl.db", clock=clock)
        await store.open()
        for kind in kinds:
            await store.troubles.note(channel="webchat", scope="s", kind=kind, gravity="grave", now_ms=clock.now_ms())
        await store.close()

    asyncio.run(noting())


def test_signs_are_listed_cleared_and_told_by_status(config: Path, tmp_path: Path) -> None:
    assert "No platform has shown" in run("trouble", "list", "--config", str(config)).stdout
    note(tmp_path, "error 368", "a ban")
    found = json.loads(run("trouble", "list", "--json", "--config", str(config)).stdout)
    assert sorted(t["sign"] for t in found) == ["a ban", "error 368"]
    status = run("status", "--config", str(config)).stdout
    assert "Sign of trouble with webchat: error 368 (1×); clear it with `wasl trouble clear" in status
    assert (
        "Cleared: error 368."
        in run("trouble", "clear", next(t["id"] for t in found if t["sign"] == "error 368"), "--config", str(config)).stdout
    )
    assert "Cleared: a ban." in run("trouble", "clear", "webchat", "--config", str(config)).stdout
    assert "Nothing was to be cleared." in run("trouble", "clear", "all", "--config", str(config)).stdout
    past = json.loads(run("trouble", "list", "--past", "--json", "--config", str(config)).stdout)
    assert {t["cleared_by"] for t in past} == {"wasl trouble"}


def test_a_name_that_is_nothing_is_refused(config: Path) -> None:
    result = run("trouble", "clear", "nowhere", "--config", str(config))
    assert result.exit_code == EXIT_PROBLEM
    assert "nowhere" in result.stderr


def test_who_received_somebodys_words_is_told(config: Path) -> None:
    run("chat", "--as", "sara", "--config", str(config), stdin="how much is tea?\n")
    found = json.loads(run("person", "show", "sara", "--disclosures", "--config", str(config)).stdout)
    assert [(one["provider"], one["calls"]) for one in found["received"]] == [("extractive", 1)]
