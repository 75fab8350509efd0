"""Leases, turns and deliveries: the law of the working half of `Store` over a Picture. Each function raises before its first change."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from wasl.domain.delivery import DeliveryState
from wasl.domain.errors import Fenced, Gone
from wasl.domain.turn import Closing, NewDelivery, NewMessage, Settling, UsageRecord
from wasl.ports.counting import Asked
from wasl.ports.store import Closed
from wasl.store.cost_rows import charge_text
from wasl.store.counting_steps import Counts, counts
from wasl.store.picture import OPEN_STATES, ConversationRow, DeliveryRow, MessageRow, Picture, TurnRow, UsageRow
from wasl.store.picture_receive import learn
from wasl.store.rows import json_or_none, put_off_since


def release(picture: Picture, conversation_id: str, epoch: int, *, now: int, turns_at: int | None, deliveries_at: int | None) -> None:
    """Gives a lease back. Deliveries that the holder does not know of (said meanwhile) are counted too, so none is forgotten."""
    row = picture.conversations.get(conversation_id)
    if row is None or row.epoch != epoch or row.owner is None:
        return
    if deliveries_at is None:
        deliveries_at = min((d.due_ms for d in picture.open_deliveries.get(conversation_id, {}).values()), default=None)
    times = [t for t in (deliveries_at,) if t is not None]
    if row.turn_seq > row.closed_seq:
        times.append(now if turns_at is None else turns_at)
    row.owner = None
    row.ready_at = min(times, default=None)
    picture.changed_conversation(row)


def set_back(picture: Picture, *, by_ms: int, now: int) -> int:
    """Brings forward what was put off by a clock that has gone back since."""
    since, found = put_off_since(now_ms=now, by_ms=by_ms), set()
    for row in picture.conversations.values():
        if row.ready_at is not None and row.ready_at > since:
            row.ready_at = max(now, row.ready_at - by_ms)
            found.add(row.id)
        for delivery in picture.open_deliveries.get(row.id, {}).values():
            if delivery.due_ms > since:
                delivery.due_ms = max(now, delivery.due_ms - by_ms)
    return len(found)


def close_turn(picture: Picture, closing: Closing, *, start: bool = True, count: Asked | None = None) -> Closed | Counts:
    """Closes due turns with their reply; what goes out by it is to be counted."""
    row = _held(picture, closing.conversation_id, closing.epoch)
    due = picture.due_turns.get(row.id, {})
    turns = [due.get(turn_id) for turn_id in closing.turn_ids]
    if None in turns:
        raise Fenced(f"a turn of conversation {row.id!r} was closed already; what was prepared is thrown away")
    for turn in turns:
        assert turn is not None
        turn.state, turn.closed_ms, turn.note = closing.state, closing.at_ms, closing.note
        turn.reply_id = closing.reply.id if closing.reply else None
        turn.verdicts = json_or_none(closing.verdicts)
        picture.changed_turn(turn)
    row.closed_seq = min((t.seq for t in due.values()), default=picture.turns_hidden.get(row.id, row.turn_seq + 1)) - 1
    picture.changed_conversation(row)
    _use(picture, closing.usage, turn_id=closing.turn_ids[0] if closing.turn_ids else None, conversation_id=row.id)
    picture.changes.purposes.extend(closing.purposes)
    if closing.reply is None:
        return Closed(None)
    busy = {d.address_id for d in picture.open_deliveries.get(row.id, {}).values()}
    seq = _store_message(picture, row, closing.reply, closing.deliveries, at=closing.at_ms)
    behind = bool(closing.deliveries) and closing.deliveries[0].address.id in busy
    stored: list[DeliveryRow] = []
    for new in closing.deliveries:
        sending = start and new.address.id not in busy
        stored.append(_store_delivery(picture, row, closing.reply, new, seq=seq, at=closing.at_ms, sending=sending))
        busy.add(new.address.id)
    closed = Closed(seq, begun=bool(stored) and stored[0].state == "sending", behind=behind)
    if count is None or not closed.begun:
        return closed
    undo = _undoing(picture, stored[0], state="queued", attempt=0)
    return counts(count, undo=undo, result=lambda counted, begun: closed._replace(begun=begun, counted=counted))


def retry_turn(picture: Picture, turn_id: str, conversation_id: str, epoch: int, *, at: int, usage: Sequence[UsageRecord]) -> None:
    """Counts an attempt and backs off."""
    row = _held(picture, conversation_id, epoch)
    turn = _due_turn(picture, row, turn_id)
    turn.attempt += 1
    picture.changed_turn(turn)
    _use(picture, usage, turn_id=turn_id, conversation_id=conversation_id)
    row.owner, row.ready_at = None, at
    picture.changed_conversation(row)


def start_sending(
    picture: Picture, delivery_id: str, conversation_id: str, epoch: int, *, now: int, count: Asked | None = None
) -> Counts | None:
    """Says, before the request goes out, that it goes out; what is to be counted for it is."""
    _held(picture, conversation_id, epoch)
    row = _sendable(picture, delivery_id, conversation_id)
    undo = _undoing(picture, row, state=row.state, attempt=row.attempt)
    _send(picture, row, now=now)
    return None if count is None else counts(count, undo=undo, result=lambda counted, begun: counted)


def settle(picture: Picture, settling: Settling) -> Fenced | None:
    """Stores what became of a delivery. Gives, rather than raises, Fenced after recording "sent": that record must stay."""
    s = settling
    delivery = picture.deliveries.get(s.delivery_id)
    if s.state == "sent" and delivery is not None:
        _sent(picture, delivery, s)
    try:
        row = _held(picture, s.conversation_id, s.epoch)
    except Fenced as fenced:
        if s.state == "sent":
            return fenced
        raise
    if s.state != "sent" and delivery is not None and delivery.state in OPEN_STATES:
        delivery.state, delivery.since_ms, delivery.due_ms = s.state, s.at_ms, s.due_at_ms or s.at_ms
        delivery.error = json_or_none(s.error)
        delivery.verdict = json_or_none(s.verdict) or delivery.verdict
        if s.move_to is not None and s.state == "queued":
            delivery.address_id, delivery.channel = s.move_to.id, s.move_to.key.channel
        if s.apart and s.state == "queued":
            _take_apart(picture, delivery, s)
        delivery.charge = charge_text(s.charge) or delivery.charge
        picture.changed_delivery(delivery)
        learn(picture, delivery, s.native_id, now=s.at_ms)
    if s.release:
        release(picture, row.id, s.epoch, now=s.at_ms, turns_at=None, deliveries_at=None)
    return None


def _take_apart(picture: Picture, row: DeliveryRow, s: Settling) -> None:
    first, *others = s.apart
    row.parts, row.reply_to = first.parts, first.reply_to
    made = [
        replace(
            row, id=new.id, position=row.position + place, parts=new.parts, reply_to=new.reply_to,
            attempt=0, created_ms=s.at_ms, native_id=None, error=None, charge=None, price=None,
        )
        for place, new in enumerate(others, 1)
    ]  # fmt: skip
    picture.take_apart(row, made)


def say(picture: Picture, conversation_id: str, message: NewMessage, deliveries: Sequence[NewDelivery], *, now: int) -> int:
    """Stores a message that answers no turn and wakes the conversation for its deliveries."""
    row = picture.conversations.get(conversation_id)
    if row is None:
        raise Gone(f"there is no conversation {conversation_id!r}; nothing was stored")
    seq = _store_message(picture, row, message, deliveries, at=now)
    for new in deliveries:
        _store_delivery(picture, row, message, new, seq=seq, at=now, sending=False)
    if deliveries and (row.ready_at is None or (row.owner is None and row.ready_at > now)):
        row.ready_at = now
    return seq


def _undoing(picture: Picture, row: DeliveryRow, *, state: DeliveryState, attempt: int) -> Callable[[], None]:
    """Gives what takes back that a delivery is being sent: there was no room for it."""
    since_ms, due_ms = row.since_ms, row.due_ms

    def undo() -> None:
        row.state, row.attempt, row.since_ms, row.due_ms = state, attempt, since_ms, due_ms
        picture.changed_delivery(row)

    return undo


def _held(picture: Picture, conversation_id: str, epoch: int) -> ConversationRow:
    row = picture.conversations.get(conversation_id)
    if row is None or row.epoch != epoch:
        raise Fenced(f"conversation {conversation_id!r} was taken by another worker; what was prepared is thrown away", epoch=epoch)
    return row


def _due_turn(picture: Picture, row: ConversationRow, turn_id: str) -> TurnRow:
    turn = picture.due_turns.get(row.id, {}).get(turn_id)
    if turn is None:
        raise Fenced(f"turn {turn_id!r} is not due any more; what was prepared is thrown away")
    return turn


def _sendable(picture: Picture, delivery_id: str, conversation_id: str) -> DeliveryRow:
    row = picture.deliveries.get(delivery_id)
    if row is None or row.conversation_id != conversation_id or row.state not in ("queued", "unknown"):
        raise Fenced(f"delivery {delivery_id!r} is {row.state if row else 'not here'!r}: it must not be sent now")
    return row


def _send(picture: Picture, row: DeliveryRow, *, now: int) -> None:
    row.state = "sending"
    row.attempt += 1
    row.since_ms = row.due_ms = now
    picture.changed_delivery(row)


def _sent(picture: Picture, row: DeliveryRow, s: Settling) -> None:
    if row.state in OPEN_STATES:
        row.state, row.since_ms, row.error = "sent", s.at_ms, json_or_none(s.error)
    row.sent_ms = row.sent_ms or s.at_ms
    row.verdict = json_or_none(s.verdict) or row.verdict
    row.charge = charge_text(s.charge) or row.charge
    picture.changed_delivery(row)
    learn(picture, row, s.native_id, now=s.at_ms)


def apply_early(picture: Picture, native: tuple[str, str], *, now: int) -> None:
    """Applies receipts that were kept in the very moment in which another process stored the native id."""
    row = picture.by_native.get(native)
    if row is not None:
        learn(picture, row, native[1], now=now)


def _store_message(picture: Picture, row: ConversationRow, message: NewMessage, deliveries: Sequence[NewDelivery], *, at: int) -> int:
    row.message_seq += 1
    row.last_ms = max(row.last_ms, at)
    picture.changed_conversation(row)
    picture.changes.messages.append(
        MessageRow(
            id=message.id,
            conversation_id=row.id,
            seq=row.message_seq,
            author=message.author,
            author_name=message.author_name,
            address_id=deliveries[0].address.id if deliveries else None,
            native_id=None,
            reply_to=message.reply_to,
            sent_ms=at,
            stored_ms=at,
            parts=message.parts,
            model=message.model,
        )
    )
    return row.message_seq


def _store_delivery(
    picture: Picture, row: ConversationRow, message: NewMessage, new: NewDelivery, *, seq: int, at: int, sending: bool
) -> DeliveryRow:
    made = DeliveryRow(
        id=new.id,
        message_id=message.id,
        conversation_id=row.id,
        address_id=new.address.id,
        channel=new.address.key.channel,
        position=new.position,
        seq=seq,
        state="sending" if sending else "queued",
        attempt=1 if sending else 0,
        created_ms=at,
        since_ms=at,
        due_ms=at,
        parts=new.parts,
        reply_to=new.reply_to,
    )
    picture.add_delivery(made)
    return made


def _use(picture: Picture, records: Sequence[UsageRecord], *, turn_id: str | None, conversation_id: str | None) -> None:
    picture.changes.usage.extend(UsageRow(record=r, turn_id=turn_id, conversation_id=conversation_id) for r in records)
