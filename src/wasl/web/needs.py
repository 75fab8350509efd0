"""What the pages need of the use cases: small contracts, so that pages and services can be made and tested apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from wasl.domain.identity import By, LinkRecord
from wasl.domain.ids import ConversationId, PersonId
from wasl.ports.format import Choices
from wasl.service.bring import Preview, Report, Told
from wasl.wire.bundle import Bundle


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a code is brought to another channel: by opening `url`, or by writing `text` there."""

    channel: str
    title: str
    url: str | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A code that joins another channel, until it expires."""

    code: str
    expires_ms: int
    ways: tuple[Way, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """What a code would join to what is here."""

    channel: str
    name: str | None
    messages: int
    chats: int
    since_ms: int


class Links(Protocol):
    """Joins and parts what one person writes on several channels."""

    async def offer(self, home: ConversationId) -> Offer:
        """Makes a code for the person of a conversation. Raises Throttled when too many were made."""
        ...

    async def look(self, code: str, *, home: ConversationId) -> Joining:
        """Tells what a code would join. Raises Refused for one that is wrong, too old, one's own; Throttled after many tries."""
        ...

    async def join(self, code: str, *, home: ConversationId) -> LinkRecord:
        """Uses a code up and joins. Raises like `look`."""
        ...

    async def part(self, link_id: str, *, by: By) -> LinkRecord:
        """Ends a link."""
        ...

    async def rejoin(self, link_id: str, *, by: By) -> LinkRecord:
        """Undoes the end of a link."""
        ...


class Brings(Protocol):
    """What the pages need of `service.bring`."""

    async def preview(
        self, bundle: Bundle, *, owner: ConversationId | None = None, choices: Choices | None = None, told: Told | None = None
    ) -> Preview:
        """Reads everything and stores nothing. Raises Malformed for a file that no format reads."""
        ...

    async def run(self, bundle: Bundle, *, owner: ConversationId, choices: Choices | None = None, told: Told | None = None) -> Report:
        """Imports everything for the owner. Raises Malformed."""
        ...

    async def take_back(self, import_id: str) -> bool:
        """Undoes an import. False when there is none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OutFormat:
    """A format in which everything can leave."""

    kind: str
    title: str
    suffix: str
    loses: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A file that waits to be fetched once."""

    path: Path
    name: str
    media_type: str
    person_id: PersonId


class TakesOut(Protocol):
    """Writes everything of a person into a file that a one-time link gives."""

    def formats(self) -> Sequence[OutFormat]:
        """Lists the formats."""
        ...

    async def make(self, person_id: PersonId, *, format: str, language: str, by: By) -> tuple[str, int]:
        """Writes the file; gives the secret of its one-time link and when it expires (ms)."""
        ...

    async def look(self, secret: str) -> Mapping[str, Any] | None:
        """Tells what a link gives without using it up; None for one that is used, too old or not ours."""
        ...

    async def fetch(self, secret: str) -> Parcel | None:
        """Uses the link up and gives the file."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What an erasure leaves: for the person to keep."""

    id: str
    words: Mapping[str, Any]


class Erases(Protocol):
    """Erases a person."""

    async def weigh(self, person_id: PersonId) -> Mapping[str, int]:
        """Counts what would go. Raises OnHold."""
        ...

    async def code(self, person_id: PersonId) -> tuple[str, int]:
        """Makes the code that confirms, and says when it expires (ms)."""
        ...

    async def erase(self, person_id: PersonId, *, code: str | None, by: By) -> Receipt:
        """Erases, when the code is right (an operator needs none). Raises Refused, OnHold."""
        ...
