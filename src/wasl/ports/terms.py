"""The contract of watched terms: what was seen of documents, what changed, and which rules were made from it.

A part of every store, in the same database: `store.terms`. Everything here raises StoreDown like Store. Nothing here is about a person,
except who confirmed a rule: the operator's own name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from wasl.domain.terms import Change, ChangeState, Fetch, RuleRecord, Version, Watched


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """How many messages went out through a channel to people of a country ("" where it is not known) who had been silent for so long
    then: None is for people who had never written, or not within the last few hundred messages.

    Silences are told by the minute below an hour, by the hour below 31 days, by the day beyond, each rounded up: what a window of whole
    hours says of one is what it says of all of them, for it bites on longer silences than its own.
    """

    channel: str
    country: str
    messages: int
    silent_ms: int | None = None


class Terms(Protocol):
    """Everything that is kept of watched documents."""

    # -- how watching stands
    async def find_watched(self, document_id: str) -> Watched | None:
        """Gives how the watching of a document stands; None when it was never begun."""
        ...

    async def watched(self) -> Sequence[Watched]:
        """Gives every document that is or was watched, by id."""
        ...

    async def keep_watched(self, watched: Watched) -> None:
        """Stores how it stands now; what stood before is replaced."""
        ...

    async def claim(self, document_id: str, *, due_ms: int, until_ms: int) -> bool:
        """Takes a document for a look, until a time: False where another process has it, or it is not due at `due_ms` any more."""
        ...

    # -- what was seen
    async def note_fetch(self, fetch: Fetch, *, raw: bytes | None = None) -> None:
        """Stores a look, and the page as it came where it is worth keeping. Again with the same id: nothing."""
        ...

    async def fetches(self, document_id: str, *, limit: int) -> Sequence[Fetch]:
        """Gives the last looks, newest first."""
        ...

    async def blob(self, digest: str) -> bytes | None:
        """Gives what is kept under a digest."""
        ...

    async def add_version(self, version: Version, *, blobs: Mapping[str, bytes], change: Change | None, watched: Watched | None) -> None:
        """Stores a new version with its texts, the change that led to it and how watching stands, in one commit.

        A version of the same document with the same state, or one that is there already, is not stored twice, and neither is its change.
        """
        ...

    async def keep_version(self, version: Version) -> None:
        """Replaces when a version was seen."""
        ...

    async def find_version(self, version_id: str) -> Version | None:
        """Gives a version."""
        ...

    async def version_of(self, document_id: str, *, state: str) -> Version | None:
        """Gives the version of a document with a state: whether the page was so before."""
        ...

    async def versions(self, document_id: str, *, limit: int) -> Sequence[Version]:
        """Gives the versions of a document, the one first seen last before the others."""
        ...

    # -- what a model said
    async def opinion(self, key: str) -> str | None:
        """Gives what a model said to a question, by the question's digest."""
        ...

    async def keep_opinion(self, key: str, text: str) -> None:
        """Keeps what a model said; said again, the first one stays."""
        ...

    # -- what changed
    async def find_change(self, change_id: str) -> Change | None:
        """Gives a change."""
        ...

    async def changes(
        self, *, document_id: str | None = None, state: ChangeState | None = None, since_ms: int = 0, limit: int
    ) -> Sequence[Change]:
        """Gives changes, newest first."""
        ...

    async def keep_change(self, change: Change) -> None:
        """Replaces what is known of a change: its state, its note, a verdict that was raised."""
        ...

    # -- rules made from changes
    async def add_rule(self, record: RuleRecord) -> None:
        """Adds a step in the life of a rule; nothing is ever replaced. Again with the same id: nothing."""
        ...

    async def rules(self, *, rule_id: str | None = None) -> Sequence[RuleRecord]:
        """Gives the steps of one rule, or of all, oldest first."""
        ...

    async def sent(self, *, since_ms: int) -> Sequence[Sent]:
        """Sums what went out since a time, by channel, country and silence. A store in memory gives nothing: it sums no deliveries."""
        ...

    async def people_sent(self, *, since_ms: int, channel: str, silences: Sequence[int | None]) -> Mapping[str, int]:
        """Counts the people, each once, to whom something went out through a channel after one of these silences (as `sent` tells
        them), by country."""
        ...
