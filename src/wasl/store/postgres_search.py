"""The index over everything that was said, on PostgreSQL: a tsvector of words that we folded, with GIN; and the rows by time.

This is how it is written; `postgres_find` reads it. The GIN index holds the times of a row beside its words, as stretches of about five
hours, three days, seven weeks and two years: so a word's list can be read for a stretch of time, and the newest come first without
reading all.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import structlog

from wasl.store.postgres_link import Connection, connect
from wasl.wire.searching import index_words

log = structlog.get_logger(__name__)

STRETCHES: Final = (44, 48, 52, 56)
"""Bits of a key below the number of a stretch, from short to long; each is sixteen of the one before."""
TIMES: Final = "array[" + ", ".join(f"(key >> {bits}) << 2 | {place}" for place, bits in enumerate(STRETCHES)) + "]"
"""The stretches that a row lies in, as they stand in the index: the number, and in its lowest bits which length it is of."""
INDEX: Final = f"on searchable using gin (words, ({TIMES})) with (gin_pending_list_limit = 256)"
"""A short waiting list: every search reads it to its end."""
BUILD_SECONDS_MAX: Final = 6 * 3600.0
HAS_TIMES: Final = "coalesce((select indnatts = 2 and indisvalid from pg_index where indexrelid = to_regclass('searchable_words')), true)"
_BUILDING: Final = 0x5741534D
"""The advisory lock of whoever makes the index anew."""
_ADD = """insert into searchable (key, conversation_id, message_id, chat_n, seq, said, words)
select k, c, m, h, s, said, array_to_tsvector(string_to_array(f, ' '))
from unnest($1::bigint[], $2::uuid[], $3::uuid[], $4::integer[], $5::bigint[], $6::text[], $7::text[]) n (k, c, m, h, s, said, f)
on conflict (key) do nothing returning key"""
_NEXT_FREE = "select max(key) + 1 from searchable where key between $1 and $1 | 1048575"
_CHANGE = """update searchable set said = $2, words = array_to_tsvector(string_to_array($3, ' '))
where key = $1 and (said <> $2 or words <> array_to_tsvector(string_to_array($3, ' ')))"""

NOTHING_TO_INDEX: Final = """update search_state set words_version = $1 where words_version <> $1
and not exists (select 1 from message) and not exists (select 1 from entry)"""
"""A new database has no words of another version: what is brought into it at once need not be looked through again."""

REFER = "insert into file_use select * from unnest($1::text[], $2::text[]) on conflict do nothing"
"""Notes who refers to which file."""


class Row(NamedTuple):
    """What is to be indexed: at a key, of a conversation, a message or an entry."""

    key: int
    conversation_id: str
    message_id: str | None
    chat_n: int | None
    seq: int | None
    text: str


async def add(db: Connection, rows: Sequence[Row]) -> list[int]:
    """Indexes rows and gives their keys; one whose key is taken gets the next free one."""
    words = [index_words(r.text) for r in rows]
    forms = [f"{w.said} {w.forms}".strip() for w in words]
    keys = _distinct([r.key for r in rows])
    waiting = list(range(len(rows)))
    while waiting:
        columns: list[list[Any]] = [
            [keys[n] for n in waiting],
            [rows[n].conversation_id for n in waiting],
            [rows[n].message_id for n in waiting],
            [rows[n].chat_n for n in waiting],
            [rows[n].seq for n in waiting],
            [words[n].said for n in waiting],
            [forms[n] for n in waiting],
        ]
        stored = {r[0] for r in await db.fetch(_ADD, *columns)}
        waiting = [n for n in waiting if keys[n] not in stored]
        free: dict[int, int] = {}
        for n in waiting:
            first = keys[n] & ~1_048_575
            if first not in free:
                free[first] = int(await db.fetchval(_NEXT_FREE, first) or keys[n] + 1)
            keys[n] = free[first]
            free[first] += 1
    return keys


def _distinct(keys: list[int]) -> list[int]:
    if len(set(keys)) == len(keys):
        return keys
    used: set[int] = set()
    after: dict[int, int] = {}
    for place, key in enumerate(keys):
        free = max(key, after.get(key, key))
        while free in used:
            free += 1
        after[key] = free + 1
        used.add(free)
        keys[place] = free
    return keys


async def change(db: Connection, *, key: int, text: str) -> None:
    """Indexes anew a row whose text has changed."""
    said, forms = index_words(text)
    await db.execute(_CHANGE, key, said, f"{said} {forms}".strip())


async def index_by_time(url: str) -> None:
    """Gives the index the times, where an older version of Wasl made it without: beside the old one, while everything goes on.

    Broken off, it begins anew at the next start; until it is done searches use the index without times.
    """
    db = await connect(url, name="index")
    try:
        if await db.fetchval(f"select {HAS_TIMES} or not pg_try_advisory_lock($1)", _BUILDING):
            return  # there, or another process is at it
        rows = await db.fetchval("select reltuples::bigint from pg_class where oid = 'searchable'::regclass")
        log.info("the search index is made anew in the background, with times", messages=max(0, rows))
        await db.execute("set lock_timeout = 0")  # it waits for older transactions; nobody waits for it
        await db.execute("drop index concurrently if exists searchable_words_new")  # left by one that was broken off
        await db.execute(f"create index concurrently searchable_words_new {INDEX}", timeout=BUILD_SECONDS_MAX)
        async with db.transaction():
            await db.execute("set local lock_timeout = 10000")
            await db.execute("drop index searchable_words")
            await db.execute("alter index searchable_words_new rename to searchable_words")
        log.info("the search index has times now")
    finally:
        await db.close()
