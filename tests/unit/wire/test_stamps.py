"""Written times become milliseconds, and what is no time becomes None."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasl.wire import stamps


def test_a_time_with_a_zone_is_a_wall_clock_and_an_instant() -> None:
    assert stamps.iso("2026-09-15T20:46:01.123+03:00") == stamps.Stamp(1_789_505_161_123, 1_789_494_361_123)


def test_a_time_without_a_zone_is_an_instant_only_where_utc_is_known() -> None:
    assert stamps.iso("2026-09-15T20:46:01") == stamps.Stamp(1_789_505_161_000, None)
    assert stamps.iso("2026-09-15 20:46:01", assume_utc=True) == stamps.Stamp(1_789_505_161_000, 1_789_505_161_000)


@pytest.mark.parametrize(
    "text", [None, "", "yesterday", "1969-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "9" * 50, "2026-13-01T00:00:00"]
)
def test_what_is_no_time_of_a_message_is_none(text: str | None) -> None:
    assert stamps.iso(text) is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("1726432361.000200", 1_726_432_361_000), ("1726432361", 1_726_432_361_000), ("1726432361.9", 1_726_432_361_900)],
)
def test_seconds_with_a_fraction_are_read_without_a_float(text: str, wanted: int) -> None:
    assert stamps.decimal(text) == wanted


@pytest.mark.parametrize("text", [None, "", ".5", "1.2.3", "-1", "1e9", "٠", "9" * 30, "1726432361.x"])
def test_what_is_no_number_of_seconds_is_none(text: str | None) -> None:
    assert stamps.decimal(text) is None


def test_a_snowflake_holds_its_time() -> None:
    assert stamps.snowflake("175928847299117063") == 1_462_015_105_796
    assert stamps.snowflake("x") is None


@given(st.integers() | st.floats())
def test_any_number_is_a_time_in_range_or_none(value: float) -> None:
    found = stamps.ms(value)
    assert found is None or stamps.MS_MIN <= found <= stamps.MS_MAX
