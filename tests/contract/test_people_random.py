"""Whatever people do in whatever order: nothing is lost, nothing is shown to the wrong person, and parting restores."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.fresh import fresh
from tests.postgres import empty

from wasl.ports.store import Store
from wasl.store.memory import MemoryStore
from wasl.store.postgres import PostgresStore
from wasl.store.sqlite import SqliteStore
from wasl.testing.clock import TestClock
from wasl.testing.contracts.people_random import ACTS, HANDLES, Act, Story

STORIES = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, HANDLES - 1), st.integers(0, HANDLES * 3 - 1)), min_size=20, max_size=70)
RELAXED = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]


async def told(acts: list[Act], make: Callable[[TestClock], Awaitable[Store]]) -> None:
    clock = TestClock()
    store = await make(clock)
    await store.open()
    try:
        story = Story(store, clock)
        for act in acts:
            await story.act(act)
        await story.end()
    finally:
        await store.close()


@settings(max_examples=60, deadline=None, suppress_health_check=RELAXED, derandomize=True)
@given(acts=STORIES)
def test_in_memory(acts: list[Act]):
    async def make(clock: TestClock) -> Store:
        return MemoryStore(clock=clock)

    asyncio.run(told(acts, make))


@settings(max_examples=40, deadline=None, suppress_health_check=RELAXED, derandomize=True)
@given(acts=STORIES)
def test_on_sqlite(acts: list[Act]):
    with tempfile.TemporaryDirectory(prefix="wasl-people-") as folder:

        async def make(clock: TestClock) -> Store:
            return SqliteStore(fresh(Path(folder) / "wasl.db"), clock=clock)

        asyncio.run(told(acts, make))


@pytest.mark.postgres
@settings(max_examples=12, deadline=None, suppress_health_check=RELAXED, derandomize=True)
@given(acts=STORIES)
def test_on_postgres(postgres_url: str, acts: list[Act]):
    async def make(clock: TestClock) -> Store:
        await empty(postgres_url)
        return PostgresStore(postgres_url, clock=clock)

    asyncio.run(told(acts, make))
