"""LibraryScene: short words for what the library contract tells over and over (a chat is brought, somebody searches)."""

from collections.abc import Sequence
from typing import Any

from wasl.domain.archive import SEQ_STRIDE, Chat, Entry, More, Participant, fingerprint
from wasl.domain.days import DAY_MS
from wasl.domain.ids import ConversationId
from wasl.domain.message import Part
from wasl.ports.format import ImportRecord
from wasl.ports.library import Hit, Import, Line, Shelved
from wasl.ports.store import Accepted, Store
from wasl.testing.clock import TestClock
from wasl.testing.contracts.store_scene import Scene, accepted

FORMAT = "some_export"


class LibraryScene(Scene):
    """A store with a library, a clock and the people in front of it."""

    def __init__(self, store: Store, clock: TestClock) -> None:
        super().__init__(store, clock)
        self.library = store.library

    async def owner(self, handle: str = "ada", *, text: str = "zzz") -> ConversationId:
        """Somebody writes; gives their conversation."""
        return (await self.arrive(text, handle=handle)).conversation_id

    async def says(
        self, text: str = "", *, handle: str = "ada", at_ms: int | None = None, parts: tuple[Part, ...] | None = None
    ) -> Accepted:
        """Somebody says something at a time."""
        return accepted(await self.receive(self.arrival(text, handle=handle, sent_at_ms=at_ms, parts=parts)))[0]

    async def begins(self, owner: ConversationId, *, name: str = "chat.zip") -> str:
        """An import begins; gives its id."""
        record = ImportRecord(id=self.name(), kind=FORMAT, name=name, started_ms=self.now, owner=owner)
        await self.library.put_import(Import(record=record, owner=owner, state="reading", key=f"key of {record.id}"))
        return record.id

    async def brings(
        self,
        owner: ConversationId,
        *texts: str | Entry,
        title: str | None = "Family",
        chat: Chat | None = None,
        chat_id: str | None = None,
        import_id: str | None = None,
        format: str = FORMAT,
        people: Sequence[str] = (),
    ) -> str:
        """A chat with these entries is brought; gives its id."""
        by = import_id or await self.begins(owner)
        held = chat_id or self.name()
        await self.library.put_chat(
            chat or Chat(key="c1", kind="direct", origin="Elsewhere", title=title), chat_id=held, owner=owner, import_id=by, format=format
        )
        if people:
            await self.library.put_participants(held, [Participant(chat="c1", key=p) for p in people])
        await self.adds(held, *texts, import_id=by)
        return held

    async def adds(self, chat_id: str, *texts: str | Entry, import_id: str, after: int = 0) -> Shelved:
        """Entries are added at the seqs after `after` strides."""
        entries = [self.entry(t, n=after + n) if isinstance(t, str) else t for n, t in enumerate(texts)]
        return await self.library.add_entries(chat_id, import_id=import_id, lines=lines(entries, after=after))

    def entry(self, text: str, *, n: int = 0, at_ms: int | None = None, author: str = "Ada", more: More | None = None) -> Entry:
        """Something that was said the day before, a second after the one before."""
        wall = self.now - DAY_MS + n * 1_000 if at_ms is None else at_ms
        return Entry(author, "user", text, wall, wall, "s", more=more or More())

    async def finds(
        self, text: str, *, within: Sequence[ConversationId] | None = None, limit: int = 50, before: int | None = None
    ) -> Sequence[Hit]:
        """Somebody searches."""
        return await self.library.search(text, conversations=within, limit=limit, before=before)

    async def found(self, text: str, *, within: Sequence[ConversationId] | None = None) -> list[str]:
        """Gives the texts that a search finds."""
        return [h.text for h in await self.finds(text, within=within)]


def lines(entries: Sequence[Entry], *, after: int = 0) -> list[Line]:
    """Puts entries at the next seqs."""
    return [Line((after + n + 1) * SEQ_STRIDE, e, fingerprint(e)) for n, e in enumerate(entries)]


def stored(entry: Entry, seq: int) -> Entry:
    """What comes back of an entry that was stored at a seq."""
    return entry._replace(seq=seq)


def json_rich(**more: Any) -> dict[str, Any]:
    """Some JSON with everything that JSON has."""
    return {"n": 1, "x": 1.5, "list": [1, "two", None, True], "deep": {"مفتاح": "قيمة"}, **more}
