"""Times as exports write them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasl.wire.instant import instant_ms


@pytest.mark.parametrize(
    ("written", "ms"),
    [
        (1_789_505_161.25, 1_789_505_161_250),
        (1_789_505_161, 1_789_505_161_000),
        (1_789_505_161_250, 1_789_505_161_250),
        (1_789_505_161_250_000, 1_789_505_161_250),
        (1_789_505_161_250_000_000, 1_789_505_161_250),
        ("1789505161", 1_789_505_161_000),
        ("2026-09-15T20:46:01.250Z", 1_789_505_161_250),
        ("2026-09-15T23:46:01.250000+03:00", 1_789_505_161_250),
        ("2026-09-15T20:46:01", 1_789_505_161_000),
        (True, None),
        (None, None),
        ("soon", None),
        ("9" * 400, None),
        (1e308, None),
        (10**30, None),
        ([], None),
    ],
)
def test_a_time_is_read_or_it_is_none(written: Any, ms: int | None) -> None:
    assert instant_ms(written) == ms


@given(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=50))
def test_nothing_raises(written: Any) -> None:
    assert instant_ms(written) is None or isinstance(instant_ms(written), int)
