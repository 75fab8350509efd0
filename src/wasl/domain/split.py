"""Cutting a long text into pieces that fit a channel, where a reader would cut it: paragraph, line, sentence, word, letter.

A cut never stands inside a grapheme, nor inside a code block without closing and reopening it. Whitespace at a cut is dropped;
nothing else is lost and the order stays. A piece that begins in the middle of a paragraph gets an invisible mark when it would
otherwise be shown in the other direction.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator

from wasl.domain.grapheme import is_border, last_border
from wasl.domain.limits import TextUnit
from wasl.domain.value import value

UNITS_MIN = 32
"""Smallest limit that a text can be cut to: room for one letter, a direction mark and a fence."""
RLM, LRM = "\u200f", "\u200e"
_OPENING_MAX = 16
"""Characters of a code block's first line that are repeated where it is reopened; a longer one is repeated without its language."""
_WHOLE_FACTOR = 3
"""How many times longer than the limit a rest may be, to be tried as one piece: marks and tags may not count."""
_SHRINKS_MAX = 12
"""Tries to find a piece whose converted form fits, before it is given up as Markdown."""
_PARAGRAPH = re.compile(r"\n[ \t\r]*\n")
_SENTENCE = re.compile(r"[.!?…؟۔؛،:;。！？।]['\"»”’)\]]*\s")
_WORD = re.compile(r"\s")
_FENCE = re.compile(r"^ {0,3}(`{3,6}|~{3,6})(?![`~])([^\n`]*)$", re.MULTILINE)
_LINK = re.compile(r"\[[^\[\]\n]{1,300}\]\([^()\s]{1,2000}\)")
_FILL = {"paragraph": 0.3, "line": 0.5, "sentence": 0.4}
"""How full a piece must at least be, for a cut of this kind to be liked better than the next."""


@value(frozen=True, slots=True, kw_only=True)
class Piece:
    """One piece. `markdown` is False for one that could not be made to fit as Markdown and is sent as it is written."""

    text: str
    markdown: bool


@value(frozen=True, slots=True, kw_only=True)
class _Fence:
    """A code block: its first line, its words, its last line and their end, with what opens and closes a part of it."""

    start: int
    body: int
    last: int
    end: int
    opening: str
    closing: str


def split(text: str, *, units_max: int, unit: TextUnit = "characters", measure: Callable[[str], int] | None = None) -> Iterator[Piece]:
    """Cuts `text` into pieces of at most `units_max`, in order; a text of whitespace alone gives none.

    `measure`: for Markdown, how long a piece is once it is converted; each piece is at most `units_max` by it. None: plain
    words, measured in `unit`. The time grows with the length of the text, not faster. Raises ValueError under UNITS_MIN.
    """
    if units_max < UNITS_MIN:
        raise ValueError(f"a text cannot be cut to {units_max} {unit}; the limit must be {UNITS_MIN} at least")
    lines = text.replace("\r\n", "\n")  # one line end is one letter: no cut may part it, and no channel needs both
    return _Cutter(lines, units_max=units_max, unit=unit, measure=measure).pieces()


def units(text: str, unit: TextUnit) -> int:
    """Measures a text in a channel's unit."""
    match unit:
        case "characters":
            return len(text)
        case "utf-8 bytes":
            return len(text.encode("utf-8", "surrogatepass"))
        case "utf-16 units":
            return len(text.encode("utf-16-le", "surrogatepass")) // 2


