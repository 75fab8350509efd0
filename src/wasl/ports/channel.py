"""The contract of a channel: four pure methods, and small abilities that it opts into by having them.

A channel opens no socket, reads no clock and draws no random number. The drivers in `service` and `web` add time-outs,
retries, pacing and storage. Every channel passes the suite in `wasl.testing.contracts`.
"""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, NamedTuple, Protocol, runtime_checkable

from pydantic import BaseModel

from wasl.domain.delivery import Outgoing, Sent
from wasl.domain.errors import Failure
from wasl.domain.event import Event
from wasl.domain.limits import Limits
from wasl.domain.listing import ListedTemplate
from wasl.domain.message import Media
from wasl.domain.person import Address, AddressKey, AddressKind
from wasl.wire.call import Call, Reply


class Channel(Protocol):
    """A way to people, named `name` in the settings (its kind, unless there are two of a kind)."""

    kind: ClassVar[str]
    title: ClassVar[str]
    limits: Limits
    Settings: ClassVar[type[BaseModel]]
    name: str

    def __init__(self, settings: Any, *, name: str) -> None:
        """Takes an instance of its own `Settings`."""
        ...

    def verify(self, call: Call) -> Reply | None:
        """Checks that the request is genuine, over its raw bytes, before anything is parsed.

        Called first for every request that reaches the channel's hook. Returns a Reply when the request is a handshake
        that is answered and holds nothing to store, else None. Must not raise anything but Forged (answered 401 or 403;
        nothing is stored) and Malformed (400).
        """
        ...

    def parse(self, call: Call) -> Sequence[Event]:
        """Reads everything in a genuine request.

        Total: an unknown kind becomes an Unknown part and is kept whole, an unknown field is passed over. Must not raise
        anything but Malformed. The order is the platform's time within one address.
        """
        ...

    def send(self, outgoing: Outgoing) -> Generator[Call, Reply, Sent]:
        """Yields the requests that bring one delivery to its address; is sent each good Reply; returns what the platform said.

        The parts already fit `limits`. The driver asks `explain` about every Reply first and closes the generator when
        that names a failure, so the generator sees good replies only. Raises Refused for a part that it cannot send.
        """
        ...

    def explain(self, reply: Reply) -> Failure | None:
        """Names the failure that a Reply tells of, or None when it is a good one. Must not raise."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """What one long poll brought: the events, the bytes they were read from, and where to go on."""

    events: Sequence[Event]
    cursor: str
    raw: bytes


@runtime_checkable
class Listens(Protocol):
    """A channel that can fetch its own events by long polling, where it has no public address."""

    def listens(self) -> bool:
        """Says whether the settings ask for polling."""
        ...

    def poll(self, cursor: str | None) -> Call:
        """Gives the request for what came after `cursor`; it is held open by the platform."""
        ...

    def polled(self, reply: Reply, cursor: str | None) -> Polled:
        """Reads a good answer. The new cursor is stored in the commit that stores the events."""
        ...


@runtime_checkable
class Fetches(Protocol):
    """A channel whose media must be downloaded."""

    def fetch(self, media: Media) -> Generator[Call, Reply, bytes]:
        """Yields the requests that lead to the bytes and returns them."""
        ...


@runtime_checkable
class Types(Protocol):
    """A channel that can show that an answer is being written; the mark lasts `limits.typing_seconds`."""

    def typing(self, address: Address, *, answering: str | None) -> Call:
        """Gives the request that shows the mark. `answering` is the platform's id of the message being answered."""
        ...


@runtime_checkable
class Acknowledges(Protocol):
    """A channel that shows a pressed button as waiting until it is told that the press has arrived."""

    def acknowledge(self, native_id: str) -> Call | None:
        """Gives the request that says so, for the platform's id of what came in; None where nobody waits for it.

        Asked as the work on an answer begins. The request is made beside that work: its failure changes nothing.
        """
        ...


@runtime_checkable
class Drafts(Protocol):
    """A channel that can show an answer while it grows."""

    def drafts_to(self, address: Address) -> bool:
        """Says whether this address can be shown drafts."""
        ...

    def draft(self, address: Address, *, draft_id: int, text: str) -> Call:
        """Gives the request that shows `text` (Markdown) so far; the same non-zero `draft_id` replaces what was shown."""
        ...


@runtime_checkable
class Edits(Protocol):
    """A channel that can change what it sent."""

    def edit(self, address: Address, *, native_id: str, outgoing: Outgoing) -> Generator[Call, Reply, Sent]:
        """Yields the requests that replace the message `native_id` by the parts of `outgoing`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplatePage:
    """One page of a platform's list, and the cursor of the next; None: there is none."""

    templates: Sequence[ListedTemplate]
    after: str | None = None


