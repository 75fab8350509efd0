"""Whatever is said, brought, changed, taken back and asked in whatever order: every library shows what the plain one shows."""

import random
from dataclasses import replace
from pathlib import Path

import pytest
from tests.fresh import fresh
from tests.postgres import empty

from wasl.domain.archive import SEQ_STRIDE, Entry, fingerprint
from wasl.domain.ids import ConversationId
from wasl.ports.library import Line
from wasl.ports.store import Store
from wasl.store import sqlite_search
from wasl.store.memory import MemoryStore
from wasl.store.postgres import PostgresStore
from wasl.store.sqlite import SqliteStore
from wasl.testing.clock import TestClock
from wasl.testing.contracts.library_scene import LibraryScene

WORDS = [
    "كتاب", "والكتاب", "بكتابها", "الرسالة", "رساله", "hello", "Hello's", "world", "message", "messages", "10:30", "١٠:٣٠", "1,500", "a",
    "ab", "abc", "abcd", "don't", "-", "👍", "ﷺ", "STRASSE", "straße",
]  # fmt: skip
ASKED = (*WORDS, "كتا", "mess", '"hello world"', '"message"', "hello wor", "كتاب hello", "abc ab", '"كتاب" mess', "10", "zzz", '"', "ab cd")
STEPS = 120


def texts(chance: random.Random) -> str:
    return " ".join(chance.choices(WORDS, k=chance.randint(1, 6)))


class Walk:
    """One seed's acts on one store; the same seed does the same anywhere."""

    def __init__(self, store: Store, clock: TestClock, seed: int) -> None:
        self.scene = LibraryScene(store, clock)
        self.chance = random.Random(seed)
        self.owners: list[ConversationId] = []
        self.imports: list[str] = []
        self.chats: list[tuple[str, int]] = []
        self.seen: list[object] = []

    async def run(self) -> list[object]:
        self.owners = [await self.scene.owner(handle, text="first") for handle in ("ada", "bob")]
        for _ in range(STEPS):
            act = self.chance.choice((self.says, self.says, self.brings, self.adds, self.changes, self.takes_back, self.asks, self.asks))
            await act()
            await self.scene.clock.advance(1.7)
        for _ in range(30):
            await self.asks()
        self.seen.append(await self.scene.library.reindex())
        for _ in range(10):
            await self.asks()
        for chat, _ in self.chats:
            self.seen += [await self.scene.library.find_chat(chat), await self.scene.library.entries(chat, limit=1_000)]
        return self.seen

    async def says(self) -> None:
        await self.scene.says(texts(self.chance), handle=self.chance.choice(("ada", "bob")))

    async def brings(self) -> None:
        owner = self.chance.choice(self.owners)
        self.imports.append(await self.scene.begins(owner))
        self.chats.append(
            (await self.scene.brings(owner, texts(self.chance), import_id=self.imports[-1], title=self.chance.choice(WORDS)), 1)
        )

    async def adds(self) -> None:
        if self.chats:
            place = self.chance.randrange(len(self.chats))
            chat, count = self.chats[place]
            entries = [self.entry(n + count) for n in range(3)]
            lines = [Line((count + n) * SEQ_STRIDE, e, fingerprint(e)) for n, e in enumerate(entries)]
            try:
                added = await self.scene.library.add_entries(chat, import_id=self.chance.choice(self.imports), lines=lines)
            except Exception as error:  # noqa: BLE001 - whatever it is, it must be the same everywhere
                self.seen.append(type(error).__name__)
            else:
                self.seen.append(added)
                self.chats[place] = chat, count + 2

    def entry(self, n: int) -> Entry:
        known = self.chance.random() < 0.8
        entry = self.scene.entry(texts(self.chance), n=n)
        return entry if known else entry._replace(instant_ms=None, resolution="min")

    async def changes(self) -> None:
        if self.chats:
            chat, count = self.chance.choice(self.chats)
            seq = self.chance.randint(1, count) * SEQ_STRIDE
            try:
                await self.scene.library.change_entry(chat, seq=seq, entry=self.entry(count))
            except Exception as error:  # noqa: BLE001 - whatever it is, it must be the same everywhere
                self.seen.append(type(error).__name__)

    async def takes_back(self) -> None:
        if self.imports and self.chance.random() < 0.4:
            self.seen.append(list(await self.scene.library.drop_import(self.chance.choice(self.imports))))

    async def asks(self) -> None:
        within = self.chance.choice((None, self.owners, self.owners[:1], self.owners[1:]))
        limit = self.chance.choice((1, 3, 50))
        text = self.chance.choice(ASKED)
        hits = await self.scene.finds(text, within=within, limit=limit)
        self.seen.append((text, [replace(h, cursor=0) for h in hits]))
        if hits:
            more = await self.scene.finds(text, within=within, limit=limit, before=hits[-1].cursor)
            self.seen.append((text, "more", [replace(h, cursor=0) for h in more]))


async def walked(store: Store, clock: TestClock, seed: int) -> list[object]:
    await store.open()
    try:
        return await Walk(store, clock, seed).run()
    finally:
        await store.close()


@pytest.mark.parametrize("seed", range(6))
async def test_sqlite_finds_what_a_plain_scan_finds(seed: int, tmp_path: Path) -> None:
    plain, clock = TestClock(), TestClock()
    wanted = await walked(MemoryStore(clock=plain), plain, seed)
    found = await walked(SqliteStore(fresh(tmp_path / "wasl.sqlite3"), clock=clock), clock, seed)
    for one, other in zip(wanted, found, strict=True):
        assert one == other


@pytest.mark.parametrize("seed", range(6, 10))
async def test_sqlite_finds_the_same_whether_messages_wait_for_the_list_of_words_or_not(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_search, "FRESH_ROWS_MAX", 2)
    await test_sqlite_finds_what_a_plain_scan_finds(seed, tmp_path)


@pytest.mark.postgres
@pytest.mark.parametrize("seed", range(6))
async def test_postgres_finds_what_a_plain_scan_finds(seed: int, postgres_url: str) -> None:
    plain, clock = TestClock(), TestClock()
    wanted = await walked(MemoryStore(clock=plain), plain, seed)
    await empty(postgres_url)
    found = await walked(PostgresStore(postgres_url, clock=clock), clock, seed)
    for one, other in zip(wanted, found, strict=True):
        assert one == other
