"""Open WebUI's chat export: an array of chats, each a tree of messages (`chat.history`), or in older ones a list; and the same written.

Seen in exports of 2024 to September 2026 (`chat-export-<ms>.json`). The shown path leads from `history.currentId` upward; several models
that answered one prompt are siblings. `chat.messages` is that path told again. An unchanged chat leaves as it came.
"""

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, ClassVar, Final, Literal

from wasl.domain.archive import ByModel, Chat, Entry, More, Role, Words
from wasl.ports.format import Choices, Dropped, Found, Guess, Order, Progress, Shape, Shelf, Wrote
from wasl.ports.json_reading import Keys, Telling, look, participants, runs, take_chats, without
from wasl.wire.bundle import Bundle
from wasl.wire.chat_tree import UNSAID, settle
from wasl.wire.instant import instant_ms
from wasl.wire.json_gather import HOLE
from wasl.wire.json_stream import escape
from wasl.wire.json_written import encode
from wasl.wire.losses import Losses
from wasl.wire.openwebui_content import parts_of
from wasl.wire.plural import so_many
from wasl.wire.read import child, text

KEY: Final = "openwebui"
"""Under which `extra` holds what a chat or a message had beside what is told of it."""
LINEAR: Final = "wasl_linear"
"""Beside a chat that has no branches where it comes from: reading it again gives none."""
NOT_HELD: Final = "wasl_not_held"
"""In a chat's `meta`, which is free for any JSON (Open WebUI's import form, seen November 2026): what of it is not in the file, counted."""
_INTO: Final = ("/*/chat/history/messages", "/*/chat/messages", "/chat/history/messages", "/chat/messages")
_ROLES: Final[Mapping[str, Role]] = {"user": "user", "assistant": "assistant", "system": "system", "tool": "tool"}


class OpenWebUI:
    """Chats of an Open WebUI installation."""

    kind: ClassVar[str] = "openwebui"
    title: ClassVar[str] = "Open WebUI"
    suffix: ClassVar[str] = ".json"
    gives_back: ClassVar[Literal[True]] = True
    media_type: ClassVar[str] = "application/json"
    loses: ClassVar[tuple[str, ...]] = (
        "authors", "senders", "roles", "wall_clock", "resolution", "zones", "received", "replies", "threads", "edits", "deletions",
        "reactions", "flags", "models", "deliveries", "extra", "files", "polls", "calls", "places", "contacts", "links", "thinking",
        "tools", "citations", "events", "unknown", "spans", "markup", "chat_details", "participants", "people", "imports", "sources",
    )  # fmt: skip

    def sniff(self, bundle: Bundle) -> Guess | None:
        """Looks for chats with a history, or with a list of messages, inside `chat`."""
        members = bundle.members()
        for member in members if len(members) == 1 else [m for m in members if "chat-export" in m.name][:3]:
            found = look(bundle, member.name)
            for at in ("/*", ""):
                if f"{at}/chat/history" in found.paths or found.has(f"{at}/chat/messages", f"{at}/chat/models"):
                    return Guess(confidence=0.95, why=f"the chats in {member.name} have chat.history")
        return None

    def read(self, bundle: Bundle, choices: Choices) -> Iterator[Found]:
        """Walks the chats."""
        yield Shape("openwebui", 0.95, {"times": "some", "zone": "UTC"})
        keys = Keys()
        members = bundle.members()
        names = [m.name for m in members if len(members) == 1 or "chat-export" in m.name]

        def take(pointer: str, value: Any, telling: Telling) -> Iterator[Found]:
            yield from _chat(value, pointer, telling, keys)

        yield from take_chats(bundle, names, _INTO, take, lists=("",))

    def write(self, shelf: Shelf, order: Order, out: BinaryIO) -> Iterator[Progress | Wrote]:
        """Writes an array of chats."""
        losses = Losses(self.loses)
        losses.add("people", sum(1 for _ in shelf.people()))
        for record in shelf.imports():
            losses.add("imports")
            losses.add("sources", len(record.files))
        counts, size = {"chats": 0, "entries": 0}, 0
        out.write(b"[")
        for chat in shelf.chats():
            out.write(b",\n" if counts["chats"] else b"")
            counts["chats"] += 1
            for piece in _row(shelf, chat, losses, counts):
                out.write(piece)
                size += len(piece)
            yield Progress(size)
        out.write(b"]")
        yield Wrote(counts, tuple(Dropped(what, number) for what, number in losses.dropped()))


# -- reading ----------------------------------------------------------------------------------------------------------


