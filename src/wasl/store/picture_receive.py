"""What one inbound request writes: the law of `Store.receive` over a Picture."""

from dataclasses import replace
from typing import assert_never

from wasl.domain.delivery import moves
from wasl.domain.event import Arrival, ConsentGiven, Event, Moved, Receipt, Signal
from wasl.domain.ids import AddressId, ConversationId, DeliveryId, MessageId, PersonId, TurnId
from wasl.domain.person import Address, AddressKey
from wasl.domain.turn import DueTurn, Work
from wasl.ports.clock import Clock
from wasl.ports.store import Accepted, Duplicate, Incoming, Kept, Lease, Outcome, ReceiptApplied
from wasl.store.picture import AddressRow, ConversationRow, DeliveryRow, EarlyReceipt, MessageRow, PersonRow, Picture, TurnRow
from wasl.store.rows import HELD_MS, RECEIPT_TIMES, conversations_of, failure_of, heard_at, json_or_none


def receive(picture: Picture, incoming: Incoming, *, lease: Lease | None, clock: Clock) -> list[Outcome]:
    """Stores the raw body and every event."""
    now = incoming.received_at_ms
    if incoming.cursor is not None:
        picture.changes.cursors[incoming.channel] = incoming.cursor
    outcomes = [_event(picture, incoming.channel, event, now=now, lease=lease, clock=clock) for event in incoming.events]
    picture.changes.raws.append((incoming.channel, now, incoming.raw, conversations_of(outcomes)))
    return outcomes


def _event(picture: Picture, channel: str, event: Event, *, now: int, lease: Lease | None, clock: Clock) -> Outcome:
    if isinstance(event, Receipt):
        return _receipt(picture, channel, event, now=now)
    if not picture.take_fresh(channel, event.key):
        return Duplicate(key=event.key)
    match event:
        case Arrival():
            return _arrival(picture, event, now=now, lease=lease, clock=clock)
        case ConsentGiven():
            picture.changes.consents.append(event)
        case Moved():
            _moved(picture, channel, event, now=now, clock=clock)
        case Signal():
            picture.changes.signals.append((channel, event))
        case _:
            assert_never(event)
    return Kept(key=event.key)


def _arrival(picture: Picture, event: Arrival, *, now: int, lease: Lease | None, clock: Clock) -> Accepted:
    place = _place(picture, event, now=now, clock=clock)
    conversation = picture.conversations[place.conversation_id]
    picture.changed_conversation(conversation)
    conversation.message_seq += 1
    conversation.last_ms = max(conversation.last_ms, now)
    message = MessageRow(
        id=clock.new_id(),
        conversation_id=conversation.id,
        seq=conversation.message_seq,
        author=event.author,
        author_name=event.author_name,
        address_id=place.address.id,
        native_id=event.native_id,
        reply_to=event.reply_to,
        sent_ms=event.sent_at_ms,
        stored_ms=now,
        parts=event.parts,
        extra=json_or_none(event.extra),
    )
    picture.changes.messages.append(message)
    turn: TurnRow | None = None
    work: Work | None = None
    if event.wants_answer:
        conversation.turn_seq += 1
        turn = TurnRow(
            id=clock.new_id(), conversation_id=conversation.id, seq=conversation.turn_seq, message_id=message.id, accepted_ms=now
        )
        picture.add_turn(turn)
        work = _wake(conversation, lease, now=now, turn=_due(turn, event, place.address))
    elif event.author == "person":
        _look_again(conversation, now=now)
    return Accepted(
        key=event.key,
        message_id=MessageId(message.id),
        conversation_id=ConversationId(conversation.id),
        seq=message.seq,
        turn_id=TurnId(turn.id) if turn else None,
        work=work,
    )


