"""Shelf: everything that is to leave, for a writer that runs in a thread, read page by page from the store on its loop."""

import asyncio
import heapq
from collections import OrderedDict
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

from wasl.domain.archive import Chat, Entry, Participant, entry_id, fingerprint
from wasl.domain.ids import ConversationId, PersonId
from wasl.domain.work import WorkRecord
from wasl.ports.blobs import Blobs
from wasl.ports.format import ENTRIES_PER_RUN, ImportRecord, PersonRecord, Run, Scope, SourceFile
from wasl.ports.library import HeldChat, Library, LiveChat
from wasl.ports.people import People
from wasl.ports.vault import Vault
from wasl.ports.works import Works
from wasl.wire.archive_work import OF_PERSON, without_hidden

Result = TypeVar("Result")

PAGE: Final = 1_000
EQUALS_REMEMBERED: Final = 100_000
"""Fingerprints of a chat that are remembered to tell equal entries apart; equal ones stand near each other."""
HELD: Final = "wasl:held"
"""In the `extra` of an imported chat on its way out: whose it is, which import brought it, of which format it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """What is to leave: everything, what is of some people, of one channel, or single chats. None: not narrowed."""

    scope: Scope
    people: tuple[PersonId, ...] | None = None
    channel: str | None = None
    chats: tuple[str, ...] | None = None


class Ids:
    """Gives the ids of a chat's entries as they go by, in order."""

    def __init__(self, salt: str) -> None:
        self._salt = salt.encode()
        self._seen: OrderedDict[bytes, int] = OrderedDict()

    def of(self, entry: Entry) -> str:
        """Gives the id of the next entry."""
        own = fingerprint(entry)
        ordinal = self._seen.get(own, 0)
        self._seen[own] = ordinal + 1
        if len(self._seen) > EQUALS_REMEMBERED:
            self._seen.popitem(last=False)
        return entry_id(entry, salt=self._salt, ordinal=ordinal)


