"""The store on SQLite: one file, one writer, `synchronous=FULL`; the default."""

import asyncio
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from wasl.domain.days import DAY_MS
from wasl.domain.errors import SettingWrong, StoreDown
from wasl.domain.findable import live_words
from wasl.domain.ids import ConversationId, DeliveryId, MessageId, TurnId
from wasl.domain.message import Media, Said
from wasl.domain.person import Address, AddressKey
from wasl.domain.turn import Closing, ConversationSummary, NewDelivery, NewMessage, Settling, StoredMessage, UsageRecord, Work
from wasl.ports.clock import Clock
from wasl.ports.counting import Asked, Counted
from wasl.ports.leases import Held
from wasl.ports.people import People
from wasl.ports.store import DEDUPE_DAYS, Backlog, Closed, Incoming, Lease, Outcome, Timer, Token
from wasl.store import sqlite_read as reading
from wasl.store import sqlite_receive, sqlite_scrub, sqlite_work
from wasl.store.counting_steps import Counts
from wasl.store.group_commit import GroupCommit, Told
from wasl.store.library_rows import tell_indexed
from wasl.store.migrate import migrate_sqlite
from wasl.store.rows import json_text, parts_of, parts_text
from wasl.store.sql_beside import SqlBeside
from wasl.store.sql_people import SqlPeople
from wasl.store.sqlite_copy import copy_database
from wasl.store.sqlite_library import SqliteLibrary
from wasl.store.sqlite_open import connected, make_file, refusal
from wasl.store.sqlite_search import NOTHING_TO_INDEX, prepare, refer, reindex_message
from wasl.store.steps import Steps, run_sqlite
from wasl.wire.searching import WORDS_VERSION

Result = TypeVar("Result")

PEOPLE_AT_ONCE = 5_000
"""People counted with one statement: reading happens on the loop's own thread, which must not stand still for long."""
PRUNE_ROWS_MAX = 5_000
"""Rows deleted in one transaction, so that pruning never holds up the writer."""
_PING = "insert into cursor values ('?', ?) on conflict do update set value = excluded.value"
_PING_TEXT = "." * 65_536
"""As much as a long message takes: on a full disk a few bytes still fit into what the file holds already."""


