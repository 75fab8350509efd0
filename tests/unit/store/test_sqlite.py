from pathlib import Path

import pytest

from wasl.domain.errors import StoreDown
from wasl.store.sqlite import SqliteStore
from wasl.testing.clock import TestClock


async def test_a_disk_with_room_for_a_few_bytes_alone_is_not_ready(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "wasl.db", clock=TestClock())
    await store.open()
    assert store._write_db is not None
    (pages,) = store._write_db.execute("pragma page_count").fetchone()
    store._write_db.execute(f"pragma max_page_count = {pages + 2}")
    with pytest.raises(StoreDown):
        await store.ping()
    store._write_db.execute("pragma max_page_count = 100000")
    await store.ping()
    await store.ping()
    assert await store.cursor("") is None
    await store.close()
