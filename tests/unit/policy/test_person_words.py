"""What a short message asks of us, and what only looks like it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasl.policy.person_words import asks_for_assistant, asks_for_human, opt_words, said
from wasl.policy.shipped_rules import shipped_book
from wasl.wire.text import tokens

ASKS = (
    "human", "I want to talk to a human", "can i speak with someone please?", "connect me to an agent", "connect me to someone",
    "let me talk to customer service", "Talk to a human", "عايز أكلم حد", "أريد التحدث مع موظف", "ممكن اتكلم مع خدمة العملاء",
    "ابغى اكلم موظف", "بدي احكي مع حدا", "بغيت نهدر مع شي واحد", "حولني للموظف", "3ayez akalem 7ad", "bedi e7ki ma3 7ada", "أريد موظفًا!",
)  # fmt: skip
ASKS_NOT = (
    "do you have a human resources course?", "how much per person", "how do i speak to my manager in english", "are you human?",
    "I don't want to talk to a human", "لا أريد التحدث مع موظف", "كم سعر الشخص", "هل يوجد موظف استقبال", "what does an estate agent earn",
    "can I connect my phone to someone else's wifi", "وصلني الطلب ناقص واحد", "", "human " * 60,
)  # fmt: skip


@pytest.mark.parametrize("text", ASKS)
def test_these_ask_for_a_human(text: str) -> None:
    assert asks_for_human(text)


@pytest.mark.parametrize("text", ASKS_NOT)
def test_these_ask_for_something_else(text: str) -> None:
    assert not asks_for_human(text)


def test_the_operator_adds_phrases() -> None:
    assert asks_for_human("Team Rima!", further=("team rima",))
    assert asks_for_assistant("المساعد")


def test_a_channel_has_the_common_words_and_those_of_its_rules() -> None:
    book = shipped_book()
    chat, letters = opt_words(book, "whatsapp"), opt_words(book, "sms")
    assert said(" STOP! ") in chat.out
    assert said("إلغاء الإشتراك") in chat.out
    assert said("quit") not in chat.out
    assert said("quit") in letters.out
    assert said("HELP") in letters.help
    assert said("HELP") not in chat.help
    assert said("نعم") in letters.back
    assert said("نعم") not in chat.back


def test_the_operator_adds_and_leaves_out_words() -> None:
    words = opt_words(shipped_book(), "webchat", out=("schluss",), left_out=("إلغاء",), back=("weiter",))
    assert said("Schluss") in words.out
    assert said("weiter") in words.back
    assert said("إلغاء") not in words.out


@given(st.text(max_size=60) | st.text(" .,'\"-/«»\t\u2003\u0301\u20d0ab1٢ءةأس", max_size=30))
def test_a_message_has_the_words_of_what_lists_hold_of_it(text: str) -> None:
    assert tokens(said(text)) == tokens(text)
