"""Parting an address from its conversation, in the store in memory."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from wasl.domain.ids import PersonId
from wasl.store.memory_rows import MemoryRows
from wasl.store.picture import OPEN_STATES, AddressRow, ConversationRow, DeliveryRow, PersonRow


def fence_off(rows: MemoryRows, row: ConversationRow, *, now: int) -> None:
    """Fences whoever prepared an answer out of what is somebody else's now; a lease with a send on the wire keeps its time."""
    row.epoch += 1
    if not any(d.state == "sending" for d in rows.picture.open_deliveries.get(row.id, {}).values()):
        row.ready_at = row.ready_at if row.owner is None else now
        row.owner = None


def call_back(rows: MemoryRows, row: ConversationRow) -> None:
    """Brings home what is still to be sent to an address that is somebody else's since a link ended."""
    places = rows.picture.addresses
    own = [p.address for p in places.values() if p.conversation_id == row.id]
    own.sort(key=lambda a: (a.valid_to_ms is None, a.last_inbound_ms or -1, a.id))
    for delivery in rows.picture.open_deliveries.get(row.id, {}).values():
        place = places[delivery.address_id]
        if own and place.conversation_id != row.id and place.address.person_id != row.person_id:
            delivery.address_id, delivery.channel = own[-1].id, own[-1].key.channel


def part(rows: MemoryRows, place: AddressRow, *, new_id: Callable[[], str], now: int) -> str:
    """Moves an address with all that was said through it into a new conversation of a new person."""
    old = rows.picture.conversations[place.conversation_id]
    kind = rows.people[place.address.person_id].kind
    person = PersonRow(id=new_id(), kind=kind, name=place.address.name, created_ms=now)
    new = ConversationRow(id=new_id(), person_id=person.id, created_ms=now, last_ms=now)
    rows.people[person.id] = person
    rows.picture.conversations[new.id] = new
    place.address, place.conversation_id = replace(place.address, person_id=PersonId(person.id)), new.id
    moved = _move_messages(rows, old, new, place.address.id)
    deliveries = [d for d in rows.picture.deliveries.values() if d.message_id in moved]
    _move_deliveries(rows, deliveries, old, new, moved)
    turns = sorted((t for t in rows.turns.values() if t.conversation_id == old.id and t.message_id in moved), key=lambda t: t.seq)
    for seq, turn in enumerate(turns, 1):
        turn.conversation_id, turn.seq = new.id, seq
        if rows.picture.due_turns.get(old.id, {}).pop(turn.id, None) is not None:
            rows.picture.show_turn(turn)
    ids = {t.id for t in turns}
    for use in rows.usage:
        if use.turn_id in ids:
            use.conversation_id = new.id
    if rows.library is not None and old.continues in rows.library.part(old.id, new.id, address_id=place.address.id):
        old.continues = None
    rows.raws[:] = [(c, at, b, f"{w} {new.id}" if w and old.id in w else w) for c, at, b, w in rows.raws]
    _stand_anew(rows, new, old, turns=len(turns), deliveries=deliveries, now=now)
    return new.id


def _move_messages(rows: MemoryRows, old: ConversationRow, new: ConversationRow, address_id: str) -> dict[str, int]:
    own = [m for m in rows.messages.get(old.id, []) if m.address_id == address_id]
    rows.messages[old.id] = [m for m in rows.messages.get(old.id, []) if m.address_id != address_id]
    rows.messages[new.id] = own
    for seq, message in enumerate(own, 1):
        message.conversation_id, message.seq = new.id, seq
        new.last_ms = message.stored_ms if seq == 1 else max(new.last_ms, message.stored_ms)
    new.message_seq = len(own)
    return {m.id: m.seq for m in own}


def _move_deliveries(
    rows: MemoryRows, deliveries: Iterable[DeliveryRow], old: ConversationRow, new: ConversationRow, moved: Mapping[str, int]
) -> None:
    for delivery in deliveries:
        delivery.conversation_id, delivery.seq = new.id, moved[delivery.message_id]
        if rows.picture.open_deliveries.get(old.id, {}).pop(delivery.id, None) is not None:
            rows.picture.show_delivery(delivery)


def _stand_anew(
    rows: MemoryRows, new: ConversationRow, old: ConversationRow, *, turns: int, deliveries: Sequence[DeliveryRow], now: int
) -> None:
    due = rows.picture.due_turns
    new.turn_seq = turns
    new.closed_seq = min((t.seq for t in due.get(new.id, {}).values()), default=turns + 1) - 1
    if due.get(new.id) or any(d.state in OPEN_STATES for d in deliveries):
        sending = any(d.state == "sending" for d in deliveries)
        new.ready_at = old.ready_at if sending and old.owner is not None else now
    fence_off(rows, old, now=now)
    old.identity_epoch += 1
    old.closed_seq = min((t.seq for t in due.get(old.id, {}).values()), default=old.turn_seq + 1) - 1
