"""Comparing: moves vanish, the rest is paired."""

from wasl.terms.canonical import canonical
from wasl.terms.compare import compare, edits_between


def test_changed_words_are_marked_and_no_others() -> None:
    (edit,) = edits_between(("you", "may", "send", "two", "letters"), ("you", "may", "send", "three", "letters"))
    assert (edit.before, edit.after) == (("two",), ("three",))


def test_a_sentence_is_paired_with_the_one_it_was() -> None:
    before = canonical("You must pay two euros for a parcel. We keep your address for a year.")
    after = canonical("We keep your address for a month. You must pay three euros for a parcel.")
    pairs = [(pair.before.text, pair.after.text) for pair in compare(before, after).pairs if pair.before and pair.after]
    assert ("We keep your address for a year.", "We keep your address for a month.") in pairs
    assert len(pairs) == 2


def test_lines_that_were_only_cut_elsewhere_are_no_change() -> None:
    before = canonical("Courier Limited\n\nBlue Street\n\nHarbour Town")
    after = canonical("Courier Limited Blue Street Harbour Town")
    assert compare(before, after).pairs == ()


def test_thousands_of_sentences_are_compared_in_little_time() -> None:
    before = canonical("\n\n".join(f"You must keep the rule {n} about thing {n * 7} always." for n in range(3000)))
    after = canonical("\n\n".join(f"You must keep the rule {n} about thing {n * 7 + 1} always." for n in range(3000)))
    assert compare(before, after).pairs
