"""Statements written once for both databases: a generator yields each Step and is sent its rows.

The text is PostgreSQL's with a few marks: `$1` is a value, `@1` stands for "is one of these ids", `@t1` for "is one of these texts",
`#lock#` for the words that lock the rows read, `#at(a, b)#` for the place of text b in text a, `#in($1, body)#` for "these bytes are in
that body", `#joined(a)#` for the texts a of a group, one a line, `#rows($1: a uuid, b bigint)#` for a table made of a list of lists.
"""

import re
import sqlite3
from collections.abc import Generator, Sequence
from functools import cache
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from wasl.store.rows import json_text

Result = TypeVar("Result")
Row = Sequence[Any]


class Step(NamedTuple):
    """One statement with its values."""

    sql: str
    values: tuple[Any, ...] = ()


Steps = Generator[Step, list[Row], Result]

_IDS = re.compile(r"@(\d+)")
_TEXTS = re.compile(r"@t(\d+)")
_VALUE = re.compile(r"\$(\d+)")
_AT = re.compile(r"#at\(([^,#]+), ([^#]+)\)#")
_IN = re.compile(r"#in\(([^,#]+), ([^#]+)\)#")
_JOINED = re.compile(r"#joined\(([^#]+)\)#")
_ROWS = re.compile(r"#rows\(\$(\d+): ([^#]+)\)#")


def step(sql: str, *values: Any) -> Step:
    """Makes a Step."""
    return Step(sql, values)


PEOPLE_LOCK = Step("#people#")
"""Lets one change of who is who happen at a time, in all processes: conversations are then locked in the order of their ids."""
COUNTING_LOCK = Step("#counting#")
"""Lets one process count at a time: its transaction is short, and counts for everybody who waits in it."""
DRILLS_LOCK = Step("#drills#")
"""Lets one drill begin at a time, so that whoever comes second sees the first."""
_ADVISORY = {
    PEOPLE_LOCK.sql: "select pg_advisory_xact_lock(1466003276)",
    COUNTING_LOCK.sql: "select pg_advisory_xact_lock(1466003277)",
    DRILLS_LOCK.sql: "select pg_advisory_xact_lock(1466003278)",
}


@cache
def sqlite_text(sql: str) -> str:
    """Gives a statement as SQLite reads it."""
    if sql in _ADVISORY:
        return "select 1"  # there is one writer at a time anyway
    sql = _AT.sub(r"instr(\1, \2)", sql.replace("#lock#", ""))
    sql = _IN.sub(r"instr(\2, \1) > 0", sql)
    sql = _JOINED.sub(r"group_concat(\1, char(10))", sql)
    sql = _ROWS.sub(_sqlite_rows, sql)
    sql = _TEXTS.sub(r"in (select value from json_each(?\1))", sql)
    return _VALUE.sub(r"?\1", _IDS.sub(r"in (select value from json_each(?\1))", sql))


@cache
def postgres_text(sql: str) -> str:
    """Gives a statement as PostgreSQL reads it."""
    if sql in _ADVISORY:
        return _ADVISORY[sql]
    sql = _AT.sub(r"strpos(\1, \2)", sql.replace("#lock#", "for update"))
    sql = _IN.sub(r"position(\1::bytea in \2) > 0", sql)
    sql = _JOINED.sub(r"string_agg(\1, chr(10))", sql)
    sql = _ROWS.sub(_postgres_rows, sql)
    return _IDS.sub(r"= any($\1::uuid[])", _TEXTS.sub(r"= any($\1::text[])", sql))


def _sqlite_rows(found: re.Match[str]) -> str:
    columns = (f"json_extract(value, '$[{place}]') as {name.split()[0]}" for place, name in enumerate(found[2].split(", ")))
    return f"(select {', '.join(columns)} from json_each(?{found[1]}))"


def _postgres_rows(found: re.Match[str]) -> str:
    columns = (f"(one->>{place})::{name.split()[1]} as {name.split()[0]}" for place, name in enumerate(found[2].split(", ")))
    return f"(select {', '.join(columns)} from jsonb_array_elements(${found[1]}::text::jsonb) one)"


def run_sqlite(db: sqlite3.Connection, steps: Steps[Result]) -> Result:
    """Carries out the steps on SQLite; the caller commits."""
    try:
        following = next(steps)
        while True:
            values = [json_text(v) if isinstance(v, list) else v for v in following.values]
            following = steps.send(db.execute(sqlite_text(following.sql), values).fetchall())
    except StopIteration as end:
        result: Result = end.value
        return result


async def run_postgres(db: Any, steps: Steps[Result]) -> Result:
    """Carries out the steps on an asyncpg connection; the caller commits."""
    try:
        following = next(steps)
        while True:
            rows = await db.fetch(postgres_text(following.sql), *following.values)
            following = steps.send([[str(v) if isinstance(v, UUID) else v for v in row] for row in rows])
    except StopIteration as end:
        result: Result = end.value
        return result
