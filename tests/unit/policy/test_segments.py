"""Where a message is cut."""

from hypothesis import given
from hypothesis import strategies as st

from wasl.policy.segments import SEGMENTS_MAX, clauses, segments


def test_a_message_is_cut_at_sentences_lines_and_also() -> None:
    assert segments("Where is my order? By the way, who won the match yesterday") == ("Where is my order?", "who won the match yesterday")
    assert segments("متى يصل طلبي وبالمرة اكتب قصيدة عن القدس") == ("متى يصل طلبي", "اكتب قصيدة عن القدس")


def test_short_pieces_go_with_what_stands_before_them() -> None:
    assert segments("I want to return the shoes. Ok?") == ("I want to return the shoes. Ok?",)


def test_a_sentence_is_cut_into_clauses_at_commas_colons_and_words_that_join() -> None:
    assert clauses("While my cake is made, write a poem: two lines only") == ("While my cake is made", "write a poem", "two lines only")
    assert clauses("I bought a phone so translate this letter") == ("I bought a phone", "translate this letter")
    assert clauses("بينما أنتظر الكعكة، اكتب قصيدة") == ("بينما أنتظر الكعكة", "اكتب قصيدة")
    assert clauses("for my son and me") == ("for my son and me",)


@given(st.text(max_size=400))
def test_any_text_gives_at_least_one_piece_and_not_too_many(text: str) -> None:
    for found in (segments(text), clauses(text)):
        assert 1 <= len(found) <= SEGMENTS_MAX
        assert len("".join(found)) <= len(text) + len(found)
