"""Claims on PostgreSQL, and what a claimed conversation has to be done."""

from collections.abc import Mapping, Sequence
from typing import Any

from wasl.domain.delivery import Outgoing
from wasl.domain.ids import ConversationId, DeliveryId, MessageId, TurnId
from wasl.domain.person import Address
from wasl.domain.turn import DueTurn, PendingDelivery, Work
from wasl.ports.leases import Held
from wasl.ports.store import DELIVERIES_PER_WORK_MAX, TURNS_PER_WORK_MAX, Lease
from wasl.store.postgres_link import Connection
from wasl.store.rows import ADDRESS_COLUMNS, address_of, json_of, parts_of, put_off_since

_CLAIM = """with picked as materialized (select id, ready_at from conversation
where ready_at is not null and ready_at <= $3 and owner is null order by ready_at limit $4 for update skip locked)
update conversation c set epoch = c.epoch + 1, owner = $1, ready_at = $2 from picked p where c.id = p.id
returning c.id, c.epoch, c.closed_seq, c.turn_seq, p.ready_at, c.shared, c.continues"""
_DUE_TURNS = f"""select {ADDRESS_COLUMNS}, t.id, t.seq, t.message_id, m.parts, m.native_id, m.sent_ms, t.accepted_ms, t.attempt,
m.author_name, t.conversation_id from unnest($1::uuid[], $2::integer[]) k (conversation_id, closed_seq) cross join lateral
(select * from turn where conversation_id = k.conversation_id and seq > k.closed_seq and state = 'due'
order by seq limit {TURNS_PER_WORK_MAX}) t
join message m on m.id = t.message_id join address a on a.id = m.address_id order by t.seq"""
_OPEN = f"""select {ADDRESS_COLUMNS}, d.id, d.parts, d.reply_to, d.attempt, d.state, d.due_ms, d.since_ms, d.conversation_id,
d.verdict, m.author
from unnest($1::uuid[]) k (conversation_id) cross join lateral
(select * from delivery where conversation_id = k.conversation_id and state in ('queued', 'sending', 'unknown')
order by seq, position limit {DELIVERIES_PER_WORK_MAX}) d
join address a on a.id = d.address_id left join message m on m.id = d.message_id order by d.seq, d.position"""
_LEASES = "select id, owner, epoch, ready_at from conversation where ready_at is not null and owner is not null"
_HELD = """select id, epoch from conversation where ready_at is not null and owner = $1 and ($2::uuid[] is null or id = any($2))
order by id for update"""
_RENEW = "update conversation set ready_at = $1 where id = any($2::uuid[])"
_PUT_OFF = """select id from conversation where id in (select id from conversation where ready_at > $1 union
select conversation_id from delivery where state in ('queued', 'sending', 'unknown') and due_ms > $1) order by id for update"""
_DUE_BACK = """update delivery set due_ms = greatest($1, due_ms - $2) where conversation_id = any($4::uuid[])
and state in ('queued', 'sending', 'unknown') and due_ms > $3"""
_READY_BACK = "update conversation set ready_at = greatest($1, ready_at - $2) where id = any($4::uuid[]) and ready_at > $3"
_SEEN = """select c.id from unnest($1::uuid[], $2::text[], $3::integer[], $4::bigint[]) k (id, owner, epoch, ready_at)
join conversation c on c.id = k.id and c.owner = k.owner and c.epoch = k.epoch and c.ready_at = k.ready_at order by c.id for update of c"""
_FREE = "update conversation set owner = null, ready_at = least(ready_at, $1) where id = any($2::uuid[])"


async def claim(db: Connection, *, lease: Lease, limit: int, now_ms: int) -> Sequence[Work]:
    """Leases what is ready, passing over rows that others hold, and reads what has to be done."""
    rows = await db.fetch(_CLAIM, lease.owner, now_ms + lease.milliseconds, now_ms, limit)
    if not rows:
        return []
    rows.sort(key=lambda r: (r[4], r[0]))
    turns: dict[object, list[DueTurn]] = {}
    waiting = [r for r in rows if r[3] > r[2]]
    if waiting:
        for row in await db.fetch(_DUE_TURNS, [r[0] for r in waiting], [r[2] for r in waiting]):
            turns.setdefault(row[22], []).append(_due_turn(row))
    deliveries: dict[object, list[PendingDelivery]] = {}
    for row in await db.fetch(_OPEN, [r[0] for r in rows]):
        deliveries.setdefault(row[20], []).append(_pending(row))
    return [
        Work(
            conversation_id=ConversationId(str(r[0])),
            epoch=r[1],
            turns=tuple(turns.get(r[0], ())),
            deliveries=tuple(deliveries.get(r[0], ())),
            shared=bool(r[5]),
            continues=r[6],
        )
        for r in rows
    ]


async def renew(db: Connection, *, lease: Lease, now_ms: int, held: Sequence[str] | None) -> Mapping[ConversationId, int]:
    """Prolongs leases, locking them in the agreed order; gives which, with their epochs."""
    rows = await db.fetch(_HELD, lease.owner, held)
    if rows:
        await db.execute(_RENEW, now_ms + lease.milliseconds, [r[0] for r in rows])
    return {ConversationId(str(r[0])): r[1] for r in rows}


async def leases(db: Connection) -> Sequence[Held]:
    """Reads every lease."""
    return [Held(ConversationId(str(r[0])), r[1], r[2], r[3]) for r in await db.fetch(_LEASES)]


async def free(db: Connection, seen: Sequence[Held], *, now_ms: int) -> int:
    """Ends leases that are as they were seen, locking them in the agreed order."""
    ids = [r[0] for r in await db.fetch(_SEEN, *map(list, zip(*seen, strict=True)))] if seen else []
    if ids:
        await db.execute(_FREE, now_ms, ids)
    return len(ids)


async def set_back(db: Connection, *, by_ms: int, now_ms: int) -> int:
    """Brings forward what was put off, locking conversations in the agreed order; whoever changes a delivery holds its conversation."""
    since = put_off_since(now_ms=now_ms, by_ms=by_ms)
    ids = [r[0] for r in await db.fetch(_PUT_OFF, since)]
    if ids:
        await db.execute(_DUE_BACK, now_ms, by_ms, since, ids)
        await db.execute(_READY_BACK, now_ms, by_ms, since, ids)
    return len(ids)


def read_address(row: Any) -> Address:
    """Reads an Address from the first columns of a row, whose ids are UUIDs."""
    columns = list(row)
    columns[0], columns[1] = str(columns[0]), str(columns[1])
    return address_of(columns)


def _due_turn(row: Any) -> DueTurn:
    return DueTurn(
        id=TurnId(str(row[13])),
        seq=row[14],
        message_id=MessageId(str(row[15])),
        parts=parts_of(row[16]),
        native_id=row[17],
        address=read_address(row),
        sent_at_ms=row[18],
        accepted_at_ms=row[19],
        attempt=row[20],
        author_name=row[21],
    )


def _pending(row: Any) -> PendingDelivery:
    outgoing = Outgoing(
        id=DeliveryId(str(row[13])),
        address=read_address(row),
        parts=parts_of(row[14]),
        reply_to=row[15],
        attempt=max(1, row[16]),
        author=row[22] or "assistant",
    )
    return PendingDelivery(outgoing=outgoing, state=row[17], due_at_ms=row[18], since_ms=row[19], verdict=json_of(row[21]))
