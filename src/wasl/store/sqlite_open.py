"""Opens the file of a SQLite database: readable by nobody but its owner, and what stands in the way is named."""

import os
import sqlite3
from pathlib import Path
from typing import Final, TypeVar

from wasl.domain.errors import SettingWrong

STATEMENTS_CACHED: Final = 256
PAGE_CACHE_KIB: Final = 4_096
"""Of each connection. Sixteen MiB were no quicker over 30,000 turns of 20,000 people: the system keeps the file's pages too."""
_NOT_OURS: Final = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM)
_NO_DATABASE: Final = (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)
_CANNOT_BE_OPENED: Final = "the database file {name!r} cannot be opened ({why}); mend `data` or the folder's rights"
Value = TypeVar("Value")


def make_file(path: Path) -> None:
    """Makes the folder and the file where they are not there: people's words are in it, so nobody else on the machine may read it.

    SQLite gives the files beside it (the log of writes and its index) the rights of the database's own. Raises SettingWrong.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        if not path.exists():
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
    except OSError as error:
        raise SettingWrong(_CANNOT_BE_OPENED.format(name=path.name, why=error.strerror)) from error


def connected(path: Path) -> sqlite3.Connection:
    """Connects to the file, in the way of every connection of the store. Raises SettingWrong for one that cannot be used."""
    for plain in (bytes, type(None)):  # else the driver asks each such value for a conversion that none has: 0.25 µs every time
        sqlite3.register_adapter(plain, _as_it_is)
    try:
        db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=STATEMENTS_CACHED, timeout=5.0)
        db.execute("pragma synchronous = full")
        db.execute(f"pragma cache_size = -{PAGE_CACHE_KIB}")
        db.execute("pragma temp_store = memory")
        db.execute("pragma busy_timeout = 5000")
        db.execute("pragma secure_delete = on")  # what is deleted is overwritten: a person who is erased stays in no free page
    except sqlite3.Error as error:
        named = refusal(path, error)
        if named is None:
            raise
        raise named from error
    return db


def refusal(path: Path, error: sqlite3.Error) -> SettingWrong | None:
    """Says what the operator can do about a file that SQLite does not take; None where the file is not to blame."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _NOT_OURS:
        return SettingWrong(_CANNOT_BE_OPENED.format(name=path.name, why=error))
    if code in _NO_DATABASE:
        return SettingWrong(f"the database {path.name!r} is damaged or no database ({error}); restore a backup, or name another file.")
    return None


def _as_it_is(value: Value) -> Value:
    return value
