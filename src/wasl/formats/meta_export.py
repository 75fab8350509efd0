"""Messenger and Instagram: "Download your information" as JSON, and Messenger's download of end-to-end encrypted chats.

Shapes seen in files and read in importers, 2026-11-22. Every text is UTF-8 written as if it were Latin-1, and is repaired by itself.
Messages stand newest first and are told oldest first. There are no message ids. The HTML variant of the download is recognised, and
refused file by file with the request for JSON, which holds more.
"""

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Final

from wasl.domain.archive import (
    ArchivePart,
    Chat,
    ChatKind,
    Entry,
    File,
    FileRole,
    Happening,
    More,
    PhoneCall,
    Reacted,
    WebLink,
    Words,
)
from wasl.domain.message import Unknown
from wasl.ports.format import Choices, Found, Guess, Problem, Progress, Reject, Shape
from wasl.ports.telling import Beside, Telling, from_offset, head, records, refused
from wasl.wire import stamps
from wasl.wire.bundle import Bundle
from wasl.wire.fields import Fields
from wasl.wire.file_roles import role_of
from wasl.wire.json_stream import Element
from wasl.wire.mojibake import repaired_json
from wasl.wire.plural import so_many

BLOCK_RECORDS: Final = 1_000
"""Messages held at once, to turn them round; of a file with more than BLOCKS_MAX times as many, a BLOCKS_MAX-th."""
BLOCKS_MAX: Final = 32
"""Times that a file is read from its beginning."""
_SECTIONS: Final = "inbox|archived_threads|filtered_threads|message_requests|e2ee_cutover"
_PART: Final = re.compile(
    rf"(?P<root>(?:.*/)?)messages/(?P<thread>(?:{_SECTIONS})/[^/]+)/message_(?P<number>\d{{1,6}})\.(?P<form>json|html)\Z"
)
_LOOSE: Final = re.compile(r"(?:.*/)?message_(?P<number>\d{1,6})\.json\Z")
_SECURE: Final = re.compile(r"(?:.*/)?[^/]+_\d{1,6}\.json\Z")
_PLAIN_MARKS: Final = (b'"sender_name"', b'"timestamp_ms"')
_SECURE_MARKS: Final = (b'"senderName"', b'"threadName"')
_HEADS_MAX: Final = 8
_MEDIA: Final[dict[str, FileRole]] = {"photos": "photo", "videos": "video", "audio_files": "audio", "files": "document", "gifs": "gif"}
_UNSENT: Final = "User unsent a message"
_QUIET: Final = frozenset({"Generic", "Share", "text", "media", "link"})


@dataclass(slots=True)
class _Thread:
    """The files of one conversation, in the order in which they are read: the oldest first."""

    key: str
    names: list[str] = field(default_factory=list)
    root: str = ""
    secure: bool = False
    section: str = ""


class MetaExport:
    """Reads the downloads of Messenger and Instagram."""

    kind: ClassVar[str] = "meta_export"
    title: ClassVar[str] = "Messenger or Instagram download"

    def sniff(self, bundle: Bundle) -> Guess | None:
        """Looks for threads with message_N.json, or for a secure-storage file."""
        names = [member.name for member in bundle.members()]
        for name in [name for name in names if _PART.match(name)][:_HEADS_MAX]:
            if name.endswith(".html"):
                return Guess(confidence=0.7, why=f"{name} is a page of Meta's download; ask for JSON instead")
            if any(mark in head(bundle, name) for mark in _PLAIN_MARKS):
                return Guess(confidence=0.97, why=f"{name} holds a thread of Meta's download")
        for name in [name for name in names if _LOOSE.match(name) or _SECURE.match(name)][:_HEADS_MAX]:
            first = head(bundle, name)
            if all(mark in first for mark in _PLAIN_MARKS) or all(mark in first for mark in _SECURE_MARKS):
                return Guess(confidence=0.95, why=f"{name} holds a thread of Meta's download")
        return None

    def read(self, bundle: Bundle, choices: Choices) -> Iterator[Found]:
        """Reads thread after thread."""
        places = {member.name: place for place, member in enumerate(bundle.members())}
        threads, pages = _threads(bundle)
        instagram = any("instagram" in name for name in (bundle.name.lower(), *list(places)[:50]))
        yield Shape("meta download", 1.0, {"zone": "instants are known", "secure": any(thread.secure for thread in threads)})
        beside = Beside(bundle)
        for thread in threads:
            yield from _Reading(bundle, thread, places=places, beside=beside, origin="Instagram" if instagram else "Messenger").read()
        for name in pages:
            yield Reject(places[name], name, "this is the HTML variant; ask Meta for the download again, in JSON")
        if pages:
            yield Problem(
                "ask-for-json", pages[0], f"{so_many(len(pages), 'page')} of the HTML variant not read; the JSON variant holds more"
            )


