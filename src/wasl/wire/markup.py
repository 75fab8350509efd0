"""Markdown, as models write it, turned into the dialects that messengers show.

Three dialects: `asterisks` (*bold* _italic_ ~struck~ ```code```), `html` (the few tags a messenger allows, everything else
escaped) and `plain`. Each piece of a split text is turned by itself, so a cut never leaves a mark open: split first
(`domain.fit`), then turn. Whatever the source, `html` is well-formed and no result of a text with words is empty.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from html import escape, unescape

from markdown_it import MarkdownIt

from wasl.domain.limits import Limits
from wasl.domain.split import units
from wasl.wire.markup_writer import Dialect, Writer

_SPECIAL = re.compile(r"[\\`*_~\[\]<>&|]|^[ \t]|^(?:#|=|[-+](?:\s|$)|---|\d{1,9}[.)](?:\s|$))|[ \t]$|\n\n\n", re.MULTILINE)
"""What makes Markdown more than words; a text without any of it need not be parsed."""
_TAG = re.compile(r"<[^<>]*>")
_CACHE = 256
"""Converted texts that are remembered: a text is measured when it is fitted and written when it is sent."""

_DIALECTS = {
    "plain": Dialect(),
    "asterisks": Dialect(strong="*", em="_", s="~", code="```", fences=True),
    "html": Dialect(strong="b", em="i", s="s", code="code", tags=True, bullet="• ", quote=""),
}
_parse = MarkdownIt("commonmark", {"html": False}).enable(["strikethrough", "table"]).parse


def asterisks(markdown: str) -> str:
    """Writes the dialect of marks beside words; a span that would not be read as one keeps its words and loses its marks."""
    return _turned(markdown, "asterisks") if _SPECIAL.search(markdown) else markdown.strip()


def html(markdown: str) -> str:
    """Writes b, i, s, code, pre, a and blockquote, always closed, and code never inside another span."""
    return _turned(markdown, "html") if _SPECIAL.search(markdown) else escaped(markdown.strip())


def plain(markdown: str) -> str:
    """Writes the words alone; a link keeps its address in brackets."""
    return _turned(markdown, "plain") if _SPECIAL.search(markdown) else markdown.strip()


def escaped(text: str) -> str:
    """Writes plain words for the `html` dialect."""
    return escape(text, quote=False)


def shown(text: str) -> str:
    """Gives the words that a messenger shows of a text in the `html` dialect."""
    return unescape(_TAG.sub("", text))


def measure(limits: Limits) -> Callable[[str], int]:
    """Gives the measure of a Markdown text as it will stand on the wire, for `domain.fit`.

    What a messenger reads out of tags is not counted: the limit holds for the words that are shown.
    """
    unit = limits.text_unit
    match limits.markup:
        case "asterisks":
            return lambda markdown: units(asterisks(markdown), unit)
        case "html":
            return lambda markdown: units(shown(html(markdown)), unit)
        case "plain":
            return lambda markdown: units(plain(markdown), unit)
        case "markdown":
            return lambda markdown: units(markdown, unit)


@lru_cache(maxsize=_CACHE)
def _turned(markdown: str, dialect: str) -> str:
    writer = Writer(_DIALECTS[dialect])
    for token in _parse(markdown):
        writer.take(token)
    written = writer.text()
    words = shown(written) if dialect == "html" else written
    if words.strip():
        return written
    return escaped(markdown.strip()) if dialect == "html" else markdown.strip()
