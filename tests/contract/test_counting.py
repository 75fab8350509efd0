"""Every store counts by the one contract, and several processes on one database count together."""

import asyncio
import multiprocessing
from typing import Any

import pytest
from tests.postgres import empty
from tests.stores import InMemory, OnPostgres, OnSqlite, opened

from wasl.ports.counting import Asked, Bucket, Circle
from wasl.store.postgres import PostgresStore
from wasl.testing.clock import START_MS, TestClock
from wasl.testing.contracts.counting import CountingContract

PROCESSES = 3
EACH = 60


class TestMemoryCounting(InMemory, CountingContract):
    pass


class TestSqliteCounting(OnSqlite, CountingContract):
    pass


class TestPostgresCounting(OnPostgres, CountingContract):
    pass


def count_many(url: str, number: int, results: Any) -> None:
    """Runs in a process of its own: asks for many sends at once to one person, within one pace and one circle."""

    async def main() -> None:
        store = await opened(PostgresStore(url, clock=TestClock()))
        pair = Bucket("pair:ada", 6_000_000, 45, True, "ada")

        async def one(place: int) -> tuple[bool, int | None]:
            circle = Circle("shop", f"{number}-{place}", 100, 86_400_000)
            first = await store.counting.count(Asked(now_ms=START_MS, buckets=(pair,), totals={"month": 1}))
            second = await store.counting.count(Asked(now_ms=START_MS, circle=circle))
            return second.full is None, first.before.get("month") if first.full is None else None

        results.put(await asyncio.gather(*(one(place) for place in range(EACH))))
        await store.close()

    asyncio.run(main())


@pytest.mark.postgres
async def test_several_processes_share_one_pair_limit_one_tier_and_one_month(postgres_url: str) -> None:
    await empty(postgres_url)
    await (await opened(PostgresStore(postgres_url, clock=TestClock()))).close()
    spawn = multiprocessing.get_context("spawn")
    results = spawn.Queue()
    started = [spawn.Process(target=count_many, args=(postgres_url, n, results)) for n in range(PROCESSES)]
    for process in started:
        process.start()
    found = [one for _ in started for one in await asyncio.to_thread(results.get, True, 60)]
    for process in started:
        await asyncio.to_thread(process.join, 10)
    numbers = sorted(number for _, number in found if number is not None)
    assert numbers == list(range(45)), "each number of the month is given once, and no more than the burst goes out"
    assert sum(joined for joined, _ in found) == 100
