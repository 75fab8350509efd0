"""Identifiers: each kind of thing has its own type, all are UUIDv7 text so that they sort by time of birth."""

from typing import NewType

PersonId = NewType("PersonId", str)
AddressId = NewType("AddressId", str)
ConversationId = NewType("ConversationId", str)
MessageId = NewType("MessageId", str)
TurnId = NewType("TurnId", str)
DeliveryId = NewType("DeliveryId", str)
EventId = NewType("EventId", str)


def uuid7(*, unix_ms: int, tail: bytes) -> str:
    """Forms a UUIDv7 (RFC 9562 section 5.7) from a time and ten random bytes.

    `unix_ms`: milliseconds since 1970. `tail`: exactly 10 bytes of randomness; the caller draws them.
    Returns the canonical 36-character lower-case text. Raises ValueError when `tail` has another length.
    """
    if len(tail) != 10:
        raise ValueError(f"a UUIDv7 needs 10 random bytes, not {len(tail)}")
    h = f"{unix_ms & 0xFFFFFFFFFFFF:012x}{tail.hex()}"
    variant = "89ab"[tail[2] & 3]
    return f"{h[:8]}-{h[8:12]}-7{h[13:16]}-{variant}{h[17:20]}-{h[20:32]}"
