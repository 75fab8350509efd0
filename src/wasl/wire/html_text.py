"""HTML that somebody else made, as plain text: nothing of it is run, followed or kept as markup. Linear in its length."""

import html
import re
from typing import Final

CHARACTERS_MAX: Final = 4 << 20
"""Of one piece; the rest is cut off."""
_TAG: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*>|<!--|<[!?][^<>]*>")
_BREAKS: Final = frozenset(
    {"p", "div", "br", "li", "ul", "ol", "tr", "table", "pre", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "section"}
)
_UNSEEN: Final = frozenset({"script", "style", "template", "title", "head"})
_LINES: Final = re.compile(r"(?<![ \t])[ \t]*\n[ \t\n]*")  # begun where a run of spaces begins: linear
_SPACES: Final = re.compile(r"[ \t\r\f\v]+")


def text_of(markup: str) -> str:
    """Gives the words of a piece of HTML: blocks on lines of their own, items with a dash, cells with a space between."""
    markup = markup[:CHARACTERS_MAX]
    out: list[str] = []
    at = 0
    unseen = ""
    for found in _TAG.finditer(markup):
        if found.start() < at:
            continue
        name = (found[2] or "").lower()
        if unseen:
            if found[1] and name == unseen:
                unseen = ""
            at = found.end()
            continue
        out.append(_words(markup[at : found.start()]))
        at = found.end()
        if found[0] == "<!--":
            end = markup.find("-->", at)
            at = end + 3 if end >= 0 else len(markup)
        elif name in _UNSEEN and not found[1]:
            unseen = name
        elif name in _BREAKS:
            out.append("\n- " if name == "li" and not found[1] else "\n")
        elif name in ("td", "th") and not found[1]:
            out.append(" ")
    if not unseen:
        out.append(_words(markup[at:]))
    return _LINES.sub("\n", "".join(out)).strip()


def _words(piece: str) -> str:
    return _SPACES.sub(" ", html.unescape(piece).replace("\n", " "))  # spaces that are written as entities fold, too
