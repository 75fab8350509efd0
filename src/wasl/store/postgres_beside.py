"""What stands beside the turn path on PostgreSQL: tokens, timers, media, pruning."""

from collections.abc import Mapping, Sequence
from typing import Any

from wasl.domain.days import DAY_MS
from wasl.domain.findable import live_words
from wasl.domain.message import Media
from wasl.ports.store import DEDUPE_DAYS, Timer, Token
from wasl.store import postgres_read as reading
from wasl.store.postgres_link import Connection
from wasl.store.postgres_save import clean
from wasl.store.postgres_search import REFER, change
from wasl.store.rows import json_of, json_text, parts_of, parts_text

PRUNE_ROWS_MAX = 5_000
"""Rows deleted in one transaction, so that pruning never holds up the writer."""

_PUT_TOKEN = """insert into token (kind, sha256, label, created_ms, expires_ms, payload) values ($1, $2, $3, $4, $5, $6)
on conflict (kind, sha256) do update set label = excluded.label, created_ms = excluded.created_ms, expires_ms = excluded.expires_ms,
taken_ms = null, payload = excluded.payload"""
_TAKE_TOKEN = """update token set taken_ms = $3 where kind = $1 and sha256 = $2 and taken_ms is null
and (expires_ms is null or expires_ms > $3) returning kind, sha256, label, created_ms, expires_ms, payload"""
_SET_TIMER = """insert into timer (kind, key, due_ms, payload) values ($1, $2, $3, $4)
on conflict (kind, key) do update set due_ms = excluded.due_ms, payload = excluded.payload"""
_DUE_TIMERS = """with due as materialized (select kind, key, due_ms from timer where due_ms <= $1 order by due_ms limit $2
for update skip locked)
update timer t set due_ms = $3 from due d where t.kind = d.kind and t.key = d.key returning t.kind, t.key, d.due_ms, t.payload"""
_PRUNES: Mapping[str, str] = {
    "raw": "delete from raw where id in (select id from raw where received_ms < $1 limit $2)",
    "seen": "delete from seen where (channel, key) in (select channel, key from seen where at_ms < $1 order by channel, key limit $2)",
    "token": "delete from token where (kind, sha256) in (select kind, sha256 from token where expires_ms < $1 limit $2)",
    "early_receipt": "delete from early_receipt where (channel, native_id, state) in"
    " (select channel, native_id, state from early_receipt where at_ms < $1 limit $2)",
}


async def attach(db: Connection, *, message_id: str, position: int, media: Media) -> None:
    """Replaces a Media part by one that is held."""
    row = await db.fetchrow("select parts, search_key from message where id = $1 for update", message_id)
    parts = list(parts_of(row[0])) if row else []
    if position < len(parts) and isinstance(parts[position], Media):
        parts[position] = media
        await db.execute("update message set parts = $2 where id = $1", message_id, parts_text(tuple(parts)))
        if media.sha256:
            await db.execute(REFER, [media.sha256], [message_id])
        if row is not None and row[1] is not None:
            await change(db, key=row[1], text=live_words(tuple(parts)))


async def put_token(db: Connection, token: Token) -> None:
    """Stores a token."""
    payload = json_text(token.payload)
    await db.execute(_PUT_TOKEN, token.kind, token.sha256, clean(token.label), token.created_ms, token.expires_ms, payload)


async def take_token(db: Connection, *, kind: str, sha256: str, now_ms: int) -> Token | None:
    """Uses a token up; of many at once one finds it unused."""
    row = await db.fetchrow(_TAKE_TOKEN, kind, sha256, now_ms)
    return None if row is None else reading.token_of(row)


async def drop_token(db: Connection, *, kind: str, sha256: str) -> bool:
    """Forgets a token."""
    return await db.execute("delete from token where kind = $1 and sha256 = $2", kind, sha256) != "DELETE 0"


async def set_timer(db: Connection, timer: Timer) -> None:
    """Stores a timer."""
    await db.execute(_SET_TIMER, timer.kind, timer.key, timer.due_ms, json_text(timer.payload))


async def drop_timer(db: Connection, *, kind: str, key: str) -> None:
    """Forgets a timer."""
    await db.execute("delete from timer where kind = $1 and key = $2", kind, key)


async def due_timers(db: Connection, *, now_ms: int, limit: int, lease_ms: int) -> Sequence[Timer]:
    """Gives timers that are due and moves them ahead."""
    rows: list[Any] = await db.fetch(_DUE_TIMERS, now_ms, limit, now_ms + lease_ms)
    return [Timer(kind=r[0], key=r[1], due_ms=r[2], payload=json_of(r[3])) for r in sorted(rows, key=lambda r: (r[2], r[0], r[1]))]


def prunes(*, now_ms: int, raw_days: int) -> Mapping[str, int]:
    """Says before when a row of each table is too old."""
    forgotten = now_ms - DEDUPE_DAYS * DAY_MS
    return {"raw": now_ms - raw_days * DAY_MS, "seen": forgotten, "token": now_ms, "early_receipt": forgotten}


async def prune(db: Connection, *, table: str, before_ms: int) -> int:
    """Deletes some rows that are too old and gives their number."""
    return int((await db.execute(_PRUNES[table], before_ms, PRUNE_ROWS_MAX)).split()[1])


async def ping(db: Connection) -> None:
    """Writes something that nobody reads, so that the commit has to reach the disk."""
    await db.execute("insert into cursor (channel, value) values ('', '') on conflict (channel) do update set value = cursor.value")
