"""Every store keeps the books; those that keep calls and deliveries sum them."""

from pathlib import Path

import pytest
from tests.postgres import empty

from wasl.store.memory import MemoryStore
from wasl.store.postgres import PostgresStore
from wasl.store.sqlite import SqliteStore
from wasl.testing.clock import TestClock
from wasl.testing.contracts.ledgers import LedgerContract, MakeLedgerStore


class TestMemoryLedger(LedgerContract):
    live = False

    @pytest.fixture
    def make_store(self) -> MakeLedgerStore:
        async def make(clock: TestClock) -> MemoryStore:
            store = MemoryStore(clock=clock)
            await store.open()
            return store

        return make


class TestSqliteLedger(LedgerContract):
    @pytest.fixture
    def make_store(self, tmp_path: Path) -> MakeLedgerStore:
        async def make(clock: TestClock) -> SqliteStore:
            store = SqliteStore(tmp_path / f"{clock.new_id()}.sqlite3", clock=clock)
            await store.open()
            return store

        return make


@pytest.mark.postgres
class TestPostgresLedger(LedgerContract):
    @pytest.fixture
    def make_store(self, postgres_url: str) -> MakeLedgerStore:
        async def make(clock: TestClock) -> PostgresStore:
            await empty(postgres_url)
            store = PostgresStore(postgres_url, clock=clock)
            await store.open()
            return store

        return make
