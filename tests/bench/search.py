"""How long a search within a person takes: `make bench ARGS="--only search"`.

On each store twice a million messages: all of one person, and a thousand of each of a thousand people. Asked are common, rare and absent
words, two words, phrases, beginnings of three to six letters, Arabic words with and without what is attached; each within one person,
20 hits. The whole of `Library.search` counts, with the hits' texts and marks. The worse of the two shapes is the figure.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.bench.chatter import Chatter
from tests.bench.cluster import Cluster, NoPostgres

from wasl.domain.archive import SEQ_STRIDE, Chat, Entry, fingerprint
from wasl.domain.ids import ConversationId
from wasl.net.clock import SystemClock
from wasl.ports.format import ImportRecord
from wasl.ports.library import Import, Line
from wasl.ports.store import Store
from wasl.store.postgres import PostgresStore
from wasl.store.sqlite import SqliteStore

MESSAGES = 1_000_000
PEOPLE = 1_000
RUN = 4_000
TEXTS = 100_000
FIRST_MS = 1_600_000_000_000
ROUND = 60
"""Queries of each kind."""
LIMITS = {
    "search_p50_ms_sqlite": ("≤", 2.0),
    "search_p99_ms_sqlite": ("≤", 20.0),
    "search_p50_ms_postgres": ("≤", 2.0),
    "search_p99_ms_postgres": ("≤", 20.0),
}


def owner(person: int) -> ConversationId:
    """Gives the conversation of a person."""
    return ConversationId(f"00000000-0000-7000-8000-{person:012x}")


async def fill(store: Store, texts: Sequence[str], *, messages: int, people: int) -> None:
    """Stores everybody's chat; their messages lie mixed in time, as in life."""
    library = store.library
    for person in range(people):
        record = ImportRecord(id=f"i{person}", kind="bench", name="bench", started_ms=0)
        await library.put_import(Import(record=record, owner=owner(person), state="done", key="k"))
        chat = Chat(key="c", kind="direct", origin="bench", title="bench")
        await library.put_chat(chat, chat_id=f"c{person}", owner=owner(person), import_id=record.id, format="bench")
    each = messages // people
    for first in range(0, each, RUN):
        for person in range(people):
            lines = []
            for n in range(first, min(each, first + RUN)):
                at = FIRST_MS + (n * people + person) * 1_000
                entry = Entry("Ada", "user", texts[(n * people + person) % len(texts)], at, at, "s")
                lines.append(Line((n + 1) * SEQ_STRIDE, entry, fingerprint(entry)))
            await library.add_entries(f"c{person}", import_id=f"i{person}", lines=lines)


def asked(chatter: Chatter) -> dict[str, list[str]]:
    """Gives queries by kind. A last word is a beginning wherever it is long enough, as for whoever types."""
    words = chatter.words
    long = [w for w in words if len(w) >= 6]
    return {
        "common": [words[n % 30] for n in range(ROUND)],
        "middling": [words[200 + 7 * n] for n in range(ROUND)],
        "rare": [words[20_000 + 97 * n] for n in range(ROUND)],
        "absent": [f"zzq{n:03d}x" for n in range(ROUND)],
        "two": [f"{words[n % 40]} {words[100 + n]}" for n in range(ROUND)],
        "common and rare": [f"{words[n % 40]} {words[15_000 + n]}" for n in range(ROUND)],
        "phrase": [f'"{words[n % 12]} {words[(7 * n) % 40]}"' for n in range(ROUND)],
        "beginning of 3": [long[n][:3] for n in range(ROUND)],
        "beginning of 4": [long[3 * n][:4] for n in range(ROUND)],
        "beginning of 6": [long[5 * n][:6] for n in range(ROUND)],
        "attached": [f"ال{words[2 * n + 1].removeprefix('ال')}" for n in range(ROUND)],
    }


async def ask(store: Store, queries: dict[str, list[str]], *, people: int) -> dict[str, list[float]]:
    """Gives milliseconds by kind."""
    took: dict[str, list[float]] = {}
    for kind, texts in queries.items():
        for n, text in enumerate(texts):
            began = time.perf_counter()
            await store.library.search(text, conversations=[owner((n * 37) % people)], limit=20)
            took.setdefault(kind, []).append((time.perf_counter() - began) * 1e3)
    return took


async def measure(store: Store, name: str, *, messages: int, people: int, chatter: Chatter, texts: Sequence[str]) -> list[float]:
    """Fills a store, warms it and asks; prints the kinds and gives all milliseconds."""
    await fill(store, texts, messages=messages, people=people)
    if isinstance(store, PostgresStore):
        await store._plain(_analyze, alone=True)  # what autovacuum does by itself within a minute
    queries = asked(chatter)
    await ask(store, queries, people=people)
    took = await ask(store, queries, people=people)
    print(f"{name}, {people:,} people, {messages:,} messages: p50 and worst in ms")
    for kind, values in took.items():
        print(f"  {kind:18}{statistics.median(values):8.2f}{max(values):9.2f}")
    return [v for values in took.values() for v in values]


async def _analyze(db) -> None:  # type: ignore[no-untyped-def]  # asyncpg ships no types
    await db.execute("analyze searchable")


async def searching(*, messages: int = MESSAGES, postgres: bool = True, sqlite: bool = True) -> dict[str, float | int]:
    """Measures both stores in both shapes."""
    chatter = Chatter()
    texts = chatter.texts(min(messages, TEXTS))
    took: dict[str, list[list[float]]] = {}
    for people in (1, min(PEOPLE, messages)):
        if sqlite:
            with tempfile.TemporaryDirectory(prefix="wasl-bench-") as folder:
                store = SqliteStore(Path(folder) / "search.db", clock=SystemClock())
                await store.open()
                one = await measure(store, "SQLite", messages=messages, people=people, chatter=chatter, texts=texts)
                took.setdefault("sqlite", []).append(one)
                await store.close()
    if postgres:
        try:
            took["postgres"] = await _on_postgres(messages=messages, chatter=chatter, texts=texts)
        except NoPostgres as missing:
            print(f"The PostgreSQL figures are left out. {missing}")
    found: dict[str, float | int] = {}
    for store_name, shapes in took.items():
        found[f"search_p50_ms_{store_name}"] = round(max(statistics.median(s) for s in shapes), 2)
        found[f"search_p99_ms_{store_name}"] = round(max(statistics.quantiles(s, n=100)[98] for s in shapes), 2)
    return found


async def _on_postgres(*, messages: int, chatter: Chatter, texts: Sequence[str]) -> list[list[float]]:
    cluster = Cluster()
    await cluster.start()
    shapes = []
    try:
        for people in (1, min(PEOPLE, messages)):
            store = PostgresStore(cluster.new_database(), clock=SystemClock())
            await store.open()
            shapes.append(await measure(store, "PostgreSQL", messages=messages, people=people, chatter=chatter, texts=texts))
            await store.close()
    finally:
        cluster.stop()
    return shapes


if __name__ == "__main__":
    from tests.bench import figures

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=MESSAGES)
    parser.add_argument("--no-postgres", action="store_true")
    parser.add_argument("--no-sqlite", action="store_true")
    arguments = parser.parse_args()
    result = asyncio.run(searching(messages=arguments.messages, postgres=not arguments.no_postgres, sqlite=not arguments.no_sqlite))
    if arguments.messages == MESSAGES:
        figures.write("bench", result, keep=True)
    sys.exit(0 if figures.show("search", result, limits=LIMITS) else 1)
