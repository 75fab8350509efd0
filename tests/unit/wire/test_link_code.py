"""What is no code is told at a glance."""

from hypothesis import given
from hypothesis import strategies as st

from wasl.wire import link_code

PIECES = ["K7QM", "3XHP", "W", "-", " - ", " ", "٣", "ｋ", "`", "«", "\u200f", "\u0654", "\u0338", ".", ",", "؟", "ا", "ي", "و", "?"]
typed = st.lists(st.sampled_from(PIECES) | st.characters(exclude_categories=["Cs"]), max_size=12).map("".join)


@given(typed, st.sampled_from(".,:;!?،؛؟ءاتي"), typed)
def test_what_holds_a_sign_that_no_code_has_is_none_when_it_is_tidied_either(before: str, never: str, after: str) -> None:
    bare = link_code._tidy(before + never + after)
    assert not any(shape.fullmatch(bare) for shape in (link_code._SHOWN, link_code._SPACED, link_code._ATTEMPT))
    assert not link_code.looks_like_code(before + never + after)
    assert not link_code.resembles_code(before + never + after)


@given(typed)
def test_a_code_is_known_however_it_is_typed(typed: str) -> None:
    if (code := link_code.read_code(typed)) is not None:
        assert link_code.looks_like_code(typed)
        assert link_code.read_code(code) == code
