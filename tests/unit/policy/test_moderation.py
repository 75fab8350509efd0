"""Words that lead to help, and words that are looked for; and what only looks like either."""

import time

import pytest
from tests.measured import least

from wasl.policy.moderation import emergency, offence

SELF_HARM = (
    "I want to kill myself", "i dont want to live anymore", "sometimes I think about suicide", "بفكر انتحر", "أريد أن أموت",
    "تعبت من الحياة ومش عايز أعيش", "بدي موت", "ابي اموت", "بغيت نموت", "3ayez amoot", "أُفكّر في الانتحار",
)  # fmt: skip
DANGER = ("my father is having a heart attack", "he can't breathe, help", "أبي فاقد الوعي", "مش قادر اتنفس", "البيت بيولع")
NEITHER = (
    "how much is the black cake?", "this heat is killing me", "is the movie about suicide still on?", "ما سعر الخبز؟", "أموت في الشوكولاتة",
    "كتاب عن منع الانتحار عندكم؟", "", "😀", "dead line for orders?",
)  # fmt: skip


@pytest.mark.parametrize("text", SELF_HARM)
def test_who_may_harm_themselves_is_heard(text: str) -> None:
    assert emergency(text) == "self_harm"


@pytest.mark.parametrize("text", DANGER)
def test_danger_to_life_is_heard(text: str) -> None:
    assert emergency(text) == "danger"


@pytest.mark.parametrize("text", NEITHER)
def test_ordinary_talk_is_no_emergency(text: str) -> None:
    assert emergency(text) is None


def test_the_operator_adds_phrases() -> None:
    assert emergency("غاز يتسرب عندي", further=("غاز يتسرب",)) == "danger"


def test_nothing_is_looked_for_unless_it_is_asked_for() -> None:
    assert offence("you idiot", lists=()) == ""
    assert offence("you IDIOT!", lists=("insults",)) == "insults"
    assert offence("يا حِمار", lists=("insults",)) == "insults"
    assert offence("ابن عمي يسأل عن السعر", lists=("insults", "sexual", "drugs")) == ""


def test_secrets_are_keys_and_card_numbers() -> None:
    assert offence("the key is sk-proj-abcdefghijklmnopqrstuv", lists=("secrets",)) == "secrets"
    assert offence("card 4111 1111 1111 1111", lists=("secrets",)) == "secrets"
    assert offence("order 1234 5678 9012 3456, phone +20 100 123 4567", lists=("secrets",)) == ""


def test_own_patterns_take_a_star_at_a_words_end() -> None:
    assert offence("we sell RivalBrands here", lists=(), patterns=("rivalbrand*",)) == "pattern"
    assert offence("arrival brands", lists=(), patterns=("rivalbrand*",)) == ""


def test_a_long_text_takes_time_in_proportion() -> None:
    lists = ("insults", "sexual", "drugs", "secrets")

    def seconds() -> float:
        began = time.process_time()
        for text in ("1 " * 200_000, "kill " * 100_000, "-" * 400_000, "sk-" * 100_000):
            offence(text, lists=lists)
            emergency(text)
        return time.process_time() - began

    assert least(seconds, enough=3.0) < 3.0
