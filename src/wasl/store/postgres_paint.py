"""Paints a Picture of what a group of writes needs, from locked rows of PostgreSQL.

Locks are taken in one order by everybody: event keys (sorted), then conversations (sorted). Whoever changes a turn or a delivery holds
its conversation's row, so what is read after that lock is the truth until the commit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from wasl.domain.event import Arrival, Event, Moved, Receipt
from wasl.domain.person import AddressKey
from wasl.store.picture import AddressRow, ConversationRow, DeliveryRow, EarlyReceipt, Handle, Native, Picture, TurnRow
from wasl.store.postgres_link import Connection
from wasl.store.rows import ADDRESS_COLUMNS, address_of, is_uuid

DUE_TURNS_MAX = 128
"""Due turns of one conversation that one picture shows."""

_SEEN = """insert into seen (channel, key, at_ms) select * from unnest($1::text[], $2::text[], $3::bigint[])
on conflict do nothing returning channel, key"""
_BY_HANDLE = f"""select {ADDRESS_COLUMNS}, a.conversation_id, c.identity_epoch
from unnest($1::text[], $2::text[], $3::text[]) k (channel, scope, handle)
join address a on a.channel = k.channel and a.scope = k.scope and a.handle = k.handle and a.valid_to_ms is null
join conversation c on c.id = a.conversation_id"""
_BY_ALIAS = f"""select {ADDRESS_COLUMNS}, a.conversation_id, c.identity_epoch
from unnest($1::text[], $2::text[], $3::text[]) k (channel, scope, handle)
join address a on a.channel = k.channel and a.scope = k.scope and a.alias = k.handle and a.alias is not null and a.valid_to_ms is null
join conversation c on c.id = a.conversation_id order by a.id"""
_FIND_TAGS = "select id, conversation_id, channel from delivery where id = any($1::uuid[])"
_FIND_NATIVES = """select d.id, d.conversation_id from unnest($1::text[], $2::text[]) k (channel, native_id)
join delivery d on d.channel = k.channel and d.native_id = k.native_id and d.native_id is not null"""
_LOCK = """select id, person_id, created_ms, last_ms, message_seq, turn_seq, closed_seq, ready_at, epoch, owner,
identity_epoch, shared, continues from conversation where id = any($1::uuid[]) order by id for update"""
_DELIVERY_COLUMNS = """id, message_id, conversation_id, address_id, channel, position, seq, state, attempt, created_ms, since_ms, due_ms,
native_id, sent_ms, delivered_ms, read_ms, error, price, charge, verdict"""
_DELIVERIES = f"""select {_DELIVERY_COLUMNS} from delivery where id = any($1::uuid[])
union all select {_DELIVERY_COLUMNS} from delivery where conversation_id = any($2::uuid[]) and state in ('queued', 'sending', 'unknown')"""
_TURNS = f"""select t.id, t.conversation_id, t.seq, t.message_id, t.accepted_ms, t.attempt
from unnest($1::uuid[], $2::integer[]) k (conversation_id, closed_seq) cross join lateral
(select * from turn where conversation_id = k.conversation_id and seq > k.closed_seq and state = 'due'
order by seq limit {DUE_TURNS_MAX}) t"""
_EARLY = """select e.channel, e.native_id, e.state, e.at_ms, e.error, e.price from unnest($1::text[], $2::text[]) k (channel, native_id)
join early_receipt e on e.channel = k.channel and e.native_id = k.native_id"""


class Raced(Exception):
    """Another process changed what was painted: the whole group is to be painted and done anew."""


@dataclass(slots=True)
class Wanted:
    """What the writes of one group ask to see. `open_of` and `turns_of` are conversations, locked like the others."""

    events: list[tuple[str, Event, int]] = field(default_factory=list)
    conversations: set[str] = field(default_factory=set)
    deliveries: set[str] = field(default_factory=set)
    open_of: set[str] = field(default_factory=set)
    turns_of: set[str] = field(default_factory=set)
    sent: list[tuple[str, str]] = field(default_factory=list)
    """Delivery id and the native id that it learns: early receipts may wait for it."""
    early: set[Native] = field(default_factory=set)


async def paint(db: Connection, wanted: Wanted) -> Picture:
    """Locks and reads everything that was asked for."""
    picture = Picture()
    conversations = {c for c in (*wanted.conversations, *wanted.open_of, *wanted.turns_of) if is_uuid(c)}
    deliveries = {d for d in wanted.deliveries if is_uuid(d)}
    if wanted.events:
        await _keys(db, picture, wanted.events)
        seen: dict[str, int] = {}
        conversations |= await _addresses(db, picture, wanted.events, seen)
        conversations |= await _receipts(db, wanted.events, deliveries)
    if wanted.early:
        conversations |= await _natives(db, wanted.early, deliveries)
    if conversations:
        await _lock(db, picture, conversations)
    if wanted.events and any(
        c not in picture.conversations or picture.conversations[c].identity_epoch != identity for c, identity in seen.items()
    ):
        raise Raced  # linked, parted or erased between the reading and the lock
    open_of = wanted.open_of & picture.conversations.keys()
    if deliveries or open_of:
        for row in await db.fetch(_DELIVERIES, list(deliveries), list(open_of)):
            picture.show_delivery(_delivery(row))
    if wanted.turns_of:
        await _turns(db, picture, wanted.turns_of & picture.conversations.keys())
    learning = wanted.sent + [(e.tag, e.native_id) for _, e, _ in wanted.events if isinstance(e, Receipt) and e.tag and e.native_id]
    natives = wanted.early | {
        (learner.channel, native_id)
        for delivery_id, native_id in learning
        if (learner := picture.deliveries.get(delivery_id)) is not None and learner.native_id is None
    }
    if natives:
        await _early(db, picture, natives)
    return picture


async def _keys(db: Connection, picture: Picture, events: Sequence[tuple[str, Event, int]]) -> None:
    keys = {(channel, event.key): at_ms for channel, event, at_ms in events if not isinstance(event, Receipt)}
    if keys:
        ordered = sorted(keys)
        rows = await db.fetch(_SEEN, [c for c, _ in ordered], [k for _, k in ordered], [keys[k] for k in ordered])
        picture.fresh = {(r[0], r[1]) for r in rows}


async def _addresses(db: Connection, picture: Picture, events: Sequence[tuple[str, Event, int]], seen: dict[str, int]) -> set[str]:
    keys: dict[Handle, set[AddressKey]] = {}
    also: set[Handle] = set()
    through: set[Handle] = set()
    for channel, event, _ in events:
        if isinstance(event, Arrival) and (channel, event.key) in picture.fresh:
            key = event.address
            keys.setdefault((key.channel, key.scope, key.handle), set()).add(key)  # one handle may come with several numbers
        elif isinstance(event, Moved) and (channel, event.key) in picture.fresh:
            also |= {(channel, event.scope, event.old_handle), (event.new.channel, event.new.scope, event.new.handle)}
            if event.new.alias is not None:
                through.add((event.new.channel, event.new.scope, event.new.alias))
    if not keys and not also:
        return set()
    conversations = await _show_addresses(db, picture, _BY_HANDLE, keys.keys() | also, seen)
    for handle, written in keys.items():
        row = picture.by_handle.get(handle)
        for key in written:
            if row is None or len(written) > 1 or (key.alias is not None and row.address.key.alias != key.alias):
                through.add((key.channel, key.scope, key.handle if key.alias is None else key.alias))
    if through:
        conversations |= await _show_addresses(db, picture, _BY_ALIAS, through, seen)
        conversations |= await _show_addresses(db, picture, _BY_HANDLE, through - picture.by_handle.keys(), seen)
    return conversations


async def _show_addresses(db: Connection, picture: Picture, query: str, handles: Iterable[Handle], seen: dict[str, int]) -> set[str]:
    listed = list(handles)
    if not listed:
        return set()
    found = set()
    for row in await db.fetch(query, [h[0] for h in listed], [h[1] for h in listed], [h[2] for h in listed]):
        columns = list(row)
        columns[0], columns[1] = str(columns[0]), str(columns[1])
        place = AddressRow(address=address_of(columns), conversation_id=str(columns[13]))
        if place.address.id not in picture.addresses:
            picture.show_address(place)
        found.add(place.conversation_id)
        seen[place.conversation_id] = columns[14]
    return found


async def _receipts(db: Connection, events: Sequence[tuple[str, Event, int]], deliveries: set[str]) -> set[str]:
    receipts = [(channel, event) for channel, event, _ in events if isinstance(event, Receipt)]
    if not receipts:
        return set()
    conversations: set[str] = set()
    known: set[tuple[str, str]] = set()
    tags = {r.tag for _, r in receipts if r.tag is not None and is_uuid(r.tag)}
    if tags:
        for row in await db.fetch(_FIND_TAGS, list(tags)):
            deliveries.add(str(row[0]))
            conversations.add(str(row[1]))
            known.add((row[2], str(row[0])))
    natives = {(c, r.native_id) for c, r in receipts if r.native_id is not None and (r.tag is None or (c, r.tag) not in known)}
    if natives:
        conversations |= await _natives(db, natives, deliveries)
    return conversations


async def _natives(db: Connection, natives: Iterable[Native], deliveries: set[str]) -> set[str]:
    listed = list(natives)
    rows = await db.fetch(_FIND_NATIVES, [c for c, _ in listed], [n for _, n in listed])
    deliveries |= {str(r[0]) for r in rows}
    return {str(r[1]) for r in rows}


async def _lock(db: Connection, picture: Picture, conversations: set[str]) -> None:
    for r in await db.fetch(_LOCK, list(conversations)):
        conversation_id = str(r[0])
        picture.conversations[conversation_id] = ConversationRow(
            id=conversation_id,
            person_id=str(r[1]),
            created_ms=r[2],
            last_ms=r[3],
            message_seq=r[4],
            turn_seq=r[5],
            closed_seq=r[6],
            ready_at=r[7],
            epoch=r[8],
            owner=r[9],
            identity_epoch=r[10],
            shared=bool(r[11]),
            continues=r[12],
        )


async def _turns(db: Connection, picture: Picture, conversations: set[str]) -> None:
    listed = [c for c in conversations if picture.conversations[c].turn_seq > picture.conversations[c].closed_seq]
    if not listed:
        return
    for r in await db.fetch(_TURNS, listed, [picture.conversations[c].closed_seq for c in listed]):
        row = TurnRow(id=str(r[0]), conversation_id=str(r[1]), seq=r[2], message_id=str(r[3]), accepted_ms=r[4], attempt=r[5])
        picture.show_turn(row)
    for conversation_id, turns in picture.due_turns.items():
        if len(turns) == DUE_TURNS_MAX:
            picture.turns_hidden[conversation_id] = max(t.seq for t in turns.values()) + 1


async def _early(db: Connection, picture: Picture, natives: set[Native]) -> None:
    listed = list(natives)
    for r in await db.fetch(_EARLY, [c for c, _ in listed], [n for _, n in listed]):
        receipt = EarlyReceipt(state=r[2], at_ms=r[3], error=r[4], price=r[5])
        picture.early.setdefault((r[0], r[1]), {})[r[2]] = receipt


def _delivery(r: Any) -> DeliveryRow:
    return DeliveryRow(
        id=str(r[0]),
        message_id=str(r[1]),
        conversation_id=str(r[2]),
        address_id=str(r[3]),
        channel=r[4],
        position=r[5],
        seq=r[6],
        state=r[7],
        attempt=r[8],
        created_ms=r[9],
        since_ms=r[10],
        due_ms=r[11],
        native_id=r[12],
        sent_ms=r[13],
        delivered_ms=r[14],
        read_ms=r[15],
        error=r[16],
        price=r[17],
        charge=r[18],
        verdict=r[19],
    )
