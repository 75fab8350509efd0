import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasl.domain.ids import uuid7

TAILS = st.binary(min_size=10, max_size=10)
TIMES = st.integers(min_value=0, max_value=(1 << 48) - 1)


@given(unix_ms=TIMES, tail=TAILS)
def test_it_is_a_uuid_of_version_7_that_holds_its_time(unix_ms: int, tail: bytes) -> None:
    text = uuid7(unix_ms=unix_ms, tail=tail)
    parsed = uuid.UUID(text)
    assert str(parsed) == text
    assert parsed.version == 7
    assert parsed.variant == uuid.RFC_4122
    assert parsed.int >> 80 == unix_ms


@given(first=TIMES, second=TIMES, a=TAILS, b=TAILS)
def test_later_ids_sort_later(first: int, second: int, a: bytes, b: bytes) -> None:
    if first != second:
        assert (uuid7(unix_ms=first, tail=a) < uuid7(unix_ms=second, tail=b)) == (first < second)


def test_other_tails_give_other_ids() -> None:
    assert len({uuid7(unix_ms=1, tail=n.to_bytes(10, "big")) for n in range(1000)}) == 1000


@pytest.mark.parametrize("length", [0, 9, 11])
def test_too_little_or_too_much_chance_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="10 random bytes"):
        uuid7(unix_ms=1, tail=b"x" * length)
