"""How long a search within a person takes: `make bench ARGS="--only search"`.

On each store twice a million messages: all of one person, and a thousand of each of a thousand people. Asked are common, rare and absent
words, two words, phrases, beginnings of three to six letters, Arabic words with and without what is attached; each within one person,
20 hits. After the messages are stored the index is put in order by `Library.tidy`, as after every import and once an hour; what that
takes is told. The whole of `Library.search` counts, with the hits' texts and marks. Every query is asked in several rounds and its
median counts; the worse of the two shapes is the figure. Wall time says little on a machine that others use: CPU time (ours, and the
server's) is told beside.
`--messages 100000` is a quick look.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import asyncpg
from tests.bench.chatter import Chatter
from tests.bench.cluster import Cluster, NoPostgres

from wasl.domain.archive import SEQ_STRIDE, Chat, Entry, fingerprint
from wasl.domain.ids import ConversationId
from wasl.net.clock import SystemClock
from wasl.ports.format import ImportRecord
from wasl.ports.library import Import, Line
from wasl.ports.store import Store
from wasl.store.postgres import PostgresStore
from wasl.store.postgres_search import INDEX
from wasl.store.sqlite import SqliteStore

MESSAGES = 1_000_000
PEOPLE = 1_000
RUN = 4_000
TEXTS = 100_000
FIRST_MS = 1_600_000_000_000
ROUND = 60
"""Queries of each kind."""
ROUNDS = 3
"""How often each is asked, after a round that warms up."""
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


MAKE_INDEX = (
    "set maintenance_work_mem = '256MB'",
    f"create index searchable_words {INDEX}",
)
"""A million rows are stored sooner without the list of words, which is made at the end as the migration makes it."""


class Took(NamedTuple):
    """What one query took, in milliseconds: by the clock, and of our CPU."""

    wall: float
    cpu: float


async def ask(store: Store, queries: dict[str, list[str]], *, people: int) -> dict[str, list[Took]]:
    """Asks every query once."""
    took: dict[str, list[Took]] = {}
    for kind, texts in queries.items():
        for n, text in enumerate(texts):
            began, worked = time.perf_counter(), time.process_time()
            await store.library.search(text, conversations=[owner((n * 37) % people)], limit=20)
            took.setdefault(kind, []).append(Took((time.perf_counter() - began) * 1e3, (time.process_time() - worked) * 1e3))
    return took


def middle(rounds: Sequence[dict[str, list[Took]]]) -> dict[str, list[Took]]:
    """Gives the median of each query's rounds."""
    return {
        kind: [
            Took(statistics.median(t.wall for t in each), statistics.median(t.cpu for t in each))
            for each in zip(*(r[kind] for r in rounds), strict=True)
        ]
        for kind in rounds[0]
    }


class Postgres(NamedTuple):
    """A database of a cluster, for what no store does."""

    cluster: Cluster
    address: str

    async def run(self, *statements: str) -> None:
        """Runs statements, however long they take."""
        connection = await asyncpg.connect(self.address)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()


async def measure(
    store: Store, name: str, *, messages: int, people: int, chatter: Chatter, texts: Sequence[str], postgres: Postgres | None = None
) -> list[Took]:
    """Fills a store, warms it and asks; prints the kinds and gives what every query took."""
    began = time.perf_counter()
    if postgres:
        await postgres.run("drop index searchable_words")
    await fill(store, texts, messages=messages, people=people)
    if postgres:
        await postgres.run(*MAKE_INDEX)
    filled, began = time.perf_counter() - began, time.process_time()
    await store.library.tidy()
    tidied = time.process_time() - began
    queries = asked(chatter)
    await ask(store, queries, people=people)
    served = postgres.cluster.cpu_seconds() if postgres else 0.0
    took = middle([await ask(store, queries, people=people) for _ in range(ROUNDS)])
    served = (postgres.cluster.cpu_seconds() - served if postgres else 0.0) / ROUNDS / sum(map(len, took.values())) * 1e3
    print(f"{name}, {people:,} people, {messages:,} messages, stored in {filled:.0f} s, tidied in {tidied:.1f} CPU s of ours")
    print("  p50 and worst in ms, and the CPU of ours in these")
    for kind, values in took.items():
        wall, cpu = [t.wall for t in values], [t.cpu for t in values]
        print(f"  {kind:18}{statistics.median(wall):8.2f}{max(wall):9.2f}    CPU{statistics.median(cpu):8.2f}{max(cpu):9.2f}")
    if postgres:
        print(f"  the server's CPU, mean of a query: {served:.2f} ms")
    return [t for values in took.values() for t in values]


async def searching(*, messages: int = MESSAGES, postgres: bool = True, sqlite: bool = True) -> dict[str, float | int]:
    """Measures both stores in both shapes."""
    chatter = Chatter()
    texts = chatter.texts(min(messages, TEXTS))
    took: dict[str, list[list[Took]]] = {}
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
        found[f"search_p50_ms_{store_name}"] = round(max(statistics.median([t.wall for t in s]) for s in shapes), 2)
        found[f"search_p99_ms_{store_name}"] = round(max(statistics.quantiles([t.wall for t in s], n=100)[98] for s in shapes), 2)
        found[f"search_p50_cpu_ms_{store_name}"] = round(max(statistics.median([t.cpu for t in s]) for s in shapes), 2)
        found[f"search_p99_cpu_ms_{store_name}"] = round(max(statistics.quantiles([t.cpu for t in s], n=100)[98] for s in shapes), 2)
    return found


async def _on_postgres(*, messages: int, chatter: Chatter, texts: Sequence[str]) -> list[list[Took]]:
    cluster = Cluster()
    await cluster.start()
    shapes = []
    try:
        for people in (1, min(PEOPLE, messages)):
            postgres = Postgres(cluster, cluster.new_database())
            store = PostgresStore(postgres.address, clock=SystemClock())
            await store.open()
            shapes.append(
                await measure(store, "PostgreSQL", messages=messages, people=people, chatter=chatter, texts=texts, postgres=postgres)
            )
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
