"""Person and Address: who someone is, and where they can be reached."""

from typing import Literal

from wasl.domain.ids import AddressId, PersonId
from wasl.domain.value import value

AddressKind = Literal["business-scoped id", "phone", "username", "e-mail", "account", "group"]


@value(frozen=True, slots=True, kw_only=True)
class AddressKey:
    """What the platform calls a correspondent.

    `channel` is the name of the configured channel, `scope` the account of ours it was reached through (a phone number
    id, a bot id), `handle` the platform's stable key, `alias` a second optional handle of the same correspondent (the
    phone number beside a business-scoped id). A group is an address too, with kind "group".
    """

    channel: str
    scope: str
    handle: str
    kind: AddressKind
    alias: str | None = None
    alias_kind: AddressKind | None = None


@value(frozen=True, slots=True, kw_only=True)
class Address:
    """A stored AddressKey with its bearer; enough by itself to send after a restart. Times in milliseconds."""

    id: AddressId
    person_id: PersonId
    key: AddressKey
    name: str | None = None
    language: str | None = None
    valid_from_ms: int = 0
    valid_to_ms: int | None = None
    last_inbound_ms: int | None = None
