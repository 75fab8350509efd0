"""Verify: rebuilds what was imported from what is kept of it, and says where it is not what it was."""

import asyncio
import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import BinaryIO, Final, NamedTuple

from wasl.domain.errors import Malformed, WaslError
from wasl.ports.blobs import Blobs
from wasl.ports.format import Choices, Format, GivesBack, Reads, RestoresWork, Run, Writes
from wasl.ports.library import Import, Library
from wasl.ports.people import People
from wasl.ports.vault import Vault
from wasl.service.hold_against import ReadNow, hold_against
from wasl.service.read_back import ReadBack
from wasl.service.reading import pulled
from wasl.service.recognise import recognise
from wasl.service.survey import Survey
from wasl.service.write_again import CHATS_MAX, WriteAgain
from wasl.wire.bundle import Bundle, ManyBundle, Member, PlainBundle
from wasl.wire.plural import so_many
from wasl.wire.streamed import Streamed

PAGE: Final = 1_000
FINDINGS_MAX: Final = 1_000
"""Findings told one by one; all are counted."""


class Finding(NamedTuple):
    """Something that is not as it was: which import or archive, where in it, what."""

    of: str
    where: str
    what: str


@dataclass(slots=True, kw_only=True)
class Verified:
    """What was looked at, counted, and what was found. `passed_over` counts by format what could not be looked at, by the reason."""

    counts: Counter[str] = field(default_factory=Counter)
    passed_over: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    findings: list[Finding] = field(default_factory=list)
    left: Mapping[str, int] | None = field(default_factory=dict)
    """What an archive says that it does not hold, counted; None for one of a version that carried no books."""

    @property
    def good(self) -> bool:
        """Says whether everything is as it was."""
        return not self.counts["findings"]

    def find(self, of: str, where: str, what: str) -> None:
        """Counts something that is not as it was."""
        self.counts["findings"] += 1
        if len(self.findings) < FINDINGS_MAX:
            self.findings.append(Finding(of, where, what))


class Verify:
    """Verifies what was imported."""

    def __init__(self, *, library: Library, people: People, vault: Vault, blobs: Blobs, formats: Mapping[str, Format]) -> None:
        self._library = library
        self._people = people
        self._vault = vault
        self._blobs = blobs
        self._formats = formats
        self._again = WriteAgain(library=library, people=people, vault=vault, blobs=blobs)
        self._back = ReadBack(library=library, again=self._again)

    async def run(self, *, told: Callable[[str], None] | None = None) -> Verified:
        """Verifies every import of the installation."""
        done = Verified()
        before: str | None = None
        while page := await self._library.imports(owners=None, limit=PAGE, before=before):
            for held in page:
                if told is not None:
                    told(held.record.name)
                await self._import(held, done)
            before = page[-1].record.id
        return done

    async def _import(self, held: Import, done: Verified) -> None:
        done.counts["imports"] += 1
        if held.state != "done":
            done.find(held.record.id, held.record.name, f"the import is {held.state}: bring the file again")
            return
        whole = await asyncio.to_thread(self._sources, held, done)
        await self._attached(held, done)
        reader = self._formats.get(held.record.kind)
        if not held.record.files:
            done.passed_over["imports of which no source was kept"][held.record.kind] += 1
        elif not isinstance(reader, Reads):
            done.passed_over["imports not read again, for no reader is here"][held.record.kind] += 1
        elif whole:
            await self._read_again(held, reader, done)
            await self._write_again(held, reader, done)

    def _sources(self, held: Import, done: Verified) -> bool:
        """Rebuilds each kept source and compares its digest."""
        whole = True
        for file in held.record.files:
            done.counts["sources"] += 1
            try:
                digest, size = _digest(self._vault.read(held.key, file.sha256))
            except KeyError:
                whole = False
                done.find(held.record.id, file.name, "the kept source is gone")
                continue
            except WaslError as error:
                whole = False
                done.find(held.record.id, file.name, error.message)
                continue
            done.counts["bytes"] += size
            if (digest, size) != (file.sha256, file.size_bytes):
                whole = False
                done.find(held.record.id, file.name, f"the kept source is not what it was: its SHA-256 is {digest}")
        return whole

    async def _attached(self, held: Import, done: Verified) -> None:
        for file in held.record.coverage.get("attached", ()):
            done.counts["attachments"] += 1
            digest = hashlib.sha256()
            try:
                async for piece in self._blobs.read(file["sha256"]):
                    digest.update(piece)
            except KeyError:
                done.find(held.record.id, file["name"], "the attachment is gone")
                continue
            if digest.hexdigest() != file["sha256"]:
                done.find(held.record.id, file["name"], f"the attachment is not what it was: its SHA-256 is {digest.hexdigest()}")

    async def _read_again(self, held: Import, reader: Reads, done: Verified) -> None:
        """Reads the kept source as the import did: it tiles as it did, and every entry of it is held as it is read."""
        alone = await self._again.untouched(held)
        keys = frozenset(chat.chat.key for chat in alone.chats)
        survey, now = Survey(), ReadNow(looked_at=keys, shared=alone.shared)
        async with aclosing(pulled(reader.read(kept_bundle(self._vault, held), _choices(held)))) as batches:
            async for batch in batches:
                for item in batch:
                    survey.take(item)
                    if isinstance(item, Run):
                        now.take(item.chat, item.entries)
        done.counts["entries"] += survey.counts["entries"]
        read, then = survey.counts["entries"], held.record.counts.get("entries", 0)
        if read != then:
            done.find(
                held.record.id,
                held.record.name,
                f"{so_many(read, 'entry is', 'entries are')} read from the source now, and {then} then; bring it anew",
            )
        sizes = {f.position: f.size_bytes for f in held.record.files}
        tiles, tiled = survey.tiling.coverage(sizes)["tiles"], held.record.coverage.get("tiles", True)
        if tiled and not tiles:
            done.find(held.record.id, held.record.name, "entries, rejects and gaps do not tile the source any more")
        done.counts["sources tiled"] += bool(tiles)
        await self._held(held, now, done)

    async def _write_again(self, held: Import, reader: Reads, done: Verified) -> None:
        """Holds what was not changed since against its source, where the format can be written: as the JSON it came as, where the
        format gives that back, else as it is read."""
        if not isinstance(reader, Writes):
            done.passed_over["not written again, for their format cannot"][held.record.kind] += held.record.counts.get("chats", 0)
            return
        if not isinstance(reader, GivesBack):
            back = await self._back.run(held, reader, reader, kept_bundle(self._vault, held), _choices(held))
            for found in back.different:
                done.find(held.record.id, found.chat.chat.title or found.chat.id, found.what)
            done.counts["conversations written again and read as they were"] += back.equal
            done.counts["conversations not compared: brought again since"] += back.changed_since
            return
        wrote = await self._again.run(held, reader, kept_bundle(self._vault, held))
        refused = [str(p.get("where", "")) for p in held.record.problems if p.get("kind") in ("reject", "repaired", "mended")]
        for chat in wrote.different:
            pointer = chat.chat.pointer or ""
            if any(where.startswith(f"{pointer}/") or not pointer for where in refused):
                wrote.passed_over += 1  # what was refused of it cannot come back from here; the source has it
            else:
                done.find(held.record.id, chat.chat.title or chat.id, "written again in its format, it is not what it was")
        done.counts["conversations written again and equal as JSON"] += wrote.equal
        done.counts["conversations not compared: brought again since"] += wrote.changed_since
        done.counts["conversations not compared: not whole in one JSON object"] += wrote.passed_over

    async def _held(self, held: Import, read: ReadNow, done: Verified) -> None:
        """Compares with the chats that this import was the first to bring."""
        owners = await self._people.siblings(held.owner) or [held.owner]
        for chat in await self._library.chats(owners=owners, limit=CHATS_MAX, import_id=held.record.id):
            if chat.import_id != held.record.id or chat.chat.key not in read.chats:
                continue
            found = await hold_against(self._library, chat, read)
            done.counts["conversations held against their source, message by message"] += chat.chat.key in read.said
            if found is None:
                continue
            done.find(
                held.record.id,
                chat.chat.title or chat.id,
                f"{so_many(found.number, 'entry', 'entries')} of the source not held"
                if found.missing
                else f"{so_many(found.number, 'message')} held otherwise than read from the source"
                + (f", the first at {found.where}" if found.where else ""),
            )


