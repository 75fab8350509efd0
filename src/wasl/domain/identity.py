"""Identity: which conversations are one person's. A link joins two conversations; people are what links connect.

Nothing moves when people are linked: every address keeps its conversation, and a person's history is all of theirs by time. So
unlinking restores the two exactly, each with the messages of their own addresses, however often links come and go.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from wasl.domain.ids import AddressId, ConversationId, PersonId
from wasl.domain.person import Address

CONVERSATIONS_PER_PERSON_MAX = 24
"""Conversations that may be one person's; a link beyond it is refused: a reader walks them all."""
UNDO_DAYS = 30
"""For so long a person may undo a link by themselves; afterwards the operator may."""

By = Literal["person", "operator", "system"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRecord:
    """A link, active until `ended_ms`.

    `proof` says how it was shown that both are one: "code", "embed token", "account", "operator".
    """

    id: str
    one: ConversationId
    other: ConversationId
    proof: str
    by: By
    at_ms: int
    ended_ms: int | None = None
    ended_by: By | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """One conversation of a person with the addresses that write in it."""

    conversation_id: ConversationId
    born_as: PersonId
    addresses: tuple[Address, ...]
    messages: int
    chats: int
    first_ms: int
    last_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonView:
    """A person with everything that is theirs: identities, active and ended links, whether a legal hold blocks erasing."""

    id: PersonId
    name: str | None
    kind: str
    identities: tuple[Identity, ...]
    links: tuple[LinkRecord, ...] = ()
    hold: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """One step that changed who somebody is or what is kept of them."""

    id: str
    at_ms: int
    by: By
    act: str
    person_id: PersonId
    conversation_id: ConversationId | None = None
    address_id: AddressId | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


def components(conversations: Iterable[ConversationId], links: Iterable[LinkRecord]) -> list[frozenset[ConversationId]]:
    """Gives the sets of conversations that active links connect; each set in one piece, the oldest conversation's first."""
    leader = {c: c for c in sorted(conversations)}

    def find(c: ConversationId) -> ConversationId:
        while leader[c] != c:
            leader[c] = leader[leader[c]]
            c = leader[c]
        return c

    for link in links:
        if link.ended_ms is None and link.one in leader and link.other in leader:
            first, second = sorted((find(link.one), find(link.other)))
            leader[second] = first
    found: dict[ConversationId, set[ConversationId]] = {}
    for c in leader:
        found.setdefault(find(c), set()).add(c)
    return [frozenset(found[c]) for c in sorted(found)]


def bearer(conversations: Iterable[ConversationId], *, born: Mapping[ConversationId, PersonId], kept: PersonId | None = None) -> PersonId:
    """Gives the person whose a set of conversations is: `kept` when it was born in one of them, else the oldest one born there."""
    people = sorted({born[c] for c in conversations})
    return kept if kept in people else people[0]


def settled(
    conversations: Sequence[ConversationId], links: Iterable[LinkRecord], *, born: Mapping[ConversationId, PersonId]
) -> dict[ConversationId, PersonId]:
    """Gives the person of each conversation as the active links have it: the oldest person born in its component."""
    return {c: bearer(part, born=born) for part in components(conversations, links) for c in part}
