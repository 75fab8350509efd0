"""Edition: another region's page in the same place, and whole documents that came or went with it; neither is a change of terms."""

import re
from typing import Final

from wasl.terms.announce import is_page_date
from wasl.terms.canonical import Canonical, Sentence
from wasl.terms.compare import Difference
from wasl.terms.dates import dates_in
from wasl.terms.regions import regions_in

SCOPE_SENTENCES_MIN: Final = 40
SCOPE_SHARE_MIN: Final = 0.15
"""A run of sentences that came together is another document from this share of the page on."""
PAIRS_MIN: Final = 10
PAIRS_WITHOUT_PARTY_MIN: Final = 30
"""An edition differs in many sentences; fewer are a change, and more are needed where the contracting party is the same."""
_FOR_WHOM = re.compile(
    r"\b(?:appl(?:y|ies) to you|if you (?:are|live|reside)|resident|residing|who (?:live|reside|are)|provided by|we mean|means"
    r"|agreement with|contract(?:ing)? (?:with|party|entity)|between you and)\b",
    re.I,
)
_ENTITY = re.compile(r"\b(?:llc|inc\.?|ltd\.?|limited|gmbh|s\.?a\.?s?|b\.v\.|plc|opco)\b", re.I)


def edition_swapped(before: Canonical, after: Canonical, difference: Difference) -> bool:
    """Says whether the page is written for other people now: it names other regions and another party, and no date of it moved."""
    if _page_dates(before) != _page_dates(after):
        return False
    swapped = party = False
    for pair in difference.pairs:
        if pair.before is not None and pair.after is not None and _FOR_WHOM.search(pair.after.text):
            swapped |= _regions(pair.before) != _regions(pair.after)
            party |= bool(_ENTITY.search(pair.after.text)) and _parties(pair.before.text) != _parties(pair.after.text)
    return swapped and (party or len(difference.pairs) >= PAIRS_WITHOUT_PARTY_MIN) and len(difference.pairs) >= PAIRS_MIN


def scope_event(difference: Difference) -> bool:
    """Says whether a whole document came or went beside the one that is watched, and nothing else changed."""
    come = [pair.after for pair in difference.pairs if pair.after is not None and pair.before is None]
    gone = [pair.before for pair in difference.pairs if pair.before is not None and pair.after is None]
    if len(come) + len(gone) != len(difference.pairs) or (come and gone):
        return False
    one = [sentence for sentence in come or gone if sentence is not None]
    words = sum(len(sentence.words) for sentence in one)
    return len(one) >= SCOPE_SENTENCES_MIN and words >= SCOPE_SHARE_MIN * max(difference.before_words, difference.after_words)


def _page_dates(page: Canonical) -> list[str]:
    return sorted(str(dated.day) for sentence in page.sentences if is_page_date(sentence) for dated in dates_in(sentence.text))


def _regions(sentence: Sentence | None) -> frozenset[str]:
    return frozenset(regions_in(sentence.text.casefold())) if sentence else frozenset()


def _parties(text: str) -> frozenset[str]:
    return frozenset(
        one.casefold()
        for one in re.findall(r"\b[A-Z][\w.]*(?:\s+[A-Z][\w.]*){0,4}\s*,?\s+(?:LLC|Inc|Ltd|Limited|GmbH|SAS|B\.V|OpCo)", text)
    )
