"""What one inbound request writes, on SQLite: the statements of `Store.receive`."""

import sqlite3
from typing import NamedTuple, assert_never

from wasl.domain.event import Arrival, ConsentGiven, Event, Moved, Receipt, Signal
from wasl.domain.findable import live_words
from wasl.domain.ids import AddressId, ConversationId, MessageId, PersonId, TurnId
from wasl.domain.person import Address, AddressKey
from wasl.domain.turn import DueTurn, Work
from wasl.ports.clock import Clock
from wasl.ports.store import Accepted, Duplicate, Incoming, Kept, Lease, Outcome
from wasl.store.rows import (
    ADDRESS_COLUMNS,
    HELD_MS,
    address_of,
    conversations_of,
    heard_at,
    json_or_none,
    json_text,
    parts_text,
)
from wasl.store.sqlite_read import history
from wasl.store.sqlite_receipts import receipt
from wasl.store.sqlite_search import index_message, refer

_FIND = f"""select {ADDRESS_COLUMNS}, a.conversation_id, c.ready_at, c.message_seq, c.turn_seq, c.epoch, c.shared, c.continues
from address a join conversation c on c.id = a.conversation_id
where a.channel = ? and a.scope = ? and a.handle = ? and a.valid_to_ms is null"""
_FIND_ALIAS = f"""select {ADDRESS_COLUMNS} from address a
where a.channel = ? and a.scope = ? and a.alias = ? and a.valid_to_ms is null order by a.id desc limit 1"""


class _Place(NamedTuple):
    """Where an arrival belongs: its address, heard from just now (and when before, as is stored), and its conversation."""

    address: Address
    heard_before_ms: int | None
    conversation_id: ConversationId
    idle: bool
    message_seq: int
    turn_seq: int
    epoch: int
    shared: bool = False
    continues: str | None = None


def receive(db: sqlite3.Connection, incoming: Incoming, *, lease: Lease | None, clock: Clock) -> list[Outcome]:
    """Stores the raw body and every event; the caller commits."""
    now = incoming.received_at_ms
    outcomes = [_event(db, incoming.channel, event, now=now, lease=lease, clock=clock) for event in incoming.events]
    db.execute(
        "insert into raw (channel, received_ms, body, conversations) values (?, ?, ?, ?)",
        (incoming.channel, now, incoming.raw, conversations_of(outcomes)),
    )
    if incoming.cursor is not None:
        db.execute("insert into cursor values (?, ?) on conflict do update set value = excluded.value", (incoming.channel, incoming.cursor))
    return outcomes


def _event(db: sqlite3.Connection, channel: str, event: Event, *, now: int, lease: Lease | None, clock: Clock) -> Outcome:
    match event:
        case Receipt():
            return receipt(db, channel, event, now=now)
        case Arrival() | ConsentGiven() | Moved() | Signal():
            pass
        case _:
            assert_never(event)
    if not db.execute("insert into seen values (?, ?, ?) on conflict do nothing", (channel, event.key, now)).rowcount:
        return Duplicate(key=event.key)
    match event:
        case Arrival():
            return _arrival(db, event, now=now, lease=lease, clock=clock)
        case ConsentGiven():
            key = event.address
            db.execute(
                "insert into consent values (?, ?, ?, ?, ?, ?) on conflict do update set given = excluded.given, at_ms = excluded.at_ms"
                " where excluded.at_ms >= at_ms",
                (key.channel, key.scope, key.handle, event.purpose, int(event.given), event.at_ms),
            )
        case Moved():
            _moved(db, channel, event, now=now, clock=clock)
        case Signal():
            db.execute(
                "insert into signal (channel, scope, kind, grave, at_ms, detail) values (?, ?, ?, ?, ?, ?)",
                (channel, event.scope, event.kind, int(event.grave), event.at_ms, json_text(event.detail)),
            )
        case _:
            assert_never(event)
    return Kept(key=event.key)


