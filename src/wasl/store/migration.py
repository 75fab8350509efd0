"""Moving a database forward: numbered SQL files, each applied once, in order, with the row counts before and after.

A migration is `migrations/<kind>/NNNN_name.sql`. Once released it never changes (its SHA-256 is kept beside it in the table
`migration`). A file that may remove rows says so with a line `-- may lose rows: table, table`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import Literal

from wasl.domain.errors import SettingWrong

_NAME = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")
_LOSES = re.compile(r"^-- may lose rows: (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One numbered file. `may_lose` names the tables whose row count may shrink."""

    number: int
    name: str
    sql: str
    sha256: str
    may_lose: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """A row of the table `migration`."""

    number: int
    name: str
    sha256: str


@cache
def migrations(kind: Literal["sqlite", "postgres"]) -> Sequence[Migration]:
    """Reads the migrations that ship with this version, in order."""
    found = []
    for entry in (resources.files("wasl.store") / "migrations" / kind).iterdir():
        match = _NAME.fullmatch(entry.name)
        if match:
            found.append(migration(number=int(match[1]), name=match[2], sql=entry.read_text(encoding="utf-8")))
    found.sort(key=lambda m: m.number)
    assert [m.number for m in found] == list(range(1, len(found) + 1)), f"the {kind} migrations are not numbered 1, 2, 3 …"
    return tuple(found)


def migration(*, number: int, name: str, sql: str) -> Migration:
    """Makes a Migration from a file's text."""
    loses = frozenset(t.strip() for line in _LOSES.findall(sql) for t in line.split(","))
    return Migration(number=number, name=name, sql=sql, sha256=sha256(sql.encode()).hexdigest(), may_lose=loses)


def pending(*, shipped: Sequence[Migration], applied: Sequence[Applied], where: str) -> Sequence[Migration]:
    """Gives the migrations that are still to be applied.

    Raises SettingWrong when the database was written by a newer version, or when a file that was applied has changed since.
    """
    known = {m.number: m for m in shipped}
    for row in applied:
        file = known.get(row.number)
        if file is None:
            raise SettingWrong(
                f"the database {where} has migration {row.number} ({row.name!r}), this version of Wasl knows them up to {len(shipped)}: "
                "a newer Wasl wrote it. Install that version or a later one, or restore the backup that was made before the move."
            )
        if file.sha256 != row.sha256:
            raise SettingWrong(
                f"migration {row.number} ({row.name!r}) was applied to the database {where} with another text than ships here. "
                "Restore the shipped file: what was applied never changes, a correction is a new number."
            )
    done = {row.number for row in applied}
    return [m for m in shipped if m.number not in done]


def assert_rows_kept(*, migration: Migration, before: Mapping[str, int], after: Mapping[str, int]) -> None:
    """Raises SettingWrong when a table lost rows, or vanished, that the migration does not name."""
    lost = [
        f"{table} had {count} rows and now {'is gone' if table not in after else f'has {after[table]}'}"
        for table, count in sorted(before.items())
        if after.get(table, -1) < count and table not in migration.may_lose
    ]
    if lost:
        raise SettingWrong(
            f"migration {migration.number} ({migration.name!r}) was undone because rows were missing after it: {'; '.join(lost)}. "
            "The database is as it was; report this with the message."
        )
