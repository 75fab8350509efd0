"""The meter: calls are paid for before they are made, on a clock, a network and prices that the test holds."""

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from wasl.domain.cost import AccountKey, Budget, Cause, Cost
from wasl.domain.errors import Spent, Unroutable
from wasl.domain.prompt import Finish, Prompt, PromptMessage, TextDelta, Usage
from wasl.ledger.price import Exchange, PriceList
from wasl.ledger.price_file import read_prices
from wasl.ports.provider import Model
from wasl.ports.store import Store
from wasl.providers.openai_chat import OpenAiChat
from wasl.service.ask import Ask, Asked, RouteCandidate
from wasl.service.meter import Meter
from wasl.store.memory import MemoryStore
from wasl.store.sqlite import SqliteStore
from wasl.testing.clock import TestClock
from wasl.testing.network import ScriptedNetwork, Silence, answer

PRICES = "".join(
    f"""
[[tokens]]
id = "{name}.card"
providers = ["{name}"]
models = ["*"]
currency = "USD"
per_million = {{ input = {price}, output = {price} }}
from = 2020-01-01
source = "test"
seen = 2020-01-01
"""
    for name, price in (("dear", 1000), ("cheap", 1))
)
HELLO = Prompt(messages=(PromptMessage(role="user", text="hello"),), max_output_tokens=100)
CAUSE = Cause("answer", "letters", "EG", "somebody", "talk")
ALL = Budget(name="all", amount=Decimal(1), currency="USD")


@dataclass(frozen=True, kw_only=True)
class Limits:
    first_token_seconds: float = 4.0
    silence_seconds: float = 3.0
    whole_seconds: float = 20.0
    turn_seconds: float = 60.0
    retries: int = 1
    price_class_max: str = "standard"
    stream: str = "never"


class Quotes:
    kind = "quotes"

    def reply(self, prompt: Prompt) -> list[Any]:
        return [TextDelta(text="from your papers"), Usage(input_tokens=0, output_tokens=0), Finish(reason="stop")]


def whole(given: int = 10, made: int = 10) -> Any:
    choice = {"index": 0, "message": {"role": "assistant", "content": "fine"}, "finish_reason": "stop"}
    return answer({"id": "r", "model": "m", "choices": [choice], "usage": {"prompt_tokens": given, "completion_tokens": made}})


class Scene:
    def __init__(self, *budgets: Budget, store: Store | None = None, spare: bool = True, prices: PriceList | None = None) -> None:
        self.clock = TestClock()
        self.network = ScriptedNetwork(clock=self.clock)
        self.store = store or MemoryStore(clock=self.clock)
        self.told: list[tuple[str, Mapping[str, object]]] = []
        self.meter = Meter(
            prices=prices or read_prices(PRICES, at="test"),
            budgets=budgets,
            rates=[Exchange(of="USD", to="EUR", rate=Decimal("0.5"), from_=date(2020, 1, 1))],
            zone="Africa/Cairo",
            ledger=self.store.ledger,
            clock=self.clock,
            alarm=lambda what, told: self.told.append((what, told)),
        )
        quotes = RouteCandidate(name="quotes", provider=Quotes(), provider_name="quotes", model=Model(name=""), price_class="free")
        self.ask = Ask(
            candidates=[self.candidate("dear"), self.candidate("cheap")],
            network=self.network,
            clock=self.clock,
            routing=Limits(),
            purse=self.meter,
            spare=quotes if spare else None,
        )

    async def open(self) -> "Scene":
        await self.store.open()
        return self

    def candidate(self, name: str) -> RouteCandidate:
        provider = OpenAiChat(OpenAiChat.Settings(base_url=f"http://{name}.test/v1", key="k"), name=name)  # type: ignore[arg-type]
        return RouteCandidate(name=name, provider=provider, provider_name=name, model=Model(name=f"model-{name}"))

    def on(self, name: str, *scripts: Any) -> None:
        self.network.on("POST", f"http://{name}.test/*", *scripts)

    async def asks(self, cause: Cause = CAUSE) -> Asked:
        return await self.clock.drive(self.ask.ask(HELLO, cause=cause))

    async def spent(self, name: str = "all", subject: str = "") -> tuple[Decimal, Decimal]:
        found = [a for a in await self.store.ledger.accounts() if (a.key.budget, a.key.subject) == (name, subject)]
        return (found[0].spent, found[0].held) if found else (Decimal(0), Decimal(0))


