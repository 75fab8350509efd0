"""Moves a PostgreSQL database forward, in one transaction, under a lock that lets several processes start together."""

import json
from collections.abc import Sequence

import asyncpg

from wasl.domain.errors import SettingWrong
from wasl.store.migration import Applied, Migration, assert_rows_kept, migrations, pending
from wasl.store.postgres_link import Connection

_LOCK = 0x5741534C
"""The advisory lock of all migrations ("WASL")."""
_TABLE = """create table if not exists migration (
    number integer primary key,
    name text not null,
    sha256 text not null,
    applied_at bigint not null,
    rows_before text not null,
    rows_after text not null
)"""
_TABLES = "select table_name from information_schema.tables where table_schema = current_schema() and table_type = 'BASE TABLE'"


async def migrate_postgres(db: Connection, *, now_ms: int, shipped: Sequence[Migration] | None = None) -> Sequence[int]:
    """Applies what is missing and gives the numbers that were applied.

    Raises SettingWrong for a database that is newer than the code, was migrated with other texts, or belongs to another
    program. A backup is the operator's (pg_dump): a transaction that fails leaves everything as it was.
    """
    files = migrations("postgres") if shipped is None else shipped
    where = repr(await db.fetchval("select current_database()"))
    if not pending(shipped=files, applied=await _applied(db, where=where), where=where):
        return []
    async with db.transaction():
        await db.execute("select pg_advisory_xact_lock($1)", _LOCK)
        todo = pending(shipped=files, applied=await _applied(db, where=where), where=where)
        await db.execute(_TABLE)
        rows = await _rows(db)
        for file in todo:
            rows = await _apply(db, file, before=rows, now_ms=now_ms, where=where)
    return [file.number for file in todo]


async def _apply(db: Connection, file: Migration, *, before: dict[str, int], now_ms: int, where: str) -> dict[str, int]:
    """Gives how many rows each table has now."""
    try:
        await db.execute(file.sql)
    except asyncpg.PostgresError as error:
        raise SettingWrong(
            f"migration {file.number} ({file.name!r}) failed on the database {where}: {error}. "
            "The database is as it was; give its role the right to create tables, or report this with the message."
        ) from error
    after = await _rows(db)
    assert_rows_kept(migration=file, before=before, after=after)
    await db.execute(
        "insert into migration (number, name, sha256, applied_at, rows_before, rows_after) values ($1, $2, $3, $4, $5, $6)",
        file.number,
        file.name,
        file.sha256,
        now_ms,
        json.dumps(before),
        json.dumps(after),
    )
    return after


async def _applied(db: Connection, *, where: str) -> Sequence[Applied]:
    tables = await _tables(db)
    if "migration" in tables:
        rows = await db.fetch("select number, name, sha256 from migration order by number")
        return [Applied(number=r[0], name=r[1], sha256=r[2]) for r in rows]
    if tables:
        raise SettingWrong(
            f"the database {where} holds tables of another program ({', '.join(sorted(tables)[:5])}); name an empty database in `store`."
        )
    return []


async def _tables(db: Connection) -> Sequence[str]:
    return [r[0] for r in await db.fetch(_TABLES)]


async def _rows(db: Connection) -> dict[str, int]:
    tables = sorted(t for t in await _tables(db) if t != "migration")
    counts = " union all ".join(f"""select '{t}', count(*) from "{t}" """ for t in tables)
    return {r[0]: r[1] for r in await db.fetch(counts)} if tables else {}
