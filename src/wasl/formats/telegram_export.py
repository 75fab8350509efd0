"""Telegram Desktop's export: `result.json` of one chat or of a whole account, and the pages `messages*.html`.

Shapes read in Telegram Desktop's source (export_output_json.cpp and export_output_html.cpp, September 2026) and seen in files,
2026-11-22. The JSON holds more than the pages; of a folder with both, the JSON is read. Times: `date_unixtime` is the instant,
`date` the exporting computer's clock.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, ClassVar, Final

from wasl.domain.archive import Answering, ArchivePart, Chat, ChatKind, Entry, File, FileRole, Handle, Happening, More, Reacted, Words
from wasl.domain.message import Contact, Unknown
from wasl.ports.format import Choices, Found, Guess, Progress, Reject, Shape, is_omitted
from wasl.ports.telling import Beside, Telling, head, opened, records, refused
from wasl.wire import stamps
from wasl.wire.bundle import Bundle
from wasl.wire.fields import Fields
from wasl.wire.json_stream import Closed, Element, Opened
from wasl.wire.telegram_pages import Page, Said, page_number, pages
from wasl.wire.telegram_record import happened, place, poll, service_words, shown, words_of

INTO: Final = ("/messages", "/chats/list/*/messages", "/left_chats/list/*/messages")
ORIGIN: Final = "Telegram"
_KINDS: Final[Mapping[str, ChatKind]] = {
    **dict.fromkeys(("saved_messages", "replies", "verification_codes", "personal_chat", "bot_chat"), "direct"),
    **dict.fromkeys(("private_group", "private_supergroup", "public_supergroup"), "group"),
    **dict.fromkeys(("private_channel", "public_channel"), "channel"),
}
_ROLES: Final[Mapping[str, FileRole]] = {
    "sticker": "sticker", "video_message": "video", "voice_message": "voice", "animation": "animation", "video_file": "video",
    "audio_file": "audio",
}  # fmt: skip
_CHAT_FIELDS: Final = frozenset({"name", "type", "id"})
_MARK: Final = re.compile(rb'"(?:messages|chats|left_chats)"\s*:\s*[\[{]')
_TYPED: Final = re.compile(rb'"type"\s*:\s*"(?:' + "|".join(_KINDS).encode() + rb')"')


class TelegramExport:
    """Reads what Telegram Desktop exports."""

    kind: ClassVar[str] = "telegram_export"
    title: ClassVar[str] = "Telegram Desktop export"

    def sniff(self, bundle: Bundle) -> Guess | None:
        """Looks for `result.json` (or one JSON file) with a chat's type in it, or for the pages of the HTML export."""
        for name in _candidates(bundle):
            first = head(bundle, name)
            if _MARK.search(first) and (_TYPED.search(first) or b'"personal_information"' in first) and b'"date_unixtime"' in first:
                return Guess(confidence=0.97, why=f"{name} holds chats as Telegram Desktop writes them")
            if name.endswith("result.json") and _MARK.search(first) and (_TYPED.search(first) or b'"personal_information"' in first):
                return Guess(confidence=0.9, why=f"{name} holds chats as Telegram Desktop writes them")
        for name in _pages(bundle)[:2]:
            if b'class="page_wrap"' in (first := head(bundle, name)) and b"history" in first:
                return Guess(confidence=0.9, why=f"{name} is a page of Telegram Desktop's HTML export")
        return None

    def read(self, bundle: Bundle, choices: Choices) -> Iterator[Found]:
        """Reads the JSON files where there are any, else the pages."""
        names = [name for name in _candidates(bundle) if _MARK.search(head(bundle, name))]
        if names or not _pages(bundle):
            yield Shape("telegram desktop json", 1.0, {"zone": "instants are known", "times": "all"})
            for name in names or _candidates(bundle)[:1]:
                yield from _Json(bundle, name).read()
        else:
            yield Shape("telegram desktop html", 0.8, {"zone": "as the pages say", "times": "some"})
            yield from _read_pages(bundle)


