"""Extract: the words of a page as Markdown, by the declared selectors; and what a generic reading finds, to hold it against. Pure."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from wasl.domain.errors import TooLarge
from wasl.terms.declaration import Source

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

PAGE_BYTES_MAX: Final = 8 << 20
"""A larger page is not read: the largest terms seen have 1.5 MB of HTML."""
NODES_MAX: Final = 400_000
DEPTH_MAX: Final = 400
"""A page that is nested deeper is built to break readers."""
NESTING_MAX: Final = 3_000
"""Parsing takes the square of this; real pages stay under a hundred."""
TAGS_MAX: Final = 300_000
SELECTED_MAX: Final = 10_000
_NEVER: Final = "script, style, noscript, template, svg, iframe, object, head, dialog, [hidden], [aria-hidden=true]"
_FURNITURE: Final = "nav, header, footer, aside, form, button, select, [role=navigation], [role=banner], [role=contentinfo], [role=search]"
_MAIN: Final = "main, article, [role=main]"
_MAIN_SHARE_MIN: Final = 0.5
_BLOCKS: Final = frozenset((
    "address", "article", "blockquote", "center", "dd", "details", "div", "dl", "dt", "fieldset", "figure", "form", "main", "p", "pre",
    "section", "summary", "table", "tbody", "thead", "ul", "ol", "body",
))  # fmt: skip
_HEADS: Final = {"h1": "# ", "h2": "## ", "h3": "### ", "h4": "#### ", "h5": "##### ", "h6": "###### "}
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([a-zA-Z0-9_:.-]{2,40})""", re.I)
_HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([a-zA-Z0-9_:.-]{2,40})", re.I)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]{0,40})")
_NOT_NESTED: Final = frozenset(
    ("p", "li", "br", "img", "hr", "meta", "link", "input", "td", "tr", "th", "dd", "dt", "option", "path", "source", "use")
)
_SPACES = re.compile(r"[ \t\r\f\v\xa0]+")
_EMPTY_ITEM = re.compile(r"\n\*\n{1,4}(?=[^\n*|#])")
_LINES = re.compile(r"\n{3,}")


class Extracted(NamedTuple):
    """The words of a page. `missed` says that the declared selectors found nothing: then `markdown` is what a generic reading found,
    for people to look at, and never a version. `agreement` is the share of the generic reading that stands in the declared one."""

    markdown: str
    missed: bool
    agreement: float


def extract(page: str, source: Source) -> Extracted:
    """Gives the words of a page by its declaration. Raises TooLarge for one that is nested or broken without measure."""
    if page.count("<") > TAGS_MAX:
        raise TooLarge(f"the page has more than {TAGS_MAX} tags; it was not read", limit_tags=TAGS_MAX)
    if _nesting(page) > NESTING_MAX:
        raise TooLarge(f"the page is nested over {NESTING_MAX} deep; it was not read", limit_nesting=NESTING_MAX)
    generic = _generic(page)
    if not source.select:
        text = _without(generic, source)
        return Extracted(text, False, 1.0)
    declared = _declared(page, source)
    if not declared.strip():
        return Extracted(_without(generic, source), True, 0.0)
    return Extracted(_without(declared, source), False, _shared(generic, declared))


def decoded(body: bytes, *, content_type: str = "") -> str:
    """Reads the bytes of a page. What is right UTF-8 is UTF-8, whatever a header says; then header, page and Western Europe are asked."""
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body.decode("utf-16", errors="replace")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    header, page = _HEADER_CHARSET.search(content_type), _CHARSET.search(body[:4096])
    for name in (header[1] if header else "", page[1].decode("ascii") if page else "", "windows-1252"):
        if name and name.casefold() not in ("utf-8", "utf8"):
            try:
                return body.decode(name)
            except (LookupError, UnicodeDecodeError):
                continue
    return body.decode("windows-1252", errors="replace")


def valid_selector(selector: str) -> bool:
    """Says whether a CSS selector can be used."""
    from selectolax.lexbor import LexborHTMLParser, SelectolaxError  # late: pages of terms are looked at once a day

    try:
        LexborHTMLParser("<p></p>").css(selector)
    except (SelectolaxError, ValueError):
        return False
    return True


