"""One of a thing is said otherwise than all other numbers of it."""

import pytest

from wasl.wire.isolate import fill, sentences
from wasl.wire.plural import Counted, so_many


@pytest.mark.parametrize(
    ("number", "shown"),
    [(0, "0 messages"), (1, "1 message"), (2, "2 messages"), (1.0, "1 message"), ("1", "1 message"), ("1,001", "1,001 messages")],
)
def test_only_one_is_one(number: float | str, shown: str) -> None:
    assert so_many(number, "message") == shown


def test_a_noun_that_takes_no_s_names_its_other_form() -> None:
    assert [so_many(number, "person", "people") for number in (1, 2)] == ["1 person", "2 people"]


def test_a_place_of_a_sentence_counts_and_its_verb_follows() -> None:
    sentence = "{number:message hangs|messages hang} on it ({share:.0%})"
    assert [fill(sentence, "en", number=n, share=0.5) for n in (1, 2)] == ["1 message hangs on it (50%)", "2 messages hang on it (50%)"]
    assert Counted("{0!r}").format("a") == "'a'"


def test_words_by_name_count_in_english_too() -> None:
    say = sentences({"en": {"found": "Found {files:file|files}."}, "ar": {"found": "وُجد {files:ملف}."}}, "en")
    assert say["found"].format(files=1) == "Found 1 file."