def _wake(conversation: ConversationRow, lease: Lease | None, *, now: int, turn: DueTurn) -> Work | None:
    """Readies or leases an idle conversation, and readies what only a rule holds; a lease that lives and a conversation that backs
    off keep their time."""
    if conversation.ready_at is not None:
        _look_again(conversation, now=now)
        return None
    if lease is None:
        conversation.ready_at = now
        return None
    conversation.epoch += 1
    conversation.owner = lease.owner
    conversation.ready_at = now + lease.milliseconds
    return Work(
        conversation_id=ConversationId(conversation.id),
        epoch=conversation.epoch,
        turns=(turn,),
        deliveries=(),
        shared=conversation.shared,
        continues=conversation.continues,
    )


def _look_again(conversation: ConversationRow, *, now: int) -> None:
    """A word of the person is a reason to look at what a rule holds."""
    if conversation.owner is None and conversation.ready_at is not None and conversation.ready_at > now + HELD_MS:
        conversation.ready_at = now


def _due(turn: TurnRow, event: Arrival, address: Address) -> DueTurn:
    return DueTurn(
        id=TurnId(turn.id),
        seq=turn.seq,
        message_id=MessageId(turn.message_id),
        parts=event.parts,
        native_id=event.native_id,
        address=address,
        sent_at_ms=event.sent_at_ms,
        accepted_at_ms=turn.accepted_ms,
        attempt=turn.attempt,
        author_name=event.author_name,
    )


def _place(picture: Picture, event: Arrival, *, now: int, clock: Clock) -> AddressRow:
    """Finds the address that somebody wrote from, or makes it with its bearer and their conversation."""
    key = event.address
    row = picture.by_handle.get((key.channel, key.scope, key.handle))
    if row is None:
        row = _through_alias(picture, key, now=now)
    if row is None:
        return _new_person(picture, event, now=now, clock=clock)
    if event.author == "person":
        before = row.address
        name = event.address_name
        known = before.key
        if key.alias is not None and key.alias != known.alias:
            _take_alias(picture, key, person_id=before.person_id, now=now)
            known = replace(known, alias=key.alias, alias_kind=key.alias_kind)
        picture.change_address(
            row,
            Address(
                id=before.id,
                person_id=before.person_id,
                key=known,
                name=name or before.name,
                language=event.language or before.language,
                valid_from_ms=before.valid_from_ms,
                valid_to_ms=before.valid_to_ms,
                last_inbound_ms=max(before.last_inbound_ms or 0, heard_at(event, now=now)),
            ),
        )
    return row


def _through_alias(picture: Picture, key: AddressKey, *, now: int) -> AddressRow | None:
    """Finds the correspondent by the other of two handles.

    An older address that bore the second handle as its only one is the same correspondent, known by the better key from now on.
    Beside another better key the number was recycled: the old address closes and whoever writes now is somebody new.
    """
    if key.alias is None:
        return picture.by_alias.get((key.channel, key.scope, key.handle))
    row = picture.by_handle.get((key.channel, key.scope, key.alias))
    _take_alias(picture, key, person_id=None if row is None else row.address.person_id, now=now)
    if row is not None:
        picture.change_address(row, replace(row.address, key=key))
    return row


def _take_alias(picture: Picture, key: AddressKey, *, person_id: str | None, now: int) -> None:
    """Sees to it that a second handle belongs to one open address: that of somebody else closes, the person's own gives it up."""
    holder = picture.by_alias.get((key.channel, key.scope, key.alias or ""))
    if holder is None:
        return
    if holder.address.person_id == person_id:
        picture.change_address(holder, replace(holder.address, key=replace(holder.address.key, alias=None, alias_kind=None)))
    else:
        picture.change_address(holder, replace(holder.address, valid_to_ms=now))


