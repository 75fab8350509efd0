"""Bring: takes conversations in from a file somebody exported elsewhere. Nothing is sent to anybody.

What is read is kept three times over: the source itself (vault), the entries with their index (library), the attachments (blobs).
An import that was broken off is run again with the same file: everything finds its place, nothing comes twice.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, NamedTuple
from weakref import WeakValueDictionary

import structlog

from wasl.domain.archive import Chat, Participant
from wasl.domain.errors import Malformed, OnHold, WaslError
from wasl.domain.ids import AddressId, ConversationId
from wasl.ports.blobs import Blobs
from wasl.ports.clock import Clock
from wasl.ports.format import Choices, Format, Found, Guess, ImportRecord, Reads, Reject, Restores, Run
from wasl.ports.library import Import, Library
from wasl.ports.people import People
from wasl.ports.vault import Vault
from wasl.service.keep_apart import apart
from wasl.service.keep_sources import Attach, KeepSources, identity
from wasl.service.reading import pulled
from wasl.service.recognise import recognise
from wasl.service.shelf import moved_in
from wasl.service.shelve import Shelve, Shelved
from wasl.service.survey import Survey
from wasl.wire.bundle import Bundle
from wasl.wire.plural import so_many

log = structlog.get_logger(__name__)

IMPORTS_LOOKED_AT: Final = 1_000
"""Earlier imports of a person among which the same source is looked for."""

Stage = Literal["recognising", "keeping", "reading", "comparing", "storing", "done"]


class Step(NamedTuple):
    """How far an import is: bytes of the source done in this stage, and entries so far."""

    stage: Stage
    bytes_done: int
    bytes_total: int
    entries: int = 0


Told = Callable[[Step], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a file holds, before anything is stored: `survey` has chats, people, dates, questions, rejects, counts. `earlier` is
    the import that brought the same file before; `answers` are those given now and then, which hold unless others are given."""

    format: Reads
    guess: Guess
    name: str
    bytes_total: int
    survey: Survey
    earlier: Import | None = None
    zone: str | None = None
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an import did. In `counts`: entries = stored + already + changed + full; rejects beside. `repeated` says that the same
    file was here already and nothing was read again; `zone` and `answers` are those it was read with."""

    import_id: str
    format: str
    name: str
    counts: Mapping[str, int]
    survey: Survey
    coverage: Mapping[str, Any]
    chats: Mapping[str, str]
    repeated: bool = False
    zone: str | None = None
    answers: Mapping[str, str] = field(default_factory=dict)


class Bring:
    """Imports for people. `zone` is the time zone that sources without one are taken to be of when nobody says."""

    def __init__(
        self,
        *,
        library: Library,
        people: People,
        vault: Vault,
        blobs: Blobs,
        clock: Clock,
        formats: Mapping[str, Format],
        zone: str | None = None,
    ) -> None:
        self._library = library
        self._people = people
        self._vault = vault
        self._blobs = blobs
        self._clock = clock
        self._formats = formats
        self._zone = zone
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def preview(
        self,
        bundle: Bundle,
        *,
        owner: ConversationId | None = None,
        choices: Choices | None = None,
        kind: str | None = None,
        told: Told | None = None,
    ) -> Preview:
        """Reads everything and stores nothing. Raises Malformed for a file that no format reads."""
        reader, guess = await asyncio.to_thread(recognise, bundle, self._formats, kind=kind)
        total = sum(m.size_bytes for m in bundle.members())
        survey = Survey()
        earlier = await self._earlier(owner, identity=await asyncio.to_thread(identity, bundle)) if owner else None
        decided = self._decided(choices, earlier)
        async with aclosing(pulled(reader.read(bundle, decided))) as batches:
            async for batch in batches:
                for item in batch:
                    survey.take(item)
                _tell(told, "reading", survey, total)
        return Preview(
            format=reader, guess=guess, name=bundle.name, bytes_total=total, survey=survey, earlier=earlier,
            zone=decided.zone, answers=decided.answers,
        )  # fmt: skip

    async def run(
        self,
        bundle: Bundle,
        *,
        owner: ConversationId,
        choices: Choices | None = None,
        kind: str | None = None,
        address: AddressId | None = None,
        again: bool = False,
        told: Told | None = None,
    ) -> Report:
        """Imports everything for the owner; `address` is from where it was brought, where that is known. The same file a second
        time changes nothing, and what is not answered then was answered before; with other answers, or `again` (a newer version may
        read more of it), it takes the place of the first.

        Imports of one person go one after the other, in all processes. Raises Malformed for a file that no format reads, and for an
        owner that is not there; Throttled when another import of the person's does not end.
        """
        person = await self._people.person_of(owner)
        if person is None:
            raise Malformed(f"there is no conversation {owner!r} to import for")
        reader, guess = await asyncio.to_thread(recognise, bundle, self._formats, kind=kind)
        _tell(told, "recognising", Survey(), 0)
        known = await asyncio.to_thread(identity, bundle)
        lock = self._locks.setdefault(person, asyncio.Lock())
        async with lock, apart(self._library, self._clock, f"bring {person}"):
            earlier = await self._earlier(owner, identity=known)
            decided = self._decided(choices, earlier)
            profile = {
                "identity": known,
                "confidence": guess.confidence,
                "zone": {"name": decided.zone, "assumed": _assumed(choices, earlier)},
                "answers": dict(sorted(decided.answers.items())),
            }
            replaced = 0
            if earlier is not None and earlier.state == "done":
                if not again and _zone_and_answers(earlier) == (decided.zone, decided.answers):
                    return _repeated(earlier)
                replaced = sum(earlier.record.counts.get(name, 0) for name in ("stored", "changed"))
                await self._take_back(earlier)  # other answers: its times may all be different ones
                earlier = None
            held = earlier or self._begin(bundle, reader=reader, owner=owner, address=address)
            held = replace(held, record=replace(held.record, profile=profile), bytes_total=sum(m.size_bytes for m in bundle.members()))
            work = _Importing(self, bundle=bundle, reader=reader, choices=decided, held=held, replaced=replaced, told=told)
            work.shelve = Shelve(
                library=self._library, clock=self._clock, attach=work.attach, owner=owner, person=person, import_id=held.record.id,
                kind=reader.kind,
            )  # fmt: skip
            return await work.run()

    async def take_back(self, import_id: str) -> bool:
        """Undoes an import: its chats, its kept sources, attachments nobody else refers to. False when there is none."""
        held = await self._library.find_import(import_id)
        if held is None:
            return False
        if (person := await self._people.person_of(held.owner)) and (view := await self._people.view(person)) and view.hold is not None:
            raise OnHold(f"a legal hold forbids taking back what was brought: {view.hold}", reason=view.hold)
        await self._take_back(held)
        return True

    # -- private
    def _decided(self, choices: Choices | None, earlier: Import | None) -> Choices:
        """Gives what is decided: as it is said now, else as it was when the same file was brought, else by the settings."""
        choices = choices or Choices()
        zone, answers = _zone_and_answers(earlier) if earlier is not None else (None, {})
        return replace(choices, zone=choices.zone or zone or self._zone, answers={**answers, **choices.answers})

    def _begin(self, bundle: Bundle, *, reader: Reads, owner: ConversationId, address: AddressId | None) -> Import:
        import_id = self._clock.new_id()
        record = ImportRecord(id=import_id, kind=reader.kind, name=bundle.name, started_ms=self._clock.now_ms(), owner=owner)
        return Import(record=record, owner=owner, state="reading", key=import_id, address_id=address)

    async def _earlier(self, owner: ConversationId, *, identity: str) -> Import | None:
        siblings = await self._people.siblings(owner)
        for held in await self._library.imports(owners=siblings, limit=IMPORTS_LOOKED_AT):
            if held.record.profile.get("identity") == identity:
                return held
        return None

    async def _take_back(self, held: Import) -> None:
        for sha256 in await self._library.drop_import(held.record.id):
            await self._blobs.delete(sha256)
        await asyncio.to_thread(self._vault.destroy, held.key)


class _Importing:
    """One run of one import."""

    shelve: Shelve

    def __init__(
        self, bring: Bring, *, bundle: Bundle, reader: Reads, choices: Choices, held: Import, replaced: int, told: Told | None
    ) -> None:
        self._bring = bring
        self._library = bring._library
        self._bundle = bundle
        self._reader = reader
        self._restores = isinstance(reader, Restores)
        self._choices = choices
        self._held = held
        self._replaced = replaced
        self._before = Shelved(**{name: held.record.counts.get(name, 0) for name in ("stored", "changed")})
        self._told = told
        self.attach = Attach(blobs=bring._blobs, bundle=bundle, reader=reader)
        self._sources = KeepSources(vault=bring._vault, bundle=bundle, key=held.key)
        self._survey = Survey()
        self._stored_people: set[str] = set()

    async def run(self) -> Report:
        """Keeps, reads, compares, stores, and says what came of it."""
        await self._library.put_import(replace(self._held, state="reading"))
        try:
            await asyncio.to_thread(self._sources.words, self._kept)
            await self._walk_first()
            await self.shelve.settle()
            if self.shelve.again:
                _tell(self._told, "comparing", self._survey, self._held.bytes_total)
                await self.shelve.compare()
                await self._walk_second()
                await self.shelve.settle()
            await self.shelve.people(self._participants())
            await self.shelve.settle()
            await asyncio.to_thread(self._sources.rest, self.attach.kept, self._kept)
        except (WaslError, asyncio.CancelledError):
            await asyncio.shield(self._end(self._as_it_stands("stopped")))
            raise
        held = self._as_it_stands("done")
        await self._end(held)
        await self.shelve.tidy()
        _tell(self._told, "done", self._survey, self._held.bytes_total)
        log.info("imported", format=self._reader.kind, **held.record.counts)
        return Report(
            import_id=held.record.id, format=self._reader.kind, name=self._bundle.name, counts=held.record.counts, survey=self._survey,
            coverage=held.record.coverage, chats=self.shelve.chat_ids, zone=self._choices.zone, answers=self._choices.answers,
        )  # fmt: skip

    async def _end(self, held: Import) -> None:
        """Keeps how it ended; nothing, and Malformed is raised, when whoever it was for was erased meanwhile."""
        await self._library.put_import(held)
        if await self._bring._people.person_of(held.owner) is None:
            await self._bring._take_back(held)
            raise Malformed("whoever this was brought for was erased meanwhile; nothing of it is kept")

    async def _walk_first(self) -> None:
        try:
            async with aclosing(pulled(self._walk())) as batches:
                async for batch in batches:
                    for item in batch:
                        await self._first(item)
                    _tell(self._told, "reading", self._survey, self._held.bytes_total)
        except WaslError as error:
            if not self._survey.counts["entries"] or not isinstance(error, Malformed):
                raise
            # What was read before it broke is good, and stays.
            self._survey.refuse(Reject(0, f"after {self._survey.bytes_read} bytes", error.message))

    async def _walk_second(self) -> None:
        seen = Survey()
        try:
            async with aclosing(pulled(self._walk())) as batches:
                async for batch in batches:
                    for item in batch:
                        seen.take(item)
                        if isinstance(item, Run):
                            await self.shelve.second(item.chat, item.entries)
                    _tell(self._told, "storing", seen, self._held.bytes_total)
        except Malformed:
            if seen.counts["entries"] < self._survey.counts["entries"]:
                raise

    def _walk(self) -> Iterator[Found]:
        return self._reader.read(self._bundle, self._choices)

    async def _first(self, item: Found) -> None:
        if self._restores and isinstance(item, Chat):
            item = moved_in(item)
        self._survey.take(item)
        if isinstance(item, Run):
            await self._early_people(item.chat)
            await self.shelve.first(item.chat, item.entries)
        elif isinstance(item, Chat):
            await self.shelve.chat(item)

    async def _early_people(self, key: str) -> None:
        """Stores who takes part before the first words: whoever looks while it runs sees names, not keys."""
        if key not in self._stored_people:
            self._stored_people.add(key)
            await self.shelve.people({key: self._participants(key)[key]})

    def _participants(self, *keys: str) -> dict[str, list[Participant]]:
        found = {}
        for key in keys or self._survey.chats:
            mine = self._choices.answers.get(f"self:{key}")
            people = list(self._survey.chats[key].participants.values())
            found[key] = [replace(p, is_self=p.key == mine) for p in people] if any(p.key == mine for p in people) else people
        return found

    def _kept(self, size_bytes: int) -> None:
        self._held = replace(self._held, bytes_read=self._held.bytes_read + size_bytes)
        if self._told is not None:
            self._told(Step("keeping", self._held.bytes_read, self._held.bytes_total))

    def _as_it_stands(self, state: Literal["done", "stopped"]) -> Import:
        survey, done, before = self._survey, self.shelve.counts, self._before
        reread = min(done.stored, self._replaced)  # these were here, and are read with other answers now
        counts = {
            **survey.counts,
            "entries": survey.counts["entries"],
            "stored": before.stored + done.stored - reread,
            "already": max(0, done.already - before.stored - before.changed),  # what a run before brought is not what was here already
            "changed": before.changed + done.changed + reread,
            "full": done.full,
            **{f"kind: {name}": number for name, number in survey.kinds.items()},
        }
        if state == "done" and done.taken != survey.counts["entries"]:
            raise Malformed(
                f"{so_many(survey.counts['entries'], 'entry was', 'entries were')} read and {done.taken} found a place: "
                f"{self._reader.kind} does not read {self._bundle.name!r} the same way twice; run the import again"
            )
        shape = survey.shape
        profile = {**self._held.record.profile, **({"profile": shape.profile, "facts": dict(shape.facts)} if shape else {})}
        problems: tuple[Mapping[str, Any], ...] = (
            *({"kind": "reject", "where": r.where, "why": r.why, "sample": r.sample, "source": r.source} for r in survey.rejects),
            *({"kind": p.kind, "where": p.where, "detail": p.detail} for p in survey.problems),
        )
        record = replace(
            self._held.record,
            finished_ms=self._bring._clock.now_ms() if state == "done" else None,
            profile=profile,
            counts=counts,
            problems=problems,
            coverage={**survey.tiling.coverage(self._sources.sizes), "attached": self._sources.attached},
            files=self._sources.files,
        )
        return replace(self._held, record=record, state=state)


def _zone_and_answers(held: Import) -> tuple[str | None, dict[str, str]]:
    profile = held.record.profile
    return (profile.get("zone") or {}).get("name"), dict(profile.get("answers") or {})


def _assumed(choices: Choices | None, earlier: Import | None) -> bool:
    """Says whether nobody ever said where the phone was."""
    if choices is not None and choices.zone is not None:
        return False
    return earlier is None or bool((earlier.record.profile.get("zone") or {}).get("assumed", True))


def _repeated(earlier: Import) -> Report:
    """Reports a file that is here already: every entry of it is, too."""
    survey = Survey()
    entries = earlier.record.counts.get("entries", 0)
    survey.counts.update({n: earlier.record.counts.get(n, 0) for n in ("chats", "participants", "entries", "rejects")})
    counts = {**survey.counts, "stored": 0, "already": entries, "changed": 0, "full": 0}
    return Report(
        import_id=earlier.record.id, format=earlier.record.kind, name=earlier.record.name, counts=counts, survey=survey,
        coverage=earlier.record.coverage, chats={}, repeated=True,
    )  # fmt: skip


def _tell(told: Told | None, stage: Stage, survey: Survey, total: int) -> None:
    if told is not None:
        told(Step(stage, survey.bytes_read, total, survey.counts["entries"]))
