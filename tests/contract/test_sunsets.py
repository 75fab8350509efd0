"""Every store that keeps something keeps plans to leave a channel."""

from tests.stores import OnPostgres, OnSqlite

from wasl.testing.contracts.sunsets import SunsetsContract


class TestSqliteSunsets(OnSqlite, SunsetsContract):
    pass


class TestPostgresSunsets(OnPostgres, SunsetsContract):
    pass
