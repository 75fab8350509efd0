"""JSON lines: one record of the portable model a line, each with a `type`; streamed in and out.

Ours, version 1 of the records (docs/reference/schema, JSON Schema 2020-12; docs/reference/archive.md tells them in words). People and
imports come first, then each conversation with its participants and messages. It holds no files: an archive does.
"""

from collections.abc import Callable, Iterator
from typing import BinaryIO, ClassVar

from wasl.domain.errors import Malformed
from wasl.domain.work import WorkRecord
from wasl.ports.format import (
    Choices,
    Dropped,
    Found,
    Guess,
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
from wasl.wire.archive_flow import Batch, Broken, Flow, Odd, Read
from wasl.wire.archive_json import Drops, decoded, json_lines, message_lines, to_json
from wasl.wire.archive_schema import RECORDS, VERSION
from wasl.wire.bundle import Bundle

_LOOK_BYTES = 64 << 10
_PROGRESS_RUNS = 16
"""Batches between two reports of progress."""


class JsonLines:
    """Reads and writes JSON lines."""

    kind: ClassVar[str] = "jsonl"
    title: ClassVar[str] = "JSON lines"
    suffix: ClassVar[str] = ".jsonl"
    media_type: ClassVar[str] = "application/jsonl"
    loses: ClassVar[tuple[str, ...]] = ("sources",)

    def sniff(self, bundle: Bundle) -> Guess | None:
        """Knows its own by the first line: an object with a type of ours."""
        members = bundle.members()
        if len(members) != 1:
            return None
        try:
            begin = bundle.open(members[0].name).read(_LOOK_BYTES)
        except Malformed:
            return None
        first, _, more = begin.lstrip(b"\xef\xbb\xbf\r\n\t ").partition(b"\n")
        kind = _kind_of(first)
        if kind is None:
            return None
        return Guess(confidence=0.97 if _kind_of(more.partition(b"\n")[0]) else 0.9, why=f"the first line is a {kind} record")

    def read(self, bundle: Bundle, choices: Choices) -> Iterator[Found]:
        """Walks every line. Records that are no messages of a chat (people, imports) are given by `people` and `imports`."""
        name = bundle.members()[0].name
        yield Shape("jsonl", 1.0, {"version": VERSION, "times": "some"})
        flow, bytes_read, batches = Flow(), 0, 0

        def tap(piece: bytes) -> None:
            nonlocal bytes_read
            bytes_read += len(piece)

        for found in _walk(flow, bundle, name, tap):
            match found:
                case Batch():
                    yield Run(*found)
                    batches += 1
                    if batches % _PROGRESS_RUNS == 0:
                        yield Progress(bytes_read)
                case Broken():
                    yield Reject(0, f"line {found.line}", found.why, found.sample, found.start, found.length)
                case Odd():
                    yield Problem(*found)
                case PersonRecord() | ImportRecord() | WorkRecord():
                    pass
                case _:
                    yield found
        yield Progress(bytes_read)

    def people(self, bundle: Bundle) -> Iterator[PersonRecord]:
        """Walks the people in it."""
        return (found for found in _walk(Flow(), bundle, bundle.members()[0].name, len) if isinstance(found, PersonRecord))

    def imports(self, bundle: Bundle) -> Iterator[ImportRecord]:
        """Walks the imports in it."""
        return (found for found in _walk(Flow(), bundle, bundle.members()[0].name, len) if isinstance(found, ImportRecord))

    def source(self, bundle: Bundle, file: SourceFile) -> Iterator[bytes]:
        """Raises KeyError: lines hold no files."""
        raise KeyError(file.sha256)

    def attachment(self, bundle: Bundle, sha256: str) -> Iterator[bytes]:
        """Raises KeyError: lines hold no files."""
        raise KeyError(sha256)

    def write(self, shelf: Shelf, order: Order, out: BinaryIO) -> Iterator[Progress | Wrote]:
        """Writes people, imports, and each chat with its participants and entries; a last line says what is not in it, where there is
        such."""
        counts = dict.fromkeys(("people", "imports", "conversations", "participants", "messages"), 0)
        written = sources = 0

        def put(what: str, content: bytes, number: int = 1) -> None:
            nonlocal written
            out.write(content)
            written += len(content)
            counts[what] += number

        for person in shelf.people():
            put("people", json_lines([to_json(person)]))
        for record in shelf.imports():
            put("imports", json_lines([to_json(record)]))
            sources += len(record.files)
        for chat in shelf.chats():
            put("conversations", json_lines([to_json(chat)]))
            for participant in shelf.participants(chat.key):
                put("participants", json_lines([to_json(participant)]))
            for run in shelf.entries(chat.key):
                ids = shelf.entry_ids(chat.key, run)
                put("messages", message_lines(run.entries, ids=ids, chat=chat.key), len(run.entries))
                yield Progress(written)
        dropped = (Dropped("sources", sources),) if sources else ()
        if dropped:
            out.write(json_lines([to_json(Drops(dict(dropped)))]))
        yield Wrote(counts, dropped)


def _walk(flow: Flow, bundle: Bundle, name: str, tap: Callable[[bytes], object]) -> Iterator[Read]:
    yield from flow.read(lambda: bundle.open(name), name=name, tap=tap)
    yield from flow.end()


def _kind_of(line: bytes) -> str | None:
    """Says which of our records a line begins."""
    if not line.startswith(b"{"):
        return None
    try:
        value = decoded(line)
    except Malformed:
        head = line[:64].replace(b" ", b"")
        return next((kind for kind in RECORDS if head.startswith(f'{{"type":"{kind}"'.encode())), None)
    kind = value.get("type") if isinstance(value, dict) else None
    ours = {"person": "id", "import": "kind", "conversation": "origin", "participant": "conversation", "message": "conversation"}
    return kind if isinstance(kind, str) and kind in ours and ours[kind] in value else None
