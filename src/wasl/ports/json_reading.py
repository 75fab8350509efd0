"""What formats that read JSON share: pieces of a walk told as what reading yields; equal troubles told once, not a thousand times."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO, Final, NamedTuple

from wasl.domain.archive import Entry, Name, Participant, ParticipantRole
from wasl.domain.errors import Malformed
from wasl.ports.format import ENTRIES_PER_RUN, SAMPLE_CHARACTERS_MAX, Found, Gap, Problem, Progress, Reject, Run
from wasl.wire.bundle import Bundle
from wasl.wire.json_gather import Gathered, gather
from wasl.wire.json_outline import OUTLINE_BYTES, Outline, outline
from wasl.wire.json_stream import DEPTH_MAX, Blank, Broken, Element, Piece, Trouble, walk, whole_lines

EXAMPLES_MAX: Final = 5
KINDS_MAX: Final = 200
"""Kinds of troubles told of one source."""
PROGRESS_BYTES: Final = 4 << 20


class Telling:
    """Collects what is to be told of one member of a bundle: every reject, and each kind of trouble once with its number."""

    def __init__(self, source: int) -> None:
        self.source = source
        self._troubles: dict[str, tuple[int, list[str]]] = {}

    def note(self, kind: str, where: str, detail: str = "") -> None:
        """Counts a trouble that cost no entry."""
        if kind not in self._troubles and len(self._troubles) >= KINDS_MAX:
            kind = "others"
        number, examples = self._troubles.get(kind, (0, []))
        if len(examples) < EXAMPLES_MAX:
            examples.append(f"{where} {detail}".strip()[:SAMPLE_CHARACTERS_MAX])
        self._troubles[kind] = (number + 1, examples)

    def reject(self, where: str, why: str, sample: Any = "") -> Reject:
        """Makes a reject; a sample that is no text is written as it prints."""
        shown = sample if isinstance(sample, str) else repr(sample)[:SAMPLE_CHARACTERS_MAX]
        return Reject(self.source, where, why, shown.encode("utf-8", "replace").decode()[:SAMPLE_CHARACTERS_MAX])

    def piece(self, piece: Piece) -> Iterator[Found]:
        """Tells what is to be told of a piece that is no element, and of one that had to be mended."""
        if isinstance(piece, Broken):
            yield self.reject(piece.pointer or "/", f"{piece.why} (at byte {piece.start}, {piece.length} bytes)", piece.sample)
        elif isinstance(piece, Trouble):
            self.note(piece.kind, f"byte {piece.start}", piece.detail)
        elif isinstance(piece, Element):
            for repair in piece.repairs:
                self.note(repair, piece.pointer)

    def problems(self) -> Iterator[Problem]:
        """Tells each kind of trouble with its number and the first examples."""
        for kind, (number, examples) in self._troubles.items():
            yield Problem(kind, examples[0].partition(" ")[0], f"{number} times: " + "; ".join(examples) if number > 1 else examples[0])
        self._troubles.clear()


class Pacing:
    """Tells progress every few megabytes, over several members."""

    def __init__(self) -> None:
        self._before = 0
        self._told = 0

    def at(self, bytes_read: int) -> Iterator[Progress]:
        """Tells progress within the member that is being read, when it is time."""
        if self._before + bytes_read - self._told >= PROGRESS_BYTES:
            self._told = self._before + bytes_read
            yield Progress(self._told)

    def done(self, size_bytes: int) -> Iterator[Progress]:
        """Tells that a member is read."""
        self._before += size_bytes
        self._told = self._before
        yield Progress(self._before)


def runs(chat: str, entries: Sequence[Entry]) -> Iterator[Run]:
    """Cuts the entries of a chat into runs."""
    return (Run(chat, list(entries[at : at + ENTRIES_PER_RUN])) for at in range(0, len(entries), ENTRIES_PER_RUN))


def look(bundle: Bundle, name: str, *, size_bytes: int = OUTLINE_BYTES) -> Outline:
    """Gives the outline of a member; an empty one when it cannot be opened."""
    stream = opened(bundle, name)
    return outline(stream, size_bytes=size_bytes) if stream else Outline()


def opened(bundle: Bundle, name: str) -> BinaryIO | None:
    """Opens a member, None when it is broken or not there."""
    try:
        return bundle.open(name)
    except (KeyError, Malformed, OSError):
        return None


def readable(values: Sequence[Any]) -> str:
    """Joins what is text among the values, each on its line."""
    return "\n".join(v for v in values if isinstance(v, str) and v)


Take = Callable[[Element, Telling], Iterator[Found]]
TakeChat = Callable[[str, Any, Telling], Iterator[Found]]
"""Is given a JSON pointer, the value there, and where to tell."""


def take_elements(bundle: Bundle, names: Sequence[str], into: Sequence[str], take: Take) -> Iterator[Found]:
    """Walks members of a bundle, gives each element to `take`, and tells everything else that is to be told."""
    pacing = Pacing()
    for telling, stream, size_bytes in _streams(bundle, names):
        if stream is None:
            yield telling.reject("", f"{names} cannot be opened")
            continue
        for piece in walk(stream, into):
            yield from telling.piece(piece)
            if isinstance(piece, Element):
                yield from take(piece, telling)
                yield from pacing.at(piece.start + piece.length)
        yield from telling.problems()
        yield from pacing.done(size_bytes)


def take_chats(
    bundle: Bundle, names: Sequence[str], into: Sequence[str], take: TakeChat, *, lists: Sequence[str], depth_max: int = DEPTH_MAX
) -> Iterator[Found]:
    """Walks members of a bundle and gives each conversation to `take`: the items of the arrays at `lists`, or the outermost object.

    `into` are the containers in them whose items are read one by one, so that one that is broken or cut costs only itself.
    """
    pacing = Pacing()
    for telling, stream, size_bytes in _streams(bundle, names):
        if stream is None:
            yield telling.reject("", f"{names} cannot be opened")
            continue
        for piece in gather(walk(stream, into, depth_max=depth_max), lists):
            if isinstance(piece, Gathered):
                yield from take(piece.pointer, piece.value, telling)
                yield from pacing.at(piece.end)
            else:
                yield from telling.piece(piece)
        yield from telling.problems()
        yield from pacing.done(size_bytes)


class Record(NamedTuple):
    """A conversation of a list or of a line: `pointer` is None for a line, of which `start` and `length` are the bytes."""

    value: Any
    place: str
    pointer: str | None
    start: int | None = None
    length: int | None = None


TakeRecord = Callable[[Record, Telling], Iterator[Found]]


def take_records(bundle: Bundle, names: Sequence[str], into: Sequence[str], take: TakeRecord) -> Iterator[Found]:
    """Walks files of records, one a line or all in one array, and gives each record to `take`.

    Of lines all bytes are accounted for, provided that `take` accounts for those of each record.
    """
    pacing = Pacing()
    for name in names:
        if not is_lines(name, look(bundle, name)):
            yield from take_chats(bundle, [name], into, lambda at, value, telling: take(Record(value, at or "/", at), telling), lists=("",))
            continue
        for telling, stream, size_bytes in _streams(bundle, [name]):
            for number, piece in enumerate(whole_lines(stream) if stream else (), start=1):
                if isinstance(piece, Trouble):
                    yield from telling.piece(piece)
                elif isinstance(piece, Blank):
                    yield Gap(telling.source, piece.start, piece.length, "nothing is on the line")
                elif isinstance(piece.value, Broken):
                    sample = piece.value.sample[:SAMPLE_CHARACTERS_MAX]
                    yield Reject(telling.source, f"line {number}", piece.value.why, sample, piece.start, piece.length)
                else:
                    yield from telling.piece(piece.value)
                    yield from take(Record(piece.value.value, f"line {number}", None, piece.start, piece.length), telling)
                    yield from pacing.at(piece.start + piece.length)
            yield from telling.problems()
            yield from pacing.done(size_bytes)


def is_lines(name: str, found: Outline) -> bool:
    """Says whether a file holds one value a line."""
    return name.lower().endswith((".jsonl", ".ndjson")) or (found.texts > 1 and found.kind == "object")


def _streams(bundle: Bundle, names: Sequence[str]) -> Iterator[tuple[Telling, BinaryIO | None, int]]:
    places = {member.name: (place, member.size_bytes) for place, member in enumerate(bundle.members())}
    for name in names:
        place, size_bytes = places[name]
        yield Telling(place), opened(bundle, name), size_bytes


_PEOPLE: Final[Mapping[str, ParticipantRole]] = {"user": "person", "assistant": "assistant", "tool": "tool"}


def participants(chat: str, entries: Iterable[Entry], names: Mapping[str, str]) -> Iterator[Participant]:
    """Tells who takes part in a conversation with an assistant, from its entries: the user is who brought it."""
    roles = {entry.author: entry.role for entry in entries if entry.author is not None}
    for key, role in roles.items():
        called = (Name(names[key]),) if key in names else ()
        is_self = True if role == "user" else None
        yield Participant(chat=chat, key=key, names=called, role=_PEOPLE.get(role, "system"), is_self=is_self)


def without(value: Mapping[str, Any], mapped: Collection[str]) -> dict[str, Any]:
    """Gives what of an object was not mapped, as it was written."""
    return {name: inner for name, inner in value.items() if name not in mapped}


class Keys:
    """Keys of the chats of one stream: one that comes again gets another."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def key(self, wanted: str) -> str:
        """Gives the key, with a number when it was given before."""
        number = self._numbers.get(wanted, 0) + 1
        self._numbers[wanted] = number
        return wanted if number == 1 else f"{wanted}#{number}"
