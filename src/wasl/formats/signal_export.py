"""Signal's plaintext export: a folder with `main.jsonl`, one backup frame a line, and `metadata.json`.

Read in Signal Desktop's source (2026; users report it in version 8.10) on 2026-11-22. Frames refer to earlier ones by number; a reply
is found by sent time and author, since there are no message ids. Media stand under `files/`, only if they were asked for. Encrypted
backups are left to Signal itself.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar, Final

from wasl.domain.archive import Answering, ArchivePart, Chat, Entry, File, FileRole, Happening, More, PhoneCall, Reacted, Revision, Words
from wasl.domain.message import Unknown
from wasl.ports.format import ENTRIES_PER_RUN, Choices, Found, Guess, Progress, Reject, Shape
from wasl.ports.telling import Beside, Mended, Telling, head, opened, refused, troubled
from wasl.wire import signal_frames, stamps
from wasl.wire.bundle import Bundle
from wasl.wire.fields import Fields
from wasl.wire.file_roles import role_of
from wasl.wire.json_stream import Broken, Element, Trouble, walk_lines
from wasl.wire.signal_frames import ITEMS, Recipient

CHATS_MAX: Final = 100_000
"""Told as chats of their own; frames of others are refused by name."""
REVISIONS_MAX: Final = 100
_ASIDE: Final = frozenset({"version", "account", "recipient", "chat", "stickerPack", "adHocCall", "notificationProfile", "chatFolder"})
_ROLES: Final[dict[str, FileRole]] = {"VOICE_MESSAGE": "voice", "GIF": "gif", "BORDERLESS": "sticker"}


class SignalExport:
    """Reads Signal's plaintext export."""

    kind: ClassVar[str] = "signal_export"
    title: ClassVar[str] = "Signal plaintext export"

    def sniff(self, bundle: Bundle) -> Guess | None:
        """Looks for `main.jsonl`, or one file of lines, that begins with a version and holds backup frames."""
        for name in _names(bundle):
            first = head(bundle, name)
            if b'"backupTimeMs"' in first[:2_000] and (b'"recipient"' in first or b'"account"' in first or b'"chatItem"' in first):
                return Guess(confidence=0.97, why=f"{name} holds frames of a Signal backup")
            if b'"chatItem"' in first and b'"dateSent"' in first:
                return Guess(confidence=0.9, why=f"{name} holds frames of a Signal backup")
        return None

    def read(self, bundle: Bundle, choices: Choices) -> Iterator[Found]:
        """Reads the frames in order."""
        yield Shape("signal plaintext", 1.0, {"zone": "instants are known"})
        for name in _names(bundle)[:1]:
            yield from _Frames(bundle, name).read()


def _names(bundle: Bundle) -> list[str]:
    names = [member.name for member in bundle.members()]
    own = [name for name in names if name.rpartition("/")[2] == "main.jsonl"]
    return own[:2] or [name for name in names if name.endswith((".jsonl", ".ndjson"))][:2] or (names if len(names) == 1 else [])