def _arrival(db: sqlite3.Connection, event: Arrival, *, now: int, lease: Lease | None, clock: Clock) -> Accepted:
    place = _place(db, event, now=now, clock=clock)
    message_id, seq = MessageId(clock.new_id()), place.message_seq + 1
    text = live_words(event.parts)
    search_key = index_message(db, message_id=message_id, conversation_id=place.conversation_id, seq=seq, at_ms=event.sent_at_ms, text=text)
    refer(db, message_id, event.parts)
    db.execute(
        "insert into message (id, conversation_id, seq, author, author_name, address_id, native_id, reply_to, sent_ms, stored_ms,"
        " parts, extra, search_key) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            message_id,
            place.conversation_id,
            seq,
            event.author,
            event.author_name,
            place.address.id,
            event.native_id,
            event.reply_to,
            event.sent_at_ms,
            now,
            parts_text(event.parts),
            json_or_none(event.extra),
            search_key,
        ),
    )
    if place.address.last_inbound_ms != place.heard_before_ms:
        db.execute("update address set last_inbound_ms = ? where id = ?", (place.address.last_inbound_ms, place.address.id))
    if not event.wants_answer:
        db.execute(
            "update conversation set message_seq = ?, last_ms = ?, ready_at = case when ? and owner is null and ready_at > ? then ?"
            " else ready_at end where id = ?",
            (seq, now, event.author == "person", now + HELD_MS, now, place.conversation_id),
        )
        return Accepted(key=event.key, message_id=message_id, conversation_id=place.conversation_id, seq=seq)
    turn_id, turn_seq = TurnId(clock.new_id()), place.turn_seq + 1
    db.execute(
        "insert into turn (id, conversation_id, seq, message_id, state, accepted_ms) values (?, ?, ?, ?, 'due', ?)",
        (turn_id, place.conversation_id, turn_seq, message_id, now),
    )
    work: Work | None = None
    if place.idle and lease is not None:
        epoch = place.epoch + 1
        db.execute(
            "update conversation set message_seq = ?, turn_seq = ?, last_ms = ?, ready_at = ?, epoch = ?, owner = ? where id = ?",
            (seq, turn_seq, now, now + lease.milliseconds, epoch, lease.owner, place.conversation_id),
        )
        # Read here, from pages that are at hand: another connection would have to fetch them anew after every commit.
        most, shared = lease.history + 1, place.shared
        said = tuple(history(db, place.conversation_id, limit=most, before_seq=None, shared=shared)) if lease.history else None
        work = Work(
            conversation_id=place.conversation_id,
            epoch=epoch,
            turns=(_due(event, place.address, turn_id, turn_seq, message_id, now=now),),
            deliveries=(),
            history=said,
            shared=shared,
            continues=place.continues,
        )
    else:
        # A live lease and a backing off keep their time: what is idle becomes ready here, and what only a rule holds.
        db.execute(
            "update conversation set message_seq = ?, turn_seq = ?, last_ms = ?, ready_at = case when owner is null"
            " and (ready_at is null or ready_at > ?) then ? else ready_at end where id = ?",
            (seq, turn_seq, now, now + HELD_MS, now, place.conversation_id),
        )
    return Accepted(key=event.key, message_id=message_id, conversation_id=place.conversation_id, seq=seq, turn_id=turn_id, work=work)


def _due(event: Arrival, address: Address, turn_id: TurnId, seq: int, message_id: MessageId, *, now: int) -> DueTurn:
    return DueTurn(
        id=turn_id,
        seq=seq,
        message_id=message_id,
        parts=event.parts,
        native_id=event.native_id,
        address=address,
        sent_at_ms=event.sent_at_ms,
        accepted_at_ms=now,
        attempt=0,
        author_name=event.author_name,
    )


def _place(db: sqlite3.Connection, event: Arrival, *, now: int, clock: Clock) -> _Place:
    key = event.address
    row = db.execute(_FIND, (key.channel, key.scope, key.handle)).fetchone()
    if row is None:
        row = _through_alias(db, key, now=now)
    if row is None:
        return _new_person(db, event, now=now, clock=clock)
    heard_ms = max(row[12] or 0, heard_at(event, now=now)) if event.author == "person" else row[12]
    address = address_of(row, last_inbound_ms=heard_ms)
    name = event.address_name
    stale = (name and name != address.name) or (event.language and event.language != address.language)
    if event.author == "person" and (stale or (key.alias and key.alias != address.key.alias)):
        if key.alias and key.alias != address.key.alias:
            _take_alias(db, key, person_id=address.person_id, now=now)
        db.execute(
            "update address set name = coalesce(?, name), language = coalesce(?, language), alias = coalesce(?, alias),"
            " alias_kind = coalesce(?, alias_kind) where id = ?",
            (name, event.language, key.alias, key.alias_kind, address.id),
        )
        known = db.execute(f"select {ADDRESS_COLUMNS} from address a where a.id = ?", (address.id,)).fetchone()
        address = address_of(known, last_inbound_ms=heard_ms)
    return _Place(address, row[12], ConversationId(row[13]), row[14] is None, row[15], row[16], row[17], bool(row[18]), row[19])


