from hypothesis import given
from hypothesis import strategies as st

from wasl.ledger.sms import is_gsm, segments


def test_a_text_of_the_seven_bit_alphabet_holds_160_letters_alone_and_153_joined() -> None:
    assert [segments("a" * n) for n in (0, 1, 160, 161, 306, 307)] == [1, 1, 1, 2, 2, 3]


def test_one_arabic_letter_makes_the_whole_text_wide() -> None:
    assert not is_gsm("Hello أ")
    assert [segments("ب" * n) for n in (70, 71, 134, 135)] == [1, 2, 2, 3]


def test_an_extended_letter_takes_two_places_and_is_never_parted() -> None:
    assert segments("€" * 80) == 1
    assert segments("€" * 81) == 2
    assert segments("a" * 152 + "€" + "b" * 100) == 2
    assert segments("a" * 152 + "€" + "b" * 151) == 2
    assert segments("a" * 152 + "€" + "b" * 152) == 3, "the euro sign moved over as a whole and left a place empty"


def test_an_emoji_takes_two_places_of_a_wide_text() -> None:
    assert segments("😀" * 35) == 1
    assert segments("😀" * 36) == 2
    assert segments("😀" * 67) == 3, "33 pairs fit into 67 places"


@given(st.text(max_size=400))
def test_more_text_is_never_fewer_segments(text: str) -> None:
    assert segments(text) >= 1
    assert segments(text + "x") >= segments(text)
    assert segments(text) <= 1 + sum(2 if ord(c) > 0xFFFF else 1 for c in text) // 60
