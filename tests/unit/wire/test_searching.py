import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.measured import least

from wasl.wire import searching
from wasl.wire.searching import (
    INDEXED_CHARACTERS_MAX,
    QUERY_WORDS_MAX,
    Query,
    cut,
    index_words,
    marks,
    matches,
    other_forms,
    parse,
    scope_token,
    search_key,
)
from wasl.wire.text import tokens

ANY_TEXT = st.text(alphabet=st.characters(codec=None), max_size=80)
PIECES = st.lists(
    st.sampled_from(
        [
            "كتاب",
            "والكتابَ",
            "Straße",
            "ﷺ",
            "don't",
            "1,500",
            "١٠:٣٠",
            "é",
            "e\u0301",
            "가",
            "ᄀ",
            "ᅡ",
            "👍🏽",
            "\u200f",
            "-",
            "…",
            " ",
            "\n",
            "ـــ",
        ]
    ),
    max_size=12,
).map("".join)


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("red house", Query(words=("red",), beginning="house")),
        ("house red house", Query(words=("red",), beginning="house")),
        ("red of", Query(words=("red", "of"))),
        ('"red house" door', Query(phrases=(("red", "house"),), beginning="door")),
        ('door "red house"', Query(words=("door",), phrases=(("red", "house"),))),
        ("“البيت الأحمر”", Query(phrases=(("البيت", "الاحمر"),))),
        ('door "red house', Query(words=("door", "red"), beginning="house")),
        ("*** - !", Query()),
    ],
)
def test_what_is_typed_becomes_words_phrases_and_a_beginning(typed: str, query: Query) -> None:
    assert parse(typed) == query


def test_a_query_asks_for_a_bounded_number_of_words() -> None:
    query = parse(" ".join(f"word{n}" for n in range(100)))
    assert len(query.words) + (query.beginning is not None) == QUERY_WORDS_MAX


def test_the_index_holds_words_in_order_and_their_other_forms_beside() -> None:
    said, forms = index_words("قرأتُ والكتابَ, three messages: it's 1,500")
    assert said == "قرات والكتاب three messages it's 1500"
    assert {"كتاب", "messag", "it"} <= set(forms.split())


@given(PIECES | ANY_TEXT)
def test_quick_indexing_is_the_same_as_folding_the_whole_text(text: str) -> None:
    said, forms = index_words(text)
    assert said.split() == tokens(text)
    assert set(forms.split()) == {form for token in tokens(text) for form in other_forms(token)}


@given(PIECES | ANY_TEXT)
def test_every_word_of_a_text_finds_it_and_is_marked_inside_it(text: str) -> None:
    for token in tokens(text)[:4]:
        query = Query(words=(token,))
        assert matches(text, query)
        found = marks(text, query)
        assert found
        assert all(0 <= start < end <= len(text) for start, end in found)
        assert all(before[1] <= after[0] for before, after in pairwise(found))


@given(PIECES | ANY_TEXT, PIECES | ANY_TEXT)
def test_a_text_that_matches_has_a_mark_and_one_that_does_not_is_left_alone(text: str, typed: str) -> None:
    query = parse(typed)
    if matches(text, query):
        assert marks(text, query)


@pytest.mark.parametrize(
    ("text", "typed", "stretches"),
    [
        ("قرأتُ وكتابَها أمس", "كتاب", ["وكتابَها"]),
        ("im STRASSE und Straße", "strasse", ["STRASSE", "Straße"]),
        ("at (١٠:٣٠), then", "10:30", ["١٠:٣٠"]),
        ("hello,world-wide", "world", ["world"]),
        ("the blue  house, the house", '"blue house"', ["blue  house"]),
        ("aaa bbb ccc", '"aaa bbb" "bbb ccc"', ["aaa bbb ccc"]),
        ("قال ﷺ ذلك", '"صلي الله"', ["ﷺ"]),
        ("Beginnings begin", "begin", ["Beginnings", "begin"]),
    ],
)
def test_marks_stand_on_the_text_as_it_is(text: str, typed: str, stretches: list[str]) -> None:
    assert [text[start:end] for start, end in marks(text, parse(typed))] == stretches


