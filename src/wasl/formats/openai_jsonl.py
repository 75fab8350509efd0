"""OpenAI's chat messages as JSON lines: one conversation a line, as fine-tuning files hold them; also all in one array, or one alone.

The shape is that of the chat completions API, seen November 2026. It holds one linear thread of roles and content: no times, no
authors, no branches, no reactions, no files. Written from a conversation with branches it is the branch that is shown.
"""

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, ClassVar, Final, Literal

from wasl.domain.archive import ArchivePart, Chat, Entry, File, More, Role, Thinking, ToolAsked, ToolGave, Words
from wasl.domain.message import Unknown
from wasl.ports.format import Choices, Dropped, Found, Gap, Guess, Order, Progress, Reject, Shape, Shelf, Wrote
from wasl.ports.json_reading import Record, Telling, is_lines, look, participants, runs, take_records, without
from wasl.wire.bundle import Bundle
from wasl.wire.json_gather import HOLE
from wasl.wire.json_repair import Undecodable, decode
from wasl.wire.json_written import encode
from wasl.wire.losses import Losses
from wasl.wire.read import child, children, text

KEY: Final = "openai_jsonl"
"""Under which `extra` holds what a line or a message had beside what is told of it."""
MEMBERS_LOOKED_AT: Final = 3
_INTO: Final = ("/*/messages", "/messages")
_ROLES: Final[Mapping[str, Role]] = {
    "user": "user", "assistant": "assistant", "system": "system", "developer": "system", "tool": "tool", "function": "tool",
}  # fmt: skip
_OTHERS: Final = ("messageId", "sender_name", "from_id", "uuid", "event_id", "author")


class OpenAIJsonl:
    """Conversations as OpenAI's chat API takes them."""

    kind: ClassVar[str] = "openai_jsonl"
    title: ClassVar[str] = "OpenAI chat JSON lines"
    suffix: ClassVar[str] = ".jsonl"
    gives_back: ClassVar[Literal[True]] = True
    media_type: ClassVar[str] = "application/jsonl"
    loses: ClassVar[tuple[str, ...]] = (
        "authors", "senders", "roles", "ids", "times", "received", "branches", "replies", "threads", "edits", "deletions", "reactions",
        "flags", "models", "deliveries", "extra", "files", "polls", "calls", "places", "contacts", "links", "thinking", "citations",
        "events", "unknown", "spans", "markup", "titles", "chat_ids", "chat_details", "participants", "people", "imports", "sources",
    )  # fmt: skip

    def sniff(self, bundle: Bundle) -> Guess | None:
        """Looks for lists of messages with a role."""
        for name in _members(bundle)[:MEMBERS_LOOKED_AT]:
            found = look(bundle, name)
            for where in ("/messages/*", "/*/messages/*"):
                if found.has(f"{where}/role") and not any(f"{where}/{other}" in found.paths for other in _OTHERS):
                    sure = 0.85 if is_lines(name, found) else 0.6
                    return Guess(confidence=sure, why=f"{name} holds lists of messages with a role")
        return None

    def read(self, bundle: Bundle, choices: Choices) -> Iterator[Found]:
        """Walks the conversations, one a line."""
        yield Shape("openai-chat", 0.85, {"times": "none"})
        yield from take_records(bundle, _members(bundle), _INTO, _conversation)

    def write(self, shelf: Shelf, order: Order, out: BinaryIO) -> Iterator[Progress | Wrote]:
        """Writes a line for each chat: the branch that is shown."""
        losses = Losses(self.loses)
        losses.add("people", sum(1 for _ in shelf.people()))
        for record in shelf.imports():
            losses.add("imports")
            losses.add("sources", len(record.files))
        written = {"chats": 0, "entries": 0}
        size = 0
        for chat in shelf.chats():
            for piece in _line(shelf, chat, losses, written):
                out.write(piece)
                size += len(piece)
            yield Progress(size)
        yield Wrote(written, tuple(Dropped(what, number) for what, number in losses.dropped()))


def _members(bundle: Bundle) -> list[str]:
    members = bundle.members()
    if len(members) == 1:
        return [members[0].name]
    return [member.name for member in members if member.name.lower().endswith((".jsonl", ".ndjson"))]


# -- reading ----------------------------------------------------------------------------------------------------------


def _conversation(record: Record, telling: Telling) -> Iterator[Found]:
    value = record.value
    messages = value.get("messages") if isinstance(value, dict) else None
    if not isinstance(messages, list):
        yield _reject(record, telling, record.place, "it has no list of messages", value)
        return
    key = f"{telling.source}:{record.place}"
    entries, rejects = [], []
    for place, message in enumerate(messages):
        if isinstance(message, dict):
            entries.append(_entry(message, record, telling.source, place))
        elif message is not HOLE:
            at = f"{record.place} /messages/{place}" if record.pointer is None else f"{record.pointer}/messages/{place}"
            rejects.append(_reject(record, telling, at, "it is no message", message))
    beside = without(value, ("messages",))
    extra = {KEY: beside} if beside else {}
    yield Chat(key=key, kind="assistant", origin="OpenAI", source=telling.source, pointer=record.pointer, extra=extra)
    yield from participants(key, entries, {})
    yield from rejects
    if not messages and record.start is not None and record.length is not None:
        yield Gap(telling.source, record.start, record.length, "a conversation without messages")
    yield from runs(key, entries)


def _reject(record: Record, telling: Telling, where: str, why: str, sample: Any) -> Reject:
    return telling.reject(where, why, sample)._replace(start=record.start, length=record.length)


