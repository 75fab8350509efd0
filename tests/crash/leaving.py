"""People who are told that a channel closes, while Wasl is being killed: `make crash-campaign` and a short test run it.

The milestones of a plan lie some seconds apart instead of weeks; everything else is as served: the plan and its members in the
database, messages through the outbox and the channel, receipts by webhook. The platform counts what reached each phone.
"""

import argparse
import asyncio
import random
import resource
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
from tests.bench import figures
from tests.bench.cluster import Cluster
from tests.bench.loopback import Request
from tests.crash.fleet import Deaths, Fleet, Kill
from tests.crash.platform import NUMBER, Habits, Platform
from tests.crash.points import LEAVING_POINTS, MOMENTS

from wasl.domain.event import Arrival
from wasl.domain.message import Text
from wasl.domain.person import AddressKey
from wasl.domain.sunset import Milestone, MilestoneName, Sunset, Wording
from wasl.net.clock import SystemClock
from wasl.ports.store import Incoming
from wasl.store.sqlite import SqliteStore

CHANNEL = "whatsapp"
FAST = "messages_per_second = 100000"
"""A platform that takes all at once, so that the run is about deaths and not about pace."""
PEOPLE = 10_000
ROUNDS: tuple[MilestoneName, ...] = ("announce", "remind")
APART_SECONDS = 30.0
"""The second milestone begins so long after the first, when nearly everybody was told: who was not is told of the second alone."""
LIFE_SECONDS_MAX = 2.5
TELLING_SECONDS = 20.0
"""A milestone is spread over so long, so that processes die in the midst of it."""
TOGETHER_SECONDS = 0.05
AT_ONCE = 500
QUIET_SECONDS_MAX = 240.0
HABITS = Habits(duplicate=0.0, receipt_delay_max=0.2, send_seconds_max=0.01, cut_after_taking=0.002, cut_before_taking=0.001)
LIMITS = {"told_twice": ("=", 0.0), "missed": ("=", 0.0), "campaign_kills": ("≥", 20.0), "campaign_seconds": ("≤", 120.0)}
_decode = msgspec.json.Decoder().decode


class Phones(Platform):
    """A platform that counts which milestone reached whom how often. Receipts that come within `together_seconds` share a webhook, as
    platforms send them when there are many."""

    def __init__(self, *, seed: int, habits: Habits, together_seconds: float = 0.0) -> None:
        super().__init__(seed=seed, habits=habits)
        self.told: Counter[tuple[str, str]] = Counter()
        self._together_seconds = together_seconds
        self._waiting: list[dict[str, Any]] = []

    def _take(self, request: Request) -> None:
        sent = _decode(request.body)
        body = str(sent.get("text", {}).get("body", ""))
        before = len(self.sends)
        super()._take(request)
        if len(self.sends) > before and body:  # it was taken, whether or not its answer arrives
            self.told[str(sent.get("to") or sent.get("recipient")), body.partition(":")[0]] += 1

    def _show(self, body: str) -> None:
        pass

    async def _receipt(self, delay: float, value: dict[str, Any]) -> None:
        if not self._together_seconds:
            return await super()._receipt(delay, value)
        self.receipts_pending += 1
        await asyncio.sleep(delay)
        self._waiting += value["statuses"]
        if len(self._waiting) > 1:
            return None  # the first of them brings the others along
        await asyncio.sleep(self._together_seconds)
        brought, self._waiting = self._waiting, []
        await self.hook({"statuses": brought})
        self.receipts_pending -= len(brought)
        return None


def sunset(*, now_ms: int, per_second: float, rounds: int = len(ROUNDS), apart_seconds: float = APART_SECONDS) -> Sunset:
    """Gives a plan whose milestones come one after the other within seconds."""
    return Sunset(
        id="crash",
        channel=CHANNEL,
        on_ms=now_ms + 3_600_000,
        zone="Africa/Cairo",
        state="running",
        milestones=tuple(
            Milestone(name=name, at_ms=now_ms + int(place * apart_seconds * 1000), wording=Wording(texts={"en": f"{name}: {{link}}"}))
            for place, name in enumerate(ROUNDS[:rounds])
        ),
        made_ms=now_ms,
        made_by="test",
        per_second=per_second,
        awake=(0, 24),
        gap_hours=0,
    )