def test_a_text_is_cut_at_spaces_around_its_first_mark() -> None:
    text = "one two three four five six seven eight nine ten"
    shown, found = cut(text, marks(text, parse("five")), characters=20)
    assert [shown[a:b] for a, b in found] == ["five"]
    assert shown.startswith("…")
    assert shown.endswith("…")
    assert shown.strip("…") in text
    assert len(shown) <= 22
    assert cut("short", ((0, 5),), characters=20) == ("short", ((0, 5),))
    assert cut("x" * 50, (), characters=20) == ("x" * 20 + "…", ())


@given(ANY_TEXT, st.integers(0, 80), st.integers(1, 80), st.integers(1, 60))
def test_a_cut_keeps_marks_on_the_same_characters(text: str, start: int, length: int, characters: int) -> None:
    if start + length > len(text):
        return
    shown, found = cut(text, ((start, start + length),), characters=characters)
    assert all(shown[a:b] in text[start : start + length] for a, b in found)
    assert found


def test_keys_sort_by_time_and_within_a_conversation_by_seq() -> None:
    assert search_key(at_ms=1, seq=9, scope="a") < search_key(at_ms=2, seq=1, scope="b")
    assert search_key(at_ms=5, seq=1, scope="a") < search_key(at_ms=5, seq=2, scope="a")
    assert search_key(at_ms=-5, seq=0, scope="a") < 1 << 20
    assert search_key(at_ms=(1 << 42), seq=1 << 30, scope="a") < 1 << 63


def test_no_word_is_like_the_token_of_a_conversation() -> None:
    token = scope_token("01234567-89ab-7def-8123-456789abcdef")
    assert token not in tokens(token)


@pytest.mark.parametrize("text", ["7" * 10_000_000, "a," * 3_000_000, "1,234" * 1_000_000, "ـ" * 3_000_000, "١٠:" * 1_000_000])
def test_time_is_linear_whatever_comes(text: str) -> None:
    def seconds() -> float:
        began = time.process_time()
        index_words(text)
        parse(text)
        marks(text[: 2 * INDEXED_CHARACTERS_MAX], Query(words=("x",)))
        return time.process_time() - began

    assert least(seconds, enough=3.0) < 3.0


def test_words_that_are_said_again_stay_known_and_no_more_than_two_generations_do(monkeypatch: pytest.MonkeyPatch) -> None:
    generations = (searching._said, searching._said_before), (searching._forms, searching._forms_before)
    for known in (each for pair in generations for each in pair):
        known.clear()
    monkeypatch.setattr(searching, "_KNOWN_WORDS_MAX", 100)
    for n in range(1_000):
        assert index_words("Hello والكتاب").said == "hello والكتاب"
        assert index_words(f"w{n}") == (f"w{n}", "")
        assert all(len(known) <= 100 for pair in generations for known in pair)
    for pair in generations:
        assert any("والكتاب" in known for known in pair)
        assert any("w999" in known for known in pair)
        assert not any("w5" in known for known in pair)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begins with nothing remembered, and forgets soon."""
    for known in (searching._said, searching._forms, searching._said_before, searching._forms_before, searching._new):
        known.clear()
    monkeypatch.setattr(searching, "_NEW_WORDS_MAX", 100)
    monkeypatch.setattr(searching, "_MET_MAX", 1_000)


@pytest.mark.usefixtures("small")
def test_numbers_that_nobody_says_again_take_no_room_in_what_is_remembered() -> None:
    for n in range(5_000):
        searching.index_words(f"order#{n}")
    assert len(searching._said) == len(searching._forms) < 250  # a hundred that are new, and one in a hundred taken for old


@pytest.mark.usefixtures("small")
def test_words_that_come_again_stay_remembered_among_many_new_ones() -> None:
    again = [f"word{n}s" for n in range(50)]
    for n in range(5_000):
        searching.index_words(f"{again[n % 50]} only#{n}")
    assert all(word in searching._said for word in again)
    assert searching.index_words("word7s only#5") == ("word7s only 5", "word7")
