from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasl.domain.cost import UNKNOWN, Charge, Cost, from_pico, pico
from wasl.domain.errors import SettingWrong
from wasl.domain.prompt import Usage
from wasl.ledger.price import Exchange, PriceList, as_own, exchanged, many_bubbles
from wasl.ledger.price_file import read_price_files, read_prices
from wasl.ledger.shipped_prices import shipped_prices

DAY = date(2026, 11, 22)
TOKENS = """
[[tokens]]
id = "quick.1"
providers = ["openai"]
models = ["quick"]
currency = "USD"
per_million = { input = 0.25, cached = 0.025, output = 2.00 }
from = 2026-01-01
to = 2026-06-30
source = "the provider's page"
seen = 2026-01-02
"""
LATER = TOKENS.replace("quick.1", "quick.2").replace("from = 2026-01-01\nto = 2026-06-30", "from = 2026-07-01").replace("2.00", "3.00")
SEGMENTS = """
[[messages]]
id = "sms.eg"
channels = ["sms_twilio"]
regions = ["EG"]
unit = "segment"
currency = "USD"
amounts = { "*" = 0.0712 }
from = 2026-01-01
source = "contract"
seen = 2026-01-01
"""


def tokens(prices: PriceList, *, day: date = DAY, model: str = "quick", usage: Usage | None = None) -> Cost:
    used = usage or Usage(input_tokens=1_000_000, output_tokens=1_000_000)
    return prices.tokens_cost(provider="my-openai", kind="openai", model=model, usage=used, day=day)


def test_the_card_of_the_day_holds() -> None:
    prices = read_prices(TOKENS + LATER, at="own.toml")
    assert tokens(prices, day=date(2026, 6, 30)) == Cost(Decimal("2.25"), "USD", "quick.1")
    assert tokens(prices, day=date(2026, 7, 1)) == Cost(Decimal("3.25"), "USD", "quick.2")


def test_what_no_card_covers_has_no_price_which_is_not_zero() -> None:
    prices = read_prices(TOKENS, at="own.toml")
    for cost in (tokens(prices, day=date(2025, 12, 31)), tokens(prices, model="other"), tokens(PriceList())):
        assert cost == UNKNOWN
        assert cost.amount is None


def test_a_dated_variant_and_a_vendors_name_before_it_are_the_model() -> None:
    prices = read_prices(LATER, at="own.toml")
    assert tokens(prices, model="quick-2026-03-01").card == "quick.2"
    assert tokens(prices, model="vendor/quick").card == "quick.2"
    assert tokens(prices, model="quicker") == UNKNOWN
    assert tokens(prices, model="quick-pro") == UNKNOWN


def test_cached_input_and_reasoning_have_their_own_price_where_the_card_names_one() -> None:
    prices = read_prices(TOKENS.replace("output = 2.00", "output = 2.00, reasoning = 4"), at="own.toml")
    usage = Usage(input_tokens=1_000, cached_tokens=600, output_tokens=100, reasoning_tokens=40)
    expected = (400 * Decimal("0.25") + 600 * Decimal("0.025") + 60 * 2 + 40 * 4) / 1_000_000
    assert tokens(prices, day=date(2026, 2, 1), usage=usage).amount == expected


def test_more_cached_than_input_is_never_less_than_nothing() -> None:
    prices = read_prices(LATER, at="own.toml")
    cost = tokens(prices, usage=Usage(input_tokens=5, cached_tokens=9_000, output_tokens=0))
    assert cost.amount is not None
    assert cost.amount >= 0


@given(
    st.decimals(min_value=0, max_value=10_000, places=6),
    st.decimals(min_value=0, max_value=10_000, places=6),
    st.integers(0, 2_000_000),
    st.integers(0, 2_000_000),
)
def test_tokens_are_priced_exactly_and_kept_exactly(per_input: Decimal, per_output: Decimal, given: int, made: int) -> None:
    text = TOKENS.replace("input = 0.25, cached = 0.025, output = 2.00", f'input = "{per_input}", output = "{per_output}"')
    cost = tokens(read_prices(text, at="own.toml"), day=date(2026, 2, 1), usage=Usage(input_tokens=given, output_tokens=made))
    assert cost.amount is not None
    assert cost.amount * 1_000_000 == per_input * given + per_output * made
    assert from_pico(pico(cost.amount)) == cost.amount


