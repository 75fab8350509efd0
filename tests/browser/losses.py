"""What the console's pages about leaving are shown in the browser's journeys: a busy installation, its trend, a drill and a contract."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from wasl.continuity.dependency import Answerer, Configured, Standing, Way
from wasl.continuity.register import read_texts, shipped
from wasl.domain.days import DAY_MS, begun_ms
from wasl.domain.event import Arrival
from wasl.domain.exposure import Asked, Drill, Fault, Outcome
from wasl.domain.message import Text
from wasl.domain.person import AddressKey
from wasl.net.clock import SystemClock
from wasl.ports.store import Incoming
from wasl.service.begin_drill import BeginDrill
from wasl.service.drill import Rehearse
from wasl.service.expose import Expose, Footing
from wasl.service.play_shadow import Played, PlayShadow
from wasl.store.sqlite import SqliteStore

HERE = Configured(
    ways=(
        Way("whatsapp", "whatsapp", True, False, "graph.facebook.com"),
        Way("telegram", "telegram", False, False, "api.telegram.org"),
        Way("webchat", "webchat", False, True),
    ),
    answerers=(
        Answerer("gpt-4.1-mini", "api.openai.com", "", 2, True),
        Answerer("claude-sonnet", "api.anthropic.com", "", 2, False),
        Answerer("llama", "llm.zaytuna.example", "me-central-1", 1, False),
    ),
    database="sqlite",
    domain="zaytuna.example",
)
OWN = """
[[constraint]]
id = "openai.first"
first = ["openai"]
then = ["anthropic"]
when = "refused or down"
text = { en = "Our contract gives OpenAI the first refusal.", ar = "يمنح عقدنا أوبن إيه آي حق الرفض الأول." }
until = 2027-03-31
source = "Our contract of 2026-04-01, section 4"
seen = 2026-11-22
"""
ABLE = {"whatsapp": frozenset({"voice notes", "writing first, by template"}), "telegram": frozenset({"voice notes", "buttons"})}
DRILL_ID = "00000000-0000-7000-8000-00000000d811"
NUMBERS = ("20100", "39333", "4915112", "551191", "212612")
REPORT = {
    "asked": 60, "answered": 57, "unanswered": 3, "stored_for_later": 31, "not_delivered": 0, "told_elsewhere": 2,
    "could_be_told_elsewhere": 9, "answered_by": {"claude-sonnet": 44, "llama": 13}, "delay_p50_ms": 1240, "delay_p95_ms": 4300,
    "delay_worst_ms": 9100, "delay_added_p50_ms": 310, "delay_added_p95_ms": 2750, "turned_away": 4,
    "usual": {"asked": 60, "answered": 60, "answered_by": {"gpt-4.1-mini": 60}},
    "since_last": {"answered": [0.8, 0.95], "delay_p95_ms": [7000.0, 4300.0]},
    "stand_ins": ["models: an echo", "platforms: they take every message"], "cost": {}, "interrupted": False,
}  # fmt: skip


class HeldPlay(PlayShadow):
    """Rounds that are held in their middle until they are let go: a third of the questions answered, then all."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()
        self.held = asyncio.Event()

    async def run(self, questions: Sequence[Asked], *, lost: Sequence[Standing], how: Fault, answered: Callable[[int], None]) -> Played:
        """Tells a third, and the rest once it may."""
        answered(len(questions) // 3)
        self.held.set()
        await self.go_on.wait()
        by = "claude-sonnet" if lost else "gpt-4.1-mini"
        outcomes = [Outcome("whatsapp", "answered", q.accepted_ms, q.accepted_ms + 900, by, "sent", "whatsapp") for q in questions]
        return Played(outcomes=outcomes, turned_away=0, others=0, cost={}, stand_ins=("models: an echo",))


def pages(store: SqliteStore, clock: SystemClock, *, play: PlayShadow) -> dict[str, Any]:
    """The parts of the pages; a drill that is run from them plays nothing."""
    register = read_texts({"own.toml": OWN}, base=shipped())
    footing = Footing(register=register, here=HERE, standing=register.standing(HERE), able=ABLE)

    async def backed_up() -> int | None:
        return clock.now_ms() - DAY_MS

    expose = Expose(counts=store.exposure, drills=store.drills, clock=clock, footing=footing, backed_up=backed_up)
    rehearse = Rehearse(exposing=store, clock=clock, footing=footing, play=play)
    return {"expose": expose, "begin_drill": BeginDrill(rehearse=rehearse)}


async def fill(store: SqliteStore, clock: SystemClock) -> None:
    """People who write on platforms, figures of past weeks, a drill that is over."""
    for n in range(60):
        name = "whatsapp" if n % 5 else "telegram"
        key = AddressKey(channel=name, scope="ours", handle=f"{NUMBERS[n % 5]}{n:07d}", kind="phone" if n % 5 else "account")
        arrival = Arrival(
            key=clock.new_id(), address=key, parts=(Text(text="When are you open?"),), sent_at_ms=clock.now_ms(), wants_answer=False
        )
        await store.receive(Incoming(channel=name, raw=b"{}", received_at_ms=clock.now_ms(), events=[arrival]))
    now = clock.now_ms()
    for day in range(40):
        await store.exposure.keep_figures(day_ms=begun_ms(now) - (40 - day) * DAY_MS, record={"whole": 0.18 + 0.004 * day, "kept": {}})
    drill = Drill(
        id=DRILL_ID, mode="shadow", lost=("openai", "whatsapp"), how="disabled", started_ms=now - 3 * DAY_MS, until_ms=now,
        candidates=("gpt-4.1-mini",),
    )  # fmt: skip
    await store.drills.put(drill)
    await store.drills.end(drill.id, at_ms=now - 3 * DAY_MS + 60_000, report=REPORT)
