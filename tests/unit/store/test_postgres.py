"""What only a server can do to a store: vanish, refuse, lose a race. The rest is the contract's."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from tests.postgres import empty

from wasl.domain.archive import Chat
from wasl.domain.errors import SettingWrong, StoreDown
from wasl.domain.message import Text
from wasl.ports.store import Accepted
from wasl.store.postgres import PostgresStore
from wasl.testing.clock import TestClock
from wasl.testing.contracts.library_scene import LibraryScene
from wasl.testing.contracts.store_scene import Scene

pytestmark = pytest.mark.postgres


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
async def store(postgres_url: str, clock: TestClock) -> AsyncIterator[PostgresStore]:
    await empty(postgres_url)
    store = PostgresStore(postgres_url, clock=clock)
    await store.open()
    yield store
    await store.close()


@pytest.fixture
def scene(store: PostgresStore, clock: TestClock) -> Scene:
    return Scene(store, clock)


@pytest.fixture
async def admin(postgres_server: str) -> AsyncIterator[asyncpg.Connection]:
    admin = await asyncpg.connect(postgres_server)
    yield admin
    await admin.close()


def name_of(url: str) -> str:
    return urlsplit(url).path.lstrip("/")


async def cut(admin: asyncpg.Connection, url: str) -> None:
    await admin.fetch("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and pid <> pg_backend_pid()", name_of(url))


async def test_a_connection_lost_while_idle_is_opened_again_and_nobody_notices(scene: Scene, admin: asyncpg.Connection, postgres_url: str):
    first = await scene.arrive("one")
    for word in ("two", "three"):
        await cut(admin, postgres_url)
        await scene.arrive(word)
    assert await scene.texts(first.conversation_id) == ["one", "two", "three"]


async def test_a_reader_lost_while_idle_is_opened_again(scene: Scene, admin: asyncpg.Connection, postgres_url: str):
    first = await scene.arrive("one")
    await scene.texts(first.conversation_id)
    await cut(admin, postgres_url)
    with contextlib.suppress(StoreDown):  # it may or may not have learnt of its end before it is used
        await scene.texts(first.conversation_id)
    assert await scene.texts(first.conversation_id) == ["one"]


async def test_while_the_database_takes_no_connection_everything_is_store_down_and_then_works(
    scene: Scene, admin: asyncpg.Connection, postgres_url: str
):
    arrival = scene.arrival("kept trying")
    await admin.execute(f'alter database "{name_of(postgres_url)}" allow_connections false')
    try:
        await cut(admin, postgres_url)
        for _ in range(3):
            with pytest.raises(StoreDown):
                await scene.receive(arrival)
            with pytest.raises(StoreDown):
                await scene.store.backlog(now_ms=scene.now)
            with pytest.raises(StoreDown):
                await scene.store.ping()
    finally:
        await admin.execute(f'alter database "{name_of(postgres_url)}" allow_connections true')
    (outcome,) = await scene.receive(arrival)
    assert isinstance(outcome, Accepted)
    assert await scene.texts(outcome.conversation_id) == ["kept trying"]


async def test_one_write_that_cannot_be_stored_does_not_fail_its_neighbours(scene: Scene):
    poisoned = scene.arrival("bad", handle="mallory", sent_at_ms=1 << 80)
    good = [scene.arrival(f"{n}", handle=f"p{n}") for n in range(6)]
    ends = await asyncio.gather(*(scene.receive(e) for e in (*good[:3], poisoned, *good[3:])), return_exceptions=True)
    assert isinstance(ends.pop(3), StoreDown)
    assert all(isinstance(e, list) and isinstance(e[0], Accepted) for e in ends)
    assert len(await scene.store.conversations(limit=20)) == 6


async def test_whoever_gave_up_waiting_is_not_written(scene: Scene):
    kept, dropped = (asyncio.ensure_future(scene.arrive(t)) for t in ("kept", "dropped"))
    await asyncio.sleep(0)
    dropped.cancel()
    outcome = await kept
    assert await scene.texts(outcome.conversation_id) == ["kept"]


async def test_a_receipt_that_crossed_the_commit_of_its_native_id_is_applied_soon(scene: Scene, postgres_url: str, clock: TestClock):
    """Neither of two processes sees the other's commit: one keeps a receipt for an id that the other is just storing."""
    _, closing = await scene.sending()
    delivery_id = closing.deliveries[0].id
    other = await asyncpg.connect(postgres_url)
    transaction = other.transaction()
    await transaction.start()
    await other.execute("update delivery set state = 'sent', native_id = 'wire-1' where id = $1", delivery_id)
    await scene.receive(scene.receipt("delivered", native_id="wire-1"))
    await transaction.commit()
    await other.close()
    assert await scene.state_of(closing) == "sent"
    await clock.advance(2)
    await scene.store.ping()  # behind the write that looked again
    assert await scene.state_of(closing) == "delivered"


