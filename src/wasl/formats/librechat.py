"""LibreChat's conversation export: one conversation a file, its messages as a list or, exported recursively, as a tree of children
(in `messagesTree`, or in `messages` whose members have `children`).

Read from the producer's description in exports.md section 12 (source of 2024 to September 2026). `branches: false` means that only the
shown path was written. The export does not say which branch was shown; the last message in the file is taken.
"""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Final

from wasl.domain.archive import ArchivePart, ByModel, Chat, Entry, File, More, Role, Thinking, ToolAsked, ToolGave, Words
from wasl.domain.message import Unknown
from wasl.ports.format import ENTRIES_PER_RUN, Choices, Found, Guess, Shape
from wasl.ports.json_reading import Pacing, Telling, look, opened, participants, runs, take_chats, without
from wasl.wire.bundle import Bundle, Member
from wasl.wire.chat_tree import UNSAID, keys_of, native, settle
from wasl.wire.instant import instant_ms
from wasl.wire.json_gather import HOLE
from wasl.wire.json_stream import Element, walk
from wasl.wire.openwebui_content import json_or_text
from wasl.wire.plural import so_many
from wasl.wire.read import child, children, text, whole

TREE_LEVELS_MAX: Final = 490
"""Messages one under another in a recursive export that are read one by one."""
_TREES: Final = ("messagesTree", "messages")
_INTO: Final = tuple(f"/{name}" + "/*/children" * TREE_LEVELS_MAX for name in _TREES)
_ROOT: Final = "00000000-0000-0000-0000-000000000000"
_CHAT_MAPPED: Final = frozenset({"conversationId", "title", "messages", "messagesTree"})
_MAPPED: Final = frozenset({"messageId", "parentMessageId", "createdAt", "children", "isCreatedByUser", "model", "endpoint"})


class LibreChat:
    """A conversation of a LibreChat installation."""

    kind: ClassVar[str] = "librechat"
    title: ClassVar[str] = "LibreChat"

    def sniff(self, bundle: Bundle) -> Guess | None:
        """Looks for a conversation id beside messages."""
        for member in [m for m in bundle.members() if m.name.lower().endswith(".json") or len(bundle.members()) == 1][:4]:
            found = look(bundle, member.name)
            if "/conversationId" in found.paths and ("/messages" in found.paths or "/messagesTree" in found.paths):
                return Guess(confidence=0.95, why=f"{member.name} has a conversationId and its messages")
            if found.has("/messages/*/messageId", "/messages/*/isCreatedByUser"):
                return Guess(confidence=0.9, why=f"the messages in {member.name} have a messageId")
        return None

    def read(self, bundle: Bundle, choices: Choices) -> Iterator[Found]:
        """Walks the conversations, one a file: a list as it comes, a tree of children as a whole."""
        yield Shape("librechat", 0.95, {"times": "some", "zone": "UTC"})
        members = bundle.members()

        def take(pointer: str, value: Any, telling: Telling) -> Iterator[Found]:
            if pointer or not isinstance(value, dict) or not any(isinstance(value.get(name), list) for name in _TREES):
                yield telling.reject(pointer or "/", "it is no conversation: it has no messages", value)
            else:
                yield from _conversation(value, telling)

        for place, member in enumerate(members):
            if len(members) > 1 and not member.name.lower().endswith(".json"):
                continue
            found = look(bundle, member.name)
            if found.has("/messagesTree") or found.has("/messages/*/children"):
                yield from take_chats(bundle, [member.name], _INTO, take, lists=("",))
            else:
                yield from _Listed(place).read(bundle, member)


