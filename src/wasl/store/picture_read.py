"""What faces and workers are shown of a Picture that holds everything."""

from collections.abc import Mapping, Sequence
from typing import Any

from wasl.domain.delivery import RANK, DeliveryState, Outgoing
from wasl.domain.ids import ConversationId, DeliveryId, MessageId, TurnId
from wasl.domain.message import Said, plain_text
from wasl.domain.turn import ConversationSummary, DueTurn, PendingDelivery, StoredMessage, Work
from wasl.ports.store import DELIVERIES_PER_WORK_MAX, TURNS_PER_WORK_MAX, Backlog
from wasl.store.picture import ConversationRow, DeliveryRow, MessageRow, Picture, TurnRow
from wasl.store.rows import json_of

PREVIEW_CHARACTERS = 160


def work_of(picture: Picture, row: ConversationRow, messages: Mapping[str, MessageRow]) -> Work:
    """Gathers what a leased conversation has to be done."""
    turns = sorted(picture.due_turns.get(row.id, {}).values(), key=lambda t: t.seq)
    opened = sorted(picture.open_deliveries.get(row.id, {}).values(), key=lambda d: (d.seq, d.position))
    return Work(
        conversation_id=ConversationId(row.id),
        epoch=row.epoch,
        turns=tuple(_due(picture, t, messages[t.message_id]) for t in turns[:TURNS_PER_WORK_MAX]),
        deliveries=tuple(_pending(picture, d, messages) for d in opened[:DELIVERIES_PER_WORK_MAX]),
        shared=row.shared,
        continues=row.continues,
    )


def _due(picture: Picture, turn: TurnRow, message: MessageRow) -> DueTurn:
    return DueTurn(
        id=TurnId(turn.id),
        seq=turn.seq,
        message_id=MessageId(message.id),
        parts=message.parts,
        native_id=message.native_id,
        address=picture.addresses[message.address_id or ""].address,
        sent_at_ms=message.sent_ms,
        accepted_at_ms=turn.accepted_ms,
        attempt=turn.attempt,
        author_name=message.author_name,
    )


def _pending(picture: Picture, d: DeliveryRow, messages: Mapping[str, MessageRow]) -> PendingDelivery:
    address = picture.addresses[d.address_id].address
    attempt, said = max(1, d.attempt), messages.get(d.message_id)
    author = said.author if said is not None else "assistant"
    outgoing = Outgoing(id=DeliveryId(d.id), address=address, parts=d.parts, reply_to=d.reply_to, attempt=attempt, author=author)
    return PendingDelivery(outgoing=outgoing, state=d.state, due_at_ms=d.due_ms, since_ms=d.since_ms, verdict=json_of(d.verdict))


def of_message(picture: Picture, message_id: str) -> Sequence[DeliveryRow]:
    """Gives a message's deliveries in order."""
    return sorted((d for d in picture.deliveries.values() if d.message_id == message_id), key=lambda d: d.position)


def slowest(states: Sequence[DeliveryState]) -> DeliveryState | None:
    """Gives the state that a whole message is in: failed when any piece is, else that of the piece least far."""
    if "failed" in states:
        return "failed"
    return min(states, key=RANK.__getitem__, default=None)


def shown(picture: Picture, m: MessageRow) -> StoredMessage:
    """Shows a message."""
    place = picture.addresses.get(m.address_id or "")
    return StoredMessage(
        id=MessageId(m.id),
        conversation_id=ConversationId(m.conversation_id),
        seq=m.seq,
        author=m.author,
        author_name=m.author_name,
        parts=m.parts,
        sent_at_ms=m.sent_ms,
        channel=place.address.key.channel if place else None,
        model=m.model,
        reply_to=MessageId(m.reply_to) if m.reply_to else None,
        delivery=slowest([d.state for d in of_message(picture, m.id)]),
    )


def said(m: MessageRow, *, elsewhere: bool = False) -> Said:
    """Shows a message to the answering side."""
    return Said(
        id=m.id,
        seq=m.seq,
        author=m.author,
        parts=m.parts,
        sent_at_ms=m.sent_ms,
        author_name=m.author_name,
        reply_to=None if m.author == "person" else m.reply_to,
        elsewhere=elsewhere,
    )


def summary(picture: Picture, c: ConversationRow, messages: Sequence[MessageRow], *, name: str | None) -> ConversationSummary:
    """Shows a conversation in a list."""
    places = [r.address for r in picture.addresses.values() if r.conversation_id == c.id and r.address.valid_to_ms is None]
    due = picture.due_turns.get(c.id, {}).values()
    return ConversationSummary(
        id=ConversationId(c.id),
        person_name=name,
        channels=tuple(sorted({a.key.channel for a in places})),
        last_at_ms=c.last_ms,
        last_text=plain_text(messages[-1].parts)[:PREVIEW_CHARACTERS] if messages else "",
        due_turns=c.turn_seq - c.closed_seq,
        waiting_since_ms=min((t.accepted_ms for t in due), default=None),
    )


def backlog(picture: Picture, *, now_ms: int) -> Backlog:
    """Counts the work."""
    rows = [(c, c.ready_at) for c in picture.conversations.values() if c.ready_at is not None]
    free = [ready for c, ready in rows if c.owner is None]
    states: dict[str, int] = {}
    for opened in picture.open_deliveries.values():
        for d in opened.values():
            states[d.state] = states.get(d.state, 0) + 1
    return Backlog(
        ready=sum(ready <= now_ms for ready in free),
        leased=len(rows) - len(free),
        backing_off=sum(ready > now_ms for ready in free),
        oldest_due_ms=min(free, default=None),
        deliveries=states,
        turns={"due": sum(c.turn_seq - c.closed_seq for c, _ in rows)},
    )


def told(d: DeliveryRow) -> Mapping[str, Any]:
    """Tells everything about a delivery."""
    return {
        "id": d.id,
        "address_id": d.address_id,
        "channel": d.channel,
        "position": d.position,
        "state": d.state,
        "attempt": d.attempt,
        "native_id": d.native_id,
        "created_ms": d.created_ms,
        "since_ms": d.since_ms,
        "due_ms": d.due_ms,
        "sent_ms": d.sent_ms,
        "delivered_ms": d.delivered_ms,
        "read_ms": d.read_ms,
        "error": json_of(d.error),
        "price": json_of(d.price),
        "verdict": json_of(d.verdict),
    }
