"""The writer behind `wire.markup`: walks the tokens of a Markdown text and writes one dialect."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from markdown_it.token import Token

_LINK = re.compile(r"(?:https?|tg|mailto|tel):", re.IGNORECASE)
_RULE = "———"
_INDENT = "  "


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """The names of marks; with `tags` they are HTML tags and words are escaped. `fences`: code blocks keep their fence."""

    strong: str = ""
    em: str = ""
    s: str = ""
    code: str = ""
    tags: bool = False
    fences: bool = False
    bullet: str = "- "
    quote: str = "> "

    def mark(self, token_type: str) -> str:
        """Gives the mark of an opening or closing token."""
        return {"strong": self.strong, "em": self.em, "s": self.s}.get(token_type.partition("_")[0], "")


@dataclass(slots=True)
class _Container:
    """A quote or a list around what is written; `marker` is due before the next line of a list item."""

    quote: bool
    ordered: int | None = None
    marker: str = ""


class Writer:
    """Takes the tokens of one text in order."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._out: list[str] = []
        self._containers: list[_Container] = []
        self._line_end = 0
        self._heading = False
        self._row: list[str] | None = None
        self._row_lines = [0, 0]
        self._rows = 0
        self._quoted = False

    def text(self) -> str:
        """Gives what was written."""
        self._end_quote()
        return "".join(self._out)

    def take(self, token: Token) -> None:
        """Writes one block token."""
        match token.type:
            case "inline":
                self._inline_block(token)
            case "heading_open" | "heading_close":
                self._heading = token.type == "heading_open"
            case "bullet_list_open":
                self._containers.append(_Container(quote=False))
            case "ordered_list_open":
                self._containers.append(_Container(quote=False, ordered=_start(token)))
            case "list_item_open":
                self._item()
            case "blockquote_open":
                self._containers.append(_Container(quote=True))
            case "bullet_list_close" | "ordered_list_close" | "blockquote_close":
                self._containers.pop()
            case "fence" | "code_block":
                self._code(token)
            case "hr":
                self._leaf(_RULE, token.map)
            case "table_open":
                self._rows = 0
            case "tr_open":
                self._row, self._row_lines = [], token.map or [self._line_end, self._line_end]
            case "tr_close":
                start, end = self._row_lines
                self._leaf(" | ".join(self._row or []), [self._line_end if self._rows else start, end])
                self._row = None
                self._rows += 1

    def _item(self) -> None:
        inner = self._containers[-1]
        inner.marker = self._dialect.bullet if inner.ordered is None else f"{inner.ordered}. "
        if inner.ordered is not None:
            inner.ordered += 1

    def _inline_block(self, token: Token) -> None:
        words = _inline(token.children or [], self._dialect, strong=self._heading)
        if self._row is not None:
            self._row.append(words)
        else:
            self._leaf(words, token.map)

    def _leaf(self, words: str, lines: list[int] | None) -> None:
        self._separate(lines, quoted=any(c.quote for c in self._containers))
        for at, line in enumerate(words.split("\n")):
            self._out.append(("\n" if at else "") + self._prefix() + line)

    def _code(self, token: Token) -> None:
        code = token.content.removesuffix("\n")
        self._separate(token.map, quoted=False)
        if any(c.marker for c in self._containers):
            self._out.append(self._prefix().rstrip() + "\n")
        if self._dialect.tags:
            language = escape(token.info.split()[0]) if token.info.split() else ""
            opened = f'<pre><code class="language-{language}">' if language else "<pre>"
            self._out.append(opened + escape(code, quote=False) + ("</code></pre>" if language else "</pre>"))
        elif self._dialect.fences and "```" not in code:
            self._out.append(f"```\n{code}\n```")
        else:
            self._out.append(code)

    def _separate(self, lines: list[int] | None, *, quoted: bool) -> None:
        """Keeps the source's own blank lines between blocks, one at most; a quote in tags is opened and closed here."""
        start, end = lines or [self._line_end, self._line_end]
        if self._quoted and not quoted:
            self._end_quote()
        if self._out:
            self._out.append("\n\n" if start > self._line_end else "\n")
        if quoted and not self._quoted and self._dialect.tags:
            self._out.append("<blockquote>")
            self._quoted = True
        self._line_end = max(end, self._line_end)

    def _end_quote(self) -> None:
        if self._quoted:
            self._out.append("</blockquote>")
            self._quoted = False

    def _prefix(self) -> str:
        pieces: list[str] = []
        for container in self._containers:
            if container.quote:
                pieces.append(self._dialect.quote)
            elif container.marker:
                pieces.append(container.marker)
                container.marker = ""
            else:
                pieces.append(_INDENT)
        return "".join(pieces)


