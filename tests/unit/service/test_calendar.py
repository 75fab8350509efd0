"""Months begin and end where the operator lives, and every week belongs to one month."""

import itertools
from datetime import UTC, date, datetime

import pytest

from wasl.domain.errors import SettingWrong
from wasl.service.calendar import month_at, month_before, month_of, month_words, week_day_words


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def test_a_month_begins_at_midnight_of_its_zone() -> None:
    month = month_of("2026-10", zone="Asia/Riyadh")
    assert (month.since_ms, month.until_ms) == (ms("2026-10-01T00:00+03:00"), ms("2026-11-01T00:00+03:00"))


def test_a_month_with_a_change_of_the_clock_is_an_hour_longer() -> None:
    month = month_of("2026-10", zone="Africa/Cairo")
    assert month.until_ms - month.since_ms == (31 * 24 + 1) * 3_600_000


def test_the_weeks_of_a_month_are_those_that_end_in_it() -> None:
    month = month_of("2026-10", zone=None)
    assert [datetime.fromtimestamp(week / 1000, tz=UTC).date().isoformat() for week in month.weeks] == [
        "2026-09-28", "2026-10-05", "2026-10-12", "2026-10-19", "2026-10-26",
    ]  # fmt: skip


@pytest.mark.parametrize("year", [2025, 2026, 2027, 2028])
def test_the_weeks_of_months_follow_each_other_without_gap_or_overlap(year: int) -> None:
    found = [week for number in range(1, 13) for week in month_of(f"{year}-{number:02}", zone=None).weeks[:-1]]
    assert {later - one for one, later in itertools.pairwise(found)} == {7 * 86_400_000}


def test_the_month_of_a_moment_is_that_of_the_zone() -> None:
    moment = ms("2026-10-31T22:30+00:00")
    assert month_at(moment, zone=None) == "2026-10"
    assert month_at(moment, zone="Asia/Riyadh") == "2026-11"


def test_the_month_before_january_is_december() -> None:
    assert (month_before("2026-01"), month_before("2026-11")) == ("2025-12", "2026-10")


def test_a_month_and_a_day_are_written_as_people_write_them() -> None:
    assert [month_words("2026-10", language=one) for one in ("en", "ar")] == ["October 2026", "أكتوبر 2026"]
    assert [week_day_words(date(2026, 10, 19), language=one) for one in ("en", "ar")] == ["Oct 19", "19 أكتوبر"]
    assert month_words("soon", language="ar") == "soon"


@pytest.mark.parametrize("name", ["2026-13", "26-10", "2026-1", "2026-10-01", ""])
def test_what_is_no_month_is_refused(name: str) -> None:
    with pytest.raises(SettingWrong, match="2026-10"):
        month_of(name, zone=None)


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(SettingWrong, match="Mars"):
        month_of("2026-10", zone="Mars/Olympus")