class _Frames:
    def __init__(self, bundle: Bundle, name: str) -> None:
        self._bundle = bundle
        self._name = name
        self._source = [member.name for member in bundle.members()].index(name)
        self._beside = Beside(bundle)
        self._recipients: dict[str, Recipient] = {}
        self._chats: dict[str, Telling] = {}
        self._self = "self"
        self._waiting = 0

    def read(self) -> Iterator[Found]:
        """Walks the lines."""
        stream = opened(self._bundle, self._name, source=self._source)
        if isinstance(stream, Reject):
            yield stream
            return
        mended = Mended()
        with stream:
            for piece in walk_lines(stream):
                if isinstance(piece, Broken):
                    yield refused(piece, source=self._source)
                elif isinstance(piece, Trouble):
                    yield troubled(piece, where=self._name)
                else:
                    mended.note(piece, where=self._name)
                    yield from self._frame(piece)
        yield from self._flush()
        yield from mended.problems()

    def _frame(self, piece: Element) -> Iterator[Found]:
        frame = Fields(piece.value) if isinstance(piece.value, dict) else Fields({})
        if item := frame.child("chatItem"):
            yield from self._item(item, piece)
        elif recipient := frame.child("recipient"):
            if (found := signal_frames.recipient(recipient)) is not None:
                self._recipients[found[0]] = found[1]
                self._self = found[1].key if found[1].is_self else self._self
        elif chat := frame.child("chat"):
            self._begin(chat, piece)
        elif not _ASIDE & frame.value.keys():
            yield refused(piece, source=self._source, why="a frame of an unknown kind")

    def _who(self, number: str | None) -> Recipient | None:
        return self._recipients.get(number or "")

    def _begin(self, value: dict[str, Any], piece: Element) -> None:
        frame = Fields(value)
        number, who = frame.id("id"), self._who(frame.id("recipientId"))
        if number is None or number in self._chats or len(self._chats) >= CHATS_MAX:
            return
        chat = Chat(
            key=number, kind="group" if who and who.is_group else "direct", origin="Signal", title=who.name if who else None,
            native_id=who.key if who else None, state="archived" if frame.flag("archived") else "open", source=self._source,
            pointer=piece.pointer, extra={k: v for k, v in frame.rest().items() if k not in ("style",)},
        )  # fmt: skip
        self._chats[number] = Telling(chat)

    def _item(self, value: dict[str, Any], piece: Element) -> Iterator[Found]:
        record = Fields(value)
        number = record.id("chatId")
        if number is None:
            yield refused(piece, source=self._source, why="a message of no chat")
            return
        if number not in self._chats:
            if len(self._chats) >= CHATS_MAX:
                yield refused(piece, source=self._source, why=f"there are more than {CHATS_MAX} chats")
                return
            self._chats[number] = Telling(Chat(key=number, kind="direct", origin="Signal", source=self._source))
        chat = self._chats[number]
        yield from chat.add(self._entry(record, piece, chat))
        self._waiting += 1
        if self._waiting >= ENTRIES_PER_RUN:
            yield from self._flush()
            yield Progress(piece.start)

    def _flush(self) -> Iterator[Found]:
        self._waiting = 0
        for chat in self._chats.values():
            yield from chat.rest()

    def _somebody(self, chat: Telling, number: str | None) -> str | None:
        who = self._who(number)
        if who is None:
            return chat.somebody(f"recipient:{number}") if number else None
        return who.key if chat.knows(who.key) else chat.somebody(who.key, name=who.name, handles=who.handles, is_self=who.is_self or None)

    def _entry(self, record: Fields, piece: Element, chat: Telling) -> Entry:
        number = record.id("authorId")
        author = self._somebody(chat, number)
        if author is None and "outgoing" in record.value:
            author = chat.somebody(self._self, is_self=True)
        instant = stamps.ms(record.whole("dateSent"))
        if instant is None:
            record.keep("dateSent")
        kind, text, parts, more = self._said(record, chat)
        received = Fields(record.child("incoming")).whole("dateReceived")
        revisions = tuple(self._revisions(record, chat))
        flags = set(more.flags)
        if record.whole("expiresInMs"):
            flags.add("expires")
            record.keep("expiresInMs")
        more = replace(
            more, received_ms=stamps.ms(received), revisions=revisions, edited=bool(revisions),
            edited_ms=instant if revisions else None, flags=frozenset(flags), extra=record.rest(),
        )  # fmt: skip
        if revisions and revisions[0].at_ms is not None:
            instant = revisions[0].at_ms
        service = kind == "updateMessage"
        simple = len(parts) == 1 and parts[0] == Words(text=text)
        return Entry(
            author, "service" if service else "user", text, instant, instant, "ms", None, () if simple else tuple(parts), more,
            self._source, None, None, piece.pointer,
        )  # fmt: skip

    def _revisions(self, record: Fields, chat: Telling) -> Iterator[Revision]:
        """Gives the earlier wordings, oldest first as they stand."""
        for value in record.children("revisions")[:REVISIONS_MAX]:
            one = Fields(value)
            _, text, parts, _ = self._said(one, chat)
            shown = tuple(parts) or ((Words(text=text),) if text else ())
            yield Revision(stamps.ms(one.whole("dateSent")), shown, by=self._somebody(chat, one.id("authorId")))

    def _said(self, record: Fields, chat: Telling) -> tuple[str | None, str, list[ArchivePart], More]:
        """Gives the kind, the words, the parts, and what hangs on them."""
        kind = next((name for name in ITEMS if isinstance(record.value.get(name), dict)), None)
        if kind is None:
            return None, "", [Unknown(kind="chatItem", value=record.rest())], More()
        item = Fields(record.child(kind))
        more = More(reply_to=self._quote(item, chat), reactions=tuple(self._reactions(item, chat)))
        if kind == "updateMessage":
            text, parts = _happened(dict(item.value))
            return kind, text, parts, more
        if kind == "remoteDeletedMessage":
            return kind, "", [], replace(more, deleted=True, deleted_by="author")
        words = signal_frames.words(item.child("text"))
        parts = [*self._files(item, kind), *signal_frames.previews(item)]
        if kind == "contactMessage":
            parts += signal_frames.card(item)
        elif kind == "poll":
            parts.append(signal_frames.poll(item.value))
        elif kind not in ("standardMessage", "stickerMessage", "viewOnceMessage"):
            parts.append(Unknown(kind=kind, value=dict(item.value)))
        text = words.text if words else str(getattr(parts[-1], "question", "")) if kind == "poll" else ""
        if words:
            parts.append(words)
        return kind, text, parts, replace(more, flags=frozenset({"view_once"} if kind == "viewOnceMessage" else ()))

    def _quote(self, item: Fields, chat: Telling) -> Answering | None:
        quote = Fields(item.child("quote"))
        if not quote.value:
            return None
        words = signal_frames.words(quote.child("text"))
        return Answering(
            sent_ms=stamps.ms(quote.whole("targetSentTimestamp")),
            author=self._somebody(chat, quote.id("authorId")),
            quote=words.text if words else quote.text("text"),
        )

    def _reactions(self, item: Fields, chat: Telling) -> Iterator[Reacted]:
        for value in item.children("reactions"):
            one = Fields(value)
            yield Reacted(
                one.text("emoji") or "?", by=self._somebody(chat, one.id("authorId")), at_ms=stamps.ms(one.whole("sentTimestamp"))
            )

    def _files(self, item: Fields, kind: str) -> Iterator[File]:
        found = [(value, None) for value in item.children("attachments")]
        found += [(value, None) for name in ("attachment", "longText") if (value := item.child(name))]
        for value, role in found:
            yield self._file(value, role=role)
        if kind == "stickerMessage" and (sticker := item.child("sticker")):
            data = Fields(sticker).child("data")
            yield self._file({"pointer": data} if data else {}, role="sticker", name=Fields(sticker).text("emoji"))

    def _file(self, value: dict[str, Any], *, role: FileRole | None, name: str | None = None) -> File:
        attachment = Fields(value)
        pointer = Fields(attachment.child("pointer")) if "pointer" in value else attachment
        place = Fields(pointer.child("locatorInfo"))
        named, media_type = name or pointer.text("fileName"), pointer.text("contentType")
        told: dict[str, Any] = {"media_type": media_type, "width": pointer.whole("width"), "height": pointer.whole("height")}
        told |= {"caption": pointer.text("caption")}
        if (size := place.whole("size")) is not None:
            told["size_bytes"] = size
        role = role or _ROLES.get(attachment.text("flag") or "") or role_of(name=named, media_type=media_type)
        if named and role != "sticker":
            return self._beside.file(f"files/{named}", role=role, base=self._name, omitted="it is not in the export", **told)
        return File(
            role=role, state="missing", name=named, source_ref=place.text("plaintextHash"), reason="the export names no file", **told
        )


def _happened(value: dict[str, Any]) -> tuple[str, list[ArchivePart]]:
    """Reads a line that Signal itself wrote: a call, or whatever else it names."""
    kind = next((name for name, inner in value.items() if isinstance(inner, dict)), None) or "unknown"
    inner = Fields(Fields(value).child(kind))
    detail = inner.text("type")
    if kind == "individualCall":
        form: Any = "video" if detail == "VIDEO_CALL" else "voice"
        state = inner.text("state")
        return " ".join(w for w in ("call", (state or "").lower()) if w), [PhoneCall(kind=form, outcome=state.lower() if state else None)]
    if kind == "groupCall":
        state = inner.text("state")
        return "group call", [PhoneCall(kind="group", outcome=state.lower() if state else None)]
    words = (detail or kind).lower().replace("_", " ")
    return words, [Happening(kind=detail.lower() if detail else kind), Unknown(kind=kind, value=value)]
