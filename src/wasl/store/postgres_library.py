"""The library on PostgreSQL: imported chats and the search, in the database and the commits of the store."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from wasl.domain.archive import Chat, Entry, Participant
from wasl.domain.errors import Malformed, WaslError
from wasl.domain.ids import ConversationId, PersonId
from wasl.ports.clock import Clock
from wasl.ports.library import HeldChat, Hit, Import, Line, LiveChat, LiveEntry, Mark, RawBody, Shelved
from wasl.store import postgres_chats as shelves
from wasl.store import postgres_hits, postgres_live, waiting
from wasl.store.library_rows import hit_limit
from wasl.store.postgres_link import Connection
from wasl.store.postgres_numbers import NOTHING_KNOWN, Numbers, numbers
from wasl.store.postgres_save import clean
from wasl.store.rows import is_uuid
from wasl.store.steps import run_postgres
from wasl.wire.searching import WORDS_VERSION

Result = TypeVar("Result")
NUMBERS_MS = 600_000
"""How long the statistics of words are good for."""


class Writes(Protocol):
    """How the store writes: in a commit of its own."""

    def __call__(self, plain: Callable[[Connection], Awaitable[Result]], /, *, alone: bool = False, kin: bool = False) -> Awaitable[Result]:
        """Gives what `plain` gave once its commit is durable."""
        ...


class Reads(Protocol):
    """How the store reads."""

    def __call__(self, read: Callable[[Connection], Awaitable[Result]], /) -> Awaitable[Result]:
        """Gives what `read` gives."""
        ...


class PostgresLibrary:
    """The library of a PostgresStore."""

    def __init__(self, *, write: Writes, read: Reads, clock: Clock) -> None:
        self._plain = write
        self._read = read
        self._clock = clock
        self._numbers: Numbers = NOTHING_KNOWN
        self._numbers_ms: int | None = None

    async def _write(self, act: Callable[[Connection], Awaitable[Result]], *, kin: bool = False) -> Result:
        """Writes in a commit of its own; `kin`, what an import stores of many chats at once, may share one."""

        async def told(db: Connection) -> Result | WaslError:
            try:
                return await act(db)
            except WaslError as refusal:  # before the first write: nothing is to be undone, and the group goes on
                return refusal

        given = await self._plain(told, alone=True, kin=kin)
        assert not isinstance(given, WaslError), "the group commit raises what is given to it as an error"
        return given

    # -- imports
    async def put_import(self, held: Import) -> None:
        """Stores an import."""
        _must_be_id(held.owner)
        await self._write(lambda db: shelves.put_import(db, held))

    async def imports(self, *, owners: Sequence[ConversationId] | None, limit: int, before: str | None = None) -> Sequence[Import]:
        """Lists imports, newest first."""
        return await self._read(lambda db: shelves.imports(db, owners=owners, limit=limit, before=clean(before)))

    async def find_import(self, import_id: str) -> Import | None:
        """Gives one import."""
        return await self._read(lambda db: shelves.find_import(db, clean(import_id) or ""))

    async def drop_import(self, import_id: str) -> Sequence[str]:
        """Takes an import back, some thousand entries a commit; broken off, it can be called again."""
        files: set[str] = set()
        while await self._write(lambda db: shelves.drop_some(db, import_id, files)):
            pass
        used = await self.references(sorted(files))
        return [file for file, count in used.items() if not count]

    # -- one at a time, and what waits
    async def keep_apart(self, name: str, *, holder: str, now_ms: int, until_ms: int) -> bool:
        """Takes or prolongs a lease."""
        return await self._write(lambda db: run_postgres(db, waiting.keep_apart(name, holder=holder, now_ms=now_ms, until_ms=until_ms)))

    async def let_go(self, name: str, *, holder: str) -> None:
        """Ends a lease."""
        await self._write(lambda db: run_postgres(db, waiting.let_go(name, holder=holder)))

    async def waiting(self, channel: str, *, holding: bytes, after: int, limit: int) -> tuple[Sequence[RawBody], int | None]:
        """Looks through requests that hold nobody's words yet."""
        return await self._read(lambda db: run_postgres(db, waiting.waiting(channel, holding=holding, after=after, limit=limit)))

    async def placed(self, raw: Sequence[int], *, conversations: Sequence[ConversationId]) -> None:
        """Notes whose words requests hold."""
        await self._write(lambda db: run_postgres(db, waiting.placed(raw, conversations)))

    # -- chats
    async def put_chat(self, chat: Chat, *, chat_id: str, owner: ConversationId, import_id: str, format: str) -> None:
        """Stores a chat."""
        _must_be_id(owner)
        await self._write(lambda db: shelves.put_chat(db, chat, chat_id=chat_id, owner=owner, import_id=import_id, format=format), kin=True)

    async def put_participants(self, chat_id: str, participants: Sequence[Participant]) -> None:
        """Stores participants by their keys."""
        await self._write(lambda db: shelves.put_participants(db, chat_id, participants), kin=True)

    async def alike(self, chat: Chat, *, owner_person: PersonId, format: str) -> Sequence[HeldChat]:
        """Gives the person's chats that could be this one."""
        if not is_uuid(owner_person):
            return []
        return await self._read(lambda db: shelves.alike(db, chat, person=owner_person, format=format))

    async def chats(
        self, *, owners: Sequence[ConversationId] | None, limit: int, before_ms: int | None = None, import_id: str | None = None
    ) -> Sequence[HeldChat]:
        """Lists chats, the newest word first."""
        return await self._read(lambda db: shelves.chats(db, owners=owners, limit=limit, before_ms=before_ms, import_id=clean(import_id)))

    async def find_chat(self, chat_id: str) -> HeldChat | None:
        """Gives one chat with its participants."""
        return await self._read(lambda db: shelves.find_chat(db, clean(chat_id) or ""))

    async def add_entries(self, chat_id: str, *, import_id: str, lines: Sequence[Line]) -> Shelved:
        """Stores entries at their seqs."""
        return await self._write(lambda db: shelves.add_entries(db, chat_id, import_id=import_id, lines=lines), kin=True)

    async def change_entry(self, chat_id: str, *, seq: int, entry: Entry) -> None:
        """Replaces an entry by a later state of it."""
        await self._write(lambda db: shelves.change_entry(db, chat_id, seq=seq, entry=entry))

    async def marks(self, chat_id: str, *, after: int, limit: int) -> Sequence[Mark]:
        """Gives what a later import compares with."""
        return await self._read(lambda db: shelves.marks(db, chat_id, after=after, limit=limit))

    async def entries(
        self, chat_id: str, *, after: int | None = None, before: int | None = None, limit: int, import_id: str | None = None
    ) -> Sequence[Line]:
        """Gives the first entries after a seq, or the last ones before one."""
        known = clean(chat_id) or ""
        return await self._read(lambda db: shelves.entries(db, known, after=after, before=before, limit=limit, import_id=clean(import_id)))

    async def references(self, sha256: Sequence[str]) -> Mapping[str, int]:
        """Counts the messages and entries that refer to each file."""
        return await self._read(lambda db: shelves.references(db, sha256))

    # -- live conversations
    async def live_chats(
        self, *, people: Sequence[PersonId] | None, channel: str | None, after: str | None, limit: int
    ) -> Sequence[LiveChat]:
        """Gives live conversations by id."""
        return await self._read(lambda db: postgres_live.live_chats(db, people=people, channel=channel, after=after, limit=limit))

    async def live_entries(
        self, conversation_id: ConversationId, *, after: int, limit: int, channel: str | None = None
    ) -> Sequence[LiveEntry]:
        """Gives messages of a live conversation by seq, as entries."""
        if not is_uuid(conversation_id):
            return []
        return await self._read(lambda db: postgres_live.live_entries(db, conversation_id, after=after, limit=limit, channel=channel))

    async def restore(self, conversation_id: ConversationId, entries: Sequence[LiveEntry]) -> int:
        """Stores messages of an archive in a live conversation."""
        return await self._write(lambda db: postgres_live.restore(db, conversation_id, entries))

    # -- search
    async def search(
        self, text: str, *, conversations: Sequence[ConversationId] | None, limit: int, before: int | None = None
    ) -> Sequence[Hit]:
        """Finds what was said, newest first."""
        now = self._clock.now_ms()
        if self._numbers_ms is None or not 0 <= now - self._numbers_ms < NUMBERS_MS:
            self._numbers, self._numbers_ms = await self._read(numbers), now
        within = shelves.known_ids(conversations)
        return await self._read(
            lambda db: postgres_hits.search(db, text, conversations=within, limit=hit_limit(limit), before=before, known=self._numbers)
        )

    async def tidy(self, *, scrub: bool = False) -> None:
        """Empties the index's waiting list; takes its statistics where they are old. Autovacuum clears what was deleted."""
        await self._read(postgres_hits.tidy)  # on a connection that nobody waits for
        self._numbers_ms = None

    async def reindex(self, *, told: Any = None) -> int:
        """Makes the index anew from what is stored."""
        done = await self._index_messages(only_new=False, told=told, done=0)
        place, more = (0, 0), postgres_hits.ROWS_A_COMMIT
        while more == postgres_hits.ROWS_A_COMMIT:
            at = place
            more, place = await self._write(lambda db, at=at: postgres_hits.index_entries(db, at))  # type: ignore[misc]  # bound now
            done += more
            if told is not None:
                told(done)
        await self._write(postgres_hits.all_indexed)
        return done

    async def index_the_rest(self) -> int:
        """Indexes what an older version stored or indexed; nothing where there is nothing."""
        done = await self._index_messages(only_new=True, told=None, done=0)
        version = await self._read(postgres_hits.words_version)
        if version == 0:
            await self._write(postgres_hits.all_indexed)
        elif version != WORDS_VERSION:
            done += await self.reindex()
        return done

    async def _index_messages(self, *, only_new: bool, told: Any, done: int) -> int:
        after, more = "00000000-0000-0000-0000-000000000000", postgres_hits.ROWS_A_COMMIT
        while more == postgres_hits.ROWS_A_COMMIT:
            at = after
            more, after = await self._write(lambda db, at=at: postgres_hits.index_messages(db, at, only_new=only_new))  # type: ignore[misc]  # bound now
            done += more
            if told is not None:
                told(done)
        return done


def _must_be_id(conversation_id: str) -> None:
    if not is_uuid(conversation_id):
        raise Malformed(f"there is no conversation {conversation_id!r}")
