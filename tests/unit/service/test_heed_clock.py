from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.unit.service.house import SEND_URL, House, build

from wasl.domain.errors import StoreDown
from wasl.ports.counting import Asked, Bucket
from wasl.service.heed_clock import NOTE_SECONDS, ROUNDS, HeedClock
from wasl.testing.network import Refuse, answer

HOURS_MS = 5 * 3_600_000


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    made = build(tmp_path)
    await made.store.open()
    yield made
    await made.store.close()


def heeding(house: House) -> HeedClock:
    """A process that has just begun."""
    return HeedClock(store=house.store, clock=house.clock, observe=house.observe, listen_anew=house.deliver.listen_anew, still_seconds=31)


async def rounds(house: House, number: int, *processes: HeedClock) -> None:
    for _ in range(number):
        await house.clock.advance(NOTE_SECONDS)
        for one in processes:
            await one.note()


async def backed_off(house: House) -> None:
    """Somebody wrote, and the platform is away."""
    house.network.on("POST", SEND_URL, Refuse(), answer("n"))
    await house.write("k1", "hello")
    await house.step()
    assert house.rows("select state from delivery") == [("queued",)]


async def test_a_clock_that_was_set_back_while_nobody_ran_makes_nobody_wait_for_hours(house: House) -> None:
    await heeding(house).note()
    await backed_off(house)
    house.clock._start_ms -= HOURS_MS
    begun = heeding(house)
    await begun.note()
    await rounds(house, ROUNDS, begun)
    await house.clock.advance(10)
    await house.step()
    assert len(house.sent()) == 2
    assert house.rows("select state from delivery") == [("sent",)]


async def test_what_was_due_long_before_the_death_is_due_at_once(house: House) -> None:
    house.network.on("POST", SEND_URL, answer("n"))
    await house.write("k1", "hello")  # it is not answered any more
    await house.clock.advance(40 * 60)
    await heeding(house).note()
    house.clock._start_ms -= HOURS_MS
    begun = heeding(house)
    await begun.note()
    assert await house.step() == 0
    await rounds(house, ROUNDS, begun)
    await house.step()
    assert len(house.sent()) == 1


async def test_a_process_whose_clock_is_behind_that_of_others_says_so_and_sets_nothing_back(house: House) -> None:
    others, ours = heeding(house), heeding(house)
    await others.note()
    await backed_off(house)
    waits = house.rows("select ready_at from conversation")
    for _ in range(3 * ROUNDS):
        await house.clock.advance(NOTE_SECONDS)
        await others.note()
        house.clock._start_ms -= HOURS_MS
        await ours.note()
        house.clock._start_ms += HOURS_MS
        assert house.observe.value("wasl_clock_behind_seconds") == HOURS_MS // 1000
    assert house.rows("select ready_at from conversation") == waits


async def test_a_clock_that_is_right_again_is_not_behind(house: House) -> None:
    one = heeding(house)
    await one.note()
    await rounds(house, 3, one)
    assert house.observe.value("wasl_clock_behind_seconds") == 0
    assert await house.store.times.note(now_ms=0) == house.clock.now_ms()


async def test_a_pace_that_was_counted_by_the_old_time_holds_nobody_up(house: House) -> None:
    bucket = Bucket(key="pair", interval_us=6_000_000, burst=1)

    async def wait_ms() -> int:
        asked = Asked(buckets=(bucket,), messages=1, now_ms=house.clock.now_ms(), patience_ms=2 * HOURS_MS)
        return (await house.store.counting.count(asked)).wait_ms

    assert await wait_ms() == 0
    one = heeding(house)
    house.clock._start_ms -= HOURS_MS
    await one.look()
    assert await wait_ms() <= 6_000
    await one.look()
    assert 0 < await wait_ms() <= 12_000, "what was counted since is kept"


async def test_what_a_dead_process_kept_apart_is_kept_from_nobody_for_hours(house: House) -> None:
    library, now = house.store.library, house.clock.now_ms()
    assert await library.keep_apart("import", holder="dead", now_ms=now, until_ms=now + 30_000)
    one = heeding(house)
    house.clock._start_ms -= HOURS_MS
    now = house.clock.now_ms()
    await one.look()
    assert not await library.keep_apart("import", holder="other", now_ms=now + 29_000, until_ms=now + 60_000)
    assert await library.keep_apart("import", holder="other", now_ms=now + 30_000, until_ms=now + 60_000)


async def test_a_store_that_is_down_when_the_clock_goes_back_is_told_later(house: House) -> None:
    await backed_off(house)
    one, set_back = heeding(house), house.store.set_back
    house.clock._start_ms -= HOURS_MS

    async def down(**_: Any) -> int:
        raise StoreDown("failing over")

    house.store.set_back = down  # type: ignore[method-assign]  # a database that fails over
    await one.look()
    house.store.set_back = set_back  # type: ignore[method-assign]
    await one.look()
    await house.clock.advance(10)
    await house.step()
    assert len(house.sent()) == 2


async def test_after_a_failover_of_some_seconds_receipts_are_not_awaited_anew(house: House) -> None:
    one, since = heeding(house), house.deliver._since
    await house.clock.advance(20)
    await one.look()
    assert house.deliver._since == since
