"""The three stores that every contract of a store's rooms runs on: put one before the contract."""

from pathlib import Path

import pytest
from tests.fresh import fresh
from tests.postgres import empty

from wasl.store.memory import MemoryStore
from wasl.store.postgres import PostgresStore
from wasl.store.sqlite import SqliteStore
from wasl.testing.clock import TestClock
from wasl.testing.contracts.store_made import MakeStore

Kept = MemoryStore | SqliteStore | PostgresStore


class InMemory:
    """Runs the contract on the store in memory."""

    @pytest.fixture
    def make_store(self) -> MakeStore:
        async def make(clock: TestClock) -> MemoryStore:
            store = MemoryStore(clock=clock)
            await store.open()
            return store

        return make


class OnSqlite:
    """Runs the contract on SQLite, each store in a file of its own."""

    @pytest.fixture
    def make_store(self, tmp_path: Path) -> MakeStore:
        async def make(clock: TestClock) -> SqliteStore:
            store = SqliteStore(fresh(tmp_path / f"{clock.new_id()}.sqlite3"), clock=clock)
            await store.open()
            return store

        return make


@pytest.mark.postgres
class OnPostgres:
    """Runs the contract on PostgreSQL, in a database that is emptied before."""

    @pytest.fixture
    def make_store(self, postgres_url: str) -> MakeStore:
        async def make(clock: TestClock) -> PostgresStore:
            await empty(postgres_url)
            return await opened(PostgresStore(postgres_url, clock=clock))

        return make


async def made_on(kind: str, request: pytest.FixtureRequest, folder: Path, clock: TestClock) -> Kept:
    """Makes and opens an empty store of a kind ("memory", "sqlite", "postgres"), for fixtures that are parametrized by it."""
    if kind == "postgres":
        url = request.getfixturevalue("postgres_url")
        await empty(url)
        return await opened(PostgresStore(url, clock=clock))
    store = MemoryStore(clock=clock) if kind == "memory" else SqliteStore(fresh(folder / "wasl.db"), clock=clock)
    await store.open()
    return store


async def opened(store: PostgresStore) -> PostgresStore:
    """Opens a store and gives it."""
    await store.open()
    return store
