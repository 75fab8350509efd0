"""Matrix: Element's "Export chat" as JSON, `export.json` in a zip or a bare file.

Shape read in Element's source (JSONExport, 2026) on 2026-11-22. Events stand as the client holds them after decryption; only those that
it would draw are written, so edits and reactions may be folded in already or missing. What could not be decrypted stays encrypted here,
too. Files in the zip are named by their own name and the date, so one is taken only where a single file fits.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar, Final

from wasl.domain.archive import Answering, ArchivePart, Chat, Entry, File, FileRole, Handle, Happening, More, Reacted, Revision, Words
from wasl.domain.message import Place, Unknown
from wasl.ports.format import Choices, Found, Guess, Problem, Progress, Reject, Shape
from wasl.ports.telling import Telling, head, records, refused
from wasl.wire import stamps
from wasl.wire.bundle import Bundle
from wasl.wire.fields import Fields
from wasl.wire.json_stream import Element, Opened
from wasl.wire.matrix_relations import About, Relations

INTO: Final = ("/messages",)
_MEDIA: Final[dict[str, FileRole]] = {"m.image": "photo", "m.video": "video", "m.audio": "audio", "m.file": "document"}
_TEXTS: Final = frozenset({"m.text", "m.notice", "m.emote"})
_HEADS_MAX: Final = 4


class MatrixExport:
    """Reads what Element exports as JSON."""

    kind: ClassVar[str] = "matrix_export"
    title: ClassVar[str] = "Element (Matrix) export"

    def sniff(self, bundle: Bundle) -> Guess | None:
        """Looks for a room's name and Matrix events at the beginning of `export.json` or of the only JSON file."""
        for name in _names(bundle)[:_HEADS_MAX]:
            first = head(bundle, name)
            if b'"room_name"' in first and b'"messages"' in first:
                return Guess(confidence=0.97 if b'"exported_by"' in first else 0.85, why=f"{name} is a room as Element exports it")
        return None

    def read(self, bundle: Bundle, choices: Choices) -> Iterator[Found]:
        """Walks the room twice: first for what events say about earlier ones, then to tell it."""
        yield Shape("element json", 1.0, {"zone": "instants are known"})
        for name in _names(bundle):
            if len(bundle.members()) == 1 or b'"room_name"' in head(bundle, name):
                yield from _Room(bundle, name).read()


def _names(bundle: Bundle) -> list[str]:
    names = [member.name for member in bundle.members() if member.name.endswith(".json")]
    own = [name for name in names if name.rpartition("/")[2] == "export.json"]
    return own or names or [member.name for member in bundle.members()][:1]


