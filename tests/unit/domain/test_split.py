import time
import unicodedata

import pytest
import regex
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.measured import least

from wasl.domain.limits import TextUnit
from wasl.domain.split import LRM, RLM, UNITS_MIN, split, units

UNITS: tuple[TextUnit, ...] = ("characters", "utf-16 units", "utf-8 bytes")
FRAGMENTS = (
    "مرحبا", "الكتابُ", "لَا", "https://shop.example/طلب?a=1&b=2", "hello", "Wörld", "e\u0301e\u0301", "👨‍👩‍👧‍👦", "👍🏽", "🇪🇬🇸🇦🇦🇪", "1️⃣",
    "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "नमस्ते", "क्षत्रिय", "한국어", "ᄒ\u1161ᆫ", "กำ", "؟", "،", "؛", ".", "!", " ", "  ", "\n", "\n\n", "\r\n", "\t", "\u200f",
    "\u0600", "a\u200db", "ยินดีต้อนรับ",
)  # fmt: skip
mixed = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=6), max_size=60).map("".join)


def bare(text: str) -> str:
    return "".join(c for c in text if not c.isspace() and c not in (RLM, LRM))


def borders(text: str) -> set[int]:
    return {m.start() for m in regex.finditer(r"\X", text)} | {len(text)}


def longest_letter(text: str, unit: TextUnit) -> int:
    return max((units(letter, unit) for letter in regex.findall(r"\X", text)), default=0)


@given(text=mixed, unit=st.sampled_from(UNITS), most=st.integers(UNITS_MIN, 90))
@example(text="🇪🇬" * 60, unit="utf-8 bytes", most=33)
@example(text="مرحبا" * 9 + "\u200f\r\nمرحبا", unit="utf-8 bytes", most=32)
@example(text="مرحبا" * 9 + "؟\r\n\u200f", unit="utf-8 bytes", most=32)
@example(text="كلمة " * 40 + "https://x.example/" + "a" * 200 + " نهاية؟ نعم، لا؛ ربما.", unit="utf-16 units", most=64)
@settings(max_examples=400, deadline=None)
def test_a_split_loses_nothing_keeps_the_order_and_the_limit_and_parts_no_letter(text: str, unit: TextUnit, most: int) -> None:
    pieces = [piece.text for piece in split(text, units_max=most, unit=unit)]
    assert "".join(bare(p) for p in pieces) == bare(text)
    assert all(units(p, unit) <= most for p in pieces)
    assert all(p.strip() for p in pieces)
    if longest_letter(text, unit) > most - 3 or any(unicodedata.category(character) == "Cn" for character in text):
        return  # a letter that fits no piece; or a character newer than Python's tables, which stays with its neighbours
    text = text.replace("\r\n", "\n")
    whole, at = borders(text), 0
    for piece in pieces:
        words = piece if text.find(piece, at) >= 0 else piece[1:]
        at = text.index(words, at)
        assert at in whole
        assert at + len(words) in whole
        at += len(words)


@given(text=st.text(max_size=300), most=st.integers(UNITS_MIN, 60), unit=st.sampled_from(UNITS))
@settings(max_examples=200, deadline=None)
def test_any_text_at_all_is_cut_to_the_limit(text: str, most: int, unit: TextUnit) -> None:
    pieces = [piece.text for piece in split(text, units_max=most, unit=unit)]
    assert all(units(p, unit) <= most for p in pieces)
    assert "".join(bare(p) for p in pieces) == bare(text)


def test_a_letter_longer_than_a_message_is_parted_rather_than_lost() -> None:
    text = "a" + "\u0301" * 500
    pieces = [piece.text for piece in split(text, units_max=100)]
    assert "".join(pieces) == text
    assert max(map(len, pieces)) == 100


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("First paragraph.\n\nSecond one goes on for long", "First paragraph."),
        ("One sentence here. Another one follows it here", "One sentence here."),
        ("هل تريد أن تعرف المزيد؟ نعم أريد أن أعرف أكثر", "هل تريد أن تعرف المزيد؟"),
        ("جملة أولى فيها كلمات، وجملة ثانية بعدها طويلة", "جملة أولى فيها كلمات،"),
        ("words without any end until the very last one", "words without any end until the"),
    ],
)
def test_the_cut_stands_where_a_reader_would_cut(text: str, first: str) -> None:
    assert next(iter(split(text, units_max=34))).text == first


