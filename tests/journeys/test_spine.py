"""One real process between a platform and a provider: bad input, overload, late answers, secrets."""

import asyncio
import json
import re
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from tests.bench.loopback import Client
from tests.bench.peer import ACCESS_TOKEN, APP_SECRET, envelope, sign, text_message
from tests.bench.subject import Wasl
from tests.crash.platform import HOOK, NUMBER, Habits, Platform

QUICK = Habits(pause_max=0.0, duplicate=0.0, receipt_delay_max=0.02, model_seconds_max=0.01, send_seconds_max=0.01)


@pytest.fixture
async def platform() -> AsyncIterator[Platform]:
    platform = Platform(seed=3, habits=QUICK)
    await platform.start()
    yield platform
    await platform.stop()


async def _started(folder: Path, platform: Platform, *, work: str = "") -> Wasl:
    wasl = Wasl(folder, peer=platform.listener.url, model=platform.model.url, work=work)
    platform.ports = [wasl.port]
    await wasl.start()
    return wasl


async def _until(done: Callable[[], bool], *, seconds: float = 20.0) -> None:
    async with asyncio.timeout(seconds):
        while not done():  # noqa: ASYNC110  # what is awaited happens in another process
            await asyncio.sleep(0.02)


def _rows(folder: Path) -> dict[str, int]:
    with sqlite3.connect(folder / "data" / "wasl.db") as db:
        return {table: db.execute(f"select count(*) from {table}").fetchone()[0] for table in ("raw", "message", "turn", "seen")}


async def _overloaded(wasl: Wasl) -> bool:
    status, body = await Client(wasl.port).request("/readyz", method="GET")
    assert status == 200, "a busy process still takes messages"
    return bool(json.loads(body)["overloaded"])


async def test_what_is_forged_cut_or_too_large_is_refused_by_its_number_and_nothing_is_stored(platform: Platform, tmp_path: Path):
    wasl = await _started(tmp_path, platform)
    try:
        client = Client(wasl.port)
        body = envelope(NUMBER, text_message(person=1, wamid="wamid.1", text="m0000001 hello", timestamp=int(time.time())))
        cut, huge = body[: len(body) // 2], b" " * (5 << 20)
        for status, sent, headers in (
            (401, body, b""),
            (401, body, sign(body, "another secret")),
            (401, body + b" ", sign(body)),
            (400, cut, sign(cut)),
            (413, huge, sign(huge)),
        ):
            assert (await client.request(HOOK, sent, headers=headers))[0] == status
        assert (await client.request("/hooks/nobody", body, headers=sign(body)))[0] == 404
        assert _rows(tmp_path) == {"raw": 0, "message": 0, "turn": 0, "seen": 0}
        assert (await client.request(HOOK, body, headers=sign(body)))[0] == 200
        await _until(lambda: len(platform.sends) == 1)
        assert _rows(tmp_path)["turn"] == 1
    finally:
        await wasl.stop()


async def test_one_message_sent_ten_times_at_once_is_answered_once(platform: Platform, tmp_path: Path):
    wasl = await _started(tmp_path, platform)
    try:
        value = text_message(person=1, wamid="wamid.1", text="hello", timestamp=int(time.time()))
        await asyncio.gather(*(platform.hook(value) for _ in range(10)))
        await platform.person(2, messages=1)
        await _until(lambda: platform.answered() == 1)
        await platform.settled(seconds=10)
    finally:
        await wasl.stop()
    assert len(platform.sends) == 2
    assert _rows(tmp_path)["turn"] == 2


async def test_past_the_backlog_limit_messages_are_still_taken_and_readyz_says_overloaded(platform: Platform, tmp_path: Path):
    wasl = await _started(tmp_path, platform, work="backlog_limit = 5\npoll_seconds = 0.2\nconcurrency = 4")
    try:
        assert not await _overloaded(wasl)
        platform.habits = Habits(pause_max=0.0, duplicate=0.0, model_seconds_max=1.0)
        await asyncio.gather(*(platform.person(n, messages=1) for n in range(60)))
        assert platform.acknowledged() == 60
        async with asyncio.timeout(10):
            while not await _overloaded(wasl):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        platform.habits = QUICK
        assert await platform.settled(seconds=60)
        async with asyncio.timeout(10):
            while await _overloaded(wasl):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
    finally:
        await wasl.stop()
    verdict = platform.verdict()
    assert (verdict.lost, verdict.twice, verdict.out_of_order) == ([], [], [])


async def test_after_an_outage_late_messages_get_one_answer_that_says_so(platform: Platform, tmp_path: Path):
    wasl = await _started(tmp_path, platform, work="late_after_seconds = 2\npoll_seconds = 0.2")
    try:
        await platform.model.stop()
        await asyncio.gather(*(platform.person(n, messages=5) for n in range(3)))
        await asyncio.sleep(2.5)  # the outage itself: longer than an answer may take
        await platform.model.start()
        await _until(lambda: len({to for _, to, _ in platform.sends}) == 3, seconds=40)
        await platform.settled(seconds=1)
        await asyncio.gather(*(platform.person(n, messages=1) for n in range(3)))
        await _until(lambda: len(platform.sends) >= 6)
    finally:
        await wasl.stop()
    late = [body for _, _, body in platform.sends if "late" in body]
    assert len(late) == 3, [body for _, _, body in platform.sends]
    assert len(platform.sends) == 6, "one late answer and one in time for each, no burst"


async def test_no_secret_is_in_the_output_or_the_raw_requests_however_things_go(platform: Platform, tmp_path: Path):
    wasl = await _started(tmp_path, platform, work="poll_seconds = 0.2")
    try:
        platform.habits = Habits(pause_max=0.0, model_fault=0.5, cut_after_taking=0.3, duplicate=0.5)
        await asyncio.gather(*(platform.person(n, messages=2) for n in range(10)))
        body = envelope(NUMBER, text_message(person=1, wamid="wamid.9", text="x", timestamp=1))
        await Client(wasl.port).request(HOOK, body, headers=sign(body, "wrong"))
        await platform.model.stop()
        await platform.listener.stop()
        await asyncio.gather(*(platform.person(n, messages=1) for n in range(5)))
        await asyncio.sleep(1.0)  # long enough for calls to fail
    finally:
        await wasl.stop()
    output = (tmp_path / "output.log").read_text()
    assert "no provider answered" in output or "did not go out" in output
    for secret in (ACCESS_TOKEN, APP_SECRET, "bench-model-key"):
        assert secret not in output
    assert not re.search(r"Bearer \w", output)


async def test_a_polite_stop_lets_answers_that_are_under_way_come_to_their_end(platform: Platform, tmp_path: Path):
    wasl = await _started(tmp_path, platform)
    platform.habits = Habits(pause_max=0.0, duplicate=0.0, model_seconds_max=0.5)
    await asyncio.gather(*(platform.person(n, messages=1) for n in range(20)))
    assert await wasl.stop() == 0
    assert platform.answered() == 20
    with sqlite3.connect(tmp_path / "data" / "wasl.db") as db:
        states = {row[0] for row in db.execute("select state from delivery")}
    assert states <= {"sent", "delivered", "read"}
