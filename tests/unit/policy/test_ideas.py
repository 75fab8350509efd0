"""Ideas: what words of many languages stand for."""

import pytest

from wasl.policy.features import features
from wasl.policy.ideas import ideas_of, read_ideas, shipped_ideas
from wasl.wire.text import fold


def test_a_word_stands_for_its_ideas_and_a_star_for_all_that_begin_so() -> None:
    ideas = read_ideas("# a remark\nprice | cost price*\npay | cost Öde*\n")
    assert ideas.of("cost") == ("price", "pay")
    assert ideas.of("prices") == ("price",)
    assert ideas.of(fold("ÖDEME")) == ("pay",)
    assert ideas.of("costs") == ()


def test_a_whole_word_goes_before_a_beginning_and_a_longer_beginning_before_a_shorter() -> None:
    ideas = read_ideas("a | re*\nb | rece*\nc | recess\n")
    assert [ideas.of(word) for word in ("red", "receipt", "recess")] == [("a",), ("b",), ("c",)]


@pytest.mark.parametrize("word", ["write", "اكتبلي", "écris", "escribe", "escreve", "schreib", "yaz", "لکھو", "tuliskan"])
def test_one_idea_is_found_in_every_language_of_the_packs(word: str) -> None:
    assert "write" in ideas_of(fold(word))


def test_texts_of_two_languages_that_say_the_same_share_their_ideas() -> None:
    english, turkish = features("how much is the delivery"), features("teslimat ücreti kaç para")
    assert "iorder" in english
    assert "iorder" in turkish


def test_every_idea_has_words_in_more_than_one_alphabet() -> None:
    listed = shipped_ideas()
    of_idea: dict[str, set[bool]] = {}
    for words in (listed.words, listed.beginnings):
        for word, ideas in words.items():
            for idea in ideas:
                of_idea.setdefault(idea, set()).add(word.isascii())
    assert len(of_idea) >= 45
    assert all(kinds == {True, False} for kinds in of_idea.values())