class SqliteStore(SqlBeside):
    """A store in one SQLite file (3.35 or newer)."""

    def __init__(self, path: Path, *, clock: Clock, told: Told | None = None) -> None:
        self._path = path
        self._told = told
        self._clock = clock
        self._write_db: sqlite3.Connection | None = None
        self._read_db: sqlite3.Connection | None = None
        self._group: GroupCommit | None = None
        self.people: People = SqlPeople(read=self._read_steps, write=self._write_steps, clock=clock, erased=self._erased)
        self._library = SqliteLibrary(write=self._write, read=self._read, scrub=self._scrub)
        self._indexing: asyncio.Task[int] | None = None
        super().__init__(read=self._read_steps, write=self._write_steps, clock=clock, people_at_once=PEOPLE_AT_ONCE)

    @property
    def library(self) -> SqliteLibrary:
        """The imported chats, and the search."""
        return self._library

    async def open(self) -> None:
        """Opens, migrates forward, and is ready."""
        self._write_db = await asyncio.to_thread(self._prepare)
        self._read_db = connected(self._path)
        prepare(self._read_db)
        self._read_db.execute("pragma query_only = on")
        self._group = GroupCommit(self._write_db, told=self._told)
        self._group.start()
        self._indexing = asyncio.get_running_loop().create_task(self._library.index_the_rest(), name="index the rest")
        self._indexing.add_done_callback(tell_indexed)

    async def close(self) -> None:
        """Commits what waits and closes."""
        if self._indexing is not None:
            self._indexing.cancel()
            await asyncio.wait([self._indexing])
        if self._group is not None:
            await self._group.close()
        for db in (self._read_db, self._write_db):
            if db is not None:
                db.close()
        self._group = self._read_db = self._write_db = self._indexing = None

    async def ping(self) -> None:
        """Makes one durable commit that changes nothing that anybody reads, and is no smaller than a message's."""
        await self._write(lambda db: db.execute(_PING, (_PING_TEXT,)))

    # -- one inbound request
    async def receive(self, incoming: Incoming, *, lease: Lease | None = None) -> Sequence[Outcome]:
        """Stores the raw body and every event in one commit."""
        return await self._write(lambda db: sqlite_receive.receive(db, incoming, lease=lease, clock=self._clock))

    async def cursor(self, channel: str) -> str | None:
        """Gives the last cursor stored for the channel."""
        row = self._read(lambda db: db.execute("select value from cursor where channel = ?", (channel,)).fetchone())
        return None if row is None else str(row[0])

    # -- work
    async def claim(self, *, lease: Lease, limit: int, now_ms: int) -> Sequence[Work]:
        """Leases up to `limit` claimable conversations."""
        return await self._write(lambda db: sqlite_work.claim(db, lease=lease, limit=limit, now=now_ms))

    async def renew(self, *, lease: Lease, now_ms: int, held: Sequence[ConversationId] | None = None) -> Mapping[ConversationId, int]:
        """Prolongs the owner's leases."""
        return await self._write(lambda db: sqlite_work.renew(db, lease=lease, now=now_ms, held=held))

    async def leases(self) -> Sequence[Held]:
        """Reads every lease."""
        return self._read(sqlite_work.leases)

    async def free(self, seen: Sequence[Held], *, now_ms: int) -> int:
        """Ends leases that are as they were seen."""
        return await self._write(lambda db: sqlite_work.free(db, seen, now=now_ms))

    async def set_back(self, *, by_ms: int, now_ms: int) -> int:
        """Brings forward what was put off by a clock that has gone back."""
        return await self._write(lambda db: sqlite_work.set_back(db, by_ms=by_ms, now=now_ms))

    async def release(
        self,
        *,
        conversation_id: ConversationId,
        epoch: int,
        now_ms: int,
        turns_at_ms: int | None = None,
        deliveries_at_ms: int | None = None,
    ) -> None:
        """Gives a lease back."""
        await self._write(
            lambda db: sqlite_work.release(db, conversation_id, epoch, now=now_ms, turns_at=turns_at_ms, deliveries_at=deliveries_at_ms)
        )

    async def close_turn(self, closing: Closing, *, start: bool = True, count: Asked | None = None) -> Closed:
        """Stores the reply and closes the turns."""
        return await self._write(lambda db: sqlite_work.close_turn(db, closing, start=start, count=count))

    async def retry_turn(
        self, *, turn_id: TurnId, conversation_id: ConversationId, epoch: int, now_ms: int, at_ms: int, usage: Sequence[UsageRecord] = ()
    ) -> None:
        """Counts an attempt and gives the lease back until `at_ms`."""
        await self._write(lambda db: sqlite_work.retry_turn(db, turn_id, conversation_id, epoch, at=at_ms, usage=usage))

    async def start_sending(
        self, *, delivery_id: DeliveryId, conversation_id: ConversationId, epoch: int, now_ms: int, count: Asked | None = None
    ) -> Counted | None:
        """Makes a delivery "sending" and counts the attempt."""
        return await self._write(lambda db: sqlite_work.start_sending(db, delivery_id, conversation_id, epoch, now=now_ms, count=count))

    async def settle(self, settling: Settling) -> None:
        """Stores what became of a delivery."""
        fenced = await self._write(lambda db: sqlite_work.settle(db, settling))
        if fenced is not None:
            raise fenced

    async def say(self, *, conversation_id: ConversationId, message: NewMessage, deliveries: Sequence[NewDelivery], now_ms: int) -> int:
        """Stores a message that answers no turn."""
        return await self._write(lambda db: sqlite_work.say(db, conversation_id, message, deliveries, now=now_ms))

    # -- reading
    async def history(self, conversation_id: ConversationId, *, limit: int, before_seq: int | None = None) -> Sequence[Said]:
        """Gives the last messages, oldest first."""
        return self._read(lambda db: reading.history(db, conversation_id, limit=limit, before_seq=before_seq))

    async def messages_after(self, conversation_id: ConversationId, *, seq: int, limit: int) -> Sequence[StoredMessage]:
        """Gives messages with a greater seq."""
        return self._read(lambda db: reading.messages_after(db, conversation_id, seq=seq, limit=limit))

    async def messages_before(self, conversation_id: ConversationId, *, seq: int | None, limit: int) -> Sequence[StoredMessage]:
        """Gives the last messages with a smaller seq."""
        return self._read(lambda db: reading.messages_before(db, conversation_id, seq=seq, limit=limit))

    async def find_address(self, key: AddressKey) -> tuple[Address, ConversationId] | None:
        """Finds the open address and its conversation."""
        return self._read(lambda db: reading.find_address(db, key))

    async def addresses(self, conversation_id: ConversationId) -> Sequence[Address]:
        """Gives the open addresses of a conversation's bearer."""
        return self._read(lambda db: reading.addresses(db, conversation_id))

    async def conversations(self, *, limit: int, before_ms: int | None = None) -> Sequence[ConversationSummary]:
        """Lists conversations."""
        return self._read(lambda db: reading.conversations(db, limit=limit, before_ms=before_ms))

    async def backlog(self, *, now_ms: int) -> Backlog:
        """Counts the work."""
        return self._read(lambda db: reading.backlog(db, now=now_ms))

    async def deliveries(self, message_id: MessageId) -> Sequence[Mapping[str, Any]]:
        """Gives every delivery of a message."""
        return self._read(lambda db: reading.deliveries(db, message_id))

    async def usage_totals(self, *, since_ms: int) -> Sequence[Mapping[str, Any]]:
        """Sums calls and tokens."""
        return self._read(lambda db: reading.usage_totals(db, since=since_ms))

    async def signals(self, *, limit: int) -> Sequence[Mapping[str, Any]]:
        """Lists what platforms said about our accounts."""
        return self._read(lambda db: reading.signals(db, limit=limit))

    # -- beside
    async def attach(self, *, message_id: MessageId, position: int, media: Media) -> None:
        """Replaces a Media part by one that is held."""

        def write(db: sqlite3.Connection) -> None:
            row = db.execute("select parts, search_key, conversation_id from message where id = ?", (message_id,)).fetchone()
            parts = list(parts_of(row[0])) if row else []
            if position < len(parts) and isinstance(parts[position], Media):
                parts[position] = media
                db.execute("update message set parts = ? where id = ?", (parts_text(tuple(parts)), message_id))
                refer(db, message_id, parts)
                if row[1] is not None:
                    reindex_message(db, key=row[1], conversation_id=row[2], text=live_words(tuple(parts)))

        await self._write(write)

    async def record_usage(self, records: Sequence[UsageRecord]) -> None:
        """Stores the cost of calls that belong to no turn."""
        await self._write(lambda db: sqlite_work.insert_usage(db, records, turn_id=None, conversation_id=None))

    async def put_token(self, token: Token) -> None:
        """Stores a token."""
        values = (token.kind, token.sha256, token.label, token.created_ms, token.expires_ms, None, json_text(token.payload))
        await self._write(lambda db: db.execute("insert or replace into token values (?, ?, ?, ?, ?, ?, ?)", values))

    async def find_token(self, *, kind: str, sha256: str, now_ms: int) -> Token | None:
        """Finds a token."""
        return self._read(lambda db: reading.find_token(db, kind=kind, sha256=sha256, now=now_ms))

    async def take_token(self, *, kind: str, sha256: str, now_ms: int) -> Token | None:
        """Finds a single-use token and uses it up."""

        def write(db: sqlite3.Connection) -> Token | None:
            token = reading.find_token(db, kind=kind, sha256=sha256, now=now_ms)
            if token is not None:
                db.execute("update token set taken_ms = ? where kind = ? and sha256 = ?", (now_ms, kind, sha256))
            return token

        return await self._write(write)

    async def tokens(self, *, kind: str) -> Sequence[Token]:
        """Lists the tokens of a kind that are neither expired nor taken."""
        now = self._clock.now_ms()
        rows = self._read(
            lambda db: db.execute(
                "select kind, sha256, label, created_ms, expires_ms, payload from token"
                " where kind = ? and taken_ms is null and (expires_ms is null or expires_ms > ?) order by created_ms",
                (kind, now),
            ).fetchall()
        )
        return [reading.token_of(r) for r in rows]

    async def drop_token(self, *, kind: str, sha256: str) -> bool:
        """Forgets a token."""
        return await self._write(lambda db: db.execute("delete from token where kind = ? and sha256 = ?", (kind, sha256)).rowcount > 0)

    async def set_timer(self, timer: Timer) -> None:
        """Stores a timer."""
        values = (timer.kind, timer.key, timer.due_ms, json_text(timer.payload))
        await self._write(lambda db: db.execute("insert or replace into timer values (?, ?, ?, ?)", values))

    async def drop_timer(self, *, kind: str, key: str) -> None:
        """Forgets a timer."""
        await self._write(lambda db: db.execute("delete from timer where kind = ? and key = ?", (kind, key)))

    async def due_timers(self, *, now_ms: int, limit: int, lease_ms: int) -> Sequence[Timer]:
        """Gives timers that are due and moves them ahead."""

        def write(db: sqlite3.Connection) -> list[Timer]:
            rows = db.execute(
                "select kind, key, due_ms, payload from timer where due_ms <= ? order by due_ms limit ?", (now_ms, limit)
            ).fetchall()
            db.executemany("update timer set due_ms = ? where kind = ? and key = ?", [(now_ms + lease_ms, r[0], r[1]) for r in rows])
            return [reading.timer_of(r) for r in rows]

        return await self._write(write)

    async def prune(self, *, now_ms: int, raw_days: int) -> Mapping[str, int]:
        """Deletes what is too old, a few thousand rows a transaction."""
        deleted = {"raw": 0, "seen": 0, "early_receipt": 0, "token": 0}
        old = (
            ("raw", "delete from raw where id in (select id from raw where received_ms < ? limit ?)", now_ms - raw_days * DAY_MS),
            (
                "seen",
                "delete from seen where (channel, key) in (select channel, key from seen where at_ms < ? limit ?)",
                now_ms - DEDUPE_DAYS * DAY_MS,
            ),
            (
                "early_receipt",
                "delete from early_receipt where (channel, native_id, state) in"
                " (select channel, native_id, state from early_receipt where at_ms < ? limit ?)",
                now_ms - DEDUPE_DAYS * DAY_MS,
            ),
            ("token", "delete from token where (kind, sha256) in (select kind, sha256 from token where expires_ms < ? limit ?)", now_ms),
        )
        for table, statement, before in old:
            while count := await self._write(_deletion(statement, before)):
                deleted[table] += count
        return deleted

    async def copy_to(self, path: Path) -> None:
        """Writes a copy of everything committed so far, while others go on writing."""
        await asyncio.to_thread(copy_database, self._path, path)

    # -- private
    def _prepare(self) -> sqlite3.Connection:
        if sqlite3.sqlite_version_info < (3, 35):
            raise SettingWrong(f"SQLite {sqlite3.sqlite_version} is too old; Wasl needs 3.35 or newer: use a newer Python or system")
        make_file(self._path)
        db = connected(self._path)
        try:
            db.execute("pragma journal_mode = wal")
            migrate_sqlite(db, path=self._path, now_ms=self._clock.now_ms())
            db.execute(NOTHING_TO_INDEX, (WORDS_VERSION,))
        except sqlite3.Error as error:
            named = refusal(self._path, error)
            if named is None:
                raise
            raise named from error
        return db

    async def _read_steps(self, make: Callable[[], Steps[Result]]) -> Result:
        return self._read(lambda db: run_sqlite(db, make()))

    async def _write_steps(self, make: Callable[[], Steps[Result]]) -> Result:
        return await self._write(lambda db: run_sqlite(db, make()))

    async def _erased(self) -> None:
        await self._scrub()
        await sqlite_scrub.drop_copies(self._path)

    async def _scrub(self) -> None:
        await sqlite_scrub.scrub(self._path, write=self._write)

    def _write(self, write: Callable[[sqlite3.Connection], Result | Counts]) -> "asyncio.Future[Result]":
        if self._group is None:
            raise StoreDown("the store is not open; nothing was stored")
        return self._group.write(write)

    def _read(self, read: Callable[[sqlite3.Connection], Result]) -> Result:
        if self._read_db is None:
            raise StoreDown("the store is not open")
        try:
            return read(self._read_db)
        except sqlite3.OperationalError as error:
            raise StoreDown(f"the database could not be read ({error}); try again") from error


def _deletion(statement: str, before: int) -> Callable[[sqlite3.Connection], int]:
    return lambda db: db.execute(statement, (before, PRUNE_ROWS_MAX)).rowcount
