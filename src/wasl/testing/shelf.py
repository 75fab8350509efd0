"""A shelf in memory: what a writer of a format is given in tests, made from values or from what a reader found."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from wasl.domain.archive import Chat, Entry, Participant, entry_id, fingerprint
from wasl.domain.ids import uuid7
from wasl.ports.format import ENTRIES_PER_RUN, Found, ImportRecord, PersonRecord, Run, SourceFile

_EPOCH_MS = 1_789_000_000_000


class MemoryShelf:
    """Everything that is to be written, held in memory. Chats get ids in the order in which they are put."""

    def __init__(
        self,
        *,
        people: Sequence[PersonRecord] = (),
        imports: Sequence[ImportRecord] = (),
        sources: Mapping[str, bytes] | None = None,
        attachments: Mapping[str, bytes] | None = None,
    ) -> None:
        self._people = tuple(people)
        self._imports = tuple(imports)
        self._sources = dict(sources or {})
        self._attachments = dict(attachments or {})
        self._chats: dict[str, Chat] = {}
        self._participants: dict[str, dict[str, Participant]] = {}
        self._entries: dict[str, list[Entry]] = {}

    def put(self, chat: Chat, participants: Iterable[Participant] = (), entries: Iterable[Entry] = ()) -> str:
        """Puts a chat on the shelf, and gives its id."""
        chat_id = chat.id or uuid7(unix_ms=_EPOCH_MS + len(self._chats), tail=len(self._chats).to_bytes(10, "big"))
        self._chats[chat_id] = replace(chat, id=chat_id, key=chat_id)
        self._participants[chat_id] = {one.key: replace(one, chat=chat_id) for one in participants}
        self._entries[chat_id] = [entry._replace(seq=seq) for seq, entry in enumerate(entries, start=1)]
        return chat_id

    def people(self) -> Iterator[PersonRecord]:
        """Walks the people."""
        return iter(self._people)

    def chats(self) -> Iterator[Chat]:
        """Walks the chats by id."""
        return iter(self._chats[key] for key in sorted(self._chats))

    def participants(self, chat: str) -> Iterator[Participant]:
        """Walks the participants of a chat."""
        return iter(self._participants[chat].values())

    def entries(self, chat: str) -> Iterator[Run]:
        """Walks the entries of a chat."""
        held = self._entries[chat]
        return (Run(chat, held[at : at + ENTRIES_PER_RUN]) for at in range(0, len(held), ENTRIES_PER_RUN))

    def entry_ids(self, chat: str, run: Run) -> Sequence[str]:
        """Gives ids that hang on the chat, the entry and its place among equals."""
        place = {entry.seq: ordinal for entry, ordinal in _ordinals(self._entries[chat])}
        return [entry_id(entry, salt=chat.encode(), ordinal=place[entry.seq]) for entry in run.entries]

    def imports(self) -> Iterator[ImportRecord]:
        """Walks the imports by id."""
        return iter(sorted(self._imports, key=lambda record: record.id))

    def source(self, file: SourceFile) -> Iterator[bytes]:
        """Walks the bytes of a source. Raises KeyError."""
        return iter((self._sources[file.sha256],))

    def attachment(self, sha256: str) -> Iterator[bytes]:
        """Walks the bytes of a file. Raises KeyError."""
        return iter((self._attachments[sha256],))


def shelf_of(stream: Iterable[Found]) -> MemoryShelf:
    """Puts on a shelf what a reader found; what could not become an entry is not on it."""
    chats: dict[str, Chat] = {}
    participants: dict[str, dict[str, Participant]] = {}
    entries: dict[str, list[Entry]] = {}
    for found in stream:
        if isinstance(found, Chat):
            chats[found.key] = found
            participants.setdefault(found.key, {})
            entries.setdefault(found.key, [])
        elif isinstance(found, Participant):
            participants[found.chat][found.key] = found
        elif isinstance(found, Run):
            entries[found.chat] += found.entries
    shelf = MemoryShelf()
    for key, chat in chats.items():
        shelf.put(chat, participants[key].values(), entries[key])
    return shelf


def _ordinals(entries: Iterable[Entry]) -> Iterator[tuple[Entry, int]]:
    seen: Counter[bytes] = Counter()
    for entry in entries:
        own = fingerprint(entry)
        yield entry, seen[own]
        seen[own] += 1
