"""Every store passes the one contract."""

import pytest
from tests.stores import InMemory, OnPostgres, OnSqlite, opened

from wasl.store.postgres import PostgresStore
from wasl.testing.clock import TestClock
from wasl.testing.contracts.stores import MakeStore, StoreContract


class TestMemoryStore(InMemory, StoreContract):
    pass


class TestSqliteStore(OnSqlite, StoreContract):
    pass


class TestPostgresStore(OnPostgres, StoreContract):
    @pytest.fixture
    def make_peer(self, postgres_url: str) -> MakeStore:
        async def make(clock: TestClock) -> PostgresStore:
            return await opened(PostgresStore(postgres_url, clock=clock))

        return make