async def test_a_lock_that_another_process_holds_for_too_long_is_store_down(scene: Scene, postgres_url: str, admin: asyncpg.Connection):
    outcome = await scene.arrive("one")
    other = await asyncpg.connect(postgres_url)
    transaction = other.transaction()
    await transaction.start()
    await other.execute("select 1 from conversation where id = $1 for update", outcome.conversation_id)
    waiting = asyncio.ensure_future(scene.arrive("two"))
    while not await admin.fetchval("select count(*) from pg_locks where not granted"):
        assert not waiting.done()
    await admin.fetch("select pg_cancel_backend(pid) from pg_stat_activity where wait_event_type = 'Lock'")  # as its lock_timeout would
    with pytest.raises(StoreDown):
        await waiting
    await transaction.rollback()
    await other.close()
    await scene.arrive("three")
    assert await scene.texts(outcome.conversation_id) == ["one", "three"]


async def test_a_backlog_of_one_conversation_longer_than_a_picture_shows_is_closed_in_order(scene: Scene):
    await scene.receive(*(scene.arrival(f"{n}") for n in range(300)))
    seen: list[int] = []
    while works := await scene.claim():
        seen += [t.seq for t in works[0].turns]
        await scene.store.close_turn(scene.closing(works[0], silent=True, state="noted"))
        await scene.release(works[0])
    assert seen == list(range(1, 301))


async def test_many_histories_asked_at_once_are_each_their_own(scene: Scene):
    outcomes = [await scene.arrive(f"word {n}", handle=f"p{n}") for n in range(9)]
    histories = await asyncio.gather(*(scene.store.history(o.conversation_id, limit=1 + n % 2) for n, o in enumerate(outcomes)))
    assert [h[0].parts for h in histories] == [(Text(text=f"word {n}"),) for n in range(9)]


async def test_a_database_that_is_not_there_is_a_wrong_setting(postgres_url: str, clock: TestClock):
    with pytest.raises(SettingWrong, match="store"):
        await PostgresStore(urlunsplit(urlsplit(postgres_url)._replace(path="/nowhere")), clock=clock).open()


async def test_a_role_that_is_not_there_is_a_wrong_setting(postgres_url: str, clock: TestClock):
    parts = urlsplit(postgres_url)
    url = urlunsplit(parts._replace(netloc=f"mallory@{parts.hostname}:{parts.port}"))
    with pytest.raises(SettingWrong, match="store"):
        await PostgresStore(url, clock=clock).open()


async def test_nobody_at_the_address_is_store_down(clock: TestClock):
    with pytest.raises(StoreDown):
        await PostgresStore("postgresql://wasl@127.0.0.1:1/wasl", clock=clock).open()


async def test_an_address_without_sense_is_a_wrong_setting(clock: TestClock):
    with pytest.raises(SettingWrong, match="store"):
        await PostgresStore("postgresql://wasl@127.0.0.1:port/wasl", clock=clock).open()


def test_without_asyncpg_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delitem(sys.modules, "wasl.store.postgres")
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    with pytest.raises(SettingWrong, match="make install WITH=postgres"):
        import wasl.store.postgres  # noqa: F401


async def test_what_an_import_stores_of_many_chats_shares_a_commit_and_a_refused_one_fails_alone(postgres_url: str, clock: TestClock):
    commits: list[int] = []
    await empty(postgres_url)
    store = PostgresStore(postgres_url, clock=clock, told=lambda *, rows, seconds: commits.append(rows))
    await store.open()
    scene = LibraryScene(store, clock)
    owner = await scene.owner()
    by = await scene.begins(owner)
    commits.clear()
    chats = [Chat(key=str(n), kind="direct", origin="Elsewhere", title=str(n)) for n in range(20)]
    told = await asyncio.gather(
        *(
            scene.library.put_chat(chat, chat_id=f"c{chat.key}", owner=owner, import_id=by if chat.key != "7" else "none", format="jsonl")
            for chat in chats
        ),
        return_exceptions=True,
    )
    assert [type(done).__name__ for done in told] == ["Malformed" if n == 7 else "NoneType" for n in range(20)]
    assert len(commits) <= 2
    assert len(await scene.library.chats(owners=[owner], limit=50)) == 19
    await store.close()