class _Room:
    def __init__(self, bundle: Bundle, name: str) -> None:
        self._bundle = bundle
        self._name = name
        self._members = [member.name for member in bundle.members()]
        self._source = self._members.index(name)
        self._about: dict[str, Any] = {}
        self._relations = Relations()
        self._chat = Telling(Chat(key=name, kind="group", origin="Matrix", source=self._source, pointer=""))

    def read(self) -> Iterator[Found]:
        """Reads one room."""
        self._first_walk()
        begun = False
        for piece in records(self._bundle, self._name, source=self._source, into=INTO):
            if isinstance(piece, Element):
                yield from self._element(piece)
            elif isinstance(piece, Opened):
                begun = begun or piece.pointer == "/messages"
            elif isinstance(piece, Reject | Problem):
                yield piece
        if begun or self._about:
            yield from self._chat.rest()
        if self._relations.number:
            detail = f"edits, reactions and redactions are told with the messages that they change: {self._relations.number}"
            yield Problem("folded", self._name, detail)
        yield Progress(0)

    def _first_walk(self) -> None:
        for piece in records(self._bundle, self._name, source=self._source, into=INTO):
            if isinstance(piece, Element):
                if piece.within == "/messages" and isinstance(piece.value, dict):
                    self._relations.note(piece.value)
                elif isinstance(piece.key, str) and piece.key != "messages":
                    self._about[piece.key] = piece.value
        about = Fields(self._about)
        title = about.text("room_name")
        self._chat.chat = replace(self._chat.chat, title=title, extra=about.rest())

    def _element(self, piece: Element) -> Iterator[Found]:
        if piece.within == "/messages" and isinstance(piece.value, dict):
            if not self._relations.is_folded(piece.value):
                yield from self._chat.add(self._event(piece.value, piece.pointer))
        elif piece.within == "/messages" or piece.key == "messages" or isinstance(piece.key, int):
            yield refused(piece, source=self._source, why="this should be an event of the room")

    def _somebody(self, key: str, name: str | None = None) -> str:
        return self._chat.somebody(key, name=name, handles=(Handle("matrix", key),))

    def _event(self, value: dict[str, Any], pointer: str) -> Entry:
        event = Fields(value)
        kind, event_id, sender = event.text("type"), event.text("event_id"), event.text("sender")
        author = self._somebody(sender) if sender else None
        instant = stamps.ms(event.whole("origin_server_ts"))
        if instant is None:
            event.keep("origin_server_ts")
        content = Fields(event.child("content"))
        about = self._relations.about(event_id)
        state = isinstance(value.get("state_key"), str)
        event.take("state_key", "room_id", "user_id", "age")
        shown = Fields(about.edits[-1].what) if about.edits else content
        text, parts = self._parts(kind, shown)
        if state or kind in ("m.room.member", "m.room.create"):
            text, parts = self._happening(kind, content, author, value)
        quote, text = _without_fallback(text, content)
        parts = [replace(part, text=text) if isinstance(part, Words) else part for part in parts]
        more = self._more(event, content, about, quote=quote)
        simple = len(parts) == 1 and parts[0] == Words(text=text)
        role = "service" if state else "user"
        return Entry(
            author, role, text, instant, instant, "ms", event_id, () if simple else tuple(parts), more, self._source, None, None, pointer,  # type: ignore[arg-type]  # one of two words
        )  # fmt: skip

    def _parts(self, kind: str | None, content: Fields) -> tuple[str, list[ArchivePart]]:
        """Gives the words and the parts of a message; what is encrypted, or of another type, is kept whole."""
        form, body = content.text("msgtype"), content.text("body")
        content.take("m.new_content", "m.relates_to")
        if kind == "m.room.message" and form in _TEXTS:
            return body or "", [Words(text=body)] if body else []
        if kind == "m.sticker" or (kind == "m.room.message" and form in _MEDIA):
            return self._media(kind, form, content, body)
        if kind == "m.room.message" and form == "m.location" and (place := _place(content.text("geo_uri"), body)):
            return body or "", [place]
        if content.value or kind != "m.room.message":
            own = dict(content.value)
            content.take(*own)
            return body or "", [Unknown(kind=kind or "untyped", value=own), *([Words(text=body)] if body else [])]
        return "", []

    def _media(self, kind: str | None, form: str | None, content: Fields, body: str | None) -> tuple[str, list[ArchivePart]]:
        told = Fields(content.child("info"))
        locked = Fields(content.child("file"))
        name = content.text("filename") or body
        caption = body if content.text("filename") and body != content.text("filename") else None
        role: FileRole = "sticker" if kind == "m.sticker" else _MEDIA.get(form or "", "document")
        if isinstance(content.value.get("org.matrix.msc3245.voice"), dict):
            role = "voice"
        duration = told.number("duration")
        member = self._beside(name)
        state: Any = "present" if member else "missing"
        file = File(
            role=role, state=state, name=name, media_type=told.text("mimetype"), size_bytes=told.whole("size"), member=member,
            source_ref=content.text("url") or locked.text("url"), width=told.whole("w"), height=told.whole("h"),
            duration_seconds=duration / 1000 if duration is not None else None, reason=None if member else "it is not in the export",
        )  # fmt: skip
        return caption or "", [file, *([Words(text=caption)] if caption else [])]

    def _beside(self, name: str | None) -> str | None:
        """Finds the one file of the export whose name begins and ends as the event's does."""
        if not name:
            return None
        stem, dot, ending = name.rpartition(".")
        stem, ending = (stem, dot + ending) if dot else (name, "")
        fits = [m for m in self._members if m != self._name and (last := m.rpartition("/")[2]).startswith(stem) and last.endswith(ending)]
        return fits[0] if len(fits) == 1 else None

    def _happening(self, kind: str | None, content: Fields, author: str | None, value: dict[str, Any]) -> tuple[str, list[ArchivePart]]:
        member = Fields(value).text("state_key")
        name, membership = content.text("displayname"), content.text("membership")
        if kind == "m.room.member" and member:
            self._somebody(member, name)
        after = membership or content.text("name") or content.text("topic")
        text = " ".join(word for word in (name or member, after) if word)
        happened = Happening(kind=kind or "unknown", actor=author, targets=(member,) if member else (), after=after)
        return text, [happened]

    def _more(self, event: Fields, content: Fields, about: About, *, quote: str | None) -> More:
        relates = Fields(content.child("m.relates_to"))
        reply = Fields(relates.child("m.in_reply_to")).text("event_id")
        thread = relates.text("event_id") if relates.text("rel_type") == "m.thread" else None
        unsigned = event.child("unsigned")
        redacted = about.redacted or (unsigned.get("redacted_because") is not None or None)
        by = about.redacted.sender if about.redacted else None
        sender = event.text("sender")
        rest = {**content.rest(), **event.rest(), **({"unsigned": unsigned} if unsigned else {})}
        return More(
            reply_to=Answering(native_id=reply, quote=quote) if reply else None,
            thread=thread,
            edited=bool(about.edits),
            edited_ms=stamps.ms(about.edits[-1].at) if about.edits else None,
            revisions=self._revisions(event, content, about),
            deleted=redacted is not None,
            deleted_ms=stamps.ms(about.redacted.at) if about.redacted else None,
            deleted_by=("author" if by == sender else "admin") if by else "unknown" if redacted else None,
            reactions=tuple(self._reactions(about)),
            extra=rest,
        )

    def _revisions(self, event: Fields, content: Fields, about: About) -> tuple[Revision, ...]:
        """Gives the earlier wordings, the first one before all edits."""
        if not about.edits:
            return ()
        sender = event.text("sender")
        told = [(event.whole("origin_server_ts"), content), *((said.at, Fields(said.what)) for said in about.edits[:-1])]
        return tuple(
            Revision(stamps.ms(at), (Words(text=body),) if (body := wording.text("body")) else (), by=sender) for at, wording in told
        )

    def _reactions(self, about: About) -> Iterator[Reacted]:
        for said in about.reactions:
            by = self._somebody(said.sender) if said.sender else None
            yield Reacted(str(said.what), by=by, at_ms=stamps.ms(said.at))


def _without_fallback(text: str, content: Fields) -> tuple[str | None, str]:
    """Takes the quote away that older clients write before a reply ("> <@user> words", an empty line, the reply)."""
    relates = Fields(content.value).child("m.relates_to")
    if not text.startswith("> ") or not isinstance(relates.get("m.in_reply_to"), dict):
        return None, text
    lines = text.split("\n")
    quoted = next((at for at, line in enumerate(lines) if not line.startswith("> ")), len(lines))
    if quoted >= len(lines) or lines[quoted]:
        return None, text
    return "\n".join(line[2:] for line in lines[:quoted]), "\n".join(lines[quoted + 1 :])


def _place(uri: str | None, name: str | None) -> Place | None:
    if uri is None or not uri.startswith("geo:") or len(uri) > 200:
        return None
    try:
        latitude, longitude = (float(number) for number in uri[4:].partition(";")[0].split(",")[:2])
    except ValueError:
        return None
    return Place(latitude=latitude, longitude=longitude, name=name) if abs(latitude) <= 90 and abs(longitude) <= 180 else None
