"""The store on PostgreSQL, for many processes on one database; needs the extra `postgres`.

Import this module only when a PostgreSQL store is asked for: without asyncpg the import raises SettingWrong.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar, assert_never

from wasl.domain.errors import Fenced, SettingWrong, StoreDown
from wasl.domain.event import Arrival, ConsentGiven, Event, Moved, Receipt, Signal
from wasl.domain.ids import ConversationId, DeliveryId, MessageId, TurnId
from wasl.domain.message import Media, Said
from wasl.domain.person import Address, AddressKey
from wasl.domain.turn import Closing, ConversationSummary, NewDelivery, NewMessage, Settling, StoredMessage, UsageRecord, Work
from wasl.ports.clock import Clock
from wasl.ports.counting import Asked, Counted
from wasl.ports.leases import Held
from wasl.ports.people import People
from wasl.ports.store import Backlog, Closed, Incoming, Kept, Lease, Outcome, Timer, Token
from wasl.store import picture_receive, picture_work
from wasl.store.counting_steps import Counts
from wasl.store.group_commit import Told
from wasl.store.library_rows import tell_indexed
from wasl.store.picture import Native, Picture, UsageRow

try:
    import asyncpg
except ImportError as missing:
    raise SettingWrong("PostgreSQL needs asyncpg: run `make install WITH=postgres`, or leave `store` empty to use SQLite") from missing

from wasl.store import postgres_beside as beside
from wasl.store import postgres_read as reading
from wasl.store import postgres_work
from wasl.store.migrate_postgres import migrate_postgres
from wasl.store.postgres_commit import GroupCommit
from wasl.store.postgres_library import PostgresLibrary
from wasl.store.postgres_link import LOST, Connection, connect, down
from wasl.store.postgres_paint import Wanted
from wasl.store.postgres_save import clean
from wasl.store.postgres_search import NOTHING_TO_INDEX, index_by_time
from wasl.store.rows import is_uuid
from wasl.store.sql_beside import SqlBeside
from wasl.store.sql_people import SqlPeople
from wasl.store.steps import Steps, run_postgres
from wasl.wire.searching import WORDS_VERSION

Result = TypeVar("Result")
PEOPLE_AT_ONCE = 1 << 30
"""People counted with one statement: everybody; the server walks an index and holds one person at a time."""
LOOK_AGAIN_SECONDS = 2.0
"""Longer than any transaction lasts that stores what was sent."""


class PostgresStore(SqlBeside):
    """A store in one PostgreSQL database (13 or newer). `url` is postgresql://role:password@host:port/name."""

    def __init__(self, url: str, *, clock: Clock, told: Told | None = None) -> None:
        self._url, self._told, self._clock = url, told, clock
        self._group: GroupCommit | None = None
        self._readers: reading.Readers | None = None
        self._looking: set[asyncio.Task[None]] = set()
        self._library = PostgresLibrary(write=self._plain, read=self._read, clock=clock)
        self._indexing: asyncio.Task[int] | None = None
        self.people: People = SqlPeople(read=self._read_steps, write=self._write_steps, clock=clock)
        super().__init__(read=self._read_steps, write=self._write_steps, clock=clock, people_at_once=PEOPLE_AT_ONCE)

    @property
    def library(self) -> PostgresLibrary:
        """The imported chats, and the search."""
        return self._library

    async def open(self) -> None:
        """Opens, migrates forward, and is ready."""
        db = await connect(self._url, name="writer")
        try:
            await migrate_postgres(db, now_ms=self._clock.now_ms())
            await db.execute(NOTHING_TO_INDEX, WORDS_VERSION)
        except (*LOST, asyncpg.PostgresError) as error:
            db.terminate()
            raise down(error) from error
        except SettingWrong:
            db.terminate()
            raise
        self._group = GroupCommit(self._url, told=self._told)
        self._group.start(db)
        self._readers = reading.Readers(self._url)
        self._indexing = asyncio.get_running_loop().create_task(self._index_the_rest(), name="index the rest")
        self._indexing.add_done_callback(tell_indexed)

    async def _index_the_rest(self) -> int:
        done = await self._library.index_the_rest()
        await index_by_time(self._url)
        return done

    async def close(self) -> None:
        """Commits what waits and closes."""
        if self._indexing is not None:
            self._indexing.cancel()
            await asyncio.wait([self._indexing])
        group, readers, self._group, self._readers = self._group, self._readers, None, None
        for task in self._looking:
            task.cancel()
        if group is not None:
            await group.close()
        if readers is not None:
            await readers.close()

    async def ping(self) -> None:
        """Makes one durable commit that changes nothing that anybody reads."""
        await self._plain(beside.ping)

    # -- one inbound request
    async def receive(self, incoming: Incoming, *, lease: Lease | None = None) -> Sequence[Outcome]:
        """Stores the raw body and every event in one commit."""
        incoming = replace(incoming, events=[_cleaned(e) for e in incoming.events])

        def wants(wanted: Wanted) -> None:
            wanted.events += [(incoming.channel, event, incoming.received_at_ms) for event in incoming.events]

        outcomes = await self._write(lambda p: picture_receive.receive(p, incoming, lease=lease, clock=self._clock), wants)
        self._look_again(incoming, outcomes)
        return outcomes

    async def cursor(self, channel: str) -> str | None:
        """Gives the last cursor stored for the channel."""
        value: str | None = await self._read(lambda db: db.fetchval("select value from cursor where channel = $1", channel))
        return value

    # -- work
    async def claim(self, *, lease: Lease, limit: int, now_ms: int) -> Sequence[Work]:
        """Leases what is ready, longest ready first."""
        return await self._plain(lambda db: postgres_work.claim(db, lease=lease, limit=limit, now_ms=now_ms))

    async def renew(self, *, lease: Lease, now_ms: int, held: Sequence[ConversationId] | None = None) -> Mapping[ConversationId, int]:
        """Prolongs the owner's leases."""
        return await self._plain(lambda db: postgres_work.renew(db, lease=lease, now_ms=now_ms, held=held), alone=True)

    async def leases(self) -> Sequence[Held]:
        """Reads every lease."""
        return await self._read(postgres_work.leases)

    async def free(self, seen: Sequence[Held], *, now_ms: int) -> int:
        """Ends leases that are as they were seen."""
        return await self._plain(lambda db: postgres_work.free(db, seen, now_ms=now_ms), alone=True)

    async def set_back(self, *, by_ms: int, now_ms: int) -> int:
        """Brings forward what was put off by a clock that has gone back."""
        return await self._plain(lambda db: postgres_work.set_back(db, by_ms=by_ms, now_ms=now_ms), alone=True)

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

        def act(picture: Picture) -> None:
            picture_work.release(picture, conversation_id, epoch, now=now_ms, turns_at=turns_at_ms, deliveries_at=deliveries_at_ms)

        await self._write(act, lambda wanted: wanted.open_of.add(conversation_id))

    async def close_turn(self, closing: Closing, *, start: bool = True, count: Asked | None = None) -> Closed:
        """Stores the reply and closes the turns."""

        def wants(wanted: Wanted) -> None:
            wanted.turns_of.add(closing.conversation_id)
            wanted.open_of.add(closing.conversation_id)

        return await self._write(lambda p: picture_work.close_turn(p, closing, start=start, count=count), wants)

    async def retry_turn(
        self, *, turn_id: TurnId, conversation_id: ConversationId, epoch: int, now_ms: int, at_ms: int, usage: Sequence[UsageRecord] = ()
    ) -> None:
        """Counts an attempt and gives the lease back until `at_ms`."""
        await self._write(
            lambda p: picture_work.retry_turn(p, turn_id, conversation_id, epoch, at=at_ms, usage=usage),
            lambda wanted: wanted.turns_of.add(conversation_id),
        )

    async def start_sending(
        self, *, delivery_id: DeliveryId, conversation_id: ConversationId, epoch: int, now_ms: int, count: Asked | None = None
    ) -> Counted | None:
        """Makes a delivery "sending" and counts the attempt."""

        def wants(wanted: Wanted) -> None:
            wanted.conversations.add(conversation_id)
            wanted.deliveries.add(delivery_id)

        return await self._write(
            lambda p: picture_work.start_sending(p, delivery_id, conversation_id, epoch, now=now_ms, count=count), wants
        )

    async def settle(self, settling: Settling) -> None:
        """Stores what became of a delivery."""
        s = settling if settling.native_id is None else replace(settling, native_id=clean(settling.native_id))

        def wants(wanted: Wanted) -> None:
            wanted.conversations.add(s.conversation_id)
            wanted.deliveries.add(s.delivery_id)
            if s.release:
                wanted.open_of.add(s.conversation_id)
            if s.native_id is not None:
                wanted.sent.append((s.delivery_id, s.native_id))

        fenced: Fenced | None = await self._write(lambda p: picture_work.settle(p, s), wants)
        if fenced is not None:
            raise fenced

    async def say(self, *, conversation_id: ConversationId, message: NewMessage, deliveries: Sequence[NewDelivery], now_ms: int) -> int:
        """Stores a message that answers no turn."""
        return await self._write(
            lambda p: picture_work.say(p, conversation_id, message, deliveries, now=now_ms),
            lambda wanted: wanted.conversations.add(conversation_id),
        )

    # -- reading
    async def history(self, conversation_id: ConversationId, *, limit: int, before_seq: int | None = None) -> Sequence[Said]:
        """Gives the last messages, oldest first."""
        if self._readers is None:
            raise StoreDown("the store is not open")
        return await self._readers.history(conversation_id, limit=limit, before_seq=before_seq)

    async def messages_after(self, conversation_id: ConversationId, *, seq: int, limit: int) -> Sequence[StoredMessage]:
        """Gives messages with a greater seq."""
        return (
            await self._read(lambda db: reading.messages_after(db, conversation_id, seq=seq, limit=limit))
            if is_uuid(conversation_id)
            else []
        )

    async def messages_before(self, conversation_id: ConversationId, *, seq: int | None, limit: int) -> Sequence[StoredMessage]:
        """Gives the last messages with a smaller seq."""
        return (
            await self._read(lambda db: reading.messages_before(db, conversation_id, seq=seq, limit=limit))
            if is_uuid(conversation_id)
            else []
        )

    async def find_address(self, key: AddressKey) -> tuple[Address, ConversationId] | None:
        """Finds the open address and its conversation."""
        return await self._read(lambda db: reading.find_address(db, key))

    async def addresses(self, conversation_id: ConversationId) -> Sequence[Address]:
        """Gives the open addresses of a conversation's bearer."""
        return await self._read(lambda db: reading.addresses(db, conversation_id)) if is_uuid(conversation_id) else []

    async def conversations(self, *, limit: int, before_ms: int | None = None) -> Sequence[ConversationSummary]:
        """Lists conversations."""
        return await self._read(lambda db: reading.conversations(db, limit=limit, before_ms=before_ms))

    async def backlog(self, *, now_ms: int) -> Backlog:
        """Counts the work."""
        return await self._read(lambda db: reading.backlog(db, now_ms=now_ms))

    async def deliveries(self, message_id: MessageId) -> Sequence[Mapping[str, Any]]:
        """Gives every delivery of a message."""
        return await self._read(lambda db: reading.deliveries(db, message_id)) if is_uuid(message_id) else []

    async def usage_totals(self, *, since_ms: int) -> Sequence[Mapping[str, Any]]:
        """Sums calls and tokens."""
        return await self._read(lambda db: reading.usage_totals(db, since_ms=since_ms))

    async def signals(self, *, limit: int) -> Sequence[Mapping[str, Any]]:
        """Lists what platforms said about our accounts."""
        return await self._read(lambda db: reading.signals(db, limit=limit))

    # -- beside
    async def attach(self, *, message_id: MessageId, position: int, media: Media) -> None:
        """Replaces a Media part by one that is held."""
        await self._plain(lambda db: beside.attach(db, message_id=message_id, position=position, media=media))

    async def record_usage(self, records: Sequence[UsageRecord]) -> None:
        """Stores the cost of calls that belong to no turn."""

        def act(picture: Picture) -> None:
            picture.changes.usage += [UsageRow(record=r, turn_id=None, conversation_id=None) for r in records]

        await self._write(act, lambda wanted: None)

    async def put_token(self, token: Token) -> None:
        """Stores a token."""
        await self._plain(lambda db: beside.put_token(db, token))

    async def find_token(self, *, kind: str, sha256: str, now_ms: int) -> Token | None:
        """Finds a token."""
        return await self._read(lambda db: reading.find_token(db, kind=kind, sha256=sha256, now_ms=now_ms))

    async def take_token(self, *, kind: str, sha256: str, now_ms: int) -> Token | None:
        """Finds a single-use token and uses it up."""
        return await self._plain(lambda db: beside.take_token(db, kind=kind, sha256=sha256, now_ms=now_ms))

    async def tokens(self, *, kind: str) -> Sequence[Token]:
        """Lists the tokens of a kind that are neither expired nor taken."""
        return await self._read(lambda db: reading.tokens(db, kind=kind, now_ms=self._clock.now_ms()))

    async def drop_token(self, *, kind: str, sha256: str) -> bool:
        """Forgets a token."""
        return await self._plain(lambda db: beside.drop_token(db, kind=kind, sha256=sha256))

    async def set_timer(self, timer: Timer) -> None:
        """Stores a timer."""
        await self._plain(lambda db: beside.set_timer(db, timer))

    async def drop_timer(self, *, kind: str, key: str) -> None:
        """Forgets a timer."""
        await self._plain(lambda db: beside.drop_timer(db, kind=kind, key=key))

    async def due_timers(self, *, now_ms: int, limit: int, lease_ms: int) -> Sequence[Timer]:
        """Gives timers that are due and moves them ahead."""
        return await self._plain(lambda db: beside.due_timers(db, now_ms=now_ms, limit=limit, lease_ms=lease_ms))

    async def prune(self, *, now_ms: int, raw_days: int) -> Mapping[str, int]:
        """Deletes what is too old, a few thousand rows a transaction."""
        deleted: dict[str, int] = {}
        for table, before_ms in beside.prunes(now_ms=now_ms, raw_days=raw_days).items():
            deleted[table] = 0
            while count := await self._plain(partial(beside.prune, table=table, before_ms=before_ms)):
                deleted[table] += count
        return deleted

    # -- private
    async def _read_steps(self, make: Callable[[], Steps[Result]]) -> Result:
        return await self._read(lambda db: run_postgres(db, make()))

    async def _write_steps(self, make: Callable[[], Steps[Result]]) -> Result:
        return await self._plain(lambda db: run_postgres(db, make()), alone=True)

    def _write(self, act: Callable[[Picture], Result | Counts], wants: Callable[[Wanted], None]) -> "asyncio.Future[Result]":
        if self._group is None:
            raise StoreDown("the store is not open; nothing was stored")
        return self._group.write(act, wants)

    def _plain(
        self, plain: Callable[[Connection], Awaitable[Result]], *, alone: bool = False, kin: bool = False
    ) -> "asyncio.Future[Result]":
        if self._group is None:
            raise StoreDown("the store is not open; nothing was stored")
        return self._group.plain(plain, alone=alone, kin=kin)

    async def _read(self, read: Callable[[Connection], Awaitable[Result]]) -> Result:
        if self._readers is None:
            raise StoreDown("the store is not open")
        return await self._readers.read(read)

    def _look_again(self, incoming: Incoming, outcomes: Sequence[Outcome]) -> None:
        """Looks once more for deliveries of receipts that were kept: another process may have been storing their native id in
        that very moment, and neither saw the other's commit."""
        kept = {o.key for o in outcomes if isinstance(o, Kept)}
        natives = {
            (incoming.channel, e.native_id) for e in incoming.events if isinstance(e, Receipt) and e.native_id is not None and e.key in kept
        }
        if natives:
            task = asyncio.get_running_loop().create_task(self._apply_early(natives))
            self._looking.add(task)
            task.add_done_callback(self._looking.discard)

    async def _apply_early(self, natives: set[Native]) -> None:
        await self._clock.sleep(LOOK_AGAIN_SECONDS)

        def act(picture: Picture) -> None:
            for native in sorted(natives):
                picture_work.apply_early(picture, native, now=self._clock.now_ms())

        with contextlib.suppress(StoreDown):  # the receipts stay kept
            await self._write(act, lambda wanted: wanted.early.update(natives))


def _cleaned(event: Event) -> Event:
    """Gives the event with keys that PostgreSQL can hold and compare."""
    match event:
        case Arrival():
            key = event.address
            texts = event.key, key.scope, key.handle, key.alias
            if all(map(_is_clean, texts)):
                return event
            address = replace(key, scope=clean(key.scope) or "", handle=clean(key.handle) or "", alias=clean(key.alias))
            return replace(event, key=clean(event.key) or "", address=address)
        case Receipt():
            return event if _is_clean(event.native_id) else replace(event, native_id=clean(event.native_id))
        case Moved():
            new = replace(event.new, handle=clean(event.new.handle) or "", alias=clean(event.new.alias))
            return replace(event, key=clean(event.key) or "", old_handle=clean(event.old_handle) or "", new=new)
        case ConsentGiven() | Signal():
            return event if _is_clean(event.key) else replace(event, key=clean(event.key) or "")
        case _:
            assert_never(event)


def _is_clean(text: str | None) -> bool:
    return text is None or (text.isascii() and "\0" not in text)
