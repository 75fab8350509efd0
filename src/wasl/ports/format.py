"""The contract of a format: how a file of conversations is recognised, read and written.

A format is one file in `formats/` with one class that has a `kind` (the file's name). It opts into Reads, Writes or both, is
pure (no clock, no chance, no file but the Bundle and the output it is given), works on bytes, streams, and needs memory that
does not grow with the file. Every format passes `wasl.testing.contracts.formats`.

What cannot be read is never dropped: it becomes an Entry with an Unknown part, or a Reject with its place. Every byte of a text
source, and every record of a JSON source, is either in an Entry (`start`, `length`, `pointer`), in a Reject, or in a Gap.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO, ClassVar, Literal, NamedTuple, Protocol, runtime_checkable

from wasl.domain.archive import Chat, Entry, File, Participant
from wasl.domain.records import ImportRecord as ImportRecord
from wasl.domain.records import PersonRecord as PersonRecord
from wasl.domain.records import SourceFile as SourceFile
from wasl.domain.work import WorkRecord
from wasl.wire.bundle import Bundle

ENTRIES_PER_RUN = 1_000
"""Entries in one Run, at the most."""
SAMPLE_CHARACTERS_MAX = 200
"""Of what was refused, shown in a report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """How surely a bundle is of a format, from 0 to 1, and why."""

    confidence: float
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the person or the settings decided for one reading.

    `zone` is the IANA zone of a source that names none; `language` the person's; `answers` holds the answers to Questions by
    their id ("day_order": "dmy").
    """

    zone: str | None = None
    language: str | None = None
    answers: Mapping[str, str] = field(default_factory=dict)


class Shape(NamedTuple):
    """What the reader found the source to be: its profile, how sure it is (0 to 1), and facts such as order and zone."""

    profile: str
    confidence: float
    facts: Mapping[str, Any]


class Question(NamedTuple):
    """Something only the person can decide. The reader goes on with `guess`, and marks what hangs on it as ambiguous.

    Known ids: "day_order" (dmy, mdy, ymd), "zone", "self:<chat key>" (which participant brought the chat).
    """

    id: str
    options: tuple[tuple[str, str], ...]
    guess: str | None
    why: str


class Reject(NamedTuple):
    """Something that could not become an entry: where (member, byte offset or JSON pointer, line if there are lines), and why."""

    source: int
    where: str
    why: str
    sample: str = ""
    start: int | None = None
    length: int | None = None


class Gap(NamedTuple):
    """Bytes of a text source that hold no message: a byte order mark, empty lines before the first record."""

    source: int
    start: int
    length: int
    why: str


class Problem(NamedTuple):
    """Something to be told that cost no entry: replaced characters, a repaired tree, an unknown marker that repeats."""

    kind: str
    where: str
    detail: str


class Run(NamedTuple):
    """Entries of one chat, in the source's order; the chat came earlier in the stream.

    `ids` are the ids the entries have in an archive of ours, one each, to be kept; empty where the source is foreign.
    """

    chat: str
    entries: list[Entry]
    ids: Sequence[str] = ()


class Progress(NamedTuple):
    """How many bytes of the bundle's members have been read; sent now and then."""

    bytes_read: int


Found = Shape | Question | Chat | Participant | Run | Reject | Gap | Problem | Progress
"""What reading yields. Shape and Questions come first; a Chat before its Participants and Runs; a Chat or Participant that is
found again with the same key replaces the earlier one (a title that only the end of the file tells)."""


class Format(Protocol):
    """A format, by its kind and its title for people."""

    kind: ClassVar[str]
    title: ClassVar[str]


@runtime_checkable
class Reads(Format, Protocol):
    """A format that can be brought in."""

    def sniff(self, bundle: Bundle) -> Guess | None:
        """Says whether the bundle looks like this format, from names and the first bytes of few members. Must not raise on any
        bundle."""
        ...

    def read(self, bundle: Bundle, choices: Choices) -> Iterator[Found]:
        """Walks everything in the bundle. Total after `sniff` said yes: a broken piece is a Reject and reading goes on; what was
        yielded before stays good. Raises Malformed or TooLarge only when nothing at all can be read, in the first step."""
        ...