class StoreShelf:
    """A Shelf over the store. Its methods block, and may be called in any thread but the loop's own."""

    def __init__(
        self,
        *,
        loop: asyncio.AbstractEventLoop,
        library: Library,
        people: People,
        vault: Vault,
        blobs: Blobs,
        leaving: Leaving,
        retention_days: Mapping[str, int] | None = None,
        works: Works | None = None,
    ) -> None:
        self._loop = loop
        self._library = library
        self._people = people
        self._vault = vault
        self._blobs = blobs
        self._leaving = leaving
        self._retention = dict(retention_days or {})
        self._works = works
        self._now: dict[str, LiveChat | HeldChat] = {}
        self._ids: tuple[str, int, Sequence[str]] = ("", 0, ())
        self._keys: dict[str, str] = {}

    def people(self) -> Iterator[PersonRecord]:
        """Walks the people in scope, by id."""
        for record in self._records():
            yield replace(record, retention={**record.retention, "days": self._retention}) if self._retention else record

    def _records(self) -> Iterator[PersonRecord]:
        wanted = self._people_wanted()
        if wanted is None:
            after: PersonId | None = None
            while page := self._ask(self._people.records(people=None, after=after, limit=PAGE)):
                yield from page
                after = PersonId(page[-1].id)
            return
        for begin in range(0, len(wanted), PAGE):
            part = wanted[begin : begin + PAGE]
            yield from self._ask(self._people.records(people=part, after=None, limit=len(part)))

    def chats(self) -> Iterator[Chat]:
        """Walks the chats in scope, by id: live conversations and imported chats."""
        live: Iterator[tuple[str, LiveChat | HeldChat]] = ((c.chat.key, c) for c in self._live())
        held: Iterator[tuple[str, LiveChat | HeldChat]] = ((h.id, h) for h in self._held())
        for chat_id, found in heapq.merge(live, held, key=lambda pair: pair[0]):
            self._now = {chat_id: found}
            yield _chat(found)

    def participants(self, chat: str) -> Iterator[Participant]:
        """Walks the participants of a chat."""
        return iter(replace(p, chat=chat) for p in self._chat(chat).participants)

    def entries(self, chat: str) -> Iterator[Run]:
        """Walks the entries of a chat by seq."""
        return self._live_runs(chat) if isinstance(self._chat(chat), LiveChat) else self._held_runs(chat)

    def entry_ids(self, chat: str, run: Run) -> Sequence[str]:
        """Gives the ids of the run that was walked last."""
        key, seq, ids = self._ids
        if run.ids:
            return run.ids
        if (key, seq) != (chat, run.entries[0].seq if run.entries else 0):
            raise LookupError(f"ids are given for the run that was walked last, not for {chat!r} at {run.entries[0].seq}")
        return ids

    def imports(self) -> Iterator[ImportRecord]:
        """Walks the imports whose chats are in scope, by id."""
        if self._leaving.channel is not None:
            return
        owners = self._owners()
        found: list[ImportRecord] = []
        before: str | None = None
        while page := self._ask(self._library.imports(owners=owners, limit=PAGE, before=before)):
            found += [h.record for h in page]
            self._keys.update({h.record.id: h.key for h in page})
            before = page[-1].record.id
        if self._leaving.chats is not None:
            named = {h.import_id for h in self._held()}
            found = [r for r in found if r.id in named]
        yield from reversed(found)

    def source(self, file: SourceFile) -> Iterator[bytes]:
        """Walks the bytes of a kept source file. Raises KeyError when they are not kept any more."""
        key = self._keys.get(file.import_id)
        if key is None:
            held = self._ask(self._library.find_import(file.import_id))
            if held is None:
                raise KeyError(file.sha256)
            key = self._keys[file.import_id] = held.key
        try:
            walk = self._vault.read(key, file.sha256)
            first = next(walk, None)
        except KeyError:
            yield from self.attachment(file.sha256)
            return
        if first is not None:
            yield first
            yield from walk

    def attachment(self, sha256: str) -> Iterator[bytes]:
        """Walks the bytes of a file that is held. Raises KeyError when it is not."""
        if not self._ask(self._blobs.has(sha256)):
            raise KeyError(sha256)
        return self._pieces(sha256)

    def work(self, kind: str) -> Iterator[WorkRecord]:
        """Walks the books: all of an installation, else those of the conversations that leave, without who of the operator's people
        did something."""
        if self._works is None:
            return
        if self._leaving.scope == "installation":
            yield from self._books(self._works, kind)
        elif kind in OF_PERSON:
            for conversation in sorted(self._conversations()):
                yield from map(without_hidden, self._books(self._works, kind, conversation=conversation))

    def left(self) -> Mapping[str, int]:
        """Counts what no archive of the whole installation carries."""
        whole = self._leaving.scope == "installation" and self._works is not None
        return self._ask(self._works.left()) if whole and self._works is not None else {}

    # -- private
    def _books(self, works: Works, kind: str, *, conversation: str | None = None) -> Iterator[WorkRecord]:
        after: tuple[Any, ...] | None = None
        while True:
            page = self._ask(works.rows(kind, after=after, conversation=conversation, channel=self._leaving.channel))
            yield from page.records
            after = page.after
            if after is None:
                return

    def _conversations(self) -> Iterator[str]:
        if self._leaving.people is not None:
            yield from self._owners() or ()
        else:
            yield from (found.chat.key for found in self._live())

    def _ask(self, question: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(question, self._loop).result()

    def _pieces(self, sha256: str) -> Iterator[bytes]:
        walk = self._blobs.read(sha256)

        async def following() -> bytes | None:
            return await anext(walk, None)

        while piece := self._ask(following()):
            yield piece

    def _people_wanted(self) -> list[PersonId] | None:
        leaving = self._leaving
        if leaving.people is not None:
            return sorted(leaving.people)
        if leaving.channel is not None:
            return sorted({c.person_id for c in self._live()})
        if leaving.chats is not None:
            owners = [c.person_id if isinstance(c, LiveChat) else self._ask(self._people.person_of(c.owner)) for c in self._named()]
            return sorted({p for p in owners if p is not None})
        return None

    def _owners(self) -> list[ConversationId] | None:
        people = self._people_wanted()
        if people is None:
            return None
        views = (self._ask(self._people.view(p)) for p in people)
        return [i.conversation_id for view in views if view is not None for i in view.identities]

    def _named(self) -> Iterator[LiveChat | HeldChat]:
        for chat_id in self._leaving.chats or ():
            held = self._ask(self._library.find_chat(chat_id))
            if held is not None:
                yield held
            elif live := self._live_one(chat_id):
                yield live

    def _live_one(self, chat_id: str) -> LiveChat | None:
        person = self._ask(self._people.person_of(ConversationId(chat_id)))
        if person is None:
            return None
        after = None
        while page := self._ask(self._library.live_chats(people=[person], channel=None, after=after, limit=PAGE)):
            for chat in page:
                if chat.chat.key == chat_id:
                    return chat
            after = page[-1].chat.key
        return None

    def _live(self) -> Iterator[LiveChat]:
        leaving, after = self._leaving, None
        if leaving.chats is not None:
            yield from sorted((c for c in self._named() if isinstance(c, LiveChat)), key=lambda c: c.chat.key)
            return
        while page := self._ask(self._library.live_chats(people=leaving.people, channel=leaving.channel, after=after, limit=PAGE)):
            yield from page
            after = page[-1].chat.key

    def _held(self) -> Iterator[HeldChat]:
        if self._leaving.chats is not None:
            yield from sorted((c for c in self._named() if isinstance(c, HeldChat)), key=lambda c: c.id)
            return
        if self._leaving.channel is not None:
            return
        for chat_id in sorted(self._held_ids(self._owners())):
            held = self._ask(self._library.find_chat(chat_id))
            if held is not None:
                yield held

    def _held_ids(self, owners: Sequence[ConversationId] | None) -> set[str]:
        """Gathers ids from lists that go by time: a page that brings nothing new is asked for wider, as many may share a moment."""
        found: set[str] = set()
        before: int | None = None
        limit = PAGE
        while page := self._ask(self._library.chats(owners=owners, limit=limit, before_ms=before)):
            fresh = {h.id for h in page} - found
            found |= fresh
            if len(page) < limit:
                break
            limit = PAGE if fresh else 2 * limit
            before = (page[-1].last_ms or 0) + 1
        return found

    def _chat(self, chat_id: str) -> LiveChat | HeldChat:
        found = self._now.get(chat_id)
        if found is None:
            found = self._ask(self._library.find_chat(chat_id)) or self._live_one(chat_id)
            if found is None:
                raise LookupError(f"the chat {chat_id!r} is gone")
            self._now = {chat_id: found}
        return found

    def _live_runs(self, chat_id: str) -> Iterator[Run]:
        after = 0
        conversation = ConversationId(chat_id)
        while page := self._ask(
            self._library.live_entries(conversation, after=after, limit=ENTRIES_PER_RUN, channel=self._leaving.channel)
        ):
            after = page[-1].seq
            ids = tuple(line.id for line in page)
            yield Run(chat_id, [line.entry._replace(seq=line.seq) for line in page], ids)

    def _held_runs(self, chat_id: str) -> Iterator[Run]:
        ids, after, number = Ids(chat_id), 0, 0
        while page := self._ask(self._library.entries(chat_id, after=after, limit=ENTRIES_PER_RUN)):
            after = page[-1].seq
            entries = [line.entry._replace(seq=seq) for seq, line in enumerate(page, start=number + 1)]
            number += len(entries)
            yield Run(chat_id, entries, tuple(ids.of(e) for e in entries))


def _chat(found: LiveChat | HeldChat) -> Chat:
    if isinstance(found, LiveChat):
        return replace(found.chat, id=found.chat.key)
    beside = {"owner": found.owner, "import": found.import_id, "format": found.format, "key": found.chat.key}
    return replace(found.chat, id=found.id, key=found.id, extra={**found.chat.extra, HELD: beside})


def moved_in(chat: Chat) -> Chat:
    """Gives a chat of an archive as it comes to another owner: known by the id it had, so that a later archive meets it."""
    extra = {name: value for name, value in chat.extra.items() if name != HELD}
    return replace(chat, native_id=chat.native_id or chat.id, id=None, extra=extra)