def _threads(bundle: Bundle) -> tuple[list[_Thread], list[str]]:
    """Groups the files by thread; the highest number is the oldest part. Gives the pages of threads without JSON, too."""
    names = [member.name for member in bundle.members()]
    found = [(name, part) for name in names if (part := _PART.match(name))]
    threads: dict[str, _Thread] = {}
    for name, part in sorted(found, key=lambda one: -int(one[1]["number"])):
        if part["form"] == "json":
            own = threads.setdefault(
                f"{part['root']}{part['thread']}", _Thread(key=part["thread"], section=part["thread"].partition("/")[0])
            )
            own.root = _download_root(part["root"])
            own.names.append(name)
    pages = [name for name, part in found if part["form"] == "html" and f"{part['root']}{part['thread']}" not in threads]
    if not threads and not pages:
        loose = sorted((name for name in names if _LOOSE.match(name)), key=lambda name: -int(_LOOSE.match(name)["number"]))  # type: ignore[index]  # it matched
        if loose and not all(mark in head(bundle, loose[0]) for mark in _SECURE_MARKS):
            threads["thread"] = _Thread(key="thread", names=loose)
        else:
            for name in names:
                if _SECURE.match(name) and all(mark in head(bundle, name) for mark in _SECURE_MARKS):
                    threads[name] = _Thread(key=name.rpartition("/")[2].removesuffix(".json"), names=[name], secure=True)
    if not threads and not pages:
        threads["first"] = _Thread(key="thread", names=[name for name in names if name.endswith(".json")][:1])
    order = {name: place for place, name in enumerate(names)}
    return sorted(threads.values(), key=lambda thread: min((order[name] for name in thread.names), default=0)), pages


def _download_root(root: str) -> str:
    """Gives the folder that uris are relative to: the one above `your_…_activity`, or above `messages`."""
    head_, _, last = root.rstrip("/").rpartition("/")
    return (f"{head_}/" if head_ else "") if last.startswith("your_") else root


