import string

import pytest

from wasl.domain.message import Choice, Media, Option, Text
from wasl.service import words
from wasl.service.words import spoken, words_of


@pytest.mark.parametrize("key", words.KEYS)
@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_notice_exists_in_every_language(key: words.Key, language: str) -> None:
    said = words.say(key, language=language)
    assert said
    arabic = any("\u0600" <= c <= "\u06ff" for c in said)
    assert arabic == (language == "ar")


@pytest.mark.parametrize("key", words.KEYS)
def test_languages_name_the_same_values(key: words.Key) -> None:
    fields = {language: _fields(words.say(key, language=language)) for language in words.LANGUAGES}
    assert fields["ar"] == fields["en"]


@pytest.mark.parametrize(("tag", "same_as"), [("ar-EG", "ar"), ("AR_sa", "ar"), ("fr", "en"), ("", "en"), ("en-GB", "en")])
def test_a_tag_falls_back_to_its_language_and_then_to_english(tag: str, same_as: str) -> None:
    assert words.say("late", language=tag) == words.say("late", language=same_as)


def test_values_are_filled_in() -> None:
    assert "10 MB" in words.say("too_large", language="en", megabytes=10)


def test_a_value_nobody_gave_does_not_lose_the_notice() -> None:
    assert "{model}" in words.say("dearer", language="ar")


def test_braces_in_a_value_are_left_alone() -> None:
    assert "{x}" in words.say("dearer", language="en", model="{x}")


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize(
    ("texts", "told", "language"),
    [
        (["أين طلبي؟"], None, "ar"),
        (["أين طلبي؟"], "en", "ar"),
        (["سفارش من کجاست؟"], "fa", "fa"),
        (["where is it?"], None, "en"),
        (["where is it?"], "ar", "ar"),
        (["12", "مرحبا"], None, "ar"),
        (["", "👍"], None, "de"),
        ([], "tr", "tr"),
    ],
)
def test_what_a_person_writes_decides_the_language_before_what_a_platform_tells(texts: list[str], told: str | None, language: str):
    assert spoken(texts, told=told, default="de") == language


def test_only_a_person_s_own_words_are_looked_at():
    parts = (Text(text="واحد"), Media(role="photo", caption="two"), Media(role="photo"), Choice(picked=Option(id="y", title="نعم")))
    assert words_of(parts) == "واحد\ntwo\nنعم"
