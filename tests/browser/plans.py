"""What the console's pages about leaving a channel are shown in the browser's journeys: people of five countries, a plan under way."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from wasl.continuity.plan import Means
from wasl.domain.event import Arrival
from wasl.domain.message import Text
from wasl.domain.person import AddressKey
from wasl.domain.sunset import Milestone, Sunset, Wording
from wasl.net.clock import SystemClock
from wasl.ports.provider import Model
from wasl.ports.store import Incoming
from wasl.routing.route import RouteCandidate
from wasl.service.begin_trial import BeginTrial
from wasl.service.expose import look_at
from wasl.service.succeed import Succeed
from wasl.service.sunset import PlanSunset
from wasl.service.sunset_words import FAREWELL, WORDS
from wasl.service.try_successor import Tried, TrySuccessor
from wasl.store.sqlite import SqliteStore

PLAN_ID = "00000000-0000-7000-8000-0000000050a5"
CHANNEL = "whatsapp"
NUMBERS = ("20100", "39333", "4915112", "551191", "212612")
DAY_MS = 86_400_000
ENDS = (datetime.now(UTC) + timedelta(days=60)).date()
PAGES = (
    ("plans", "sunsets"),
    ("plan", f"sunsets/{PLAN_ID}"),
    ("words of a plan", f"sunsets/{PLAN_ID}/words?milestone=0"),
    ("rest of a plan", f"sunsets/{PLAN_ID}/rest"),
    ("postponing", f"sunsets/{PLAN_ID}/postpone"),
)


def planner(store: SqliteStore, clock: SystemClock, *, channels: tuple[str, ...] = (CHANNEL, "webchat")) -> dict[str, Any]:
    """The parts of the pages."""

    def means(channel: str, region: str, category: str) -> Means:
        del channel, category
        return Means(outside="template", free_price=None, template_price=None, priced=region != "EG")

    made = PlanSunset(
        sunsets=store.sunsets,
        clock=clock,
        channels=channels,
        means=means,
        public_url="https://wasl.example",
        look=lambda: look_at(store.exposure),
    )
    model = Model(name="any")
    candidates = [
        RouteCandidate(name=name, provider=_NoProvider(), provider_name=provider, model=model, shutdown=ends)
        for name, provider, ends in (("gpt-4.1-mini", "openai", ENDS), ("gpt-4.1", "openai", None), ("claude-sonnet", "anthropic", None))
    ]
    succeed = Succeed(successions=store.successions, clock=clock, candidates=candidates)
    return {"planner": made, "begin_trial": BeginTrial(succeed=succeed, trial=HeldTrial())}


class _NoProvider:
    """Nobody is asked."""


class HeldTrial(TrySuccessor):
    """A trial that is held after its first answer until it is let go."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()

    async def run(self, successor: str, *, questions: int = 1, told: Callable[[int], None] = lambda count: None) -> Sequence[Tried]:
        """Gives two answers: one in two languages with a list, and one that failed."""
        told(1)
        await self.go_on.wait()
        one = Tried(
            question="متى تفتحون يوم الجمعة؟", then="نفتح من السابعة صباحًا.", now="يوم الجمعة من 7:00 إلى 22:00.\n- الخبز\n- croissants",
            failure="", took_ms=840, tokens=60, cost={"USD": "0.002"},
        )  # fmt: skip
        other = Tried(question="Do you deliver?", then="Yes.", now="", failure="the provider is down", took_ms=30, tokens=0, cost={})
        return [one, other]


async def fill(store: SqliteStore, clock: SystemClock) -> Sunset:
    """People who write on the channel, and a plan that has told some of them."""
    for n in range(40):
        key = AddressKey(channel=CHANNEL, scope="plans", handle=f"{NUMBERS[n % 5]}{9_000_000 + n}", kind="phone")
        arrival = Arrival(key=clock.new_id(), address=key, parts=(Text(text="hello"),), sent_at_ms=clock.now_ms(), wants_answer=False)
        await store.receive(Incoming(channel=CHANNEL, raw=b"{}", received_at_ms=clock.now_ms(), events=[arrival]))
    now = clock.now_ms()
    names = tuple(WORDS)
    sunset = Sunset(
        id=PLAN_ID, channel=CHANNEL, on_ms=now + 30 * DAY_MS, zone="Africa/Cairo", state="running", made_ms=now - 2 * DAY_MS,
        made_by="operator", per_day=250, regions_except=("IT",), farewell=FAREWELL, note="Announced by the platform",
        milestones=tuple(
            Milestone(name=name, at_ms=now + (place * 9 - 1) * DAY_MS, wording=Wording(texts=WORDS[name]))
            for place, name in enumerate(names)
        ),
    )  # fmt: skip
    await look_at(store.exposure)
    await store.sunsets.put(sunset)
    await store.sunsets.enrol(sunset, after=None, limit=1_000)
    told = await store.sunsets.intend(sunset, "announce", regions=None, free_since_ms=now - DAY_MS, outside_max=0, limit=20, now_ms=now)
    assert told
    return sunset


async def close(store: SqliteStore, clock: SystemClock) -> None:
    """A channel that has closed: whoever wrote there may prove it."""
    now = clock.now_ms()
    gone = Sunset(
        id=clock.new_id(), channel=CHANNEL, on_ms=now - DAY_MS, zone="UTC", state="closed", milestones=(), made_ms=now - 2 * DAY_MS,
        made_by="operator",
    )  # fmt: skip
    await store.sunsets.put(gone)
