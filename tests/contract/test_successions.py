"""Every store that keeps something keeps which candidates are replaced."""

from pathlib import Path

import pytest
from tests.postgres import empty

from wasl.store.postgres import PostgresStore
from wasl.store.sqlite import SqliteStore
from wasl.testing.clock import TestClock
from wasl.testing.contracts.people_scene import MakePeopledStore
from wasl.testing.contracts.successions import SuccessionsContract


class TestSqliteSuccessions(SuccessionsContract):
    @pytest.fixture
    def make_store(self, tmp_path: Path) -> MakePeopledStore:
        async def make(clock: TestClock) -> SqliteStore:
            store = SqliteStore(tmp_path / f"{clock.new_id()}.sqlite3", clock=clock)
            await store.open()
            return store

        return make


@pytest.mark.postgres
class TestPostgresSuccessions(SuccessionsContract):
    @pytest.fixture
    def make_store(self, postgres_url: str) -> MakePeopledStore:
        async def make(clock: TestClock) -> PostgresStore:
            await empty(postgres_url)
            store = PostgresStore(postgres_url, clock=clock)
            await store.open()
            return store

        return make
