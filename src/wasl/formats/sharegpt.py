"""ShareGPT: conversations as lists of {"from", "value"}, all in one array or one a line; the form of many public data sets.

Described by those who read it (seen November 2026). It holds one linear thread: no times, no ids, no branches.
"""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Final

from wasl.domain.archive import Chat, Entry, More, Role, ToolAsked, ToolGave, Words
from wasl.domain.message import Unknown
from wasl.ports.format import Choices, Found, Gap, Guess, Shape
from wasl.ports.json_reading import Record, Telling, look, participants, runs, take_records, without
from wasl.wire.bundle import Bundle
from wasl.wire.json_gather import HOLE
from wasl.wire.read import text

MEMBERS_LOOKED_AT: Final = 3
_INTO: Final = ("/*/conversations", "/conversations")
_ROLES: Final[Mapping[str, Role]] = {
    "human": "user", "user": "user", "gpt": "assistant", "assistant": "assistant", "chatgpt": "assistant", "bard": "assistant",
    "bing": "assistant", "system": "system", "tool": "tool", "observation": "tool", "function_call": "assistant",
}  # fmt: skip


class ShareGPT:
    """Conversations as people shared them."""

    kind: ClassVar[str] = "sharegpt"
    title: ClassVar[str] = "ShareGPT"

    def sniff(self, bundle: Bundle) -> Guess | None:
        """Looks for lists of turns with `from` and `value`."""
        for name in _members(bundle)[:MEMBERS_LOOKED_AT]:
            found = look(bundle, name)
            if any(found.has(f"{at}/from", f"{at}/value") for at in ("/*/conversations/*", "/conversations/*")):
                return Guess(confidence=0.9, why=f"{name} holds conversations of turns with from and value")
        return None

    def read(self, bundle: Bundle, choices: Choices) -> Iterator[Found]:
        """Walks the conversations."""
        yield Shape("sharegpt", 0.9, {"times": "none"})
        yield from take_records(bundle, _members(bundle), _INTO, _conversation)


def _members(bundle: Bundle) -> list[str]:
    members = bundle.members()
    if len(members) == 1:
        return [members[0].name]
    return [member.name for member in members if "sharegpt" in member.name.lower() and member.name.lower().endswith((".json", ".jsonl"))]


def _conversation(record: Record, telling: Telling) -> Iterator[Found]:
    value = record.value
    turns = value.get("conversations") if isinstance(value, dict) else None
    if not isinstance(turns, list):
        refused = telling.reject(record.place, "it has no list of turns (conversations)", value)
        yield refused._replace(start=record.start, length=record.length)
        return
    native_id = text(value, "id")
    key = f"{telling.source}:{record.place}"
    entries = [_entry(turn, record, telling.source, place) for place, turn in enumerate(turns) if isinstance(turn, dict)]
    extra = without(value, ("id", "conversations"))
    yield Chat(
        key=key, kind="assistant", origin="ShareGPT", native_id=native_id, source=telling.source, pointer=record.pointer, extra=extra
    )
    yield from participants(key, entries, {})
    for place, turn in enumerate(turns):
        if not isinstance(turn, dict) and turn is not HOLE:
            at = f"{record.place} /conversations/{place}" if record.pointer is None else f"{record.pointer}/conversations/{place}"
            yield telling.reject(at, "it is no turn", turn)._replace(start=record.start, length=record.length)
    if not turns and record.start is not None and record.length is not None:
        yield Gap(telling.source, record.start, record.length, "a conversation without turns")
    yield from runs(key, entries)


def _entry(turn: Mapping[str, Any], record: Record, source: int, place: int) -> Entry:
    said = text(turn, "from") or "unknown"
    role = _ROLES.get(said, "service")
    value = turn.get("value")
    words = value if isinstance(value, str) else ""
    parts: tuple[Any, ...] = ()
    if not isinstance(value, str):
        parts = (Unknown(kind="value", value={"value": value}),)
    elif role == "tool":
        parts, words = (ToolGave(content=value),), ""
    elif said == "function_call":
        parts, words = (ToolAsked(name="", input=value),), ""
    elif role == "assistant":
        parts = (Words(text=value, format="markdown"),)
    pointer = None if record.pointer is None else f"{record.pointer}/conversations/{place}"
    extra = without(turn, ("from", "value"))
    author = role if role != "service" else said
    return Entry(author, role, words, None, None, "ms", None, parts, More(extra=extra), source, record.start, record.length, pointer)
