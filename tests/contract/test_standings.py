"""Every store's standings pass the one contract."""

from tests.stores import InMemory, OnPostgres, OnSqlite

from wasl.testing.contracts.standings import LiveStandingsContract, StandingsContract


class TestMemoryStandings(InMemory, StandingsContract):
    pass


class TestSqliteStandings(OnSqlite, LiveStandingsContract):
    pass


class TestPostgresStandings(OnPostgres, LiveStandingsContract):
    pass
