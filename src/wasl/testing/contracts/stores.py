"""The contract of a store, as tests: subclass StoreContract, say how to make the store, and run it with pytest.

    class TestMyStore(StoreContract):
        @pytest.fixture
        def make_store(self, tmp_path):
            async def make(clock):
                store = MyStore(tmp_path / "db", clock=clock)
                await store.open()
                return store
            return make

`make_store` is called anew for every test and must begin with an empty store. A store that several processes may share also
overrides `make_peer`, which opens a second one on the same rows; else races are run against the one store.
"""

from collections.abc import AsyncIterator

import pytest

from wasl.ports.store import Store
from wasl.testing.clock import TestClock
from wasl.testing.contracts.store_delivering import Deliveries, Receipts
from wasl.testing.contracts.store_holding import Holding
from wasl.testing.contracts.store_made import MakeStore, StoreMade
from wasl.testing.contracts.store_reading import Beside, Reading
from wasl.testing.contracts.store_receiving import Receiving
from wasl.testing.contracts.store_scene import Scene
from wasl.testing.contracts.store_working import Leasing, Turns


class StoreContract(StoreMade, Receiving, Leasing, Turns, Deliveries, Receipts, Holding, Reading, Beside):
    """Everything that a store promises."""

    @pytest.fixture
    def make_peer(self) -> MakeStore | None:
        """Opens a second store on the same rows; None where there can be only one."""
        return None

    @pytest.fixture
    async def peer(self, store: Store, make_peer: MakeStore | None, clock: TestClock) -> AsyncIterator[Store]:
        """A second process's view of the same store."""
        if make_peer is None:
            yield store
            return
        peer = await make_peer(clock)
        yield peer
        await peer.close()

    @pytest.fixture
    def scene(self, store: Store, clock: TestClock) -> Scene:
        """The store with people in front of it."""
        return Scene(store, clock)
