from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasl.domain.cost import AccountKey, Budget, Cost
from wasl.ledger.meter import Act, Unpriced, day_of, month_bounds, next_period_at, shares_of, starts_at
from wasl.ledger.price import Exchange

ZONES = ("UTC", "Africa/Cairo", "Asia/Riyadh", "America/Santiago", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Beirut")
DAY = date(2026, 11, 22)
CALL = Act(kind="call", cost=Cost(Decimal(1), "USD", "c"), channel="letters", provider="p", person_id="ali")


def ms(text: str, zone: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def test_a_month_ends_at_midnight_of_the_account_and_not_of_the_server() -> None:
    last = ms("2026-10-31T23:59:59", "Africa/Cairo")
    assert day_of(last, "Africa/Cairo") == date(2026, 10, 31)
    assert day_of(last + 1_000, "Africa/Cairo") == date(2026, 11, 1)
    assert day_of(last + 1_000, "UTC") == date(2026, 10, 31)
    assert month_bounds("2026-10", "Africa/Cairo")[1] == last + 1_000


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Africa/Cairo", date(2026, 4, 24), 23),  # clocks go forward at midnight: the day begins at one
        ("Africa/Cairo", date(2026, 10, 29), 25),
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
        ("Asia/Riyadh", date(2026, 3, 29), 24),
    ],
)
def test_a_day_on_which_clocks_change_is_shorter_or_longer(zone: str, day: date, hours: int) -> None:
    begins, ends = starts_at(day, zone), starts_at(day + timedelta(days=1), zone)
    assert ends - begins == hours * 3_600_000
    assert day_of(begins, zone) == day
    assert day_of(begins - 1, zone) < day
    assert day_of(ends - 1, zone) == day


@given(st.sampled_from(ZONES), st.integers(0, 4_000_000_000_000))
def test_every_instant_is_in_one_day_and_one_month(zone: str, at_ms: int) -> None:
    day = day_of(at_ms, zone)
    assert day == datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(ZoneInfo(zone)).date()
    assert starts_at(day, zone) <= at_ms < next_period_at(at_ms, "day", zone)
    begins, ends = month_bounds(f"{day:%Y-%m}", zone)
    assert begins <= at_ms < ends == next_period_at(at_ms, "month", zone)


@given(st.sampled_from(ZONES), st.integers(1990, 2080), st.integers(1, 12))
def test_months_follow_one_another_without_a_gap(zone: str, year: int, month: int) -> None:
    following = f"{year + month // 12}-{month % 12 + 1:02}"
    assert month_bounds(f"{year}-{month:02}", zone)[1] == month_bounds(following, zone)[0]


@pytest.mark.parametrize("wrong", ["2026-13", "2026", "november", "", "2026-11-01"])
def test_what_is_no_month_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"month|isoformat|ISO"):
        month_bounds(wrong, "UTC")


def budget(**changes: object) -> Budget:
    return Budget(**{"name": "b", "amount": Decimal(10), "currency": "USD", **changes})  # type: ignore[arg-type]  # the tests name fields


def shares(act: Act, *budgets: Budget, rates: tuple[Exchange, ...] = ()) -> dict[AccountKey, Decimal]:
    found = shares_of(act, budgets, day=DAY, rates=rates)
    assert not isinstance(found, Unpriced)
    return {share.key: share.amount for share in found}


def test_an_act_counts_for_every_budget_that_covers_it_in_its_period_and_for_its_subject() -> None:
    found = shares(
        CALL,
        budget(),
        budget(name="day", every="day"),
        budget(name="each", whose="person"),
        budget(name="way", whose="channel", covers="calls"),
        budget(name="seller", whose="provider", only="p"),
        budget(name="words", covers="messages"),
        budget(name="other", only="q"),
    )
    assert found == {
        AccountKey("b", "2026-11", ""): 1,
        AccountKey("day", "2026-11-22", ""): 1,
        AccountKey("each", "2026-11", "ali"): 1,
        AccountKey("way", "2026-11", "letters"): 1,
        AccountKey("seller", "2026-11", "p"): 1,
    }


def test_what_costs_nothing_takes_from_no_budget_and_what_is_nobodys_from_no_persons() -> None:
    assert shares(Act(kind="call", cost=Cost(Decimal(0), "", "keyless")), budget(unknown="refuse")) == {}
    assert shares(Act(kind="call", cost=CALL.cost), budget(whose="person")) == {}


def test_another_currency_counts_by_the_operators_rate_or_is_refused_or_passed_over() -> None:
    euros = budget(currency="EUR")
    rate = Exchange(of="EUR", to="USD", rate=Decimal("1.25"), from_=date(2026, 1, 1))
    assert shares(CALL, euros, rates=(rate,)) == {AccountKey("b", "2026-11", ""): Decimal("0.8")}
    assert shares(CALL, euros) == {}
    refused = shares_of(CALL, (budget(currency="EUR", unknown="refuse"),), day=DAY, rates=())
    assert isinstance(refused, Unpriced)
    assert "exchange" in refused.why


def test_what_is_kept_back_for_answers_is_not_there_for_others() -> None:
    kept = budget(reserve=Decimal(4))
    for answer, limit in ((True, 10), (False, 6)):
        found = shares_of(Act(kind="message", cost=CALL.cost, answer=answer), (kept,), day=DAY, rates=())
        assert not isinstance(found, Unpriced)
        assert found[0].limit == limit
