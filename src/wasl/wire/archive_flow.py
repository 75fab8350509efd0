"""The archive's lines on their way in: records read one by one, entries gathered into batches, what is broken named by its place."""

from collections.abc import Callable, Iterator
from typing import BinaryIO, Final, NamedTuple

from wasl.domain.archive import Chat, Entry, Participant
from wasl.domain.errors import Malformed
from wasl.domain.records import ImportRecord, PersonRecord
from wasl.domain.work import WorkRecord
from wasl.wire.archive_json import ArchiveRecord, Drops, Message, message_of_line, of_line

BATCH_ENTRIES: Final = 1_000
LINE_BYTES_MAX: Final = 64 << 20
"""One record. A longer line is refused by its place, and the next one is read."""
SAMPLE_CHARACTERS: Final = 200
_PIECE_BYTES: Final = 256 << 10
_MESSAGE: Final = b'{"type":"message"'


class Batch(NamedTuple):
    """Entries of one chat that stand together, with their ids."""

    chat: str
    entries: list[Entry]
    ids: list[str]


class Broken(NamedTuple):
    """A line that is no record: its number from 1, its bytes in the file, why, and how it begins."""

    line: int
    start: int
    length: int
    why: str
    sample: str


class Odd(NamedTuple):
    """Something that cost no record: what kind, where, and in words."""

    kind: str
    where: str
    detail: str


Read = Chat | Participant | PersonRecord | ImportRecord | WorkRecord | Batch | Broken | Odd


class Flow:
    """Turns files of lines into chats, participants and batches. It knows what it has seen, so that every entry's chat and author
    were told before it, also where their own lines were lost."""

    def __init__(self) -> None:
        self._chats: set[str] = set()
        self._people: set[tuple[str, str]] = set()
        self._batch = Batch("", [], [])

    def read(self, opener: Callable[[], BinaryIO], *, name: str, tap: Callable[[bytes], object] = len) -> Iterator[Read]:
        """Reads one file. `tap` is given every piece of it (to make a digest of it). Broken bytes of the container end the file, and are
        named."""
        try:
            for number, (start, line, length) in enumerate(lines(opener(), tap=tap), start=1):
                if line is None:
                    yield Broken(number, start, length, f"a line of {length} bytes, more than {LINE_BYTES_MAX}", "")
                    continue
                if not line or line.isspace():
                    continue
                try:
                    record = message_of_line(line) if line.startswith(_MESSAGE) else of_line(line)
                except Malformed as error:
                    yield Broken(
                        number, start, length, error.message, line[: SAMPLE_CHARACTERS * 4].decode(errors="replace")[:SAMPLE_CHARACTERS]
                    )
                    continue
                if type(record) is not Message:
                    yield from self._take(record, name)
                    continue
                _, chat, entry = record
                if (
                    chat != self._batch.chat
                    or len(self._batch.entries) >= BATCH_ENTRIES
                    or (entry.author is not None and (chat, entry.author) not in self._people)
                ):
                    yield from self._turn(chat, entry.author, name)
                self._batch.entries.append(entry)
                self._batch.ids.append(record.id)
        except Malformed as error:
            yield from self.end()
            yield Odd("broken", name, error.message)

    def end(self) -> Iterator[Read]:
        """Gives the batch that is still open."""
        if self._batch.entries:
            yield self._batch
        self._batch = Batch("", [], [])

    def _take(self, record: ArchiveRecord, name: str) -> Iterator[Read]:
        yield from self.end()
        if isinstance(record, Chat):
            self._chats.add(record.key)
        elif isinstance(record, Participant):
            self._people.add((record.chat, record.key))
            yield from self._unknown_chat(record.chat, name)
        if not isinstance(record, Message | Drops):  # what is not there brings nothing
            yield record

    def _turn(self, chat: str, author: str | None, name: str) -> Iterator[Read]:
        """Makes room for an entry: in a batch of its chat that is not full, after its chat and its author were told."""
        if chat != self._batch.chat or len(self._batch.entries) >= BATCH_ENTRIES:
            yield from self.end()
            yield from self._unknown_chat(chat, name)
            self._batch = Batch(chat, [], [])
        if author is not None and (chat, author) not in self._people:
            yield from self._unknown_author(chat, author)

    def _unknown_chat(self, chat: str, name: str) -> Iterator[Read]:
        if chat not in self._chats:
            self._chats.add(chat)
            yield Odd("unknown conversation", name, f"conversation {chat[:SAMPLE_CHARACTERS]!r} is told of nowhere; its messages are kept")
            yield Chat(key=chat, id=chat, kind="direct", origin="")

    def _unknown_author(self, chat: str, author: str) -> Iterator[Read]:
        """Tells of a participant before the entries of theirs, those of others that wait before it."""
        open_ = self._batch
        yield from self.end()
        self._batch = Batch(open_.chat, [], [])
        self._people.add((chat, author))
        yield Participant(chat=chat, key=author)


def lines(
    stream: BinaryIO, *, tap: Callable[[bytes], object] = len, size_max: int = LINE_BYTES_MAX
) -> Iterator[tuple[int, bytes | None, int]]:
    """Walks the lines of a file with their first byte and length, line feed included; None for one that is longer than the limit."""
    at, held, size = 0, list[bytes](), 0
    while piece := stream.read(_PIECE_BYTES):
        tap(piece)
        first, *rest = piece.split(b"\n")
        size += len(first)
        if size <= size_max:
            held.append(first)
        else:
            held.clear()
        if not rest:
            continue
        yield at, (b"".join(held) if size <= size_max else None), size + 1
        at += size + 1
        last = rest.pop()
        for line in rest:
            length = len(line) + 1
            yield at, line, length
            at += length
        held, size = [last], len(last)
    if size:
        yield at, (b"".join(held) if size <= size_max else None), size
