"""The contract of a library, as tests: subclass LibraryContract and say how to make the store, as for StoreContract.

    class TestMyLibrary(LibraryContract):
        @pytest.fixture
        def make_store(self, tmp_path): ...

`make_store` makes and opens an empty store whose `library` is under test.
"""

import pytest

from wasl.ports.store import Store
from wasl.testing.clock import TestClock
from wasl.testing.contracts.library_chats import Chats, Imports
from wasl.testing.contracts.library_live import Live
from wasl.testing.contracts.library_scene import LibraryScene
from wasl.testing.contracts.library_search import Searching
from wasl.testing.contracts.library_waiting import Waiting
from wasl.testing.contracts.store_made import StoreMade


class LibraryContract(StoreMade, Imports, Chats, Live, Searching, Waiting):
    """Everything that a library promises."""

    @pytest.fixture
    def library(self, store: Store, clock: TestClock) -> LibraryScene:
        """The library with people and chats in front of it."""
        return LibraryScene(store, clock)
