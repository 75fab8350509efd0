"""Every store passes the one contract."""

from pathlib import Path

import pytest
from tests.postgres import empty

from wasl.store.memory import MemoryStore
from wasl.store.postgres import PostgresStore
from wasl.store.sqlite import SqliteStore
from wasl.testing.clock import TestClock
from wasl.testing.contracts.stores import MakeStore, StoreContract


class TestMemoryStore(StoreContract):
    @pytest.fixture
    def make_store(self) -> MakeStore:
        async def make(clock: TestClock) -> MemoryStore:
            store = MemoryStore(clock=clock)
            await store.open()
            return store

        return make


class TestSqliteStore(StoreContract):
    @pytest.fixture
    def make_store(self, tmp_path: Path) -> MakeStore:
        async def make(clock: TestClock) -> SqliteStore:
            store = SqliteStore(tmp_path / "wasl.sqlite3", clock=clock)
            await store.open()
            return store

        return make


@pytest.mark.postgres
class TestPostgresStore(StoreContract):
    @pytest.fixture
    def make_store(self, postgres_url: str) -> MakeStore:
        async def make(clock: TestClock) -> PostgresStore:
            await empty(postgres_url)
            return await opened(PostgresStore(postgres_url, clock=clock))

        return make

    @pytest.fixture
    def make_peer(self, postgres_url: str) -> MakeStore:
        async def make(clock: TestClock) -> PostgresStore:
            return await opened(PostgresStore(postgres_url, clock=clock))

        return make


async def opened(store: PostgresStore) -> PostgresStore:
    await store.open()
    return store
