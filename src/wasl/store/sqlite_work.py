"""Leases, turns and deliveries on SQLite: the statements of the working half of `Store`."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import cast

from wasl.domain.delivery import DeliveryState, Outgoing
from wasl.domain.errors import Fenced, Gone
from wasl.domain.findable import live_words
from wasl.domain.ids import ConversationId, DeliveryId, MessageId, TurnId
from wasl.domain.turn import Closing, DueTurn, NewDelivery, NewMessage, PendingDelivery, Settling, UsageRecord, Work
from wasl.ports.counting import Asked
from wasl.ports.leases import Held
from wasl.ports.store import DELIVERIES_PER_WORK_MAX, TURNS_PER_WORK_MAX, Closed, Lease
from wasl.store.cost_rows import charge_text, pico_or_none
from wasl.store.counting_steps import Counts, counts
from wasl.store.purpose_steps import INSERT as INSERT_PURPOSE
from wasl.store.purpose_steps import values_of
from wasl.store.rows import ADDRESS_COLUMNS, address_of, json_of, json_or_none, json_text, parts_of, parts_text, put_off_since
from wasl.store.sqlite_read import history
from wasl.store.sqlite_receipts import apply_early, learn
from wasl.store.sqlite_search import index_message, refer
from wasl.store.steps import sqlite_text

_CLAIM = """update conversation set epoch = epoch + 1, owner = ?, ready_at = ? where id in
(select id from conversation where ready_at is not null and ready_at <= ? and owner is null order by ready_at limit ?)
returning id, epoch, turn_seq, closed_seq, shared, continues"""
_DUE_TURNS = f"""select {ADDRESS_COLUMNS}, t.id, t.seq, t.message_id, m.parts, m.native_id, m.sent_ms,
t.accepted_ms, t.attempt, m.author_name from turn t join message m on m.id = t.message_id join address a on a.id = m.address_id
where t.conversation_id = ? and t.seq > ? and t.state = 'due' order by t.seq limit ?"""
_OPEN_DELIVERIES = f"""select {ADDRESS_COLUMNS}, d.id, d.parts, d.reply_to, d.attempt, d.state, d.due_ms, d.since_ms, d.verdict,
(select author from message where id = d.message_id) from delivery d join address a on a.id = d.address_id
where d.conversation_id = ? and d.state in ('queued', 'sending', 'unknown') order by d.seq, d.position limit ?"""

_NUMBERS = "c.message_seq, c.turn_seq, c.closed_seq, c.last_ms from"
_OURS = f"select {_NUMBERS} conversation c where c.id = ? and c.epoch = ?"
_OURS_AND_DUE = f"""select {_NUMBERS} turn t join conversation c on c.id = t.conversation_id and c.epoch = ?3
where t.id = ?1 and t.conversation_id = ?2 and t.state = 'due'"""
_NEXT_DUE = "select min(seq) from turn where conversation_id = ? and seq > ? and state = 'due'"
_CLOSE = "update conversation set closed_seq = ?, message_seq = ?, last_ms = ? where id = ?"
_FIRST_DUE = "(select min(due_ms) from delivery where conversation_id = ?2 and state in ('queued', 'sending', 'unknown'))"
_HELD = "select id, owner, epoch, ready_at from conversation where ready_at is not null and owner is not null"
_FREE = """update conversation set owner = null, ready_at = min(ready_at, ?)
where id = ? and owner = ? and epoch = ? and ready_at = ?"""
_GIVE_BACK = f"""update conversation set owner = null, ready_at = case when turn_seq > closed_seq then min(?1, coalesce({_FIRST_DUE}, ?1))
else {_FIRST_DUE} end where id = ?2 and epoch = ?3 and owner is not null"""
_SENDABLE = "select state, attempt, since_ms, due_ms from delivery where id = ? and state in ('queued', 'unknown')"
_SETTLED = """update delivery set native_id = coalesce(native_id, ?1), sent_ms = coalesce(sent_ms, ?2), charge = coalesce(?3, charge),
verdict = coalesce(?4, verdict)"""
_SENT = f"{_SETTLED}, state = 'sent', error = ?5, since_ms = ?6 where id = ?7 and state = 'sending'"
_SENT_AGAIN = f"""{_SETTLED}, error = case when state in ('queued', 'unknown') then ?5 else error end,
since_ms = case when state in ('queued', 'unknown') then ?6 else since_ms end,
state = case when state in ('queued', 'unknown') then 'sent' else state end where id = ?7"""
"""For what is not known as being sent: a receipt may have settled it, or a lease that ran out."""
_INSERT_PURPOSE = sqlite_text(INSERT_PURPOSE)
_INSERT_USAGE = """insert into usage (turn_id, conversation_id, candidate, provider, model, served_model, region, price_class, outcome,
input_tokens, output_tokens, cached_tokens, reasoning_tokens, estimated, request_id, started_ms, took_ms,
work, channel, country, amount, currency, card)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""


