"""Every store's People pass the one contract."""

from tests.stores import InMemory, OnPostgres, OnSqlite

from wasl.testing.contracts.people import PeopleContract


class TestMemoryPeople(InMemory, PeopleContract):
    pass


class TestSqlitePeople(OnSqlite, PeopleContract):
    pass


class TestPostgresPeople(OnPostgres, PeopleContract):
    pass