async def settle_in(
    folder: Path, *, store: str, people: int, per_second: float, rounds: int = len(ROUNDS), apart_seconds: float = APART_SECONDS
) -> set[str]:
    """Lets people write, so that they may be told, and starts the plan; gives their numbers."""
    clock = SystemClock()
    opened: Any = SqliteStore(folder / "data" / "wasl.db", clock=clock)
    if store:
        from wasl.store.postgres import PostgresStore

        opened = PostgresStore(store, clock=clock)
    else:
        (folder / "data").mkdir(parents=True, exist_ok=True)
    await opened.open()
    numbers = [f"2010{n:08d}" for n in range(people)]
    for start in range(0, people, AT_ONCE):
        events = [
            Arrival(
                key=f"in{number}",
                address=AddressKey(channel=CHANNEL, scope=NUMBER, handle=number, kind="phone"),
                parts=(Text(text="hello"),),
                sent_at_ms=clock.now_ms(),
                wants_answer=False,
            )
            for number in numbers[start : start + AT_ONCE]
        ]
        await opened.receive(Incoming(channel=CHANNEL, raw=b"", received_at_ms=clock.now_ms(), events=events))
    plan = sunset(now_ms=clock.now_ms(), per_second=per_second, rounds=rounds, apart_seconds=apart_seconds)
    await opened.sunsets.put(plan)
    after = None
    while (after := await opened.sunsets.enrol(plan, after=after, limit=2_000)) is not None:
        pass
    await opened.close()
    return set(numbers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one run came to."""

    deaths: Deaths
    people: int
    twice: int
    missed: int
    strangers: int
    overtaken: int
    seconds: float

    def figures(self) -> dict[str, float | int]:
        """Gives the figures under their fixed names."""
        return {
            "told_twice": self.twice,
            "missed": self.missed,
            "campaign_kills": self.deaths.kills,
            "campaign_people": self.people,
            "campaign_overtaken": self.overtaken,
        }


def kills_of(rng: random.Random, *, instants: int, each_point: int) -> list[Kill]:
    """Plans random instants, and deaths around the commits that telling consists of."""
    kills = [Kill(seconds=rng.uniform(0.2, LIFE_SECONDS_MAX)) for _ in range(instants)]
    kills += [
        Kill(spec=f"{point}:{moment}:{rng.randint(1, 3)}") for point in LEAVING_POINTS for moment in MOMENTS for _ in range(each_point)
    ]
    kills += [Kill(spec=f"send:{moment}:{rng.randint(1, 40)}") for moment in MOMENTS for _ in range(each_point)]
    kills += [Kill(spec=f"settle:{moment}:{rng.randint(1, 40)}") for moment in MOMENTS for _ in range(each_point)]
    rng.shuffle(kills)
    return kills


async def crash_campaign(
    *,
    folder: Path,
    cluster: Cluster | None,
    people: int,
    instants: int,
    each_point: int,
    seed: int,
    roles: tuple[str, ...] = ("all",),
    telling_seconds: float = TELLING_SECONDS,
    apart_seconds: float = APART_SECONDS,
    patience_seconds: float = QUIET_SECONDS_MAX,
) -> Outcome:
    """Tells everybody in every milestone while the plan of kills is used up; judges by what the phones show."""
    started = time.monotonic()
    store = cluster.new_database() if cluster is not None else ""
    numbers = await settle_in(folder, store=store, people=people, per_second=people / telling_seconds, apart_seconds=apart_seconds)
    platform = Phones(seed=seed, habits=HABITS, together_seconds=TOGETHER_SECONDS)
    await platform.start()
    kills = kills_of(random.Random(seed), instants=instants, each_point=each_point)
    fleet = Fleet(
        folder, peer=platform.listener.url, model=platform.model.url, store=store, roles=roles, kills=kills, seed=seed, whatsapp=FAST
    )
    platform.ports = fleet.ports
    print(f"campaign: {people} people, {len(kills)} kills planned …", file=sys.stderr, flush=True)
    await fleet.start()
    try:
        deadline = time.monotonic() + patience_seconds
        while time.monotonic() < deadline and not fleet.unfit():
            await asyncio.sleep(0.25)
            reached = sum(name == ROUNDS[-1] for _, name in platform.told)
            if fleet.planned_out.is_set() and reached >= people and not platform.receipts_pending:
                await asyncio.sleep(8.0)  # a telling that comes again would come now: unclear sends are repeated after six
                break
    finally:
        await fleet.stop()
        await platform.stop()
    asked = {(number, name) for number in numbers for name in ROUNDS}
    overtaken = await overtaken_in(folder, store=store)
    return Outcome(
        deaths=fleet.deaths,
        people=people,
        twice=sum(count > 1 for count in platform.told.values()),
        missed=len(asked - overtaken - platform.told.keys()),
        overtaken=len(overtaken),
        strangers=len(platform.told.keys() - asked),
        seconds=time.monotonic() - started,
    )


async def overtaken_in(folder: Path, *, store: str) -> set[tuple[str, str]]:
    """Gives who was told of a later milestone in the stead of an earlier one, as it is noted: number and the earlier milestone."""
    query = "select a.handle, t.milestone from sunset_told t join address a on a.id = t.address_id where t.said = 2"
    if not store:
        with closing(sqlite3.connect(folder / "data" / "wasl.db")) as db:
            return {(str(handle), str(name)) for handle, name in db.execute(query)}
    db = await asyncpg.connect(store)
    try:
        return {(str(row[0]), str(row[1])) for row in await db.fetch(query)}
    finally:
        await db.close()


def tell(o: Outcome) -> str:
    """Writes the story in one line."""
    return (
        f"campaign: {o.people} people, {o.deaths.kills} kills ({o.deaths.at_points}, unreached {o.deaths.unreached}), told twice {o.twice},"
        f" missed {o.missed}, overtaken by the next milestone {o.overtaken}, strangers {o.strangers},"
        f" {o.seconds:.0f} s, ended by themselves {o.deaths.own[:2]}"
    )


async def _run(arguments: argparse.Namespace) -> int:
    started = time.monotonic()

    async def told(cluster: Cluster | None, place: int) -> Outcome:
        with tempfile.TemporaryDirectory(prefix="wasl-campaign-") as folder:
            outcome = await crash_campaign(
                folder=Path(folder), cluster=cluster, people=arguments.people, instants=arguments.instants,
                each_point=arguments.each_point, seed=arguments.seed + place, patience_seconds=arguments.patience,
            )  # fmt: skip
        print(f"{'PostgreSQL' if cluster else 'SQLite'} {tell(outcome)}", flush=True)
        return outcome

    cluster = Cluster()
    await cluster.start()
    try:
        outcomes = await asyncio.gather(*(told(one, place) for place, one in enumerate((None, cluster))))
    finally:
        cluster.stop()
    rows = [outcome.figures() for outcome in outcomes]
    worst = {name: (min if name in ("campaign_kills", "campaign_people") else max)(row[name] for row in rows) for name in rows[0]}
    worst["campaign_seconds"] = round(time.monotonic() - started, 1)
    worst["campaign_cpu_s"] = round(sum(map(_cpu, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))), 1)
    figures.write("crash-campaign", worst)
    kept = figures.show("crash-campaign (worst of both stores)", worst, limits=LIMITS)
    return 0 if kept and not any(outcome.deaths.own for outcome in outcomes) else 1


def _cpu(whose: int) -> float:
    used = resource.getrusage(whose)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Runs both stores, at the same time: while the one waits, the other works."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--instants", type=int, default=20)
    parser.add_argument("--each-point", type=int, default=0)
    parser.add_argument("--patience", type=float, default=600.0, help="seconds after which whoever was not told counts as missed")
    parser.add_argument("--seed", type=int, default=20261122)
    sys.exit(asyncio.run(_run(parser.parse_args())))


if __name__ == "__main__":
    main()
