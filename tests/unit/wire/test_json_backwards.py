"""Walking an array from its end."""

import io
import json
from functools import partial
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from wasl.wire import json_backwards
from wasl.wire.json_backwards import backwards
from wasl.wire.json_stream import Broken, Element


@given(
    st.lists(st.dictionaries(st.text(max_size=3), st.integers() | st.text(max_size=20), max_size=3), max_size=30), st.integers(0, 5_000_000)
)
def test_the_items_come_last_one_first_whatever_the_block(items: list[Any], size_bytes: int) -> None:
    data = json.dumps(items).encode()
    found = [p for p in backwards(partial(io.BytesIO, data), size_bytes=size_bytes) if isinstance(p, Element)]
    assert [p.value for p in found] == items[::-1]
    assert [p.pointer for p in found] == [f"/{n}" for n in reversed(range(len(items)))]
    assert all(json.loads(data[p.start : p.start + p.length]) == p.value for p in found)


def test_many_blocks_meet_without_a_gap() -> None:
    items = [{"n": n, "pad": "x" * 5_000} for n in range(100)]
    opened = []

    def opener() -> io.BytesIO:
        opened.append(1)
        return io.BytesIO(json.dumps(items).encode())

    found = [p.value["n"] for p in backwards(opener, size_bytes=500_000) if isinstance(p, Element)]
    assert found == list(reversed(range(100)))
    assert 2 < len(opened) <= json_backwards.BLOCKS + 2


def test_what_is_broken_is_told_and_the_others_come() -> None:
    pieces = list(backwards(partial(io.BytesIO, b'[{"a":1},{"a":tru},{"a":3}'), size_bytes=30))
    assert [p.value for p in pieces if isinstance(p, Element)] == [{"a": 3}, {"a": 1}]
    assert [p.pointer for p in pieces if isinstance(p, Broken)] == ["/1"]
