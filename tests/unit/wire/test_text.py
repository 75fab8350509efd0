import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.measured import least

from wasl.wire import text

arabic = st.text(st.characters(min_codepoint=0x0600, max_codepoint=0x06FF) | st.sampled_from(" .,0123abcABCéÉ"), max_size=60)


@given(st.text(max_size=80) | arabic)
def test_folding_twice_is_folding_once(said: str) -> None:
    assert text.fold(text.fold(said)) == text.fold(said)


@given(st.text(max_size=80) | arabic)
def test_what_was_asked_before_folds_as_what_is_asked_anew(said: str) -> None:
    assert text.fold(said) == text.fold(said) == text.fold_anew(said)


def test_folding_any_single_character_twice_is_folding_it_once() -> None:
    wrong = [hex(point) for point in range(0x30000) if not 0xD800 <= point < 0xE000 and _folds_again(chr(point))]
    assert wrong == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("أسعار", "اسعار"),
        ("إمتى", "امتي"),
        ("آخر", "اخر"),
        ("ٱلقهوة", "القهوه"),
        ("مُحَمَّدٌ", "محمد"),
        ("مـــرحبا", "مرحبا"),
        ("ﻣﺮﺣﺒﺎ", "مرحبا"),
        ("مؤسسة", "موسسه"),
        ("رئيس", "رييس"),
        ("ک", "ك"),
        ("۱۲۳", "123"),
        ("١٢٣", "123"),
        ("CAFÉ", "cafe"),
        ("Straße", "STRASSE"),
        ("رسا\u200dئل", "رسائل"),
        ("\u200fمرحبا\u200e", "مرحبا"),
    ],
)
def test_spellings_of_one_word_fold_to_the_same(one: str, other: str) -> None:
    assert text.fold(one) == text.fold(other)


@pytest.mark.parametrize(("one", "other"), [("سعر", "شعر"), ("طلب", "كلب"), ("rat", "cat"), ("12", "21")])
def test_different_words_stay_different(one: str, other: str) -> None:
    assert text.fold(one) != text.fold(other)


def test_accents_of_other_scripts_that_carry_vowels_are_kept() -> None:
    assert text.fold("हिन्दी") != text.fold("हन्द")


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("Open 10:30, price 1,500!", ["open", "10:30", "price", "1500"]),
        ("السعر ١٢٫٥ جنيه", ["السعر", "12.5", "جنيه"]),
        ("don't", ["don't"]),
        ("the bakery's", ["the", "bakery's"]),
        ("٣عايز", ["3عايز"]),
        ("", []),
        ("…!؟", []),
    ],
)
def test_tokens_are_folded_words_and_numbers_in_order(said: str, wanted: list[str]) -> None:
    assert text.tokens(said) == wanted


@given(st.text(max_size=200) | arabic)
def test_every_token_is_short_and_holds_a_letter_or_digit(said: str) -> None:
    for token in text.tokens(said):
        assert 0 < len(token) <= text.TOKEN_CHARACTERS_MAX
        assert any(character.isalnum() for character in token)


@pytest.mark.parametrize(
    ("forms", "stem"),
    [
        (["توصيل", "التوصيل", "والتوصيل", "بالتوصيل", "للتوصيل", "وللتوصيل"], "توصيل"),
        (["مشروب", "مشروبات", "المشروبات", "مشروباتكم"], "مشروب"),
        (["طلب", "طلبي", "طلبك", "الطلبات", "طلبه"], "طلب"),
        (["price", "prices", "priced", "pricing"], "pric"),
        (["deliver", "delivers", "delivering", "delivered"], "deliver"),
        (["delivery", "deliveries"], "delivery"),
        (["cake", "cakes"], "cake"),
    ],
)
def test_forms_of_one_word_share_a_stem(forms: list[str], stem: str) -> None:
    assert {text.light(text.fold(form)) for form in forms} == {stem}


@given(arabic)
def test_a_stem_keeps_two_letters_of_any_word_that_has_them(said: str) -> None:
    for token in text.tokens(said):
        stem = text.light(token)
        assert len(stem) >= min(2, len(token))
        assert stem in token or token.isascii()


@pytest.mark.parametrize(
    ("word", "form"), [("وساعات", "ساع"), ("بتفتحوا", "فتح"), ("هتفتحوا", "فتح"), ("لعنوان", "عنو"), ("مبتوصلوش", "توصل")]
)
def test_a_letter_that_may_be_attached_is_offered_without_it(word: str, form: str) -> None:
    assert form in (*text.bare(text.fold(word)), *(f for b in text.bare(text.fold(word)) for f in text.bare(b)))


@pytest.mark.parametrize("word", ["التوصيل", "خبز", "price", "123", ""])
def test_no_further_form_is_offered_where_none_can_be(word: str) -> None:
    assert text.bare(word) == ()


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("ما هي ساعات العمل؟", "ar"),
        ("عندكم delivery؟", "ar"),
        ("What are your opening hours?", "en"),
        ("delivery", "en"),
        ("3ayez a3raf el so3r", "ar"),
        ("feen el ma7al?", "ar"),
        ("I have an mp3 player", "en"),
        ("b2b sales", "en"),
        ("open at 7pm", "en"),
        ("¿Dónde está la tienda?", "other"),
        ("Где магазин?", "other"),
        ("سلام، ساعت کاری شما چیست؟", "other"),
        ("营业时间", "other"),
        ("12:30 👍", ""),
        ("", ""),
    ],
)
def test_the_language_is_guessed_by_script_and_small_words(said: str, wanted: str) -> None:
    assert text.language(said) == wanted


@given(st.text(max_size=300))
def test_anything_can_be_tokenised_stemmed_and_guessed(said: str) -> None:
    for token in text.tokens(said):
        text.light(token)
        text.bare(token)
    assert text.language(said) in {"ar", "en", "other", ""}


@pytest.mark.parametrize("unit", ["ا", "ـ", "1,", "a'", "ﷺ", "\u0301", "1:1"])
def test_time_grows_no_faster_than_the_text(unit: str) -> None:
    def cpu(length: int) -> float:
        said = unit * (length // len(unit))
        started = time.process_time()
        text.tokens(said)
        return time.process_time() - started

    limit = 40 * min(cpu(20_000) for _ in range(3)) + 0.05
    assert least(lambda: cpu(200_000), enough=limit) < limit


def _folds_again(character: str) -> bool:
    folded = text.fold(character)
    return text.fold(folded) != folded