def claim(db: sqlite3.Connection, *, lease: Lease, limit: int, now: int) -> list[Work]:
    """Leases what is ready and reads what has to be done."""
    rows = db.execute(_CLAIM, (lease.owner, now + lease.milliseconds, now, limit)).fetchall()
    return [_work(db, row, messages=lease.history) for row in rows]


def _work(db: sqlite3.Connection, row: tuple[str, int, int, int, int, str | None], *, messages: int) -> Work:
    conversation_id, epoch, turn_seq, closed_seq, shared, continues = row
    turns: list[DueTurn] = []
    if turn_seq > closed_seq:
        turns = [_due_turn(r) for r in db.execute(_DUE_TURNS, (conversation_id, closed_seq, TURNS_PER_WORK_MAX))]
    deliveries = [_pending(r) for r in db.execute(_OPEN_DELIVERIES, (conversation_id, DELIVERIES_PER_WORK_MAX))]
    most = messages + len(turns)
    said = tuple(history(db, conversation_id, limit=most, before_seq=None, shared=bool(shared))) if messages and turns else None
    return Work(
        conversation_id=ConversationId(conversation_id),
        epoch=epoch,
        turns=tuple(turns),
        deliveries=tuple(deliveries),
        history=said,
        shared=bool(shared),
        continues=continues,
    )


def _due_turn(row: sqlite3.Row) -> DueTurn:
    return DueTurn(
        id=TurnId(row[13]),
        seq=row[14],
        message_id=MessageId(row[15]),
        parts=parts_of(row[16]),
        native_id=row[17],
        address=address_of(row),
        sent_at_ms=row[18],
        accepted_at_ms=row[19],
        attempt=row[20],
        author_name=row[21],
    )


def _pending(row: sqlite3.Row) -> PendingDelivery:
    outgoing = Outgoing(
        id=DeliveryId(row[13]),
        address=address_of(row),
        parts=parts_of(row[14]),
        reply_to=row[15],
        attempt=max(1, row[16]),
        author=row[21] or "assistant",
    )
    state = cast(DeliveryState, row[17])
    return PendingDelivery(outgoing=outgoing, state=state, due_at_ms=row[18], since_ms=row[19], verdict=json_of(row[20]))


def renew(db: sqlite3.Connection, *, lease: Lease, now: int, held: Sequence[str] | None) -> Mapping[ConversationId, int]:
    """Prolongs the owner's leases; gives which, with their epochs."""
    named = "" if held is None else " and id in (select value from json_each(?))"
    names = () if held is None else (json_text(held),)
    rows = db.execute(
        f"update conversation set ready_at = ? where ready_at is not null and owner = ?{named} returning id, epoch",
        (now + lease.milliseconds, lease.owner, *names),
    ).fetchall()
    return {ConversationId(row[0]): row[1] for row in rows}


def leases(db: sqlite3.Connection) -> list[Held]:
    """Reads every lease."""
    return [Held(*row) for row in db.execute(_HELD)]


def free(db: sqlite3.Connection, seen: Sequence[Held], *, now: int) -> int:
    """Ends leases that are as they were seen."""
    return db.executemany(_FREE, [(now, *one) for one in seen]).rowcount


def set_back(db: sqlite3.Connection, *, by_ms: int, now: int) -> int:
    """Brings forward what was put off by a clock that has gone back since."""
    old = (now, by_ms, put_off_since(now_ms=now, by_ms=by_ms))
    open_ones = "state in ('queued', 'sending', 'unknown')"
    db.execute(f"update delivery set due_ms = max(?, due_ms - ?) where due_ms > ? and {open_ones}", old)
    return db.execute("update conversation set ready_at = max(?, ready_at - ?) where ready_at > ?", old).rowcount