@runtime_checkable
class Templates(Protocol):
    """A channel whose platform approves messages beforehand."""

    def lists_templates(self) -> bool:
        """Says whether the settings tell whose templates to ask for."""
        ...

    def templates(self, after: str | None = None) -> Call:
        """Gives the request for the list of templates, or its page behind a cursor. Raises SettingWrong where the account is not set."""
        ...

    def listed(self, reply: Reply) -> TemplatePage:
        """Reads a good answer. Total: what cannot be read of it is passed over."""
        ...

    def template_news(self, kind: str, detail: Mapping[str, Any]) -> ListedTemplate | None:
        """Reads a Signal of this channel as news of one template; None where it is none."""
        ...

    def refusal_of(self, code: int) -> str | None:
        """Says which status of a template the code of a refused send tells of."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of a check: `good`, or what is wrong and what to do about it."""

    good: bool
    what: str
    do: str = ""


@runtime_checkable
class Invites(Protocol):
    """A channel that a link can open with a text for us at hand, so that a code need not be typed."""

    def invitation(self, code: str, *, word: str) -> str | None:
        """Gives the address that opens the channel with the code, behind `word` (link, in the person's language) where people send it as
        words; None where the settings do not say who we are there."""
        ...


@runtime_checkable
class Begins(Channel, Protocol):
    """A channel that may write first to whoever bears a telephone number or an e-mail address, though they never wrote there.

    Codes that prove an old address are brought by it; `begins_with` names the kinds of handle.
    """

    begins_with: ClassVar[tuple[AddressKind, ...]]

    def begin(self, handle: str, kind: AddressKind) -> AddressKey | None:
        """Gives where a handle is written to: a telephone number as "+" and digits, an e-mail address as it was typed. None for one to
        which the channel does not bring."""
        ...


@runtime_checkable
class Checks(Protocol):
    """A channel that can test its own credentials with one harmless real request."""

    def check(self) -> Generator[Call, Reply, Sequence[Finding]]:
        """Yields the request; is sent the Reply whatever its status; says what it found."""
        ...


@runtime_checkable
class Subscribes(Protocol):
    """A channel that must tell the platform where its hook is."""

    def subscribe(self, hook_url: str) -> Generator[Call, Reply, Sequence[Finding]]:
        """Yields the requests that register `hook_url`."""
        ...


@runtime_checkable
class Warns(Protocol):
    """A channel that can tell which signals and refusals are first signs of a platform turning against us."""

    def sign(self, kind: str) -> Literal["grave", "notice"] | None:
        """Weighs a Signal's kind, or "error " and a code; None where that is no sign, or the signal itself says how grave it is."""
        ...


class HistoryPiece(NamedTuple):
    """What a request tells of earlier talk with one correspondent: a request of the same form with nobody else in it, in one line."""

    address: AddressKey
    body: bytes


@runtime_checkable
class Histories(Protocol):
    """A channel whose platform shares, in requests like any other, what was said before the assistant came.

    `history_mark` stands in every such request; `history_format` is the format that reads them.
    """

    history_mark: ClassVar[bytes]
    history_format: ClassVar[str]

    def history(self, body: bytes) -> Sequence[HistoryPiece]:
        """Parts a stored request by correspondent; nothing for one that tells of no earlier talk. Total over any bytes."""
        ...


@runtime_checkable
class Local(Protocol):
    """A channel of our own: its messages are read from the store by our pages, nothing is sent over a network."""

    local: ClassVar[Literal[True]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome:
    """What pages of ours show before anybody wrote, by language ("ar", "en"), and which sites may frame the chat.

    `sites` holds origins ("https://shop.example"); empty means every site.
    """

    title: Mapping[str, str] = field(default_factory=dict)
    greeting: Mapping[str, str] = field(default_factory=dict)
    examples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Somebody whom the operator's own site names, and until when (ms) its word counts."""

    address: AddressKey
    name: str | None
    email: str | None
    until_ms: int


VISITOR_HEADER = "x-wasl-visitor"
"""Header in which our pages send the visitor's token."""


@runtime_checkable
class Visited(Local, Protocol):
    """A local channel whose people come to our own pages as visitors that it knows by a signed token."""

    welcome: Welcome

    def admit(self, visitor: str, *, until_ms: int | None = None) -> str:
        """Signs the token that proves, from now on or until a time, to be the visitor with this id (letters, digits and hyphens)."""
        ...

    def visitor(self, token: str, *, at_ms: int | None = None) -> AddressKey:
        """Gives the address of the visitor whose token this is. Raises Forged when it is not one that we signed, or is too old."""
        ...

    def customer(self, token: str, *, at_ms: int) -> Customer:
        """Gives the customer whom the operator's own site names by a signed token. Raises Forged for one that is not good."""
        ...

    def ticket(self, *, visitor: str, sha256: str) -> str:
        """Signs that this visitor may post and fetch the file with this hash."""
        ...

    def stamp(self, call: Call, *, at_ms: int) -> Call:
        """Adds the time at which our page's request reached us; a time that the request itself names is not believed."""
        ...


def title_in(channel: Channel, language: str) -> str:
    """Gives the name of a channel as readers of a language know it: `titles` of the channel where it has them, else its title."""
    titles: Mapping[str, str] = getattr(channel, "titles", {})
    return titles.get(language.partition("-")[0].lower()) or channel.title
