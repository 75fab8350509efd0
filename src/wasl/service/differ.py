"""Differ: what two archives do not have in common. After a round trip there is nothing to tell.

Records are compared by what they say in JSON, without `seq` (a message put in between counts the later ones anew) and without the
order of conversations. Memory: the digests of the largest conversation, and of what has not met its like yet.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import zip_longest
from typing import Any, Final, Literal, NamedTuple

from wasl.domain.archive import Chat, Participant
from wasl.domain.work import WorkRecord
from wasl.ports.format import Choices, Found, Problem, Progress, Reads, Reject, Restores, RestoresWork, Run
from wasl.wire.archive_json import ArchiveRecord, encoded, message_json, to_json
from wasl.wire.archive_work import work_key
from wasl.wire.bundle import Bundle

SAMPLE_CHARACTERS: Final = 80
_DIGEST_BYTES: Final = 16
_FIELD_BYTES: Final = 4
_NAMED_BY_DIGEST: Final = re.compile(r"(?:^|/)([0-9a-f]{64})\Z")
_NOTHING: Final = b""

Side = Literal["first", "second", "changed"]
Kind = str
"""person, import, conversation, participant, message, file, unreadable, or a kind of the books (`wire.archive_work`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A bundle with the format that reads it."""

    bundle: Bundle
    format: Reads


class Differs(NamedTuple):
    """One thing that is only in the first, only in the second, or in both and not the same; how it begins, where it has words, and
    which of its fields are not the same."""

    side: Side
    kind: Kind
    key: str
    chat: str | None = None
    sample: str = ""
    fields: tuple[str, ...] = ()


class _Seen(NamedTuple):
    kind: Kind
    key: str
    chat: str | None
    digest: bytes
    sample: str
    names: tuple[str, ...] = ()
    digests: bytes = b""


def differ(first: Opened, second: Opened) -> Iterator[Differs | Progress]:
    """Walks both and gives what differs; Progress counts the bytes of both together. Raises Malformed, TooLarge where one cannot be
    read at all. What cannot be read in one of them is told as "unreadable"."""
    for kind in ("people", "imports"):
        yield from _compared(_records(first, kind), _records(second, kind))
    yield from _compared(_files(first), _files(second))
    yield from _walked(first, second)
    yield from _books(first, second)


def _books(first: Opened, second: Opened) -> Iterator[Differs]:
    """Reads the books of both side by side, and forgets what has met its like: what is the same comes in the same order."""
    walks = [iter(()) if not isinstance(one.format, RestoresWork) else one.format.work(one.bundle) for one in (first, second)]
    waiting: list[dict[str, _Seen]] = [{}, {}]
    for pair in zip_longest(*walks):
        for side, record in enumerate(pair):
            if record is None:
                continue
            seen = _seen(record)
            name = f"{seen.kind} {seen.key}"
            other = waiting[1 - side].pop(name, None)
            if other is None:
                waiting[side][name] = seen
            elif other.digest != seen.digest:
                one, two = (seen, other) if side == 0 else (other, seen)
                yield _differs("changed", two)._replace(fields=_changed(one, two))
    yield from (_differs("first", seen) for seen in waiting[0].values())
    yield from (_differs("second", seen) for seen in waiting[1].values())


def _walked(first: Opened, second: Opened) -> Iterator[Differs | Progress]:
    """Reads both side by side, chat by chat, and forgets what has met its like."""
    read = [0, 0]
    streams = [_groups(first, "first"), _groups(second, "second")]
    waiting: list[dict[str, dict[str, _Seen]]] = [{}, {}]
    heads = [next(stream, None) for stream in streams]
    while heads != [None, None]:
        side = _next_side(heads)
        group = heads[side]
        heads[side] = next(streams[side], None)
        if isinstance(group, Differs):
            yield group
        elif isinstance(group, Progress):
            read[side] = group.bytes_read
            yield Progress(sum(read))
        elif group is not None:
            name, seen = group
            mine = waiting[side].setdefault(name, {})
            mine.update(seen)
            other = waiting[1 - side].get(name)
            if other:
                yield from _met(mine, other, mine_first=side == 0)
    yield from (_differs("first", seen) for left in waiting[0].values() for seen in left.values())
    yield from (_differs("second", seen) for left in waiting[1].values() for seen in left.values())


_Group = tuple[str, dict[str, _Seen]] | Differs | Progress


def _next_side(heads: list[_Group | None]) -> int:
    """Says which side to go on with: the one with a word to pass on, else the one whose chat comes first."""
    for side, head in enumerate(heads):
        if isinstance(head, Differs | Progress):
            return side
    names = [head[0] if isinstance(head, tuple) and not isinstance(head, Differs | Progress) else None for head in heads]
    if names[0] is None or names[1] is None:
        return 1 if names[0] is None else 0
    return 0 if names[0] <= names[1] else 1


def _met(mine: dict[str, _Seen], other: dict[str, _Seen], *, mine_first: bool) -> Iterator[Differs]:
    """Takes away what both have, and gives what they have not the same."""
    for key in mine.keys() & other.keys():
        one, two = (mine.pop(key), other.pop(key)) if mine_first else (other.pop(key), mine.pop(key))
        if one.digest != two.digest:
            yield _differs("changed", two)._replace(fields=_changed(one, two))


def _groups(opened: Opened, side: Literal["first", "second"]) -> Iterator[_Group]:
    """Gives the records of a stream by chat: chats with their people one by one, entries a run at a time."""
    for found in opened.format.read(opened.bundle, Choices()):
        if isinstance(found, Run):
            ids = found.ids or [str(entry.seq) for entry in found.entries]
            seen = [
                _noted("message", id, found.chat, message_json(entry._replace(seq=0), id="", chat=""), entry.text)
                for id, entry in zip(ids, found.entries, strict=True)
            ]
            yield f"2 {found.chat}", {one.key: one for one in seen}
        elif isinstance(found, Chat | Participant):
            one = _seen(found)
            yield f"1 {one.chat or one.key}", {f"{one.kind} {one.key}": one}
        else:
            yield from _told(found, side)


def _told(found: Found, side: Literal["first", "second"]) -> Iterator[Differs | Progress]:
    if isinstance(found, Progress):
        yield found
    elif isinstance(found, Reject):
        yield Differs(side, "unreadable", found.where, None, found.why[:SAMPLE_CHARACTERS])
    elif isinstance(found, Problem):
        yield Differs(side, "unreadable", found.where, None, f"{found.kind}: {found.detail}"[:SAMPLE_CHARACTERS])


def _compared(first: Mapping[str, _Seen], second: Mapping[str, _Seen]) -> Iterator[Differs]:
    mine, other = dict(first), dict(second)
    yield from _met(mine, other, mine_first=True)
    yield from (_differs("first", seen) for seen in mine.values())
    yield from (_differs("second", seen) for seen in other.values())


def _records(opened: Opened, kind: str) -> dict[str, _Seen]:
    if not isinstance(opened.format, Restores):
        return {}
    walk = opened.format.people if kind == "people" else opened.format.imports
    return {record.id: _seen(record) for record in walk(opened.bundle)}


def _files(opened: Opened) -> dict[str, _Seen]:
    """Gives the files that bear their digest as a name: their content is what the name says, or reading tells."""
    names = (match[1] for member in opened.bundle.members() if (match := _NAMED_BY_DIGEST.search(member.name)))
    return {name: _Seen("file", name, None, _NOTHING, "") for name in names}


def _seen(record: ArchiveRecord) -> _Seen:
    value = to_json(record)
    if isinstance(record, WorkRecord):
        return _noted(record.kind, work_key(record), None, value, "")
    key = str(value.get("key") if isinstance(record, Chat | Participant) and "key" in value else value["id"])
    chat = record.chat if isinstance(record, Participant) else None
    name = value.get("title") or value.get("name") or (record.name if isinstance(record, Participant) else "")
    return _noted(value["type"], key, chat, value, str(name or ""))


def _noted(kind: Kind, key: str, chat: str | None, value: Mapping[str, Any], sample: str) -> _Seen:
    """Notes a record: a digest of all of it, and a short one of each field, whose names it shares with the records like it."""
    fields = [encoded(held) for held in value.values()]
    names = _shared(tuple(value))
    whole = blake2b(repr(names).encode(), digest_size=_DIGEST_BYTES)
    for field in fields:
        whole.update(len(field).to_bytes(8, "big") + field)
    short = b"".join([blake2b(field, digest_size=_FIELD_BYTES).digest() for field in fields])
    return _Seen(kind, key, chat, whole.digest(), sample[:SAMPLE_CHARACTERS], names, short)


@lru_cache(maxsize=4_096)
def _shared(names: tuple[str, ...]) -> tuple[str, ...]:
    return names


def _changed(one: _Seen, two: _Seen) -> tuple[str, ...]:
    """Names the fields that only one has, or that are not the same."""
    first, second = (
        {name: seen.digests[at * _FIELD_BYTES : (at + 1) * _FIELD_BYTES] for at, name in enumerate(seen.names)} for seen in (one, two)
    )
    return tuple(name for name in dict.fromkeys((*second, *first)) if first.get(name) != second.get(name))


def _differs(side: Side, seen: _Seen) -> Differs:
    return Differs(side, seen.kind, seen.key, seen.chat, seen.sample)