def _candidates(bundle: Bundle) -> list[str]:
    names = [member.name for member in bundle.members() if member.name.endswith(".json")]
    named = [name for name in names if name.rpartition("/")[2] == "result.json"]
    return named[:16] or (names if len(names) == 1 else [])


def _pages(bundle: Bundle) -> list[str]:
    names = [member.name for member in bundle.members() if page_number(member.name) is not None]
    return sorted(names, key=lambda name: (name.rpartition("/")[0], page_number(name) or 0))


class _Json:
    """Reads one `result.json`."""

    def __init__(self, bundle: Bundle, name: str) -> None:
        self._bundle = bundle
        self._name = name
        self._source = [member.name for member in bundle.members()].index(name)
        self._beside = Beside(bundle)
        self._self: str | None = None
        self._chat: Telling | None = None
        self._about: dict[str, Any] = {}
        self._within: str | None = None

    def read(self) -> Iterator[Found]:
        """Walks the file."""
        for piece in records(self._bundle, self._name, source=self._source, into=INTO):
            if isinstance(piece, Element):
                yield from self._element(piece)
            elif isinstance(piece, Opened):
                yield from self._opened(piece)
            elif isinstance(piece, Closed):
                yield from self._closed(piece)
            else:
                yield piece
        yield from self._end_of_chat()

    def _opened(self, piece: Opened) -> Iterator[Found]:
        if piece.pointer.endswith("/messages") and piece.kind == "array":
            self._within = piece.pointer
            self._begin(piece.pointer.rpartition("/")[0])
        elif piece.pointer.endswith("/messages"):
            yield Reject(self._source, piece.pointer, "the messages of a chat are not a list")
        else:
            yield from self._end_of_chat()
            if not piece.pointer or piece.pointer.rpartition("/")[0].endswith("/list"):
                self._about = {}

    def _closed(self, piece: Closed) -> Iterator[Found]:
        if piece.pointer == self._within:
            self._within = None
            if self._chat is not None:
                yield from self._chat.rest()
                yield Progress(piece.end)
        elif not piece.pointer or piece.pointer.rpartition("/")[0].endswith("/list"):
            yield from self._end_of_chat()

    def _element(self, piece: Element) -> Iterator[Found]:
        if self._within is not None and piece.within == self._within and self._chat is not None:
            if isinstance(piece.value, dict):
                yield from self._chat.add(self._message(piece.value, piece.pointer, self._chat))
            else:
                yield refused(piece, source=self._source, why="a message that is no object")
        elif piece.key == "personal_information" and isinstance(piece.value, dict):
            user = Fields(piece.value).id("user_id")
            self._self = user and f"user{user}"
        elif piece.key == "messages" or piece.within.endswith("/list"):
            yield refused(piece, source=self._source, why="this should be a chat, or its messages")
        elif piece.key in _CHAT_FIELDS or not piece.within or "/list/" in piece.within:
            self._about[str(piece.key)] = piece.value
            if self._chat is not None:  # told after the messages
                self._chat.chat = self._told_chat(self._chat.chat.key, self._chat.chat.pointer)

    def _begin(self, pointer: str) -> None:
        native_id = Fields(self._about).id("id")
        self._chat = Telling(self._told_chat(native_id or pointer or "chat", pointer))

    def _told_chat(self, key: str, pointer: str | None) -> Chat:
        about = Fields(self._about)
        kind, title, native_id = about.text("type"), about.text("name"), about.id("id")
        single = bool(pointer)
        extra = about.rest() if single else {}
        if kind is not None:
            extra["type"] = kind
        if kind == "saved_messages" and title is None:
            title = "Saved Messages"
        state = "closed" if (pointer or "").startswith("/left_chats") else "open"
        return Chat(
            key=key, kind=_KINDS.get(kind or "", "group"), origin=ORIGIN, title=title, native_id=native_id, state=state,  # type: ignore[arg-type]  # one of two words
            source=self._source, pointer=pointer, extra=extra,
        )  # fmt: skip

    def _end_of_chat(self) -> Iterator[Found]:
        if self._chat is not None:
            yield from self._chat.rest()
            self._chat = None

    def _message(self, value: dict[str, Any], pointer: str, chat: Telling) -> Entry:
        record = Fields(value)
        kind = record.text("type")
        service = kind == "service" or "action" in value
        name, key = (record.text("actor"), record.id("actor_id")) if service else (record.text("from"), record.id("from_id"))
        author = self._somebody(chat, key, name) if key or name else None
        wall, instant = stamps.iso(record.text("date")), stamps.ms(record.whole("date_unixtime"), unit_ms=1000)
        if wall is None:
            record.keep("date")
        if instant is None:
            record.keep("date_unixtime")
        words = words_of(record)
        parts = tuple(self._parts(record, words, kind))
        text = words.text if words else shown(parts)
        if service:
            event = happened(record, actor=author)
            text, parts = text or service_words(event, name), (*event, *parts)
        more = self._more(record, chat)
        wall_ms = wall.wall_ms if wall else instant
        simple = len(parts) == 1 and parts[0] == Words(text=text)
        return Entry(
            author, "service" if service else "user", text, wall_ms, instant, "s", record.id("id"), () if simple else parts,
            replace(more, extra=record.rest()), self._source, None, None, pointer,
        )  # fmt: skip

    def _somebody(self, chat: Telling, key: str | None, name: str | None) -> str:
        own = key or f"name:{name}"
        if chat.knows(own) and name is None:
            return own
        handles = (Handle("telegram-id", key),) if key else ()
        return chat.somebody(own, name=name, handles=handles, is_self=True if key and key == self._self else None)

    def _more(self, record: Fields, chat: Telling) -> More:
        flags = {"forwarded"} if record.text("forwarded_from") or record.text("forwarded_from_id") else set()
        record.keep("forwarded_from", "forwarded_from_id")
        if record.whole("self_destruct_period_seconds"):
            flags.add("expires")
            record.keep("self_destruct_period_seconds")
        edited = stamps.ms(record.whole("edited_unixtime"), unit_ms=1000)
        edited_wall = stamps.iso(record.text("edited"))
        reply = record.id("reply_to_message_id")
        reactions = tuple(self._reactions(record, chat))
        return More(
            reply_to=Answering(native_id=reply) if reply else None,
            edited=edited is not None or edited_wall is not None,
            edited_ms=edited,
            reactions=reactions,
            flags=frozenset(flags),
        )

    def _reactions(self, record: Fields, chat: Telling) -> Iterator[Reacted]:
        for value in record.children("reactions"):
            one = Fields(value)
            emoji = one.text("emoji") or one.text("document_id") or one.text("type") or "?"
            recent = one.children("recent")
            who = [self._somebody(chat, key, name) for key, name in map(_who, recent) if key or name]
            number = one.whole("count") or max(1, len(who))
            if number == len(who) == 1:
                at = stamps.iso(Fields(recent[0]).text("date"))
                yield Reacted(emoji, by=who[0], at_ms=at.instant_ms or at.wall_ms if at else None)
            else:
                yield Reacted(emoji, number=number, known=tuple(who))

    def _parts(self, record: Fields, words: Words | None, kind: str | None) -> Iterator[ArchivePart]:
        yield from self._media(record)
        if (card := record.child("contact_information")) or "contact_vcard" in record.value:
            names = [n for n in (Fields(card).text("first_name"), Fields(card).text("last_name")) if n]
            phone = Fields(card).text("phone_number")
            record.keep("contact_vcard")
            yield Contact(name=" ".join(names), phones=(phone,) if phone else ())
        yield from place(record)
        if "poll" in record.value and (asked := record.child("poll")):
            yield poll(asked)
        if "todo_list" in record.value and (todo := record.child("todo_list")):
            yield Unknown(kind="todo_list", value=todo)
        for name in ("invoice_information", "giveaway_information", "giveaway_results", "paid_media"):
            if found := record.child(name):
                yield Unknown(kind=name, value=found)
        if kind not in ("message", "service", None):
            yield Unknown(kind=kind, value={"type": kind})
        if words:
            yield words

    def _media(self, record: Fields) -> Iterator[File]:
        told: dict[str, Any] = {"width": record.whole("width"), "height": record.whole("height")}
        if (path := record.text("photo")) is not None:
            size = record.whole("photo_file_size")
            yield self._file(path, role="photo", size=size, told=told)
        if (path := record.text("file")) is not None:
            role = _ROLES.get(record.text("media_type") or "", "document")
            told |= {"media_type": record.text("mime_type"), "duration_seconds": record.number("duration_seconds")}
            if name := record.text("file_name"):
                told["name"] = name
            record.keep("media_type")
            yield self._file(path, role=role, size=record.whole("file_size"), told=told)

    def _file(self, path: str, *, role: FileRole, size: int | None, told: dict[str, Any]) -> File:
        if size is not None:
            told["size_bytes"] = size
        if path.startswith("(") and not is_omitted(path):
            path = f"{path})"
        return self._beside.file(path, role=role, base=self._name, **told)


