"""A simulated month at the gate: `python -m tests.bench.simulated_month --messages 200000`.

People write, the assistant answers, sometimes in several bubbles, sometimes late; a shop reminds people by template, a few of whom it
has not seen for days; there are rush hours, and campaigns larger than the tier. The gate judges and counts in a real store, by a clock
that the simulation moves. A platform of its own, which knows nothing of our rules and counters, enforces window, pair, tier and rate,
and counts the month. Time runs from before the end of summer time into the next month.
"""

import argparse
import asyncio
import heapq
import logging
import random
import sys
import tempfile
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from tests.bench import figures

from wasl.domain.delivery import Outgoing
from wasl.domain.ids import AddressId, ConversationId, DeliveryId, PersonId, uuid7
from wasl.domain.message import Template, Text
from wasl.domain.person import Address, AddressKey
from wasl.domain.turn import Settling
from wasl.policy.act import Deployment
from wasl.policy.shipped_rules import shipped_book
from wasl.ports.counting import Counting
from wasl.service.acting import Party
from wasl.service.admit import Admit
from wasl.service.judging import Admitted, Denied, IfRoom, Waits
from wasl.service.rules_in_force import RulesInForce
from wasl.service.tally import Tally
from wasl.service.verdicts import waits_for
from wasl.store.sqlite import SqliteStore

BEGINS = datetime(2026, 10, 19, 6, tzinfo=UTC)
DAYS = 30
ZONE = "Europe/Berlin"
DAY_MS, HOUR_MS = 86_400_000, 3_600_000
TIER = 250
FREE_A_MONTH = 1_000
CHANNEL = next(one for one in shipped_book().channels if one.startswith("wha"))
COUNTRIES = ("+4917", "+2010", "+9665", "+5511", "+1415")


@dataclass
class Clock:
    """A clock that the simulation moves; who sleeps is not at work."""

    now: int
    busy: int = 0
    idle: asyncio.Event = field(default_factory=asyncio.Event)
    later: Callable[[int, Callable[[], None]], None] = lambda at, act: None

    def now_ms(self) -> int:
        return self.now

    def monotonic(self) -> float:
        return self.now / 1000

    def new_id(self) -> str:
        return uuid7(unix_ms=self.now, tail=random.randbytes(10))

    def random(self) -> float:
        return 0.5

    async def sleep(self, seconds: float) -> None:
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def wake() -> None:
            self.busy += 1
            woken.set_result(None)

        self.later(self.now + round(seconds * 1000), wake)
        self.done()
        await woken

    def done(self) -> None:
        self.busy -= 1
        if not self.busy:
            self.idle.set()


@dataclass
class Platform:
    """What the platform enforces, written down from its own pages: it rejects and says for what."""

    heard: dict[str, int] = field(default_factory=dict)
    rejected: Counter[str] = field(default_factory=Counter)
    taken: int = 0
    templates: int = 0
    charged: int = 0
    months: Counter[str] = field(default_factory=Counter)
    _second: deque[int] = field(default_factory=deque)
    _level: dict[str, tuple[float, int, bool]] = field(default_factory=dict)
    _people: dict[str, int] = field(default_factory=dict)

    def hears(self, person: str, now: int) -> None:
        self.heard[person] = now
        self._second.append(now)

    def open(self, person: str, now: int) -> bool:
        return person in self.heard and now - self.heard[person] <= DAY_MS

    def takes(self, person: str, now: int, *, template: bool, messages: int) -> bool:
        why = self._objection(person, now, template=template, messages=messages)
        if why is not None:
            self.rejected[why] += 1
            return False
        self._second.extend([now] * messages)
        level, since, paused = self._level.get(person, (0.0, now, False))
        level = max(0.0, level - (now - since) / 6_000) + messages
        self._level[person] = (level, now, (paused and level > messages + 1e-6) or level > 44 + 1e-6)
        if template:
            self.templates += 1
            if not self.open(person, now):
                self._people[person] = max(now, self._people.get(person, 0))
            return True
        self.taken += messages
        month = datetime.fromtimestamp(now / 1000, ZoneInfo(ZONE)).strftime("%Y-%m")
        for _ in range(messages):
            self.months[month] += 1
            self.charged += self.months[month] > FREE_A_MONTH
        return True

    def _objection(self, person: str, now: int, *, template: bool, messages: int) -> str | None:
        if not template and not self.open(person, now):
            return "window"
        while self._second and self._second[0] <= now - 1_000:
            self._second.popleft()
        if len(self._second) + messages > 80:
            return "rate"
        level, since, paused = self._level.get(person, (0.0, now, False))
        level = max(0.0, level - (now - since) / 6_000)
        if level + messages > 45 + 1e-6 or (paused and level > 1e-6):
            return "pair"
        if template and not self.open(person, now) and person not in self._lately(now) and len(self._lately(now)) >= TIER:
            return "tier"
        return None

    def _lately(self, now: int) -> dict[str, int]:
        if any(at <= now - DAY_MS for at in self._people.values()):
            self._people = {who: at for who, at in self._people.items() if at > now - DAY_MS}
        return self._people


