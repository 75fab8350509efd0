"""The portable model as JSON and back, without loss: one object per record, told apart by `type`.

`type` is person, import, conversation, participant or message, whose fields stand in `archive_tables`, or a kind of `archive_work`.
What a newer version added is kept (`extra`, `wasl:beyond`) and written again. Columns have the same encoding (`parts_text` and its like).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import msgspec

from wasl.domain.archive import PLAIN, ArchivePart, Chat, Entry, More, Participant
from wasl.domain.errors import Malformed
from wasl.domain.records import ImportRecord, PersonRecord
from wasl.domain.work import WorkRecord
from wasl.wire.archive_tables import CONVERSATION, ENTRY, IMPORT, MESSAGE_HEAD, MORE, PARTICIPANT, PARTS, PERSON
from wasl.wire.archive_work import TABLES, work_json, work_of
from wasl.wire.read import UNREADABLE
from wasl.wire.record import BEYOND, Json, Record, fields_of, instant, milliseconds, put_beyond, read_fields, wall

_encoder = msgspec.json.Encoder()
_decode = msgspec.json.Decoder().decode
_new_entry = tuple.__new__


class Message(NamedTuple):
    """An entry as a record: with its id and its chat's key."""

    id: str
    chat: str
    entry: Entry


class Drops(NamedTuple):
    """What a file of lines does not hold, counted by name."""

    counts: Mapping[str, int]


ArchiveRecord = PersonRecord | ImportRecord | Chat | Participant | Message | WorkRecord | Drops
_RECORDS: Final[Mapping[str, Record]] = {r.type: r for r in (PERSON, IMPORT, CONVERSATION, PARTICIPANT)}
_TYPES: Final = {PersonRecord: PERSON, ImportRecord: IMPORT, Chat: CONVERSATION, Participant: PARTICIPANT}
DROPS: Final = "drops"
"""The type of the line that says what the lines do not hold."""
_BESIDE: Final = {"import": "profile"}
"""Where a record without `extra` keeps what a newer version added."""


def to_json(value: ArchiveRecord) -> dict[str, Json]:
    """Gives a record as an object; times in it are datetimes, which `json_lines` writes."""
    if isinstance(value, Message):
        return message_json(value.entry, id=value.id, chat=value.chat)
    if isinstance(value, WorkRecord):
        return work_json(value)
    if isinstance(value, Drops):
        return {"type": DROPS, "drops": dict(value.counts)}
    record = _TYPES[type(value)]
    found = record.write(value)
    if isinstance(value, Chat) and value.key == value.id:
        del found["key"]
    return _with_beyond(found, _BESIDE.get(record.type, "extra"), value)


def of_json(value: Json) -> ArchiveRecord:
    """Reads a record. Raises Malformed, also for a type that is not known."""
    kind = value.get("type") if isinstance(value, dict) else None
    if kind == "message":
        return message_of(value)
    if isinstance(kind, str) and kind in TABLES:
        return work_of(value)
    if kind == DROPS:
        drops = value.get("drops")
        return Drops({what: n for what, n in drops.items() if isinstance(n, int)} if isinstance(drops, dict) else {})
    record = _RECORDS.get(kind) if isinstance(kind, str) else None
    if record is None:
        raise Malformed(f"a record of type {kind!r:.60} is not known; it may be of a newer version")
    beyond: dict[str, Json] = {}
    fields = read_fields(value, record.fields, "", beyond)
    if record is CONVERSATION and "key" not in fields:
        if "id" not in fields:
            raise Malformed("/id is missing")
        fields["key"] = fields["id"]
    return record.make(**_keeping(fields, beyond, _BESIDE.get(record.type, "extra")))  # type: ignore[no-any-return]  # a constructor


def message_json(entry: Entry, *, id: str, chat: str) -> dict[str, Json]:
    """Gives an entry as a message record."""
    found: dict[str, Json] = {"type": "message", "id": id, "conversation": chat, "seq": entry.seq}
    if entry.author is not None:
        found["author"] = entry.author
    found["role"] = entry.role
    time: dict[str, Json] = {}
    if entry.wall_ms is not None:
        time["wall"] = wall(entry.wall_ms)
    if entry.instant_ms is not None:
        time["instant"] = instant(entry.instant_ms)
    time["resolution"] = entry.resolution
    found["time"] = time
    if entry.text:
        found["text"] = entry.text
    if entry.parts:
        found["parts"] = PARTS.write(entry.parts)
    source: dict[str, Json] = {}
    if entry.native_id is not None:
        source["native_id"] = entry.native_id
    if entry.source:
        source["file"] = entry.source
    if entry.start is not None:
        source["start"] = entry.start
    if entry.length is not None:
        source["length"] = entry.length
    if entry.pointer is not None:
        source["pointer"] = entry.pointer
    if source:
        found["source"] = source
    if entry.more is PLAIN:
        return found
    fields_of(entry.more, MORE, found)
    return _with_beyond(found, "extra", Message(id, chat, entry))


