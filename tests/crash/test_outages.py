"""Outages that are not Wasl's own death: the database is killed, the disk is full, the provider or the platform is gone."""

import asyncio
import resource
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.bench.cluster import Cluster
from tests.bench.subject import Wasl
from tests.crash.fleet import ENTRY, WORK, states
from tests.crash.platform import Habits, Platform

pytestmark = pytest.mark.crash
PEOPLE = 60
LET_REST_SECONDS_MAX = 90.0
"""A provider that failed again and again is let rest for up to a minute and a fifth of it before it is asked again."""


@pytest.fixture
async def platform() -> AsyncIterator[Platform]:
    platform = Platform(seed=11, habits=Habits(pause_max=3.0))
    await platform.start()
    yield platform
    await platform.stop()


def _wasl(folder: Path, platform: Platform, *, store: str = "") -> Wasl:
    wasl = Wasl(folder, peer=platform.listener.url, model=platform.model.url, store=store, work=WORK, entry=ENTRY)
    platform.ports = [wasl.port]
    return wasl


def _talk(platform: Platform, *, messages: int, until: asyncio.Event | None = None) -> "asyncio.Future[list[None]]":
    return asyncio.gather(*(platform.person(n, messages=messages, until=until) for n in range(PEOPLE)))


async def nothing_lost(platform: Platform, *, seconds: float = 90.0) -> None:
    assert await platform.settled(seconds=seconds), f"{platform.unanswered()} of {len(platform.inbound)} messages have no answer yet"
    verdict = platform.verdict()
    assert (verdict.lost, verdict.out_of_order, verdict.twice) == ([], [], [])


async def until(condition, *, seconds: float = 60.0) -> None:  # type: ignore[no-untyped-def]
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110  # what is awaited happens in another process
            await asyncio.sleep(0.02)


@pytest.mark.postgres
async def test_while_postgresql_is_dead_hooks_answer_503_and_after_it_nothing_is_lost(platform: Platform, cluster: Cluster, tmp_path: Path):
    store = cluster.new_database()
    wasl = _wasl(tmp_path, platform, store=store)
    await wasl.start()
    try:
        over = asyncio.Event()
        talk = _talk(platform, messages=5, until=over)
        await until(lambda: len(platform.phones) >= PEOPLE)
        for _ in range(2):
            refused = platform.hook_statuses.get(503, 0)
            cluster.kill()
            await until(lambda refused=refused: platform.hook_statuses.get(503, 0) > refused)
            await cluster.start()
            answered = platform.answered()
            await until(lambda answered=answered: platform.answered() > answered)
        over.set()
        await talk
        await nothing_lost(platform)
    finally:
        await wasl.stop()
    assert set((await states(store, tmp_path))["turns"]) == {"answered"}


async def test_while_the_disk_is_full_hooks_answer_503_and_it_recovers_by_itself(platform: Platform, tmp_path: Path):
    wasl = _wasl(tmp_path, platform)
    await wasl.start()
    try:
        over = asyncio.Event()
        talk = _talk(platform, messages=5, until=over)
        await until(lambda: len(platform.phones) >= PEOPLE)
        refused = platform.hook_statuses.get(503, 0)
        # No file of the process may grow beyond what the output takes: every further page of the database is refused.
        output = (tmp_path / "output.log").stat().st_size
        _, hard = resource.prlimit(wasl.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(wasl.pid, resource.RLIMIT_FSIZE, (output + (1 << 20), hard))
        await until(lambda: platform.hook_statuses.get(503, 0) > refused + 20)
        accepted = platform.acknowledged()
        resource.prlimit(wasl.pid, resource.RLIMIT_FSIZE, (hard, hard))
        await until(lambda: platform.acknowledged() > accepted)
        over.set()
        await talk
        await nothing_lost(platform)
    finally:
        await wasl.stop()
    assert set((await states("", tmp_path))["turns"]) == {"answered"}


async def test_a_provider_that_dies_in_the_middle_of_its_answers_costs_nobody_an_answer(platform: Platform, tmp_path: Path):
    wasl = _wasl(tmp_path, platform)
    await wasl.start()
    try:
        over = asyncio.Event()
        talk = _talk(platform, messages=3, until=over)
        await until(lambda: len(platform.phones) >= PEOPLE)
        for _ in range(3):
            await platform.model.stop()
            await asyncio.sleep(0.5)  # the outage itself: its length is what is tested
            await platform.model.start()
            answered = platform.answered()
            await until(lambda answered=answered: platform.answered() > answered, seconds=LET_REST_SECONDS_MAX)
        over.set()
        await talk
        await nothing_lost(platform, seconds=150)
    finally:
        await wasl.stop()


async def test_sends_whose_answer_is_cut_off_are_settled_by_receipts_and_never_repeated(tmp_path: Path):
    platform = Platform(seed=5, habits=Habits(pause_max=3.0, cut_after_taking=0.3))
    await platform.start()
    wasl = _wasl(tmp_path, platform)
    await wasl.start()
    try:
        await _talk(platform, messages=5)
        await nothing_lost(platform)
        assert platform.cuts > 10
    finally:
        await wasl.stop()
        await platform.stop()
    counted = await states("", tmp_path)
    assert not {"queued", "sending", "unknown"} & set(counted["deliveries"])
    assert "again" not in counted["attempts"]


async def test_after_a_death_in_mid_send_and_a_long_absence_receipts_are_still_awaited(tmp_path: Path):
    """The platform's receipts were refused while nobody listened: they come a little after the start, and then they count."""
    platform = Platform(seed=6, habits=Habits(pause_max=0.0, send_seconds_max=5.0, receipt_delay_max=0.1, receipt_first=1.0, duplicate=0.0))
    await platform.start()
    wasl = _wasl(tmp_path, platform)
    await wasl.start()
    try:
        port, platform.receipts_wait = wasl.port, asyncio.Event()
        await platform.person(0, messages=1)
        await until(lambda: platform.answered() == 1)
        assert wasl.process is not None
        wasl.process.kill()
        platform.ports = []
        await asyncio.sleep(7.0)  # longer than an unclear send is waited for (6 s in these tests)
        platform.ports = [port]
        await wasl.start()
        await asyncio.sleep(1.0)  # the platform comes back to its receipts a little later
        platform.receipts_wait.set()
        await platform.settled(seconds=20)
        await until(lambda: not platform.receipts_pending)
        await asyncio.sleep(4.0)
        assert platform.verdict().twice == []
    finally:
        await wasl.stop()
        await platform.stop()
    assert (await states("", tmp_path))["attempts"] == {"once": 1}
