"""Claude's data export: conversations.json by itself or in the zip (large accounts get several), with projects and memories beside it.

Seen in exports of 2024 to September 2026. Newer ones name each message's parent (`parent_message_uuid`): then branches are known; without
it the list is flat and its order is kept. The export does not say which model answered, nor which branch was shown last; it holds
the text of attachments and not their bytes. Projects and memories are no conversations: they stay in the kept source and are told.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Final

from wasl.domain.archive import (
    ArchivePart,
    Chat,
    Citation,
    Entry,
    File,
    More,
    Role,
    Span,
    Thinking,
    ToolAsked,
    ToolGave,
    Words,
)
from wasl.domain.message import Unknown
from wasl.ports.format import Choices, Found, Guess, Shape
from wasl.ports.json_reading import Keys, Telling, look, participants, runs, take_chats, without
from wasl.wire.bundle import Bundle
from wasl.wire.chat_tree import UNSAID, keys_of, native, settle
from wasl.wire.instant import instant_ms
from wasl.wire.json_gather import HOLE
from wasl.wire.plural import so_many
from wasl.wire.read import children, text, whole

MEMBERS_LOOKED_AT: Final = 3
_FILES: Final = re.compile(r"(?:.*/)?(conversations|projects|memories)[^/]*\.json", re.IGNORECASE)
_ROLES: Final[Mapping[str, Role]] = {"human": "user", "assistant": "assistant"}
_CHAT_MAPPED: Final = frozenset({"uuid", "name", "created_at", "updated_at", "chat_messages"})
_MAPPED: Final = frozenset({"uuid", "sender", "created_at", "parent_message_uuid", "content"})
_INTO: Final = ("/*/chat_messages", "/conversations/*/chat_messages", "/chat_messages")
_ROOT: Final = "00000000-0000-"
"""Beginning of the id that stands for no parent."""


class ClaudeExport:
    """Conversations with Claude."""

    kind: ClassVar[str] = "claude_export"
    title: ClassVar[str] = "Claude"

    def sniff(self, bundle: Bundle) -> Guess | None:
        """Looks for conversations with `chat_messages`."""
        for name in _members(bundle)[:MEMBERS_LOOKED_AT]:
            found = look(bundle, name)
            if any(f"{where}/chat_messages" in found.paths for where in ("/*", "/conversations/*", "")):
                return Guess(confidence=0.95, why=f"the conversations in {name} have chat_messages")
        return None

    def read(self, bundle: Bundle, choices: Choices) -> Iterator[Found]:
        """Walks the conversations."""
        yield Shape("claude", 0.95, {"times": "some", "zone": "UTC"})
        keys = Keys()
        names = [member.name.rpartition("/")[2].lower() for member in bundle.members()]

        def take(pointer: str, value: Any, telling: Telling) -> Iterator[Found]:
            about = names[telling.source]
            if about.startswith(("projects", "memories")):
                telling.note(about.partition(".")[0], pointer, _named(value))
            elif pointer or "chat_messages" in value:
                yield from _conversation(value, pointer, telling, keys)

        yield from take_chats(bundle, _members(bundle), _INTO, take, lists=("", "/conversations"))


def _members(bundle: Bundle) -> list[str]:
    """Conversations first, then what lies beside them; a lone file is taken as it is."""
    members = bundle.members()
    named = [(found[1].lower() != "conversations", m.name) for m in members if (found := _FILES.fullmatch(m.name))]
    if not named and len(members) == 1:
        return [members[0].name]
    return [name for _, name in sorted(named, key=lambda pair: pair[0])]


def _named(value: Any) -> str:
    name = text(value, "name") if isinstance(value, dict) else None
    docs = sum(1 for _ in children(value, "docs")) if isinstance(value, dict) else 0
    beside = f" with {so_many(docs, 'document')}" if docs else ""
    return f"{name or 'without a name'}{beside}: kept with the source, no conversation"


def _conversation(value: Any, pointer: str, telling: Telling, keys: Keys) -> Iterator[Found]:
    messages = value.get("chat_messages") if isinstance(value, dict) else None
    if not isinstance(messages, list):
        yield telling.reject(pointer or "/", "it is no conversation: it has no list of messages (chat_messages)", value)
        return
    native_id = text(value, "uuid")
    key = keys.key(native_id or f"{telling.source}:{pointer}")
    good = [(place, message) for place, message in enumerate(messages) if isinstance(message, dict)]
    names = keys_of([text(message, "uuid") for _, message in good])
    for name, (place, message) in zip(names, good, strict=True):
        if native(name) is None:
            telling.note("no-id-of-its-own", f"{pointer}/chat_messages/{place}", str(message.get("uuid")))
    tree = any("parent_message_uuid" in message for _, message in good)
    parents = {name: _parent(message) if tree else None for name, (_, message) in zip(names, good, strict=True)}
    settled = settle(parents)
    for trouble, which in settled.troubles.items():
        telling.note(trouble, pointer or "/", f"{so_many(len(which), 'message')}, such as {which[0]!r}")
    at = dict(zip(names, good, strict=True))
    entries = [
        _entry(at[name][1], name, settled.parents[name], f"{pointer}/chat_messages/{at[name][0]}", telling.source) for name in settled.order
    ]
    leaf = text(value, "current_leaf_message_uuid") or (native(settled.order[-1]) if tree and entries else None)
    yield Chat(
        key=key,
        kind="assistant",
        origin="Claude",
        title=text(value, "name"),
        native_id=native_id,
        created_ms=instant_ms(value.get("created_at")),
        updated_ms=instant_ms(value.get("updated_at")),
        active_leaf=leaf if leaf in parents else None,
        source=telling.source,
        pointer=pointer,
        extra=without(value, _CHAT_MAPPED),
    )
    yield from participants(key, entries, {"assistant": "Claude"})
    for place, message in enumerate(messages):
        if not isinstance(message, dict) and message is not HOLE:
            yield telling.reject(f"{pointer}/chat_messages/{place}", "it is no message", message)
    yield from runs(key, entries)


def _sender(message: Mapping[str, Any]) -> str:
    return text(message, "sender") or "unknown"


def _parent(message: Mapping[str, Any]) -> str | None:
    if "parent_message_uuid" not in message:
        return UNSAID
    parent = text(message, "parent_message_uuid")
    return None if parent is None or parent.startswith(_ROOT) else parent


def _entry(message: Mapping[str, Any], key: str, parent: str | None, pointer: str, source: int) -> Entry:
    sender = _sender(message)
    role = _ROLES.get(sender, "service")
    author = role if role != "service" else sender
    parts = list(_parts(message, role))
    words = "\n".join(part.text for part in parts if isinstance(part, Words) and part.text)
    if len(parts) == 1 and isinstance(parts[0], Words) and parts[0].format == "plain":
        parts = []
    extra = without(message, _MAPPED)
    if extra.get("text") == words:
        extra.pop("text")
    for name in ("files", "attachments", "updated_at"):
        if extra.get(name) == [] or (name == "updated_at" and extra.get(name) == message.get("created_at")):
            extra.pop(name, None)
    when = instant_ms(message.get("created_at"))
    more = More(parent=native(parent), extra=extra)
    return Entry(author, role, words, when, when, "ms", native(key), tuple(parts), more, source, None, None, pointer)


def _parts(message: Mapping[str, Any], role: Role) -> Iterator[ArchivePart]:
    content = message.get("content")
    blocks = content if isinstance(content, list) else []
    before = 0
    for block in blocks:
        for part in _block(block, role, before):
            yield part
            before += len(part.text) + 1 if isinstance(part, Words) and part.text else 0
    flat = text(message, "text")
    if flat and not before:
        yield Words(text=flat, format="markdown" if role == "assistant" else "plain")
    if content is not None and not isinstance(content, list):
        yield Unknown(kind="content", value={"content": content})
    for item in children(message, "attachments"):
        yield File(
            role="document",
            state="omitted",
            name=text(item, "file_name"),
            media_type=text(item, "file_type"),
            size_bytes=_size(item),
            reason="the export holds its text, not its bytes" if text(item, "extracted_content") else "not in the export",
        )
    for item in children(message, "files"):
        yield File(
            role="document", state="omitted", name=text(item, "file_name"), source_ref=text(item, "file_uuid"), reason="not in the export"
        )


def _block(block: Any, role: Role, before: int) -> Iterator[ArchivePart]:
    kind = text(block, "type") if isinstance(block, dict) else None
    if kind == "text" and isinstance(block.get("text"), str):
        yield Words(text=block["text"], format="markdown" if role == "assistant" else "plain")
        yield from _citations(block, block["text"], before)
    elif kind == "thinking" and isinstance(block.get("thinking"), str):
        yield Thinking(text=block["thinking"], signature=text(block, "signature"))
    elif kind == "tool_use" and text(block, "name"):
        yield ToolAsked(name=block["name"], id=text(block, "id"), input=block.get("input"))
    elif kind == "tool_result":
        yield ToolGave(answers=text(block, "tool_use_id"), content=block.get("content"), error=block.get("is_error") is True)
    else:
        yield Unknown(kind=kind or "content", value=block if isinstance(block, dict) else {"content": block})


def _citations(block: Mapping[str, Any], words: str, before: int) -> Iterator[Citation]:
    for item in children(block, "citations"):
        details = item.get("details")
        target = text(item, "url") or (text(details, "url") if isinstance(details, dict) else None)
        start, end = whole(item, "start_index"), whole(item, "end_index")
        if target:
            inside = start is not None and end is not None and 0 <= start < end <= len(words)
            span = Span(before + start, before + end, "citation") if inside and start is not None and end is not None else None
            yield Citation(target=target, title=text(item, "title"), span=span)


def _size(item: Mapping[str, Any]) -> int | None:
    size = whole(item, "file_size")
    return size if size is not None and 0 <= size < 1 << 53 else None
