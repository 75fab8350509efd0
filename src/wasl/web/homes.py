"""A place for what belongs to somebody who has not written yet: a conversation without a message."""

from wasl.domain.ids import AddressId, ConversationId, PersonId
from wasl.domain.person import Address, AddressKey
from wasl.ports.clock import Clock
from wasl.ports.format import PersonRecord
from wasl.ports.people import People
from wasl.ports.store import Store


async def home_of(key: AddressKey, *, store: Store, people: People, clock: Clock, name: str | None = None) -> ConversationId:
    """Finds the conversation of an address, or makes person, address and conversation in one commit."""
    found = await store.find_address(key)
    if found is not None:
        return found[1]
    now = clock.now_ms()
    person, conversation, address = PersonId(clock.new_id()), ConversationId(clock.new_id()), AddressId(clock.new_id())
    record = PersonRecord(
        id=person,
        name=name,
        addresses=(Address(id=address, person_id=person, key=key, name=name, valid_from_ms=now),),
        extra={
            "kind": "person",
            "created_ms": now,
            "conversations": [{"id": conversation, "born_as": person, "created_ms": now, "last_ms": now}],
            "places": {address: conversation},
        },
    )
    await people.adopt(record, now_ms=now)
    found = await store.find_address(key)  # whoever was quicker holds the address
    return found[1] if found else conversation
