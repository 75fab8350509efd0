"""Every store that keeps something keeps which candidates are replaced."""

from tests.stores import OnPostgres, OnSqlite

from wasl.testing.contracts.successions import SuccessionsContract


class TestSqliteSuccessions(OnSqlite, SuccessionsContract):
    pass


class TestPostgresSuccessions(OnPostgres, SuccessionsContract):
    pass
