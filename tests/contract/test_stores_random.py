"""Whatever is done in whatever order: two stores that are told the same show the same."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.fresh import fresh
from tests.postgres import empty

from wasl.ports.store import Store
from wasl.store.memory import MemoryStore
from wasl.store.postgres import PostgresStore
from wasl.store.sqlite import SqliteStore
from wasl.testing.clock import TestClock
from wasl.testing.contracts.store_random import Walk, shown


@pytest.mark.parametrize("seed", range(12))
async def test_sqlite_and_memory_tell_the_same_story(seed: int, tmp_path: Path):
    await same_story(seed, lambda clock: SqliteStore(fresh(tmp_path / "wasl.sqlite3"), clock=clock))


@pytest.mark.postgres
@pytest.mark.parametrize("seed", range(100, 106))
async def test_postgres_and_memory_tell_the_same_story(seed: int, postgres_url: str):
    await empty(postgres_url)
    await same_story(seed, lambda clock: PostgresStore(postgres_url, clock=clock))


@pytest.mark.parametrize("seed", range(6))
async def test_sqlite_and_memory_agree_on_whose_a_number_is_now(seed: int, tmp_path: Path):
    await same_story(seed, lambda clock: SqliteStore(fresh(tmp_path / "wasl.sqlite3"), clock=clock), steps=30, swaps=True)


@pytest.mark.postgres
@pytest.mark.parametrize("seed", [18, *range(6)])
async def test_postgres_and_memory_agree_on_whose_a_number_is_now(seed: int, postgres_url: str):
    await empty(postgres_url)
    await same_story(seed, lambda clock: PostgresStore(postgres_url, clock=clock), steps=30, swaps=True)


async def same_story(seed: int, make: Callable[[TestClock], Store], *, steps: int = 150, swaps: bool = False) -> None:
    stories = []
    for build in (lambda clock: MemoryStore(clock=clock), make):
        clock = TestClock(seed=seed)
        store = build(clock)
        await store.open()
        try:
            walk = Walk(store, clock, random.Random(seed), swaps=swaps)
            stories.append([await walk.step() for _ in range(steps)] + [await shown(store, clock)])
        finally:
            await store.close()
    for number, (expected, got) in enumerate(zip(*stories, strict=True)):
        assert got == expected, f"step {number}"
