"""The library on SQLite: imported chats and the search, in the database and the commits of the store."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from wasl.domain.archive import Chat, Entry, Participant
from wasl.domain.ids import ConversationId, PersonId
from wasl.ports.library import HeldChat, Hit, Import, Line, LiveChat, LiveEntry, Mark, RawBody, Shelved
from wasl.store import sqlite_chats as shelves
from wasl.store import sqlite_hits, sqlite_live, sqlite_reindex, sqlite_scrub, waiting
from wasl.store.library_rows import hit_limit
from wasl.store.steps import run_sqlite

Result = TypeVar("Result")

PIECE_ENTRIES = 1_000
"""Entries that are stored without a pause, about 20 ms."""


class Writes(Protocol):
    """How the store writes: in its next commit."""

    def __call__(self, write: Callable[[sqlite3.Connection], Result], /) -> Awaitable[Result]:
        """Gives what `write` gave once its commit is durable."""
        ...


class Reads(Protocol):
    """How the store reads."""

    def __call__(self, read: Callable[[sqlite3.Connection], Result], /) -> Result:
        """Gives what `read` gives."""
        ...


class SqliteLibrary:
    """The library of a SqliteStore."""

    def __init__(self, *, write: Writes, read: Reads, scrub: Callable[[], Awaitable[None]]) -> None:
        self._scrub = scrub
        self._write = write
        self._read = read

    # -- imports
    async def put_import(self, held: Import) -> None:
        """Stores an import."""
        await self._write(lambda db: shelves.put_import(db, held))

    async def imports(self, *, owners: Sequence[ConversationId] | None, limit: int, before: str | None = None) -> Sequence[Import]:
        """Lists imports, newest first."""
        return self._read(lambda db: shelves.imports(db, owners=owners, limit=limit, before=before))

    async def find_import(self, import_id: str) -> Import | None:
        """Gives one import."""
        return self._read(lambda db: shelves.find_import(db, import_id))

    async def drop_import(self, import_id: str) -> Sequence[str]:
        """Takes an import back, a thousand entries a commit; broken off, it can be called again."""
        files: set[str] = set()
        while await self._write(lambda db: shelves.drop_some(db, import_id, files)):
            pass
        used = await self.references(sorted(files))
        return [file for file, count in used.items() if not count]

    # -- one at a time, and what waits
    async def keep_apart(self, name: str, *, holder: str, now_ms: int, until_ms: int) -> bool:
        """Takes or prolongs a lease."""
        return await self._write(lambda db: run_sqlite(db, waiting.keep_apart(name, holder=holder, now_ms=now_ms, until_ms=until_ms)))

    async def let_go(self, name: str, *, holder: str) -> None:
        """Ends a lease."""
        await self._write(lambda db: run_sqlite(db, waiting.let_go(name, holder=holder)))

    async def waiting(self, channel: str, *, holding: bytes, after: int, limit: int) -> tuple[Sequence[RawBody], int | None]:
        """Looks through requests that hold nobody's words yet."""
        return self._read(lambda db: run_sqlite(db, waiting.waiting(channel, holding=holding, after=after, limit=limit)))

    async def placed(self, raw: Sequence[int], *, conversations: Sequence[ConversationId]) -> None:
        """Notes whose words requests hold."""
        await self._write(lambda db: run_sqlite(db, waiting.placed(raw, conversations)))

    # -- chats
    async def put_chat(self, chat: Chat, *, chat_id: str, owner: ConversationId, import_id: str, format: str) -> None:
        """Stores a chat."""
        await self._write(lambda db: shelves.put_chat(db, chat, chat_id=chat_id, owner=owner, import_id=import_id, format=format))

    async def put_participants(self, chat_id: str, participants: Sequence[Participant]) -> None:
        """Stores participants by their keys."""
        await self._write(lambda db: shelves.put_participants(db, chat_id, participants))

    async def alike(self, chat: Chat, *, owner_person: PersonId, format: str) -> Sequence[HeldChat]:
        """Gives the person's chats that could be this one."""
        return self._read(lambda db: shelves.alike(db, chat, person=owner_person, format=format))

    async def chats(
        self, *, owners: Sequence[ConversationId] | None, limit: int, before_ms: int | None = None, import_id: str | None = None
    ) -> Sequence[HeldChat]:
        """Lists chats, the newest word first."""
        return self._read(lambda db: shelves.chats(db, owners=owners, limit=limit, before_ms=before_ms, import_id=import_id))

    async def find_chat(self, chat_id: str) -> HeldChat | None:
        """Gives one chat with its participants."""
        return self._read(lambda db: shelves.find_chat(db, chat_id))

    async def add_entries(self, chat_id: str, *, import_id: str, lines: Sequence[Line]) -> Shelved:
        """Stores entries at their seqs: in one commit, in pieces between which others get their turn."""
        pieces = [lines[first : first + PIECE_ENTRIES] for first in range(0, len(lines), PIECE_ENTRIES)]
        done = await asyncio.gather(*(self._write(self._adding(chat_id, import_id, piece)) for piece in pieces))
        return Shelved(added=sum(one.added for one in done), changed=0)

    def _adding(self, chat_id: str, import_id: str, lines: Sequence[Line]) -> Callable[[sqlite3.Connection], Shelved]:
        return lambda db: shelves.add_entries(db, chat_id, import_id=import_id, lines=lines)

    async def change_entry(self, chat_id: str, *, seq: int, entry: Entry) -> None:
        """Replaces an entry by a later state of it."""
        await self._write(lambda db: shelves.change_entry(db, chat_id, seq=seq, entry=entry))

    async def marks(self, chat_id: str, *, after: int, limit: int) -> Sequence[Mark]:
        """Gives what a later import compares with."""
        return self._read(lambda db: shelves.marks(db, chat_id, after=after, limit=limit))

    async def entries(
        self, chat_id: str, *, after: int | None = None, before: int | None = None, limit: int, import_id: str | None = None
    ) -> Sequence[Line]:
        """Gives the first entries after a seq, or the last ones before one."""
        return self._read(lambda db: shelves.entries(db, chat_id, after=after, before=before, limit=limit, import_id=import_id))

    async def references(self, sha256: Sequence[str]) -> Mapping[str, int]:
        """Counts the messages and entries that refer to each file."""
        return self._read(lambda db: shelves.references(db, sha256))

    # -- live conversations
    async def live_chats(
        self, *, people: Sequence[PersonId] | None, channel: str | None, after: str | None, limit: int
    ) -> Sequence[LiveChat]:
        """Gives live conversations by id."""
        return self._read(lambda db: sqlite_live.live_chats(db, people=people, channel=channel, after=after, limit=limit))

    async def live_entries(
        self, conversation_id: ConversationId, *, after: int, limit: int, channel: str | None = None
    ) -> Sequence[LiveEntry]:
        """Gives messages of a live conversation by seq, as entries."""
        return self._read(lambda db: sqlite_live.live_entries(db, conversation_id, after=after, limit=limit, channel=channel))

    async def restore(self, conversation_id: ConversationId, entries: Sequence[LiveEntry]) -> int:
        """Stores messages of an archive in a live conversation."""
        return await self._write(lambda db: sqlite_live.restore(db, conversation_id, entries))

    # -- search
    async def search(
        self, text: str, *, conversations: Sequence[ConversationId] | None, limit: int, before: int | None = None
    ) -> Sequence[Hit]:
        """Finds what was said, newest first."""
        return self._read(lambda db: sqlite_hits.search(db, text, conversations=conversations, limit=hit_limit(limit), before=before))

    async def tidy(self, *, scrub: bool = False) -> None:
        """Merges segments of the index; with `scrub` all of them, and begins the log anew."""
        await (self._scrub() if scrub else sqlite_scrub.tidy(write=self._write))

    async def reindex(self, *, told: Any = None) -> int:
        """Makes the index anew from what is stored."""
        return await sqlite_reindex.reindex(self._write, told=told)

    async def index_the_rest(self) -> int:
        """Indexes what an older version stored or indexed; nothing where there is nothing."""
        return await sqlite_reindex.index_the_rest(self._write, self._read)