def _entry(message: dict[str, Any], record: Record, source: int, place: int) -> Entry:
    said = text(message, "role") or "unknown"
    role = _ROLES.get(said, "service")
    parts = list(_parts(message, role))
    words = "\n".join(part.text for part in parts if isinstance(part, Words) and part.text)
    if len(parts) == 1 and isinstance(parts[0], Words) and parts[0].format == "plain":
        parts = []
    held = without(message, ("content",)) if message.get("content") == words and words else message
    extra = {} if held == {"role": role} else {KEY: held}
    author = text(message, "name") or (role if role != "service" else said)
    pointer = None if record.pointer is None else f"{record.pointer}/messages/{place}"
    more = More(extra=extra)
    return Entry(author, role, words, None, None, "ms", None, tuple(parts), more, source, record.start, record.length, pointer)


def _parts(message: Mapping[str, Any], role: Role) -> Iterator[ArchivePart]:
    thought = text(message, "reasoning_content") or text(message, "reasoning")
    if thought:
        yield Thinking(text=thought)
    content = message.get("content")
    if role == "tool" and content is not None:
        yield ToolGave(answers=text(message, "tool_call_id") or text(message, "name"), content=content)
    elif isinstance(content, str):
        if content:
            yield Words(text=content, format="markdown" if role == "assistant" else "plain")
    elif isinstance(content, list):
        for piece in content:
            yield _piece(piece, role)
    elif content is not None:
        yield Unknown(kind="content", value={"content": content})
    refusal = text(message, "refusal")
    if refusal:
        yield Words(text=refusal)
    for call in children(message, "tool_calls"):
        about = child(call, "function")
        yield ToolAsked(name=text(about, "name") or "", id=text(call, "id"), input=_arguments(about.get("arguments")))
    old = child(message, "function_call")
    if text(old, "name"):
        yield ToolAsked(name=old["name"], input=_arguments(old.get("arguments")))


def _piece(piece: Any, role: Role) -> ArchivePart:
    kind = text(piece, "type") if isinstance(piece, dict) else None
    if kind in ("text", "input_text", "output_text") and isinstance(piece.get("text"), str):
        return Words(text=piece["text"], format="markdown" if role == "assistant" else "plain")
    if kind == "image_url":
        url = text(child(piece, "image_url"), "url")
        inside = url is not None and url.startswith("data:")
        reason = "its bytes are in the source, inside the message" if inside else "only its address is in the source"
        return File(role="photo", state="omitted", source_ref=None if inside else url, reason=reason)
    return Unknown(kind=kind or "content", value=piece if isinstance(piece, dict) else {"content": piece})


def _arguments(written: Any) -> Any:
    """Gives the arguments of a call as JSON where they are, else as they were written."""
    if not isinstance(written, str):
        return written
    try:
        value, repairs = decode(written.encode("utf-8", "surrogatepass"))
    except Undecodable:
        return written
    return written if repairs else value


# -- writing ----------------------------------------------------------------------------------------------------------


def _line(shelf: Shelf, chat: Chat, losses: Losses, written: dict[str, int]) -> Iterator[bytes]:
    held = chat.extra.get(KEY)
    beside = dict(held) if isinstance(held, Mapping) else {}
    if not beside:
        losses.chat(chat)
    for one in shelf.participants(str(chat.id)):
        losses.participant(one)
    shown = _shown(shelf, chat)
    head = encode(beside)
    yield head[:-1] + (b"," if beside else b"") + b'"messages":['
    written["chats"] += 1
    first = True
    for run in shelf.entries(str(chat.id)):
        for entry in run.entries:
            if shown is not None and entry.native_id not in shown:
                losses.add("branches")
                continue
            yield (b"" if first else b",") + encode(_message(entry, losses))
            written["entries"] += 1
            first = False
    yield b"]}\n"


def _shown(shelf: Shelf, chat: Chat) -> set[str | None] | None:
    """Gives the ids of the branch that is shown; None where there are no branches to choose from."""
    if chat.active_leaf is None:
        return None
    above = {entry.native_id: entry.more.parent for run in shelf.entries(str(chat.id)) for entry in run.entries if entry.native_id}
    if chat.active_leaf not in above:
        return None
    path: set[str | None] = set()
    here: str | None = chat.active_leaf
    while here in above and here not in path:
        path.add(here)
        here = above[here]
    return path


def _message(entry: Entry, losses: Losses) -> dict[str, Any]:
    held = entry.more.extra.get(KEY)
    if isinstance(held, Mapping) and "role" in held:
        return dict(held) if "content" in held or not entry.text else {**held, "content": entry.text}
    losses.entry(entry)
    role = "system" if entry.role == "service" else entry.role
    message: dict[str, Any] = {"role": role, "content": entry.text}
    if role == "tool":
        gave = next((part for part in entry.parts if isinstance(part, ToolGave)), None)
        if gave is not None:
            message["content"] = gave.content if isinstance(gave.content, str | list) else encode(gave.content).decode()
            message["tool_call_id"] = gave.answers or ""
    calls = [part for part in entry.parts if isinstance(part, ToolAsked)]
    if calls and role == "assistant":
        message["tool_calls"] = [
            {
                "id": part.id or f"call_{place}",
                "type": "function",
                "function": {"name": part.name, "arguments": part.input if isinstance(part.input, str) else encode(part.input).decode()},
            }
            for place, part in enumerate(calls)
        ]
    return message
