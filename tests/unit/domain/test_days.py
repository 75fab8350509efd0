"""Days and their numbers."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasl.domain.days import DAY_MS, begin_ms, begun_ms, day_at, day_number, numbered_day


def test_the_first_of_january_1970_is_day_nought_and_days_go_on_from_there() -> None:
    assert day_number(date(1970, 1, 1)) == 0
    assert day_number(date(2024, 2, 29)) + 1 == day_number(date(2024, 3, 1))
    assert begin_ms(date(2026, 11, 23)) == datetime(2026, 11, 23, tzinfo=UTC).timestamp() * 1000
    assert day_number(date(1969, 12, 31)) == -1


@given(st.dates())
def test_a_day_its_number_and_its_beginning_tell_each_other(day: date) -> None:
    assert numbered_day(day_number(day)) == day
    assert day_at(begin_ms(day)) == day == day_at(begin_ms(day) + DAY_MS - 1)
    assert begin_ms(day) == begun_ms(begin_ms(day) + DAY_MS - 1)


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1)))
def test_a_moment_is_on_the_day_that_a_calendar_in_utc_shows(moment: datetime) -> None:
    at_ms = (moment - datetime(1970, 1, 1)) // timedelta(milliseconds=1)
    assert day_at(at_ms) == moment.date()


@pytest.mark.parametrize("number", [-10_000_000, 10_000_000, 10**30])
def test_what_is_beyond_the_calendar_is_an_error_that_names_itself(number: int) -> None:
    with pytest.raises((ValueError, OverflowError)):
        numbered_day(number)
