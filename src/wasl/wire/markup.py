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

_MARK = re.compile(r"[\\`*_~\[\]<>&|]")
_LINE = r"[ \t#=]|[-+](?:\s|$)|---|\d{1,9}[.)](?:\s|$)"
_FIRST_LINE, _NEXT_LINE = re.compile(_LINE, re.MULTILINE), re.compile(rf"\n(?:{_LINE}|\n\n)", re.MULTILINE)
"""What makes Markdown more than words: a mark anywhere, what begins a line, and blanks that end one. Apart, as each is looked for quickly:
one expression for all of them takes ten times as long, for nearly every text that is sent."""
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
    return _turned(markdown, "asterisks") if _is_marked(markdown) else markdown.strip()


def html(markdown: str) -> str:
    """Writes b, i, s, code, pre, a and blockquote, always closed, and code never inside another span."""
    return _turned(markdown, "html") if _is_marked(markdown) else escaped(markdown.strip())


def plain(markdown: str) -> str:
    """Writes the words alone; a link keeps its address in brackets."""
    return _turned(markdown, "plain") if _is_marked(markdown) else markdown.strip()


def is_plain(markdown: str) -> bool:
    """Says whether a text is nothing but its words: what has blanks around it never is, and is not parsed to find that out."""
    return markdown == markdown.strip(" \t\n") and plain(markdown) == markdown


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


def _is_marked(markdown: str) -> bool:
    """Says whether a text may be more than words; one that is not need not be parsed."""
    if _MARK.search(markdown) or _FIRST_LINE.match(markdown) or markdown.endswith((" ", "\t")):
        return True
    return "\n" in markdown and (" \n" in markdown or "\t\n" in markdown or _NEXT_LINE.search(markdown) is not None)


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
