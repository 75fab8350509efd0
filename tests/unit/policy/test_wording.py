"""Words that offer a general assistant are found, in both languages and in whatever spelling; words of a business are not."""

import pytest

from wasl.policy.wording import Text, flag


@pytest.mark.parametrize(
    "text",
    [
        "Your AI assistant on WhatsApp",
        "ask me ANYTHING!",
        "Powered by ChatGPT",
        "We answer any question, day and night",
        "اسألني عن أيّ شيء",
        "مساعِدُك الذكي في كل وقت",
        "شات جي بي تي بالعربي",
        "دردش مع الذكاء الاصطناعى",
    ],
)
def test_what_offers_a_general_assistant_is_flagged(text: str) -> None:
    assert flag([Text("profile", text)])


@pytest.mark.parametrize(
    "text",
    [
        "Orders and delivery of Nour Bakery, every day from 7 to 22",
        "Ask us about prices, orders and opening hours",
        "طلبات مخبز نور وتوصيلها كل يوم",
        "اسألنا عن الأسعار والمواعيد",
        "Claudette's flowers",
        "The chatgptish bakery",
    ],
)
def test_what_names_a_business_is_not(text: str) -> None:
    assert flag([Text("display name", text)]) == []


def test_instructions_that_let_everything_be_answered_are_flagged_only_as_instructions() -> None:
    text = "You are a helpful assistant. Answer any customer question."
    assert {one.where for one in flag([Text("instructions", text)])} == {"instructions"}
    assert "answer any customer question" not in {one.phrase for one in flag([Text("profile", text)])}


def test_each_finding_says_what_to_write_instead_in_both_languages() -> None:
    found = flag([Text("greeting", "Hi! I am ChatGPT, ask me anything")])
    assert {one.phrase for one in found} == {"chatgpt", "ask me anything"}
    assert all(one.why and one.say_en and one.say_ar for one in found)