def test_a_web_address_is_not_cut_while_it_fits_a_message() -> None:
    address = "https://shop.example/orders/1234567890?ref=abc.def"
    pieces = [p.text for p in split(f"كلمات قبل الرابط هنا {address} وكلمات بعده", units_max=60)]
    assert any(address in piece for piece in pieces)


def test_a_piece_that_begins_with_a_latin_word_keeps_the_direction_of_its_arabic_paragraph() -> None:
    pieces = [p.text for p in split("اكتب إلينا على البريد الآتي من فضلك office@shop.example وسنجيبك", units_max=40)]
    assert pieces[1].startswith(RLM + "office@")
    english = [p.text for p in split("Write the following word for us in the form مرحبا and send it", units_max=45)]
    assert english[1].startswith(LRM + "مرحبا")


def test_a_code_block_is_closed_at_a_cut_and_opened_again() -> None:
    code = "\n".join(f"    line_{n} = {n}" for n in range(20))
    text = f"Look:\n\n```python\n{code}\n```\n\nDone."
    pieces = [p.text for p in split(text, units_max=120, measure=len)]
    assert all(p.count("```") % 2 == 0 for p in pieces)
    assert all(p.startswith("```python\n    line_") for p in pieces[1:-1])
    assert "".join(bare(p.replace("```python", "").replace("```", "")) for p in pieces) == bare(
        text.replace("```python", "").replace("```", "")
    )
    assert pieces[-1].endswith("Done.")


def test_a_link_with_words_in_it_is_kept_whole() -> None:
    text = "Please read all of [our long page about this](https://shop.example/p) now"
    pieces = [p.text for p in split(text, units_max=60, measure=len)]
    assert any("[our long page about this](https://shop.example/p)" in p for p in pieces)


@given(text=mixed, most=st.integers(UNITS_MIN, 80), growth=st.integers(1, 9))
@settings(max_examples=200, deadline=None)
def test_markdown_that_grows_when_it_is_converted_still_fits(text: str, most: int, growth: int) -> None:
    def measure(piece: str) -> int:
        return len(piece) * growth

    for piece in split(text, units_max=most, measure=measure):
        assert (measure(piece.text) if piece.markdown else len(piece.text)) <= most


@given(
    lines=st.lists(st.sampled_from(["```", "```py", "~~~", "word and word", "    code", "", "``````"]), max_size=30),
    most=st.integers(40, 90),
)
@settings(max_examples=200, deadline=None)
def test_code_blocks_in_any_order_lose_no_word(lines: list[str], most: int) -> None:
    text = "\n".join(lines)
    pieces = [p.text for p in split(text, units_max=most, measure=len)]
    assert all(len(p) <= most for p in pieces)

    def words(value: str) -> str:
        return "".join(c for c in bare(value) if c not in "`~").replace("py", "")

    assert "".join(words(p) for p in pieces) == words(text)


def test_a_markdown_that_shrinks_is_not_cut_for_marks_that_nobody_sees() -> None:
    text = "**" + "a" * 96 + "**"
    assert len(list(split(text, units_max=96, measure=lambda t: len(t.replace("*", ""))))) == 1


@pytest.mark.parametrize(
    "text",
    ["a" * (1 << 20), "كلمة، " * 200_000, "🇪🇬" * 250_000, "```\n" * 250_000, "\n" * (1 << 20), "\u0301" * (1 << 20), "[a" * (1 << 19)],
)
def test_a_megabyte_takes_time_in_proportion(text: str) -> None:
    def seconds(of: str) -> float:
        began = time.process_time()
        for _ in split(of, units_max=4096, unit="utf-16 units", measure=len):
            pass
        return time.process_time() - began

    assert least(lambda: seconds(text), enough=5.0) < 5.0


def test_a_limit_too_small_to_cut_to_is_an_error() -> None:
    with pytest.raises(ValueError, match="cannot be cut"):
        split("x", units_max=UNITS_MIN - 1)
