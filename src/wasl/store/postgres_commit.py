"""Group commit for PostgreSQL: one writer puts everything that waits into one transaction of a few set-based statements."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import asyncpg

from wasl.domain.errors import SettingWrong, StoreDown, WaslError
from wasl.store.counting_steps import Counts, count
from wasl.store.faults import BROKEN, tell_the_end
from wasl.store.group_commit import Told
from wasl.store.picture import Picture
from wasl.store.postgres_apart import make_room
from wasl.store.postgres_link import LOST, Connection, connect, down
from wasl.store.postgres_paint import Raced, Wanted, paint
from wasl.store.postgres_save import save
from wasl.store.steps import run_postgres

Result = TypeVar("Result")
GROUP_MAX = 512
"""Writes in one transaction at the most."""
TRIES = 8
"""Times that a group is begun anew when it met another process (a deadlock, the same new person)."""

Act = Callable[[Picture], Any]
Plain = Callable[[Connection], Awaitable[Any]]


@dataclass(slots=True, frozen=True)
class Write:
    """One caller's write: an `act` on the picture it `wants`, or `plain` statements. An act raises a WaslError before its first
    change only; what it then gives, or raised, is told after the commit. What it asks to count is counted last."""

    future: "asyncio.Future[Any]"
    wants: Callable[[Wanted], None] | None = None
    act: Act | None = None
    plain: Plain | None = None
    alone: bool = False
    kin: bool = False


class GroupCommit:
    """The only writer of one process."""

    def __init__(self, url: str, *, told: Told | None = None) -> None:
        self._url = url
        self._told = told
        self._db: Connection | None = None
        self._waiting: list[Write] = []
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._closing = False

    def start(self, db: Connection) -> None:
        """Starts the writer with its first connection; later ones it opens itself."""
        self._db = db
        self._task = asyncio.get_running_loop().create_task(self._run(), name="group commit")
        self._task.add_done_callback(self._ended)

    async def close(self) -> None:
        """Commits what waits and ends."""
        self._closing = True
        self._wake.set()
        if self._task is not None:
            await self._task
        if self._db is not None:
            await _end(self._db)

    def write(self, act: Callable[[Picture], Result | Counts], wants: Callable[[Wanted], None]) -> "asyncio.Future[Result]":
        """Puts an act on a picture into the next group."""
        return self._put(lambda future: Write(future, wants=wants, act=act))

    def plain(
        self, plain: Callable[[Connection], Awaitable[Result]], *, alone: bool = False, kin: bool = False
    ) -> "asyncio.Future[Result]":
        """Puts statements of their own into the next group, after its acts; `alone` those that lock many conversations or take long,
        in a commit that they share with nobody, or, as `kin`, only with their like that follow at once."""
        return self._put(lambda future: Write(future, plain=plain, alone=alone, kin=kin))

    def _put(self, make: Callable[["asyncio.Future[Any]"], Write]) -> "asyncio.Future[Any]":
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        if self._closing:
            future.set_exception(StoreDown("the store is closing; nothing was stored"))
        else:
            self._waiting.append(make(future))
            self._wake.set()
        return future

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._closing = True
        waiting, self._waiting = self._waiting, []
        tell_the_end(w.future for w in waiting)

    async def _run(self) -> None:
        while True:
            if not self._waiting:
                if self._closing:
                    return
                self._wake.clear()
                await self._wake.wait()
                continue
            group, self._waiting = self._waiting[:GROUP_MAX], self._waiting[GROUP_MAX:]
            group = [w for w in group if not w.future.done()]  # whoever gave up waiting is not written
            together = [w for w in group if not w.alone]
            try:
                if together:
                    await self._store(together)
                for writes in _apart(group):
                    await self._store(writes)
            finally:
                tell_the_end(w.future for w in group)

    async def _store(self, group: list[Write]) -> None:
        try:
            for _ in range(TRIES):
                began = time.perf_counter()
                try:
                    results = await self._transact(group)
                except (Raced, asyncpg.DeadlockDetectedError, asyncpg.SerializationError):
                    continue
                if self._told is not None:
                    self._told(rows=len(group), seconds=time.perf_counter() - began)
                _tell(group, results)
                return
            if len(group) > 1:  # one that meets somebody each time must not fail its neighbours
                for write in group:
                    await self._store([write])
                return
            raise StoreDown(f"PostgreSQL refused {TRIES} times because other processes wrote the same rows; nothing was stored, try again")
        except (StoreDown, SettingWrong) as error:
            _fail(group, error if isinstance(error, StoreDown) else down(error))
        except LOST as error:
            self._drop()
            _fail(group, down(error))
        except (asyncpg.PostgresError, asyncpg.InterfaceError, WaslError, *BROKEN) as error:
            # One write that the database, its encoding or the law refuses must not fail its neighbours.
            if len(group) > 1 and not isinstance(error, asyncpg.InsufficientResourcesError):
                for write in group:
                    await self._store([write])
            else:
                _fail(group, down(error))

    async def _transact(self, group: list[Write]) -> list[Any]:
        db = await self._begin()
        try:
            results = await _statements(db, group)
            await db.execute("commit")
        except BaseException:
            await self._rollback()
            raise
        return results

    async def _begin(self) -> Connection:
        if self._db is not None and not self._db.is_closed():
            try:
                await self._db.execute("begin")
            except LOST:
                self._drop()  # it broke while it was idle: nothing is lost, another one will do
            else:
                return self._db
        self._db = await connect(self._url, name="writer")
        await self._db.execute("begin")
        return self._db

    async def _rollback(self) -> None:
        db = self._db
        if db is None or db.is_closed():
            return
        try:
            await db.execute("rollback")
        except (*LOST, asyncpg.PostgresError):
            self._drop()

    def _drop(self) -> None:
        if self._db is not None:
            self._db.terminate()
        self._db = None


def _apart(group: list[Write]) -> list[list[Write]]:
    """Gives the writes that are stored alone, in their order, kin together."""
    found: list[list[Write]] = []
    for write in group:
        if write.alone and write.kin and found and found[-1][-1].kin:
            found[-1].append(write)
        elif write.alone:
            found.append([write])
    return found


async def _statements(db: Connection, group: list[Write]) -> list[Any]:
    results: dict[int, Any] = {}
    picture = Picture()
    acts = [(n, w) for n, w in enumerate(group) if w.act is not None]
    if acts:
        wanted = Wanted()
        for _, write in acts:
            if write.wants is not None:
                write.wants(wanted)
        picture = await paint(db, wanted)
        for n, write in acts:
            assert write.act is not None
            try:
                results[n] = write.act(picture)
            except WaslError as refusal:
                results[n] = refusal
        changes = picture.take_changes()
        if changes.apart:
            await make_room(db, changes.apart)
        await save(db, changes)
    for n, write in enumerate(group):
        if write.plain is not None:
            results[n] = await write.plain(db)
    asked = {n: result for n, result in results.items() if isinstance(result, Counts)}
    if asked:
        await _count(db, picture, asked, results)
    return [results[n] for n in range(len(group))]


async def _count(db: Connection, picture: Picture, asked: dict[int, Counts], results: dict[int, Any]) -> None:
    """Counts what goes out by this group. The lock on counting, for which all processes wait, is taken last and held for two statements
    and the commit; whoever has it waits for nobody else, so that no two wait for each other."""
    counted = await run_postgres(db, count([one.asked for one in asked.values()]))
    for (n, one), came in zip(asked.items(), counted, strict=True):
        results[n] = one.after(came)
    await save(db, picture.take_changes())  # what found no room is not being sent; nearly always there is none


def _tell(group: list[Write], results: list[Any]) -> None:
    for write, result in zip(group, results, strict=True):
        if write.future.done():
            continue
        if isinstance(result, WaslError):
            write.future.set_exception(result)
        else:
            write.future.set_result(result)


def _fail(group: list[Write], error: StoreDown) -> None:
    for write in group:
        if not write.future.done():
            write.future.set_exception(error)


async def _end(db: Connection) -> None:
    try:
        await db.close(timeout=2.0)
    except LOST:
        db.terminate()
