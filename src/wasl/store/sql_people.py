"""People in a database: the steps of `people_*`, carried out by a store."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from wasl.domain.errors import Malformed, WaslError
from wasl.domain.identity import AuditRecord, By, LinkRecord, PersonView
from wasl.domain.ids import AddressId, ConversationId, PersonId
from wasl.domain.person import Address
from wasl.domain.turn import StoredMessage
from wasl.ports.clock import Clock
from wasl.ports.format import PersonRecord
from wasl.ports.people import Erasure, Forgotten
from wasl.store import people_forget, people_join, people_move, people_read
from wasl.store.rows import is_uuid
from wasl.store.steps import Steps
from wasl.wire.text import fold

Result = TypeVar("Result")


class Carry(Protocol):
    """Carries out steps: in one durable commit, or on a connection for reading."""

    def __call__(self, make: Callable[[], Steps[Result]]) -> Awaitable[Result]:
        """Carries out the steps that `make` begins; it may be called again when the commit must be tried anew."""
        ...


class SqlPeople:
    """Who is who, in a database. `erased` is awaited after every erasure: what the database must do so that nothing of it stays."""

    def __init__(self, *, read: Carry, write: Carry, clock: Clock, erased: Callable[[], Awaitable[None]] | None = None) -> None:
        self._erased = erased
        self._read = read
        self._carry = write
        self._clock = clock

    # -- reading
    async def person_of(self, conversation_id: ConversationId) -> PersonId | None:
        """Gives the person whose conversation it is."""
        return await self._read(lambda: people_read.person_of(conversation_id)) if is_uuid(conversation_id) else None

    async def view(self, person_id: PersonId) -> PersonView | None:
        """Gives a person with identities, links and hold."""
        return await self._read(lambda: people_read.view(person_id)) if is_uuid(person_id) else None

    async def find(self, text: str, *, limit: int, after: PersonId | None = None) -> Sequence[PersonView]:
        """Finds people by name, handle or id."""
        wanted = fold(text).strip()
        if not wanted:
            ids: Sequence[str] = await self._read(lambda: people_move.page(None, after=after, limit=limit))
            return await self._read(lambda: people_read.views(ids))
        found: list[PersonView] = []
        last: str | None = after
        while len(found) < limit:
            since = last
            known = await self._read(lambda since=since: people_read.find_page(since))  # type: ignore[misc]  # bound for this round
            if not known:
                break
            last = known[-1][0]
            hits = [person_id for person_id, words in known if wanted in words]
            if hits:
                found += await self._read(lambda hits=hits: people_read.views(hits))  # type: ignore[misc]  # bound for this round
            await asyncio.sleep(0)  # a search through everybody lets others work
        return found[:limit]

    async def siblings(self, conversation_id: ConversationId) -> Sequence[ConversationId]:
        """Gives every conversation of the same person, oldest first."""
        return await self._read(lambda: people_read.siblings(conversation_id)) if is_uuid(conversation_id) else []

    async def addresses(self, person_id: PersonId) -> Sequence[tuple[Address, ConversationId]]:
        """Gives the open addresses of a person, the one last written from first."""
        return await self._read(lambda: people_read.addresses(person_id)) if is_uuid(person_id) else []

    async def timeline(
        self, conversations: Sequence[ConversationId], *, before: str | None = None, after: str | None = None, limit: int
    ) -> Sequence[StoredMessage]:
        """Gives messages of several conversations as one history."""
        known = [c for c in conversations if is_uuid(c)]
        if any(bound is not None and not is_uuid(bound) for bound in (before, after)):
            return []
        return await self._read(lambda: people_read.timeline(known, before=before, after=after, limit=limit))

    # -- joining and parting
    async def link(self, *, link: LinkRecord, now_ms: int) -> LinkRecord:
        """Joins two people."""
        _must_be_ids(link.one, link.other)
        return await self._write(lambda: people_join.link(link, new_id=self._clock.new_id, now=now_ms))

    async def unlink(self, *, link_id: str, by: By, now_ms: int) -> LinkRecord:
        """Ends a link."""
        return await self._write(lambda: people_join.unlink(link_id, by=by, new_id=self._clock.new_id, now=now_ms))

    async def relink(self, *, link_id: str, by: By, now_ms: int) -> LinkRecord:
        """Opens an ended link again."""
        return await self._write(lambda: people_join.relink(link_id, by=by, new_id=self._clock.new_id, now=now_ms))

    async def split(self, *, address_id: AddressId, by: By, now_ms: int) -> ConversationId:
        """Parts an address from its conversation."""
        _must_be_ids(address_id)
        return await self._write(lambda: people_join.split(address_id, by=by, new_id=self._clock.new_id, now=now_ms))

    async def continue_chat(self, *, conversation_id: ConversationId, chat_id: str | None, by: By, now_ms: int) -> None:
        """Makes an imported chat the beginning of a live conversation."""
        _must_be_ids(conversation_id)
        await self._write(lambda: people_join.continue_chat(conversation_id, chat_id, by=by, new_id=self._clock.new_id, now=now_ms))

    # -- audit, holds
    async def note(self, record: AuditRecord) -> None:
        """Stores a step that changed nothing here."""
        await self._write(lambda: people_join.note(record))

    async def audit(self, *, person_id: PersonId | None = None, limit: int, before: str | None = None) -> Sequence[AuditRecord]:
        """Lists steps, newest first."""
        if person_id is not None and not is_uuid(person_id):
            return []
        return await self._read(lambda: people_read.audit(person_id, limit=limit, before=before))

    async def hold(self, *, person_id: PersonId, reason: str | None, by: By, now_ms: int) -> None:
        """Puts a legal hold on a person, or lifts it."""
        _must_be_ids(person_id)
        await self._write(lambda: people_join.hold(person_id, reason=reason, by=by, new_id=self._clock.new_id, now=now_ms))

    # -- erasing
    async def weigh(self, person_id: PersonId) -> Forgotten:
        """Counts what erasing would take."""
        _must_be_ids(person_id)
        return await self._read(lambda: people_forget.weigh(person_id))

    async def erase(self, *, erasure: Erasure, salt: bytes) -> Forgotten:
        """Erases in one commit."""
        _must_be_ids(erasure.person_id, *erasure.conversations)
        forgotten = await self._write(lambda: people_forget.erase(erasure, salt=salt, new_id=self._clock.new_id))
        if self._erased is not None:
            await self._erased()
        return forgotten

    async def erasures(self) -> Sequence[Erasure]:
        """Lists what was erased, oldest first."""
        return await self._read(people_read.erasures)

    async def retire(self, *, channel: str | None, before_ms: int, limit: int) -> Mapping[str, int]:
        """Deletes old messages whose turns are closed."""
        return await self._write(lambda: people_forget.retire(channel, before_ms=before_ms, limit=limit, new_id=self._clock.new_id))

    # -- moving house
    async def records(self, *, people: Sequence[PersonId] | None, after: PersonId | None, limit: int) -> Sequence[PersonRecord]:
        """Gives people as an archive holds them."""
        known = None if people is None else [p for p in people if is_uuid(p)]
        return await self._read(lambda: people_move.records(known, after=after, limit=limit))

    async def adopt(self, record: PersonRecord, *, now_ms: int) -> bool:
        """Stores a person from an archive."""
        listed: Sequence[Mapping[str, Any]] = record.extra.get("conversations", ())
        _must_be_ids(record.id, *(c["id"] for c in listed), *(c["born_as"] for c in listed), *(a.id for a in record.addresses))
        return await self._write(lambda: people_move.adopt(record, now=now_ms))

    # -- private
    async def _write(self, make: Callable[[], Steps[Result]]) -> Result:
        """Writes; what the law refuses is told after the transaction, which then changed nothing."""
        outcome: Result | WaslError = await self._carry(lambda: told(make()))
        if isinstance(outcome, WaslError):
            raise outcome
        return outcome


def told(steps: Steps[Result]) -> Steps[Result | WaslError]:
    """Gives, instead of raising, what the law refuses: it is told after the commit."""
    try:
        return (yield from steps)
    except WaslError as refusal:
        return refusal


def _must_be_ids(*ids: str) -> None:
    for one in ids:
        if not is_uuid(one):
            raise Malformed(f"{one!r} is no id of ours; nothing was changed")