class _Listed:
    """A conversation whose messages are a list: read as they come, parents before their children. A parent that did not come before is
    told, and stays in `extra`."""

    def __init__(self, place: int) -> None:
        self._telling = Telling(place)
        self._head: dict[str, Any] = {}
        self._seen: set[str] = set()
        self._authors: set[str | None] = set()
        self._entries: list[Entry] = []
        self._leaf: str | None = None
        self._told = False

    def read(self, bundle: Bundle, member: Member) -> Iterator[Found]:
        """Walks the file."""
        telling, pacing = self._telling, Pacing()
        stream = opened(bundle, member.name)
        for piece in walk(stream, ("/messages",)) if stream else ():
            yield from telling.piece(piece)
            if not isinstance(piece, Element):
                continue
            if piece.within == "/messages":
                yield from self._message(piece)
            elif isinstance(piece.key, str):
                self._head[piece.key] = piece.value
            else:
                yield telling.reject(piece.pointer, "it is no conversation: it has no messages", piece.value)
            yield from pacing.at(piece.start)
        yield from self._flush()
        if not self._told and "messages" in self._head:
            yield telling.reject("/messages", "they are no list of messages", self._head.pop("messages"))
        if self._head or self._told:
            yield _chat(self._head, telling.source, self._leaf)
        yield from telling.problems()
        yield from pacing.done(member.size_bytes)

    def _message(self, piece: Element) -> Iterator[Found]:
        if not self._told:
            self._told = True
            yield _chat(self._head, self._telling.source, None)
        message = piece.value
        if not isinstance(message, dict):
            yield self._telling.reject(piece.pointer, "it is no message", message)
            return
        key = text(message, "messageId")
        if key is None or key in self._seen:
            self._telling.note("no-id-of-its-own", piece.pointer, str(key))
            key = "\x00"
        parent = _parent(message)
        if parent is not None and parent not in self._seen:
            self._telling.note("missing-parent", piece.pointer, repr(message.get("parentMessageId"))[:80])
            parent, message = None, {**message, "parentBefore": message.get("parentMessageId")}
        entry = _entry(message, key, parent, piece.pointer, self._telling.source)
        if entry.native_id is not None:
            self._seen.add(entry.native_id)
            self._leaf = entry.native_id
        self._entries.append(entry)
        if len(self._entries) == ENTRIES_PER_RUN:
            yield from self._flush()

    def _flush(self) -> Iterator[Found]:
        key = _key(self._telling.source)
        new = [entry for entry in self._entries if entry.author not in self._authors]
        yield from participants(key, new, {})
        self._authors |= {entry.author for entry in new}
        yield from runs(key, self._entries)
        self._entries = []


def _key(source: int) -> str:
    return f"conversation-{source}"


def _chat(value: Mapping[str, Any], source: int, leaf: str | None) -> Chat:
    model = text(child(value, "options"), "model")
    return Chat(
        key=_key(source),
        kind="assistant",
        origin="LibreChat",
        title=text(value, "title"),
        native_id=text(value, "conversationId"),
        active_leaf=leaf,
        settings={"model": model} if model else {},
        source=source,
        pointer="",
        extra=without(value, _CHAT_MAPPED),
    )


def _conversation(value: Mapping[str, Any], telling: Telling) -> Iterator[Found]:
    found = list(_flat(value))
    good = [(pointer, message, above) for pointer, message, above in found if isinstance(message, dict)]
    names = keys_of([text(message, "messageId") for _, message, _ in good])
    at = {pointer: name for name, (pointer, _, _) in zip(names, good, strict=True)}
    parents = {}
    for name, (_, message, above) in zip(names, good, strict=True):
        parents[name] = at[above] if above is not None else _parent(message)
    settled = settle(parents)
    for trouble, which in settled.troubles.items():
        telling.note(trouble, "/", f"{so_many(len(which), 'message')}, such as {which[0]!r}")
    by_name = dict(zip(names, good, strict=True))
    entries = [_entry(by_name[name][1], name, settled.parents[name], by_name[name][0], telling.source) for name in settled.order]
    key = _key(telling.source)
    yield _chat(value, telling.source, native(settled.order[-1]) if settled.order else None)
    yield from participants(key, entries, {})
    for pointer, message, _ in found:
        if not isinstance(message, dict) and message is not HOLE:
            yield telling.reject(pointer, "it is no message", message)
    yield from runs(key, entries)


