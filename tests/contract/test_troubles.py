"""Every store's troubles pass the one contract."""

from pathlib import Path

import pytest
from tests.postgres import empty

from wasl.store.memory import MemoryStore
from wasl.store.postgres import PostgresStore
from wasl.store.sqlite import SqliteStore
from wasl.testing.clock import TestClock
from wasl.testing.contracts.troubles import LiveTroublesContract, MakeStore, TroublesContract


class TestMemoryTroubles(TroublesContract):
    @pytest.fixture
    def make_store(self) -> MakeStore:
        async def make(clock: TestClock) -> MemoryStore:
            store = MemoryStore(clock=clock)
            await store.open()
            return store

        return make


class TestSqliteTroubles(LiveTroublesContract):
    @pytest.fixture
    def make_store(self, tmp_path: Path) -> MakeStore:
        async def make(clock: TestClock) -> SqliteStore:
            store = SqliteStore(tmp_path / f"{clock.new_id()}.sqlite3", clock=clock)
            await store.open()
            return store

        return make


@pytest.mark.postgres
class TestPostgresTroubles(LiveTroublesContract):
    @pytest.fixture
    def make_store(self, postgres_url: str) -> MakeStore:
        async def make(clock: TestClock) -> PostgresStore:
            await empty(postgres_url)
            store = PostgresStore(postgres_url, clock=clock)
            await store.open()
            return store

        return make