def release(db: sqlite3.Connection, conversation_id: str, epoch: int, *, now: int, turns_at: int | None, deliveries_at: int | None) -> None:
    """Gives a lease back; `turns_at` None means now. Deliveries that the holder does not know of (said meanwhile) count too."""
    if deliveries_at is None:
        (deliveries_at,) = db.execute(
            "select min(due_ms) from delivery where conversation_id = ? and state in ('queued', 'sending', 'unknown')", (conversation_id,)
        ).fetchone()
    with_turns = now if turns_at is None else turns_at
    if deliveries_at is not None:
        with_turns = min(with_turns, deliveries_at)
    db.execute(
        "update conversation set owner = null, ready_at = case when turn_seq > closed_seq then ? else ? end"
        " where id = ? and epoch = ? and owner is not null",
        (with_turns, deliveries_at, conversation_id, epoch),
    )


def _fence(db: sqlite3.Connection, conversation_id: str, epoch: int) -> None:
    row = db.execute("select epoch from conversation where id = ?", (conversation_id,)).fetchone()
    if row is None or row[0] != epoch:
        raise Fenced(f"conversation {conversation_id!r} was taken by another worker; what was prepared is thrown away", epoch=epoch)


def close_turn(db: sqlite3.Connection, closing: Closing, *, start: bool = True, count: Asked | None = None) -> Closed | Counts:
    """Closes turns with their reply; what goes out by it is to be counted."""
    at, reply, conversation_id = closing.at_ms, closing.reply, closing.conversation_id
    seq, turn_seq, closed_seq, last_ms = _ours(db, closing)
    ended = (closing.state, at, reply.id if reply else None, json_or_none(closing.verdicts), closing.note)
    for turn_id in closing.turn_ids:
        db.execute("update turn set state = ?, closed_ms = ?, reply_id = ?, verdicts = ?, note = ? where id = ?", (*ended, turn_id))
    others = turn_seq - closed_seq > len(set(closing.turn_ids))
    due = db.execute(_NEXT_DUE, (conversation_id, closed_seq)).fetchone()[0] if others else None
    if reply is not None:
        seq, last_ms = seq + 1, max(last_ms, at)
    db.execute(_CLOSE, (turn_seq if due is None else due - 1, seq, last_ms, conversation_id))
    insert_usage(db, closing.usage, turn_id=closing.turn_ids[0] if closing.turn_ids else None, conversation_id=closing.conversation_id)
    for record in closing.purposes:
        db.execute(_INSERT_PURPOSE, values_of(record))
    if reply is None:
        return Closed(None)
    _insert_message(db, closing.conversation_id, reply, seq=seq, at=at, deliveries=closing.deliveries)
    closed = Closed(seq)
    busy: set[str] = set()
    for place, new in enumerate(closing.deliveries):
        free = new.address.id not in busy and not _unsettled(db, closing.conversation_id, new.address.id)
        busy.add(new.address.id)
        if place == 0:
            closed = Closed(seq, begun=free and start, behind=not free)
        _insert_delivery(db, closing.conversation_id, reply.id, new, seq=seq, at=at, sending=free and start)
    if count is None or not closed.begun:
        return closed
    undo = _undoing(db, closing.deliveries[0].id, ("queued", 0, at, at))
    return counts(count, undo=undo, result=lambda counted, begun: closed._replace(begun=begun, counted=counted))


def _ours(db: sqlite3.Connection, closing: Closing) -> tuple[int, int, int, int]:
    """Sees to it that the turns are due and ours, and gives the numbers of their conversation: `_NUMBERS`."""
    row = None
    for turn_id in closing.turn_ids:
        row = db.execute(_OURS_AND_DUE, (turn_id, closing.conversation_id, closing.epoch)).fetchone()
        if row is None:
            _fence(db, closing.conversation_id, closing.epoch)
            raise Fenced(f"turn {turn_id!r} was closed already; what was prepared is thrown away")
    if row is None:
        _fence(db, closing.conversation_id, closing.epoch)
        row = db.execute(_OURS, (closing.conversation_id, closing.epoch)).fetchone()
    numbers: tuple[int, int, int, int] = row
    return numbers