def _flat(value: Mapping[str, Any]) -> Iterator[tuple[str, Any, str | None]]:
    """Walks all messages of a tree: the pointer, the message, the pointer of the message it hangs on."""
    waiting: list[tuple[str, Any, str | None]] = []
    for name in _TREES:
        tree = value.get(name)
        waiting += [(f"/{name}/{place}", message, None) for place, message in enumerate(tree)] if isinstance(tree, list) else []
    waiting.reverse()
    while waiting:
        pointer, message, above = waiting.pop()
        yield pointer, message, above
        below = message.get("children") if isinstance(message, dict) else None
        if isinstance(below, list):
            waiting += [(f"{pointer}/children/{place}", inner, pointer) for place, inner in reversed(list(enumerate(below)))]


def _parent(message: Mapping[str, Any]) -> str | None:
    parent = message.get("parentMessageId", UNSAID)
    if parent is None or parent == _ROOT:
        return None
    return parent if isinstance(parent, str) else UNSAID


def _entry(message: Mapping[str, Any], key: str, parent: str | None, pointer: str, source: int) -> Entry:
    by_user = message.get("isCreatedByUser")
    sender = text(message, "sender") or "unknown"
    role: Role = "user" if by_user is True else "assistant" if by_user is False else "service"
    author = role if role != "service" else sender
    parts = list(_parts(message, role))
    words = "\n".join(part.text for part in parts if isinstance(part, Words) and part.text)
    if len(parts) == 1 and isinstance(parts[0], Words) and parts[0].format == "plain":
        parts = []
    extra = without(message, _MAPPED)
    if extra.get("text") == words:
        extra.pop("text")
    if "content" in extra and isinstance(extra["content"], list):
        extra.pop("content")
    below = message.get("children")
    if below is not None and not isinstance(below, list):
        extra["children"] = below
    model, endpoint = text(message, "model"), text(message, "endpoint")
    when = instant_ms(message.get("createdAt"))
    more = More(parent=native(parent), model=ByModel(name=model, provider=endpoint) if model and role == "assistant" else None, extra=extra)
    return Entry(author, role, words, when, when, "ms", native(key), tuple(parts), more, source, None, None, pointer)


def _parts(message: Mapping[str, Any], role: Role) -> Iterator[ArchivePart]:
    content = message.get("content")
    said = False
    for piece in content if isinstance(content, list) else []:
        for part in _piece(piece, role):
            said = said or isinstance(part, Words)
            yield part
    flat = text(message, "text")
    if flat and not said:
        yield Words(text=flat, format="markdown" if role == "assistant" else "plain")
    if content is not None and not isinstance(content, list):
        yield Unknown(kind="content", value={"content": content})
    for name in ("files", "attachments"):
        for item in children(message, name):
            yield _file(item)


def _piece(piece: Any, role: Role) -> Iterator[ArchivePart]:
    kind = text(piece, "type") if isinstance(piece, dict) else None
    held = piece.get(kind) if kind else None
    value = text(held, "value") if isinstance(held, dict) else held
    if kind == "text" and isinstance(value, str):
        yield Words(text=value, format="markdown" if role == "assistant" else "plain")
    elif kind == "think" and isinstance(value, str):
        yield Thinking(text=value)
    elif kind == "tool_call" and isinstance(held, dict):
        own = text(held, "id")
        yield ToolAsked(name=text(held, "name") or "", id=own, input=json_or_text(held.get("args")))
        if held.get("output") is not None:
            yield ToolGave(answers=own, content=held["output"])
    elif kind == "image_file" and isinstance(held, dict):
        yield _file(held)
    elif kind == "error" and isinstance(value, str):
        yield ToolGave(content=value, error=True)
    else:
        yield Unknown(kind=kind or "content", value=piece if isinstance(piece, dict) else {"content": piece})


def _file(item: Mapping[str, Any]) -> File:
    kind = text(item, "type")
    size = whole(item, "bytes")
    return File(
        role="photo" if (kind or "").startswith("image/") or whole(item, "width") else "document",
        state="omitted",
        name=text(item, "filename"),
        media_type=kind if kind and "/" in kind else None,
        size_bytes=size if size is not None and 0 <= size < 1 << 53 else None,
        source_ref=text(item, "file_id") or text(item, "filepath"),
        reason="not in the export",
    )