class Month:
    """One run."""

    def __init__(self, *, messages: int, people: int, seed: int, counting: Counting) -> None:
        self.random = random.Random(seed)
        self.clock = Clock(now=int(BEGINS.timestamp() * 1000))
        self.clock.later = self.at
        self.platform = Platform()
        self.found: Counter[str] = Counter()
        self._events: list[tuple[int, int, Callable[[], None]]] = []
        self._serial = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._held: dict[str, list[Outgoing]] = {}
        rules = RulesInForce(base=shipped_book(), texts=None, clock=self.clock)
        deployment = Deployment(zone=ZONE, billing=True, unique_recipients_max=TIER, fulfilled=frozenset({"opt_in"}))
        parties = {"shop": Party(name="shop", kind=CHANNEL, deployment=deployment)}
        self._counting = counting
        self.gate = Admit(rules=rules, parties=parties, tally=Tally(counting=counting, clock=self.clock), clock=self.clock)
        self.people = [f"{self.random.choice(COUNTRIES)}{n:07d}" for n in range(people)]
        self._plan(messages)

    def at(self, at: int, act: Callable[[], None]) -> None:
        self._serial += 1
        heapq.heappush(self._events, (at, self._serial, act))

    def _plan(self, messages: int) -> None:
        """Writes down who writes when: days with rush hours, people who write a lot at once, reminders, two campaigns."""
        begins, left = self.clock.now, messages
        while left > 0:
            at = begins + self.random.randrange(DAYS * DAY_MS)
            kind = self.random.random()
            person = self.random.choice(self.people)
            if kind < 0.0005:  # a rush: many at once
                for _ in range(min(left, 60)):
                    left -= 1
                    self._writes(self.random.choice(self.people), at + self.random.randrange(900))
            elif kind < 0.003:  # somebody writes line by line, without end
                for n in range(min(left, 55)):
                    left -= 1
                    self._writes(person, at + n * self.random.randrange(200, 1_500))
            elif kind < 0.07:
                left -= 1
                self.at(at, lambda person=person: self._send(person, template=True))  # type: ignore[misc]  # bound for this event
            else:
                left -= 1
                self._writes(person, at)
        for day in (7, 20):  # more people than the tier lets be written to in a day
            wanted = self.random.sample(self.people, min(len(self.people), TIER + 60))
            for n, person in enumerate(wanted):
                self.at(begins + day * DAY_MS + n * 15, lambda person=person: self._send(person, template=True))  # type: ignore[misc]

    def _writes(self, person: str, at: int) -> None:
        self.at(at, lambda: self._heard(person))

    def _heard(self, person: str) -> None:
        now = self.clock.now
        self.platform.hears(person, now)
        self.gate.heard("shop", "number")
        for outgoing in self._held.pop(person, ()):  # the store wakes what is held in the commit of the person's word
            self._look(outgoing, person)
        late = self.random.random() < 0.01  # we were away, and answer a day too late
        after = self.random.randrange(800, 6_000) if not late else self.random.randrange(20 * HOUR_MS, 30 * HOUR_MS)
        bubbles = self.random.choice((1, 1, 1, 2, 3))
        self.at(now + after, lambda: self._send(person, bubbles=bubbles))

    def _send(self, person: str, *, template: bool = False, bubbles: int = 1) -> None:
        self.found["wanted"] += 1
        part = Template(name="reminder", language="en", category="utility") if template else Text(text="An answer.")
        outgoing = Outgoing(id=DeliveryId(self.clock.new_id()), address=self._address(person), parts=(part,) * bubbles)
        self._look(outgoing, person)

    def _look(self, outgoing: Outgoing, person: str) -> None:
        self.clock.busy += 1
        task = asyncio.get_running_loop().create_task(self._admit(replace(outgoing, address=self._address(person)), person))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _admit(self, outgoing: Outgoing, person: str) -> None:
        try:
            admission = await self.gate.admit(outgoing, conversation_id=ConversationId("c"))
            if isinstance(admission, IfRoom):
                admission = await admission.then(await self._counting.count(admission.asked))
            match admission:
                case Admitted():
                    if admission.wait_ms:
                        await self.clock.sleep(admission.wait_ms / 1000)
                    await self._sent(admission, outgoing, person)
                case Waits() if waits_for(admission.verdict) == "person":
                    self.found["held"] += 1
                    assert admission.due_at_ms > self.clock.now
                    self._held.setdefault(person, []).append(outgoing)
                case Waits():
                    self.found["waited"] += 1
                    assert admission.due_at_ms > self.clock.now
                    self.at(admission.due_at_ms, lambda: self._look(outgoing, person))
                case Denied():
                    self.found["denied"] += 1
        finally:
            self.clock.done()

    async def _sent(self, admission: Admitted, outgoing: Outgoing, person: str) -> None:
        template = isinstance(outgoing.parts[0], Template)
        verdict = admission.verdict or {}
        taken = self.platform.takes(person, self.clock.now, template=template, messages=len(outgoing.parts))
        self.found["sent"] += taken
        if not template and taken:
            self.found["charged"] += min(len(outgoing.parts), max(0, verdict.get("number", 0) - FREE_A_MONTH))
        settling = Settling(
            delivery_id=outgoing.id, conversation_id=ConversationId("c"), epoch=1, state="sent" if taken else "failed", at_ms=self.clock.now
        )
        await self.gate.settled(outgoing, settling)

    def _address(self, person: str) -> Address:
        key = AddressKey(channel="shop", scope="number", handle=person, kind="phone")
        return Address(id=AddressId(person), person_id=PersonId(person), key=key, last_inbound_ms=self.platform.heard.get(person))

    async def run(self) -> dict[str, Any]:
        """Runs to the end of the month, and then until nothing waits for a time any more."""
        while self._events:
            now = self._events[0][0]
            self.clock.now = max(self.clock.now, now)
            self.clock.idle.clear()
            self.clock.busy += 1
            while self._events and self._events[0][0] <= now:
                heapq.heappop(self._events)[2]()
            self.clock.done()
            await self.clock.idle.wait()
        held = [(one, who) for who, all_of in self._held.items() for one in all_of]
        dropped = self.found["wanted"] - self.found["sent"] - len(held)
        dropped += sum(self.platform.open(who, self.clock.now) for _, who in held)
        return {
            "messages": self.found["wanted"],
            "sent": self.found["sent"],
            "rejected": sum(self.platform.rejected.values()),
            **{f"rejected_{kind}": self.platform.rejected[kind] for kind in ("window", "pair", "tier", "rate")},
            "dropped": dropped,
            "held_at_the_end": len(held),
            "times_waited": self.found["waited"],
            "times_held": self.found["held"],
            "charged": self.found["charged"],
            "charged_by_the_platform": self.platform.charged,
            "months": len(self.platform.months),
        }


