"""The contract of people: who is who, and what may be joined, parted and forgotten.

A part of every store, in the same database and the same commits: `store.people`. Everything here raises StoreDown like Store, and
Malformed for an id that is not there. Every act that changes something writes its AuditRecord in the same commit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from wasl.domain.identity import AuditRecord, By, LinkRecord, PersonView
from wasl.domain.ids import AddressId, ConversationId, PersonId
from wasl.domain.person import Address
from wasl.domain.turn import StoredMessage
from wasl.ports.format import PersonRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What an erasure took (or, dry, would take), by kind of row; which files nobody else refers to; whose vault keys end.

    `providers` lists who received the person's words (candidate, provider, region, calls), for their delete interfaces or to be
    named in the receipt. `digests` are salted digests of what was erased.
    """

    person_id: PersonId
    conversations: tuple[ConversationId, ...]
    counts: Mapping[str, int]
    files: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    providers: tuple[Mapping[str, Any], ...] = ()
    digests: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """An erasure that was carried out: enough to carry it out again on a restored copy, and nothing that tells who it was but
    ids. `receipt` is what the person got."""

    id: str
    at_ms: int
    by: By
    person_id: PersonId
    conversations: tuple[ConversationId, ...]
    addresses: tuple[AddressId, ...]
    receipt: Mapping[str, Any] = field(default_factory=dict)


class People(Protocol):
    """Who is who."""

    # -- reading
    async def person_of(self, conversation_id: ConversationId) -> PersonId | None:
        """Gives the person whose conversation it is."""
        ...

    async def view(self, person_id: PersonId) -> PersonView | None:
        """Gives a person with identities, links and hold; None when there is none (or not any more)."""
        ...

    async def find(self, text: str, *, limit: int, after: PersonId | None = None) -> Sequence[PersonView]:
        """Finds people by name, handle or id (folded, in part); every person in order of id when `text` is empty."""
        ...

    async def siblings(self, conversation_id: ConversationId) -> Sequence[ConversationId]:
        """Gives every conversation of the same person, this one included, oldest first."""
        ...

    async def addresses(self, person_id: PersonId) -> Sequence[tuple[Address, ConversationId]]:
        """Gives the open addresses of a person, the one last written from first, each with its conversation."""
        ...

    async def timeline(
        self, conversations: Sequence[ConversationId], *, before: str | None = None, after: str | None = None, limit: int
    ) -> Sequence[StoredMessage]:
        """Gives messages of several conversations as one history by message id (ids sort by time), oldest first: the last ones
        before `before`, or the first ones after `after`."""
        ...

    # -- joining and parting
    async def link(self, *, link: LinkRecord, now_ms: int) -> LinkRecord:
        """Joins two people: both conversations (and all linked with them) become one person's, the older person's.

        Calling it again with the same link id changes nothing and gives what is stored. Raises Refused when either is a group,
        when both are one person already, or when there would be too many conversations.
        """
        ...

    async def unlink(self, *, link_id: str, by: By, now_ms: int) -> LinkRecord:
        """Ends a link; people become what the remaining links connect (`domain.identity.settled`). Again: changes nothing."""
        ...

    async def relink(self, *, link_id: str, by: By, now_ms: int) -> LinkRecord:
        """Undoes an unlink: opens the ended link again as it was. Raises Refused like `link`."""
        ...

    async def split(self, *, address_id: AddressId, by: By, now_ms: int) -> ConversationId:
        """Parts an address from its conversation: a new person, a new conversation, with the messages, due turns, deliveries and
        imported chats of that address. An address that is alone in its conversation is parted by ending its links. Gives the
        conversation that is the address's now."""
        ...

    async def continue_chat(self, *, conversation_id: ConversationId, chat_id: str | None, by: By, now_ms: int) -> None:
        """Makes an imported chat the beginning of a live conversation: its end is shown to the model before what was said here.
        None forgets it."""
        ...

    # -- audit, holds
    async def note(self, record: AuditRecord) -> None:
        """Stores a step that changed nothing here (an export was fetched)."""
        ...

    async def audit(self, *, person_id: PersonId | None = None, limit: int, before: str | None = None) -> Sequence[AuditRecord]:
        """Lists steps, newest first."""
        ...

    async def hold(self, *, person_id: PersonId, reason: str | None, by: By, now_ms: int) -> None:
        """Puts a legal hold on a person, or (None) lifts it."""
        ...

    # -- erasing
    async def weigh(self, person_id: PersonId) -> Forgotten:
        """Counts what erasing would take, and changes nothing."""
        ...

    async def erase(self, *, erasure: Erasure, salt: bytes) -> Forgotten:
        """Erases people's messages, turns, deliveries, raw bodies that hold their words, imported chats and entries, index,
        tokens, timers, consents, addresses, and keeps the Erasure, in one commit. Raises OnHold. What is leased is fenced."""
        ...

    async def erasures(self) -> Sequence[Erasure]:
        """Lists what was erased, oldest first: a restored copy carries it out again."""
        ...

    async def retire(self, *, channel: str | None, before_ms: int, limit: int) -> Mapping[str, int]:
        """Deletes messages (of one channel, None: of all) older than a time whose turns are closed, with their index and
        deliveries, up to `limit`; never those of a person on hold. Gives counts: retention by setting."""
        ...

    # -- moving house
    async def records(self, *, people: Sequence[PersonId] | None, after: PersonId | None, limit: int) -> Sequence[PersonRecord]:
        """Gives people as an archive holds them, by id: those named, or all."""
        ...

    async def adopt(self, record: PersonRecord, *, now_ms: int) -> bool:
        """Stores a person from an archive with the same ids: addresses, conversations (`extra["conversations"]`), links,
        consents. False when that person is here already; what is missing is added then. Messages follow by
        `Library.restore`."""
        ...
