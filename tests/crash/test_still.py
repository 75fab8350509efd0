"""Processes that stand still for longer than a lease and go on, and clocks that are set while they work."""

import asyncio
import os
import re
import signal
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
from tests.bench.cluster import Cluster
from tests.bench.subject import Wasl
from tests.crash.false_clock import CLOCK_VARIABLE, set_clock
from tests.crash.fleet import ENTRY, WATCHED, WORK, states
from tests.crash.platform import Habits, Platform
from tests.crash.serve import DEAF_VARIABLE
from tests.crash.test_outages import nothing_lost, until

pytestmark = pytest.mark.crash
PEOPLE = 30
STILL_SECONDS = 3.5
"""Longer than a lease of the crash tests (2 s), and than what the others then need to see it unrenewed."""
HOURS_MS = 5 * 3_600_000
LONG = "lease_seconds = 30\npoll_seconds = 0.2\nlate_after_seconds = 1000000"
"""No lease of these runs out while a test lasts, by any clock but a false one."""
STORES = [
    pytest.param(1, id="sqlite, one process"),
    pytest.param(3, id="postgres, three processes", marks=pytest.mark.postgres),
]


@asynccontextmanager
async def talking(members: list[Wasl], platform: Platform) -> AsyncIterator[None]:
    """People write as long as the block lasts; then everything must come to its end, once."""
    await asyncio.gather(*(one.start() for one in members))
    platform.ports = [one.port for one in members]
    over = asyncio.Event()
    try:
        talk = asyncio.gather(*(platform.person(n, messages=2, until=over) for n in range(PEOPLE)))
        await until(lambda: platform.answered() >= PEOPLE)
        yield
        over.set()
        await talk
        await nothing_lost(platform)
    finally:
        await asyncio.gather(*(one.stop() for one in members))
        await platform.stop()


def _members(folder: Path, platform: Platform, *, store: str, number: int, work: str, **env: str) -> list[Wasl]:
    folders = [folder] if number == 1 else [folder / f"member{n}" for n in range(number)]
    shared = {"peer": platform.listener.url, "model": platform.model.url, "store": store, "work": work, "routing": f"\n\n{WATCHED}"}
    return [Wasl(each, entry=ENTRY, env=env, **shared) for each in folders]  # type: ignore[arg-type]


@pytest.mark.parametrize("number", STORES)
async def test_a_process_that_is_stopped_for_longer_than_its_lease_and_goes_on_doubles_nothing(
    number: int, tmp_path: Path, cluster: Cluster
):
    platform = Platform(seed=7, habits=Habits(pause_max=1.0, model_seconds_max=1.0, send_seconds_max=0.5))
    await platform.start()
    store = cluster.new_database() if number > 1 else ""
    members = _members(tmp_path, platform, store=store, number=number, work=WORK)
    async with talking(members, platform):
        for stopped in members[:2]:
            others = [one for one in members if one is not stopped]
            await until(lambda: platform.answering > 0)
            platform.ports = [one.port for one in others or members]  # as a balancer would
            os.kill(stopped.pid, signal.SIGSTOP)
            try:
                answered = platform.answered()
                await asyncio.sleep(STILL_SECONDS)  # the standstill itself: its length is what is tested
                if others:
                    await until(lambda others=others: any("nobody renews" in _said(one) for one in others))
                    await until(lambda answered=answered: platform.answered() > answered)
            finally:
                os.kill(stopped.pid, signal.SIGCONT)
            platform.ports = [one.port for one in members]
            answered = platform.answered()
            await until(lambda answered=answered: platform.answered() > answered)
    assert set((await states(store, tmp_path))["turns"]) == {"answered"}


@pytest.mark.parametrize("number", STORES)
async def test_a_clock_that_is_set_in_mid_send_doubles_nothing_and_lets_nobody_wait(number: int, tmp_path: Path, cluster: Cluster):
    """Nobody tells here whether a send arrived, and what is in doubt is repeated at once."""
    platform = Platform(seed=8, habits=Habits(pause_max=1.0, send_seconds_max=2.0, receipts=False, model_fault=0.1))
    await platform.start()
    store = cluster.new_database() if number > 1 else ""
    clocks = [tmp_path / f"clock{n}" for n in range(number)]
    members: list[Wasl] = []
    for n, clock in enumerate(clocks):
        set_clock(clock, off_ms=0)
        folder = tmp_path if number == 1 else tmp_path / f"member{n}"
        env = {CLOCK_VARIABLE: str(clock), DEAF_VARIABLE: "1"}
        members += _members(folder, platform, store=store, number=1, work=LONG, **env)
    async with talking(members, platform):
        for off_ms in (HOURS_MS, 0):
            for clock in clocks:
                await until(lambda: platform.answering > PEOPLE // 5)
                set_clock(clock, off_ms=off_ms)
                answered = platform.answered()
                await until(lambda answered=answered: platform.answered() > answered + PEOPLE // 2)
    counted = await states(store, tmp_path)
    assert set(counted["turns"]) == {"answered"}
    assert set(counted["attempts"]) == {"once"}
    assert re.search("the clock jumped ahead", _said(members[0]))
    assert re.search("the clock went back", _said(members[0]))


async def test_a_clock_that_is_set_back_while_nothing_runs_lets_nobody_wait(tmp_path: Path):
    platform = Platform(seed=9, habits=Habits(pause_max=0.0, model_fault=1.0))
    await platform.start()
    clock = tmp_path / "clock"
    set_clock(clock, off_ms=HOURS_MS)
    (member,) = _members(tmp_path, platform, store="", number=1, work=LONG, **{CLOCK_VARIABLE: str(clock)})
    try:
        await member.start()
        platform.ports = [member.port]
        await asyncio.gather(*(platform.person(n, messages=1) for n in range(PEOPLE)))
        await until(lambda: _put_off(tmp_path) == PEOPLE)
        assert member.process is not None
        member.process.kill()
        set_clock(clock, off_ms=0)
        platform.habits.model_fault = 0.0
        await member.start()
        await nothing_lost(platform)
    finally:
        await member.stop()
        await platform.stop()
    assert "behind the latest time" in _said(member)
    assert "went back while nobody ran" in _said(member)


def _put_off(folder: Path) -> int:
    """Counts conversations that back off: nobody holds them, and their time has not come by the clock that is ahead."""
    now_ms = int(time.time() * 1000) + HOURS_MS
    (path,) = (folder / "data").glob("*.db")
    with closing(sqlite3.connect(path)) as db:
        return int(db.execute("select count(*) from conversation where owner is null and ready_at > ?", (now_ms,)).fetchone()[0])


def _said(member: Wasl) -> str:
    return (member.folder / "output.log").read_text(errors="replace")
