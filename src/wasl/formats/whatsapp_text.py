"""Text as the phone app's "Export chat" writes it, in a zip, for the tools that read such exports.

The shape of iOS (seen in exports to 2026, see `whatsapp_export`): `[date, time] name: words`, a record ends with CR LF, a line end in a
message is a bare LF, and everything that the app itself says begins with U+200E. Dates are year first: nobody can read them in two ways.
One conversation stands at the root as `_chat.txt`; several have a folder each.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import BinaryIO, ClassVar

from wasl.domain.archive import ArchivePart, Chat, Citation, Entry, File, Participant, PhoneCall, Poll, WebLink, Words
from wasl.domain.message import Contact, Place
from wasl.ports.export_manifest import MANIFEST, manifest_of
from wasl.ports.format import Dropped, Order, Progress, Shelf, Wrote
from wasl.wire.loss_words import loss_words
from wasl.wire.losses import Losses
from wasl.wire.media_names import ending_of, safe_name
from wasl.wire.media_out import MediaOut
from wasl.wire.page_text import fit
from wasl.wire.page_words import WORDS, language_of
from wasl.wire.plain_words import at
from wasl.wire.plural import so_many
from wasl.wire.zip_out import ZipFileOut, ZipOut

MARK = "\u200e"
_OMITTED = {"photo": "image", "video": "video", "voice": "audio", "audio": "audio", "sticker": "sticker", "gif": "GIF", "animation": "GIF"}
_LINES = re.compile(r"\r\n|[\r\u2028\u2029\x0b\x0c\x85]")
_START = datetime(1970, 1, 1, tzinfo=UTC)


class WhatsappText:
    """Writes text exports."""

    kind: ClassVar[str] = "whatsapp_text"
    title: ClassVar[str] = "Text, as a phone's chat export"
    suffix: ClassVar[str] = ".zip"
    media_type: ClassVar[str] = "application/zip"
    loses: ClassVar[tuple[str, ...]] = (
        "ids", "zones", "received", "branches", "replies", "threads", "reactions", "flags", "models", "deliveries", "extra", "senders",
        "chat_ids", "chat_details", "people", "imports", "sources", "participants", "spans", "markup", "thinking", "tools", "events",
        "unknown", "roles", "resolution", "edits", "deletions", "citations", "links", "contacts", "calls", "places", "polls", "files",
    )  # fmt: skip

    def write(self, shelf: Shelf, order: Order, out: BinaryIO) -> Iterator[Progress | Wrote]:
        """Writes each conversation's media, then its text. Option `files` "no" leaves media out."""
        zip_, losses = ZipOut(out), Losses(self.loses)
        media = MediaOut(zip_, None if order.options.get("files") == "no" else shelf.attachment)
        counts, single = {"conversations": 0, "messages": 0}, _at_most_one(shelf)
        for number, chat in enumerate(shelf.chats(), start=1):
            people = {one.key: one for one in shelf.participants(chat.key)}
            before = losses.counts()
            losses.chat(chat)
            for one in people.values():
                losses.participant(one)
            folder = "" if single else f"{number:04}-{safe_name(chat.title or '', otherwise='chat')}/"
            media.place_in(folder)
            for run in shelf.entries(chat.key):
                for entry in run.entries:
                    for _ in media.put(entry):
                        yield Progress(zip_.size_bytes)
            with zip_.open(f"{folder}_chat.txt") as file:
                text = _Text(file, chat, people, media)
                for run in shelf.entries(chat.key):
                    for entry in run.entries:
                        text.put(entry)
                        losses.entry(entry)
                        losses.add("branches", entry.more.parent is not None)
                    counts["messages"] += len(run.entries)
                    yield Progress(zip_.size_bytes)
                text.end(losses.dropped(since=before), order.language)
            counts["conversations"] += 1
        for record in shelf.imports():
            losses.add("imports")
            losses.add("sources", len(record.files))
        losses.add("people", sum(1 for _ in shelf.people()))
        wrote = Wrote(counts, tuple(Dropped(*one) for one in losses.dropped()))
        zip_.add(MANIFEST, manifest_of(self.kind, order, wrote))
        zip_.close()
        yield wrote


