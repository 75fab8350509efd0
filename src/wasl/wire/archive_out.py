"""A bag on its way out: records as lines, files by their digests, and at the end the lists by which everything can be checked."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import BinaryIO, Final

from wasl.domain.archive import ArchivePart, Chat, Entry, File, Participant
from wasl.domain.records import ImportRecord, PersonRecord
from wasl.domain.work import WorkRecord
from wasl.wire.archive_bag import DIGESTS, MANIFEST, MARK, TAG_DIGESTS, is_digest
from wasl.wire.archive_json import encoded, json_lines, message_lines, to_json
from wasl.wire.archive_schema import VERSION, schema_id, schemas
from wasl.wire.archive_words import README
from wasl.wire.record import Json, instant
from wasl.wire.zip_out import LEVEL_PACKED, LEVEL_TEXT, Written, ZipFileOut, ZipOut

MESSAGES_BYTES_MAX: Final = 64 << 20
"""In one file of messages; a single longer message stands alone in its own."""
_BUFFER_BYTES: Final = 256 << 10
_BAGIT: Final = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_COUNTS: Final = ("people", "imports", "conversations", "participants", "messages", "attachments", "sources")


class ArchiveOut:
    """The archive, written from its first file to its last."""

    def __init__(self, out: BinaryIO, *, language: str) -> None:
        self._zip = ZipOut(out)
        self._payload: list[Written] = []
        self._tags = [self._zip.add("bagit.txt", _BAGIT)]
        self._language = language
        self._counts = dict.fromkeys(_COUNTS, 0)
        self._work: dict[str, int] = {}
        self._missing: list[dict[str, str]] = []
        self._attachments: set[bytes] = set()
        self._messages: ZipFileOut | None = None
        self._number = 0
        self._payload.append(self._zip.add("data/README", README.get(language.partition("-")[0], README["en"]).encode()))
        for name, schema in schemas().items():
            self._payload.append(self._zip.add(f"data/schema/{name}.json", encoded(schema) + b"\n"))

    @property
    def size_bytes(self) -> int:
        """How much was written so far."""
        return self._zip.size_bytes

    def work(self, records: Iterable[WorkRecord]) -> None:
        """Writes records of one kind into a file of their own; there is none where there are no records."""
        walk = iter(records)
        first = next(walk, None)
        if first is None:
            return
        with self.lines(f"work/{first.kind}") as file:
            for record in chain((first,), walk):
                file.add("work", record)
                self._work[record.kind] = self._work.get(record.kind, 0) + 1

    def lines(self, kind: str) -> "LinesOut":
        """Opens a file of records; it is closed before the next one is opened."""
        return LinesOut(self, self._zip.open(f"data/{kind}.jsonl"))

    def messages(self, entries: Sequence[Entry], *, ids: Sequence[str], chat: str) -> None:
        """Writes entries into the file of messages that is open, or the next one."""
        for entry in entries:
            if entry.parts:
                self._note(entry.parts)
            for revision in entry.more.revisions:
                self._note(revision.parts)
        content = message_lines(entries, ids=ids, chat=chat)
        if len(content) > MESSAGES_BYTES_MAX and len(entries) > 1:
            for entry, id in zip(entries, ids, strict=True):
                self._put(message_lines([entry], ids=[id], chat=chat))
        else:
            self._put(content)
        self._counts["messages"] += len(entries)

    def end_messages(self) -> None:
        """Closes the file of messages that is open."""
        if self._messages is not None:
            with self._messages as file:
                pass
            self._payload.append(file.written)
            self._messages = None

    def attachments(self) -> Iterator[str]:
        """Walks the digests of the files that entries refer to, in order."""
        return (digest.hex() for digest in sorted(self._attachments))

    def keep(self, what: str, path: str, sha256: str, pieces: Iterable[bytes] | None) -> Iterator[int]:
        """Writes a file under its digest, or notes why it is missing; gives the sizes of its pieces."""
        if pieces is None:
            self._missing.append({"what": what, "sha256": sha256, "why": "it is not held any more, or was left out"})
            return
        if not is_digest(sha256):
            self._missing.append({"what": what, "sha256": sha256, "why": "it has no digest by which it could be named"})
            return
        for told in self._zip.stream(path, pieces, level=LEVEL_TEXT if what == "source" else LEVEL_PACKED):
            if isinstance(told, int):
                yield told
            else:
                self._payload.append(told)
                self._counts[f"{what}s"] += 1
                if told.sha256 != sha256:
                    self._missing.append({"what": what, "sha256": sha256, "why": f"what is held under this digest is {told.sha256}"})

    def add(self, path: str, content: bytes) -> None:
        """Writes one more file of the payload."""
        self._payload.append(self._zip.add(path, content))

    def count(self, what: str) -> None:
        """Counts a record."""
        self._counts[what] = self._counts.get(what, 0) + 1

    def wrote(self, written: Written) -> None:
        """Lists a file of the payload."""
        self._payload.append(written)

    def close(
        self, *, scope: str, title: str, generator: str, made_ms: int | None, names_of_others: str, left: Mapping[str, int]
    ) -> Mapping[str, int]:
        """Writes the manifest and the lists of digests; `left` counts what is not in it. Gives the counts."""
        listed = _digest_lines(self._payload)
        manifest: dict[str, Json] = {
            "format": MARK,
            "version": VERSION,
            "scope": scope,
            "title": title,
            "language": self._language,
            "generator": generator,
            **({} if made_ms is None else {"made": instant(made_ms)}),
            "names_of_others": names_of_others,
            "counts": self._counts,
            "schemas": {name: schema_id(name) for name in sorted(schemas())},
            "work": self._work,
            "drops": dict(left),
            "missing": self._missing,
            "tree": hashlib.sha256(listed).hexdigest(),
        }
        self._payload.append(self._zip.add(MANIFEST, encoded(manifest) + b"\n"))
        self._tags.append(self._zip.add("bag-info.txt", self._about(generator, made_ms)))
        self._tags.append(self._zip.add(DIGESTS, _digest_lines(self._payload)))
        self._zip.add(TAG_DIGESTS, _digest_lines(self._tags))
        self._zip.close()
        return dict(self._counts)

    def _about(self, generator: str, made_ms: int | None) -> bytes:
        made = None if made_ms is None else instant(made_ms)
        lines = [f"Bag-Software-Agent: {' '.join(generator.split())}"]
        if isinstance(made, datetime):
            lines.append(f"Bagging-Date: {made.date().isoformat()}")
        lines.append(f"Payload-Oxum: {sum(file.size_bytes for file in self._payload)}.{len(self._payload)}")
        return "".join(f"{line}\n" for line in lines).encode("utf-8", "replace")

    def _note(self, parts: Sequence[ArchivePart]) -> None:
        for part in parts:
            if isinstance(part, File) and part.sha256 is not None and is_digest(part.sha256):
                self._attachments.add(bytes.fromhex(part.sha256))

    def _put(self, content: bytes) -> None:
        if self._messages is not None and self._messages.size_bytes + len(content) > MESSAGES_BYTES_MAX:
            self.end_messages()
        if self._messages is None:
            self._number += 1
            self._messages = self._zip.open(f"data/messages/{self._number:04}.jsonl")
        self._messages.write(content)


class LinesOut:
    """One file of records on its way out."""

    def __init__(self, bag: ArchiveOut, file: ZipFileOut) -> None:
        self._bag = bag
        self._file = file
        self._buffer: list[bytes] = []
        self._size = 0

    def __enter__(self) -> "LinesOut":
        return self

    def __exit__(self, *_: object) -> None:
        self._flush()
        with self._file as file:
            pass
        self._bag.wrote(file.written)

    def add(self, what: str, record: PersonRecord | ImportRecord | Chat | Participant | WorkRecord) -> None:
        """Writes a record, and counts it as `what`."""
        line = json_lines([to_json(record)])
        self._buffer.append(line)
        self._size += len(line)
        self._bag.count(what)
        if self._size >= _BUFFER_BYTES:
            self._flush()

    def _flush(self) -> None:
        self._file.write(b"".join(self._buffer))
        self._buffer.clear()
        self._size = 0


def _digest_lines(files: Sequence[Written]) -> bytes:
    return "".join(f"{file.sha256}  {file.name}\n" for file in sorted(files, key=lambda file: file.name)).encode()
