import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from wasl.domain.errors import Fenced, StoreDown
from wasl.store.group_commit import PAUSE_SECONDS, GroupCommit


@pytest.fixture
def db(tmp_path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(tmp_path / "t.db", isolation_level=None, check_same_thread=False, timeout=0)
    connection.execute("pragma journal_mode = wal")
    connection.execute("create table t (k text primary key, v text)")
    return connection


@pytest.fixture
async def group(db: sqlite3.Connection) -> AsyncIterator[GroupCommit]:
    made = GroupCommit(db)
    made.start()
    yield made
    await made.close()


def rows(db: sqlite3.Connection) -> list[str]:
    return [r[0] for r in db.execute("select k from t order by k")]


def put(key: str, value: str = "") -> object:
    return lambda db: db.execute("insert into t values (?, ?)", (key, value)).rowcount


async def test_everything_that_waits_goes_into_one_transaction(db: sqlite3.Connection) -> None:
    told: list[int] = []
    group = GroupCommit(db, told=lambda *, rows, seconds: told.append(rows))
    group.start()
    await asyncio.gather(*(group.write(put(str(i))) for i in range(100)))
    await group.close()
    assert len(rows(db)) == 100
    assert told == [100]


async def test_a_write_the_database_refuses_does_not_fail_its_neighbours(group: GroupCommit, db: sqlite3.Connection) -> None:
    results = await asyncio.gather(
        group.write(put("a")), group.write(put("b")), group.write(put("a")), group.write(put("c")), return_exceptions=True
    )
    assert [type(r) for r in results] == [int, int, StoreDown, int]
    assert rows(db) == ["a", "b", "c"]


async def test_a_named_refusal_reaches_its_own_caller_only(group: GroupCommit, db: sqlite3.Connection) -> None:
    def fenced(_: sqlite3.Connection) -> None:
        raise Fenced("late")

    results = await asyncio.gather(group.write(put("a")), group.write(fenced), group.write(put("b")), return_exceptions=True)
    assert isinstance(results[1], Fenced)
    assert rows(db) == ["a", "b"]


async def test_a_full_disk_is_store_down_and_the_store_recovers_by_itself(group: GroupCommit, db: sqlite3.Connection) -> None:
    db.execute("pragma max_page_count = 4")
    with pytest.raises(StoreDown):
        await group.write(put("big", "x" * 100_000))
    assert rows(db) == []
    db.execute("pragma max_page_count = 100000")
    await group.write(put("big", "x" * 100_000))
    assert rows(db) == ["big"]


async def test_another_process_that_holds_the_file_is_waited_for(group: GroupCommit, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "t.db", isolation_level=None)
    other.execute("begin immediate")
    waiting = group.write(put("a"))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    other.execute("rollback")
    assert await waiting == 1
    other.close()


async def test_what_waits_at_the_close_is_committed_and_later_writes_are_refused(db: sqlite3.Connection) -> None:
    group = GroupCommit(db)
    group.start()
    waiting = group.write(put("a"))
    await group.close()
    assert await waiting == 1
    with pytest.raises(StoreDown):
        await group.write(put("b"))


async def test_a_write_that_breaks_leaves_nothing_behind_and_the_writer_goes_on(group: GroupCommit, db: sqlite3.Connection) -> None:
    def broken(db: sqlite3.Connection) -> None:
        db.execute("insert into t values ('half', '')")
        raise TypeError("a fault of ours")

    results = await asyncio.gather(group.write(put("a")), group.write(broken), group.write(put("b")), return_exceptions=True)
    assert [type(r) for r in results] == [int, TypeError, int]
    await group.write(put("c"))
    assert rows(db) == ["a", "b", "c"]


async def test_a_fault_that_nobody_named_ends_the_writer_and_leaves_no_caller_waiting(db: sqlite3.Connection) -> None:
    class Unnamed(Exception):
        pass

    def broken(_: sqlite3.Connection) -> None:
        raise Unnamed

    group = GroupCommit(db)
    group.start()
    results = await asyncio.gather(group.write(put("a")), group.write(broken), return_exceptions=True)
    assert [type(r) for r in results] == [StoreDown, StoreDown]
    with pytest.raises(StoreDown):
        await group.write(put("b"))
    assert rows(db) == []
    with pytest.raises(Unnamed):
        await group.close()


async def test_a_busy_writer_waits_a_moment_so_that_more_share_a_commit_and_a_quiet_one_does_not(db: sqlite3.Connection) -> None:
    told: list[int] = []
    group = GroupCommit(db, told=lambda *, rows, seconds: told.append(rows))
    group.start()
    await asyncio.gather(*(group.write(put(f"a{i}")) for i in range(5)))
    first = group.write(put("b"))
    await asyncio.sleep(0)
    await asyncio.gather(first, group.write(put("c")))
    await group.write(put("d"))
    await group.close()
    assert told == [5, 2, 1]


async def test_a_group_of_heavy_writes_lets_others_have_their_turn_and_stays_one_transaction(db: sqlite3.Connection) -> None:
    told: list[int] = []
    group = GroupCommit(db, told=lambda *, rows, seconds: told.append(rows))
    group.start()
    turns = 0

    async def elsewhere() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    seen: list[int] = []

    def heavy(key: str) -> Callable[[sqlite3.Connection], None]:
        def write(db: sqlite3.Connection) -> None:
            seen.append(turns)
            until = time.perf_counter() + 1.5 * PAUSE_SECONDS
            while time.perf_counter() < until:
                db.execute("insert or replace into t values (?, '')", (key,))

        return write

    other = asyncio.create_task(elsewhere())
    await asyncio.gather(*(group.write(heavy(str(n))) for n in range(4)))
    other.cancel()
    await group.close()
    assert told == [4]
    assert len(set(seen)) == 4
