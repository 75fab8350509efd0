"""How long the exposure of everybody takes: `make bench ARGS="--only exposure"`.

200,000 people and 4 million messages on SQLite, a million people and 20 million messages on PostgreSQL, made by the databases
themselves; three in ten people write on two channels and are linked. The whole of `Expose.measure` counts, as `wasl exposure` and the
console run it: everybody is counted by ways and country at this moment, while a day's turns are sums of whole days that the hourly
chore keeps. What the chore has to do before (looking at every address once, summing a week) is timed and told beside.
`--people 20000` is a quick look.
"""

import argparse
import asyncio
import os
import resource
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

import asyncpg
from tests.bench.cluster import Cluster, NoPostgres

from wasl.continuity.dependency import Answerer, Configured, Way
from wasl.continuity.register import shipped
from wasl.net.clock import SystemClock
from wasl.service.expose import Expose, Footing
from wasl.store.postgres import PostgresStore
from wasl.store.sqlite import SqliteStore

PEOPLE_SQLITE = 200_000
PEOPLE_POSTGRES = 1_000_000
TURNS_EACH = 10
"""A question and an answer each: twenty messages a person."""
ROUNDS = 5
YEAR_MS = 365 * 86_400_000
LIMITS = {"exposure_s_sqlite_200k": ("≤", 2.0), "exposure_s_postgres_1m": ("≤", 2.0), "exposure_growth_mb": ("≤", 16.0)}
HERE = Configured(
    ways=(Way("whatsapp", "whatsapp", True, False), Way("telegram", "telegram", False, False), Way("webchat", "webchat", False, True)),
    answerers=(Answerer("large", "api.openai.com", "", 3, True), Answerer("other", "api.anthropic.com", "", 3, False)),
    database="ours",
    domain="wasl.example",
)
_HANDLE = """case {i} % 5 when 0 then '20100' when 1 then '39333' when 2 then '4915112' when 3 then '551191' else '212612' end"""
_CHANNEL = "case when {i} % 100 < 62 then 'whatsapp' when {i} % 100 < 82 then 'telegram' else 'webchat' end"
_OTHER = "case when {i} % 100 < 62 then 'telegram' else 'whatsapp' end"
_BEFORE = ("message_seq", "message_by_id", "message_file", "message_unsearched", "turn_seq")
"""Indexes that are made once the rows are there."""


def _series(people: int, *, sqlite: bool) -> str:
    """Numbers people."""
    if sqlite:
        return f"(with recursive n(i) as (select 1 union all select i + 1 from n where i < {people}) select i from n)"
    return f"(select i::bigint from generate_series(1, {people}) i)"


