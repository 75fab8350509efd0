"""vCon: a conversation as one JSON document that call centres and lawyers' tools read; a zip of them, unsigned.

IETF draft-ietf-vcon-vcon-core-04 (September 2026, not yet an RFC): vcon, uuid, created_at, subject, parties, dialog, analysis,
attachments. Unsure: the syntax version a reader of -04 expects in `vcon`; we write "0.4.0". Signing (JWS) is left to whoever has a
certificate: a document of ours can be signed as it is.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, ClassVar

from wasl.domain.archive import Chat, Entry, Participant
from wasl.domain.ids import uuid7
from wasl.ports.export_manifest import MANIFEST, manifest_of
from wasl.ports.format import Dropped, Order, Progress, Shelf, Wrote
from wasl.wire.archive_json import encoded
from wasl.wire.losses import Losses
from wasl.wire.media_names import safe_name
from wasl.wire.page_text import fit
from wasl.wire.page_words import WORDS, language_of
from wasl.wire.plain_words import at, plain_of, time_of
from wasl.wire.zip_out import ZipFileOut, ZipOut

SYNTAX = "0.4.0"


class Vcon:
    """Writes vCons."""

    kind: ClassVar[str] = "vcon"
    title: ClassVar[str] = "vCon, unsigned"
    suffix: ClassVar[str] = ".zip"
    media_type: ClassVar[str] = "application/zip"
    loses: ClassVar[tuple[str, ...]] = (
        "files", "ids", "zones", "wall_clock", "resolution", "received", "branches", "replies", "threads", "edits", "deletions",
        "reactions", "flags", "models", "deliveries", "extra", "senders", "chat_ids", "chat_details", "people", "imports",
        "sources", "spans", "markup", "thinking", "tools", "events", "unknown",
    )  # fmt: skip

    def write(self, shelf: Shelf, order: Order, out: BinaryIO) -> Iterator[Progress | Wrote]:
        """Writes one document for each conversation, streamed; its first attachment says what it does not hold."""
        zip_, losses, words = ZipOut(out), Losses(self.loses), WORDS[language_of(order.language)]
        counts = {"conversations": 0, "messages": 0}
        for number, chat in enumerate(shelf.chats(), start=1):
            people = list(shelf.participants(chat.key))
            losses.chat(chat)
            name = f"{number:04}-{safe_name(chat.title or '', otherwise='conversation')}.vcon.json"
            with zip_.open(name) as file:
                places = self._begin(file, chat, people)
                first = True
                for run in shelf.entries(chat.key):
                    for entry in run.entries:
                        file.write((b"" if first else b",\n") + encoded(_dialog(entry, places, words)))
                        first = False
                        losses.entry(entry)
                        losses.add("branches", entry.more.parent is not None)
                    counts["messages"] += len(run.entries)
                    yield Progress(zip_.size_bytes)
                about = {"generator": order.generator, "not_held": list(self.loses), "signed": False}
                note = {"purpose": "about", "mediatype": "application/json", "encoding": "json", "body": about}
                file.write(b'\n],"analysis":[],"attachments":' + encoded([note]) + b"}\n")
            counts["conversations"] += 1
        for record in shelf.imports():
            losses.add("imports")
            losses.add("sources", len(record.files))
        losses.add("people", sum(1 for _ in shelf.people()))
        wrote = Wrote(counts, tuple(Dropped(*one) for one in losses.dropped()))
        zip_.add(MANIFEST, manifest_of(self.kind, order, wrote))
        zip_.close()
        yield wrote

    def _begin(self, file: ZipFileOut, chat: Chat, people: list[Participant]) -> dict[str, int]:
        made = at(chat.created_ms if chat.created_ms is not None else chat.updated_ms or 0)
        head: dict[str, Any] = {"vcon": SYNTAX, "uuid": _uuid(chat), "created_at": _stamp(made)}
        if chat.title:
            head["subject"] = fit(chat.title)
        head["parties"] = [_party(one) for one in people]
        file.write(encoded(head)[:-1] + b',"dialog":[\n')
        return {one.key: place for place, one in enumerate(people)}


def _party(one: Participant) -> dict[str, Any]:
    party: dict[str, Any] = {"name": fit(one.name)}
    for handle in one.handles:
        if handle.scheme == "phone":
            party.setdefault("tel", fit(handle.value))
        elif handle.scheme == "email":
            party.setdefault("mailto", fit(handle.value))
    if one.role != "person":
        party["role"] = one.role
    return party


def _dialog(entry: Entry, places: Mapping[str, int], words: Mapping[str, str]) -> dict[str, Any]:
    said: dict[str, Any] = {"type": "text"}
    time = time_of(entry)
    if time is not None:
        said["start"] = _stamp(time)
    place = places.get(entry.author or "")
    said["parties"] = [] if place is None else [place]
    if place is not None:
        said["originator"] = place
    return {**said, "mediatype": "text/plain", "encoding": "none", "body": plain_of(entry, words)}


def _stamp(time: Any) -> str:
    return "1970-01-01T00:00:00.000Z" if time is None else time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _uuid(chat: Chat) -> str:
    tail = hashlib.blake2b((chat.id or chat.key).encode("utf-8", "surrogatepass"), digest_size=10).digest()
    return chat.id if chat.id and len(chat.id) == 36 else uuid7(unix_ms=max(0, chat.created_ms or 0), tail=tail)
