"""`make crash`: kills Wasl at every commit point and at random instants, on both stores, alone and as three processes, and lets processes
stand still for longer than their lease.

Each setting runs under load from a platform that survives (`platform`): duplicate webhooks, shuffled and repeated receipts,
receipts before the send's own answer. The figures are the worst over the settings; `kills` and `messages` are the least.
"""

import argparse
import asyncio
import random
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench import figures
from tests.bench.cluster import Cluster
from tests.crash.fleet import Deaths, Fleet, plan, states
from tests.crash.linking import LinkingOutcome, crash_linking
from tests.crash.linking import tell as tell_linking
from tests.crash.platform import Habits, Platform, Verdict

OPEN_STATES = ("queued", "sending", "unknown")
DRAIN_SECONDS_MAX = 120.0
PEOPLE = 200
HABITS = Habits(pause_max=10.0, model_fault=0.1, cut_after_taking=0.02, cut_before_taking=0.01)
"""One model call in ten fails; of a hundred sends two are taken and their answer is lost, one is lost before it is taken."""
LIMITS = {
    "kills": ("≥", 50.0), "messages": ("≥", 2_000.0), "lost": ("=", 0.0), "out_of_order": ("=", 0.0),
    "twice_where_knowable": ("=", 0.0), "unknown_unresolved": ("=", 0.0), "linking_lost": ("=", 0.0),
    "linking_shown_to_another": ("=", 0.0), "linking_twice": ("=", 0.0),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One store and one set of roles."""

    name: str
    postgres: bool
    roles: tuple[str, ...]


SETTINGS = (
    Setting(name="sqlite, one process", postgres=False, roles=("all",)),
    Setting(name="postgres, one process", postgres=True, roles=("all",)),
    Setting(name="postgres, three processes", postgres=True, roles=("all", "all", "all")),
    Setting(name="postgres, web and two workers", postgres=True, roles=("web", "worker", "worker")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one setting came to."""

    setting: Setting
    deaths: Deaths
    verdict: Verdict
    deliveries: dict[str, int]
    turns: dict[str, int]
    attempts: dict[str, int]
    settled: bool
    seconds: float
    duplicates_refused: int

    def figures(self) -> dict[str, float | int]:
        """Gives the figures under their fixed names."""
        return {
            "kills": self.deaths.kills,
            "messages": self.verdict.messages,
            "lost": len(self.verdict.lost),
            "out_of_order": len(self.verdict.out_of_order),
            "twice_where_knowable": len(self.verdict.twice),
            "unknown_unresolved": sum(self.deliveries.get(state, 0) for state in OPEN_STATES),
        }


async def crash(
    setting: Setting,
    *,
    folder: Path,
    cluster: Cluster | None,
    messages: int,
    each_point: int,
    instants: int,
    seed: int,
    standstills: int = 0,
) -> Outcome:
    """Runs one setting: writes until the plan is used up and enough was said, then waits for quiet and judges."""
    started = time.monotonic()
    rng = random.Random(seed)
    platform = Platform(seed=seed, habits=HABITS)
    await platform.start()
    store = cluster.new_database() if setting.postgres and cluster is not None else ""
    kills = plan(rng, each_point=each_point, instants=instants, standstills=standstills)
    urls = {"peer": platform.listener.url, "model": platform.model.url}
    fleet = Fleet(folder, **urls, store=store, roles=setting.roles, kills=kills, seed=seed)
    platform.ports = fleet.ports
    await fleet.start()
    try:
        print(f"{setting.name}: {len(kills)} kills planned …", file=sys.stderr, flush=True)
        each = -(-messages // PEOPLE)
        await asyncio.gather(*(platform.person(n, messages=each, until=fleet.planned_out) for n in range(PEOPLE)))
        settled = not fleet.unfit() and await platform.settled(seconds=DRAIN_SECONDS_MAX)
    finally:
        await fleet.stop()
        await platform.stop()
    counted = await states(store, folder)
    return Outcome(
        setting=setting,
        deaths=fleet.deaths,
        verdict=platform.verdict(),
        deliveries=dict(counted["deliveries"]),
        turns=dict(counted["turns"]),
        attempts=dict(counted["attempts"]),
        settled=settled,
        seconds=time.monotonic() - started,
        duplicates_refused=platform.repeated,
    )


def worst(outcomes: Sequence[Outcome]) -> dict[str, float | int]:
    """Takes the worst of each figure: the least kills and messages, the most of everything else."""
    rows = [o.figures() for o in outcomes]
    return {name: (min if name in ("kills", "messages") else max)(row[name] for row in rows) for name in rows[0]}


def tell(outcome: Outcome) -> str:
    """Writes the story of one setting in a few lines."""
    d = outcome.deaths
    lines = [
        f"{outcome.setting.name}: {outcome.figures()} in {outcome.seconds:.0f} s",
        f"  killed at points {sum(d.at_points.values())} ({len(d.at_points)} kinds), at instants {d.at_instants}",
        f"  stood still {d.standstills} times",
        f"  points not reached in time, killed at that instant: {d.unreached or 'none'}",
        f"  deliveries {outcome.deliveries}, turns {outcome.turns}, sent at {outcome.attempts}",
    ]
    lines += [f"  ended by itself: {one}" for one in d.own[:3]]
    v = outcome.verdict
    for name, found in (("lost", v.lost), ("out of order", v.out_of_order), ("twice", v.twice), ("without a token", v.strangers)):
        if found:
            lines.append(f"  {name}: {found[:8]}")
    return "\n".join(lines)


async def linking(arguments: argparse.Namespace, *, cluster: Cluster | None) -> LinkingOutcome:
    """Lets pairs link, part and link again while Wasl is killed: on SQLite, and as two processes on PostgreSQL."""
    outcome = await crash_linking(
        folder=Path(tempfile.mkdtemp(prefix="wasl-linking-")), cluster=cluster, pairs=8, each_point=1, instants=arguments.instants,
        seed=arguments.seed, roles=("all",) if cluster is None else ("all", "all"),
    )  # fmt: skip
    print(tell_linking(outcome), flush=True)
    return outcome


def worst_linking(outcomes: Sequence[LinkingOutcome]) -> dict[str, float | int]:
    """Takes the worst of each figure of linking."""
    return {
        "linking_kills": min(o.deaths.kills for o in outcomes),
        "linking_links": min(o.links for o in outcomes),
        "linking_messages": min(o.messages for o in outcomes),
        "linking_lost": max(len(o.lost) + len(o.seen.unanswered) for o in outcomes),
        "linking_shown_to_another": max(len(o.seen.wrong) for o in outcomes),
        "linking_twice": max(len(o.twice) for o in outcomes),
    }


async def main(arguments: argparse.Namespace) -> int:
    """Runs every setting; the exit status says whether the promise was kept."""
    cluster = Cluster()
    await cluster.start()
    outcomes: list[Outcome] = []
    try:
        for setting in SETTINGS:
            if arguments.only and arguments.only not in setting.name:
                continue
            folder = Path(tempfile.mkdtemp(prefix="wasl-crash-"))
            outcome = await crash(
                setting, folder=folder, cluster=cluster, messages=arguments.messages,
                each_point=arguments.each_point, instants=arguments.instants, seed=arguments.seed, standstills=arguments.standstills,
            )  # fmt: skip
            print(tell(outcome), f"  output and database: {folder}", sep="\n", flush=True)
            outcomes.append(outcome)
        linked = [await linking(arguments, cluster=c) for c in (None, cluster)] if not arguments.only or arguments.only in "linking" else []
    finally:
        cluster.stop()
    found = {**(worst(outcomes) if outcomes else {}), **(worst_linking(linked) if linked else {})}
    path = figures.write("crash", found)
    kept = figures.show("crash (worst of the settings)", found, limits=LIMITS)
    print(f"written to {path.relative_to(figures.ROOT)}; seed {arguments.seed}")
    good = all(o.settled and not o.deaths.own for o in outcomes) and all(o.settled and not o.deaths.own for o in linked)
    return 0 if kept and good else 1


def parse() -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="part of a setting's name")
    parser.add_argument("--messages", type=int, default=2_000, help="least messages in each setting")
    parser.add_argument("--each-point", type=int, default=2, help="kills at each commit point and network write, before and after")
    parser.add_argument("--instants", type=int, default=25, help="kills at random instants")
    parser.add_argument("--standstills", type=int, default=8, help="processes stopped for longer than their lease, and continued")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    return parser.parse_args()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(asyncio.run(main(parse())))
