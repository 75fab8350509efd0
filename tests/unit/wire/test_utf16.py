"""Offsets in UTF-16 units become offsets in code points."""

from hypothesis import given
from hypothesis import strategies as st

from wasl.wire.utf16 import code_points


def test_an_offset_after_an_emoji_moves_by_one_for_each() -> None:
    to = code_points("a👋🏽b")
    assert [to(offset) for offset in range(7)] == [0, 1, 2, 2, 3, 3, 4]


def test_offsets_outside_the_text_are_held_within_it() -> None:
    assert (code_points("ab")(-5), code_points("ab")(9), code_points("👋")(9), code_points("👋")(-1)) == (0, 2, 1, 0)


@given(st.text(alphabet=st.sampled_from("aم👋🏽é"), max_size=30), st.data())
def test_every_place_between_characters_comes_back(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    assert code_points(text)(len(text[:at].encode("utf-16-le")) // 2) == at
