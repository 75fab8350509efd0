"""`make bench`: what one durable turn costs, how much it adds, how much memory it holds, how soon it is ready.

Wasl runs as real processes; the platform and the model run here (`peer`). Cost is CPU time, user and system, of the whole
process tree, at saturation; Wasl on SQLite, Wasl on PostgreSQL and the floor take turns within one run, and the median of
the rounds counts. The PostgreSQL server's own CPU time is counted apart and shown.
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

from tests.bench import figures
from tests.bench.cluster import Cluster, NoPostgres
from tests.bench.first_page import first_page_kb
from tests.bench.peer import Peer, Tally
from tests.bench.process import cpu_seconds, rss_bytes
from tests.bench.stream import first_chunks, held_streams
from tests.bench.subject import Floor, Wasl

LIMITS = {
    "turn_cpu_ms_sqlite": ("≤", 1.5),
    "turn_ratio_to_floor": ("≤", 1.6),
    "added_p50_ms": ("≤", 8.0),
    "added_p99_ms": ("≤", 40.0),
    "stream_first_chunk_p50_ms": ("≤", 5.0),
    "first_page_kb": ("≤", 120.0),
    "start_ready_s": ("≤", 1.5),
    "rss_mb_1000_conversations": ("≤", 100.0),
    "rss_growth_mb_100k_turns": ("≤", 10.0),
    "install_mb": ("≤", 200.0),
    "install_packages": ("≤", 60.0),
}
IN_FLIGHT = 64
HELD_STREAMS = 2_000
"""Pages that are open at once and only listen, while others ask."""
UNPACED = "messages_per_second = 100000"
"""The platform's own pace is a limit of the platform, not of the machine: it is lifted while the machine is measured."""
Figures = dict[str, float | int]


class Bench:
    """One run's instruments: the peer, a folder, and PostgreSQL where it is installed."""

    def __init__(self, *, folder: Path, peer: Peer, cluster: Cluster | None, turns: int, rounds: int, growth: int, profile: bool) -> None:
        self.folder, self.peer, self.cluster = folder, peer, cluster
        self.turns, self.rounds, self.growth, self.profile = turns, rounds, growth, profile
        self.serial = 0
        self._folders = 0

    def wasl(self, store: str = "", **settings: str) -> Wasl:
        """Makes a Wasl with a fresh folder."""
        self._folders += 1
        wrap: list[str] = []
        folder = self.folder / f"wasl{self._folders}"
        if self.profile:
            wrap = ["-m", "cProfile", "-o", str(figures.ROOT / "build" / f"profile-{'postgres' if store else 'sqlite'}.out")]
        return Wasl(folder, peer=self.peer.url, store=store, whatsapp=UNPACED, wrap=wrap, **settings)

    @contextlib.asynccontextmanager
    async def running(self, subject: Wasl | Floor) -> AsyncIterator[Wasl | Floor]:
        """Starts it, and ends it whatever happens."""
        await subject.start()
        try:
            yield subject
        finally:
            await subject.stop()

    async def saturate(self, subject: Wasl | Floor, *, turns: int, people: int, receipts: bool = True) -> Tally:
        """Drives one subject in a closed loop, with message numbers never used before. Raises when an answer is not single."""
        self.peer.aim(subject.port)
        self.peer.receipts = receipts
        tally = await self.peer.saturate(turns=turns, in_flight=IN_FLIGHT, people=people, first=self.serial)
        self.serial += turns
        if tally.answered_once != turns or tally.refused_hooks:
            raise RuntimeError(f"{tally.answered_once} of {turns} messages were answered once; {tally.refused_hooks} hooks were refused")
        return tally


