"""Counting what a format cannot hold, in the words of the format contract (`wasl.testing.contracts.format_losses`).

A writer counts what it passes over; what it keeps it does not count.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from wasl.domain.archive import Chat, Entry, Participant, Words

_PARTS: Final[Mapping[str, str]] = {
    "file": "files", "poll": "polls", "call": "calls", "place": "places", "contact": "contacts", "link": "links", "thinking": "thinking",
    "tool_call": "tools", "tool_result": "tools", "citation": "citations", "event": "events", "unknown": "unknown",
}  # fmt: skip
_ENTRY: Final[Mapping[str, str]] = {"author": "authors", "native_id": "ids", "wall_ms": "wall_clock", "resolution": "resolution"}
_MORE: Final[Mapping[str, str]] = {
    "on_behalf_of": "senders", "zone": "zones", "received_ms": "received", "reply_to": "replies",
    "thread": "threads", "reactions": "reactions", "flags": "flags", "model": "models", "deliveries": "deliveries", "extra": "extra",
}  # fmt: skip


class Losses:
    """Counts losses of the kinds that a format names."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(names)
        self._counts: Counter[str] = Counter()

    def add(self, name: str, number: int = 1) -> None:
        """Counts a loss, if it is one of those that are named."""
        if name in self._names and number > 0:
            self._counts[name] += number

    def chat(self, chat: Chat) -> None:
        """Counts what is told of a chat."""
        self.add("chat_details")
        self.add("titles", bool(chat.title))
        self.add("chat_ids", bool(chat.native_id))

    def participant(self, one: Participant) -> None:
        """Counts what is told of somebody."""
        self.add("participants", bool(one.handles or one.names))

    def entry(self, entry: Entry) -> None:
        """Counts everything that an entry has."""
        more = entry.more
        for field, name in _ENTRY.items():
            self.add(name, bool(getattr(entry, field)))
        self.add("roles", entry.role == "service")
        self.add("times", entry.wall_ms is not None or entry.instant_ms is not None)
        for field, name in _MORE.items():
            self.add(name, bool(getattr(more, field)))
        self.add("zones", not more.zone and entry.wall_ms is not None)
        self.add("edits", bool(more.edited or more.edited_ms or more.revisions))
        self.add("deletions", bool(more.deleted or more.deleted_ms))
        for part in entry.parts:
            if isinstance(part, Words):
                self.add("spans", bool(part.spans))
                self.add("markup", part.format != "plain")
            else:
                self.add(_PARTS[part.type])

    def dropped(self, *, since: Mapping[str, int] = MappingProxyType({})) -> list[tuple[str, int]]:
        """Gives what was lost, with its number, by name; with `since`, only what was lost after those `counts` were taken."""
        return sorted((name, number - since.get(name, 0)) for name, number in self._counts.items() if number > since.get(name, 0))

    def counts(self) -> Mapping[str, int]:
        """Gives what was lost so far, to measure what comes against it."""
        return dict(self._counts)