class _Reading:
    """Reads one thread."""

    def __init__(self, bundle: Bundle, thread: _Thread, *, places: dict[str, int], beside: Beside, origin: str) -> None:
        self._bundle = bundle
        self._thread = thread
        self._places = places
        self._beside = beside
        self._about: dict[str, Any] = {}
        self._name = ""
        self._source = places[thread.names[0]] if thread.names else 0
        self._chat = Telling(Chat(key=thread.key, kind="direct", origin=origin, source=self._source))

    def read(self) -> Iterator[Found]:
        """Reads its files, the oldest first."""
        for name in self._thread.names:
            self._name, self._source = name, self._places[name]
            starts = array("Q")
            ends: list[int | None] = []
            for piece in records(self._bundle, name, source=self._source, into=("/messages",)):
                if isinstance(piece, Element) and piece.within == "/messages" and isinstance(piece.key, int):
                    starts.extend((piece.key, piece.start))
                    if isinstance(piece.value, dict):
                        when = Fields(piece.value).whole("timestamp_ms") or Fields(piece.value).whole("timestamp")
                        ends = [*ends[:1], when]
                    else:
                        yield refused(piece, source=self._source, why="a message that is no object")
                elif isinstance(piece, Element):
                    yield from self._beside_messages(piece)
                elif isinstance(piece, Reject | Problem):
                    yield piece
            self._chat.chat = self._told_chat(self._chat.chat)
            for participant in self._participants():
                self._chat.somebody(participant, name=participant)
            newest_first = not self._thread.secure if len(ends) < 2 or None in ends else ends[0] >= ends[-1]  # type: ignore[operator]  # none is None
            yield from self._messages(starts, newest_first=newest_first)
            yield from self._chat.rest()
            yield Progress(0)

    def _beside_messages(self, piece: Element) -> Iterator[Found]:
        if piece.key == "messages" or piece.within == "/messages" or isinstance(piece.key, int):
            yield refused(piece, source=self._source, why="the messages of a thread are not where they should be")
        else:
            self._about[piece.key] = repaired_json(piece.value)

    def _messages(self, starts: "array[int]", *, newest_first: bool) -> Iterator[Found]:
        """Reads the messages block by block, the oldest block first, each turned round."""
        total = len(starts) // 2
        block = max(BLOCK_RECORDS, -(-total // BLOCKS_MAX))
        edges = [(at, min(at + block, total)) for at in range(0, total, block)]
        for begin, end in reversed(edges) if newest_first else edges:
            held = list(from_offset(self._bundle, self._name, offset=starts[2 * begin + 1], number=end - begin))
            numbers = range(begin, begin + len(held))
            pairs = list(zip(numbers, held, strict=True))
            for number, element in reversed(pairs) if newest_first else pairs:
                pointer = f"/messages/{starts[2 * number]}"
                if isinstance(element.value, dict):
                    yield from self._chat.add(self._message(repaired_json(element.value), pointer))
            for number in range(begin + len(held), end):
                yield Reject(self._source, f"/messages/{starts[2 * number]}", "it could not be read a second time")

    def _participants(self) -> Iterator[str]:
        listed = self._about.get("participants")
        for one in listed if isinstance(listed, list) else ():
            name = one if isinstance(one, str) else Fields(one).text("name") if isinstance(one, dict) else None
            if name:
                yield name

    def _told_chat(self, chat: Chat) -> Chat:
        about = Fields(self._about)
        people = len(list(self._participants()))
        title = about.text("title") or about.text("threadName")
        kind: ChatKind = "group" if people > 2 or "Group" in (about.text("thread_type") or "") else "direct"
        about.take("participants")
        return replace(
            chat, kind=kind, title=title, native_id=about.text("thread_path"), extra=about.rest(),
            state="archived" if self._thread.section == "archived_threads" else "open",
            labels=(self._thread.section,) if self._thread.section not in ("", "inbox") else (),
        )  # fmt: skip

    def _message(self, value: dict[str, Any], pointer: str) -> Entry:
        record = Fields(value)
        sender = record.text("senderName" if self._thread.secure else "sender_name")
        author = self._chat.somebody(sender, name=sender) if sender else None
        instant = stamps.ms(record.whole("timestamp" if self._thread.secure else "timestamp_ms"))
        if instant is None:
            record.keep("timestamp", "timestamp_ms")
        kind = record.text("type") or "Generic"
        text = record.text("text" if self._thread.secure else "content") or ""
        parts = [*self._files(record), *_shared(record)]
        deleted = record.flag("is_unsent") or record.flag("isUnsent") or (kind == "placeholder" and text == _UNSENT)
        event = _event(record, kind, author)
        if event is not None:
            parts.insert(0, event)
        elif kind not in _QUIET and not deleted:
            parts.append(Unknown(kind=kind, value={"type": kind}))
        if record.value.get("is_geoblocked_for_viewer") is False:
            record.take("is_geoblocked_for_viewer")
        reactions = tuple(self._reactions(record))
        more = More(deleted=deleted, deleted_by="author" if deleted else None, reactions=reactions, extra=record.rest())
        shown = (*parts, *_words(text)) if parts else ()
        role = "service" if isinstance(event, Happening) else "user"
        return Entry(author, role, text, instant, instant, "ms", None, shown, more, self._source, None, None, pointer)  # type: ignore[arg-type]  # one of two words

    def _reactions(self, record: Fields) -> Iterator[Reacted]:
        for value in record.children("reactions"):
            one = Fields(value)
            actor = one.text("actor")
            by = self._chat.somebody(actor, name=actor) if actor else None
            at = one.whole("timestamp")
            yield Reacted(one.text("reaction") or "?", by=by, at_ms=stamps.ms(at, unit_ms=1000 if at is not None and at < 10**11 else 1))

    def _files(self, record: Fields) -> Iterator[ArchivePart]:
        for name, role in _MEDIA.items():
            for value in record.children(name):
                yield self._file(value, role=role)
        for value in record.children("media"):
            yield self._file(value, role=role_of(name=Fields(value).text("uri")))
        if sticker := record.child("sticker"):
            yield self._file(sticker, role="sticker")

    def _file(self, value: dict[str, Any], *, role: FileRole) -> File:
        uri = Fields(value).text("uri")
        if uri is None:
            return File(role=role, state="omitted", reason="the download names no file")
        if "://" in uri:
            return File(role=role, state="omitted", source_ref=uri, reason="the download holds only a link")
        if self._thread.secure and "/" not in uri:
            return File(role=role, state="omitted", reason=uri)
        return self._beside.file(uri, role=role, base=self._name if self._thread.secure else "", root=self._thread.root)


def _words(text: str) -> tuple[ArchivePart, ...]:
    return (Words(text=text),) if text else ()


def _shared(record: Fields) -> Iterator[ArchivePart]:
    share = Fields(record.child("share"))
    if link := share.text("link"):
        yield WebLink(url=link, text=share.text("share_text"))
    elif share.value:
        record.keep("share")


def _event(record: Fields, kind: str, author: str | None) -> ArchivePart | None:
    if kind == "Call" or "call_duration" in record.value:
        missed = record.flag("missed")
        return PhoneCall(duration_seconds=record.number("call_duration"), outcome="missed" if missed else None)
    users = record.children("users")
    if users or kind in ("Subscribe", "Unsubscribe"):
        return Happening(kind=kind.lower(), actor=author, targets=tuple(name for user in users if (name := Fields(user).text("name"))))
    return None
