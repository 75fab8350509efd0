"""Exposure: who is reachable through which ways, and what goes through each; the values that the arithmetic works on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from wasl.domain.ids import AddressId, ConversationId, PersonId
from wasl.domain.message import Part
from wasl.domain.person import Address

DrillMode = Literal["shadow", "live"]
Fault = Literal["refused", "disabled", "silence", "throttled"]
"""How a dependency fails: no connection; the platform's own words for a closed account; no answer at all; "slow down" for ever."""


class Reach(NamedTuple):
    """How many people may be reached through exactly these ways. `country` is empty where no handle tells one.

    A way counts once its bearer wrote from it; whoever never wrote from anywhere has no way.
    """

    ways: frozenset[str]
    country: str
    people: int


class Unseen(NamedTuple):
    """An address that nobody has looked at yet, or from which nobody had written."""

    id: AddressId
    handle: str
    kind: str
    alias: str | None
    alias_kind: str | None
    heard: bool


class Seen(NamedTuple):
    """What looking at an address told. `country` is empty where the handle tells none."""

    id: AddressId
    country: str
    heard: bool


class Traffic(NamedTuple):
    """What went on during one day (UTC, from `day_ms`): through a channel, from a candidate, or in all (name empty). `money` is what it
    cost, by currency, as far as prices are known."""

    day_ms: int
    kind: Literal["channel", "candidate", "all"]
    name: str
    turns: int
    conversations: int
    answered: int
    money: tuple[tuple[str, Decimal], ...] = ()


class Outcome(NamedTuple):
    """What became of one question: the state of its turn, who answered (None: nobody, or no model), and how the first delivery of the
    answer stands and through which channel (None: there is none). Times in milliseconds."""

    channel: str
    state: str
    accepted_ms: int
    closed_ms: int | None
    answered_by: str | None
    delivery: str | None
    through: str | None
    address_kept: bool = True


class Asked(NamedTuple):
    """A question that somebody asked lately, with whom and where; `seq` is its place in the conversation."""

    person_id: PersonId
    conversation_id: ConversationId
    seq: int
    address: Address
    parts: tuple[Part, ...]
    accepted_ms: int


class OnlyThere(NamedTuple):
    """One person of a page, with the countries that their handles tell."""

    person_id: PersonId
    countries: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """A rehearsed loss: what is lost and how, and once it is over, what people would have seen.

    A live drill is in force until `until_ms`, or until it is ended; whoever runs it moves that time ahead while it lives.
    """

    id: str
    mode: DrillMode
    lost: tuple[str, ...]
    how: Fault
    started_ms: int
    until_ms: int
    ended_ms: int | None = None
    candidates: tuple[str, ...] = ()
    report: Mapping[str, Any] = field(default_factory=dict)

    def in_force(self, now_ms: int) -> bool:
        """Says whether it still takes something away."""
        return self.mode == "live" and self.ended_ms is None and now_ms < self.until_ms


def people_in(groups: Sequence[Reach]) -> int:
    """Counts the people of several groups."""
    return sum(g.people for g in groups)
