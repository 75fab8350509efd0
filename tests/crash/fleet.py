"""The fleet: Wasl's processes, killed by plan and always started again, on one store."""

import asyncio
import random
import signal
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.subject import Wasl
from tests.crash.points import MOMENTS, NETWORK_POINTS, STORE_POINTS, VARIABLE

FUSE_SECONDS_MAX = 6.0
"""A point that is not reached within this is given up: the process is killed at that instant instead."""
AFTER_STILL_SECONDS = 1.5
"""So long a process that stood still goes on, before it is killed."""
WORK = "lease_seconds = 2\npoll_seconds = 0.2"
RARE = ("claim", "renew", "retry_turn", "start_sending", "release")
"""Points that few turns pass."""
OWN_DEATHS_MAX = 8
ENTRY = ("-m", "tests.crash.serve")
WATCHED = '[deployment]\nmode = "watch"'
"""These people write far more than a platform lets us send to one person; what the guard would make wait is judged and counted, and goes
out, so that a run is about deaths and not about waiting."""


@dataclass(frozen=True, slots=True)
class Kill:
    """One planned death: at a point (`spec`), or `seconds` after being ready; before it the process may be stopped for `still_seconds`."""

    spec: str = ""
    seconds: float = 0.0
    still_seconds: float = 0.0


def plan(rng: random.Random, *, each_point: int, instants: int, standstills: int = 0) -> list[Kill]:
    """Mixes every commit point and network write, before and after, with random instants and standstills longer than a lease."""
    kills = [
        Kill(spec=f"{point}:{moment}:{rng.randint(1, 2 if point in RARE else 25)}")
        for point in STORE_POINTS + NETWORK_POINTS
        for moment in MOMENTS
        for _ in range(each_point)
    ]
    kills += [Kill(seconds=rng.uniform(0.02, 2.5)) for _ in range(instants)]
    kills += [Kill(seconds=rng.uniform(0.5, 2.5), still_seconds=rng.uniform(2.0, 4.0)) for _ in range(standstills)]
    rng.shuffle(kills)
    return kills


@dataclass(slots=True)
class Deaths:
    """What was done to the fleet."""

    at_points: dict[str, int] = field(default_factory=dict)
    at_instants: int = 0
    standstills: int = 0
    unreached: dict[str, int] = field(default_factory=dict)
    own: list[str] = field(default_factory=list)

    @property
    def kills(self) -> int:
        return self.at_instants + sum(self.at_points.values())


class Unfit(RuntimeError):
    """The processes end by themselves again and again."""


class Fleet:
    """`roles` names one process each; web-serving ones take hooks at `ports`."""

    def __init__(
        self, folder: Path, *, peer: str, model: str, store: str, roles: Sequence[str], kills: Sequence[Kill], seed: int, **settings: str
    ) -> None:
        self._random = random.Random(seed)
        self._plan = list(kills)
        self.deaths = Deaths()
        settings["routing"] = f"{settings.get('routing', '')}\n\n{WATCHED}"
        shared = {"store": store, "work": WORK, "entry": ENTRY, "peer": peer, "model": model, **settings}
        self.members = [
            Wasl(folder if not store else folder / f"member{n}", role=role, **shared)  # type: ignore[arg-type]
            for n, role in enumerate(roles)
        ]
        self.ports = [m.port for m, role in zip(self.members, roles, strict=True) if role != "worker"]
        self._tasks: list[asyncio.Task[None]] = []
        self._waiting = 0
        self.planned_out = asyncio.Event()
        self._stopping = False

    async def start(self) -> None:
        """Starts every member, each looked after by its own supervisor."""
        self._waiting = len(self.members)
        self._tasks = [asyncio.create_task(self._look_after(m)) for m in self.members]

    def _ended(self, status: int, tail: str) -> None:
        self.deaths.own.append(f"exit status {status}: {tail}")
        if len(self.deaths.own) >= OWN_DEATHS_MAX:
            self.planned_out.set()
            raise Unfit("".join(self.deaths.own[-1:]))

    async def _look_after(self, member: Wasl) -> None:
        while self._plan:
            await self._one_life(member, self._plan.pop())
            await asyncio.sleep(self._random.uniform(0.0, 0.3))
        self._waiting -= 1
        if not self._waiting:
            self.planned_out.set()
        while not self._stopping:
            process = member.launch()
            status = await asyncio.to_thread(process.popen.wait)
            if not self._stopping:
                self._ended(status, process.tail(1500))

    async def _one_life(self, member: Wasl, kill: Kill) -> None:
        process = member.launch(env={VARIABLE: kill.spec} if kill.spec else {})
        ended = asyncio.create_task(asyncio.to_thread(process.popen.wait))
        patience = FUSE_SECONDS_MAX if kill.spec else kill.seconds
        if not kill.spec:
            await process.listening(member.port)
        done, _ = await asyncio.wait({ended}, timeout=patience)
        if not done and kill.still_seconds:
            self.deaths.standstills += 1
            process.popen.send_signal(signal.SIGSTOP)
            await asyncio.sleep(kill.still_seconds)
            process.popen.send_signal(signal.SIGCONT)
            done, _ = await asyncio.wait({ended}, timeout=AFTER_STILL_SECONDS)
        if not done:
            process.kill()
            self.deaths.at_instants += 1
            if kill.spec:
                name = kill.spec.rsplit(":", 1)[0]
                self.deaths.unreached[name] = self.deaths.unreached.get(name, 0) + 1
        status = await ended
        if not done:
            return
        if status == -signal.SIGKILL and kill.spec:
            name = kill.spec.rsplit(":", 1)[0]
            self.deaths.at_points[name] = self.deaths.at_points.get(name, 0) + 1
        else:
            self._ended(status, process.tail(1500))

    def unfit(self) -> bool:
        """Says whether too many ended by themselves for the run to mean anything."""
        return len(self.deaths.own) >= OWN_DEATHS_MAX

    async def stop(self) -> None:
        """Ends everybody politely."""
        self._stopping = True
        await asyncio.gather(*(m.stop() for m in self.members))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def states(store: str, folder: Path) -> Mapping[str, Mapping[str, int]]:
    """Counts deliveries and turns by state, and deliveries that took more than one attempt, straight from the tables."""
    queries = {
        "deliveries": "select state, count(*) from delivery group by state",
        "turns": "select state, count(*) from turn group by state",
        "attempts": "select case when attempt > 1 then 'again' else 'once' end, count(*) from delivery group by 1",
    }
    if store:
        import asyncpg

        db = await asyncpg.connect(store)
        try:
            return {name: {str(r[0]): int(r[1]) for r in await db.fetch(query)} for name, query in queries.items()}
        finally:
            await db.close()
    (path,) = (folder / "data").glob("*.db")
    with sqlite3.connect(path) as file:
        return {name: {str(r[0]): int(r[1]) for r in file.execute(query)} for name, query in queries.items()}
