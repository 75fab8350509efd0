from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from wasl.domain.cost import CallSum, Charge, Cost, Line, MessageSum, PlatformWord
from wasl.ledger.price import Exchange, PriceList
from wasl.ledger.price_file import read_prices
from wasl.ledger.report import (
    DIMENSIONS,
    Item,
    Prepayment,
    forecast,
    grouped,
    items_of_calls,
    items_of_lines,
    items_of_messages,
    numbers,
    prepaid_state,
    told_in,
    total,
)
from wasl.ledger.whatif import Bubble, on_channel, on_each_model, scaled

AT = 1_795_305_600_000  # 2026-11-22 in UTC
DAY = date(2026, 11, 22)
CHARGE = Charge(Cost(Decimal("0.0456"), "EUR", "rate.de"), "service", "DE")
PRICES = read_prices(
    """
[[messages]]
id = "marketing.de"
channels = ["kind"]
regions = ["DE"]
currency = "EUR"
amounts = { marketing = 0.1131, service = 0.0456 }
from = 2020-01-01
source = "test"
seen = 2020-01-01
[[tokens]]
id = "quick"
providers = ["p"]
models = ["quick", "slow"]
currency = "USD"
per_million = { input = 1, output = 2 }
from = 2020-01-01
source = "test"
seen = 2020-01-01
""",
    at="test",
)


def message(state: str = "delivered", *, word: PlatformWord | None = None, charge: Charge | None = CHARGE, count: int = 1) -> Item:
    sums = [MessageSum(AT, "wa", "n1", state, charge, word, "", count)]
    [item] = items_of_messages(sums, prices=PRICES, kinds=lambda name: "kind", zone="UTC")
    return item


def call(**changes: object) -> Item:
    told = CallSum(
        AT, "answer", "wa", "DE", "c", "p", "m", "low", "answered", "USD", "card", "ali", 2, 10, 4, 0, 0, 0, 0, Decimal("0.5")
    )._replace(**changes)  # type: ignore[arg-type]  # the tests name fields
    [item] = items_of_calls([told])
    return item


def test_only_what_was_delivered_is_billed_and_the_platforms_word_wins() -> None:
    billed, free = PlatformWord(billable=True, category="service"), PlatformWord(billable=False, category="service")
    assert (message("sent").amount, message("sent").sure) == (Decimal("0.0456"), False)
    assert (message("delivered", word=billed).amount, message("delivered", word=billed).sure) == (Decimal("0.0456"), True)
    assert (message("delivered", word=free).amount, message("delivered", word=free).sure) == (0, True)
    assert (message("failed").amount, message("failed").sure) == (0, True)
    assert message("delivered", word=free).estimate == Decimal("0.0456"), "the estimate is kept beside the truth"


def test_billed_in_another_category_is_priced_by_that_one() -> None:
    item = message("delivered", word=PlatformWord(billable=True, category="marketing"))
    assert (item.amount, item.card, item.sure) == (Decimal("0.1131"), "marketing.de", True)
    assert message("delivered", word=PlatformWord(billable=True, category="unheard_of")).unknown == 1


def test_an_amount_that_the_platform_names_is_the_truth() -> None:
    item = message("delivered", word=PlatformWord(amount=Decimal("0.0079"), currency="USD"))
    assert (item.amount, item.currency, item.sure) == (Decimal("0.0079"), "USD", True)


def test_a_price_that_nobody_knows_is_counted_and_is_not_nothing() -> None:
    item = message(charge=Charge(Cost(), "service", "FR"))
    assert (item.amount, item.unknown) == (None, 1)
    whole = total([item, call(unknown=2, amount=Decimal(0), currency="")])
    assert (whole.unknown_messages, whole.unknown_calls, whole.amounts) == (1, 2, {})


def test_currencies_stand_side_by_side_until_the_operator_gives_a_rate() -> None:
    whole = total([message(), call()])
    assert whole.amounts == {"EUR": Decimal("0.0456"), "USD": Decimal("0.5")}
    apart = told_in(whole.amounts, currency="USD", day=DAY, rates=[])
    assert (apart.amount, apart.rest) == (Decimal("0.5"), (("EUR", Decimal("0.0456")),))
    rate = Exchange(of="EUR", to="USD", rate=Decimal(2), from_=date(2026, 1, 1))
    assert told_in(whole.amounts, currency="USD", day=DAY, rates=[rate]).amount == Decimal("0.5912")