@given(st.lists(st.decimals(min_value=0, max_value=1_000, places=12), max_size=40))
def test_a_sum_of_amounts_is_exact_in_whole_numbers(amounts: list[Decimal]) -> None:
    assert from_pico(sum(map(pico, amounts))) == sum(amounts)


def test_an_amount_that_cannot_be_exact_is_refused() -> None:
    for amount in ("0.0000000000001", "NaN", "Infinity", "9000001"):
        with pytest.raises(ValueError, match=r"amount|finer"):
            pico(Decimal(amount))


def test_segments_are_billed_one_by_one() -> None:
    prices = read_prices(SEGMENTS, at="own.toml")
    charge = prices.message_cost(channel="sms_twilio", country="EG", category="service", day=DAY, segments=3)
    assert charge == Charge(Cost(Decimal("0.2136"), "USD", "sms.eg"), "service", "EG", 3)
    assert prices.message_cost(channel="sms_twilio", country="SA", category="service", day=DAY).cost == UNKNOWN


def test_the_operators_own_price_goes_before_a_shipped_one() -> None:
    own = read_prices(SEGMENTS.replace("sms_twilio", "telegram").replace('["EG"]', '["*"]'), at="own.toml")
    charge = as_own(own).over(shipped_prices()).message_cost(channel="telegram", country="EG", category="service", day=DAY)
    assert charge.cost.card == "sms.eg"


def test_each_bubble_is_billed_like_the_first() -> None:
    charge = Charge(Cost(Decimal("0.0456"), "EUR", "rate.de"), "service", "DE")
    assert many_bubbles(charge, 3).amount == Decimal("0.1368")
    assert many_bubbles(charge._replace(cost=UNKNOWN), 3).amount is None


def test_currencies_are_changed_only_at_the_operators_own_rate() -> None:
    rates = [
        Exchange(of="EUR", to="USD", rate=Decimal("1.10"), from_=date(2026, 1, 1)),
        Exchange(of="EUR", to="USD", rate=Decimal("1.20"), from_=date(2026, 11, 1)),
    ]
    assert exchanged(Decimal(10), of="EUR", to="USD", day=DAY, rates=rates) == Decimal("12.00")
    assert exchanged(Decimal(10), of="EUR", to="USD", day=date(2026, 10, 31), rates=rates) == Decimal("11.00")
    assert exchanged(Decimal(12), of="USD", to="EUR", day=DAY, rates=rates) == 10
    assert exchanged(Decimal(10), of="AED", to="USD", day=DAY, rates=rates) is None
    assert exchanged(Decimal(10), of="EUR", to="USD", day=date(2025, 1, 1), rates=rates) is None


def test_what_is_shipped_reads_and_says_where_it_is_from() -> None:
    prices = shipped_prices()
    cards = (*prices.tokens, *prices.messages, *prices.fees)
    assert cards
    assert all(card.source and card.seen >= card.from_ for card in cards)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (TOKENS.replace("input = 0.25, ", ""), "at least input and output"),
        (TOKENS.replace("0.25", "0.2500001"), "more than 6 decimals"),
        (TOKENS.replace("0.25", "-1"), "less than nothing"),
        (TOKENS.replace("0.25", '"a lot"'), "no exact amount"),
        (TOKENS.replace("cached", "chilled"), "chilled"),
        (TOKENS.replace('source = "the provider\'s page"\n', ""), "source"),
        (TOKENS.replace("seen = 2026-01-02\n", ""), "seen"),
        (TOKENS.replace('"USD"', '"dollars"'), "three capital letters"),
        (TOKENS.replace("to = 2026-06-30", "to = 2025-06-30"), "before"),
        (TOKENS + TOKENS, "two cards"),
        (TOKENS.replace("models", "modells"), "modells"),
        ("[[coins]]", "coins"),
        ("x = ", "TOML"),
        (SEGMENTS.replace('"segment"', '"letter"'), "unit"),
    ],
)
def test_a_wrong_file_is_refused_by_name_and_reason(wrong: str, why: str) -> None:
    with pytest.raises(SettingWrong, match=why) as refused:
        read_price_files({"own.toml": wrong})
    assert "own.toml" in str(refused.value)
