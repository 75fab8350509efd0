"""Canonical text: only words count."""

from wasl.terms.canonical import canonical


def words(text: str) -> list[tuple[str, ...]]:
    return [sentence.words for sentence in canonical(text).sentences]


def test_links_markup_and_invisible_characters_say_nothing() -> None:
    plain = "You must not resell the service. See our policy."
    rich = (
        "You **must\u200b not** resell the [service](https://a.example/x_(y)?q=1).  See our [policy](/p)(opens in a new window).\n\n"
        "![logo](l.png)\n"
    )
    assert words(plain) == words(rich)


def test_numbers_of_clauses_and_bullets_say_nothing() -> None:
    assert words("1.2. You must pay.\n\n* (a) You must pay taxes.") == words("You must pay.\n\n- You must pay taxes.")


def test_dates_are_one_word_however_they_are_written() -> None:
    assert words("Effective January 5, 2026") == words("Effective 5 January 2026") == words("Effective 2026-01-05")


def test_the_state_tells_days_apart_that_the_digest_does_not() -> None:
    one, other = canonical("Effective January 5, 2026"), canonical("Effective January 6, 2026")
    assert one.digest == other.digest
    assert one.state != other.state


def test_two_spellings_are_one() -> None:
    assert words("We organise the licence centre.") == words("We organize the license center.")


def test_a_line_of_a_list_knows_what_it_stands_under() -> None:
    sentences = canonical("You must not:\n\n* sell data\n* spam people\n\nWe like cats.").sentences
    assert [one.lead for one in sentences] == ["", "You must not:", "You must not:", ""]


def test_headings_of_both_kinds_stand_above_their_sentences() -> None:
    sentences = canonical("Fees\n----\n\nYou pay.\n\n## Ends\n\nWe stop.").sentences
    assert [(one.text, one.heading) for one in sentences if one.kind == "text"] == [("You pay.", "fees"), ("We stop.", "ends")]


def test_a_long_page_is_read_in_time_that_grows_with_its_length() -> None:
    text = "[" * 20_000 + "(" * 20_000 + "<!--" * 20_000 + "_" * 20_000 + "1." * 20_000
    assert canonical(text).digest