@given(st.lists(st.tuples(st.sampled_from(["USD", "EUR"]), st.decimals(0, 1_000, places=9), st.sampled_from(["a", "b", ""])), max_size=30))
def test_every_way_of_grouping_has_the_same_sum(costs: list[tuple[str, Decimal, str]]) -> None:
    items = [call(currency=c, amount=a, subject=s, provider=s, country=s, model=s, channel=s, work=s or "answer") for c, a, s in costs]
    whole = total(items)
    for by in DIMENSIONS:
        rows = grouped(items, by, zone="Africa/Cairo").values()
        assert sum(row.calls for row in rows) == whole.calls
        for currency in ("USD", "EUR"):
            assert sum((row.amounts.get(currency, Decimal(0)) for row in rows), Decimal(0)) == whole.amounts.get(currency, 0)


def test_the_months_free_messages_are_counted_by_number_when_delivered() -> None:
    items = [
        message("delivered", count=700),
        message("read", count=200, word=PlatformWord(billable=False, category="service")),
        message("sent", count=50),
        message("failed", count=7),
        message("delivered", count=30, word=PlatformWord(billable=False, category="referral_conversion", free_entry=True)),
        message("delivered", count=5, charge=CHARGE._replace(category="marketing")),
    ]
    [number] = numbers(items, free={"wa": 1000})
    assert (number.counted, number.left, number.free_entry) == (900, 100, 30)
    assert numbers(items, free={}) == []


def test_a_correction_and_a_fee_count_as_what_they_are() -> None:
    lines = [
        Line(id="1", at_ms=AT, kind="fee", amount=Decimal(100), currency="EUR", basis="truth", channel="wa"),
        Line(id="2", at_ms=AT, kind="correction", amount=Decimal(-1), currency="EUR", basis="truth", channel="wa", source="x"),
    ]
    whole = total(items_of_lines(lines))
    assert whole.amounts == {"EUR": Decimal(99)}
    assert (whole.calls, whole.messages) == (0, 0)


def test_a_month_is_foretold_from_its_last_whole_days() -> None:
    days = {date(2026, 11, n): Decimal(2) for n in range(1, 22)} | {DAY: Decimal("0.5")}
    told = forecast(sum(days.values(), Decimal(0)), days, today=DAY, month_ends=date(2026, 11, 30))
    assert told is not None
    assert told.amount == 60
    assert told.low == told.high == 60, "every day was like the others"
    assert forecast(Decimal(1), {DAY: Decimal(1)}, today=DAY, month_ends=date(2026, 11, 30)) is None


def test_a_forecast_is_never_below_what_is_spent_already() -> None:
    days = {date(2026, 11, 20): Decimal(1), date(2026, 11, 21): Decimal(90), DAY: Decimal(500)}
    told = forecast(Decimal(591), days, today=DAY, month_ends=date(2026, 11, 30))
    assert told is not None
    assert told.low >= 591
    assert told.amount >= 591


def test_a_credit_says_what_is_left_and_what_is_likely_to_be_lost() -> None:
    credit = Prepayment("credit", "p", Decimal(10), "USD", date(2026, 11, 13), date(2026, 12, 2), "")
    state = prepaid_state(credit, [call(amount=Decimal(5)), call(provider="q", amount=Decimal(3))], today=DAY, zone="UTC", rates=[])
    assert (state.used, state.left, state.days_left) == (5, 5, 10)
    assert state.likely_lost == 0, "half a unit a day uses it up to the end"
    late = prepaid_state(credit, [call(amount=Decimal(1))], today=DAY, zone="UTC", rates=[])
    assert late.likely_lost == 8


def test_the_same_tokens_are_priced_on_every_model_that_has_a_card() -> None:
    items = [call(input_tokens=1_000_000, output_tokens=500_000), call(outcome="Unavailable", input_tokens=9)]
    cases = on_each_model(items, PRICES, day=DAY)
    assert [(c.model, c.amount) for c in cases] == [("quick", Decimal(2)), ("slow", Decimal(2))]


def test_the_same_answers_are_priced_on_a_channel_and_unknown_countries_are_named() -> None:
    case = on_channel("kind", [Bubble("DE", 3), Bubble("FR", 1)], PRICES, day=DAY)
    assert (case.sends, case.unknown, case.amounts) == (4, 1, (("EUR", Decimal("0.1368")),))
    assert scaled(case, times=Decimal(10)).amounts == (("EUR", Decimal("1.3680")),)
    assert on_channel("other", [Bubble("DE", 1)], PriceList(), day=DAY).unknown == 1
