"""The contract of the library: imported chats, the sources they came from, and the search over everything that was said.

A part of every store, in the same database: `store.library`. Live messages are indexed by the store in the commit that stores them;
entries of imported chats in the commit that adds them. Everything raises StoreDown like Store.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, Protocol

from wasl.domain.archive import Chat, Entry, Participant
from wasl.domain.ids import AddressId, ConversationId, PersonId
from wasl.ports.format import ImportRecord

SEARCH_LIMIT_MAX = 100
"""Hits given at once."""

ImportState = Literal["reading", "waiting", "done", "stopped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """An import as it stands. `owner` is the conversation (identity) that brought it: linking and unlinking move it along.

    `key` is the vault's name for its sources; `address_id` the address from which it was brought, where that is known: a split of
    this address takes it along.
    """

    record: ImportRecord
    owner: ConversationId
    state: ImportState
    key: str
    bytes_read: int = 0
    bytes_total: int = 0
    address_id: AddressId | None = None


class RawBody(NamedTuple):
    """A stored request whose words stand in no conversation yet."""

    id: int
    received_ms: int
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldChat:
    """An imported chat as a list shows it."""

    id: str
    owner: ConversationId
    chat: Chat
    import_id: str
    format: str
    entries: int
    first_ms: int | None
    last_ms: int | None
    last_text: str
    participants: tuple[Participant, ...] = ()


class Mark(NamedTuple):
    """One stored entry as a later import compares with it: where it stands, its minute, its fingerprint, and a fingerprint of
    its words alone (`domain.archive.words_print`)."""

    seq: int
    minute: int | None
    fingerprint: bytes
    words: bytes
    native_id: str | None


class Shelved(NamedTuple):
    """What adding entries did."""

    added: int
    changed: int


class Line(NamedTuple):
    """An entry to be stored at `seq` (a multiple of SEQ_STRIDE, or between two)."""

    seq: int
    entry: Entry
    fingerprint: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One thing that was said and matches. `marks` are the matched stretches of `text` in code points.

    `message_id` and `conversation_id` lead to a live message, `chat_id` and `seq` to an imported entry. `cursor` goes on after
    it.
    """

    conversation_id: ConversationId
    person_id: PersonId
    origin: str
    author: str
    author_name: str | None
    at_ms: int
    text: str
    marks: tuple[tuple[int, int], ...]
    cursor: int
    message_id: str | None = None
    chat_id: str | None = None
    chat_title: str | None = None
    seq: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveEntry:
    """A message of a live conversation as the archive holds it, with its id and seq."""

    id: str
    seq: int
    entry: Entry
    address_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveChat:
    """A live conversation as the archive holds it: `chat.id` is the conversation's id, `chat.kind` direct or group."""

    chat: Chat
    person_id: PersonId
    participants: tuple[Participant, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)