def statements(people: int, *, now_ms: int, sqlite: bool) -> list[str]:
    """Makes the statements that fill a database."""

    def of(prefix: int, i: str = "i") -> str:
        number = f"printf('%012x', {i})" if sqlite else f"lpad(to_hex({i}), 12, '0')"
        text = f"'{prefix}0000000-0000-7000-8000-' || {number}"
        return text if sqlite else f"({text})::uuid"

    def timed(ms: str, tail: str) -> str:
        head, end = (f"printf('%012x', {v})" if sqlite else f"lpad(to_hex({v}), 12, '0')" for v in (ms, tail))
        text = f"substr({head}, 1, 8) || '-' || substr({head}, 9, 4) || '-7000-8000-' || {end}"
        return text if sqlite else f"({text})::uuid"

    each = _series(people, sqlite=sqlite)
    turns = _series(TURNS_EACH, sqlite=sqlite)
    start = now_ms - YEAR_MS
    at = f"({start} + (k.i - 1) * {YEAR_MS // TURNS_EACH} + (p.i * 7919) % {YEAR_MS // TURNS_EACH})"
    linked = "i % 10 < 3"
    digits = "printf('%07d', i % 10000000)" if sqlite else "lpad((i % 10000000)::text, 7, '0')"
    phone = f"{_HANDLE.format(i='i')} || {digits}"
    parts = """'[{"type":"text","text":"When are you open on Friday?"}]'"""
    address = "id, person_id, conversation_id, channel, scope, handle, kind, valid_from_ms, last_inbound_ms"
    conversation = "id, person_id, born_as, shared, created_ms, last_ms, message_seq, turn_seq, closed_seq"
    message = "id, conversation_id, seq, author, address_id, sent_ms, stored_ms, parts, search_key"
    rows = f"from {each} p, {turns} k"
    turn = timed(at, "p.i * 100 + k.i")
    asked, answered = timed(at, "p.i * 100 + k.i * 2"), timed(f"({at} + 1000)", "p.i * 100 + k.i * 2 + 1")
    return [
        f"insert into person (id, kind, created_ms) select {of(1)}, 'person', {start} from {each} p",
        f"insert into person (id, kind, created_ms) select {of(2)}, 'person', {start} from {each} p where {linked}",
        f"insert into conversation ({conversation}) select {of(3)}, {of(1)}, null, case when {linked} then 1 else 0 end, {start}, {now_ms},"
        f" {2 * TURNS_EACH}, {TURNS_EACH}, {TURNS_EACH} from {each} p",
        f"insert into conversation ({conversation}) select {of(4)}, {of(1)}, {of(2)}, 1, {start}, {now_ms}, 0, 0, 0"
        f" from {each} p where {linked}",
        f"insert into address ({address}) select {of(5)}, {of(1)}, {of(3)}, {_CHANNEL.format(i='i')}, 'ours', {phone},"
        f" case when {_CHANNEL.format(i='i')} = 'whatsapp' then 'phone' else 'account' end, {start}, {now_ms} from {each} p",
        f"insert into address ({address}) select {of(6)}, {of(1)}, {of(4)}, {_OTHER.format(i='i')}, 'ours', 'b' || {phone}, 'account',"
        f" {start}, {now_ms} from {each} p where {linked}",
        "insert into turn (id, conversation_id, seq, message_id, state, accepted_ms, closed_ms, reply_id)"
        f" select {turn}, {of(3, 'p.i')}, k.i, {asked}, 'answered', {at}, {at} + 1000, {answered} {rows}",
        f"insert into message ({message}) select {asked}, {of(3, 'p.i')}, 2 * k.i - 1, 'person', {of(5, 'p.i')}, {at}, {at}, {parts}, 1"
        f" {rows}",
        f"insert into message ({message}) select {answered}, {of(3, 'p.i')}, 2 * k.i, 'assistant', null, {at} + 1000, {at} + 1000,"
        f" {parts}, 1 {rows}",
        "insert into usage (turn_id, conversation_id, candidate, provider, model, price_class, outcome, input_tokens, output_tokens,"
        f" cached_tokens, reasoning_tokens, estimated, started_ms, took_ms) select {turn}, {of(3, 'p.i')},"
        f" case when p.i % 4 = 0 then 'other' else 'large' end, 'p', 'm', 'standard', 'answered', 500, 100, 0, 0,"
        f" {'0' if sqlite else 'false'}, {at}, 900 {rows} where k.i = {TURNS_EACH}",
    ]


def fill_sqlite(path: Path, people: int, *, now_ms: int) -> None:
    """Fills a migrated file."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("pragma synchronous = off")
    db.execute("pragma cache_size = -262144")
    made = [db.execute("select sql from sqlite_master where name = ?", (name,)).fetchone()[0] for name in _BEFORE]
    for name in _BEFORE:
        db.execute(f"drop index {name}")
    for statement in (*statements(people, now_ms=now_ms, sqlite=True), *made):
        db.execute(statement)
    db.close()


async def fill_postgres(address: str, people: int, *, now_ms: int) -> None:
    """Fills a migrated database; vacuums and analyses, as autovacuum does."""
    db = await asyncpg.connect(address)
    await db.execute("set synchronous_commit = off; set maintenance_work_mem = '512MB'")
    made = [await db.fetchval("select indexdef from pg_indexes where indexname = $1", name) for name in _BEFORE]
    for name in _BEFORE:
        await db.execute(f"drop index {name}")
    for statement in (*statements(people, now_ms=now_ms, sqlite=False), *made):
        await db.execute(statement)
    for table in ("person", "conversation", "address", "turn", "message", "usage"):
        await db.execute(f"vacuum analyze {table}")
    await db.close()


def rss_mb() -> float:
    """What this process holds now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


