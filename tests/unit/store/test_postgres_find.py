"""However a search goes about it, it finds what a plain look at all texts finds; and an older index gets the times in the background."""

import random
from collections.abc import AsyncIterator
from itertools import pairwise

import asyncpg
import pytest
from tests.postgres import empty

from wasl.store.postgres import PostgresStore
from wasl.store.postgres_find import STRETCHES_MAX, found_keys
from wasl.store.postgres_link import connect
from wasl.store.postgres_numbers import KNOWN_ROWS_MIN, NOTHING_KNOWN, Numbers, numbers
from wasl.store.postgres_search import HAS_TIMES, INDEX, STRETCHES, TIMES, Row, add
from wasl.testing.clock import TestClock
from wasl.wire.searching import matches, parse, search_key

pytestmark = pytest.mark.postgres
ADA, BOB = "00000000-0000-7000-8000-00000000000a", "00000000-0000-7000-8000-00000000000b"
ROWS = 4_000
WORDS = ["of", "the", "كتاب", "والبيت", "hello", "world", "message", "messages", "sea", "seaside", "rare"]
WEIGHTS = [30, 30, 12, 8, 8, 8, 4, 4, 3, 2, 0.2]
ASKED = ("of", '"of the"', '"the of the"', "hello world", '"كتاب البيت"', "كتاب بيت", "rare", "mess", "sea the", '"sea world" of', "never")
OLD_INDEX = "create index searchable_words on searchable using gin (words) with (gin_pending_list_limit = 256)"


@pytest.fixture
async def db(postgres_url: str) -> AsyncIterator[asyncpg.Connection]:
    await empty(postgres_url)
    store = PostgresStore(postgres_url, clock=TestClock())
    await store.open()
    await store.close()
    db = await connect(postgres_url, name="test")
    yield db
    await db.close()


async def said(db: asyncpg.Connection, chance: random.Random) -> dict[int, tuple[str, str]]:
    """Two people say something every few seconds, then a few times a day, then hardly ever, then often again; gives it by key."""
    at_ms, rows = 1_500_000_000_000, []
    for n in range(ROWS):
        at_ms += chance.choice(((5_000, 40_000_000, 3_000_000_000, 600_000)[4 * n // ROWS], 0, 10_000))
        text = " ".join(chance.choices(WORDS, WEIGHTS, k=chance.randint(1, 7)))
        who = chance.choice((ADA, ADA, BOB))
        rows.append(Row(search_key(at_ms=at_ms, seq=n, scope=who), who, None, 1, n, text))
    keys = await add(db, rows)
    await db.execute("analyze searchable")
    return {key: (row.conversation_id, row.text) for key, row in zip(keys, rows, strict=True)}


def guesses(known: Numbers) -> list[Numbers]:
    """What the statistics say; and statistics that are wrong, so that every way is gone."""
    rare, common = known._replace(shares={}, other=0.3 / ROWS), known._replace(shares={}, other=0.9)
    many = known._replace(rows=1e9, other=1e-5)
    return [known, known._replace(timed=False), rare, common, many, many._replace(timed=False), many._replace(bounds=()), NOTHING_KNOWN]


@pytest.mark.parametrize("seed", range(2))
async def test_every_way_finds_what_a_plain_look_at_all_texts_finds(db: asyncpg.Connection, seed: int) -> None:
    chance = random.Random(seed)
    texts = await said(db, chance)
    known = await numbers(db)
    assert known.timed
    assert known.rows > KNOWN_ROWS_MIN
    for asked in ASKED:
        query = parse(asked)
        all_keys = sorted((key for key, (_, text) in texts.items() if matches(text, query)), reverse=True)
        for guess in guesses(known):
            within = chance.choice((None, [ADA], [BOB], [ADA, BOB]))
            before = chance.choice((None, chance.choice(list(texts))))
            limit = chance.choice((1, 20, 200))
            wanted = [k for k in all_keys if (within is None or texts[k][0] in within) and (before is None or k < before)][:limit]
            found = await found_keys(db, query, conversations=within, limit=limit, before=before, known=guess)
            assert found == wanted, (asked, guess.rows, within, before, limit)


async def test_a_stretch_of_time_is_read_by_the_index_alone(db: asyncpg.Connection) -> None:
    await said(db, random.Random(3))
    plan = await db.fetch(f"explain select key from searchable where words @@ 'of&the'::tsquery and {TIMES} && array[4, 8]::bigint[]")
    (condition,) = [line for (line,) in plan if "Index Cond" in line]
    assert "&&" in condition
    assert "@@" in condition
    assert any("searchable_words" in line for (line,) in plan)


def test_a_longer_stretch_holds_as_many_of_the_next_shorter_as_are_read_together() -> None:
    assert {1 << later - bits for bits, later in pairwise(STRETCHES)} == {STRETCHES_MAX}


async def test_an_index_of_an_older_version_gets_the_times_in_the_background(postgres_url: str, db: asyncpg.Connection) -> None:
    texts = await said(db, random.Random(4))
    await db.execute(f"drop index searchable_words; {OLD_INDEX}")
    await db.execute(f"create index searchable_words_new {INDEX}")  # as one that was broken off leaves it
    assert not (await numbers(db)).timed
    store = PostgresStore(postgres_url, clock=TestClock())
    await store.open()
    assert store._indexing is not None
    await store._indexing
    await store.close()
    assert await db.fetchval(f"select {HAS_TIMES}")
    assert await db.fetchval("select to_regclass('searchable_words_new')") is None
    found = await found_keys(db, parse('"of the"'), conversations=[ADA], limit=ROWS, before=None, known=await numbers(db))
    assert len(found) == sum(who == ADA and matches(text, parse('"of the"')) for who, text in texts.values())
