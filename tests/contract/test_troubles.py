"""Every store's troubles pass the one contract."""

from tests.stores import InMemory, OnPostgres, OnSqlite

from wasl.testing.contracts.troubles import LiveTroublesContract, TroublesContract


class TestMemoryTroubles(InMemory, TroublesContract):
    pass


class TestSqliteTroubles(OnSqlite, LiveTroublesContract):
    pass


class TestPostgresTroubles(OnPostgres, LiveTroublesContract):
    pass