def _who(value: dict[str, Any]) -> tuple[str | None, str | None]:
    return Fields(value).id("from_id"), Fields(value).text("from")


_WRAPPED: Final[Mapping[str, FileRole]] = {
    "photo_wrap": "photo", "media_photo": "photo", "video_file_wrap": "video", "media_video": "video", "media_voice_message": "voice",
    "media_audio_file": "audio", "sticker_wrap": "sticker", "animated_wrap": "animation",
}  # fmt: skip


def _read_pages(bundle: Bundle) -> Iterator[Found]:
    """Reads the pages in order; pages of one folder are one chat."""
    names = [member.name for member in bundle.members()]
    beside = Beside(bundle)
    chat: Telling | None = None
    for name in _pages(bundle):
        folder = name.rpartition("/")[0]
        source = names.index(name)
        if chat is None or chat.chat.key != (folder or "chat"):
            if chat is not None:
                yield from chat.rest()
            chat = Telling(Chat(key=folder or "chat", kind="group", origin=ORIGIN, source=source))
        stream = opened(bundle, name, source=source)
        if isinstance(stream, Reject):
            yield stream
            continue
        above: str | None = None
        with stream:
            for piece in pages(stream):
                if isinstance(piece, Page):
                    chat.chat = replace(chat.chat, title=piece.title)
                elif isinstance(piece, Said):
                    above = piece.sender or (above if piece.joined else None)
                    yield from chat.add(_page_entry(piece, chat, source=source, page=name, sender=above, beside=beside))
                else:
                    yield Reject(source, name, piece.message)
        yield from chat.rest()
    if chat is not None:
        yield from chat.rest()


def _page_entry(said: Said, chat: Telling, *, source: int, page: str, sender: str | None, beside: Beside) -> Entry:
    author = chat.somebody(f"name:{sender}", name=sender) if sender and not said.service else None
    parts: list[ArchivePart] = [beside.file(path, role=_WRAPPED.get(mark, "document"), base=page) for mark, path in said.media]
    text = said.details if said.service else said.words.text if said.words else ""
    if said.service:
        parts.append(Happening(kind="day" if said.number.startswith("-") else "unknown"))
    if said.words:
        parts.append(said.words)
    flags = frozenset({"forwarded"}) if said.forwarded_from else frozenset()
    more = More(
        reply_to=Answering(native_id=said.reply_to) if said.reply_to else None,
        flags=flags,
        extra={"forwarded_from": said.forwarded_from} if said.forwarded_from else {},
    )
    wall, instant = (said.at.wall_ms, said.at.instant_ms) if said.at else (None, None)
    native_id = None if said.number.startswith("-") else said.number
    return Entry(
        author, "service" if said.service else "user", text, wall, instant, "s", native_id, tuple(parts), more, source, None, None,
        f"#message{said.number}",
    )  # fmt: skip