def _undoing(db: sqlite3.Connection, delivery_id: str, before: tuple[str, int, int, int]) -> Callable[[], object]:
    """Gives what takes back that a delivery is being sent: there was no room for it."""
    put = "update delivery set state = ?, attempt = ?, since_ms = ?, due_ms = ? where id = ?"
    return lambda: db.execute(put, (*before, delivery_id))


def _unsettled(db: sqlite3.Connection, conversation_id: str, address_id: str) -> bool:
    return (
        db.execute(
            "select 1 from delivery where conversation_id = ? and state in ('queued', 'sending', 'unknown') and address_id = ? limit 1",
            (conversation_id, address_id),
        ).fetchone()
        is not None
    )


def _insert_message(
    db: sqlite3.Connection, conversation_id: str, message: NewMessage, *, seq: int, at: int, deliveries: Sequence[NewDelivery]
) -> None:
    text = live_words(message.parts)
    search_key = index_message(db, message_id=message.id, conversation_id=conversation_id, seq=seq, at_ms=at, text=text)
    refer(db, message.id, message.parts)
    db.execute(
        "insert into message (id, conversation_id, seq, author, author_name, address_id, reply_to, sent_ms, stored_ms, parts, model,"
        " search_key) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            message.id,
            conversation_id,
            seq,
            message.author,
            message.author_name,
            deliveries[0].address.id if deliveries else None,
            message.reply_to,
            at,
            at,
            parts_text(message.parts),
            message.model,
            search_key,
        ),
    )


def _insert_delivery(
    db: sqlite3.Connection, conversation_id: str, message_id: str, new: NewDelivery, *, seq: int, at: int, sending: bool
) -> None:
    db.execute(
        "insert into delivery (id, message_id, conversation_id, address_id, channel, position, seq, parts, reply_to, state, attempt,"
        " created_ms, since_ms, due_ms) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            new.id,
            message_id,
            conversation_id,
            new.address.id,
            new.address.key.channel,
            new.position,
            seq,
            parts_text(new.parts),
            new.reply_to,
            "sending" if sending else "queued",
            1 if sending else 0,
            at,
            at,
            at,
        ),
    )


def insert_usage(db: sqlite3.Connection, records: Sequence[UsageRecord], *, turn_id: str | None, conversation_id: str | None) -> None:
    """Stores what calls to models cost."""
    for r in records:
        u = r.usage
        called = (r.candidate, r.provider, r.model, r.served_model, r.region, r.price_class, r.outcome)
        counted = (u.input_tokens, u.output_tokens, u.cached_tokens, u.reasoning_tokens, int(u.estimated))
        cause, cost = r.cause, r.cost
        billed = (cause.work, cause.channel, cause.country, pico_or_none(cost.amount), cost.currency, cost.card)
        db.execute(_INSERT_USAGE, (turn_id, conversation_id, *called, *counted, r.request_id, r.started_at_ms, r.took_ms, *billed))


def retry_turn(db: sqlite3.Connection, turn_id: str, conversation_id: str, epoch: int, *, at: int, usage: Sequence[UsageRecord]) -> None:
    """Counts an attempt and backs off."""
    _fence(db, conversation_id, epoch)
    if db.execute("select 1 from turn where id = ? and state = 'due'", (turn_id,)).fetchone() is None:
        raise Fenced(f"turn {turn_id!r} is not due any more; what was prepared is thrown away")
    db.execute("update turn set attempt = attempt + 1 where id = ?", (turn_id,))
    insert_usage(db, usage, turn_id=turn_id, conversation_id=conversation_id)
    db.execute("update conversation set owner = null, ready_at = ? where id = ?", (at, conversation_id))


def start_sending(
    db: sqlite3.Connection, delivery_id: str, conversation_id: str, epoch: int, *, now: int, count: Asked | None = None
) -> Counts | None:
    """Says, before the request goes out, that it goes out; what is to be counted for it is."""
    _fence(db, conversation_id, epoch)
    before = db.execute(_SENDABLE, (delivery_id,)).fetchone()
    if before is None:
        raise Fenced(f"delivery {delivery_id!r} is being sent or is settled: it must not be sent now")
    db.execute("update delivery set state = 'sending', attempt = attempt + 1, since_ms = ?1, due_ms = ?1 where id = ?2", (now, delivery_id))
    if count is None:
        return None
    return counts(count, undo=_undoing(db, delivery_id, before), result=lambda counted, begun: counted)


