"""DiscordChatExporter's JSON: one file for each channel, with or without downloaded assets beside it.

Shape read in its source (JsonMessageWriter, 2026) on 2026-11-22. Ids are snowflakes and stay text. Without downloaded assets a file is a
link that expires. Mentions and emoji in `content` are already written as words.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar, Final

from wasl.domain.archive import (
    Answering,
    ArchivePart,
    Chat,
    ChatKind,
    Entry,
    File,
    Handle,
    Happening,
    More,
    ParticipantRole,
    PhoneCall,
    Reacted,
    WebLink,
    Words,
)
from wasl.domain.message import Unknown
from wasl.ports.format import Choices, Found, Guess, Progress, Shape
from wasl.ports.telling import Beside, Telling, head, records, refused
from wasl.wire import stamps
from wasl.wire.bundle import Bundle
from wasl.wire.fields import Fields
from wasl.wire.file_roles import role_of
from wasl.wire.json_stream import Closed, Element, Opened

FILES_MAX: Final = 10_000
"""Channels in one bundle."""
_HEADS_MAX: Final = 8
_MARKS: Final = (b'"guild"', b'"channel"', b'"messages"')
_SPOKEN: Final = frozenset({"Default", "Reply", "ChatInputCommand", "ContextMenuCommand", "ThreadStarterMessage"})
_MARKUP: Final = frozenset("*_~`|>[#<")


class DiscordExporter:
    """Reads what DiscordChatExporter writes as JSON."""

    kind: ClassVar[str] = "discord_exporter"
    title: ClassVar[str] = "DiscordChatExporter JSON"

    def sniff(self, bundle: Bundle) -> Guess | None:
        """Looks for guild, channel and messages at the beginning of a JSON file."""
        for name in _names(bundle)[:_HEADS_MAX]:
            if _is_own(first := head(bundle, name, size_bytes=16 << 10)):
                return Guess(confidence=0.97 if b'"dateRange"' in first else 0.8, why=f"{name} begins as DiscordChatExporter writes")
        return None

    def read(self, bundle: Bundle, choices: Choices) -> Iterator[Found]:
        """Reads every file that is one channel."""
        yield Shape("discordchatexporter json", 1.0, {"zone": "as written"})
        places = {member.name: place for place, member in enumerate(bundle.members())}
        beside = Beside(bundle)
        for name in _names(bundle)[:FILES_MAX]:
            if len(places) == 1 or _is_own(head(bundle, name, size_bytes=16 << 10)):
                yield from _Channel(bundle, name, source=places[name], beside=beside).read()


def _names(bundle: Bundle) -> list[str]:
    names = [member.name for member in bundle.members() if member.name.endswith(".json")]
    return names or [member.name for member in bundle.members()][:1]


def _is_own(first: bytes) -> bool:
    return all(mark in first for mark in _MARKS)


class _Channel:
    def __init__(self, bundle: Bundle, name: str, *, source: int, beside: Beside) -> None:
        self._bundle = bundle
        self._name = name
        self._source = source
        self._beside = beside
        self._about: dict[str, Any] = {}
        self._chat: Telling | None = None

    def read(self) -> Iterator[Found]:
        """Walks one file."""
        for piece in records(self._bundle, self._name, source=self._source, into=("/messages",)):
            if isinstance(piece, Element):
                yield from self._element(piece)
            elif isinstance(piece, Opened):
                if piece.pointer == "/messages":
                    self._chat = self._chat or Telling(self._told_chat())
            elif isinstance(piece, Closed):
                yield Progress(piece.end)
            else:
                yield piece
        if self._chat is None and self._about.get("channel"):
            self._chat = Telling(self._told_chat())
        if self._chat is not None:
            yield from self._chat.rest()

    def _element(self, piece: Element) -> Iterator[Found]:
        if piece.within == "/messages" and self._chat is not None:
            if isinstance(piece.value, dict):
                yield from self._chat.add(self._message(piece.value, piece.pointer, self._chat))
            else:
                yield refused(piece, source=self._source, why="a message that is no object")
        elif piece.within == "/messages" or piece.key == "messages" or isinstance(piece.key, int):
            yield refused(piece, source=self._source, why="the messages are not where they should be")
        else:
            self._about[piece.key] = piece.value
            if self._chat is not None:
                self._chat.chat = replace(self._told_chat(), key=self._chat.chat.key)

    def _told_chat(self) -> Chat:
        channel, guild = Fields(Fields(self._about).child("channel")), Fields(Fields(self._about).child("guild"))
        kind = channel.text("type") or ""
        direct: ChatKind = "group" if "Group" in kind else "direct" if kind.startswith("Direct") else "channel"
        native_id = channel.id("id")
        return Chat(
            key=native_id or self._name, kind=direct, origin="Discord", title=channel.text("name"), native_id=native_id,
            labels=tuple(name for name in (guild.text("name"),) if name), source=self._source, pointer="",
            extra={name: value for name, value in self._about.items() if name != "messageCount"},
        )  # fmt: skip

    def _message(self, value: dict[str, Any], pointer: str, chat: Telling) -> Entry:
        record = Fields(value)
        kind = record.text("type") or "Default"
        author = self._somebody(chat, record.child("author"))
        at = stamps.iso(record.text("timestamp"), assume_utc=True)
        if at is None:
            record.keep("timestamp")
        native_id = record.id("id")
        instant = at.instant_ms if at else stamps.snowflake(native_id)
        words = _words(record.text("content"))
        forwarded = Fields(record.child("forwardedMessage"))
        parts: list[ArchivePart] = [*self._files(record), *self._files(forwarded)]
        if forwarded.value and words is None:
            words = _words(forwarded.text("content"))
        parts += [*_links(record), *([words] if words else [])]
        text = words.text if words else ""
        service = kind not in _SPOKEN
        if service:
            ended = stamps.iso(record.text("callEndedTimestamp"), assume_utc=True)
            seconds = (ended.instant_ms - instant) / 1000 if ended and ended.instant_ms and instant else None
            parts.insert(0, PhoneCall(duration_seconds=seconds) if kind == "Call" else Happening(kind=kind, actor=author))
            text = text or kind
        elif len(parts) == 1 and parts[0] == Words(text=text):
            parts = []
        more = self._more(record, chat, forwarded=bool(forwarded.value))
        record.keep("forwardedMessage")
        return Entry(
            author, "service" if service else "user", text, at.wall_ms if at else instant, instant, "ms", native_id, tuple(parts),
            replace(more, extra={k: v for k, v in record.rest().items() if v not in ([], None, "")}), self._source, None, None, pointer,
        )  # fmt: skip

    def _somebody(self, chat: Telling, value: dict[str, Any]) -> str | None:
        one = Fields(value)
        native_id, name = one.id("id"), one.text("nickname") or one.text("name")
        key = native_id or name
        if key is None:
            return None
        role: ParticipantRole | None = "bot" if one.flag("isBot") and not chat.knows(key) else None
        return chat.somebody(key, name=name, handles=(Handle("discord", native_id),) if native_id else (), role=role)

    def _more(self, record: Fields, chat: Telling, *, forwarded: bool) -> More:
        reference, flags = Fields(record.child("reference")), set()
        target = reference.id("messageId")
        if record.flag("isPinned"):
            flags.add("pinned")
        if forwarded or reference.text("type") == "Forward":
            flags.add("forwarded")
        edited = stamps.iso(record.text("timestampEdited"), assume_utc=True)
        if edited is None and record.value.get("timestampEdited"):
            record.keep("timestampEdited")
        return More(
            reply_to=Answering(native_id=target) if target and "forwarded" not in flags else None,
            edited=edited is not None,
            edited_ms=edited.instant_ms if edited else None,
            reactions=tuple(self._reactions(record, chat)),
            flags=frozenset(flags),
        )

    def _reactions(self, record: Fields, chat: Telling) -> Iterator[Reacted]:
        for value in record.children("reactions"):
            one = Fields(value)
            emoji = Fields(one.child("emoji"))
            shown = f":{emoji.text('name')}:" if emoji.text("id") else emoji.text("name") or emoji.text("code") or "?"
            who = tuple(key for user in one.children("users") if (key := self._somebody(chat, user)))
            number = one.whole("count") or max(1, len(who))
            yield Reacted(shown, by=who[0]) if number == len(who) == 1 else Reacted(shown, number=number, known=who)

    def _files(self, record: Fields) -> Iterator[File]:
        for value in record.children("attachments"):
            one = Fields(value)
            name, url, size = one.text("fileName"), one.text("url"), one.whole("fileSizeBytes")
            yield self._file(url, name=name, role=role_of(name=name or url), size_bytes=size)
        for value in record.children("stickers"):
            one = Fields(value)
            yield self._file(one.text("sourceUrl"), name=one.text("name"), role="sticker", size_bytes=None)

    def _file(self, url: str | None, *, name: str | None, role: Any, size_bytes: int | None) -> File:
        if url is None or "://" in url:
            reason = "the export holds only a link, which expires" if url else "the export names no file"
            return File(role=role, state="omitted", name=name, size_bytes=size_bytes, source_ref=url, reason=reason)
        return self._beside.file(url, role=role, base=self._name, **({"name": name} if name else {}))


def _words(content: str | None) -> Words | None:
    if not content:
        return None
    return Words(text=content, format="plain" if _MARKUP.isdisjoint(content) else "markdown")


def _links(record: Fields) -> Iterator[ArchivePart]:
    for value in record.children("embeds"):
        one = Fields(value)
        if url := one.text("url"):
            yield WebLink(url=url, title=one.text("title"), text=one.text("description"))
        else:
            yield Unknown(kind="embed", value=value)
