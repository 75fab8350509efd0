"""Every store keeps watched terms."""

from pathlib import Path

import pytest
from tests.postgres import empty

from wasl.store.memory import MemoryStore
from wasl.store.postgres import PostgresStore
from wasl.store.sqlite import SqliteStore
from wasl.testing.clock import TestClock
from wasl.testing.contracts.terms import MakeTermsStore, TermsContract


class TestMemoryTerms(TermsContract):
    @pytest.fixture
    def make_store(self) -> MakeTermsStore:
        async def make(clock: TestClock) -> MemoryStore:
            store = MemoryStore(clock=clock)
            await store.open()
            return store

        return make


class TestSqliteTerms(TermsContract):
    @pytest.fixture
    def make_store(self, tmp_path: Path) -> MakeTermsStore:
        async def make(clock: TestClock) -> SqliteStore:
            store = SqliteStore(tmp_path / f"{clock.new_id()}.sqlite3", clock=clock)
            await store.open()
            return store

        return make


@pytest.mark.postgres
class TestPostgresTerms(TermsContract):
    @pytest.fixture
    def make_store(self, postgres_url: str) -> MakeTermsStore:
        async def make(clock: TestClock) -> PostgresStore:
            await empty(postgres_url)
            store = PostgresStore(postgres_url, clock=clock)
            await store.open()
            return store

        return make
