"""Every store that keeps something counts who is reachable where; every store keeps drills."""

from tests.stores import InMemory, OnPostgres, OnSqlite

from wasl.testing.contracts.exposures import DrillsContract, ExposureContract


class TestMemoryDrills(InMemory, DrillsContract):
    pass


class TestSqliteExposure(OnSqlite, ExposureContract, DrillsContract):
    pass


class TestPostgresExposure(OnPostgres, ExposureContract, DrillsContract):
    pass
