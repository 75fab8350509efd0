"""An empty SQLite database that is migrated already: what opening a new file would make, made once for all tests of a process."""

import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from wasl.store.migrate import migrate_sqlite


def fresh(path: Path) -> Path:
    """Puts it at `path`, where there is nothing yet, and gives the path."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_migrated())
    return path


@cache
def _migrated() -> bytes:
    with TemporaryDirectory(prefix="wasl-fresh-") as folder:
        path = Path(folder) / "fresh.db"
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            migrate_sqlite(db, path=path, now_ms=0)
        return path.read_bytes()