async def test_a_call_is_priced_by_what_the_provider_says_and_tells_for_whom_it_was() -> None:
    scene = await Scene().open()
    scene.on("dear", whole(given=7, made=3))
    [record] = (await scene.asks()).records
    assert record.cost == Cost(Decimal("0.010"), "USD", "dear.card")
    assert record.cause == CAUSE
    assert await scene.spent() == (0, 0), "without budgets nothing is kept"


async def test_what_has_no_card_has_no_price_and_the_keyless_answer_costs_nothing() -> None:
    scene = await Scene(prices=PriceList()).open()
    scene.on("dear", answer({}, status=401))
    scene.on("cheap", whole())
    refused, given = (await scene.asks()).records
    assert (refused.cost.amount, given.cost.amount) == (None, None)


async def test_a_budget_is_reserved_before_the_call_and_settled_after_it() -> None:
    scene = await Scene(ALL).open()
    held: list[Decimal] = []

    async def look() -> None:
        await asyncio.sleep(0)
        held.append((await scene.spent())[1])

    scene.on("dear", whole())
    looking = asyncio.create_task(look())
    await scene.asks()
    await looking
    assert await scene.spent() == (Decimal("0.020"), 0)


async def test_when_the_dear_one_cannot_be_paid_the_cheap_one_answers() -> None:
    scene = await Scene(Budget(name="all", amount=Decimal("0.05"), currency="USD")).open()
    scene.on("cheap", whole())
    asked = await scene.asks()
    assert asked.answer.candidate == "cheap"
    assert not scene.network.calls_to("http://dear.test/*")
    assert [what for what, _ in scene.told] == ["budget used up"]


async def test_when_nobody_can_be_paid_the_spare_answers_for_nothing() -> None:
    scene = await Scene(Budget(name="all", amount=Decimal("0.000001"), currency="USD")).open()
    asked = await scene.asks()
    assert asked.answer.candidate == "quotes"
    assert not scene.network.calls
    assert asked.records[-1].cost.amount == 0


async def test_without_a_spare_the_route_says_that_the_money_is_spent() -> None:
    scene = await Scene(Budget(name="all", amount=Decimal("0.000001"), currency="USD"), spare=False).open()
    with pytest.raises(Unroutable, match="all") as refused:
        await scene.asks()
    assert refused.value.facts["spent"] is True
    assert refused.value.seconds is None


async def test_a_spare_that_a_bar_keeps_out_is_not_asked() -> None:
    scene = await Scene(Budget(name="all", amount=Decimal("0.000001"), currency="USD")).open()
    with pytest.raises(Unroutable):
        await scene.clock.drive(scene.ask.ask(HELLO, cause=CAUSE, bars=[lambda c: "no judge" if c.keyless else None]))


async def test_a_call_that_was_refused_gives_its_money_back_and_one_that_fell_silent_does_not() -> None:
    scene = await Scene(ALL).open()
    scene.on("dear", Silence())
    scene.on("cheap", answer({}, status=503), whole())
    asked = await scene.asks()
    silent = asked.records[0]
    assert silent.outcome != "answered"
    assert silent.usage.estimated
    assert silent.cost.amount is not None
    assert silent.cost.amount > 0, "it took the request: it may be billed"
    whole_cost = sum((r.cost.amount or Decimal(0) for r in asked.records), Decimal(0))
    assert await scene.spent() == (whole_cost, 0)


