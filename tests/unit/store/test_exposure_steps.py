"""Counting everybody reads an index and no row of an address: at 200,000 people that is most of the time."""

import sqlite3
from contextlib import closing
from pathlib import Path

from wasl.store.exposure_steps import reach
from wasl.store.migrate import migrate_sqlite
from wasl.store.migration import migrations
from wasl.store.steps import sqlite_text


def test_everybody_is_counted_from_the_index_alone(tmp_path: Path) -> None:
    path = tmp_path / "wasl.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        migrate_sqlite(connection, path=path, now_ms=1, shipped=migrations("sqlite"))
        asked = next(reach(None, limit=10))
        plan = [row[3] for row in connection.execute(f"explain query plan {sqlite_text(asked.sql)}", ("", 10))]
    assert any("COVERING INDEX address_reach" in line for line in plan), plan
