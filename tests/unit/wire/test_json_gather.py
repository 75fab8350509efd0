"""Gathering conversations from a walk: whole ones, cut ones, and ones with broken pieces."""

import io
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from wasl.wire.json_gather import HOLE, Gathered, gather
from wasl.wire.json_stream import Broken, walk

INTO = ("/*/messages", "/list/*/messages")
values = st.recursive(
    st.none() | st.integers(-5, 5) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["messages", "list", "a"]), inner, max_size=3),
    max_leaves=10,
)


def gathered(data: bytes) -> list[Any]:
    return [p.value for p in gather(walk(io.BytesIO(data), INTO), ("", "/list")) if isinstance(p, Gathered)]


@given(st.lists(values, max_size=4))
def test_items_of_an_array_come_as_they_were(items: list[Any]) -> None:
    assert gathered(json.dumps(items).encode()) == items


@given(st.lists(values, max_size=4))
def test_items_of_a_wrapped_array_come_before_what_is_around_them(items: list[Any]) -> None:
    assert gathered(json.dumps({"a": 1, "list": items, "b": 2}).encode()) == [*items, {"a": 1, "b": 2}]


def test_a_conversation_that_is_cut_has_the_messages_before_the_cut() -> None:
    data = b'[{"id":1,"messages":[{"n":1},{"n":2},{"n"'
    assert gathered(data) == [{"id": 1, "messages": [{"n": 1}, {"n": 2}]}]


def test_a_broken_message_leaves_a_hole_and_is_told() -> None:
    pieces = list(gather(walk(io.BytesIO(b'[{"messages":[{"n":1},{"n":tru},{"n":3}]}]'), INTO)))
    assert [p.pointer for p in pieces if isinstance(p, Broken)] == ["/0/messages/1"]
    (chat,) = [p for p in pieces if isinstance(p, Gathered)]
    assert chat.value["messages"][1] is HOLE
    assert chat.value["messages"][2] == {"n": 3}


def test_a_name_that_comes_twice_is_told_the_second_time() -> None:
    pieces = list(gather(walk(io.BytesIO(b'[{"messages":{"a":1,"a":2}}]'), INTO)))
    assert [(p.pointer, p.why) for p in pieces if isinstance(p, Broken)] == [("/0/messages/a", "the same name comes twice")]