def settle(db: sqlite3.Connection, settling: Settling) -> Fenced | None:
    """Stores what became of a delivery. Gives, rather than raises, Fenced after recording "sent": that record must stay."""
    s = settling
    if s.state == "sent":
        _sent(db, s)
        if s.release and db.execute(_GIVE_BACK, (s.at_ms, s.conversation_id, s.epoch)).rowcount:
            return None
    row = db.execute("select epoch from conversation where id = ?", (s.conversation_id,)).fetchone()
    if row is None or row[0] != s.epoch:
        fenced = Fenced(f"conversation {s.conversation_id!r} was taken by another worker", epoch=s.epoch)
        if s.state == "sent":
            return fenced
        raise fenced
    if s.state != "sent":
        row = db.execute(
            "update delivery set state = ?, since_ms = ?, due_ms = ?, error = ?, charge = coalesce(?, charge),"
            " verdict = coalesce(?, verdict)"
            " where id = ? and state in ('queued', 'sending', 'unknown') returning seq, message_id, position",
            (
                s.state,
                s.at_ms,
                s.due_at_ms or s.at_ms,
                json_or_none(s.error),
                charge_text(s.charge),
                json_or_none(s.verdict),
                s.delivery_id,
            ),
        ).fetchone()
        if row is not None and s.move_to is not None and s.state == "queued":
            db.execute("update delivery set address_id = ?, channel = ? where id = ?", (s.move_to.id, s.move_to.key.channel, s.delivery_id))
        if row is not None and s.apart and s.state == "queued":
            _take_apart(db, s, *row)
        if row is not None and s.native_id is not None:
            learn(db, s.delivery_id, s.native_id, now=s.at_ms)
    if s.release:
        release(db, s.conversation_id, s.epoch, now=s.at_ms, turns_at=None, deliveries_at=None)
    return None


def _take_apart(db: sqlite3.Connection, s: Settling, seq: int, message_id: str, position: int) -> None:
    first, *others = s.apart
    behind = "update delivery set position = position + ? where message_id = ? and position > ?"
    db.execute(behind, (len(others), message_id, position))
    db.execute("update delivery set parts = ?, reply_to = ? where id = ?", (parts_text(first.parts), first.reply_to, s.delivery_id))
    for place, new in enumerate(others, 1):
        _insert_delivery(db, s.conversation_id, message_id, replace(new, position=position + place), seq=seq, at=s.at_ms, sending=False)
        db.execute(
            "update delivery set due_ms = f.due_ms, verdict = f.verdict, address_id = f.address_id, channel = f.channel"
            " from delivery f where f.id = ? and delivery.id = ?",
            (s.delivery_id, new.id),
        )


def _sent(db: sqlite3.Connection, s: Settling) -> None:
    given = (s.native_id, s.at_ms, charge_text(s.charge), json_or_none(s.verdict), json_or_none(s.error), s.at_ms, s.delivery_id)
    if not db.execute(_SENT, given).rowcount:
        db.execute(_SENT_AGAIN, given)
    if s.native_id is not None:
        apply_early(db, s.delivery_id, s.native_id, now=s.at_ms)


def say(db: sqlite3.Connection, conversation_id: str, message: NewMessage, deliveries: Sequence[NewDelivery], *, now: int) -> int:
    """Stores a message that answers no turn and wakes the conversation for its deliveries."""
    row = db.execute(
        "update conversation set message_seq = message_seq + 1, last_ms = ?, ready_at = case"
        " when ? and (ready_at is null or (owner is null and ready_at > ?)) then ? else ready_at end where id = ? returning message_seq",
        (now, bool(deliveries), now, now, conversation_id),
    ).fetchone()
    if row is None:
        raise Gone(f"there is no conversation {conversation_id!r}; nothing was stored")
    seq = cast(int, row[0])
    _insert_message(db, conversation_id, message, seq=seq, at=now, deliveries=deliveries)
    for new in deliveries:
        _insert_delivery(db, conversation_id, message.id, new, seq=seq, at=now, sending=False)
    return seq
