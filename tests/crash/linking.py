"""People who link, unlink and link again while they write and while Wasl is being killed: `make crash` and a short test run it.

Pairs of people on one platform join by the code in the chat, part, undo the parting and part again, all the time. The model tells in
its answer whose words it was shown, so the phones prove that nobody was shown what is not theirs.
"""

import asyncio
import random
import re
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from tests.bench.cluster import Cluster
from tests.bench.loopback import Request
from tests.bench.peer import TOKEN, text_message
from tests.crash.fleet import Deaths, Fleet, Kill, plan
from tests.crash.platform import Habits, Platform
from tests.crash.points import MOMENTS, PEOPLE_POINTS

CODE = re.compile(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]")
REPLY_SECONDS_MAX = 60.0
"""So long after the last kill every command is answered, and mostly so long after it was sent. A process that is killed again before it has
listened for receipts for their full time repeats no unclear send, and what stands behind one waits for the next process."""
DRAIN_SECONDS_MAX = 120.0
HABITS = Habits(pause_max=0.6, model_fault=0.05)
_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


@dataclass(slots=True, kw_only=True)
class Pair:
    """How two people stand: `period` counts the times that they were surely apart, and is odd while they are."""

    period: int = 1
    links: int = 0
    partings: int = 0

    @property
    def apart(self) -> bool:
        return self.period % 2 == 1


@dataclass(slots=True)
class Seen:
    """What the phones and the model tell about who was shown what."""

    wrong: list[str] = field(default_factory=list)
    commands: int = 0
    waited: int = 0
    unanswered: list[str] = field(default_factory=list)
    shared_prompts: int = 0
    roamed: int = 0


