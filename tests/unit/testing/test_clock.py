import asyncio
from typing import Any

import pytest

from wasl.ports.clock import Clock
from wasl.testing.clock import START_MS, TestClock, settle


def test_a_test_clock_is_a_clock() -> None:
    clock: Clock = TestClock()
    assert clock.now_ms() == START_MS
    assert clock.monotonic() == 0.0


async def test_sleepers_wake_in_the_order_of_their_due_times_with_the_clock_standing_there() -> None:
    clock = TestClock()
    woken: list[tuple[str, float]] = []

    async def sleeper(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append((name, clock.monotonic()))

    tasks = [asyncio.create_task(sleeper(n, s)) for n, s in (("late", 5), ("early", 1), ("middle", 3))]
    await clock.advance(4)
    assert woken == [("early", 1.0), ("middle", 3.0)]
    assert clock.now_ms() == START_MS + 4000
    await clock.advance(1)
    assert woken[-1] == ("late", 5.0)
    await asyncio.gather(*tasks)


async def test_nothing_wakes_before_time_is_moved() -> None:
    clock = TestClock()
    task = asyncio.create_task(clock.sleep(0.001))
    await settle()
    assert not task.done()
    assert clock.sleeping == 1
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert clock.sleeping == 0
    assert not await clock.advance_to_next()


async def test_drive_runs_through_sleeps_that_follow_each_other() -> None:
    clock = TestClock()

    async def work() -> str:
        for _ in range(3):
            await clock.sleep(10)
        return "done"

    assert await clock.drive(work()) == "done"
    assert clock.monotonic() == 30


async def test_drive_waits_for_real_work_that_has_no_sleeper() -> None:
    clock = TestClock()

    async def work() -> Any:
        await asyncio.to_thread(lambda: None)
        await clock.sleep(2)
        return clock.monotonic()

    assert await clock.drive(work()) == 2


async def test_time_does_not_go_back() -> None:
    with pytest.raises(ValueError, match="does not go back"):
        await TestClock().advance(-1)


def test_ids_are_the_same_in_every_run_and_sort_in_the_order_of_drawing() -> None:
    one, two = TestClock(seed=7), TestClock(seed=7)
    ids = [one.new_id() for _ in range(300)]
    assert ids == [two.new_id() for _ in range(300)]
    assert ids == sorted(ids)
    assert len(set(ids)) == 300
    assert TestClock(seed=8).new_id() != ids[0]
    assert one.random() == two.random()
