"""How the suites of a store's rooms meet the store under test: a contract test says how to make it, and gets it open and empty."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from wasl.ports.store import Store
from wasl.testing.clock import TestClock

MakeStore = Callable[[TestClock], Awaitable[Store]]


class StoreMade:
    """The store under test and its clock, as fixtures."""

    @pytest.fixture
    def clock(self) -> TestClock:
        """A clock that the test moves."""
        return TestClock()

    @pytest.fixture
    def make_store(self) -> MakeStore:
        """Makes and opens an empty store."""
        raise NotImplementedError("a store's contract test says how to make it")

    @pytest.fixture
    async def store(self, make_store: MakeStore, clock: TestClock) -> AsyncIterator[Store]:
        """The store under test, open and empty."""
        store = await make_store(clock)
        yield store
        await store.close()
