import importlib.util
from pathlib import Path

import pytest
from babel import Locale

from wasl.web.languages import LOCALES, SHIPPED, Languages, page_words
from wasl.web.words import CHAT, CONSOLE, mark_counting

ROOT = Path(__file__).resolve().parents[3]
_spec = importlib.util.spec_from_file_location("catalogues", ROOT / "scripts" / "catalogues.py")
assert _spec
assert _spec.loader
catalogues = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(catalogues)


@pytest.mark.parametrize("locale", [path.parent.parent.name for path in LOCALES.glob("*/LC_MESSAGES/wasl.po")])
def test_no_word_of_the_pages_lacks_a_translation(locale: str) -> None:
    assert len(catalogues.found_words()) > 80
    assert catalogues.untranslated(LOCALES / locale / "LC_MESSAGES" / "wasl.po", locale=locale) == []


def test_arabic_and_english_are_there_with_their_direction() -> None:
    assert {(one.code, one.direction, one.name) for one in Languages().all()} == {("ar", "rtl", "العربية"), ("en", "ltr", "English")}


@pytest.mark.parametrize("code", sorted(SHIPPED))
def test_what_is_kept_of_a_language_is_what_cldr_says(code: str) -> None:
    locale = Locale.parse(code)
    assert SHIPPED[code] == (locale.get_display_name(), locale.text_direction)


def test_an_arabic_catalogue_is_arabic() -> None:
    arabic = Languages().choose(asked="ar")
    same = [
        words for words in page_words(arabic, {**CHAT, **CONSOLE}).values() if not any("\u0600" <= letter <= "\u06ff" for letter in words)
    ]
    assert same == ["{name}:"]


@pytest.mark.parametrize(
    ("n", "words"),
    [(0, "لا ردود اليوم"), (1, "رد واحد اليوم"), (2, "ردّان اليوم"), (3, "3 ردود اليوم"), (11, "11 ردًا اليوم"), (100, "100 رد اليوم")],
)
def test_arabic_counts_in_all_its_six_forms(n: int, words: str) -> None:
    assert Languages().choose(asked="ar").count("{n} answer today", "{n} answers today", n) == words


@pytest.mark.parametrize(
    ("code", "day", "moment", "month"),
    [
        ("en", "Nov 3, 2026", "Nov 3, 2026, 4:05:06\u202fPM UTC", "November 2026"),
        ("ar", "3 نوفمبر 2026", "3 نوفمبر 2026، 4:05:06 م UTC", "نوفمبر 2026"),
    ],
)
def test_a_day_names_its_month(code: str, day: str, moment: str, month: str) -> None:
    language, at_ms = Languages().choose(asked=code), 1_793_721_906_000
    assert (language.day(at_ms), language.moment(at_ms), language.month("2026-11")) == (day, moment, month)
    assert language.month("soon") == "soon"


@pytest.mark.parametrize(
    ("asked", "kept", "accepted", "code"),
    [
        ("ar", "en", "en", "ar"),
        (None, "ar", "en", "ar"),
        (None, None, "fr-FR, ar-EG;q=0.8, en;q=0.5", "ar"),
        (None, None, "en;q=0.1, ar;q=0.9", "ar"),
        (None, None, "ar;q=0, de", "en"),
        ("xx", "yy", "zz;q=what,,;q=1", "en"),
        (None, None, "", "en"),
    ],
)
def test_the_language_is_what_is_asked_then_kept_then_accepted(asked: str | None, kept: str | None, accepted: str, code: str) -> None:
    assert Languages().choose(asked=asked, kept=kept, accepted=accepted).code == code


def test_the_default_language_is_the_settings_one() -> None:
    assert Languages(default="ar-EG").choose().code == "ar"


def test_a_month_is_written_as_people_say_it() -> None:
    english, arabic = (Languages().choose(asked=code) for code in ("en", "ar"))
    assert (english.month("2026-10"), arabic.month("2026-10")) == ("October 2026", "أكتوبر 2026")
    assert english.month("2026-13") == "2026-13"


def test_arabic_counts_from_eleven_to_ninety_nine_take_the_accusative() -> None:
    arabic = Languages().choose(asked="ar")
    assert [arabic.count("of {n} question", "of {n} questions", n) for n in (5, 11, 60, 99, 100, 102)] == [
        "من 5 أسئلة", "من 11 سؤالًا", "من 60 سؤالًا", "من 99 سؤالًا", "من 100 سؤال", "من 102 سؤال",
    ]  # fmt: skip
    with (LOCALES / "ar" / "LC_MESSAGES" / "wasl.po").open("rb") as file:
        counted = [entry.string for entry in catalogues.read_po(file, locale="ar") if isinstance(entry.id, tuple)]
    assert len(counted) > 20
    assert [forms for forms in counted if forms[4].count("ًا") > forms[5].count("ًا")] == []


def test_words_that_count_go_to_scripts_by_the_names_of_their_forms() -> None:
    words = {"entries": mark_counting("{n} message", "{n} messages"), "here": "Here"}
    english, arabic = (page_words(Languages().choose(asked=code), words) for code in ("en", "ar"))
    assert english == {"entries": {"one": "{n} message", "other": "{n} messages"}, "here": "Here"}
    assert arabic["entries"] == {
        "zero": "لا رسائل", "one": "رسالة واحدة", "two": "رسالتان", "few": "{n} رسائل", "many": "{n} رسالة", "other": "{n} رسالة",
    }  # fmt: skip