async def test_budgets_of_persons_channels_and_providers_are_counted_apart() -> None:
    budgets = [
        Budget(name="each", amount=Decimal(1), currency="USD", whose="person", every="day"),
        Budget(name="ways", amount=Decimal(1), currency="USD", whose="channel"),
        Budget(name="sellers", amount=Decimal(1), currency="USD", whose="provider"),
        Budget(name="letters", amount=Decimal(1), currency="EUR", only="letters"),
        Budget(name="elsewhere", amount=Decimal(1), currency="USD", only="cards"),
    ]
    scene = await Scene(*budgets).open()
    scene.on("dear", whole(), whole())
    await scene.asks()
    await scene.asks(Cause("judge", "letters", "", "other", ""))
    accounts = {a.key: a.spent for a in await scene.store.ledger.accounts()}
    day = "2026-01-01"
    found = {(k.budget, k.subject): v for k, v in accounts.items()}
    assert found[("each", "somebody")] == found[("each", "other")] == Decimal("0.020")
    assert found[("ways", "letters")] == found[("sellers", "dear")] == Decimal("0.040")
    assert found[("letters", "")] == Decimal("0.0200"), "at the operator's rate of a half"
    assert ("elsewhere", "") not in found
    assert {len(k.period) for k in accounts if k.budget == "each"} == {len(day)}


async def test_a_budget_may_refuse_what_nobody_knows_the_price_of() -> None:
    strict = Budget(name="all", amount=Decimal(1), currency="USD", unknown="refuse")
    scene = await Scene(strict, prices=PriceList()).open()
    assert (await scene.asks()).answer.candidate == "quotes"
    lenient = await Scene(ALL, prices=PriceList()).open()
    lenient.on("dear", whole())
    assert (await lenient.asks()).answer.candidate == "dear"


async def test_marks_are_told_once() -> None:
    scene = await Scene(Budget(name="all", amount=Decimal("0.5"), currency="USD")).open()
    scene.on("dear", *[whole(given=100, made=20) for _ in range(4)])
    for _ in range(4):
        with contextlib.suppress(Spent):
            await scene.asks()
    assert [told["percent"] for what, told in scene.told if what == "budget passes a mark"] == [50, 80]


async def test_whoever_is_cancelled_in_a_call_still_pays_for_it() -> None:
    scene = await Scene(ALL).open()
    scene.on("dear", Silence())
    task = asyncio.create_task(scene.ask.ask(HELLO, cause=CAUSE))
    for _ in range(50):
        await asyncio.sleep(0)
    assert scene.network.calls, "it is being asked"
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    spent, held = await scene.spent()
    assert held == 0
    assert spent >= 0


async def test_64_at_once_never_overspend_by_more_than_one_reserve(tmp_path: Path) -> None:
    """One process on SQLite; with four on PostgreSQL see tests/contract/test_budget_race.py."""
    clock = TestClock()
    store = SqliteStore(tmp_path / "race.db", clock=clock)
    budget = Budget(name="all", amount=Decimal("2.5"), currency="USD")
    scene = await Scene(budget, store=store).open()
    scene.on("dear", *[whole(given=10, made=100) for _ in range(64)])
    scene.on("cheap", *[whole() for _ in range(64)])
    asked = await scene.clock.drive(asyncio.gather(*(scene.ask.ask(HELLO, cause=CAUSE) for _ in range(64))))
    spent, held = await scene.spent()
    one_reserve = Decimal("0.14")
    assert held == 0
    assert spent <= budget.amount + one_reserve
    assert spent == sum((r.cost.amount or Decimal(0) for a in asked for r in a.records), Decimal(0))
    assert len(asked) == 64, "everybody was answered by somebody"
    assert scene.network.calls_to("http://dear.test/*")
    await store.close()


async def test_the_reservation_of_a_dead_process_runs_out() -> None:
    scene = await Scene(ALL).open()
    held = await scene.meter.reserve(scene.candidate("dear"), cause=CAUSE, input_tokens=5, output_tokens=100)
    assert held is not None
    assert (await scene.spent())[1] == Decimal("0.110")
    await scene.clock.advance(6 * 60)
    await scene.meter.sweep()
    assert await scene.spent() == (0, 0)
    assert await scene.store.ledger.find_account(AccountKey("all", "1999-01")) is None