def message_of(value: dict[str, Json]) -> Message:
    """Reads a message record. Raises Malformed."""
    beyond: dict[str, Json] = {}
    fields = read_fields(value, _MESSAGE, "", beyond)
    id, chat = fields.pop("id"), fields.pop("conversation")
    if beyond:
        fields["extra"] = {**fields.get("extra", {}), BEYOND: beyond}
    more = {name: fields.pop(name) for name in _MORE_NAMES & fields.keys()}
    fields.setdefault("author", None)
    fields.setdefault("text", "")
    fields.setdefault("wall_ms", None)
    fields.setdefault("instant_ms", None)
    return Message(id, chat, Entry(**fields, more=More(**more) if more else PLAIN))


_MESSAGE: Final = (*MESSAGE_HEAD, *ENTRY, *MORE)
_MORE_NAMES: Final = frozenset(f.name for f in MORE)


class _Time(msgspec.Struct, forbid_unknown_fields=True):
    resolution: str
    wall: datetime | None = None
    instant: datetime | None = None
    zone: str | None = None
    received: datetime | None = None
    edited: datetime | None = None
    deleted: datetime | None = None


class _Source(msgspec.Struct, forbid_unknown_fields=True):
    native_id: str | None = None
    file: int = 0
    start: int | None = None
    length: int | None = None
    pointer: str | None = None


class _Line(msgspec.Struct, forbid_unknown_fields=True):
    """A message as the decoder reads it at once; what is rare is read on by the table."""

    type: str
    id: str
    conversation: str
    seq: int
    role: str
    time: _Time
    author: str | None = None
    text: str = ""
    parts: list[Any] | None = None
    source: _Source | None = None
    parent: str | None = None
    thread: str | None = None
    on_behalf_of: str | None = None
    reply_to: Any = None
    edited: bool = False
    deleted: bool = False
    deleted_by: str | None = None
    revisions: Any = None
    reactions: Any = None
    flags: Any = None
    model: Any = None
    delivery: Any = None
    extra: Any = None


_decode_line = msgspec.json.Decoder(_Line).decode
_NO_SOURCE: Final = _Source()


def message_lines(entries: Sequence[Entry], *, ids: Sequence[str], chat: str) -> bytes:
    """Writes entries as lines of JSON."""
    return json_lines([message_json(entry, id=id, chat=chat) for entry, id in zip(entries, ids, strict=True)])


def message_of_line(line: bytes) -> Message:
    """Reads one line that holds a message. Raises Malformed."""
    try:
        found = _decode_line(line)
    except UNREADABLE:
        return _only_message(of_line(line))
    if found.type != "message":
        raise Malformed(f"a record of type {found.type!r:.60} stands where a message should")
    time, source = found.time, found.source or _NO_SOURCE
    shown, known = time.wall, time.instant
    if (shown is not None and shown.tzinfo is not None) or (known is not None and known.tzinfo is None):
        return _only_message(of_line(line))
    beyond: dict[str, Json] = {}
    parts = PARTS.read(found.parts, "/parts", beyond) if found.parts else ()
    more = PLAIN if _is_plain(found, time) else _more_of_line(found, beyond)
    if beyond or more is None:
        return _only_message(of_line(line))
    entry = _new_entry(
        Entry,
        (
            found.author,
            found.role,
            found.text,
            None if shown is None else milliseconds(shown),
            None if known is None else milliseconds(known),
            time.resolution,
            source.native_id,
            parts,
            more,
            source.file,
            source.start,
            source.length,
            source.pointer,
            found.seq,
        ),
    )
    return Message(found.id, found.conversation, entry)


_RARE: Final = tuple((f.place, f.name, f.shape) for f in MORE if "." not in f.place)
_RARE_TIMES: Final = (("received", "received_ms"), ("edited", "edited_ms"), ("deleted", "deleted_ms"))


def _is_plain(found: _Line, time: _Time) -> bool:
    """Says whether a message has nothing rare: most have not, and looking through the table costs more than the rest."""
    return (
        found.reply_to is None
        and found.reactions is None
        and found.delivery is None
        and found.model is None
        and found.extra is None
        and found.flags is None
        and found.revisions is None
        and found.parent is None
        and found.thread is None
        and found.on_behalf_of is None
        and found.deleted_by is None
        and not (found.edited or found.deleted)
        and time.zone is None
        and time.received is None
        and time.edited is None
        and time.deleted is None
    )