async def turn_cpu(bench: Bench) -> Figures:
    """CPU time per turn, interleaved: SQLite, PostgreSQL, the floor with and without receipts."""
    async with AsyncExitStack() as stack:
        start = stack.enter_async_context
        floor = await start(bench.running(Floor(bench.folder / "floor", peer=bench.peer.url)))
        subjects: dict[str, tuple[Wasl | Floor, bool]] = {"floor": (floor, False), "floor_with_receipts": (floor, True)}
        subjects["sqlite"] = (await start(bench.running(bench.wasl())), True)
        if bench.cluster is not None:
            subjects["postgres"] = (await start(bench.running(bench.wasl(bench.cluster.new_database()))), True)
        cost: dict[str, list[float]] = {name: [] for name in subjects}
        rate: dict[str, list[float]] = {name: [] for name in subjects}
        server: list[float] = []
        for round_ in range(bench.rounds + 1):
            for name, (subject, receipts) in subjects.items():
                before, before_server = cpu_seconds(subject.pid), bench.cluster.cpu_seconds() if bench.cluster else 0.0
                tally = await bench.saturate(subject, turns=bench.turns, people=2_000, receipts=receipts)
                if round_ == 0:
                    continue
                cost[name].append((cpu_seconds(subject.pid) - before) / bench.turns * 1000)
                rate[name].append(bench.turns / tally.wall_seconds)
                if name == "postgres" and bench.cluster is not None:
                    server.append((bench.cluster.cpu_seconds() - before_server) / bench.turns * 1000)
    found: Figures = {f"turn_cpu_ms_{name}": round(statistics.median(values), 3) for name, values in cost.items()}
    found["turn_ratio_to_floor"] = round(_median_ratio(cost["sqlite"], cost["floor"]), 3)
    found["turn_ratio_to_floor_with_receipts"] = round(_median_ratio(cost["sqlite"], cost["floor_with_receipts"]), 3)
    if server:
        found["turn_cpu_ms_postgres_server"] = round(statistics.median(server), 3)
    found |= {f"turns_per_s_{name}": round(statistics.median(values)) for name, values in rate.items()}
    return found


def _median_ratio(ours: list[float], floor: list[float]) -> float:
    return statistics.median(one / other for one, other in zip(ours, floor, strict=True))


async def latency(bench: Bench) -> Figures:
    """What Wasl adds to the model's own time at 50 turns a second, on SQLite and on PostgreSQL."""
    found: Figures = {}
    stores = [("", "")] + ([("_postgres", bench.cluster.new_database())] if bench.cluster is not None else [])
    for suffix, store in stores:
        async with bench.running(bench.wasl(store)) as subject:
            await bench.saturate(subject, turns=200, people=200)
            bench.peer.model_seconds = 0.3
            try:
                tally = await bench.peer.steady(turns=1_500, per_second=50, people=1_500, first=bench.serial)
            finally:
                bench.peer.model_seconds = 0.0
            bench.serial += 1_500
        found[f"added_p50_ms{suffix}"] = round(statistics.median(tally.added_ms), 2)
        found[f"added_p99_ms{suffix}"] = round(statistics.quantiles(tally.added_ms, n=100)[98], 2)
    return found


async def start(bench: Bench) -> Figures:
    """From the start of the process to ready, on an empty folder each time."""
    seconds: list[float] = []
    for _ in range(5):
        subject = bench.wasl()
        seconds.append(await subject.start())
        await subject.stop()
    return {"start_ready_s": round(statistics.median(seconds), 3)}


