"""Announce: notices that terms will change, and the days they name."""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final, NamedTuple

from wasl.domain.terms import TermsDate
from wasl.terms.canonical import Canonical, Sentence, stated_date
from wasl.terms.compare import Difference
from wasl.terms.dates import DATE_TOKEN, Dated, dates_in
from wasl.terms.lexicon import PAGE_DATE_WORDS_MAX, lexicon

AHEAD_MAX: Final = timedelta(days=3 * 366)
"""A day further ahead than this is the end of some agreement, not an announcement."""
DATES_MAX: Final = 40


class Heard(NamedTuple):
    """What a page announces that it did not announce before."""

    found: bool
    dates: tuple[TermsDate, ...] = ()
    links: tuple[str, ...] = ()
    reason: str = ""


def listen(before: Canonical, after: Canonical, difference: Difference, *, seen: date) -> Heard:
    """Finds what a new version announces: days ahead that were not named before, and notices of new terms."""
    dates = _new_dates(before, after, seen=seen)
    notices = [pair.after for pair in difference.pairs if pair.after is not None and pair.before is None and is_notice(pair.after)]
    alone = [one for one in notices if lexicon().notice_alone.search(one.text)]
    links = tuple(link for link in after.previews if link not in before.previews)
    if dates:
        days = sorted({one.day for one in dates if one.day is not None})
        told = ", ".join(day.isoformat() for day in days) or "a day that cannot be read"
        return Heard(True, dates, links, f"A change is announced for {told}.")
    if alone:
        return Heard(True, (), links, "New terms are announced without a day.")
    return Heard(False)


def first_heard(page: Canonical, *, seen: date) -> Heard:
    """Gives what a page announces when it is seen for the first time: days ahead in notices, and in its own date."""
    found = []
    for sentence, dated in _dated(page):
        if dated.day is not None and seen < dated.day <= seen + AHEAD_MAX and (is_notice(sentence) or is_page_date(sentence)):
            found.append(TermsDate(day=dated.day, written=dated.written, sentence=sentence.text))
    if not found:
        return Heard(False)
    days = ", ".join(day.isoformat() for day in sorted({one.day for one in found if one.day is not None}))
    return Heard(True, tuple(found[:DATES_MAX]), page.previews, f"A change is announced for {days}.")


def is_notice(sentence: Sentence) -> bool:
    """Says whether a sentence speaks of terms that will change or have just changed."""
    return bool(lexicon().notice.search(sentence.text))


def is_page_date(sentence: Sentence) -> bool:
    """Says whether a sentence only dates the page."""
    return len(sentence.words) <= PAGE_DATE_WORDS_MAX and DATE_TOKEN in sentence.words and bool(
        lexicon().page_date.search(sentence.text) or len(sentence.words) <= 2
    )  # fmt: skip


def stated_near(page: Canonical, heading: str) -> date | None:
    """Gives the day that stands over a part of a page, or over the page where the part has none."""
    for sentence in page.sentences:
        if sentence.heading == heading and is_page_date(sentence):
            for dated in dates_in(sentence.text):
                if dated.day is not None:
                    return dated.day
    return stated_date(page)


def _new_dates(before: Canonical, after: Canonical, *, seen: date) -> tuple[TermsDate, ...]:
    """Gives the days ahead of `seen` in sentences of the new version that did not say them before."""
    known = Counter((sentence.words, dated.day) for sentence, dated in _dated(before))
    days_before = {day for (_, day) in known}
    said = {words for (words, _) in known}
    found: list[TermsDate] = []
    for sentence, dated in _dated(after):
        if (sentence.words, dated.day) in known or len(found) >= DATES_MAX:
            continue
        if dated.day is None:
            if is_notice(sentence) or is_page_date(sentence):
                found.append(TermsDate(day=None, written=dated.written, sentence=sentence.text))
        elif seen < dated.day <= seen + AHEAD_MAX and (
            dated.day not in days_before or (is_notice(sentence) and sentence.words not in said)
        ):
            found.append(TermsDate(day=dated.day, written=dated.written, sentence=sentence.text))
    return tuple(found)


def _dated(page: Canonical) -> Iterable[tuple[Sentence, Dated]]:
    for sentence in page.sentences:
        if DATE_TOKEN in sentence.words or re.search(r"\d", sentence.text):
            for dated in dates_in(sentence.text):
                yield sentence, dated
