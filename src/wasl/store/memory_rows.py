"""The rows of the store in memory, shared by its parts."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Protocol

from wasl.domain.identity import AuditRecord, LinkRecord
from wasl.ports.people import Erasure
from wasl.ports.store import Timer, Token
from wasl.store.picture import MessageRow, PersonRow, Picture, TurnRow, UsageRow


@dataclass(slots=True)
class MemoryRows:
    """Everything that the store in memory holds of people, in dictionaries that stay the same objects."""

    picture: Picture = field(default_factory=Picture)
    people: dict[str, PersonRow] = field(default_factory=dict)
    messages: dict[str, list[MessageRow]] = field(default_factory=dict)
    message_by_id: dict[str, MessageRow] = field(default_factory=dict)
    turns: dict[str, TurnRow] = field(default_factory=dict)
    raws: list[tuple[str, int, bytes, str | None]] = field(default_factory=list)
    usage: list[UsageRow] = field(default_factory=list)
    consents: dict[tuple[str, str, str, str], tuple[bool, int]] = field(default_factory=dict)
    tokens: dict[tuple[str, str], Token] = field(default_factory=dict)
    timers: dict[tuple[str, str], Timer] = field(default_factory=dict)
    links: dict[str, LinkRecord] = field(default_factory=dict)
    audit: list[AuditRecord] = field(default_factory=list)
    holds: dict[str, str] = field(default_factory=dict)
    erasures: list[Erasure] = field(default_factory=list)
    library: "Shelved | None" = None
    forget_beside: list[Callable[[list[str], list[str]], object]] = field(default_factory=list)
    """What is told of erased conversations and people, because it holds something of theirs elsewhere."""
    retire_beside: list[Callable[[list[str]], object]] = field(default_factory=list)
    """What is told of turns whose words are deleted."""


class Shelved(Protocol):
    """What the people of a store must know of its library."""

    def brought(self, owners: Collection[str]) -> tuple[int, int, tuple[str, ...]]:
        """Counts the chats and entries of conversations, and gives their imports' keys."""
        ...

    def part(self, old: str, new: str, *, address_id: str) -> set[str]:
        """Gives what was brought from an address to another conversation; gives the ids of the chats."""
        ...

    def forget(self, owners: Collection[str]) -> None:
        """Drops everything that conversations brought."""
        ...
