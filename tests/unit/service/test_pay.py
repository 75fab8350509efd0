"""Paying for messages: before they go out, with the real store and worker."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.unit.service.house import House, Letters, build

from wasl.domain.cost import Budget, Charge, Cost
from wasl.domain.errors import Fenced, HeldByRule
from wasl.domain.event import Receipt
from wasl.ledger.meter import month_bounds
from wasl.ledger.price import PriceList
from wasl.ledger.price_file import read_prices
from wasl.ports.counting import Asked, Bucket, Counted
from wasl.ports.store import Lease
from wasl.service.judging import Admission, Admitted, Decided, IfRoom, Steps, Waits
from wasl.service.meter import Meter
from wasl.service.pay import Pay
from wasl.testing.clock import TestClock
from wasl.testing.network import answer

PRICES = """
[[messages]]
id = "letters.card"
channels = ["letters"]
regions = ["*"]
currency = "USD"
amounts = { service = 0.10, utility = 0.20 }
from = 2020-01-01
source = "test"
seen = 2020-01-01
"""
ALL = Budget(name="all", amount=Decimal(1), currency="USD")
OK = answer({}, status=200)


class Judging:
    """Another gate, which says what the rules say about money."""

    def __init__(self, verdict: dict[str, Any]) -> None:
        self.verdict = verdict
        self.told: list[str] = []

    async def admit(self, outgoing: Any, *, conversation_id: Any) -> Admission:
        return Admitted(outgoing=outgoing, verdict=self.verdict)

    async def settled(self, outgoing: Any, settling: Any) -> None:
        self.told.append(settling.state)


async def paying(folder: Path, *budgets: Budget, prices: str = PRICES, inner: Any = None, step: bool = True) -> tuple[House, list[str]]:
    house = build(folder)
    told: list[str] = []
    meter = Meter(
        prices=read_prices(prices, at="test") if prices else PriceList(),
        budgets=budgets,
        rates=(),
        zone="UTC",
        ledger=house.store.ledger,
        clock=house.clock,
        alarm=lambda what, facts: told.append(what),
    )
    pay = Pay(meter=meter, clock=house.clock, channels={"letters": Letters()}, inner=inner, ruled={"letters"} if inner else ())
    house.deliver._gate = pay
    if step and meter.pays_for_messages:
        house.answer._steps = Steps((pay,))
    house.receive._heard = pay.heard
    if isinstance(inner, Crowded):
        inner.clock = house.clock
    await house.store.open()
    house.network.on("POST", "https://letters.test/send", *[OK] * 20)
    return house, told


async def spent(house: House) -> tuple[Decimal, Decimal]:
    [account] = await house.store.ledger.accounts()
    return account.spent, account.held


async def messages(house: House) -> list[Any]:
    now = house.clock.now_ms()
    return list(await house.store.ledger.messages(since_ms=now - 86_400_000, until_ms=now + 86_400_000))


async def test_every_bubble_of_an_answer_says_what_it_is_expected_to_cost(tmp_path: Path) -> None:
    house, _ = await paying(tmp_path)
    await house.says("word " * 70)  # the echo passes 200 characters
    found = await messages(house)
    assert sum(m.messages for m in found) == 2
    assert {m.charge for m in found} == {Charge(Cost(Decimal("0.10"), "USD", "letters.card"), "service")}
    await house.store.close()


async def test_what_has_no_card_is_kept_as_unknown_and_not_as_nothing(tmp_path: Path) -> None:
    house, _ = await paying(tmp_path, prices="")
    await house.says("hello")
    [found] = await messages(house)
    assert found.charge is not None
    assert found.charge.cost.amount is None
    await house.store.close()


async def test_what_the_rules_say_about_money_goes_before_the_cards(tmp_path: Path) -> None:
    verdict = {"charged": True, "price": {"amount": "0.0572", "currency": "EUR"}}
    house, _ = await paying(tmp_path, inner=Judging(verdict))
    await house.says("hello")
    [found] = await messages(house)
    assert found.charge is not None
    assert found.charge.cost == Cost(Decimal("0.0572"), "EUR", "rules")
    await house.store.close()


async def test_what_the_rules_call_free_is_free(tmp_path: Path) -> None:
    house, _ = await paying(tmp_path, ALL, inner=Judging({"effect": "allow"}))
    await house.says("hello")
    [found] = await messages(house)
    assert found.charge is not None
    assert found.charge.cost.amount == 0
    await house.store.close()


async def test_a_message_is_paid_for_out_of_the_budget_once(tmp_path: Path) -> None:
    house, _ = await paying(tmp_path, ALL)
    await house.says("hello")
    assert await spent(house) == (Decimal("0.10"), Decimal(0))
    await house.store.close()


async def test_where_the_message_cannot_be_paid_no_model_is_asked_and_the_operator_is_told(tmp_path: Path) -> None:
    house, told = await paying(tmp_path, replace(ALL, amount=Decimal("0.25")))
    await house.says("one")
    await house.says("two")
    asked = len(house.ask.prompts)
    await house.says("three")
    assert len(house.ask.prompts) == asked
    assert len(house.sent()) == 2
    assert "budget used up" in told
    [(state, note, verdicts)] = house.rows("select state, note, verdicts from turn where seq = 3")
    assert state == "noted"
    assert "budget" in note
    assert "all" in verdicts
    await house.store.close()


async def test_a_send_that_a_daily_budget_forbids_waits_for_the_next_day(tmp_path: Path) -> None:
    house, _ = await paying(tmp_path, replace(ALL, amount=Decimal("0.05"), every="day"), step=False)
    await house.says("hello")
    [(state, due, error)] = house.rows("select state, due_ms, error from delivery")
    assert state == "queued"
    assert due % 86_400_000 == 0
    assert due > house.clock.now_ms()
    assert "budget" in error
    assert not house.sent()
    await house.store.close()


async def test_a_send_that_a_months_budget_forbids_fails_with_the_reason(tmp_path: Path) -> None:
    house, _ = await paying(tmp_path, replace(ALL, amount=Decimal("0.05")), step=False)
    await house.says("hello")
    [(state, error)] = house.rows("select state, error from delivery")
    assert (state, "budget" in error) == ("failed", True)
    assert month_bounds("2026-01", "UTC")[0] == 1_767_225_600_000
    await house.store.close()


async def test_what_failed_or_is_not_billed_is_given_back(tmp_path: Path) -> None:
    house, _ = await paying(tmp_path, ALL)
    await house.says("hello")
    [(delivery,)] = house.rows("select id from delivery")
    for price in (None, {"billable": False, "category": "service"}, {"billable": False, "category": "service"}):
        receipt = Receipt(key=f"{price}", scope="desk", state="delivered", at_ms=house.clock.now_ms(), tag=delivery, price=price)
        await house.receive.events("letters", raw=b"", events=[receipt])
    assert await spent(house) == (Decimal(0), Decimal(0))
    await house.store.close()


async def test_a_refused_send_costs_nothing(tmp_path: Path) -> None:
    house, _ = await paying(tmp_path, ALL)
    house.network.on("POST", "https://letters.test/send", answer({}, status=400))
    await house.says("hello")
    assert (await spent(house))[0] == 0
    await house.store.close()


@pytest.mark.parametrize("reserve", ["0", "0.95"])
async def test_what_is_kept_back_for_answers_is_still_there_for_them(tmp_path: Path, reserve: str) -> None:
    house, _ = await paying(tmp_path, replace(ALL, reserve=Decimal(reserve)))
    await house.says("hello")
    assert len(house.sent()) == 1
    await house.store.close()


async def test_what_another_gate_counted_for_a_send_that_cannot_be_paid_is_given_back(tmp_path: Path) -> None:
    judging = Judging({"charged": True, "price": {"amount": "0.5", "currency": "USD"}})
    house, _ = await paying(tmp_path, replace(ALL, amount=Decimal("0.4")), inner=judging, step=False)
    await house.says("hello")
    assert judging.told == ["failed"]
    assert not house.sent()
    await house.store.close()


class Crowded:
    """A gate with room for one a minute, and a price that turns out by what was counted."""

    def __init__(self, *, priced: str = "0.10", exact: str = "0.10") -> None:
        self.priced, self.exact = priced, exact
        self.clock = TestClock()

    def _verdict(self, amount: str) -> dict[str, Any]:
        return {"charged": True, "price": {"amount": amount, "currency": "USD"}}

    async def admit(self, outgoing: Any, *, conversation_id: Any) -> Admission:
        asked = Asked(now_ms=self.clock.now_ms(), buckets=(Bucket("door", 60_000_000, 1),))

        async def then(counted: Counted) -> Decided:
            if counted.full is not None:
                return Waits(due_at_ms=counted.until_ms, why=HeldByRule("the door is full"))
            return Admitted(outgoing=outgoing, verdict=self._verdict(self.exact))

        return IfRoom(outgoing=outgoing, asked=asked, then=then, verdict=self._verdict(self.priced))

    async def settled(self, outgoing: Any, settling: Any) -> None:
        pass


async def test_what_finds_no_room_keeps_what_was_reserved_for_it_and_is_paid_once(tmp_path: Path) -> None:
    house, _ = await paying(tmp_path, ALL, prices="", inner=Crowded(), step=False)
    await house.says("one")
    await house.says("two")
    assert len(house.sent()) == 1
    assert await spent(house) == (Decimal("0.10"), Decimal("0.10"))
    assert house.rows("select state, attempt from delivery order by seq") == [("sent", 1), ("queued", 0)]
    await house.clock.advance(61)
    while await house.step():
        pass
    assert len(house.sent()) == 2
    assert await spent(house) == (Decimal("0.20"), Decimal(0))
    await house.store.close()


async def test_what_turns_out_dearer_than_was_reserved_is_paid_in_full_or_not_sent(tmp_path: Path) -> None:
    for budget, sent, left in (("1.00", 1, "0.30"), ("0.20", 0, "0")):
        (tmp_path / budget).mkdir()
        inner = Crowded(exact="0.30")
        house, _ = await paying(tmp_path / budget, replace(ALL, amount=Decimal(budget)), prices="", inner=inner, step=False)
        await house.says("one")
        assert len(house.sent()) == sent
        assert await spent(house) == (Decimal(left), Decimal(0))
        await house.store.close()


async def test_what_was_reserved_for_an_answer_that_somebody_else_gave_is_given_back(tmp_path: Path) -> None:
    house, _ = await paying(tmp_path, ALL, step=False)
    await house.write("k1", "hello")
    lease = Lease(owner="slow", milliseconds=1_000)
    (late,) = await house.store.claim(lease=lease, limit=1, now_ms=house.clock.now_ms())
    await house.clock.advance(2)
    while await house.step():
        pass
    with pytest.raises(Fenced):
        await house.answer.turn(late)
    assert await spent(house) == (Decimal("0.10"), Decimal(0))
    assert len(house.sent()) == 1
    await house.store.close()