def _start(token: Token) -> int:
    start = token.attrGet("start")
    return 1 if start is None else int(start)


def _inline(tokens: Sequence[Token], dialect: Dialect, *, strong: bool) -> str:
    spans = _TagSpans(dialect) if dialect.tags else _MarkSpans(dialect)
    if strong:
        spans.open(dialect.strong)
    for token in tokens:
        match token.type:
            case "text":
                spans.words(token.content)
            case "softbreak" | "hardbreak":
                spans.words("\n")
            case "code_inline":
                spans.code(token.content)
            case "image":
                spans.link_open(str(token.attrGet("src") or ""))
                spans.words(token.content)
                spans.link_close()
            case "link_open":
                spans.link_open(str(token.attrGet("href") or ""))
            case "link_close":
                spans.link_close()
            case _ if token.nesting == 1:
                spans.open(dialect.mark(token.type))
            case _ if token.nesting == -1:
                spans.close(dialect.mark(token.type))
            case _:
                spans.words(token.content)
    if strong:
        spans.close(dialect.strong)
    return spans.text()


class _TagSpans:
    """Spans as HTML tags: well-formed because every tag that is opened stands on one stack."""

    def __init__(self, dialect: Dialect) -> None:
        self._code = dialect.code
        self._out: list[str] = []
        self._open: list[tuple[str, str]] = []
        self._links: list[tuple[str, int]] = []

    def text(self) -> str:
        return "".join(self._out)

    def words(self, words: str) -> None:
        self._out.append(escape(words, quote=False))

    def open(self, tag: str) -> None:
        """Opens a tag; one that is open already is counted and not written again."""
        again = any(name == tag for name, _ in self._open)
        written = "" if again or not tag else f"<{tag}>"
        self._open.append((tag, written))
        self._out.append(written)

    def close(self, tag: str) -> None:
        _, written = self._open.pop()
        self._out.append(f"</{tag}>" if written else "")

    def code(self, words: str) -> None:
        """Writes code between tags, since it may stand in none."""
        for name, written in reversed(self._open):
            self._out.append(f"</{name.split()[0]}>" if written else "")
        self._out.append(f"<{self._code}>{escape(words, quote=False)}</{self._code}>")
        self._out += [written for _, written in self._open]

    def link_open(self, address: str) -> None:
        nested = any(name == "a" for name, _ in self._open)
        written = f'<a href="{escape(address)}">' if _LINK.match(address) and not nested else ""
        self._open.append(("a", written))
        self._out.append(written)
        self._links.append((address, len(self._out)))

    def link_close(self) -> None:
        address, start = self._links.pop()
        if not "".join(self._out[start:]).strip():
            self.words(address)
        _, written = self._open.pop()
        self._out.append("</a>" if written else "")


class _MarkSpans:
    """Spans as marks beside the words, written only where a messenger would read them as marks."""

    def __init__(self, dialect: Dialect) -> None:
        self._code = dialect.code
        self._out: list[str] = []
        self._open: list[int] = []
        self._links: list[tuple[str, int]] = []
        self._pairs: list[tuple[int, int]] = []

    def text(self) -> str:
        for start, end in self._pairs:
            after = next((piece[0] for piece in self._out[end + 1 :] if piece), "")
            if after.isalnum():
                self._out[start] = self._out[end] = ""
        return "".join(self._out)

    def words(self, words: str) -> None:
        self._out.append(words)

    def open(self, mark: str) -> None:
        self._open.append(len(self._out))
        self._out.append("")

    def close(self, mark: str) -> None:
        self._marked(mark, self._open.pop())

    def code(self, words: str) -> None:
        start = len(self._out)
        self._out += ["", words]
        self._marked(self._code, start)

    def link_open(self, address: str) -> None:
        self._links.append((address, len(self._out)))

    def link_close(self) -> None:
        """Writes the address in brackets behind the words, unless the words are the address."""
        address, start = self._links.pop()
        label = "".join(self._out[start:]).strip()
        if not label:
            self._out.append(address)
        elif address and label not in (address, address.removeprefix("mailto:").removeprefix("tel:")):
            self._out.append(f" ({address})")

    def _marked(self, mark: str, start: int) -> None:
        words = "".join(self._out[start + 1 :])
        before = next((piece[-1] for piece in reversed(self._out[:start]) if piece), "")
        readable = words and not words[0].isspace() and not words[-1].isspace() and not before.isalnum()
        if mark and readable and mark[0] not in words and "\n" not in words:
            self._out[start] = mark
            self._out.append(mark)
            self._pairs.append((start, len(self._out) - 1))