def _chat(value: Any, pointer: str, telling: Telling, keys: Keys) -> Iterator[Found]:
    inner = child(value, "chat") if isinstance(value, dict) else {}
    history = child(inner, "history")
    tree, flat = history.get("messages"), inner.get("messages")
    listed = not isinstance(tree, dict) or (not tree and isinstance(flat, list) and bool(flat))
    if listed and not isinstance(flat, list):
        yield telling.reject(pointer or "/", "it is no chat: it has neither a history nor a list of messages", value)
        return
    found: Mapping[str, Any] = {str(n): m for n, m in enumerate(flat or ())} if listed else tree or {}
    where = f"{pointer}/chat/messages" if listed else f"{pointer}/chat/history/messages"
    good = {name: message for name, message in found.items() if isinstance(message, dict)}
    linear = listed or value.get(LINEAR) is True
    settled = settle(
        {name: None if linear else _parent(message) for name, message in good.items()},
        None if linear else {name: _children(message) for name, message in good.items()},
    )
    for trouble, which in settled.troubles.items():
        telling.note(trouble, pointer or "/", f"{so_many(len(which), 'message')}, such as {which[0]!r}")
    order = tuple(good) if linear else settled.order
    entries = []
    for name in order:
        own = text(good[name], "id") if listed else name
        entries.append(_entry(good[name], own, settled.parents[name], f"{where}/{escape(name)}", telling.source))
    native_id = text(value, "id")
    key = keys.key(native_id or f"{telling.source}:{pointer}")
    leaf = text(history, "currentId")
    yield _told(value, key, native_id, pointer, telling.source, None if linear else leaf if leaf in good else _last(entries), listed)
    yield from participants(key, entries, {})
    for name, message in found.items():
        if not isinstance(message, dict) and message is not HOLE:
            yield telling.reject(f"{where}/{escape(name)}", "it is no message", message)
    yield from runs(key, entries)


def _told(value: Mapping[str, Any], key: str, native_id: str | None, pointer: str, source: int, leaf: str | None, listed: bool) -> Chat:
    inner = child(value, "chat")
    head = dict(value)
    head["chat"] = dict(inner)
    if listed:
        head["chat"].pop("messages", None)
    else:
        head["chat"]["history"] = without(child(inner, "history"), ("messages",))
        if inner.get("messages") == _path(child(inner, "history")):
            head["chat"]["messages"] = None
    tags = child(value, "meta").get("tags")
    labels = tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else ()
    models = inner.get("models")
    return Chat(
        key=key,
        kind="assistant",
        origin="Open WebUI",
        title=text(value, "title") or text(inner, "title"),
        native_id=native_id,
        created_ms=instant_ms(value.get("created_at")) or instant_ms(inner.get("timestamp")),
        updated_ms=instant_ms(value.get("updated_at")),
        active_leaf=leaf,
        state="archived" if value.get("archived") is True else "open",
        labels=(*(("pinned",) if value.get("pinned") is True else ()), *labels),
        settings={"models": models} if isinstance(models, list) and models else {},
        source=source,
        pointer=pointer,
        extra={KEY: {"head": head, "listed": listed}},
    )


def _path(history: Mapping[str, Any]) -> list[Any]:
    """Gives the messages of the branch that is shown, the first one first."""
    messages = child(history, "messages")
    here, path, seen = history.get("currentId"), [], set[str]()
    while isinstance(here, str) and here in messages and here not in seen and isinstance(messages[here], dict):
        seen.add(here)
        path.append(messages[here])
        here = messages[here].get("parentId")
    return path[::-1]


def _entry(message: dict[str, Any], own: str | None, parent: str | None, pointer: str, source: int) -> Entry:
    said = text(message, "role") or "unknown"
    role = _ROLES.get(said, "service")
    parts = list(parts_of(message, role))
    words = "\n".join(part.text for part in parts if isinstance(part, Words) and part.text)
    if len(parts) == 1 and isinstance(parts[0], Words) and parts[0].format == "plain":
        parts = []
    held = without(message, ("content",)) if words and message.get("content") == words else message
    model = text(message, "model")
    usage = message.get("usage")
    by = ByModel(name=model, usage=usage if isinstance(usage, dict) else None) if model and role == "assistant" else None
    when = instant_ms(message.get("timestamp"))
    author = role if role != "service" else said
    more = More(parent=parent, model=by, extra={KEY: held})
    return Entry(author, role, words, when, when, "s", own, tuple(parts), more, source, None, None, pointer)


def _parent(message: Mapping[str, Any]) -> str | None:
    parent = message.get("parentId", UNSAID)
    return parent if parent is None or isinstance(parent, str) else UNSAID


def _children(message: Mapping[str, Any]) -> list[str]:
    named = message.get("childrenIds")
    return [name for name in named if isinstance(name, str)] if isinstance(named, list) else []


def _last(entries: list[Entry]) -> str | None:
    return entries[-1].native_id if entries else None


# -- writing ----------------------------------------------------------------------------------------------------------


