"""What two must not do at once is done by one at a time."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from wasl.domain.errors import Throttled
from wasl.service.keep_apart import LEASE_MS, RENEW_SECONDS, apart
from wasl.store.memory import MemoryStore
from wasl.testing.clock import TestClock


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
async def store(clock: TestClock) -> AsyncIterator[MemoryStore]:
    store = MemoryStore(clock=clock)
    await store.open()
    yield store
    await store.close()


async def test_the_second_begins_when_the_first_is_done(store: MemoryStore, clock: TestClock) -> None:
    order: list[str] = []

    async def one(name: str, seconds: float) -> None:
        async with apart(store.library, clock, "bring ann"):
            order.append(f"{name} begins")
            await clock.sleep(seconds)
            order.append(f"{name} ends")

    async def both() -> None:
        await asyncio.gather(one("first", 45.0), one("second", 1.0))

    await clock.drive(both())
    assert order == ["first begins", "first ends", "second begins", "second ends"]


async def test_whoever_waits_too_long_is_told_so(store: MemoryStore, clock: TestClock) -> None:
    await store.library.keep_apart("bring ann", holder="another", now_ms=clock.now_ms(), until_ms=clock.now_ms() + 3_600_000)

    async def work() -> None:
        async with apart(store.library, clock, "bring ann", wait_seconds=10):
            raise AssertionError("it is held by another")

    with pytest.raises(Throttled, match="another process"):
        await clock.drive(work())


async def test_what_a_killed_process_held_is_free_after_a_while(store: MemoryStore, clock: TestClock) -> None:
    await store.library.keep_apart("bring ann", holder="killed", now_ms=clock.now_ms(), until_ms=clock.now_ms() + LEASE_MS)

    async def work() -> int:
        async with apart(store.library, clock, "bring ann"):
            return clock.now_ms()

    began = clock.now_ms()
    assert await clock.drive(work()) >= began + LEASE_MS


async def test_work_whose_lease_was_taken_over_is_stopped_by_name(store: MemoryStore, clock: TestClock) -> None:
    async def work() -> None:
        async with apart(store.library, clock, "bring ann"):
            held = store.library._apart["bring ann"]
            store.library._apart["bring ann"] = ("another", held[1] + 3_600_000)
            await clock.sleep(RENEW_SECONDS * 3)
            raise AssertionError("another took over")

    with pytest.raises(Throttled, match="took over"):
        await clock.drive(work())
