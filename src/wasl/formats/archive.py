"""The Wasl archive: everything of a scope in one zip that can be checked and read without Wasl, and that comes back as it was.

A BagIt 1.0 bag (RFC 8493, October 2018) in a zip (ZIP64), the bag at its root: `unzip` and `sha256sum -c manifest-sha256.txt` check
it. Records are JSON lines (version 1, their schemas in data/schema), text before bytes, `data/manifest.json` last of the payload. The
same content gives the same bytes. See docs/reference/archive.md.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import BinaryIO, ClassVar, TypeVar

from wasl.domain.errors import Malformed
from wasl.domain.work import WorkRecord
from wasl.ports.format import (
    Choices,
    Dropped,
    Found,
    Guess,
    HoldsWork,
    ImportRecord,
    Order,
    PersonRecord,
    Problem,
    Progress,
    Reject,
    Run,
    Shape,
    Shelf,
    SourceFile,
    Wrote,
)
from wasl.wire.archive_bag import MANIFEST, Bag, held_at, is_marked, kept_at
from wasl.wire.archive_flow import Batch, Broken, Flow, Odd, Read
from wasl.wire.archive_out import ArchiveOut
from wasl.wire.archive_work import KINDS, OF_PERSON
from wasl.wire.bundle import Bundle

T = TypeVar("T")
WHOLE = "installation"
_LOOK_BYTES = 64 << 10
_PROGRESS_RUNS = 16
"""Batches between two reports of progress."""


class Archive:
    """Reads and writes the archive."""

    kind: ClassVar[str] = "archive"
    title: ClassVar[str] = "Wasl archive"
    suffix: ClassVar[str] = ".zip"
    media_type: ClassVar[str] = "application/zip"
    loses: ClassVar[tuple[str, ...]] = ()

    def sniff(self, bundle: Bundle) -> Guess | None:
        """Knows its own by data/manifest.json, or, where the end is cut off, by the names of its first files."""
        bag = Bag(bundle)
        try:
            if bag.has(MANIFEST) and is_marked(bag.open(MANIFEST).read(_LOOK_BYTES)):
                return Guess(confidence=1.0, why="data/manifest.json says so")
        except Malformed:
            pass
        if bag.has("bagit.txt") and bag.has("data/schema/message.json"):
            return Guess(confidence=0.9, why="it has the files of an archive")
        return None

    def read(self, bundle: Bundle, choices: Choices) -> Iterator[Found]:
        """Walks conversations and messages, then checks every file against the manifest. Of a cut archive it gives what is whole."""
        bag = Bag(bundle)
        files = [*bag.lines("conversations"), *bag.message_files()]
        if not files:
            raise Malformed(
                f"{bundle.name!r} holds no data/conversations.jsonl and no data/messages; it is no archive, or its begin is lost"
            )
        told = bag.told()
        facts = {name: value for name, value in told.items() if name not in ("work", "drops")}
        yield Shape("archive", 1.0 if told else 0.9, {**facts, "times": "some"})
        flow, batches = Flow(), 0
        for name in [*bag.lines("people"), *bag.lines("imports"), *files, *bag.work_files()]:
            for found in flow.read(bag.opener(name), name=name, tap=bag.tap(name)):
                yield from _shown(found, bag, name)
                if isinstance(found, Batch):
                    batches += 1
                    if batches % _PROGRESS_RUNS == 0:
                        yield Progress(bag.bytes_read)
            yield Progress(bag.bytes_read)
        for found in flow.end():
            yield from _shown(found, bag, files[-1])
        for name in bag.unread():
            for _ in bag.check(name):
                yield Progress(bag.bytes_read)
        yield from (Problem(*odd) for odd in bag.odds())

    def people(self, bundle: Bundle) -> Iterator[PersonRecord]:
        """Walks the people in it."""
        return (found for found in _records(bundle, "people") if isinstance(found, PersonRecord))

    def imports(self, bundle: Bundle) -> Iterator[ImportRecord]:
        """Walks the imports in it."""
        return (found for found in _records(bundle, "imports") if isinstance(found, ImportRecord))

    def work(self, bundle: Bundle) -> Iterator[WorkRecord]:
        """Walks the books in it: of less than an installation only what is of its people."""
        bag = Bag(bundle)
        taken = KINDS if bag.told().get("scope") == WHOLE else OF_PERSON
        for name in bag.work_files():
            for found in Flow().read(bag.opener(name), name=name):
                if isinstance(found, WorkRecord) and found.kind in taken:
                    yield found

    def left(self, bundle: Bundle) -> Mapping[str, int] | None:
        """Gives what the manifest says that is not in it."""
        told = Bag(bundle).told()
        drops = told.get("drops")
        if "work" not in told or not isinstance(drops, dict):
            return None
        return {str(name): number for name, number in drops.items() if isinstance(number, int) and number > 0}

    def source(self, bundle: Bundle, file: SourceFile) -> Iterator[bytes]:
        """Walks the bytes of a kept source. Raises KeyError, Malformed."""
        return Bag(bundle).pieces(kept_at(file.sha256), sha256=file.sha256)

    def attachment(self, bundle: Bundle, sha256: str) -> Iterator[bytes]:
        """Walks the bytes of a held file. Raises KeyError, Malformed."""
        return Bag(bundle).pieces(held_at(sha256), sha256=sha256)

    def write(self, shelf: Shelf, order: Order, out: BinaryIO) -> Iterator[Progress | Wrote]:
        """Writes the archive. Options: `files` "no" leaves out attachments and sources; the manifest says so."""
        bag = ArchiveOut(out, language=order.language)
        yield Progress(bag.size_bytes)
        with bag.lines("people") as file:
            for person in shelf.people():
                file.add("people", person)
        imports = _Sources()
        with bag.lines("imports") as file:
            for record in shelf.imports():
                file.add("imports", record)
                imports.add(record)
        with bag.lines("conversations") as file:
            for chat in shelf.chats():
                file.add("conversations", chat)
                for participant in shelf.participants(chat.key):
                    file.add("participants", participant)
        yield Progress(bag.size_bytes)
        for chat in shelf.chats():
            for run in shelf.entries(chat.key):
                bag.messages(run.entries, ids=shelf.entry_ids(chat.key, run), chat=chat.key)
                yield Progress(bag.size_bytes)
        bag.end_messages()
        left: Mapping[str, int] = {}
        if isinstance(shelf, HoldsWork):
            for kind in KINDS:
                bag.work(shelf.work(kind))
                yield Progress(bag.size_bytes)
            left = shelf.left()
        kept = order.options.get("files") != "no"
        for sha256 in bag.attachments():
            for _ in bag.keep("attachment", held_at(sha256), sha256, _maybe(shelf.attachment, sha256) if kept else None):
                yield Progress(bag.size_bytes)
        for source in imports:
            for _ in bag.keep("source", kept_at(source.sha256), source.sha256, _maybe(shelf.source, source) if kept else None):
                yield Progress(bag.size_bytes)
        counts = bag.close(
            scope=order.scope,
            title=order.title,
            generator=order.generator,
            made_ms=order.made_ms,
            names_of_others="masked" if order.mask_others else "kept",
            left=left,
        )
        yield Wrote(counts, tuple(Dropped(name, number) for name, number in left.items() if number))


class _Sources:
    """The kept files of all imports, each digest once."""

    def __init__(self) -> None:
        self._files: dict[str, SourceFile] = {}

    def add(self, record: ImportRecord) -> None:
        """Takes the files of an import."""
        for file in record.files:
            self._files.setdefault(file.sha256, file)

    def __iter__(self) -> Iterator[SourceFile]:
        """Walks them by digest."""
        return iter(self._files[sha256] for sha256 in sorted(self._files))


def _shown(found: Read, bag: Bag, name: str) -> Iterator[Found]:
    bag.count(found)
    match found:
        case Batch():
            yield Run(*found)
        case Broken():
            yield Reject(bag.place(name), f"{name}:{found.line}", found.why, found.sample, found.start, found.length)
        case Odd():
            yield Problem(*found)
        case PersonRecord() | ImportRecord() | WorkRecord():
            pass
        case _:
            yield found


def _records(bundle: Bundle, kind: str) -> Iterator[Read]:
    bag = Bag(bundle)
    for name in bag.lines(kind):
        yield from Flow().read(bag.opener(name), name=name)


def _maybe(walk: Callable[[T], Iterator[bytes]], of: T) -> Iterator[bytes] | None:
    """Starts to walk a file; None when it is not held. KeyError may come from the call or from its first step."""
    try:
        pieces = walk(of)
        first = next(pieces, b"")
    except KeyError:
        return None
    return chain((first,), pieces)
