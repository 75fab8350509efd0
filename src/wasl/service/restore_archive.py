"""Restore an archive: an installation, or a person, comes to this store with the ids they had. Nothing is sent to anybody.

What is here already stays as it is; so it may be told again after it was broken off, and an archive of one installation may
move into another that has people of its own.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from wasl.domain.align import Numbering
from wasl.domain.archive import Chat, Participant, fingerprint
from wasl.domain.errors import Malformed
from wasl.domain.ids import ConversationId
from wasl.domain.track import minute_of
from wasl.domain.work import WorkRecord
from wasl.ports.blobs import Blobs
from wasl.ports.clock import Clock
from wasl.ports.format import Choices, Found, ImportRecord, Problem, Progress, Reject, Restores, RestoresWork, Run
from wasl.ports.library import Import, Library, Line, LiveEntry
from wasl.ports.people import People
from wasl.ports.vault import Vault
from wasl.ports.works import WORK_MAX, Works
from wasl.service.keep_apart import apart
from wasl.service.keep_sources import Attach
from wasl.service.reading import pulled
from wasl.service.shelf import HELD
from wasl.wire.bundle import Bundle
from wasl.wire.plural import so_many
from wasl.wire.streamed import Streamed

TOLD_MAX = 100


@dataclass(slots=True, kw_only=True)
class Restored:
    """What came, what was here already, and what could not be taken (each with its place, the first of them in full)."""

    counts: Counter[str] = field(default_factory=Counter)
    problems: list[Problem | Reject] = field(default_factory=list)

    def odd(self, problem: Problem | Reject) -> None:
        """Counts something that could not be taken."""
        self.counts["rejects" if isinstance(problem, Reject) else "problems"] += 1
        if len(self.problems) < TOLD_MAX:
            self.problems.append(problem)


@dataclass(slots=True, kw_only=True)
class _Coming:
    """A chat on its way in: a live conversation, or (`import_id`) an imported one."""

    chat: Chat
    import_id: str | None = None
    numbering: Numbering = field(default_factory=Numbering)


class RestoreArchive:
    """Restores archives into one store."""

    def __init__(self, *, library: Library, people: People, vault: Vault, blobs: Blobs, clock: Clock, works: Works | None = None) -> None:
        self._works = works
        self._library = library
        self._people = people
        self._vault = vault
        self._blobs = blobs
        self._clock = clock

    async def run(self, bundle: Bundle, reader: Restores, *, told: Callable[[int], None] | None = None) -> Restored:
        """Takes everything in. Raises Malformed when nothing at all can be read, Throttled when another process restores and does
        not end."""
        async with apart(self._library, self._clock, "restore"):
            return await self._take_in(bundle, reader, told=told)

    async def _take_in(self, bundle: Bundle, reader: Restores, *, told: Callable[[int], None] | None) -> Restored:
        done = Restored()
        for person in await asyncio.to_thread(list, reader.people(bundle)):
            new = await self._people.adopt(person, now_ms=self._clock.now_ms())
            done.counts["people" if new else "people here already"] += 1
        for record in await asyncio.to_thread(list, reader.imports(bundle)):
            await self._import(bundle, reader, record, done)
        coming: dict[str, _Coming] = {}
        attach = Attach(blobs=self._blobs, bundle=bundle, reader=reader)
        async with aclosing(pulled(reader.read(bundle, Choices()))) as batches:
            async for batch in batches:
                for item in batch:
                    await self._take(item, coming, attach, done)
                    if told is not None and isinstance(item, Progress):
                        told(item.bytes_read)
        done.counts["attachments missing"] += attach.missing
        if isinstance(reader, RestoresWork):
            pages = _pages(reader.work(bundle))
            while page := await asyncio.to_thread(next, pages, None):
                await self._books(page, done)
        return done

    async def _books(self, page: list[WorkRecord], done: Restored) -> None:
        if self._works is None:
            done.counts["work left out"] += len(page)
            return
        taken = await self._works.take(page)
        done.counts["work"] += taken.added
        done.counts["work here already"] += len(page) - taken.added - taken.strange
        if taken.strange:
            what = f"{so_many(taken.strange, 'record')} of {page[0].kind}"
            done.odd(Problem("work", what, "their conversation is not here, or has turns of its own that are open; they were left out"))

    async def _import(self, bundle: Bundle, reader: Restores, record: ImportRecord, done: Restored) -> None:
        if record.owner is None or await self._people.person_of(ConversationId(record.owner)) is None:
            done.odd(Reject(0, f"import {record.id}", "the conversation that brought it is not in the archive"))
            return
        if await self._library.find_import(record.id) is None:
            held = Import(record=record, owner=ConversationId(record.owner), state="done", key=record.id)
            await self._library.put_import(held)
            done.counts["imports"] += 1
        done.counts["sources missing"] += await asyncio.to_thread(self._sources, bundle, reader, record, done)

    def _sources(self, bundle: Bundle, reader: Restores, record: ImportRecord, done: Restored) -> int:
        self._vault.open_key(record.id)
        missing = 0
        for file in record.files:
            try:
                with Streamed(reader.source(bundle, file)) as source:
                    sha256, _ = self._vault.keep(record.id, source)
            except (KeyError, Malformed) as error:
                missing += 1
                done.odd(Problem("source", f"{record.id}: {file.name}", f"it is not in the archive, or broken ({error})"))
                continue
            if sha256 != file.sha256:
                missing += 1
                done.odd(Problem("source", f"{record.id}: {file.name}", "it is not what its digest says"))
        return missing

    async def _take(self, item: Found, coming: dict[str, _Coming], attach: Attach, done: Restored) -> None:
        match item:
            case Chat():
                coming[item.key] = await self._chat(item, done)
            case Participant():
                await self._participant(item, coming.get(item.chat))
            case Run():
                await self._run(item, coming.get(item.chat), attach, done)
            case Reject() | Problem():
                done.odd(item)
            case _:
                pass

    async def _chat(self, chat: Chat, done: Restored) -> _Coming:
        done.counts["chats"] += 1
        held = chat.extra.get(HELD)
        if not isinstance(held, Mapping):
            return _Coming(chat=chat)
        extra = {name: value for name, value in chat.extra.items() if name != HELD}
        told = replace(chat, key=str(held["key"]), id=None, extra=extra)
        if await self._library.find_import(str(held["import"])) is None:
            record = ImportRecord(
                id=str(held["import"]), kind=str(held["format"]), name="", started_ms=self._clock.now_ms(), owner=str(held["owner"])
            )
            await self._library.put_import(Import(record=record, owner=ConversationId(str(held["owner"])), state="done", key=record.id))
        await self._library.put_chat(
            told,
            chat_id=str(chat.id),
            owner=ConversationId(str(held["owner"])),
            import_id=str(held["import"]),
            format=str(held["format"]),
        )
        return _Coming(chat=chat, import_id=str(held["import"]))

    async def _participant(self, item: Participant, coming: _Coming | None) -> None:
        if coming is not None and coming.import_id is not None:
            await self._library.put_participants(str(coming.chat.id), [replace(item, chat=coming.chat.extra[HELD]["key"])])

    async def _run(self, run: Run, coming: _Coming | None, attach: Attach, done: Restored) -> None:
        if coming is None:
            done.odd(Reject(0, f"conversation {run.chat}", f"{so_many(len(run.entries), 'message')} of a conversation that is not told of"))
            return
        entries = [await attach.entry(entry) for entry in run.entries]
        chat_id = str(coming.chat.id or coming.chat.key)
        if coming.import_id is not None:
            lines = [Line(coming.numbering.next(minute_of(e)), e, fingerprint(e)) for e in entries]
            added = (await self._library.add_entries(chat_id, import_id=coming.import_id, lines=lines)).added
        else:
            live = [LiveEntry(id=i, seq=e.seq, entry=e) for i, e in zip(run.ids, entries, strict=True)]
            added = await self._library.restore(ConversationId(chat_id), live)
        done.counts["messages"] += added
        done.counts["messages here already"] += len(entries) - added


def _pages(records: Iterator[WorkRecord]) -> Iterator[list[WorkRecord]]:
    """Gathers records of one kind that stand together."""
    page: list[WorkRecord] = []
    for record in records:
        if page and (record.kind != page[0].kind or len(page) >= WORK_MAX):
            yield page
            page = []
        page.append(record)
    if page:
        yield page
