"""What it costs to store entries of an import with their index: `make bench ARGS="--only importing"`.

CPU time of this process over `Library.add_entries` on SQLite, from Entry objects, with fingerprints, the collector of cycles set as
`app.run` sets it for every command and the server; and how it is split. The cost of the
index for live messages is measured by `index_us_per_message`: the writes of a message with and without it, in groups as they come, on a
connection that is set as the store sets its own; `index_us_tidying` is what the merging of segments adds that is done once an hour.
What it takes after an import is in `import_records_per_cpu_s`.
"""

import asyncio
import gc
import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.chatter import Chatter

from wasl import GC_THRESHOLD
from wasl.domain.archive import SEQ_STRIDE, Chat, Entry, fingerprint
from wasl.domain.ids import ConversationId
from wasl.net.clock import SystemClock
from wasl.ports.format import ImportRecord
from wasl.ports.library import Import, Line
from wasl.store.sqlite import SqliteStore
from wasl.store.sqlite_open import PAGE_CACHE_KIB, STATEMENTS_CACHED
from wasl.store.sqlite_scrub import TIDY_PAGES, merge
from wasl.store.sqlite_search import index_fresh, index_message
from wasl.wire.searching import index_words

ENTRIES = 200_000
RUN = 4_000
FIRST_MS = 1_600_000_000_000
PEOPLE = ("Ada", "ليلى", "Bob", "عمر")
MESSAGES = 8_000
GROUPS = (1, 4, 20)
"""Messages in a commit, as they come: alone, a few, and under load; the figure is that of a few."""
LIMITS = {"import_records_per_cpu_s": ("≥", 40_000.0), "index_us_per_message": ("≤", 25.0)}


def made(number: int, *, seed: int = 3) -> list[Entry]:
    """Gives entries of a chat, half a minute apart."""
    texts = Chatter(seed).texts(number)
    return [
        Entry(PEOPLE[n % len(PEOPLE)], "user", text, at := FIRST_MS + n * 30_000, at, "min", start=n * 100, length=100)
        for n, text in enumerate(texts)
    ]


async def bring(store: SqliteStore, entries: list[Entry], *, chat_id: str, owner: str) -> float:
    """Stores a chat as an import does; gives the CPU seconds of fingerprints and storing."""
    record = ImportRecord(id=f"import of {chat_id}", kind="bench", name="bench", started_ms=0)
    await store.library.put_import(Import(record=record, owner=ConversationId(owner), state="reading", key="k"))
    chat = Chat(key="c", kind="direct", origin="bench", title="bench")
    await store.library.put_chat(chat, chat_id=chat_id, owner=ConversationId(owner), import_id=record.id, format="bench")
    began = time.process_time()
    for first in range(0, len(entries), RUN):
        lines = [Line((first + n + 1) * SEQ_STRIDE, e, fingerprint(e)) for n, e in enumerate(entries[first : first + RUN])]
        await store.library.add_entries(chat_id, import_id=record.id, lines=lines)
    await store.library.tidy()
    return time.process_time() - began


async def records_per_cpu_s(folder: Path) -> dict[str, float | int]:
    """Stores a chat of 200,000 entries three times, in fresh files; the median counts."""
    entries = made(ENTRIES)
    seconds = []
    for turn in range(3):
        store = SqliteStore(folder / f"import{turn}.db", clock=SystemClock())
        await store.open()
        seconds.append(await bring(store, entries, chat_id="chat", owner="0" * 32))
        await store.close()
    spent = statistics.median(seconds)
    found: dict[str, float | int] = {
        "import_records_per_cpu_s": round(ENTRIES / spent),
        "import_us_per_record": round(spent / ENTRIES * 1e6, 2),
    }
    began = time.process_time()
    for entry in entries:
        index_words(entry.text)
    found["import_us_words"] = round((time.process_time() - began) / ENTRIES * 1e6, 2)
    began = time.process_time()
    for entry in entries:
        fingerprint(entry)
    found["import_us_fingerprint"] = round((time.process_time() - began) / ENTRIES * 1e6, 2)
    found["import_bytes_per_record"] = round((folder / "import0.db").stat().st_size / ENTRIES)
    return found


def index_us(folder: Path) -> dict[str, float | int]:
    """Gives what indexing adds to a live message, by messages a commit: with the commits, less the same commits without it."""
    db = sqlite3.connect(folder / "import0.db", isolation_level=None, cached_statements=STATEMENTS_CACHED)
    db.execute("pragma journal_mode = wal")
    db.execute(f"pragma cache_size = -{PAGE_CACHE_KIB}")
    db.execute("pragma secure_delete = on")
    db.execute("pragma synchronous = off")  # CPU is what counts; waiting for the disk is the same with and without
    texts = Chatter(5).texts(MESSAGES)
    for text in texts:
        index_words(text)  # words that were never seen cost more once; a process that runs has seen most
    costs = {group: [_say(db, texts, turn=turn, group=group) for turn in range(4)] for group in GROUPS}
    began = time.process_time()
    while merge(db, pages=TIDY_PAGES):
        pass
    tidied = (time.process_time() - began) / (3 * len(GROUPS) * MESSAGES) * 1e6
    db.close()
    added = {group: round(statistics.median(turns[1:]) - turns[0], 2) for group, turns in costs.items()}
    beside = {"index_us_one_a_commit": added[1], "index_us_20_a_commit": added[20], "index_us_tidying": round(tidied, 2)}
    return {"index_us_per_message": added[4]} | beside


def _say(db: sqlite3.Connection, texts: list[str], *, turn: int, group: int) -> float:
    """Commits messages in groups, the first turn without indexing them; gives microseconds of CPU a message."""
    began = time.process_time()
    for first in range(0, MESSAGES, group):
        db.execute("begin immediate")
        for n, text in enumerate(texts[first : first + group], first):
            if turn:
                index_message(
                    db,
                    message_id=f"{group:04d}{turn:04d}-{n:027d}",
                    conversation_id=f"{n % 500:036d}",
                    seq=n,
                    at_ms=FIRST_MS + n * 999 + turn * 10 + group,
                    text=text,
                )
        db.execute("insert into file_use values (?, ?)", (f"{group} {turn}", str(first)))
        db.execute("commit")
    if turn:
        index_fresh(db)  # nothing is left out because it waits
    return (time.process_time() - began) / MESSAGES * 1e6


async def importing() -> dict[str, float | int]:
    """Measures both."""
    gc.set_threshold(GC_THRESHOLD, 20, 20)
    with tempfile.TemporaryDirectory(prefix="wasl-bench-") as name:
        folder = Path(name)
        return await records_per_cpu_s(folder) | index_us(folder)


if __name__ == "__main__":
    from tests.bench import figures

    found = asyncio.run(importing())
    figures.write("bench", found, keep=True)
    sys.exit(0 if figures.show("importing", found, limits=LIMITS) else 1)
