"""Values in an Arabic sentence keep their direction."""

import pytest
from babel import Locale

from wasl.wire.isolate import counted, figures_apart, fill, sentences, set_apart, signs_apart


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


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0 شخص"), (1, "شخص واحد"), (2, "شخصان"), (3, "3 أشخاص"), (10, "10 أشخاص"), (11, "11 شخصًا"), (99, "99 شخصًا"),
        (100, "100 شخص"), (102, "102 شخص"), (103, "103 أشخاص"), ("1,211", "\u20681,211\u2069 شخصًا"), ("1.5", "\u20681.5\u2069 شخص"),
    ],
)  # fmt: skip
def test_things_are_counted_by_the_rule_of_arabic(number: object, words: str) -> None:
    assert fill("أُبلغ {people:شخص}.", "ar", people=number) == f"أُبلغ {words}."


def test_two_things_are_governed_by_what_stands_before_them() -> None:
    assert fill("بعد {days:يوم مجرور}", "ar", days=2) == "بعد يومين"
    assert fill("مضى {days:يوم}", "ar", days=2) == "مضى يومان"


@pytest.mark.parametrize("number", [*range(120), 1000, 1001, 1002, 1011, 1_000_000])
def test_the_rule_of_arabic_is_that_of_cldr(number: int) -> None:
    one, two, few, many, other = "يوم واحد", "يومان", f"{number} أيام", f"{number} يومًا", f"{number} يوم"
    forms = {"one": one, "two": two, "few": few, "many": many, "other": other, "zero": other}
    assert counted(str(number), "يوم") == forms[Locale("ar").plural_form(number)]