async def verify_file(bundle: Bundle, formats: Mapping[str, Format], *, kind: str | None = None) -> Verified:
    """Verifies a file by reading all of it: an archive checks itself, another format tells what it could not read."""
    done = Verified()
    reader, _ = await asyncio.to_thread(recognise, bundle, formats, kind=kind)
    survey = Survey()
    try:
        async with aclosing(pulled(reader.read(bundle, Choices()))) as batches:
            async for batch in batches:
                for item in batch:
                    survey.take(item)
    except Malformed as error:
        done.find(bundle.name, f"after {so_many(survey.counts['entries'], 'message')}", error.message)
    for reject in survey.rejects:
        done.find(bundle.name, reject.where, reject.why)
    for problem in survey.problems:
        done.find(bundle.name, problem.where, f"{problem.kind}: {problem.detail}")
    if isinstance(reader, RestoresWork):
        done.left = await asyncio.to_thread(reader.left, bundle)
        done.counts["records of the books"] = await asyncio.to_thread(lambda: sum(1 for _ in reader.work(bundle)))
    done.counts["chats"] = survey.counts["chats"]
    done.counts["entries"] = survey.counts["entries"]
    done.counts["findings"] += survey.counts["rejects"] + survey.counts["problems"] - len(survey.rejects) - len(survey.problems)
    return done


def _choices(held: Import) -> Choices:
    """Gives what was decided when it was read."""
    profile = held.record.profile
    return Choices(zone=profile.get("zone", {}).get("name"), answers=profile.get("answers", {}))


def kept_bundle(vault: Vault, held: Import) -> Bundle:
    """Opens the kept sources of an import as the bundle they came from. Attachments are listed in their places, and are empty."""
    files = {f.position: (Member(name=f.name, size_bytes=f.size_bytes), f.sha256) for f in held.record.files}
    media = {int(f["position"]): Member(name=f["name"], size_bytes=int(f["bytes"])) for f in held.record.coverage.get("attached", ())}
    if len(files) == 1 and not media:
        ((member, sha256),) = files.values()
        alone = PlainBundle(held.record.name, _opener(vault, held.key, sha256), size_bytes=member.size_bytes)
        if [one.name for one in alone.members()] == [member.name]:  # else it came by itself in a zip, under a name of its own
            return alone
    listed = []
    for place in sorted({*files, *media}):
        if place in files:
            member, sha256 = files[place]
            listed.append((member, _opener(vault, held.key, sha256)))
        else:
            listed.append((media[place], _nothing))
    return ManyBundle(held.record.name, listed)


def _opener(vault: Vault, key: str, sha256: str) -> Callable[[], BinaryIO]:
    return lambda: Streamed(vault.read(key, sha256))


def _nothing() -> BinaryIO:
    return Streamed(())


def _digest(pieces: Iterator[bytes]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    for piece in pieces:
        digest.update(piece)
        size += len(piece)
    return digest.hexdigest(), size