def _through_alias(db: sqlite3.Connection, key: AddressKey, *, now: int) -> sqlite3.Row | None:
    """Finds the correspondent by the other of two handles.

    An older address that bore the second handle as its only one is the same correspondent, known by the better key from now on.
    Beside another better key the number was recycled: the old address closes and whoever writes now is somebody new.
    """
    if key.alias is None:
        bearer = db.execute(_FIND_ALIAS, (key.channel, key.scope, key.handle)).fetchone()
        return None if bearer is None else _find(db, *bearer[2:5])
    known = db.execute(_FIND, (key.channel, key.scope, key.alias)).fetchone()
    _take_alias(db, key, person_id=None if known is None else known[1], now=now)
    if known is None:
        return None
    db.execute(
        "update address set handle = ?, kind = ?, alias = ?, alias_kind = ? where id = ?",
        (key.handle, key.kind, key.alias, key.alias_kind, known[0]),
    )
    return _find(db, key.channel, key.scope, key.handle)


def _find(db: sqlite3.Connection, *handle: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = db.execute(_FIND, handle).fetchone()
    return row


def _take_alias(db: sqlite3.Connection, key: AddressKey, *, person_id: str | None, now: int) -> None:
    """Sees to it that a second handle belongs to one open address: that of somebody else closes, the person's own gives it up."""
    holder = db.execute(_FIND_ALIAS, (key.channel, key.scope, key.alias)).fetchone()
    if holder is None:
        return
    if holder[1] == person_id:
        db.execute("update address set alias = null, alias_kind = null where id = ?", (holder[0],))
    else:
        db.execute("update address set valid_to_ms = ? where id = ?", (now, holder[0]))


def _new_person(db: sqlite3.Connection, event: Arrival, *, now: int, clock: Clock) -> _Place:
    key = event.address
    group = key.kind == "group"
    person = event.author == "person"
    name = event.address_name if person else None
    person_id, conversation_id = PersonId(clock.new_id()), ConversationId(clock.new_id())
    db.execute("insert into person values (?, ?, ?, ?)", (person_id, "group" if group else "person", name, now))
    db.execute("insert into conversation (id, person_id, created_ms, last_ms) values (?, ?, ?, ?)", (conversation_id, person_id, now, now))
    address = Address(
        id=AddressId(clock.new_id()),
        person_id=person_id,
        key=key,
        name=name,
        language=event.language if person else None,
        valid_from_ms=now,
        last_inbound_ms=heard_at(event, now=now) if person else None,
    )
    _insert_address(db, address, conversation_id=conversation_id)
    return _Place(address, address.last_inbound_ms, conversation_id, True, 0, 0, 0)


def _insert_address(db: sqlite3.Connection, address: Address, *, conversation_id: str) -> None:
    key = address.key
    db.execute(
        "insert into address (id, person_id, conversation_id, channel, scope, handle, kind, alias, alias_kind, name, language,"
        " valid_from_ms, valid_to_ms, last_inbound_ms) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            address.id,
            address.person_id,
            conversation_id,
            key.channel,
            key.scope,
            key.handle,
            key.kind,
            key.alias,
            key.alias_kind,
            address.name,
            address.language,
            address.valid_from_ms,
            address.valid_to_ms,
            address.last_inbound_ms,
        ),
    )


def _moved(db: sqlite3.Connection, channel: str, event: Moved, *, now: int, clock: Clock) -> None:
    old = db.execute(_FIND, (channel, event.scope, event.old_handle)).fetchone()
    new = db.execute(_FIND, (event.new.channel, event.new.scope, event.new.handle)).fetchone()
    if old is None or new is not None:
        return
    before = address_of(old)
    if event.new.alias is not None:
        _take_alias(db, event.new, person_id=before.person_id, now=now)
    address = Address(
        id=AddressId(clock.new_id()),
        person_id=before.person_id,
        key=event.new,
        name=before.name,
        language=before.language,
        valid_from_ms=now,
        last_inbound_ms=before.last_inbound_ms,
    )
    _insert_address(db, address, conversation_id=old[13])
