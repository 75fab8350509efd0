"""What the PostgreSQL store alone costs per turn, split between this process and the server.

`python -m tests.bench.store_postgres [--profile] [--in-flight 64] [--turns 4000]`
"""

import argparse
import asyncio
import cProfile
import pstats
import time
from pathlib import Path

import asyncpg
import uvloop
from tests import postgres
from tests.bench.process import cpu_seconds
from tests.bench.store_turn import clock, turn

from wasl.store.postgres import PostgresStore

ROWS_PER_TURN = 14
"""Rows written per turn cycle: raw x3, seen, message x2, turn x2, delivery x4 and conversation x2 at least (inserts and updates)."""


async def measured(url: str, arguments: argparse.Namespace) -> None:
    groups: list[int] = []
    store = PostgresStore(url, clock=clock, told=lambda *, rows, seconds: groups.append(rows))
    await store.open()
    postmaster = await postmaster_of(url)
    await run(store, range(arguments.warm), in_flight=arguments.in_flight)
    profile = cProfile.Profile()
    if arguments.profile:
        profile.enable()
    groups.clear()
    server = cpu_seconds(postmaster)
    cpu, wall = await run(store, range(arguments.warm, arguments.warm + arguments.turns), in_flight=arguments.in_flight)
    server = (cpu_seconds(postmaster) - server) / arguments.turns * 1000
    profile.disable()
    await store.close()
    print(
        f"PostgreSQL store alone, {arguments.in_flight} in flight: client {cpu:.3f} + server {server:.3f} ms CPU a turn,"
        f" {wall:.3f} ms wall, {sum(groups) / len(groups):.1f} writes a group;"
        f" a row: client {cpu / ROWS_PER_TURN * 1000:.0f} + server {server / ROWS_PER_TURN * 1000:.0f} us"
    )
    if arguments.profile:
        pstats.Stats(profile).sort_stats("tottime").print_stats(35)


async def run(store: PostgresStore, serials: range, *, in_flight: int) -> tuple[float, float]:
    """Gives milliseconds of CPU of this process and of wall time per turn."""
    left = iter(serials)

    async def one_after_another() -> None:
        for serial in left:
            await turn(store, serial=serial, people=2000)

    cpu, wall = time.process_time(), time.perf_counter()
    await asyncio.gather(*(one_after_another() for _ in range(in_flight)))
    return (time.process_time() - cpu) / len(serials) * 1000, (time.perf_counter() - wall) / len(serials) * 1000


async def postmaster_of(url: str) -> int:
    db = await asyncpg.connect(url)
    try:
        folder = await db.fetchval("show data_directory")
    finally:
        await db.close()
    return int((await asyncio.to_thread(Path(folder, "postmaster.pid").read_text)).split()[0])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=4000)
    parser.add_argument("--warm", type=int, default=500)
    parser.add_argument("--in-flight", type=int, default=64)
    parser.add_argument("--profile", action="store_true")
    arguments = parser.parse_args()
    with postgres.server() as server, postgres.database(server) as url, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(measured(url, arguments))


if __name__ == "__main__":
    main()