class _Text:
    """One text on its way out."""

    def __init__(self, file: ZipFileOut, chat: Chat, people: Mapping[str, Participant], media: MediaOut) -> None:
        self._file = file
        self._people = people
        self._media = media
        self._title = _name(chat.title or chat.origin or "chat")
        self._time = _START

    def put(self, entry: Entry) -> None:
        """Writes a record. One without a time gets that of the one before it."""
        self._time = at(entry.wall_ms if entry.wall_ms is not None else entry.instant_ms) or self._time
        ours = entry.role in ("service", "system") or entry.author is None
        found = self._people.get(entry.author or "")
        who = self._title if ours else _name(found.name if found is not None else entry.author or "")
        body = self._body(entry)
        words = f"{MARK}{body}" if ours and not body.startswith(MARK) else body
        mark = MARK if "<attached: " in words and any(isinstance(part, File) for part in entry.parts) else ""
        self._record(who, words, mark=mark)

    def end(self, dropped: Sequence[tuple[str, int]], language: str) -> None:
        """Says in a last line, as the app says its own, what of the conversation the text does not hold."""
        if not dropped:
            return
        words = WORDS[language_of(language)]
        told = words["comma"].join(f"{loss_words(what, language)} ({number})" for what, number in dropped)
        self._record(self._title, f"{MARK}{words['drops']}: {told}")

    def _record(self, who: str, words: str, *, mark: str = "") -> None:
        time = f"{self._time.year:04}-{self._time:%m-%d, %H:%M:%S}"
        self._file.write(f"{mark}[{time}] {who}: {words}\r\n".encode("utf-8", "replace"))

    def _body(self, entry: Entry) -> str:
        if entry.more.deleted:
            return f"{MARK}This message was deleted."
        told = [one for one in (self._part(part) for part in entry.parts) if one]
        if entry.text and not any(isinstance(part, Words) or (isinstance(part, File) and part.caption) for part in entry.parts):
            told.insert(0, _words(entry.text))
        body = "\n".join(told)
        return f"{body} {MARK}<This message was edited>" if entry.more.edited and body else body

    def _part(self, part: ArchivePart) -> str:
        match part:
            case Words():
                return _words(part.text)
            case File():
                return self._file_of(part)
            case Poll():
                options = [f"{MARK}OPTION: {_words(o.text)} ({MARK}{so_many(o.votes or 0, 'vote')})" for o in part.options]
                return "\n".join((f"{MARK}POLL:", _words(part.question), *options))
            case Place():
                return f"Location: https://maps.google.com/?q={part.latitude},{part.longitude}"
            case PhoneCall():
                return f"{MARK}{'Missed ' if part.outcome == 'missed' else ''}{part.kind} call"
            case Contact():
                return _words(", ".join((part.name, *part.beside_name)))
            case WebLink():
                return _words(part.url)
            case Citation():
                return _words(" ".join(one for one in (part.title or "", part.target) if one))
            case _:
                return ""

    def _file_of(self, file: File) -> str:
        caption = f"{_words(file.caption)} " if file.caption else ""
        if file.sha256 is None or file.sha256 not in self._media.held:
            return f"{caption}{MARK}{_OMITTED.get(file.role, 'document')} omitted"
        return f"{caption}{MARK}<attached: {file.sha256[:16]}.{ending_of(file)}>"


def _words(text: str) -> str:
    """Gives words whose line ends are bare LF: CR LF would end the record. What looks like the app's own mark is put behind a space."""
    return _LINES.sub("\n", fit(text)).replace(f"\n{MARK}", f"\n {MARK}")


def _name(text: str) -> str:
    """Gives a name of one line in which nothing looks like the end of a name."""
    return " ".join(fit(text).replace(":", "\ua789").split()) or "?"


def _at_most_one(shelf: Shelf) -> bool:
    return sum(1 for _ in zip(shelf.chats(), range(2), strict=False)) < 2
