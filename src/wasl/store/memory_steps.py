"""Steps on a SQLite database in memory: what a store that keeps nothing offers beside, by the same statements and migrations."""

import sqlite3
from collections.abc import Callable
from functools import cache
from typing import TypeVar

from wasl.store.migrate import migrate_sqlite
from wasl.store.steps import Steps, run_sqlite

Result = TypeVar("Result")


class MemorySteps:
    """Carries out steps, each in a transaction of its own. Its tables know nothing of what MemoryStore itself holds.

    `up` raises StoreDown while the store is closed or pretends to be down.
    """

    def __init__(self, *, up: Callable[[], None]) -> None:
        self._up = up
        self._db: sqlite3.Connection | None = None

    async def read(self, make: Callable[[], Steps[Result]]) -> Result:
        """Carries out steps that only read."""
        self._up()
        return run_sqlite(self._opened(), make())

    async def write(self, make: Callable[[], Steps[Result]]) -> Result:
        """Carries out steps and commits them; nothing of them is stored when one fails."""
        return self.carry(make)

    def carry(self, make: Callable[[], Steps[Result]]) -> Result:
        """Does the same at once, for what belongs to a commit of the store itself."""
        self._up()
        db = self._opened()
        db.execute("begin")
        try:
            result = run_sqlite(db, make())
        except BaseException:
            db.execute("rollback")
            raise
        db.execute("commit")
        return result

    def _opened(self) -> sqlite3.Connection:
        if self._db is None:  # made when it is first needed: most tests never do
            self._db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
            _migrated().backup(self._db)
        return self._db


@cache
def _migrated() -> sqlite3.Connection:
    """An empty database with all tables, made once: every store in memory begins as a copy of it."""
    db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    migrate_sqlite(db, path=None, now_ms=0)
    return db
