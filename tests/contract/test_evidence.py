"""Every store keeps evidence."""

from pathlib import Path

import pytest
from tests.postgres import empty

from wasl.store.memory import MemoryStore
from wasl.store.postgres import PostgresStore
from wasl.store.sqlite import SqliteStore
from wasl.testing.clock import TestClock
from wasl.testing.contracts.evidences import EvidenceContract
from wasl.testing.contracts.people_scene import MakePeopledStore


class TestMemoryEvidence(EvidenceContract):
    @pytest.fixture
    def make_store(self) -> MakePeopledStore:
        async def make(clock: TestClock) -> MemoryStore:
            store = MemoryStore(clock=clock)
            await store.open()
            return store

        return make


class TestSqliteEvidence(EvidenceContract):
    @pytest.fixture
    def make_store(self, tmp_path: Path) -> MakePeopledStore:
        async def make(clock: TestClock) -> SqliteStore:
            store = SqliteStore(tmp_path / f"{clock.new_id()}.sqlite3", clock=clock)
            await store.open()
            return store

        return make


@pytest.mark.postgres
class TestPostgresEvidence(EvidenceContract):
    @pytest.fixture
    def make_store(self, postgres_url: str) -> MakePeopledStore:
        async def make(clock: TestClock) -> PostgresStore:
            await empty(postgres_url)
            store = PostgresStore(postgres_url, clock=clock)
            await store.open()
            return store

        return make
