"""Group commit for SQLite: one writer puts everything that waits into one transaction.

The statements run on the event loop's own thread, where each costs a few microseconds; only COMMIT, which waits for the
disk, runs on a second thread. While it waits, the next group gathers. A thread for the statements too was slower: each
statement hands the interpreter lock over twice.
"""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Protocol, TypeVar

import structlog

from wasl.domain.errors import StoreDown, WaslError
from wasl.store.counting_steps import Counts, count
from wasl.store.faults import BROKEN, tell_the_end
from wasl.store.steps import run_sqlite

log = structlog.get_logger(__name__)

Result = TypeVar("Result")
Write = Callable[[sqlite3.Connection], Result | Counts]
"""A group of statements that must all hold or none. It raises a WaslError only before its first write. What it asks to count (`Counts`)
is counted at the end, with all that its group counts."""

GROUP_MAX = 512
"""Writes in one transaction at the most, so that nobody waits for a very long one."""
BUSY_WRITES = 4
GATHER_SECONDS = 0.004
"""After a group of 4 or more, the next gathers for 4 ms: a commit costs as much as thirty writes, whoever shares it. A quiet
installation commits at once."""
PAUSE_SECONDS = 0.01
"""A group of heavy writes (an import) lets the loop turn in between; nobody else writes on this connection meanwhile."""
LOCK_TRIES = 500
LOCK_WAIT_SECONDS = 0.01
"""Another process may hold the file for a moment (a command, a backup): 500 tries of 10 ms."""


class Told(Protocol):
    """Whoever counts group commits."""

    def __call__(self, *, rows: int, seconds: float) -> None:
        """One group of `rows` writes is durable after `seconds`."""
        ...


class GroupCommit:
    """The only writer of one SQLite connection."""

    def __init__(self, connection: sqlite3.Connection, *, told: Told | None = None) -> None:
        self._db = connection
        self._told = told
        self._waiting: list[tuple[Write[Any], asyncio.Future[Any]]] = []
        self._wake = asyncio.Event()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="commit")
        self._task: asyncio.Task[None] | None = None
        self._closing = False
        self._busy = False

    def start(self) -> None:
        """Starts the writer on the running loop."""
        self._loop = asyncio.get_running_loop()  # asking for it is a system call, and every write makes a future
        self._task = self._loop.create_task(self._run(), name="group commit")
        self._task.add_done_callback(self._ended)

    async def close(self) -> None:
        """Commits what waits and ends the writer."""
        self._closing = True
        self._wake.set()
        if self._task is not None:
            await self._task
        self._thread.shutdown()

    def write(self, write: Write[Result]) -> "asyncio.Future[Result]":
        """Puts `write` into the next group; the future is done once its commit is durable."""
        future: asyncio.Future[Result] = self._loop.create_future()
        if self._closing:
            future.set_exception(StoreDown("the store is closing; nothing was stored"))
            return future
        self._waiting.append((write, future))
        self._wake.set()
        return future

    def _ended(self, task: "asyncio.Task[None]") -> None:
        """Tells everybody who waits that nobody writes any more; without this a fault here would leave them waiting for ever."""
        self._closing = True
        self._rollback()
        waiting, self._waiting = self._waiting, []
        tell_the_end(future for _, future in waiting)

    async def _run(self) -> None:
        while True:
            if not self._waiting:
                if self._closing:
                    return
                self._wake.clear()
                await self._wake.wait()
                continue
            if self._busy and not self._closing:
                await asyncio.sleep(GATHER_SECONDS)
            group, self._waiting = self._waiting[:GROUP_MAX], self._waiting[GROUP_MAX:]
            self._busy = len(group) >= BUSY_WRITES
            try:
                await self._commit(group)
            except sqlite3.Error as error:
                self._rollback()
                if len(group) > 1 and not _is_the_disk(error):
                    await self._one_by_one(group)
                else:
                    _fail(group, error)
            except BROKEN as error:
                log.exception("a write broke", error=type(error).__name__)
                self._rollback()
                await self._one_by_one(group)
            finally:
                tell_the_end(future for _, future in group)

    async def _commit(self, group: list[tuple[Write[Any], "asyncio.Future[Any]"]]) -> None:
        db, began = self._db, time.perf_counter()
        await self._begin()
        done: list[tuple[asyncio.Future[Any], Any]] = []
        refused: list[tuple[asyncio.Future[Any], WaslError]] = []
        paused = began
        for write, future in group:
            if time.perf_counter() - paused > PAUSE_SECONDS:
                await asyncio.sleep(0)
                paused = time.perf_counter()
            try:
                done.append((future, write(db)))
            except WaslError as error:
                refused.append((future, error))
        _count(db, done)
        await self._loop.run_in_executor(self._thread, db.execute, "commit")
        if self._told is not None:
            self._told(rows=len(done), seconds=time.perf_counter() - began)
        for future, result in done:
            if not future.done():
                future.set_result(result)
        for future, reason in refused:
            if not future.done():
                future.set_exception(reason)

    async def _one_by_one(self, group: list[tuple[Write[Any], "asyncio.Future[Any]"]]) -> None:
        """One write that the database refuses must not fail its neighbours."""
        for single in group:
            try:
                await self._commit([single])
            except sqlite3.Error as error:
                self._rollback()
                _fail([single], error)
            except BROKEN as error:  # its own caller is told what broke
                self._rollback()
                if not single[1].done():
                    single[1].set_exception(error)

    async def _begin(self) -> None:
        for left in range(LOCK_TRIES, -1, -1):
            try:
                self._db.execute("begin immediate")
            except sqlite3.OperationalError as error:
                if left == 0 or error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                    raise
                await asyncio.sleep(LOCK_WAIT_SECONDS)
            else:
                return

    def _rollback(self) -> None:
        if self._db.in_transaction:
            with suppress(sqlite3.Error):  # a disk that fails may fail here too; the next begin tells
                self._db.execute("rollback")


def _count(db: sqlite3.Connection, done: list[tuple["asyncio.Future[Any]", Any]]) -> None:
    asked = [(place, result) for place, (_, result) in enumerate(done) if isinstance(result, Counts)]
    if asked:
        counted = run_sqlite(db, count([one.asked for _, one in asked]))
        for (place, one), came in zip(asked, counted, strict=True):
            done[place] = (done[place][0], one.after(came))


def _is_the_disk(error: sqlite3.Error) -> bool:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_BUSY)


def _fail(group: list[tuple[Write[Any], "asyncio.Future[Any]"]], error: sqlite3.Error) -> None:
    down = StoreDown(f"the database could not commit ({error}); nothing was stored, try again; if it stays, look at the disk's free space")
    down.__cause__ = error
    for _, future in group:
        if not future.done():
            future.set_exception(down)
