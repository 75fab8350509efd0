"""Words as HTML that cannot become structure: everything is escaped, and only marks that we set ourselves are tags.

What an archived message holds is shown as text, HTML too. Links lead only to web pages, mail and phones.
"""

import re
from collections.abc import Sequence
from html import escape
from itertools import pairwise
from typing import Final

from wasl.domain.archive import Span, Words
from wasl.wire import markup

SPANS_MAX: Final = 1_000
"""Marks in one text; a text with more is shown without them."""
_TAGS: Final = {
    "bold": "b",
    "italic": "i",
    "underline": "u",
    "strike": "s",
    "strikethrough": "s",
    "struck": "s",
    "code": "code",
    "pre": "code",
    "spoiler": "mark",
}
_LINKS: Final = ("link", "text_link", "url", "web")
_SAFE: Final = re.compile(r"(?:https?://|mailto:|tel:)[^\s\x00-\x20]+\Z", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"https?://[^\s<>\"'\u0000-\u0020\u2066-\u2069\u202a-\u202e]+")
_TRAILING: Final = ".,;:!?)]}»”’'،؛؟"
_UNFIT: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_DIRECTIONS: Final = re.compile(r"[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")
_EASTERN: Final = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def fit(text: str) -> str:
    """Replaces what no page can hold: control characters and half surrogate pairs."""
    return _UNFIT.sub("\ufffd", text)


def html_of(text: str) -> str:
    """Escapes a text for a page, inside and outside of attributes."""
    return escape(fit(text), quote=True)


def one_line(text: str) -> str:
    """Escapes a text for a title: one line, and without marks of direction, for nothing holds them together there."""
    return html_of(" ".join(_DIRECTIONS.sub("", text).split()))


def eastern(text: str) -> str:
    """Writes digits as they are written in the Arab East."""
    return text.translate(_EASTERN)


def is_safe(url: str) -> bool:
    """Says whether a link may be followed: a web page, mail, a phone."""
    return _SAFE.match(url) is not None


def link(url: str, shown: str) -> str:
    """Gives a link, or the words alone where the address is of another kind. `shown` is HTML."""
    return f'<a href="{html_of(url)}" rel="noopener noreferrer nofollow">{shown}</a>' if is_safe(url) else shown


def words_html(words: Words) -> str:
    """Gives a text with its marks."""
    if words.format == "markdown":
        return markup.html(fit(words.text))
    if words.spans and len(words.spans) <= SPANS_MAX:
        return _marked(words.text, words.spans)
    return with_links(words.text)


def with_links(text: str) -> str:
    """Gives a plain text in which web addresses are links."""
    out, at = [], 0
    for match in _ADDRESS.finditer(text):
        url = match[0].rstrip(_TRAILING)
        out += [html_of(text[at : match.start()]), link(url, html_of(url))]
        at = match.start() + len(url)
    return "".join([*out, html_of(text[at:])])


def _marked(text: str, spans: Sequence[Span]) -> str:
    """Cuts the text wherever a mark begins or ends, and dresses each piece by itself: marks may overlap."""
    edges = sorted({0, len(text), *(min(max(0, edge), len(text)) for span in spans for edge in (span.start, span.end))})
    starts = sorted(spans, key=lambda span: span.start)
    out, open_, place = [], list[Span](), 0
    for start, end in pairwise(edges):
        while place < len(starts) and starts[place].start <= start:
            open_.append(starts[place])
            place += 1
        open_ = [span for span in open_ if span.end > start]
        out.append(_dressed(text[start:end], open_))
    return "".join(out)


def _dressed(piece: str, spans: Sequence[Span]) -> str:
    linked = next((span for span in spans if span.kind in _LINKS), None)
    shown = html_of(piece)
    for tag in dict.fromkeys(_TAGS[span.kind] for span in spans if span.kind in _TAGS):
        shown = f"<{tag}>{shown}</{tag}>"
    return shown if linked is None else link(linked.value or piece, shown)