def _row(shelf: Shelf, chat: Chat, losses: Losses, counts: dict[str, int]) -> Iterator[bytes]:
    held = chat.extra.get(KEY)
    if isinstance(held, Mapping) and isinstance(held.get("head"), Mapping):
        yield encode(_own(shelf, chat, held, counts))
        return
    before = losses.counts() if counts["chats"] > 1 else {}  # the first tells what is lost of the whole file, too
    losses.chat(chat)
    for one in shelf.participants(str(chat.id)):
        losses.participant(one)
    names, parents, leaf = _tree(shelf, chat)
    below: dict[str | None, list[str]] = {}
    for name, parent in zip(names, parents, strict=True):
        below.setdefault(parent, []).append(name)
    row: dict[str, Any] = {
        "id": chat.native_id or chat.id,
        "user_id": "",
        "title": chat.title,
        "created_at": _seconds(chat.created_ms),
        "updated_at": _seconds(chat.updated_ms),
        "share_id": None,
        "archived": chat.state == "archived",
        "pinned": False,
        "folder_id": None,
    }
    yield encode(row if chat.active_leaf else {**row, LINEAR: True})[:-1]
    yield b',"chat":' + encode({"title": chat.title, "models": [], "params": {}, "tags": [], "timestamp": chat.created_ms})[:-1]
    yield b',"history":' + encode({"currentId": leaf})[:-1] + b',"messages":{'
    above = dict(zip(names, parents, strict=True))
    for place, entry in enumerate(_entries(shelf, chat)):
        losses.entry(entry)
        counts["entries"] += 1
        name = names[place]
        yield (b"," if place else b"") + encode({name: _made(entry, name, above[name], below.get(name, []))})[1:-1]
    yield b'}},"messages":['
    shown: set[str] = set()
    here = leaf
    while here is not None and here not in shown:
        shown.add(here)
        here = above.get(here)
    comma = b""
    for place, entry in enumerate(_entries(shelf, chat)):
        name = names[place]
        if name in shown:
            yield comma + encode(_made(entry, name, above[name], below.get(name, [])))
            comma = b","
    yield b']},"meta":' + encode({NOT_HELD: dict(losses.dropped(since=before))}) + b"}"


def _own(shelf: Shelf, chat: Chat, held: Mapping[str, Any], counts: dict[str, int]) -> dict[str, Any]:
    """Gives a chat that came from Open WebUI as it was."""
    head = dict(held["head"])
    inner = dict(child(head, "chat"))
    found: dict[str, Any] = {}
    for entry in _entries(shelf, chat):
        counts["entries"] += 1
        kept = entry.more.extra.get(KEY)
        message = dict(kept) if isinstance(kept, Mapping) else _made(entry, str(entry.native_id), entry.more.parent, [])
        if "content" not in message and entry.text:
            message["content"] = entry.text
        found[str(entry.native_id) if held.get("listed") is not True else str(len(found))] = message
    if held.get("listed") is True:
        inner["messages"] = list(found.values())
    else:
        inner["history"] = {**child(inner, "history"), "messages": found}
        if "messages" in inner and inner["messages"] is None:
            inner["messages"] = _path(inner["history"])
    return {**head, "chat": inner}


def _tree(shelf: Shelf, chat: Chat) -> tuple[list[str], list[str | None], str | None]:
    """Gives a name and a parent for each entry, and the last one that is shown."""
    names: list[str] = []
    said: list[str | None] = []
    taken: set[str] = set()
    for run in shelf.entries(str(chat.id)):
        for entry, own_id in zip(run.entries, shelf.entry_ids(str(chat.id), run), strict=True):
            name = entry.native_id if entry.native_id and entry.native_id not in taken else own_id
            taken.add(name)
            names.append(name)
            said.append(entry.more.parent)
    chain: list[str | None] = [None, *names]
    branching = any(said) or chat.active_leaf is not None
    parents = [parent if parent in taken else None for parent in said] if branching else chain[: len(names)]
    leaf = chat.active_leaf if chat.active_leaf in taken else None
    return names, parents, leaf or (names[-1] if names else None)


def _entries(shelf: Shelf, chat: Chat) -> Iterator[Entry]:
    return (entry for run in shelf.entries(str(chat.id)) for entry in run.entries)


def _made(entry: Entry, name: str, parent: str | None, below: list[str]) -> dict[str, Any]:
    role = "system" if entry.role == "service" else entry.role
    when = entry.instant_ms if entry.instant_ms is not None else entry.wall_ms
    message: dict[str, Any] = {"id": name, "parentId": parent, "childrenIds": below, "role": role, "content": entry.text}
    message["timestamp"] = _seconds(when)
    if entry.more.model and entry.more.model.name:
        message["model"] = entry.more.model.name
    return {**message, "done": True} if role == "assistant" else message


def _seconds(ms: int | None) -> int | float | None:
    return None if ms is None else ms // 1_000 if ms % 1_000 == 0 else ms / 1_000
