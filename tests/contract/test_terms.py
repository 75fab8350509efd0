"""Every store keeps watched terms."""

from tests.stores import InMemory, OnPostgres, OnSqlite

from wasl.testing.contracts.terms import TermsContract


class TestMemoryTerms(InMemory, TermsContract):
    pass


class TestSqliteTerms(OnSqlite, TermsContract):
    pass


class TestPostgresTerms(OnPostgres, TermsContract):
    pass
