"""`make soak`: hours of load with random faults; memory must stay flat and nothing may be lost.

    make soak ARGS="--minutes 120 --store postgres"

One Wasl process answers a platform that repeats, shuffles, cuts off and fails; every few minutes the process is killed, the
provider or the platform goes away for a while. Each minute one line tells messages, answers, memory and CPU.
"""

import argparse
import asyncio
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.cluster import Cluster
from tests.bench.process import cpu_seconds, rss_bytes
from tests.bench.subject import Wasl
from tests.crash.fleet import ENTRY, WORK, states
from tests.crash.platform import Habits, Platform

PEOPLE = 400
HABITS = Habits(pause_max=16.0, model_fault=0.03, cut_after_taking=0.01, cut_before_taking=0.005)
FAULT_EVERY_SECONDS = 45.0
GROWTH_MB_MAX = 30.0


async def _trouble(wasl: Wasl, platform: Platform, rng: random.Random, told: list[str]) -> None:
    """One fault after another, for ever."""
    while True:
        await asyncio.sleep(rng.uniform(0.5, 1.5) * FAULT_EVERY_SECONDS)
        fault = rng.choice(("kill", "provider", "platform"))
        told.append(fault)
        if fault == "kill" and wasl.process is not None:
            wasl.process.kill()
            await asyncio.sleep(rng.uniform(0.0, 3.0))
            await wasl.start()
        elif fault == "provider":
            await platform.model.stop()
            await asyncio.sleep(rng.uniform(0.5, 20.0))
            await platform.model.start()
        elif fault == "platform":
            await platform.listener.stop()
            await asyncio.sleep(rng.uniform(0.5, 20.0))
            await platform.listener.start()


async def main(arguments: argparse.Namespace) -> int:
    """Soaks for the given minutes; the exit status says whether memory stayed flat and nothing was lost."""
    rng = random.Random(arguments.seed)
    folder = Path(tempfile.mkdtemp(prefix="wasl-soak-"))
    cluster = Cluster() if arguments.store == "postgres" else None
    if cluster is not None:
        await cluster.start()
    store = cluster.new_database() if cluster is not None else ""
    platform = Platform(seed=arguments.seed, habits=HABITS)
    await platform.start()
    wasl = Wasl(folder, peer=platform.listener.url, model=platform.model.url, store=store, work=WORK, entry=ENTRY)
    platform.ports = [wasl.port]
    await wasl.start()
    over, faults = asyncio.Event(), list[str]()
    talk = asyncio.gather(*(platform.person(n, messages=1, until=over) for n in range(PEOPLE)))
    trouble = asyncio.create_task(_trouble(wasl, platform, rng, faults))
    sizes: list[float] = []
    try:
        for minute in range(arguments.minutes):
            began = time.monotonic()
            await asyncio.sleep(60.0)
            if trouble.done():
                trouble.result()
            sizes.append(rss_bytes(wasl.pid) / 1e6)
            print(
                f"minute {minute + 1}: {len(platform.inbound)} messages, {platform.answered()} answered, {sizes[-1]:.1f} MB, "
                f"{cpu_seconds(wasl.pid):.0f} s CPU, faults {len(faults)}, {time.monotonic() - began:.0f} s",
                flush=True,
            )
        trouble.cancel()
        await asyncio.gather(trouble, return_exceptions=True)
        for listener in (platform.model, platform.listener):
            if not listener.listening:
                await listener.start()
        if wasl.process is None or not wasl.process.running():
            await wasl.start()
        over.set()
        await talk
        settled = await platform.settled(seconds=300)
    finally:
        await wasl.stop()
        await platform.stop()
    verdict, counted = platform.verdict(), await states(store, folder)
    if cluster is not None:
        cluster.stop()
    quarter = max(1, len(sizes) // 4)
    growth = sum(sizes[-quarter:]) / quarter - sum(sizes[:quarter]) / quarter
    print(f"settled: {settled}; lost {verdict.lost[:5]}, twice {verdict.twice[:5]}, out of order {verdict.out_of_order[:5]}")
    print(f"memory: last quarter less first quarter {growth:+.1f} MB; deliveries {counted['deliveries']}; output in {folder}")
    return 0 if settled and not (verdict.lost or verdict.twice or verdict.out_of_order) and growth <= GROWTH_MB_MAX else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(asyncio.run(main(parser.parse_args())))
