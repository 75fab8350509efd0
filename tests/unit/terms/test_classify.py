"""What a change is: material, editorial, cosmetic, announced; by rules alone."""

from datetime import date

import pytest

from wasl.domain.terms import Judgement
from wasl.terms.classify import judge_texts

SEEN = date(2026, 8, 6)
PAGE = """# Courier Terms

Last updated: March 3, 2026

You may send parcels through the Courier platform. We collect your address to deliver them.

Assistants that answer by artificial intelligence are prohibited from using the platform as their main function.

You pay a fee of 2 euros for each parcel. We may suspend your account within 30 days of a notice.

We were founded in a small town by the sea, and we like letters very much indeed. Our offices are painted in blue and in white.
You can read about our history on our pages; people have written many kind words about it, and we keep them all in a drawer.
"""


def judged(before: str, after: str) -> Judgement:
    return judge_texts(before, after, seen=SEEN)


def changed(old: str, new: str) -> Judgement:
    assert old in PAGE
    return judged(PAGE, PAGE.replace(old, new))


def test_the_same_words_in_other_places_are_no_change() -> None:
    paragraphs = PAGE.split("\n\n")
    moved = "\n\n".join([paragraphs[0], paragraphs[3], paragraphs[2], *paragraphs[4:], paragraphs[1]])
    assert judged(PAGE, moved).event == "same"


@pytest.mark.parametrize(
    ("old", "new", "topic"),
    [
        ("their main function.", "their main function, except for people with an Italian number.", "ai-use"),
        ("2 euros", "3 euros", "price-fees"),
        ("30 days", "3 days", "access-termination"),
        ("We were founded", "From now on every letter costs 0.02 USD. We were founded", "price-fees"),
        ("within 30 days of a notice", "at once and without a notice", "access-termination"),
        ("to deliver them.", "to deliver them. We may use your letters to train our models.", "data-use"),
        ("You may send parcels", "You must be at least 18 years old to send parcels", "eligibility"),
    ],
)
def test_a_right_a_duty_a_price_or_a_use_is_material(old: str, new: str, topic: str) -> None:
    found = changed(old, new)
    assert found.label == "material"
    assert topic in found.topics


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("We collect your address", "We collect yuor address"),
        ("letters very much indeed", "letters and stamps very much"),
        ("March 3, 2026", "April 4, 2026"),
        ("painted in blue", "painted in green"),
    ],
)
def test_style_typing_errors_and_the_date_of_the_page_are_not(old: str, new: str) -> None:
    assert changed(old, new).label != "material"


def test_a_name_that_changes_throughout_is_no_change_of_terms() -> None:
    assert judged(PAGE, PAGE.replace("Courier", "Postino")).label != "material"


def test_a_notice_with_a_day_ahead_is_an_announcement() -> None:
    notice = "We're updating our terms, effective September 23, 2026. See a [preview of the new terms](https://c.example/preview).\n\n"
    found = judged(PAGE, notice + PAGE)
    assert (found.label, found.topic) == ("material", "announcement")
    assert {one.day for one in found.dates} == {date(2026, 9, 23)}
    assert found.links == ("https://c.example/preview",)


def test_the_date_of_the_page_moved_ahead_is_an_announcement() -> None:
    found = changed("March 3, 2026", "September 23, 2026")
    assert (found.label, found.topic, [one.day for one in found.dates]) == ("material", "announcement", [date(2026, 9, 23)])


def test_a_day_that_cannot_be_read_is_told_as_it_is_written() -> None:
    found = judged(PAGE, "Our new terms will take effect on 05/06/2027.\n\n" + PAGE)
    assert found.topic == "announcement"
    assert [(one.day, one.written) for one in found.dates] == [(None, "05/06/2027")]


def test_a_notice_that_went_is_no_change() -> None:
    assert judged("We're updating our terms, effective March 1, 2026.\n\n" + PAGE, PAGE).label != "material"


def test_the_places_that_came_and_went_are_told() -> None:
    one = PAGE.replace("their main function.", "their main function, except for people with an Italian number.")
    other = PAGE.replace(
        "their main function.", "their main function, except for people with a European Economic Area or Brazilian number."
    )
    clause = judged(one, other).clauses[0]
    assert (clause.regions_gone, clause.regions_come) == (("IT",), ("EEA", "BR"))


def test_a_stub_before_is_a_first_record() -> None:
    assert judged("Redirecting to legal.example", PAGE).event == "baseline"


def test_a_whole_document_that_came_along_is_told_quietly() -> None:
    more = "# Another document\n\n" + "\n\n".join(f"You must keep rule number {n} about the {w} of boats." for n, w in enumerate(
        ["sails", "oars", "masts", "keels", "decks", "ropes", "flags", "crews", "lamps", "bells"] * 5
    ))  # fmt: skip
    more = "\n\n".join(f"{line} Every captain has {n} of them." for n, line in enumerate(more.split("\n\n")))
    assert judged(PAGE, PAGE + more).event == "scope"


def test_any_changed_row_of_a_price_page_is_material() -> None:
    page = "# Prices\n\n| Market | Marketing |\n| --- | --- |\n| Egypt | 0.10 |\n| Morocco | 0.09 |\n\n" + PAGE
    assert judge_texts(page, page.replace("0.10", "0.12"), seen=SEEN, kind="price").label == "material"


def test_a_changed_clause_is_shown_with_its_heading_and_both_sides() -> None:
    found = changed("2 euros", "3 euros")
    assert found.clauses[0].before.startswith("You pay a fee of 2 euros")
    assert found.clauses[0].after.startswith("You pay a fee of 3 euros")
    assert found.clauses[0].heading == "courier terms"
