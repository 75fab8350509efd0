"""A copy of a SQLite database that is in use, by SQLite's online backup interface."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from wasl.domain.errors import StoreDown
from wasl.store.sqlite_open import make_file


def copy_database(source: Path, target: Path) -> None:
    """Copies in one step: a reader's view of one moment, which writers neither disturb nor wait for. Blocks. Raises StoreDown."""
    try:
        make_file(target)
        with (
            closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True, timeout=5.0)) as from_,
            closing(sqlite3.connect(target)) as to,
        ):
            from_.backup(to, pages=-1)
            to.execute("pragma journal_mode = delete")
            ((found,),) = to.execute("pragma integrity_check(1)").fetchall()
    except sqlite3.Error as error:
        target.unlink(missing_ok=True)
        raise StoreDown(f"the database could not be copied ({error}); try again") from error
    if found != "ok":
        target.unlink(missing_ok=True)
        raise StoreDown(f"the copy of the database is not sound ({found}); look at the disk")
    descriptor = os.open(target, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
