"""Every store's library passes the one contract."""

import pytest

from wasl.store.memory import MemoryStore
from wasl.testing.clock import TestClock
from wasl.testing.contracts.libraries import LibraryContract, MakeStore


class TestMemoryStoreLibrary(LibraryContract):
    @pytest.fixture
    def make_store(self) -> MakeStore:
        async def make(clock: TestClock) -> MemoryStore:
            store = MemoryStore(clock=clock)
            await store.open()
            return store

        return make
