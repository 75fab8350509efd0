"""What the crash tests share."""

import asyncio
from collections.abc import Iterator

import pytest
from tests.bench.cluster import Cluster


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL of the module's own, which may be killed."""
    cluster = Cluster()
    asyncio.run(cluster.start())
    yield cluster
    cluster.stop()
