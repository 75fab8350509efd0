"""Watched terms in a database: the steps of `terms_steps`, carried out by a store."""

from collections.abc import Mapping, Sequence

from wasl.domain.terms import Change, ChangeState, Fetch, RuleRecord, Version, Watched
from wasl.ports.terms import Sent
from wasl.store import terms_steps as steps
from wasl.store.sql_people import Carry


class SqlTerms:
    """What was seen of documents, what changed, and the rules made from it. `live` says that the database holds deliveries, too."""

    def __init__(self, *, read: Carry, write: Carry, live: bool = True) -> None:
        self._live = live
        self._read = read
        self._write = write

    async def find_watched(self, document_id: str) -> Watched | None:
        """Gives how the watching of a document stands."""
        return await self._read(lambda: steps.find_watched(document_id))

    async def watched(self) -> Sequence[Watched]:
        """Gives every document that is or was watched."""
        return await self._read(steps.watched)

    async def keep_watched(self, watched: Watched) -> None:
        """Stores how it stands now."""
        await self._write(lambda: steps.keep_watched(watched))

    async def claim(self, document_id: str, *, due_ms: int, until_ms: int) -> bool:
        """Takes a document for a look."""
        return await self._write(lambda: steps.claim(document_id, due_ms=due_ms, until_ms=until_ms))

    async def note_fetch(self, fetch: Fetch, *, raw: bytes | None = None) -> None:
        """Stores a look."""
        await self._write(lambda: steps.note_fetch(fetch, raw))

    async def fetches(self, document_id: str, *, limit: int) -> Sequence[Fetch]:
        """Gives the last looks."""
        return await self._read(lambda: steps.fetches(document_id, limit=limit))

    async def blob(self, digest: str) -> bytes | None:
        """Gives what is kept under a digest."""
        return await self._read(lambda: steps.blob(digest))

    async def opinion(self, key: str) -> str | None:
        """Gives what a model said."""
        body = await self._read(lambda: steps.blob(key))
        return None if body is None else body.decode()

    async def keep_opinion(self, key: str, text: str) -> None:
        """Keeps what a model said, beside the texts it was said of."""
        await self._write(lambda: steps.keep_blob(key, text.encode()))

    async def add_version(self, version: Version, *, blobs: Mapping[str, bytes], change: Change | None, watched: Watched | None) -> None:
        """Stores a version, its texts and its change."""
        await self._write(lambda: steps.add_version(version, blobs, change, watched))

    async def keep_version(self, version: Version) -> None:
        """Replaces when a version was seen."""
        await self._write(lambda: steps.keep_version(version))

    async def find_version(self, version_id: str) -> Version | None:
        """Gives a version."""
        return await self._read(lambda: steps.find_version(version_id))

    async def version_of(self, document_id: str, *, state: str) -> Version | None:
        """Gives the version with a state."""
        return await self._read(lambda: steps.version_of(document_id, state))

    async def versions(self, document_id: str, *, limit: int) -> Sequence[Version]:
        """Gives the versions of a document."""
        return await self._read(lambda: steps.versions(document_id, limit))

    async def find_change(self, change_id: str) -> Change | None:
        """Gives a change."""
        return await self._read(lambda: steps.find_change(change_id))

    async def changes(
        self, *, document_id: str | None = None, state: ChangeState | None = None, since_ms: int = 0, limit: int
    ) -> Sequence[Change]:
        """Gives changes, newest first."""
        return await self._read(lambda: steps.changes(document_id, state, since_ms, limit))

    async def keep_change(self, change: Change) -> None:
        """Replaces what is known of a change."""
        await self._write(lambda: steps.keep_change(change))

    async def add_rule(self, record: RuleRecord) -> None:
        """Adds a step in the life of a rule."""
        await self._write(lambda: steps.add_rule(record))

    async def rules(self, *, rule_id: str | None = None) -> Sequence[RuleRecord]:
        """Gives steps of rules."""
        return await self._read(lambda: steps.rules(rule_id))

    async def sent(self, *, since_ms: int) -> Sequence[Sent]:
        """Sums what went out."""
        return await self._read(lambda: steps.sent(since_ms)) if self._live else []

    async def people_sent(self, *, since_ms: int, channel: str, silences: Sequence[int | None]) -> Mapping[str, int]:
        """Counts people to whom something went out."""
        return await self._read(lambda: steps.people_sent(since_ms, channel=channel, silences=silences)) if self._live else {}
