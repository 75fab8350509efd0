"""Receipts on SQLite: what platforms tell of our deliveries moves them forward, however early or late it comes.

A row is looked at before it is written, and written by its key: statements that decide in SQL what to set, or give back what they
changed, cost twice as much as both together.
"""

import sqlite3
from typing import Final, NamedTuple

from wasl.domain.delivery import DeliveryState, moves
from wasl.domain.event import Receipt
from wasl.domain.ids import ConversationId, DeliveryId, MessageId
from wasl.ports.store import Kept, Outcome, ReceiptApplied
from wasl.store.rows import RECEIPT_TIMES, failure_of, json_or_none

_STANDS = "state, price, sent_ms, delivered_ms, read_ms"
_KNOWN = f"select id, conversation_id, message_id, native_id, {_STANDS} from delivery where"
_BY_TAG = f"{_KNOWN} id = ? and channel = ?"
_BY_NATIVE_ID = f"{_KNOWN} channel = ? and native_id = ?"
_BY_ID = f"select {_STANDS} from delivery where id = ?"
_EARLY = """select e.channel, e.state, e.at_ms, e.error, e.price from delivery d join early_receipt e on e.channel = d.channel
and e.native_id = ? where d.id = ?"""
_MOVE = "update delivery set state = ?, since_ms = ?, error = coalesce(?, error), price = coalesce(?, price)"
_MOVES: Final = {
    "failed": f"{_MOVE} where id = ?",
    **{state: f"{_MOVE}, {time} = ? where id = ?" for state, time in RECEIPT_TIMES.items()},
}
_LATE: Final = {
    state: f"update delivery set price = coalesce(price, ?), {time} = coalesce({time}, ?) where id = ?"
    for state, time in RECEIPT_TIMES.items()
}


class Stands(NamedTuple):
    """What a delivery's row says of what receipts tell."""

    state: DeliveryState
    price: str | None
    sent_ms: int | None
    delivered_ms: int | None
    read_ms: int | None


def receipt(db: sqlite3.Connection, channel: str, event: Receipt, *, now: int) -> Outcome:
    """Moves a delivery forward. Nothing remembers its key: moving forward only makes a repeat harmless."""
    row = None
    if event.tag is not None:
        row = db.execute(_BY_TAG, (event.tag, channel)).fetchone()
    if row is None and event.native_id is not None:
        row = db.execute(_BY_NATIVE_ID, (channel, event.native_id)).fetchone()
    error, price = json_or_none(failure_of(event.failure)), json_or_none(event.price)
    if row is None:
        if event.native_id is not None:
            db.execute(
                "insert into early_receipt values (?, ?, ?, ?, ?, ?) on conflict do nothing",
                (channel, event.native_id, event.state, event.at_ms, error, price),
            )
        return Kept(key=event.key)
    delivery_id, conversation_id, message_id, native_id = row[:4]
    stands, moved = Stands._make(row[4:]), False
    before = stands.state
    if native_id is None and event.native_id is not None:
        moved = learn(db, delivery_id, event.native_id, now=now)
        stands = _stands(db, delivery_id)
    changed = apply_receipt(db, delivery_id, stands, state=event.state, at_ms=event.at_ms, now=now, error=error, price=price)
    woke = False
    if (changed or moved) and before == "unknown":
        wake = "update conversation set ready_at = ? where id = ? and owner is null and ready_at > ?"
        woke = db.execute(wake, (now, conversation_id, now)).rowcount > 0
    return ReceiptApplied(
        key=event.key,
        delivery_id=DeliveryId(delivery_id),
        conversation_id=ConversationId(conversation_id),
        message_id=MessageId(message_id),
        changed=changed,
        woke=woke,
    )


def learn(db: sqlite3.Connection, delivery_id: str, native_id: str, *, now: int) -> bool:
    """Tells a delivery the platform's id, and applies the receipts that waited for it; says whether they moved it."""
    db.execute("update delivery set native_id = coalesce(native_id, ?) where id = ?", (native_id, delivery_id))
    return apply_early(db, delivery_id, native_id, now=now)


def apply_early(db: sqlite3.Connection, delivery_id: str, native_id: str, *, now: int) -> bool:
    """Applies the receipts that waited for a native id; says whether they moved the delivery."""
    early = db.execute(_EARLY, (native_id, delivery_id)).fetchall()
    if not early:
        return False
    db.execute("delete from early_receipt where channel = ? and native_id = ?", (early[0][0], native_id))
    moved = [
        apply_receipt(db, delivery_id, _stands(db, delivery_id), state=state, at_ms=at_ms, now=now, error=error, price=price)
        for _, state, at_ms, error, price in sorted(early, key=lambda r: r[2])
    ]
    return any(moved)


def apply_receipt(
    db: sqlite3.Connection,
    delivery_id: str,
    stands: Stands,
    *,
    state: DeliveryState,
    at_ms: int,
    now: int,
    error: str | None,
    price: str | None,
) -> bool:
    """Moves one delivery by one receipt, forward only; says whether it moved. A price and a time are kept whatever the order."""
    at = () if state == "failed" else (at_ms,)
    if moves(now=stands.state, to=state):
        db.execute(_MOVES[state], (state, now, error, price, *at, delivery_id))
        return True
    if state == "failed":
        if price is not None:
            db.execute("update delivery set price = coalesce(price, ?) where id = ?", (price, delivery_id))
    elif getattr(stands, RECEIPT_TIMES[state]) is None or (price is not None and stands.price is None):
        db.execute(_LATE[state], (price, at_ms, delivery_id))
    return False


def _stands(db: sqlite3.Connection, delivery_id: str) -> Stands:
    return Stands._make(db.execute(_BY_ID, (delivery_id,)).fetchone())
