from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasl.continuity.plan import Means, make_plan, milestones_at, telling_seconds
from wasl.continuity.waking import is_awake, midnight_ms, next_waking_ms
from wasl.domain.days import DAY_MS
from wasl.domain.errors import SettingWrong
from wasl.domain.rule import Price
from wasl.domain.sunset import Audience, Milestone, Sunset, Wording

NOW = int(datetime(2025, 10, 18, 12, tzinfo=UTC).timestamp() * 1000)
ON = midnight_ms(2026, 1, 15, zone="Africa/Cairo")
PRICE = Price(amount=Decimal("0.0132"), currency="USD")
PAID = Means(outside="template", free_price=None, template_price=PRICE)
WITH = Wording(texts={"en": "{link}"}, templates={"en": "we_close"})


def sunset(*, wording: Wording = WITH, **changed: object) -> Sunset:
    base = Sunset(
        id="s",
        channel="line",
        on_ms=ON,
        zone="Africa/Cairo",
        state="draft",
        milestones=tuple(
            Milestone(name=name, at_ms=at, wording=wording) for name, at in milestones_at(ON, zone="Africa/Cairo", start_ms=NOW)
        ),
        made_ms=NOW,
        made_by="operator",
        per_day=2_000,
        per_second=80,
    )
    return replace(base, **changed)  # type: ignore[arg-type]


def group(people: int, *, region: str = "EG", window: bool = False, elsewhere: bool = False, consents: bool = True) -> Audience:
    return Audience(region, "ar", window, elsewhere, consents, people)


def test_telling_50_000_people_at_2_000_a_day_takes_25_days_and_says_when_to_begin() -> None:
    plan = make_plan(sunset(), [group(50_000)], now_ms=NOW, means=lambda region: PAID)
    assert plan.rounds[0].seconds == 25 * 86_400
    assert plan.last_start_ms == ON - 25 * DAY_MS
    assert plan.problems == ()
    assert plan.rounds[0].cost == (("USD", Decimal("660.0000")),)


def test_an_open_window_counts_for_what_is_told_today_only() -> None:
    plan = make_plan(sunset(), [group(60, window=True)], now_ms=NOW, means=lambda region: PAID)
    assert [(one.inside, one.outside) for one in plan.rounds] == [(60, 0), (0, 60), (0, 60), (0, 60)]
    assert plan.rounds[0].cost == ()
    assert plan.rounds[1].cost == (("USD", Decimal("0.7920")),)
    assert plan.problems == ()


def test_without_a_template_the_plan_says_that_reminders_reach_only_who_writes() -> None:
    plan = make_plan(sunset(wording=Wording(texts={"en": "{link}"})), [group(60, window=True)], now_ms=NOW, means=lambda region: PAID)
    assert [(one.inside, one.outside) for one in plan.rounds] == [(60, 0), (0, 0), (0, 0), (0, 0)]
    assert [(problem.kind, problem.blocking) for problem in plan.problems] == [("template", False)]
    assert "60 people who wrote within the last day may be told now" in plan.problems[0].text


def test_more_people_than_the_limit_allows_before_the_date_is_said_before_anything_is_sent() -> None:
    late = midnight_ms(2025, 10, 28, zone="Africa/Cairo")
    plan = make_plan(sunset(on_ms=late), [group(50_000)], now_ms=NOW, means=lambda region: PAID)
    assert plan.blocked
    assert [problem.kind for problem in plan.problems] == ["limit"]
    assert "25 days" in plan.problems[0].text


def test_a_date_in_the_past_and_a_missing_template_block_the_plan() -> None:
    plan = make_plan(sunset(on_ms=NOW - DAY_MS, wording=Wording(texts={"en": "{link}"})), [group(3)], now_ms=NOW, means=lambda region: PAID)
    assert [problem.kind for problem in plan.problems] == ["past", "template"]
    assert plan.cannot == (("no template", 3),)


def test_people_of_exempt_countries_and_those_reachable_elsewhere_are_not_told() -> None:
    people = [group(5), group(7, region="IT"), group(11, elsewhere=True), group(2, consents=False), group(13, window=True)]
    plan = make_plan(sunset(regions_except=("IT",)), people, now_ms=NOW, means=lambda region: PAID)
    assert (plan.everyone, plan.elsewhere, plan.only_there) == (31, 11, 20)
    assert plan.cannot == (("no consent", 2),)
    assert (plan.rounds[0].inside, plan.rounds[0].outside) == (13, 5)
    assert plan.by_region == (("EG", 20),)


def test_milestones_that_would_lie_before_the_start_are_left_out() -> None:
    names = [name for name, _ in milestones_at(ON, zone="Africa/Cairo", start_ms=ON - 5 * DAY_MS)]
    assert names == ["announce", "last day"]


@given(inside=st.integers(0, 10**6), outside=st.integers(0, 10**6), per_day=st.integers(1, 10**5))
def test_telling_never_takes_less_than_the_daily_limit_asks_for(inside: int, outside: int, per_day: int) -> None:
    seconds = telling_seconds(sunset(per_day=per_day), inside=inside, outside=outside)
    assert seconds * per_day >= (outside - per_day) * 86_400


@pytest.mark.parametrize(("hour", "awake"), [(6, False), (8, True), (17, True), (18, False)])
def test_people_are_written_to_in_the_waking_hours_of_their_own_time(hour: int, awake: bool) -> None:
    at = int(datetime(2025, 11, 18, hour, tzinfo=UTC).timestamp() * 1000)  # Cairo is two hours ahead
    assert is_awake("EG", at, awake=(9, 20), otherwise="UTC") is awake


def test_every_country_is_awake_at_some_hour_of_every_day() -> None:
    for country in ("RU", "US", "FR", "BR", "AU", "KI", "EG", ""):
        at = next_waking_ms([country], NOW, awake=(9, 20), otherwise="Asia/Riyadh")
        assert at is not None, country
        assert at - NOW < DAY_MS, country


def test_an_unknown_time_zone_is_named() -> None:
    with pytest.raises(SettingWrong, match="Mars"):
        midnight_ms(2026, 1, 15, zone="Mars/Olympus")