class LinkingPlatform(Platform):
    """The platform, with people 2n and 2n + 1 in pairs."""

    def __init__(self, *, seed: int, habits: Habits) -> None:
        super().__init__(seed=seed, habits=habits)
        self.pairs: dict[int, Pair] = {}
        self.written_in: dict[str, int] = {}
        self.seen = Seen()
        self.kills_over = asyncio.Event()
        self._words: dict[int, asyncio.Queue[str]] = {}

    def pair_of(self, person: int) -> Pair:
        return self.pairs.setdefault(person // 2, Pair())

    async def hook(self, value: dict[str, Any]) -> None:
        """Notes, of a message that begins its way, in which period its pair stands."""
        for message in value.get("messages", ()):
            found = TOKEN.search(message.get("text", {}).get("body", ""))
            if found and found[0] in self.inbound:
                self.written_in.setdefault(found[0], self.pair_of(self.inbound[found[0]].person).period)
        await super().hook(value)

    # -- what is shown
    def _ask(self, request: Request) -> None:
        messages = _decode(request.body)["messages"]
        asked = TOKEN.search(str(messages[-1]["content"]))
        if asked is not None and asked[0] in self.inbound:
            others = {t for m in messages[1:-1] for t in TOKEN.findall(str(m["content"]))}
            self._judge(asked[0], {self.inbound[t].person for t in others if t in self.inbound}, what="a model was shown")
        super()._ask(request)

    def _judge(self, token: str, people: set[int], *, what: str) -> None:
        """Compares whose words went into, or who got, the answer to a message with how its pair stands.

        Whoever wrote while both were apart, and is answered in that same period, has nothing to do with the other.
        """
        person = self.inbound[token].person
        pair = self.pair_of(person)
        other = person ^ 1
        surely_apart = pair.apart and self.written_in.get(token) == pair.period
        for one in people - {person}:
            if one != other or surely_apart:
                self.seen.wrong.append(f"{what}: {token} of {person}, with {one} in period {pair.period}")
            else:
                self.seen.shared_prompts += 1

    def _take(self, request: Request) -> None:
        sent = _decode(request.body)
        if sent.get("status") != "read":
            body = str(sent.get("text", {}).get("body", "") or sent.get("interactive", {}).get("body", {}).get("text", ""))
            to = re.sub(r"\D", "", str(sent.get("to") or sent.get("recipient") or ""))
            person = int(to[-8:])
            token = TOKEN.search(body)
            if token is None:
                self._words.setdefault(person, asyncio.Queue()).put_nowait(body)
            elif token[0] in self.inbound:
                self._judge(token[0], {person}, what="a phone was shown")
                self.seen.roamed += person != self.inbound[token[0]].person
        super()._take(request)

    def _show(self, body: str) -> None:
        if TOKEN.search(body) is not None:
            super()._show(body)

    # -- what people do
    async def command(self, person: int, text: str, *, until: str) -> str:
        """Sends a short word and waits for the answer that holds `until`; gives it."""
        self._serial += 1
        self.seen.commands += 1
        value = text_message(person=person, wamid=f"wamid.CM{self._serial:07d}", text=text, timestamp=int(time.time()))
        await self.hook(value)
        began = time.monotonic()
        answer = asyncio.create_task(self._heard(person, until))
        patience = asyncio.create_task(self._patience())
        await asyncio.wait({answer, patience}, return_when=asyncio.FIRST_COMPLETED)
        patience.cancel()
        self.seen.waited += time.monotonic() - began > REPLY_SECONDS_MAX
        if answer.done():
            return answer.result()
        answer.cancel()
        self.seen.unanswered.append(f"{person}: {text}")
        return ""

    async def _heard(self, person: int, until: str) -> str:
        words = self._words.setdefault(person, asyncio.Queue())
        while until not in (said := await words.get()):
            pass
        return said

    async def _patience(self) -> None:
        await asyncio.sleep(REPLY_SECONDS_MAX)
        if not self.kills_over.is_set():
            await self.kills_over.wait()
            await asyncio.sleep(REPLY_SECONDS_MAX)

    async def join_and_part(self, number: int, *, until: asyncio.Event) -> None:
        """Lets a pair link by a code, part, undo, and part again, on and on."""
        one, other = number * 2, number * 2 + 1
        pair = self.pair_of(one)
        rng = random.Random(number)
        while not until.is_set():
            code = CODE.search(await self.command(one, "link", until="`"))
            if code is None:
                continue
            if not await self.command(other, code[0], until="Join this conversation"):
                continue
            pair.period += 1
            await self.command(other, "yes", until="Done")
            pair.links += 1
            await asyncio.sleep(rng.random())
            await self._part(one, pair)
            await asyncio.sleep(rng.random())
            pair.period += 1
            await self.command(one, "undo", until="Joined again")
            pair.links += 1
            await asyncio.sleep(rng.random())
            await self._part(one, pair)
            await asyncio.sleep(rng.random())

    async def _part(self, person: int, pair: Pair) -> None:
        await self.command(person, "unlink", until="Joined with this")
        if await self.command(person, "unlink 1", until="Parted"):
            pair.period += 1
            pair.partings += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkingOutcome:
    """What one run came to."""

    deaths: Deaths
    messages: int
    lost: list[str]
    twice: list[str]
    out_of_order: list[str]
    seen: Seen
    links: int
    partings: int
    settled: bool
    apart: Mapping[int, int]


async def crash_linking(
    *,
    folder: Path,
    cluster: Cluster | None,
    pairs: int,
    each_point: int,
    instants: int,
    seed: int,
    at_links: int = 1,
    roles: tuple[str, ...] = ("all",),
) -> LinkingOutcome:
    """Runs pairs until the plan of kills is used up, waits for quiet and judges."""
    platform = LinkingPlatform(seed=seed, habits=HABITS)
    await platform.start()
    store = cluster.new_database() if cluster is not None else ""
    rng = random.Random(seed)
    kills = plan(rng, each_point=each_point, instants=instants)
    kills += [Kill(spec=f"{point}:{moment}:{rng.randint(1, 3)}") for point in PEOPLE_POINTS for moment in MOMENTS for _ in range(at_links)]
    rng.shuffle(kills)
    fleet = Fleet(folder, peer=platform.listener.url, model=platform.model.url, store=store, roles=roles, kills=kills, seed=seed)
    platform.ports, platform.kills_over = fleet.ports, fleet.planned_out
    await fleet.start()
    try:
        print(f"linking: {len(kills)} kills planned …", file=sys.stderr, flush=True)
        await asyncio.gather(
            *(platform.person(n, messages=5, until=fleet.planned_out) for n in range(pairs * 2)),
            *(platform.join_and_part(n, until=fleet.planned_out) for n in range(pairs)),
        )
        settled = not fleet.unfit() and await platform.settled(seconds=DRAIN_SECONDS_MAX)
    finally:
        await fleet.stop()
        await platform.stop()
    verdict = platform.verdict()
    return LinkingOutcome(
        deaths=fleet.deaths,
        messages=verdict.messages,
        lost=verdict.lost,
        twice=verdict.twice,
        out_of_order=verdict.out_of_order,
        seen=platform.seen,
        links=sum(p.links for p in platform.pairs.values()),
        partings=sum(p.partings for p in platform.pairs.values()),
        settled=settled,
        apart={n: p.period for n, p in platform.pairs.items()},
    )


def tell(outcome: LinkingOutcome) -> str:
    """Writes the story in a few lines."""
    o = outcome
    return (
        f"linking: {o.deaths.kills} kills, {o.messages} messages, {o.links} links, {o.partings} partings, {o.seen.commands} commands;"
        f" lost {o.lost[:5]}, twice {o.twice[:5]}, out of order {o.out_of_order[:5]}, wrong {o.seen.wrong[:5]},"
        f" commands unanswered {o.seen.unanswered[:5]}, answered after more than a minute {o.seen.waited},"
        f" with the other's words {o.seen.shared_prompts}, answered elsewhere {o.seen.roamed},"
        f" settled {o.settled}, ended by themselves {o.deaths.own[:2]}"
    )