async def simulate(store: Any, *, messages: int, people: int, seed: int = 1) -> dict[str, Any]:
    """Runs one month on an open store."""
    return await Month(messages=messages, people=people, seed=seed, counting=store.counting).run()


async def on_sqlite(folder: Path, *, messages: int, people: int, seed: int = 1) -> dict[str, Any]:
    """Runs one month on a new SQLite file. What the disk does is not measured here: it need not be waited for."""
    clock = Clock(now=int(BEGINS.timestamp() * 1000))
    store = SqliteStore(folder / "wasl.db", clock=clock)
    await store.open()
    assert store._write_db is not None
    store._write_db.execute("pragma synchronous = off")
    try:
        return await simulate(store, messages=messages, people=people, seed=seed)
    finally:
        await store.close()


LIMITS = {"rejected": ("≤", 0.0), "dropped": ("≤", 0.0)}


def main() -> int:
    """Measures, prints, writes build/figures/simulated_month.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=200_000)
    parser.add_argument("--people", type=int, default=9_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    began = time.process_time()
    with tempfile.TemporaryDirectory(prefix="wasl-month-") as folder:
        found = asyncio.run(on_sqlite(Path(folder), messages=arguments.messages, people=arguments.people, seed=arguments.seed))
    found["cpu_us_per_message"] = round(1e6 * (time.process_time() - began) / max(1, found["messages"]), 1)
    kept = figures.show("simulated_month", found, limits=LIMITS)
    figures.write("simulated_month", found)
    figures.write("bench", found, keep=True)
    return 0 if kept and found["charged"] == found["charged_by_the_platform"] else 1


if __name__ == "__main__":
    sys.exit(main())
