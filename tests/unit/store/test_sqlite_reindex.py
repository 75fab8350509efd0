import asyncio
import sqlite3
from pathlib import Path

from wasl.store.migrate import migrate_sqlite
from wasl.store.migration import migrations
from wasl.store.sqlite import SqliteStore
from wasl.store.sqlite_reindex import ROWS_A_COMMIT
from wasl.store.sqlite_search import index_fresh
from wasl.testing.clock import TestClock

MESSAGES = ROWS_A_COMMIT + 7


def older_database(path: Path) -> None:
    """A database as the version before the search left it."""
    db = sqlite3.connect(path)
    migrate_sqlite(db, path=None, now_ms=0, shipped=migrations("sqlite")[:2])
    db.execute("insert into person (id, kind, created_ms) values ('p', 'person', 0)")
    db.execute("insert into conversation (id, person_id, created_ms, last_ms) values ('c', 'p', 0, 0)")
    held = '[{"role":"photo","media_type":"image/png","sha256":"abc","caption":"word held","type":"media"}]'
    for n in range(MESSAGES):
        parts = held if n == 0 else f'[{{"text":"word number{n}","format":"plain","type":"text"}}]'
        row = (f"m{n:04d}", n + 1, n * 1_000, parts)
        db.execute(
            "insert into message (id, conversation_id, seq, author, sent_ms, stored_ms, parts) values (?, 'c', ?, 'person', ?, 0, ?)", row
        )
    db.commit()
    db.close()


async def opened(path: Path) -> SqliteStore:
    """Opens the database and waits until what an older version left is indexed."""
    store = SqliteStore(path, clock=TestClock())
    await store.open()
    await indexed(store)
    return store


async def indexed(store: SqliteStore) -> None:
    assert store._indexing is not None
    await asyncio.wait_for(asyncio.shield(store._indexing), 30)


async def test_messages_from_before_there_was_an_index_are_found_soon_after_the_start(tmp_path: Path) -> None:
    path = tmp_path / "wasl.sqlite3"
    older_database(path)
    store = SqliteStore(path, clock=TestClock())
    await store.open()
    assert store._indexing is not None
    assert await asyncio.wait_for(asyncio.shield(store._indexing), 30) == MESSAGES
    newest = await store.library.search("word", conversations=None, limit=2)
    assert [h.message_id for h in newest] == [f"m{MESSAGES - 1:04d}", f"m{MESSAGES - 2:04d}"]
    assert await store.library.references(["abc"]) == {"abc": 1}
    await store.close()


async def test_a_start_that_is_broken_off_is_gone_on_with(tmp_path: Path) -> None:
    path = tmp_path / "wasl.sqlite3"
    older_database(path)
    store = SqliteStore(path, clock=TestClock())
    await store.open()
    await store.close()
    await store.open()
    await indexed(store)
    assert len(await store.library.search("number3", conversations=None, limit=100)) == 100
    assert len(await store.library.search("held", conversations=None, limit=5)) == 1
    await store.close()


async def test_a_damaged_list_of_words_is_rebuilt(tmp_path: Path) -> None:
    path = tmp_path / "wasl.sqlite3"
    older_database(path)
    store = await opened(path)
    await store._write(index_fresh)
    await store._write(lambda db: db.execute("insert into words (words) values ('delete-all')"))
    assert await store.library.search("held", conversations=None, limit=5) == []
    await store.library.reindex()
    assert len(await store.library.search("held", conversations=None, limit=5)) == 1
    await store.close()


async def test_what_an_older_version_did_not_index_is_found_soon_after_the_start(tmp_path: Path) -> None:
    path = tmp_path / "wasl.sqlite3"
    older_database(path)
    store = await opened(path)
    await store.library.tidy()
    await store._write(lambda db: db.execute("update searchable set said = 'older' where message_id = 'm0000'"))
    await store._write(lambda db: db.execute("update search_state set words_version = 1"))
    await store.close()
    await store.open()
    await asyncio.wait_for(asyncio.shield(store._indexing), 30)
    assert len(await store.library.search("held", conversations=None, limit=5)) == 1
    assert await store.library.search("older", conversations=None, limit=5) == []
    await store.close()