class _Cutter:
    def __init__(self, text: str, *, units_max: int, unit: TextUnit, measure: Callable[[str], int] | None) -> None:
        self._text = text
        self._max = units_max
        self._unit = unit
        self._measure = measure
        self._fences = tuple(_fences(text)) if measure else ()
        self._starts = [fence.start for fence in self._fences]
        self._rtl = False

    def pieces(self) -> Iterator[Piece]:
        at = self._skip(0)
        mid_paragraph = False
        while at < len(self._text):
            piece, at, mid_paragraph = self._next(at, mid_paragraph=mid_paragraph)
            if piece.text.strip():
                yield piece

    def _next(self, at: int, *, mid_paragraph: bool) -> tuple[Piece, int, bool]:
        """Cuts one piece off at `at`; gives it, where the next begins, and whether that is in the middle of a paragraph."""
        rest = len(self._text) - at
        if self._measure is not None and self._max < rest <= self._max * _WHOLE_FACTOR:
            whole = self._dressed(at, len(self._text), self._stripped(at, len(self._text)), mid_paragraph=mid_paragraph)
            if self._measure(whole) <= self._max:
                return Piece(text=whole, markdown=True), len(self._text), False
        budget = self._max
        for attempt in range(_SHRINKS_MAX):
            body, end, in_words = self._cut(at, budget)
            shown = self._dressed(at, end, body, mid_paragraph=mid_paragraph)
            size = self._measure(shown) if self._measure else units(shown, self._unit)
            if size <= self._max:
                return Piece(text=shown, markdown=self._measure is not None), self._skip(end), in_words
            # first what is over is taken off, which is enough for a mark or a fence; then in proportion, for words that grow
            smaller = budget - (size - self._max) if attempt == 0 else int(budget * self._max / size * 0.95)
            budget = max(1, min(budget - 1, smaller))
        end = last_border(self._text, start=at, end=at + self._fitting(at, self._max))
        return Piece(text=self._text[at:end], markdown=False), self._skip(end), True

    def _cut(self, at: int, budget: int) -> tuple[str, int, bool]:
        """Finds the end of a piece of at most `budget` units from `at`."""
        limit = at + self._fitting(at, budget)
        if limit >= len(self._text):
            return self._stripped(at, len(self._text)), len(self._text), False
        end, in_words = self._best(at, max(limit, at + 1))
        return self._stripped(at, end), end, in_words

    def _fitting(self, at: int, budget: int) -> int:
        """Counts the characters from `at` that fit into `budget` units."""
        window = self._text[at : at + budget]
        match self._unit:
            case "characters":
                return len(window)
            case "utf-8 bytes":
                return len(window.encode("utf-8", "surrogatepass")[:budget].decode("utf-8", "ignore"))
            case "utf-16 units":
                return len(window.encode("utf-16-le", "surrogatepass")[: 2 * budget].decode("utf-16-le", "ignore"))

    def _best(self, at: int, limit: int) -> tuple[int, bool]:
        """Chooses the best border in (at, limit]; says whether it stands in the middle of a paragraph."""
        window = self._text[at : limit + 1]  # one character more, so that a border just behind the limit counts
        room = limit - at
        fence = self._fence_at(limit)
        paragraphs = [m.start() for m in _PARAGRAPH.finditer(window) if 0 < m.start() <= room and self._fence_at(at + m.start()) is None]
        if fence is not None and fence.start > at:
            paragraphs.append(fence.start - at)
        if paragraphs and paragraphs[-1] >= room * _FILL["paragraph"]:
            return at + paragraphs[-1], False
        if fence is not None:
            line = window.rfind("\n", max(1, fence.body - at))
            if line > 0 or fence.start > at:
                return (at + line if line > 0 else fence.start), False
        line = window.rfind("\n", 1)
        if line > 0 and line >= room * _FILL["line"]:
            return at + line, False
        for pattern, least in ((_SENTENCE, _FILL["sentence"]), (_WORD, 0.0)):
            found = self._last(pattern, at, limit, least=int(room * least))
            if found is not None:
                return found, True
        return last_border(self._text, start=at, end=limit), True

    def _last(self, pattern: re.Pattern[str], at: int, limit: int, *, least: int) -> int | None:
        """Finds the last place before whitespace that ends what `pattern` says, outside any link."""
        found: int | None = None
        links = [m.span() for m in _LINK.finditer(self._text, at, min(len(self._text), limit + 2400))] if self._measure else []
        spot = 0
        for match in pattern.finditer(self._text, at + least, min(len(self._text), limit + 1)):
            end = match.end() - 1
            while spot < len(links) and links[spot][1] <= end:
                spot += 1
            inside = spot < len(links) and links[spot][0] < end
            if at < end <= limit and not inside and is_border(self._text, end, start=at) and self._text[at:end].strip():
                found = end
        return found

    def _stripped(self, at: int, end: int) -> str:
        """Drops whitespace at the end of a piece, but none that carries a mark."""
        while end > at and self._text[end - 1].isspace() and is_border(self._text, end - 1, start=at):
            end -= 1
        return self._text[at:end]

    def _skip(self, at: int) -> int:
        """Drops whitespace before a piece: all of it outside a code block, inside one only the end of the line that was cut."""
        fence = self._fence_at(at)
        if fence is not None:
            at += self._text[at : at + 1] == "\n"
            if at < fence.last:
                return at
            at = fence.end
        while at < len(self._text) and self._text[at].isspace() and self._may_end(at):
            at += 1
        return at

    def _may_end(self, at: int) -> bool:
        """Says whether the character at a place ends there: it carries no mark, or is the first half of an end of line."""
        return self._text.startswith("\r\n", at) or is_border(self._text, at + 1, start=at)

    def _dressed(self, at: int, end: int, body: str, *, mid_paragraph: bool) -> str:
        """Reopens and closes code blocks at the borders of a piece, and keeps the direction of a paragraph that was cut."""
        opened, closed = self._fence_at(at), self._fence_at(end)
        if opened is not None and at > opened.start:
            body = f"{opened.opening}\n{body}"
        elif mid_paragraph:
            body = self._directed(body)
        else:
            self._rtl = _is_rtl(body)
        if closed is not None and closed.start < end < closed.end:
            body = f"{body}\n{closed.closing}"
        return body

    def _directed(self, body: str) -> str:
        found = _first_strong(body)
        if found is None or found == self._rtl:
            return body
        return (RLM if self._rtl else LRM) + body

    def _fence_at(self, at: int) -> _Fence | None:
        """Gives the code block whose inside, or whose first line, holds the place."""
        index = bisect_right(self._starts, at) - 1
        if index < 0:
            return None
        fence = self._fences[index]
        return fence if fence.start < at < fence.end else None


def _fences(text: str) -> Iterator[_Fence]:
    """Finds the code blocks of a Markdown text; one that is never closed lasts to the end."""
    opening: re.Match[str] | None = None
    for line in _FENCE.finditer(text):
        if opening is None:
            opening = line
        elif line[1][0] == opening[1][0] and len(line[1]) >= len(opening[1]) and not line[2].strip():
            yield _fence(opening, last=line.start(), end=line.end())
            opening = None
    if opening is not None:
        yield _fence(opening, last=len(text), end=len(text))


def _fence(opening: re.Match[str], *, last: int, end: int) -> _Fence:
    first = opening[0].strip()
    words = first if len(first) <= _OPENING_MAX else opening[1]
    return _Fence(start=opening.start(), body=opening.end() + 1, last=last, end=end, opening=words, closing=opening[1])


def _first_strong(text: str) -> bool | None:
    """Says whether the first letter with a direction runs from right to left; None when there is none."""
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind == "L":
            return False
        if kind in ("R", "AL"):
            return True
    return None


def _is_rtl(text: str) -> bool:
    """Says how the last paragraph of a piece runs, for the piece that goes on with it."""
    return _first_strong(text[text.rfind("\n") + 1 :]) is True