async def memory(bench: Bench) -> Figures:
    """Memory after 1,000 conversations of two turns each, and its growth over 100,000 turns after a warm-up of a tenth."""
    async with bench.running(bench.wasl()) as subject:
        fresh = rss_bytes(subject.pid)
        await bench.saturate(subject, turns=2_000, people=1_000)
        found: Figures = {"rss_mb_fresh": round(fresh / 1e6, 1), "rss_mb_1000_conversations": round(rss_bytes(subject.pid) / 1e6, 1)}
        if bench.growth:
            await bench.saturate(subject, turns=bench.growth // 10, people=10_000)
            before = rss_bytes(subject.pid)
            await bench.saturate(subject, turns=bench.growth, people=10_000)
            found["rss_growth_mb_100k_turns"] = round((rss_bytes(subject.pid) - before) / 1e6 * 100_000 / bench.growth, 2)
    return found


async def stream(bench: Bench) -> Figures:
    """From the provider's first chunk to the page's first words, eight visitors at once; SQLite, then PostgreSQL with a worker apart."""
    serials = itertools.count(1)
    async with bench.running(bench.wasl()) as subject:
        late = await first_chunks(bench.peer, subject.port, visitors=8, messages=25, serials=serials)
    found: Figures = {"stream_first_chunk_p50_ms": round(statistics.median(late), 2)}
    found["stream_first_chunk_p99_ms"] = round(statistics.quantiles(late, n=100)[98], 2)
    if bench.cluster is not None:
        store = bench.cluster.new_database()
        async with bench.running(bench.wasl(store, role="web")) as web, bench.running(bench.wasl(store, role="worker")):
            late = await first_chunks(bench.peer, web.port, visitors=8, messages=25, serials=serials)
        found["stream_first_chunk_p50_ms_two_processes"] = round(statistics.median(late), 2)
    return found


async def faces(bench: Bench) -> Figures:
    """What a first visit loads; what pages that are open and only listen cost, and the first words of those who ask beside them."""
    async with bench.running(bench.wasl()) as subject:
        found: Figures = {}
        if (kilobytes := await first_page_kb(f"http://127.0.0.1:{subject.port}")) is not None:
            found["first_page_kb"] = kilobytes
        serials, pid = itertools.count(1), subject.pid
        await first_chunks(bench.peer, subject.port, visitors=8, messages=2, serials=serials)
        fresh = rss_bytes(pid)
        late, full = await held_streams(
            bench.peer, subject.port, held=HELD_STREAMS, asking=8, messages=25, serials=serials, weigh=lambda: rss_bytes(pid)
        )
    found["open_streams"] = HELD_STREAMS
    found["stream_p99_ms"] = round(statistics.quantiles(late, n=100)[98], 2)
    found["streams_rss_mb"] = round((full - fresh) / 1e6, 1)
    return found


async def install(bench: Bench) -> Figures:
    """Megabytes and packages of the default install, in a throwaway environment."""
    script = str(figures.ROOT / "scripts" / "measure_install.py")
    process = await asyncio.create_subprocess_exec(sys.executable, script, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError("the install could not be measured; is a package index reachable?")
    measured = json.loads(out)
    return {name: measured[name] for name in ("install_mb", "install_packages")}


PARTS: dict[str, Callable[[Bench], "asyncio.Future[Figures]"]] = {
    "turn_cpu": turn_cpu, "latency": latency, "start": start, "memory": memory, "stream": stream, "faces": faces,
    "install": install,
}  # type: ignore[dict-item]  # fmt: skip


async def main(arguments: argparse.Namespace) -> int:
    """Runs the chosen parts; the exit status says whether every limit was kept."""
    parts = arguments.only.split(",") if arguments.only else list(PARTS)
    peer = Peer()
    await peer.start()
    cluster: Cluster | None = None
    found: Figures = {}
    try:
        if not arguments.no_postgres:
            try:
                cluster = Cluster()
                await cluster.start()
            except NoPostgres as missing:
                print(f"The PostgreSQL figures are left out. {missing}", file=sys.stderr)
        with tempfile.TemporaryDirectory(prefix="wasl-bench-") as folder:
            bench = Bench(
                folder=Path(folder), peer=peer, cluster=cluster, turns=arguments.turns, rounds=arguments.rounds,
                growth=arguments.growth, profile=arguments.profile,
            )  # fmt: skip
            for part in parts:
                print(f"measuring {part} …", file=sys.stderr)
                found |= await PARTS[part](bench)
    finally:
        if cluster is not None:
            cluster.stop()
        await peer.stop()
    path = figures.write("bench", found, keep=bool(arguments.only))
    kept = figures.show("bench", found, limits=LIMITS)
    print(f"written to {path.relative_to(figures.ROOT)}")
    return 0 if kept else 1


def parse() -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help=f"parts to run, by commas: {', '.join(PARTS)}")
    parser.add_argument("--turns", type=int, default=3_000, help="turns in one round")
    parser.add_argument("--rounds", type=int, default=5, help="rounds that count; one more warms up")
    parser.add_argument("--growth", type=int, default=100_000, help="turns over which memory must stay flat; 0 leaves it out")
    parser.add_argument("--no-postgres", action="store_true")
    parser.add_argument("--profile", action="store_true", help="run Wasl under cProfile; see build/profile-*.out with pstats")
    return parser.parse_args()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=__import__("uvloop").new_event_loop) as runner:
        sys.exit(runner.run(main(parse())))