def _new_person(picture: Picture, event: Arrival, *, now: int, clock: Clock) -> AddressRow:
    key = event.address
    name = event.address_name if event.author == "person" else None
    person = PersonRow(id=clock.new_id(), kind="group" if key.kind == "group" else "person", name=name, created_ms=now)
    conversation = ConversationRow(id=clock.new_id(), person_id=person.id, created_ms=now, last_ms=now)
    row = AddressRow(
        address=Address(
            id=AddressId(clock.new_id()),
            person_id=PersonId(person.id),
            key=key,
            name=name,
            language=event.language if event.author == "person" else None,
            valid_from_ms=now,
            last_inbound_ms=heard_at(event, now=now) if event.author == "person" else None,
        ),
        conversation_id=conversation.id,
    )
    picture.changes.people.append(person)
    picture.add_conversation(conversation)
    picture.add_address(row)
    return row


def _moved(picture: Picture, channel: str, event: Moved, *, now: int, clock: Clock) -> None:
    old = picture.by_handle.get((channel, event.scope, event.old_handle))
    if old is None or (event.new.channel, event.new.scope, event.new.handle) in picture.by_handle:
        return
    if event.new.alias is not None:
        _take_alias(picture, event.new, person_id=old.address.person_id, now=now)
    address = replace(old.address, id=AddressId(clock.new_id()), key=event.new, valid_from_ms=now)
    picture.add_address(AddressRow(address=address, conversation_id=old.conversation_id))


def _receipt(picture: Picture, channel: str, event: Receipt, *, now: int) -> Outcome:
    """Moves a delivery forward. Nothing remembers its key: moving forward only makes a repeat harmless."""
    row = picture.deliveries.get(event.tag) if event.tag is not None else None
    if (row is None or row.channel != channel) and event.native_id is not None:
        row = picture.by_native.get((channel, event.native_id))
    receipt = EarlyReceipt(
        state=event.state, at_ms=event.at_ms, error=json_or_none(failure_of(event.failure)), price=json_or_none(event.price)
    )
    if row is None or row.channel != channel:
        if event.native_id is not None:
            picture.add_early((channel, event.native_id), receipt)
        return Kept(key=event.key)
    before = row.state
    learn(picture, row, event.native_id, now=now)
    changed = apply_receipt(picture, row, receipt, now=now)
    woke = before == "unknown" != row.state and _wake_backing_off(picture, row.conversation_id, now=now)
    return ReceiptApplied(
        key=event.key,
        delivery_id=DeliveryId(row.id),
        conversation_id=ConversationId(row.conversation_id),
        message_id=MessageId(row.message_id),
        changed=changed,
        woke=woke,
    )


def _wake_backing_off(picture: Picture, conversation_id: str, *, now: int) -> bool:
    conversation = picture.conversations[conversation_id]
    if conversation.owner is not None or conversation.ready_at is None or conversation.ready_at <= now:
        return False
    conversation.ready_at = now
    picture.changed_conversation(conversation)
    return True


def learn(picture: Picture, row: DeliveryRow, native_id: str | None, *, now: int) -> None:
    """Tells a delivery the platform's id, and applies the receipts that waited for it."""
    if native_id is None or row.native_id not in (None, native_id):
        return
    if row.native_id is None:
        row.native_id = native_id
        picture.changed_delivery(row)
    for receipt in picture.take_early((row.channel, native_id)):
        apply_receipt(picture, row, receipt, now=now)


def apply_receipt(picture: Picture, row: DeliveryRow, receipt: EarlyReceipt, *, now: int) -> bool:
    """Moves one delivery by one receipt, forward only; says whether it moved. A price and a time are kept whatever the order."""
    moved = moves(now=row.state, to=receipt.state)
    time = RECEIPT_TIMES.get(receipt.state)
    if moved:
        row.state = receipt.state
        row.since_ms = now
        row.error = receipt.error or row.error
        row.price = receipt.price or row.price
    elif (time is None or getattr(row, time) is not None) and (receipt.price is None or row.price is not None):
        return False  # as most often where a platform tells that it took what we know it took
    else:
        row.price = row.price or receipt.price
    if time is not None and (moved or getattr(row, time) is None):
        setattr(row, time, receipt.at_ms)
    picture.changed_delivery(row)
    return moved
