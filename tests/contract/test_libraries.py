"""Every store's library passes the one contract."""

from pathlib import Path

import pytest
from tests.postgres import empty

from wasl.store.memory import MemoryStore
from wasl.store.postgres import PostgresStore
from wasl.store.sqlite import SqliteStore
from wasl.testing.clock import TestClock
from wasl.testing.contracts.libraries import LibraryContract, MakeStore


class TestMemoryStoreLibrary(LibraryContract):
    @pytest.fixture
    def make_store(self) -> MakeStore:
        async def make(clock: TestClock) -> MemoryStore:
            store = MemoryStore(clock=clock)
            await store.open()
            return store

        return make


class TestSqliteStoreLibrary(LibraryContract):
    @pytest.fixture
    def make_store(self, tmp_path: Path) -> MakeStore:
        async def make(clock: TestClock) -> SqliteStore:
            store = SqliteStore(tmp_path / "wasl.sqlite3", clock=clock)
            await store.open()
            return store

        return make


@pytest.mark.postgres
class TestPostgresStoreLibrary(LibraryContract):
    @pytest.fixture
    def make_store(self, postgres_url: str) -> MakeStore:
        async def make(clock: TestClock) -> PostgresStore:
            await empty(postgres_url)
            store = PostgresStore(postgres_url, clock=clock)
            await store.open()
            return store

        return make
