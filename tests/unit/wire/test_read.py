import math
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasl.domain.errors import Malformed
from wasl.wire import read

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(value=st.dictionaries(st.text(), JSON, max_size=5))
def test_an_object_is_read_whole(value: dict[str, Any]) -> None:
    assert read.json_object(msgspec.json.encode(value), what="test") == value


@given(body=st.binary(max_size=200))
def test_any_bytes_are_an_object_or_malformed(body: bytes) -> None:
    try:
        found = read.json_object(body, what="test")
    except Malformed:
        return
    assert isinstance(found, dict)


@given(value=st.dictionaries(st.text(), JSON, min_size=1, max_size=5), cut=st.integers(min_value=1))
def test_a_body_cut_at_any_byte_is_malformed(value: dict[str, Any], cut: int) -> None:
    body = msgspec.json.encode(value)
    with pytest.raises(Malformed):
        read.json_object(body[: cut % len(body)], what="test")


@pytest.mark.parametrize(
    "body", [b"[]", b"null", b"1", b'"x"', b"", b"{", b'{"a":1}x', b"[" * 100_000, b'{"a":' * 5_000 + b"1" + b"}" * 5_000]
)
def test_what_is_no_object_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        read.json_object(body, what="test")


@given(value=JSON)
def test_no_reader_raises_whatever_the_field_holds(value: Any) -> None:
    holder = {"f": value}
    found_text = read.text(holder, "f")
    assert found_text is None or found_text == value
    found_whole = read.whole(holder, "f")
    assert found_whole is None or isinstance(found_whole, int)
    found_number = read.number(holder, "f")
    assert found_number is None or math.isfinite(found_number)
    assert isinstance(read.child(holder, "f"), dict)
    assert all(isinstance(c, dict) for c in read.children(holder, "f"))


@pytest.mark.parametrize(
    ("value", "whole"),
    [
        (5, 5),
        ("5", 5),
        ("0005", 5),
        (5.0, 5),
        (5.5, None),
        (True, None),
        ("-5", None),
        ("٥", None),
        ("9" * 21, None),
        ("", None),
        (None, None),
    ],
)
def test_whole_numbers_come_as_numbers_or_digits(value: object, whole: int | None) -> None:
    assert read.whole({"f": value}, "f") == whole


@pytest.mark.parametrize(("value", "number"), [(1, 1.0), (1.5, 1.5), (True, None), ("1.5", None), (math.nan, None), (math.inf, None)])
def test_numbers_are_finite(value: object, number: float | None) -> None:
    assert read.number({"f": value}, "f") == number


def test_empty_text_is_no_text() -> None:
    assert read.text({"f": ""}, "f") is None
    assert read.text({}, "f") is None


def test_children_pass_over_what_is_no_object() -> None:
    assert list(read.children({"f": [{"a": 1}, None, 3, {"b": 2}]}, "f")) == [{"a": 1}, {"b": 2}]


@pytest.mark.parametrize(("levels", "good"), [(read.DEPTH_MAX, True), (read.DEPTH_MAX + 1, False), (900, False)])
def test_nesting_has_a_limit(levels: int, good: bool) -> None:
    body = b'{"a":' * (levels - 1) + b"{}" + b"}" * (levels - 1)
    if good:
        assert read.json_object(body, what="test")
    else:
        with pytest.raises(Malformed, match=r"nested|not JSON"):
            read.json_object(body, what="test")


def test_many_brackets_side_by_side_are_no_depth() -> None:
    assert len(read.json_object(msgspec.json.encode({"a": [{"b": [n]} for n in range(1000)]}), what="test")["a"]) == 1000


@pytest.mark.parametrize("digits", [309, 400, 4_000])
def test_a_whole_number_beyond_every_float_is_no_number(digits: int) -> None:
    holder = read.json_object(b'{"f":-' + b"9" * digits + b"}", what="test")
    assert read.number(holder, "f") is None
    assert read.whole(holder, "f") == holder["f"]
