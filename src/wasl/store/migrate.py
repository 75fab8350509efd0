"""Moves a SQLite file forward: backed up and checked first, then each migration in a transaction of its own."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from wasl.domain.errors import SettingWrong
from wasl.store.migration import Applied, Migration, assert_rows_kept, migrations, pending
from wasl.store.sqlite_open import make_file

_TABLE = """create table if not exists migration (
    number integer primary key,
    name text not null,
    sha256 text not null,
    applied_at integer not null,
    rows_before text not null,
    rows_after text not null
) strict"""


def migrate_sqlite(
    connection: sqlite3.Connection, *, path: Path | None, now_ms: int, shipped: Sequence[Migration] | None = None
) -> Sequence[int]:
    """Applies what is missing and gives the numbers that were applied.

    `path` is the database's file, None for one in memory. A file that holds data already is first copied beside itself as
    `<name>.<time>.before-NNNN.backup`, and the copy is checked. Raises SettingWrong for a database that is newer than the code, was
    migrated with other texts, belongs to another program, or is damaged; then it is as it was.
    """
    files = migrations("sqlite") if shipped is None else shipped
    where = repr(path.name) if path else "in memory"
    with _plain_transactions(connection):
        if not pending(shipped=files, applied=_applied(connection, where=where), where=where):
            return []
        connection.execute("begin immediate")  # another process may be at it: whoever comes second finds it done
        try:
            applied = _applied(connection, where=where)
            todo = pending(shipped=files, applied=applied, where=where)
            if todo and applied and path is not None:
                back_up(path, rows=_rows(connection), now_ms=now_ms, before=todo[0].number)
            connection.execute(_TABLE)
            rows = _rows(connection)
            for file in todo:
                rows = _apply(connection, file, before=rows, now_ms=now_ms, where=where)
            _assert_sound(connection, where=where)
        except BaseException:
            connection.execute("rollback")
            raise
        connection.execute("commit")
        return [file.number for file in todo]


def back_up(path: Path, *, rows: dict[str, int], now_ms: int, before: int) -> Path:
    """Copies the database with SQLite's online backup and proves that the copy is whole and has the same row counts."""
    stamp = datetime.fromtimestamp(now_ms / 1000, tz=UTC).strftime("%Y%m%dT%H%M%SZ")
    target = path.with_name(f"{path.name}.{stamp}.before-{before:04d}.backup")
    partial = target.with_name(target.name + ".partial")
    try:
        partial.unlink(missing_ok=True)
        make_file(partial)
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(partial)) as copy:
            source.backup(copy)
            _assert_sound(copy, where=repr(partial.name))
            if _rows(copy) != rows:
                raise SettingWrong(f"the backup {partial.name!r} has other row counts than {path.name!r}; nothing was changed. Try again.")
        partial.rename(target)
    except (sqlite3.Error, OSError) as error:
        raise SettingWrong(
            f"{path.name!r} could not be backed up before its migration ({error}); nothing was changed. "
            f"Make room for {path.stat().st_size >> 20} MiB in its folder, or mend its permissions."
        ) from error
    return target


@contextmanager
def _plain_transactions(connection: sqlite3.Connection) -> Iterator[None]:
    """Takes transactions into our own hand, whatever the connection was set to."""
    before = connection.isolation_level
    connection.isolation_level = None
    try:
        yield
    finally:
        connection.isolation_level = before


def _apply(connection: sqlite3.Connection, file: Migration, *, before: dict[str, int], now_ms: int, where: str) -> dict[str, int]:
    """Gives how many rows each table has now."""
    try:
        for statement in statements(file.sql):
            connection.execute(statement)
    except sqlite3.Error as error:
        raise SettingWrong(
            f"migration {file.number} ({file.name!r}) failed on the database {where}: {error}. "
            "The database is as it was; report this with the message."
        ) from error
    after = _rows(connection)
    assert_rows_kept(migration=file, before=before, after=after)
    connection.execute(
        "insert into migration (number, name, sha256, applied_at, rows_before, rows_after) values (?, ?, ?, ?, ?, ?)",
        (file.number, file.name, file.sha256, now_ms, json.dumps(before), json.dumps(after)),
    )
    return after


@cache
def statements(sql: str) -> Sequence[str]:
    """Cuts a script into its statements (`executescript` would commit behind our back)."""
    found, waiting = [], ""
    for line in sql.splitlines(keepends=True):
        waiting += line
        if sqlite3.complete_statement(waiting):
            found.append(waiting)
            waiting = ""
    code = "".join(line for line in waiting.splitlines() if not line.strip().startswith("--"))
    return (*found, waiting) if code.strip() else tuple(found)


def _applied(connection: sqlite3.Connection, *, where: str) -> Sequence[Applied]:
    try:
        tables = set(_tables(connection))
        if "migration" not in tables:
            if tables:
                raise SettingWrong(
                    f"the database {where} holds tables of another program ({', '.join(sorted(tables)[:5])}); name another file in `data`."
                )
            return []
        rows = connection.execute("select number, name, sha256 from migration order by number").fetchall()
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            raise
        raise SettingWrong(f"the database {where} is damaged or no database ({error}); restore a backup, or name another file.") from error
    return [Applied(number=number, name=name, sha256=digest) for number, name, digest in rows]


def _tables(connection: sqlite3.Connection) -> Sequence[str]:
    found = connection.execute("select name from sqlite_master where type = 'table' and name not like 'sqlite\\_%' escape '\\'")
    return [name for (name,) in found]


def _rows(connection: sqlite3.Connection) -> dict[str, int]:
    return {
        table: connection.execute(f'select count(*) from "{table}"').fetchone()[0] for table in _tables(connection) if table != "migration"
    }


def _assert_sound(connection: sqlite3.Connection, *, where: str) -> None:
    found = [row[0] for row in connection.execute("pragma integrity_check(5)")]
    if found != ["ok"]:
        raise SettingWrong(f"the database {where} is damaged ({'; '.join(found)}); nothing was changed. Restore a backup.")
    broken = connection.execute("pragma foreign_key_check").fetchone()
    if broken:
        raise SettingWrong(f"the database {where} has a row in {broken[0]!r} whose {broken[2]!r} is missing; nothing was changed.")