class Library(Protocol):
    """What was brought, and the search."""

    # -- imports
    async def put_import(self, held: Import) -> None:
        """Stores an import, or replaces the one with its id."""
        ...

    async def imports(self, *, owners: Sequence[ConversationId] | None, limit: int, before: str | None = None) -> Sequence[Import]:
        """Lists imports, newest first: those of the owners, or all."""
        ...

    async def find_import(self, import_id: str) -> Import | None:
        """Gives one import."""
        ...

    async def drop_import(self, import_id: str) -> Sequence[str]:
        """Takes an import back: its chats, entries and index; gives the hashes of files that nobody refers to any more. Entries
        that another import of the same chat brought stay."""
        ...

    # -- one at a time, and what waits
    async def keep_apart(self, name: str, *, holder: str, now_ms: int, until_ms: int) -> bool:
        """Lets `holder` alone do what is named until a time, or goes on letting it; False while somebody else does."""
        ...

    async def let_go(self, name: str, *, holder: str) -> None:
        """Ends what `keep_apart` began; nothing when somebody else holds it."""
        ...

    async def waiting(self, channel: str, *, holding: bytes, after: int, limit: int) -> tuple[Sequence[RawBody], int | None]:
        """Looks through the next `limit` stored requests of a channel that hold no conversation's words yet, by id: gives those that
        hold these bytes, and after which id to go on (None: these were the last)."""
        ...

    async def placed(self, raw: Sequence[int], *, conversations: Sequence[ConversationId]) -> None:
        """Notes whose words stored requests hold: they wait no more, and erasing one of these takes them along."""
        ...

    # -- chats
    async def put_chat(self, chat: Chat, *, chat_id: str, owner: ConversationId, import_id: str, format: str) -> None:
        """Stores a chat, or replaces what is told of the one with that id."""
        ...

    async def put_participants(self, chat_id: str, participants: Sequence[Participant]) -> None:
        """Stores participants by their keys."""
        ...

    async def alike(self, chat: Chat, *, owner_person: PersonId, format: str) -> Sequence[HeldChat]:
        """Gives the person's chats of the same format that could be this one: by native id where there is one, else by title or a
        shared participant."""
        ...

    async def chats(
        self, *, owners: Sequence[ConversationId] | None, limit: int, before_ms: int | None = None, import_id: str | None = None
    ) -> Sequence[HeldChat]:
        """Lists chats, the newest word first: those of the owners, or all."""
        ...

    async def find_chat(self, chat_id: str) -> HeldChat | None:
        """Gives one chat with its participants."""
        ...

    async def add_entries(self, chat_id: str, *, import_id: str, lines: Sequence[Line]) -> Shelved:
        """Stores entries at their seqs with their index, in one commit. One that is there with the same seq is left as it is, so
        that a broken import can be told again."""
        ...

    async def change_entry(self, chat_id: str, *, seq: int, entry: Entry) -> None:
        """Replaces an entry by a later state of it (edited, deleted, its file arrived), index included."""
        ...

    async def marks(self, chat_id: str, *, after: int, limit: int) -> Sequence[Mark]:
        """Gives what a later import compares with, by seq."""
        ...

    async def entries(
        self, chat_id: str, *, after: int | None = None, before: int | None = None, limit: int, import_id: str | None = None
    ) -> Sequence[Line]:
        """Gives the first entries after a seq, or the last ones before one; by seq."""
        ...

    async def references(self, sha256: Sequence[str]) -> Mapping[str, int]:
        """Counts the messages and entries that refer to each file."""
        ...

    # -- live conversations, as the archive holds them
    async def live_chats(
        self, *, people: Sequence[PersonId] | None, channel: str | None, after: str | None, limit: int
    ) -> Sequence[LiveChat]:
        """Gives live conversations by id: of the people, of the channel, or all."""
        ...

    async def live_entries(
        self, conversation_id: ConversationId, *, after: int, limit: int, channel: str | None = None
    ) -> Sequence[LiveEntry]:
        """Gives messages of a live conversation by seq, as entries (deliveries, model, everything)."""
        ...

    async def restore(self, conversation_id: ConversationId, entries: Sequence[LiveEntry]) -> int:
        """Stores messages of an archive in a live conversation that `People.adopt` made, with the ids and seqs they had; those
        that are there stay. Answers nothing, sends nothing. Gives how many were new."""
        ...

    # -- search
    async def search(
        self, text: str, *, conversations: Sequence[ConversationId] | None, limit: int, before: int | None = None
    ) -> Sequence[Hit]:
        """Finds what was said in those conversations and the chats they own (None: everywhere), newest first.

        Every word must occur, as it stands or as its light form; the last one may be a beginning. "quoted words" stand together.
        Nothing is found for a text without letters or digits. `before` is the cursor of the last hit seen.
        """
        ...

    async def tidy(self, *, scrub: bool = False) -> None:
        """Puts the index in order, so that searches stay quick: after an import, and now and then. Finds nothing else; may take
        seconds, in short commits. With `scrub` it leaves no word of what was deleted in the index."""
        ...

    async def reindex(self, *, told: Any = None) -> int:
        """Makes the index anew from what is stored, a few thousand rows a commit; gives how many were indexed."""
        ...
