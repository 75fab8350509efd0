"""Every store keeps evidence."""

from tests.stores import InMemory, OnPostgres, OnSqlite

from wasl.testing.contracts.evidences import EvidenceContract


class TestMemoryEvidence(InMemory, EvidenceContract):
    pass


class TestSqliteEvidence(OnSqlite, EvidenceContract):
    pass


class TestPostgresEvidence(OnPostgres, EvidenceContract):
    pass