def _nesting(page: str) -> int:
    """Counts how deep elements that do not close by themselves are opened, at most."""
    deepest = depth = 0
    for tag in _TAG.finditer(page):
        name = tag[2].casefold()
        if name in _NOT_NESTED:
            continue
        depth = max(0, depth - 1) if tag[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest


def _declared(page: str, source: Source) -> str:
    tree = _parsed(page)
    for selector in (_NEVER, *source.remove):
        for node in _found(tree, selector):
            node.decompose()
    parts: list[str] = []
    for selector in source.select:
        parts += [markdown for node in _outermost(_found(tree, selector)) if (markdown := _markdown(node)).strip()]
    return "\n\n".join(parts)


def _generic(page: str) -> str:
    tree = _parsed(page)
    for selector in (_NEVER, _FURNITURE):
        for node in _found(tree, selector):
            node.decompose()
    body = tree.body
    if body is None:
        return ""
    whole = _markdown(body)
    main = max((_markdown(node) for node in _outermost(_found(tree, _MAIN))), key=len, default="")
    return main if len(main) >= _MAIN_SHARE_MIN * len(whole) else whole


def _parsed(page: str) -> "LexborHTMLParser":
    from selectolax.lexbor import LexborHTMLParser  # late: pages of terms are looked at once a day

    return LexborHTMLParser(page)


def _found(tree: "LexborHTMLParser", selector: str) -> "list[LexborNode]":
    from selectolax.lexbor import SelectolaxError

    try:
        return tree.css(selector)
    except (SelectolaxError, ValueError):
        return []  # a selector that is no CSS finds nothing, and the guard says that it missed


def _outermost(nodes: "list[LexborNode]") -> "list[LexborNode]":
    ids = {node.mem_id for node in nodes[:SELECTED_MAX]}
    kept = []
    for node in nodes[:SELECTED_MAX]:
        above, climbed = node.parent, 0
        while above is not None and above.mem_id not in ids and climbed < DEPTH_MAX:
            above, climbed = above.parent, climbed + 1
        if above is None or above.mem_id not in ids:
            kept.append(node)
    return kept


class _Walk(NamedTuple):
    node: "LexborNode"
    leaving: bool


def _markdown(root: "LexborNode") -> str:
    """Writes a part of a page as Markdown, without recursion."""
    out: list[str] = []
    for node, leaving in _walked(root):
        tag = node.tag or ""
        if tag == "-text":
            if not leaving:
                out.append(_SPACES.sub(" ", (node.text_content or "").replace("\n", " ")))
        elif tag in _HEADS:
            out.append("\n\n" if leaving else f"\n\n{_HEADS[tag]}")
        elif tag == "li":
            out.append("\n" if leaving else "\n\n* ")
        elif tag == "tr":
            out.append(" |\n" if leaving else "\n| ")
        elif tag in ("td", "th"):
            out.append(" | " if leaving and node.next is not None else "")
        elif tag == "br":
            out.append("" if leaving else "\n")
        elif tag == "hr":
            out.append("" if leaving else "\n\n")
        elif tag == "a":
            out.append(_link(node, leaving=leaving))
        elif tag in _BLOCKS:
            out.append("\n\n")
    lines = (line.strip() for line in "".join(out).split("\n"))
    return _LINES.sub("\n\n", _EMPTY_ITEM.sub("\n* ", "\n".join(lines))).strip()


def _walked(root: "LexborNode") -> Iterator[_Walk]:
    waiting: list[tuple[LexborNode, bool, int]] = [(root, False, 0)]
    seen = 0
    while waiting and seen < NODES_MAX:
        node, leaving, depth = waiting.pop()
        seen += 1
        yield _Walk(node, leaving)
        if leaving or node.tag == "-text":
            continue
        waiting.append((node, True, depth))
        if depth < DEPTH_MAX:
            children = list(node.iter(include_text=True))
            waiting += [(child, False, depth + 1) for child in reversed(children)]


def _link(node: "LexborNode", *, leaving: bool) -> str:
    target = (node.attributes.get("href") or "").strip()
    if not target.startswith(("http://", "https://")) or len(target) > 1_000 or any(c in target for c in "() \n"):
        return ""
    return f"]({target})" if leaving else "["


def _without(markdown: str, source: Source) -> str:
    for text in source.drop_text:
        markdown = markdown.replace(text, " ")
    return markdown


def _shared(generic: str, declared: str) -> float:
    one, other = ({line.strip() for line in text.split("\n") if len(line) > 40} for text in (generic, declared))
    return len(one & other) / len(one) if one else 1.0
