"""Portable values to columns and back, the same for every store: parts, what is more, chats, participants, import records.

Only what differs from a field's default is written: most entries have nothing but words.
"""

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import Any, TypeVar

import msgspec

from wasl.domain.archive import (
    PLAIN,
    Answering,
    ArchivePart,
    ByModel,
    Chat,
    Citation,
    Entry,
    File,
    Happening,
    More,
    Participant,
    Passage,
    PhoneCall,
    Poll,
    Reacted,
    Revision,
    Thinking,
    ToolAsked,
    ToolGave,
    WebLink,
    Words,
)
from wasl.domain.findable import brought_words
from wasl.domain.message import Contact, Place, Unknown
from wasl.ports.format import ImportRecord

Value = TypeVar("Value")

_PARTS: Mapping[str, type[ArchivePart]] = {
    "words": Words,
    "file": File,
    "place": Place,
    "contact": Contact,
    "poll": Poll,
    "call": PhoneCall,
    "link": WebLink,
    "thinking": Thinking,
    "tool_call": ToolAsked,
    "tool_result": ToolGave,
    "citation": Citation,
    "event": Happening,
    "unknown": Unknown,
}
_MORE: Mapping[str, Any] = {
    "reply_to": Answering,
    "reactions": tuple[Reacted, ...],
    "flags": frozenset[str],
    "model": ByModel,
    "deliveries": tuple[Passage, ...],
}
_HALVES = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
_NUL = "\\u0000"
"""How JSON writes what no database holds."""
_read_chat = msgspec.json.Decoder(Chat).decode
_read_participant = msgspec.json.Decoder(Participant).decode
_read_record = msgspec.json.Decoder(ImportRecord).decode
_encode = msgspec.json.encode
_decode = msgspec.json.decode


@cache
def _defaults(kind: Any) -> tuple[tuple[str, Any], ...]:
    return tuple(
        (f.name, MISSING if f.name == "type" else f.default_factory() if f.default_factory is not MISSING else f.default)
        for f in fields(kind)
    )


def _lean(value: Any) -> Any:
    """Gives a dataclass without the fields that are as by default; its type stays."""
    if not is_dataclass(value):
        return value
    kind: Any = type(value)
    found = ((name, getattr(value, name), default) for name, default in _defaults(kind))
    return {name: v for name, v, default in found if default is MISSING or v != default}


def sound(text: str) -> str:
    """Gives a text without what no database holds: U+0000 and halves of surrogate pairs become U+FFFD."""
    if "\0" not in text:
        try:
            text.encode()
        except UnicodeEncodeError:
            pass
        else:
            return text
    return text.replace("\0", "\ufffd").translate(_HALVES)


def sound_value(value: Any) -> Any:
    """Gives plain values, values of the domain and what holds them with every text made sound."""
    match value:
        case str():
            return sound(value)
        case Mapping():
            return {sound_value(k): sound_value(v) for k, v in value.items()}
        case tuple() if hasattr(value, "_fields"):
            return type(value)(*(sound_value(v) for v in value))
        case tuple() | list() | frozenset():
            return type(value)(sound_value(v) for v in value)
    if is_dataclass(value) and not isinstance(value, type):
        changed = {f.name: sound_value(getattr(value, f.name)) for f in fields(value) if f.init}
        return type(value)(**changed)
    return value


def _text(value: Any) -> str:
    return _encode(value).decode()


def parts_json(parts: tuple[ArchivePart, ...]) -> str | None:
    """Writes an entry's parts; None for plain words."""
    if not parts:
        return None
    try:
        text = _text([_lean(p) for p in parts])
    except UnicodeEncodeError:
        text = _NUL
    return _text([_lean(p) for p in sound_value(parts)]) if _NUL in text else text


def parts_from(text: str | None) -> tuple[ArchivePart, ...]:
    """Reads what `parts_json` wrote."""
    return () if text is None else tuple(_part(value) for value in _decode(text))


def _part(value: Any) -> ArchivePart:
    kind = _PARTS.get(value.get("type"))
    if kind is None:  # written by a later version
        return Unknown(kind=str(value.get("type")), value=value)
    found: ArchivePart = msgspec.convert(value, kind)
    return found


def more_json(more: More) -> str | None:
    """Writes what is more; None for nothing."""
    if more is PLAIN or more == PLAIN:
        return None
    try:
        text = _text(_more_value(more))
    except UnicodeEncodeError:
        text = _NUL
    return _text(_more_value(sound_value(more))) if _NUL in text else text


def _more_value(more: More) -> Any:
    value = _lean(more)
    if more.revisions:
        value["revisions"] = [(r.at_ms, [_lean(p) for p in r.parts], r.by, r.known) for r in more.revisions]
    if more.flags:
        value["flags"] = sorted(more.flags)
    return value


def more_from(text: str | None) -> More:
    """Reads what `more_json` wrote."""
    if text is None:
        return PLAIN
    value = _decode(text)
    for name, kind in _MORE.items():
        if name in value:
            value[name] = msgspec.convert(value[name], kind)
    if "revisions" in value:
        value["revisions"] = tuple(Revision(at, tuple(map(_part, parts)), by, known) for at, parts, by, known in value["revisions"])
    return More(**value)


def chat_json(chat: Chat) -> str:
    """Writes a chat."""
    return _text(_lean(chat))


def chat_from(text: str) -> Chat:
    """Reads what `chat_json` wrote."""
    return _read_chat(text)


def participant_json(participant: Participant) -> str:
    """Writes a participant."""
    return _text(_lean(participant))


def participant_from(text: str) -> Participant:
    """Reads what `participant_json` wrote."""
    return _read_participant(text)


class Told:
    """Reads what is told of chats and participants, each once: the hits of one search are mostly of the same few."""

    def __init__(self) -> None:
        self._origins: dict[str, str] = {}
        self._names: dict[str, str] = {}

    def origin(self, chat: str) -> str:
        """Gives where a chat comes from."""
        if chat not in self._origins:
            self._origins[chat] = chat_from(chat).origin
        return self._origins[chat]

    def name(self, participant: str | None) -> str | None:
        """Gives how somebody is called."""
        if not participant:
            return None
        if participant not in self._names:
            self._names[participant] = participant_from(participant).name
        return self._names[participant]


def record_json(record: ImportRecord) -> str:
    """Writes an import's record."""
    return _text(_lean(record))


def record_from(text: str) -> ImportRecord:
    """Reads what `record_json` wrote."""
    return _read_record(text)


def entry_from(row: Any) -> Entry:
    """Reads an Entry from the columns that ENTRY_COLUMNS names, in their order."""
    parts, more = row[7], row[8]
    read = parts_from(parts) if parts else (), more_from(more) if more else PLAIN
    return Entry._make((*row[:7], *read, *row[9:14]))


def words_of_row(text: str, parts: str | None, more: str | None) -> str:
    """Gives what an entry is found by, of its columns."""
    if parts is None and more is None:
        return text
    return brought_words(text, parts_from(parts), more_from(more))


ENTRY_COLUMNS = "author, role, text, wall_ms, instant_ms, resolution, native_id, parts, more, source, start, length, pointer, seq"
"""What `entry_from` reads: the fields of an Entry in their order."""
