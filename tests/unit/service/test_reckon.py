"""Reckoning on a real store: what a month has cost, and the commands that tell it."""

import json
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from tests.unit.service.house import House, Letters
from tests.unit.service.test_meter import Scene
from tests.unit.service.test_pay import ALL, paying

from wasl.cli.cost import cost_json
from wasl.domain.cost import Budget, Cause, Cost
from wasl.domain.errors import SettingWrong
from wasl.domain.prompt import Usage
from wasl.domain.turn import UsageRecord
from wasl.ledger.price_file import read_prices
from wasl.ports.provider import Model
from wasl.service.cost_table import exact, money, write_csv
from wasl.service.reckon import Reckon

PRICES = """
[[messages]]
id = "letters.card"
channels = ["letters"]
regions = ["*"]
currency = "USD"
amounts = { service = 0.10 }
from = 2020-01-01
source = "test"
seen = 2020-01-01
[[messages]]
id = "segments"
channels = ["segments"]
regions = ["*"]
unit = "segment"
currency = "EUR"
amounts = { "*" = 0.02 }
from = 2020-01-01
source = "test"
seen = 2020-01-01
[[tokens]]
id = "quick"
providers = ["p"]
models = ["quick"]
currency = "USD"
per_million = { input = 1, output = 1 }
from = 2020-01-01
source = "test"
seen = 2020-01-01
"""


def reckon(house: House, *budgets: Budget) -> Reckon:
    return Reckon(
        ledger=house.store.ledger,
        people=house.store.people,
        clock=house.clock,
        prices=read_prices(PRICES, at="test"),
        rates=(),
        budgets=budgets,
        prepaid=(),
        free={"letters": 1000},
        aliases={"post": "letters"},
        channels={"letters": Letters()},
        zone="Africa/Cairo",
        currency="USD",
    )


def record(house: House, *, cost: Cost, person: str = "") -> UsageRecord:
    return UsageRecord(
        candidate="quick",
        provider="p",
        model="quick",
        price_class="low",
        outcome="answered",
        usage=Usage(input_tokens=1_000_000, output_tokens=500_000),
        started_at_ms=house.clock.now_ms(),
        took_ms=1,
        cost=cost,
        cause=Cause("answer", "letters", "EG", person, ""),
    )


async def test_a_month_joins_tokens_and_messages_and_names_what_has_no_price(tmp_path: Path) -> None:
    house, _ = await paying(tmp_path, ALL)
    await house.says("hello")
    await house.says("again", who="sara")
    await house.store.record_usage([record(house, cost=Cost(Decimal("1.5"), "USD", "quick")), record(house, cost=Cost())])
    found = await reckon(house, ALL).month(by="channel")
    row = found.rows["letters"]
    assert (row.messages, row.calls, row.unknown_calls) == (2, 2, 1)
    assert row.amounts == {"USD": Decimal("1.70")}
    assert found.told.amount == Decimal("1.70")
    assert found.unpriced == [("p: quick", 1)]
    [(budget, [account])] = found.budgets
    assert (budget.name, account.spent) == ("all", Decimal("0.20"))
    people = await reckon(house).month(by="person")
    assert sorted(row.messages for row in people.rows.values()) == [0, 1, 1]
    days = await reckon(house).month(by="day")
    assert [row.messages for row in days.rows.values()] == [2]
    await house.store.close()


async def test_the_same_month_elsewhere(tmp_path: Path) -> None:
    house, _ = await paying(tmp_path)
    await house.says("word " * 60)
    await house.store.record_usage([record(house, cost=Cost())])
    supposed = await reckon(house).suppose()
    assert [(m.model, m.amount) for m in supposed.models] == [("quick", Decimal("1.5"))]
    by_name = {c.channel: c for c in supposed.channels}
    assert (by_name["letters"].sends, by_name["letters"].amounts) == (2, (("USD", Decimal("0.20")),))
    assert by_name["segments"].sends == 2, "304 letters of the seven-bit alphabet, in parts of 153"
    await house.store.close()


async def test_another_month_is_empty_and_what_is_none_is_refused(tmp_path: Path) -> None:
    house, _ = await paying(tmp_path)
    await house.says("hello")
    assert (await reckon(house).month("2020-01")).rows == {}
    with pytest.raises(SettingWrong, match="no month"):
        await reckon(house).month("2020-1x")
    with pytest.raises(SettingWrong, match="colour"):
        await reckon(house).month(by="colour")
    await house.store.close()


async def test_csv_and_json_have_exact_amounts_and_no_formulas(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    house, _ = await paying(tmp_path)
    exactly = Cost(Decimal("0.000000123456"), "USD", "quick")
    await house.store.record_usage([replace(record(house, cost=exactly), model="=cmd()")])
    found = await reckon(house).month(by="model")
    write_csv(found, sys.stdout)
    head, row = capsys.readouterr().out.splitlines()
    assert head.startswith("month,model,currency,cost")
    assert row.split(",")[1:4] == ["'=cmd()", "USD", "0.000000123456"]
    told = json.loads(json.dumps(cost_json(found, await reckon(house).suppose())))
    assert told["rows"]["=cmd()"]["cost"] == {"USD": "0.000000123456"}
    await house.store.close()


def test_a_small_amount_is_never_shown_as_nothing() -> None:
    assert money(Decimal("0.000001"), "USD") == "< 0.0001 USD"
    assert money(Decimal(0), "USD") == "0.00 USD"
    assert money(Decimal("12.3456"), "USD") == "12.35 USD"
    assert exact(Decimal("1E+3")) == "1000"


async def test_candidates_without_a_price_are_named(tmp_path: Path) -> None:
    house, _ = await paying(tmp_path)
    scene = Scene()
    candidates = [replace(scene.candidate(name), provider_name="p", model=Model(name=name)) for name in ("quick", "nameless")]
    assert reckon(house).unpriced(candidates) == ["nameless"]
    await house.store.close()
