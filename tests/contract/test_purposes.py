"""Every store keeps what turns were for."""

from tests.stores import InMemory, OnPostgres, OnSqlite

from wasl.testing.contracts.purposes import PurposesContract, PurposeWordsContract


class TestMemoryPurposes(InMemory, PurposesContract):
    pass


class TestSqlitePurposes(OnSqlite, PurposeWordsContract):
    pass


class TestPostgresPurposes(OnPostgres, PurposeWordsContract):
    pass
