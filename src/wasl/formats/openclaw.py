"""OpenClaw's transcripts: one JSON line for each event of a session, a tree by `parentId`; sessions.json beside them names the channel.

To July 2026 these are files (`sessions/<id>.jsonl`, deleted ones `*.jsonl.deleted.<time>`). Since 2026.8.1 the same lines are in SQLite
(`transcript_events.event_json`), which this reader does not open: bring the lines, one a row, as a .jsonl file.
Described by three readers, September 2026.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Final

from wasl.domain.archive import ArchivePart, ByModel, Chat, Entry, File, Happening, More, Role, Thinking, ToolAsked, ToolGave, Words
from wasl.domain.message import Unknown
from wasl.ports.format import ENTRIES_PER_RUN, Choices, Found, Gap, Guess, Reject, Shape
from wasl.ports.json_reading import Pacing, Telling, look, opened, participants, runs, without
from wasl.wire.bundle import Bundle
from wasl.wire.instant import instant_ms
from wasl.wire.json_stream import Blank, Broken, Element, Trouble, walk, whole_lines
from wasl.wire.read import child, text

MEMBERS_LOOKED_AT: Final = 4
_SESSION: Final = re.compile(r".*\.jsonl(\.deleted\.[^/]*)?", re.IGNORECASE)
_ROLES: Final[Mapping[str, Role]] = {"user": "user", "assistant": "assistant", "toolResult": "tool", "system": "system"}
_EVENTS: Final = frozenset({"model_change", "thinking_level_change", "compaction", "custom"})
_MAPPED: Final = frozenset({"type", "id", "parentId", "timestamp", "message"})


class OpenClaw:
    """Sessions of an OpenClaw agent."""

    kind: ClassVar[str] = "openclaw"
    title: ClassVar[str] = "OpenClaw"

    def sniff(self, bundle: Bundle) -> Guess | None:
        """Looks for a line that opens a session, or messages that name their parent."""
        for name in _members(bundle)[:MEMBERS_LOOKED_AT]:
            found = look(bundle, name)
            if (
                found.kind == "object"
                and found.has("/type", "/id", "/timestamp")
                and (found.paths["/type"] == "session" or found.has("/parentId", "/message"))
            ):
                return Guess(confidence=0.9, why=f"{name} holds the events of a session")
        return None

    def read(self, bundle: Bundle, choices: Choices) -> Iterator[Found]:
        """Walks the sessions, one a file."""
        yield Shape("openclaw", 0.9, {"times": "some", "zone": "UTC"})
        names = _channels(bundle)
        places = {member.name: (place, member.size_bytes) for place, member in enumerate(bundle.members())}
        pacing = Pacing()
        for name in _members(bundle):
            place, size_bytes = places[name]
            yield from _Session(place, names).read(bundle, name)
            yield from pacing.done(size_bytes)


def _members(bundle: Bundle) -> list[str]:
    members = bundle.members()
    if len(members) == 1:
        return [members[0].name]
    return [member.name for member in members if _SESSION.fullmatch(member.name)]


def _channels(bundle: Bundle) -> dict[str, str]:
    """Gives the key of each session, which names its channel, from sessions.json."""
    found: dict[str, str] = {}
    for member in bundle.members():
        if member.name.rpartition("/")[2] != "sessions.json":
            continue
        stream = opened(bundle, member.name)
        for piece in walk(stream) if stream else ():
            if isinstance(piece, Element) and isinstance(piece.key, str) and isinstance(piece.value, dict):
                own = text(piece.value, "sessionId")
                if own:
                    found[own] = piece.key
    return found


class _Session:
    """One file as it is read, event by event; a parent is one that came before."""

    def __init__(self, place: int, names: Mapping[str, str]) -> None:
        self._telling = Telling(place)
        self._names = names
        self._key = f"session-{place}"
        self._head: dict[str, Any] = {}
        self._seen: set[str] = set()
        self._authors: set[str | None] = set()
        self._entries: list[Entry] = []
        self._leaf: str | None = None
        self._told = False

    def read(self, bundle: Bundle, name: str) -> Iterator[Found]:
        """Walks the file."""
        telling = self._telling
        stream = opened(bundle, name)
        for number, piece in enumerate(whole_lines(stream) if stream else (), start=1):
            if isinstance(piece, Trouble):
                yield from telling.piece(piece)
            elif isinstance(piece, Blank):
                yield Gap(telling.source, piece.start, piece.length, "nothing is on the line")
            elif isinstance(piece.value, Broken):
                why, sample = piece.value.why, piece.value.sample
                yield Reject(telling.source, f"line {number}", why, sample, piece.start, piece.length)
            else:
                yield from telling.piece(piece.value)
                yield from self._event(piece.value.value, f"line {number}", piece.start, piece.length)
        yield from self._flush()
        if self._told or self._head:
            yield self._chat()
        yield from telling.problems()

    def _event(self, event: Any, where: str, start: int, length: int) -> Iterator[Found]:
        if not isinstance(event, dict):
            yield self._telling.reject(where, "it is no event", event)._replace(start=start, length=length)
            return
        if event.get("type") == "session" and not self._head:
            self._head = event
            yield Gap(self._telling.source, start, length, "the line that opens the session")
            return
        if not self._told:
            self._told = True
            yield self._chat()
        own = text(event, "id")
        if own is not None and own in self._seen:
            self._telling.note("id-twice", where, own)
            own = None
        parent = text(event, "parentId")
        if parent is not None and parent not in self._seen:
            self._telling.note("missing-parent", where, parent)
            parent = None
        if own is not None:
            self._seen.add(own)
            self._leaf = own
        self._entries.append(_entry(event, own, parent, self._telling.source, start, length))
        if len(self._entries) == ENTRIES_PER_RUN:
            yield from self._flush()

    def _flush(self) -> Iterator[Found]:
        new = [entry for entry in self._entries if entry.author not in self._authors]
        yield from participants(self._key, new, {})
        self._authors |= {entry.author for entry in new}
        yield from runs(self._key, self._entries)
        self._entries = []

    def _chat(self) -> Chat:
        own = text(self._head, "id")
        channel = self._names.get(own or "")
        return Chat(
            key=self._key,
            kind="assistant",
            origin="OpenClaw",
            title=channel,
            native_id=own,
            created_ms=instant_ms(self._head.get("timestamp")),
            active_leaf=self._leaf,
            source=self._telling.source,
            extra={**without(self._head, ("type", "id", "timestamp")), **({"session": channel} if channel else {})},
        )


def _entry(event: Mapping[str, Any], own: str | None, parent: str | None, source: int, start: int, length: int) -> Entry:
    message = child(event, "message")
    said = text(message, "role") or "unknown"
    role = _ROLES.get(said, "service") if event.get("type") == "message" else "service"
    parts = list(_parts(event, message, role))
    words = "\n".join(part.text for part in parts if isinstance(part, Words) and part.text)
    if len(parts) == 1 and isinstance(parts[0], Words) and parts[0].format == "plain":
        parts = []
    model, usage = text(message, "model"), message.get("usage")
    by = None
    if model and role == "assistant":
        held = usage if isinstance(usage, dict) else None
        by = ByModel(name=model, provider=text(message, "provider"), usage=held, finish=text(message, "stopReason"))
    when = instant_ms(event.get("timestamp"))
    flags = frozenset({"hidden"}) if role == "service" else frozenset[str]()
    more = More(parent=parent, model=by, flags=flags, extra=without(event, _MAPPED))
    author = None if role == "service" else role
    return Entry(author, role, words, when, when, "ms", own, tuple(parts), more, source, start, length)


def _parts(event: Mapping[str, Any], message: Mapping[str, Any], role: Role) -> Iterator[ArchivePart]:
    kind = text(event, "type") or "unknown"
    if kind in _EVENTS:
        yield Happening(kind=kind, after=text(event, "modelId") or text(event, "summary"))
        return
    content = message.get("content")
    if kind != "message" or not isinstance(event.get("message"), dict):
        yield Unknown(kind=kind, value=dict(event))
    elif role == "tool":
        failed = message.get("isError") is True
        yield ToolGave(answers=text(message, "toolCallId"), content=content, error=failed)
    elif isinstance(content, str):
        yield Words(text=content, format="markdown" if role == "assistant" else "plain")
    elif isinstance(content, list):
        for piece in content:
            yield _piece(piece, role)
    else:
        yield Unknown(kind="content", value={"content": content})


def _piece(piece: Any, role: Role) -> ArchivePart:
    kind = text(piece, "type") if isinstance(piece, dict) else None
    if kind == "text" and isinstance(piece.get("text"), str):
        return Words(text=piece["text"], format="markdown" if role == "assistant" else "plain")
    if kind == "thinking" and isinstance(piece.get("thinking"), str):
        return Thinking(text=piece["thinking"])
    if kind == "toolCall":
        return ToolAsked(name=text(piece, "name") or "", id=text(piece, "id"), input=piece.get("arguments"))
    if kind == "image":
        reason = "its bytes are in the source, inside the message"
        return File(role="photo", state="omitted", media_type=text(piece, "mimeType"), reason=reason)
    return Unknown(kind=kind or "content", value=piece if isinstance(piece, dict) else {"content": piece})
