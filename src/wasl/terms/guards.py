"""Guards: whether what was fetched is the declared page at all. What is not never becomes a version."""

from typing import Final
from urllib.parse import urlsplit

from wasl.domain.terms import Document
from wasl.terms.declaration import Source
from wasl.terms.extract import Extracted
from wasl.terms.language import language_of
from wasl.wire.plural import so_many

SHRINK_MAX: Final = 0.4
"""A page that lost more of its words than this is looked at by people first."""
_SECOND_LEVEL: Final = frozenset({"co", "com", "org", "net", "gov", "ac"})


def wrong_target(asked: str, given: str) -> str | None:
    """Says why a page that was given in the place of another cannot be it: another site. None where it may be."""
    if _site(asked) == _site(given):
        return None
    return f"{urlsplit(asked).hostname} sends to another site, {urlsplit(given).hostname}; declare the new address if that is right"


def wrong_page(extracted: Extracted, source: Source, document: Document) -> str | None:
    """Says why the words of one page cannot be the declared ones. None where they may be."""
    words = len(extracted.markdown.split())
    if extracted.missed:
        selectors = ", ".join(source.select)
        return (
            f"the declared selector {selectors!r} finds nothing any more (a generic reading finds {so_many(words, 'word')});"
            " mend the declaration"
        )
    if words < source.min_words:
        return f"the page has {so_many(words, 'word')}, fewer than {source.min_words}: an error page, a stub or half a page"
    folded = " ".join(extracted.markdown.split()).casefold()
    for phrase in source.must_contain:
        if " ".join(phrase.split()).casefold() not in folded:
            return f"the page does not contain {phrase!r}, which proves that it is the right one"
    told = language_of(extracted.markdown)
    if told and document.language and told != document.language:
        return f"the page is in {told!r}, and is declared to be in {document.language!r}"
    return None


def shrunk(before_words: int, after_words: int) -> str | None:
    """Says that a page lost so much that people should look first. None where it did not."""
    if before_words and after_words < (1 - SHRINK_MAX) * before_words:
        return f"the page shrank from {before_words} to {so_many(after_words, 'word')}"
    return None


def _site(url: str) -> str:
    labels = (urlsplit(url).hostname or "").casefold().split(".")
    count = 3 if len(labels) > 2 and labels[-2] in _SECOND_LEVEL and len(labels[-1]) == 2 else 2
    return ".".join(labels[-count:]) if not labels[-1].isdigit() else ".".join(labels)
