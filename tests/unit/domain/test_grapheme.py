import unicodedata

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from wasl.domain.grapheme import is_border, last_border

SCRIPTS = st.characters(exclude_categories=["Cs"])
JOINED = st.sampled_from(
    ["\u200d", "\u200c", "\ufe0f", "\u0301", "🇪", "🇬", "👩", "🏽", "\U000e0067", "क", "्", "ᄒ", "\u1161", "ᆫ", "한", "\u0600", "\r", "\n"]
)


@given(text=st.lists(JOINED | SCRIPTS, max_size=12).map("".join))
@settings(max_examples=500, deadline=None)
def test_no_border_is_reported_inside_a_grapheme(text: str) -> None:
    real = {match.start() for match in regex.finditer(r"\X", text)} | {len(text)}
    assert {at for at in range(len(text) + 1) if is_border(text, at)} <= real


@pytest.mark.parametrize("text", ["الكتابُ لَنا", "hello wörld", "한국어 말", "👨‍👩‍👧‍👦👍🏽🇪🇬🇸🇦1️⃣", "नमस्ते जी", "🏴󠁧󠁢󠁥󠁮󠁧󠁿ab", "a\r\nb"])
def test_in_the_scripts_that_people_write_every_border_is_found(text: str) -> None:
    real = {match.start() for match in regex.finditer(r"\X", text)} | {len(text)}
    assert {at for at in range(len(text) + 1) if is_border(text, at)} == real


def test_a_character_that_the_tables_do_not_know_stays_with_its_neighbour_unless_nothing_else_is_left() -> None:
    unknown = next(chr(code) for code in range(0x30000, 0x3FFFF) if unicodedata.category(chr(code)) == "Cn")
    assert not is_border("a" + unknown, 1)
    assert is_border("a" + unknown, 1, sure=False)
    assert last_border(unknown * 5, start=0, end=3) == 3
    assert last_border("ab" + unknown * 5, start=0, end=4) == 1
