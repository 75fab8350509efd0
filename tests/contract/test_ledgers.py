"""Every store keeps the books; those that keep calls and deliveries sum them."""

from tests.stores import InMemory, OnPostgres, OnSqlite

from wasl.testing.contracts.ledgers import LedgerContract


class TestMemoryLedger(InMemory, LedgerContract):
    live = False


class TestSqliteLedger(OnSqlite, LedgerContract):
    pass


class TestPostgresLedger(OnPostgres, LedgerContract):
    pass
