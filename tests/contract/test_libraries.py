"""Every store's library passes the one contract."""

from tests.stores import InMemory, OnPostgres, OnSqlite

from wasl.testing.contracts.libraries import LibraryContract


class TestMemoryStoreLibrary(InMemory, LibraryContract):
    pass


class TestSqliteStoreLibrary(OnSqlite, LibraryContract):
    pass


class TestPostgresStoreLibrary(OnPostgres, LibraryContract):
    pass
