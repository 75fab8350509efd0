"""Tidying and scrubbing: the word index in few segments, and nothing of what was deleted in the files of a SQLite database.

A search walks every segment of the word index. FTS5 merges them as rows are added, eight of like size at a time; `tidy` merges the
rest, so that fewer than four of a size are left, and a row is copied only as often as the index grows fourfold.

Deleted rows are overwritten at once (`pragma secure_delete`); two places keep more. The word index only marks what is gone until its
segments are merged (sqlite.org/fts5.html, "The 'merge' Command", read November 2026), and the write-ahead log holds older images of
pages until it is begun anew.
"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from functools import partial
from glob import escape
from pathlib import Path
from typing import Any, Final, Protocol

import structlog

from wasl.store.sqlite_search import index_fresh

log = structlog.get_logger(__name__)

MERGE_PAGES: Final = 1_000
"""Pages of the word index that one commit merges, so that others' commits come in between."""
MERGES_MAX: Final = 500
COPIED_BEFORE: Final = ".before-*.backup"
"""How the names of copies end that `migrate.back_up` makes."""
TIDIES_MAX: Final = 4_000
"""Commits of one tidying, 4 GB of index; what is left is merged by the next."""


class Writes(Protocol):
    """Runs a function in the next commit."""

    def __call__(self, write: Callable[[sqlite3.Connection], Any], /) -> Awaitable[Any]:
        """Runs it and gives what it gave."""
        ...


TIDY_PAGES: Final = 250
"""As above, for what is not urgent: about 5 ms of work."""


async def tidy(*, write: Writes) -> None:
    """Hands the index what waits for it and merges segments of like size, some pages a commit."""
    await write(index_fresh)
    for _ in range(TIDIES_MAX):
        if not await write(partial(merge, pages=TIDY_PAGES)):
            break


async def scrub(path: Path, *, write: Writes) -> None:
    """Merges the word index whole and begins the log anew. A log that somebody reads just then is begun anew by a later commit."""
    pages = -MERGE_PAGES  # a negative number begins with every segment, whatever its level
    for _ in range(MERGES_MAX):
        if not await write(partial(merge, pages=pages)):
            break
        pages = MERGE_PAGES
    else:
        log.warning("the word index is too large to be merged at once; words of deleted messages may stay in it for a while")
    if not await asyncio.to_thread(_begin_log_anew, path):
        log.warning("the database's log could not be begun anew now; it may hold what was deleted until it is")


async def drop_copies(path: Path) -> None:
    """Drops the copies that were made before migrations: they hold what was erased, and the database has outlived what they were for."""
    for copy in await asyncio.to_thread(lambda: sorted(path.parent.glob(f"{escape(path.name)}.*{COPIED_BEFORE}"))):
        await asyncio.to_thread(copy.unlink, missing_ok=True)
        log.info("dropped a copy from before a migration, for it holds what was erased", copy=copy.name)


def merge(db: sqlite3.Connection, *, pages: int) -> bool:
    """Merges some; says whether anything was left to be done."""
    before = db.total_changes
    db.execute("insert into words (words, rank) values ('merge', ?)", (pages,))
    return db.total_changes - before > 1


def _begin_log_anew(path: Path) -> bool:
    with closing(sqlite3.connect(path, timeout=5.0)) as db:
        (busy, _, _) = db.execute("pragma wal_checkpoint(truncate)").fetchone()
    return not busy