async def measure(store: SqliteStore | PostgresStore, name: str, *, people: int, server: Cluster | None = None) -> tuple[float, float]:
    """Gives seconds of one measurement (the median), and by how much we grew, in MiB."""
    footing = Footing(register=shipped(), here=HERE, standing=shipped().standing(HERE))
    expose = Expose(counts=store.exposure, drills=store.drills, clock=SystemClock(), footing=footing)
    began = time.perf_counter()
    looked = await expose.look(limit=10 * people)
    looking = time.perf_counter() - began
    if server is not None:
        db = await asyncpg.connect(server_address(store))
        await db.execute("vacuum analyze address")  # every address was written once by the look: autovacuum comes by
        await db.execute("update address set last_inbound_ms = last_inbound_ms + 1 where handle like '%7'")  # some write since
        await db.close()
    began = time.perf_counter()
    await expose.measure()
    first = time.perf_counter() - began
    before, top = rss_mb(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    took: list[tuple[float, float]] = []
    for _ in range(ROUNDS):
        began, worked = time.perf_counter(), time.process_time() + (server.cpu_seconds() if server else 0.0)
        found = await expose.measure()
        took.append((time.perf_counter() - began, time.process_time() + (server.cpu_seconds() if server else 0.0) - worked))
    grown = max(rss_mb() - before, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - top) / 1024)
    assert found.people == people, (found.people, people)
    wall, cpu = sorted(took)[ROUNDS // 2]
    print(f"{name}, {people:,} people, {2 * TURNS_EACH * people:,} messages: {wall:.2f} s (CPU {cpu:.2f} s, the server's with it)")
    print(f"  whatsapp lost: {found.dependencies[0].kept:.1%} kept at worst; {len(found.dependencies)} dependencies")
    print(f"  before, by the chore: {looked:,} addresses looked at in {looking:.1f} s; with a week to sum: {first:.1f} s")
    print(f"  we grew by {grown:.1f} MiB")
    return wall, grown


def server_address(store: SqliteStore | PostgresStore) -> str:
    """Gives the address of the database that a store is on."""
    return str(getattr(store, "_url", ""))


async def exposing(*, sqlite: int = PEOPLE_SQLITE, postgres: int = PEOPLE_POSTGRES) -> dict[str, float | int]:
    """Measures both stores."""
    found: dict[str, float | int] = {}
    now_ms = int(time.time() * 1000)
    if sqlite:
        with tempfile.TemporaryDirectory(prefix="wasl-bench-") as folder:
            path = Path(folder) / "exposure.db"
            store = SqliteStore(path, clock=SystemClock())
            await store.open()
            await store.close()
            began = time.perf_counter()
            fill_sqlite(path, sqlite, now_ms=now_ms)
            print(f"SQLite filled in {time.perf_counter() - began:.0f} s, {path.stat().st_size >> 20} MiB")
            store = SqliteStore(path, clock=SystemClock())
            await store.open()
            found["exposure_s_sqlite_200k"], found["exposure_growth_mb"] = await measure(store, "SQLite", people=sqlite)
            await store.close()
    if postgres:
        try:
            cluster = Cluster()
        except NoPostgres as missing:
            print(f"The PostgreSQL figure is left out. {missing}")
            return found
        await cluster.start()
        try:
            address = cluster.new_database()
            kept = PostgresStore(address, clock=SystemClock())
            await kept.open()
            await kept.close()
            began = time.perf_counter()
            await fill_postgres(address, postgres, now_ms=now_ms)
            print(f"PostgreSQL filled in {time.perf_counter() - began:.0f} s")
            kept = PostgresStore(address, clock=SystemClock())
            await kept.open()
            wall, grown = await measure(kept, "PostgreSQL", people=postgres, server=cluster)
            await kept.close()
            found["exposure_s_postgres_1m"] = wall
            found["exposure_growth_mb"] = max(float(found.get("exposure_growth_mb", 0.0)), grown)
        finally:
            cluster.stop()
    return {name: round(float(value), 3) for name, value in found.items()}


if __name__ == "__main__":
    from tests.bench import figures

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=0, help="So many on both stores, for a quick look; nothing is written then.")
    parser.add_argument("--no-postgres", action="store_true")
    parser.add_argument("--no-sqlite", action="store_true")
    arguments = parser.parse_args()
    result = asyncio.run(
        exposing(
            sqlite=0 if arguments.no_sqlite else arguments.people or PEOPLE_SQLITE,
            postgres=0 if arguments.no_postgres else arguments.people or PEOPLE_POSTGRES,
        )
    )
    if not arguments.people:
        figures.write("bench", result, keep=True)
    sys.exit(0 if figures.show("exposure", result, limits=LIMITS) else 1)