@runtime_checkable
class Restores(Reads, Protocol):
    """A format that brings back everything: beside chats and entries (with their ids) also people, imports and kept bytes."""

    def people(self, bundle: Bundle) -> Iterator[PersonRecord]:
        """Walks the people in it. A record that cannot be read is passed over: `read` rejects it by its place."""
        ...

    def imports(self, bundle: Bundle) -> Iterator[ImportRecord]:
        """Walks the imports in it. A record that cannot be read is passed over: `read` rejects it by its place."""
        ...

    def source(self, bundle: Bundle, file: SourceFile) -> Iterator[bytes]:
        """Walks the bytes of a kept source. Raises KeyError when they are not in it, Malformed at the end when they are not what
        their digest says."""
        ...

    def attachment(self, bundle: Bundle, sha256: str) -> Iterator[bytes]:
        """Walks the bytes of a held file. Raises KeyError and Malformed like `source`."""
        ...


@runtime_checkable
class RestoresWork(Restores, Protocol):
    """A format that brings back the books too: verdicts, purposes, costs and the like."""

    def work(self, bundle: Bundle) -> Iterator[WorkRecord]:
        """Walks the records of the books in the order in which they are taken in. What cannot be read is passed over: `read` rejects
        it by its place."""
        ...

    def left(self, bundle: Bundle) -> Mapping[str, int] | None:
        """Gives what the archive says that it does not hold, counted; None for one of a version that carried no books."""
        ...


Scope = Literal["chat", "person", "channel", "installation"]


class Shelf(Protocol):
    """Everything that is to be written, read piece by piece in a stable order: the same content comes in the same order."""

    def people(self) -> Iterator[PersonRecord]:
        """Walks the people in scope, by id."""
        ...

    def chats(self) -> Iterator[Chat]:
        """Walks the chats in scope, by id (`Chat.id` is set, and is also the key). Conversations of ours are chats too."""
        ...

    def participants(self, chat: str) -> Iterator[Participant]:
        """Walks the participants of a chat."""
        ...

    def entries(self, chat: str) -> Iterator[Run]:
        """Walks the entries of a chat by seq; `Entry.seq` counts from 1."""
        ...

    def entry_ids(self, chat: str, run: Run) -> Sequence[str]:
        """Gives the ids of a run's entries."""
        ...

    def imports(self) -> Iterator[ImportRecord]:
        """Walks the imports whose chats are in scope, by id."""
        ...

    def source(self, file: SourceFile) -> Iterator[bytes]:
        """Walks the bytes of a kept source file. Raises KeyError when they are not kept any more."""
        ...

    def attachment(self, sha256: str) -> Iterator[bytes]:
        """Walks the bytes of a file that is held. Raises KeyError when it is not."""
        ...


@runtime_checkable
class HoldsWork(Shelf, Protocol):
    """A shelf with the books of what is on it."""

    def work(self, kind: str) -> Iterator[WorkRecord]:
        """Walks the records of a kind that are in scope, in a fixed order."""
        ...

    def left(self) -> Mapping[str, int]:
        """Counts what leaves in no archive, by name; nothing where only a part of the installation leaves."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is asked of a writer: the scope, the language of what it says, whose export it is, whether other people's names in
    groups are masked, and whether times and ids come as they are. `made_ms` stands for now; leave it out for equal bytes."""

    scope: Scope
    language: str = "en"
    title: str = ""
    mask_others: bool = False
    eastern_digits: bool = False
    made_ms: int | None = None
    generator: str = "Wasl"
    options: Mapping[str, str] = field(default_factory=dict)


class Dropped(NamedTuple):
    """What a format cannot hold, counted: ("reactions", 12)."""

    what: str
    number: int


class Wrote(NamedTuple):
    """What a writer wrote, by kind, and what it dropped."""

    counts: Mapping[str, int]
    dropped: tuple[Dropped, ...]


@runtime_checkable
class Writes(Format, Protocol):
    """A format in which conversations can leave. `suffix` is the file's ending (".zip"), `loses` names what it cannot hold."""

    suffix: ClassVar[str]
    media_type: ClassVar[str]
    loses: ClassVar[tuple[str, ...]]

    def write(self, shelf: Shelf, order: Order, out: BinaryIO) -> Iterator[Progress | Wrote]:
        """Writes everything on the shelf to `out`, forward only (no seek), and yields Progress now and then; the last thing it
        yields is a Wrote. Deterministic: the same shelf and order give the same bytes."""
        ...


@runtime_checkable
class GivesBack(Writes, Protocol):
    """A format whose writer gives a conversation that came in it back as the JSON object it was: the objects stand in a list, or one
    a line, in the order of the chats on the shelf."""

    gives_back: ClassVar[Literal[True]]


def is_omitted(path: str) -> bool:
    """Says whether a path in an export is a sentence in its place: "(File not included …)"."""
    return path.startswith("(") and path.endswith(")")


def files_of(entry: Entry) -> Iterator[File]:
    """Walks the files of an entry."""
    return (part for part in entry.parts if isinstance(part, File))
