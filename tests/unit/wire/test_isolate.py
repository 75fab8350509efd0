"""Values in an Arabic sentence keep their direction."""

import pytest

from wasl.wire.isolate import figures_apart, fill, sentences, set_apart, signs_apart


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("whatsapp", "\u2068whatsapp\u2069"),
        ("2026-10-01", "\u20682026-10-01\u2069"),
        ("12.50 USD", "\u206812.50 USD\u2069"),
        ("القناة", "القناة"),
        ("12", "12"),
        ("", ""),
    ],
)
def test_what_would_lose_its_direction_in_arabic_is_set_apart(value: str, shown: str) -> None:
    assert fill("قبل {value} بعد", "ar", value=value) == f"قبل {shown} بعد"
    assert fill("before {value} after", "en", value=value) == f"before {value} after"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("في 2026-11 كانت", "في \u20682026-11\u2069 كانت"),
        ("من 12.5 % إلى 2026-10-01.", "من \u206812.5 %\u2069 إلى \u20682026-10-01\u2069."),
        ("وردت 12 رسالة", "وردت 12 رسالة"),
        ("سبق \u2068v1.2\u2069 ذلك", "سبق \u2068v1.2\u2069 ذلك"),
    ],
)
def test_figures_of_a_sentence_from_elsewhere_are_set_apart(text: str, shown: str) -> None:
    assert figures_apart(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("استعمل --json أو -c", "استعمل \u2068--json\u2069 أو \u2068-c\u2069"),
        ("انظر `wasl formats`.", "انظر \u2068`wasl formats`\u2069."),
        ("مثل +20 أو @BotFather", "مثل \u2068+20\u2069 أو \u2068@BotFather\u2069"),
        ("إعلان (.json)", "إعلان (\u2068.json\u2069)"),
        ("مثل 2026-10", "مثل \u20682026-10\u2069"),
        ("--{option} مطلوب", "\u2068--{option}\u2069 مطلوب"),
        ("Asia/Riyadh و/أو wasl.toml", "Asia/Riyadh و/أو wasl.toml"),
        ("اكتب https://shop.example/a", "اكتب https://shop.example/a"),
        ("سبق \u2068v1.2\u2069 ذلك -c", "سبق \u2068v1.2\u2069 ذلك -c"),
    ],
)
def test_what_a_sentence_names_as_it_is_typed_is_set_apart(text: str, shown: str) -> None:
    assert signs_apart(text) == shown


def test_a_sentence_keeps_its_own_direction_beside_what_runs_the_other_way() -> None:
    assert set_apart("لا شيء") == "\u200e\u2067لا شيء\u2069\u200e"
    assert set_apart("nothing") == "nothing"


def test_the_words_of_a_language_set_their_values_and_their_options_apart() -> None:
    said = sentences({"en": {"do": "say --yes to {name}"}, "ar": {"do": "اكتب --yes لـ {name}"}}, "ar")["do"]
    assert said == "اكتب \u2068--yes\u2069 لـ {name}"
    assert said.format(name="Mona") == "اكتب \u2068--yes\u2069 لـ \u2068Mona\u2069"
    assert sentences({"en": {"do": "say --yes"}}, "ar")["do"] == "say --yes"
