"""A simulated month at the gate, small: the full one is `make bench ARGS="--only simulated_month"`."""

from pathlib import Path

import pytest
from tests.bench.simulated_month import BEGINS, Clock, Platform, on_sqlite, simulate
from tests.postgres import empty

from wasl.store.postgres import PostgresStore


def kept(found: dict[str, int]) -> None:
    assert found["rejected"] == 0, found
    assert found["dropped"] == 0, found
    assert found["sent"] + found["held_at_the_end"] == found["messages"]
    assert found["charged"] == found["charged_by_the_platform"]
    assert found["months"] == 2


async def test_a_month_over_the_end_of_summer_time_brings_no_rejection_and_drops_nothing(tmp_path: Path) -> None:
    found = await on_sqlite(tmp_path, messages=2_500, people=320)
    kept(found)
    assert found["times_waited"] > 50, "some must have met a limit, else this shows nothing"
    assert found["times_held"] > 5
    assert found["charged"] > 0


@pytest.mark.postgres
async def test_a_month_on_postgresql_brings_no_rejection_either(postgres_url: str) -> None:
    await empty(postgres_url)
    store = PostgresStore(postgres_url, clock=Clock(now=int(BEGINS.timestamp() * 1000)))
    await store.open()
    try:
        kept(await simulate(store, messages=600, people=320, seed=2))
    finally:
        await store.close()


def test_the_platform_of_the_simulation_rejects_what_keeps_no_limit() -> None:
    platform = Platform()
    assert not platform.takes("ada", 0, template=False, messages=1)
    platform.hears("ada", 0)
    assert all(platform.takes("ada", n, template=False, messages=1) for n in range(45))
    assert not platform.takes("ada", 6_100, template=False, messages=1)
    assert platform.takes("ada", 280_000, template=False, messages=1)
    assert not platform.takes("ada", 86_400_001, template=False, messages=1)
    taken = [platform.takes(f"p{n}", 90_000_000 + n * 100, template=True, messages=1) for n in range(251)]
    assert taken == [True] * 250 + [False]
    assert [platform.takes(f"p{n}", 200_000_000, template=True, messages=1) for n in range(81)][80] is False
    assert dict(platform.rejected) == {"window": 2, "pair": 1, "tier": 1, "rate": 1}
