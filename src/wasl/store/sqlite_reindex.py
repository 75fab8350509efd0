"""Bringing the index up to what is stored, on SQLite: a few hundred rows a commit, while everything else goes on.

It never empties the index: each row is compared with what it should be. What was stored before there was an index is indexed in the
background once the store is open; broken off, it goes on at the next start.
"""

import sqlite3
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeVar

from wasl.domain.findable import live_words
from wasl.store.entry_rows import words_of_row
from wasl.store.library_rows import SEQ_BITS, SEQ_MAX
from wasl.store.rows import parts_of
from wasl.store.sqlite_search import index_entries, index_fresh, index_message, reindex_message
from wasl.wire.searching import WORDS_VERSION, search_key

Result = TypeVar("Result")
ROWS_A_COMMIT = 500
_MESSAGES = "select id, conversation_id, seq, sent_ms, parts, search_key from message where id > ? order by id limit ?"
_UNSEARCHED = "select id, conversation_id, seq, sent_ms, parts, search_key from message where search_key is null order by id limit ?"
_ENTRIES = """select e.id, e.text, coalesce(e.instant_ms, e.wall_ms, 0), e.search_key, c.id, c.owner, e.parts, e.more
from entry e join chat c on c.n = e.id >> 41 where e.id > ? order by e.id limit ?"""


class Writes(Protocol):
    """How the store writes."""

    def __call__(self, write: Callable[[sqlite3.Connection], Result], /) -> Awaitable[Result]:
        """Gives what `write` gave once its commit is durable."""
        ...


class Reads(Protocol):
    """How the store reads."""

    def __call__(self, read: Callable[[sqlite3.Connection], Result], /) -> Result:
        """Gives what `read` gives."""
        ...


async def index_the_rest(write: Writes, read: Reads) -> int:
    """Indexes messages without a place in the index; everything anew where another version of Wasl indexed other words."""
    done = 0
    while count := await write(lambda db: _index_messages(db, db.execute(_UNSEARCHED, (ROWS_A_COMMIT,)).fetchall())):
        done += count
    (version,) = read(lambda db: db.execute("select words_version from search_state").fetchone())
    if version == 0:
        await write(lambda db: db.execute("update search_state set words_version = ?", (WORDS_VERSION,)))
    elif version != WORDS_VERSION:
        done += await reindex(write)
    return done


async def reindex(write: Writes, *, told: Any = None) -> int:
    """Compares every message and entry with the index; `told(count)` is called after each commit where it is given."""
    done = 0
    for walk, last in ((_walk_messages, ""), (_walk_entries, -1)):
        at: Any = last
        while True:
            count, at = await write(_step(walk, at))
            done += count
            if told is not None:
                told(done)
            if count < ROWS_A_COMMIT:
                break
    await write(_mend)
    await write(lambda db: db.execute("update search_state set words_version = ?", (WORDS_VERSION,)))
    return done


def _step(walk: Callable[[sqlite3.Connection, Any], tuple[int, Any]], at: Any) -> Callable[[sqlite3.Connection], tuple[int, Any]]:
    return lambda db: walk(db, at)


def _mend(db: sqlite3.Connection) -> None:
    """Rebuilds the list of words when it does not hold what it should: after a damage, never otherwise."""
    index_fresh(db)
    try:
        db.execute("insert into words (words, rank) values ('integrity-check', 1)")
    except sqlite3.DatabaseError:
        db.execute("insert into words (words) values ('rebuild')")


def _walk_messages(db: sqlite3.Connection, after: str) -> tuple[int, str]:
    rows = db.execute(_MESSAGES, (after, ROWS_A_COMMIT)).fetchall()
    return _index_messages(db, rows), rows[-1][0] if rows else after


def _index_messages(db: sqlite3.Connection, rows: list[Any]) -> int:
    index_fresh(db)
    for message_id, conversation_id, seq, at_ms, parts, key in rows:
        text = live_words(parts_of(parts))
        if key is not None and _has(db, key, "message_id", message_id):
            reindex_message(db, key=key, conversation_id=conversation_id, text=text)
            continue
        new = index_message(db, message_id=message_id, conversation_id=conversation_id, seq=seq, at_ms=at_ms, text=text)
        db.execute("update message set search_key = ? where id = ?", (new, message_id))
    return len(rows)


def _has(db: sqlite3.Connection, key: int, column: str, of: object) -> bool:
    return db.execute(f"select 1 from searchable where key = ? and {column} = ?", (key, of)).fetchone() is not None


def _walk_entries(db: sqlite3.Connection, after: int) -> tuple[int, int]:
    rows = db.execute(_ENTRIES, (after, ROWS_A_COMMIT)).fetchall()
    for row_id, said, at_ms, key, chat_id, owner, parts, more in rows:
        text = words_of_row(said, parts, more)
        if key is not None and _has(db, key, "entry_id", row_id):
            reindex_message(db, key=key, conversation_id=owner, text=text)
            continue
        wished = search_key(at_ms=at_ms, seq=(row_id & SEQ_MAX) >> 16, scope=chat_id)
        (new,) = index_entries(db, [(wished, text, row_id)], owner=owner)
        db.execute("update entry set search_key = ? where id = ?", (new, row_id))
    return len(rows), rows[-1][0] if rows else after


assert SEQ_BITS == 41, "the statements and triggers of the migration name the bits of a seq"
