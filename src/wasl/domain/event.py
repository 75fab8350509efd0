"""What a channel's `parse` reports: each event has a `key` that is the same whenever the platform repeats it."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Literal

from wasl.domain.errors import Failure
from wasl.domain.message import Author, Part
from wasl.domain.person import AddressKey
from wasl.domain.value import value


@value(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Somebody said something.

    `address` is where the answer goes (the group, in a group); `author` is "operator" for an echo of what the owner typed
    elsewhere; `wants_answer` is False for what nobody expects a reply to (a reaction, an edit, talk in a group that does not
    name the assistant). `sent_at_ms` is the platform's time, 0 where it names none; `native_id` its id of the message; `group_name` how
    the group is called.
    """

    key: str
    address: AddressKey
    parts: tuple[Part, ...]
    sent_at_ms: int
    native_id: str | None = None
    reply_to: str | None = None
    author: Author = "person"
    author_name: str | None = None
    group_name: str | None = None
    language: str | None = None
    wants_answer: bool = True
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def address_name(self) -> str | None:
        """How the address is called: a group is not called like whoever speaks in it."""
        return self.group_name if self.address.kind == "group" else self.author_name


@value(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The platform's word on a delivery, found by our `tag` where it is echoed, else by `native_id` within `scope`."""

    key: str
    scope: str
    state: Literal["sent", "delivered", "read", "failed"]
    at_ms: int
    native_id: str | None = None
    tag: str | None = None
    failure: Failure | None = None
    price: Mapping[str, Any] | None = None


@value(frozen=True, slots=True, kw_only=True)
class ConsentGiven:
    """A person allowed (`given`) or forbade messages of one purpose ("marketing", "all")."""

    key: str
    address: AddressKey
    purpose: str
    given: bool
    at_ms: int


@value(frozen=True, slots=True, kw_only=True)
class Moved:
    """The platform says that one correspondent now has another handle."""

    key: str
    scope: str
    old_handle: str
    new: AddressKey
    at_ms: int


@value(frozen=True, slots=True, kw_only=True)
class Signal:
    """The platform speaks about our account: a restriction, a limit, a template's fate. `grave` raises the highest alarm."""

    key: str
    scope: str
    kind: str
    at_ms: int
    grave: bool
    detail: Mapping[str, Any] = field(default_factory=dict)


Event = Arrival | Receipt | ConsentGiven | Moved | Signal