def _more_of_line(found: _Line, beyond: dict[str, Json]) -> More | None:
    """Reads what few messages have; None where a time has no zone. Raises Malformed."""
    time = found.time
    fields: dict[str, Any] = {}
    for place, name, shape in _RARE:
        value = getattr(found, place)
        if value is not None and value is not False:
            fields[name] = shape.read(value, f"/{place}", beyond)
    for place, name in _RARE_TIMES:
        at = getattr(time, place)
        if at is not None:
            if at.tzinfo is None:
                return None
            fields[name] = milliseconds(at)
    if time.zone is not None:
        fields["zone"] = time.zone
    return More(**fields) if fields else PLAIN


def of_line(line: bytes) -> ArchiveRecord:
    """Reads one line of JSON. Raises Malformed."""
    return of_json(decoded(line))


def decoded(text: str | bytes) -> Json:
    """Reads JSON, also with half surrogate pairs, which other systems' exports hold. Raises Malformed."""
    try:
        return _decode(text)
    except UNREADABLE as error:
        if b"\\u" not in (text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")):
            raise Malformed(f"it is not JSON ({error})") from error
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"it is not JSON ({error})") from error


def json_lines(records: Iterable[Json]) -> bytes:
    """Writes records as lines of JSON."""
    listed = list(records)
    try:
        return _encoder.encode_lines(listed)
    except UnicodeEncodeError:
        return b"".join(encoded(record) + b"\n" for record in listed)


def encoded(value: Json) -> bytes:
    """Writes one value as JSON; half a surrogate pair is escaped, for UTF-8 has no place for it."""
    try:
        return _encoder.encode(value)
    except UnicodeEncodeError:
        return json.dumps(value, ensure_ascii=True, separators=(",", ":"), default=_plainly).encode()


def parts_text(parts: Sequence[ArchivePart]) -> str:
    """Writes parts as JSON text, for a column."""
    return encoded(PARTS.write(parts)).decode() if parts else "[]"


def parts_of(text: str | bytes) -> tuple[ArchivePart, ...]:
    """Reads what `parts_text` wrote. Raises Malformed."""
    if len(text) == 2:
        return ()
    found: tuple[ArchivePart, ...] = PARTS.read(decoded(text), "", {})
    return found


def more_text(more: More) -> str:
    """Writes what few entries have as JSON text, for a column; of PLAIN it is "{}"."""
    return "{}" if more is PLAIN else encoded(fields_of(more, MORE, {})).decode()


def more_of(text: str | bytes) -> More:
    """Reads what `more_text` wrote. Raises Malformed."""
    if len(text) == 2:
        return PLAIN
    return More(**read_fields(decoded(text), MORE, "", {}))


def participant_text(participant: Participant) -> str:
    """Writes a participant as JSON text, for a column."""
    return encoded(to_json(participant)).decode()


def participant_of(text: str | bytes) -> Participant:
    """Reads what `participant_text` wrote. Raises Malformed."""
    found = of_json(decoded(text))
    if not isinstance(found, Participant):
        raise Malformed(f"a {type(found).__name__} stands where a participant should")
    return found


def chat_text(chat: Chat) -> str:
    """Writes a chat as JSON text, for a column."""
    return encoded(to_json(chat)).decode()


def chat_of(text: str | bytes) -> Chat:
    """Reads what `chat_text` wrote. Raises Malformed."""
    found = of_json(decoded(text))
    if not isinstance(found, Chat):
        raise Malformed(f"a {type(found).__name__} stands where a conversation should")
    return found


def _only_message(record: ArchiveRecord) -> Message:
    if not isinstance(record, Message):
        raise Malformed(f"a {type(record).__name__} stands where a message should")
    return record


def _with_beyond(found: dict[str, Json], name: str, value: ArchiveRecord) -> dict[str, Json]:
    """Puts back what an older Wasl did not know. Something of that name that is not ours stays where it is."""
    extra = found.get(name)
    beyond = extra.get(BEYOND) if extra else None
    if not extra or not isinstance(beyond, dict):
        return found
    whole = {key: inner for key, inner in decoded(encoded(found)).items() if key != name}
    kept = {key: inner for key, inner in extra.items() if key != BEYOND}
    if kept:
        whole[name] = kept
    put_beyond(whole, beyond)
    try:
        return whole if of_json(whole) == value else found
    except Malformed:
        return found


def _keeping(fields: dict[str, Any], beyond: Mapping[str, Json], name: str) -> dict[str, Any]:
    return {**fields, name: {**fields.get(name, {}), BEYOND: dict(beyond)}} if beyond else fields


def _plainly(value: object) -> str:
    """A time as the quick encoder writes it."""
    if isinstance(value, datetime):
        return str(_decode(_encoder.encode(value)))
    raise TypeError(f"{type(value).__name__} is no JSON")
