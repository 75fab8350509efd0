"""Cuts the operator's documents into passages: Markdown and plain text by headings and blocks, CSV by rows.

A passage never crosses a heading, and stays within PASSAGE_CHARACTERS_MAX. Lists and tables stay whole where they fit; a
table that does not is cut between rows and keeps its head. Everything takes time linear in the text.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final, Literal

from wasl.domain.errors import Malformed
from wasl.domain.prompt import Passage
from wasl.wire import text as words

PASSAGE_CHARACTERS_MAX: Final = 1_400
"""No passage is longer."""
PASSAGE_CHARACTERS_GOOD: Final = 700
"""Blocks of one section are put together up to about this length."""
HEADING_CHARACTERS_MAX: Final = 300
SUFFIXES: Final = (".md", ".markdown", ".txt", ".csv", ".tsv")
"""File names that `chunk` can read end in one of these."""

BlockKind = Literal["paragraph", "list", "table", "code"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    kind: BlockKind
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def chunk(text: str, *, source: str) -> tuple[Passage, ...]:
    """Gives the passages of one document in its order. `source` is its name with a suffix that tells the format.

    A name like "menu.ar.md" tells the language; otherwise it is guessed passage by passage. Raises Malformed for a CSV that
    cannot be read, naming the line.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    path = PurePosixPath(source)
    told = words.fold(PurePosixPath(path.stem).suffix.removeprefix("."))
    pairs = _rows(text, source=source) if path.suffix.lower() in (".csv", ".tsv") else _sections(text)
    return tuple(
        Passage(text=body, source=source, heading=heading[:HEADING_CHARACTERS_MAX], language=_language(heading, body, told=told))
        for heading, body in pairs
    )


def _language(heading: str, body: str, *, told: str) -> str:
    if told in ("ar", "en"):
        return told
    guessed = words.language(f"{heading}\n{body}")
    return guessed if guessed in ("ar", "en") else ""


# -- Markdown and plain text -------------------------------------------------------------------------------------------
_MARKED_LINE_CHARACTERS_MAX: Final = 2_000
"""A longer line is taken for running text; it keeps the patterns below from ever taking long."""
_ATX: Final = re.compile(r" {0,3}(#{1,6})[ \t]+(.*)\Z")
_ITEM: Final = re.compile(r"\s*(?:[-*+•‣–]|\d{1,4}[.)-]|[٠-٩]{1,4}[.)-])[ \t]+\S")
_RULE: Final = re.compile(r" {0,3}(?:-[ \t]*){3,}\Z| {0,3}(?:\*[ \t]*){3,}\Z| {0,3}(?:_[ \t]*){3,}\Z")
_TABLE_RULE: Final = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*\Z")
_ASKED: Final = re.compile(r"[*_# ]*(?:q|question|س|سؤال|السؤال)\s*\d{0,4}\s*[:：][*_ ]*(\S.*)\Z", re.IGNORECASE)
_ANSWERED: Final = re.compile(r"\A[*_ ]*(?:a|answer|ج|جواب|الجواب|إجابة|الإجابة)\s*\d{0,4}\s*[:：][*_ ]*(?=\S)", re.IGNORECASE)
_QUESTION_LEVEL: Final = 7  # below every Markdown heading
_COMMENT: Final = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)


def _sections(text: str) -> Iterator[tuple[str, str]]:
    """Walks (heading path, passage text)."""
    path: list[tuple[int, str]] = []
    gathered: list[str] = []
    for line, heading in _headed(_lines(text)):
        if heading is None:
            gathered.append(line)
            continue
        yield from _packed(path, gathered)
        gathered = []
        level, title = heading
        path = [(above, name) for above, name in path if above < level] + [(level, title)]
    yield from _packed(path, gathered)


def _lines(text: str) -> list[str]:
    lines = _COMMENT.sub("", text).split("\n") if "<!--" in text else text.split("\n")
    if lines and lines[0].strip() == "---":  # front matter
        for number, line in enumerate(lines[1:200], start=1):
            if line.strip() in ("---", "..."):
                return lines[number + 1 :]
    return lines


def _headed(lines: Sequence[str]) -> Iterator[tuple[str, tuple[int, str] | None]]:
    """Walks the lines; a heading comes as (level, title) instead."""
    fenced = False
    skip = False
    for number, line in enumerate(lines):
        if skip:
            skip = False
            continue
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        following = lines[number + 1].strip() if number + 1 < len(lines) else ""
        if fenced or len(line) > _MARKED_LINE_CHARACTERS_MAX:
            yield line, None
        elif found := _ATX.match(line):
            yield "", (len(found.group(1)), _plain(found.group(2).rstrip().rstrip("#")))
        elif asked := _ASKED.match(line):
            yield "", (_QUESTION_LEVEL, _plain(asked.group(1)))
        elif line.strip() and len(following) >= 3 and set(following) in ({"="}, {"-"}) and not _ITEM.match(line) and "|" not in line:
            skip = True
            yield "", (1 if following[0] == "=" else 2, _plain(line))
        elif _RULE.match(line):
            yield "", None
        else:
            yield line, None


def _plain(title: str) -> str:
    return re.sub(r"[*_`]{1,3}", "", title).strip()


def _packed(path: Sequence[tuple[int, str]], lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    heading = " › ".join(title for _, title in path if title)
    gathered: list[str] = []
    length = 0
    if path and path[-1][0] == _QUESTION_LEVEL:
        lines = [_ANSWERED.sub("", line, count=1) for line in lines]
    for piece in _pieces(_blocks(lines)):
        introduced = len(gathered) == 1 and gathered[0].endswith(":")  # a lead-in stays with what it leads to
        limit = PASSAGE_CHARACTERS_MAX if introduced else PASSAGE_CHARACTERS_GOOD
        if gathered and length + len(piece) > limit:
            yield heading, "\n\n".join(gathered)
            gathered, length = [], 0
        gathered.append(piece)
        length += len(piece) + 2
    if gathered:
        yield heading, "\n\n".join(gathered)


def _blocks(lines: Sequence[str]) -> Iterator[_Block]:
    gathered: list[str] = []
    kind: BlockKind = "paragraph"
    fenced = False
    for line in lines:
        mark = line.lstrip().startswith(("```", "~~~"))
        if fenced:
            gathered.append(line)
            fenced = not mark
            continue
        now = "code" if mark else _kind(line, before=kind if gathered else None)
        if gathered and now != kind:
            yield _Block(kind=kind, lines=tuple(gathered))
            gathered = []
        if now is None:
            continue
        kind, fenced = now, mark
        gathered.append(line.rstrip())
    if gathered:
        yield _Block(kind=kind, lines=tuple(gathered))


def _kind(line: str, *, before: BlockKind | None) -> BlockKind | None:
    stripped = line.strip()
    if not stripped:
        return None
    if len(line) > _MARKED_LINE_CHARACTERS_MAX:
        return "paragraph"
    if stripped.startswith("|") or _TABLE_RULE.match(line) or (before == "table" and "|" in stripped):
        return "table"
    if _ITEM.match(line) or before == "list":  # what follows an item without a blank line belongs to it
        return "list"
    return "paragraph"


def _pieces(blocks: Iterator[_Block]) -> Iterator[str]:
    """Walks blocks, the too long ones in pieces."""
    for block in blocks:
        if len(block.text) <= PASSAGE_CHARACTERS_MAX:
            yield _unwrapped(block.lines) if block.kind == "paragraph" else block.text
        elif block.kind == "table":
            head = block.lines[:2] if len(block.lines) > 2 and _TABLE_RULE.match(block.lines[1]) else ()
            yield from _joined(block.lines[len(head) :], by="\n", head="\n".join(head))
        elif block.kind == "paragraph":
            yield from _joined(_sentences(" ".join(block.lines)), by=" ")
        else:
            yield from _joined(block.lines, by="\n")


def _unwrapped(lines: Sequence[str]) -> str:
    """Joins lines that an editor broke; one that ends in a backslash was broken on purpose."""
    return " ".join(line.strip() for line in lines).replace("\\ ", "\n")


_SENTENCE: Final = re.compile(r"(?<=[.!?؟。…])\s+")


def _sentences(text: str) -> list[str]:
    return [sentence for sentence in _SENTENCE.split(text) if sentence]


def _joined(parts: Sequence[str], *, by: str, head: str = "") -> Iterator[str]:
    """Puts parts together up to the good length; a part that is itself too long is cut at spaces."""
    head = head if len(head) <= PASSAGE_CHARACTERS_MAX // 2 else ""
    gathered: list[str] = []
    length = 0
    for part in (piece for whole in parts for piece in _cut(whole, limit=PASSAGE_CHARACTERS_MAX - len(head) - 1)):
        if gathered and length + len(part) > PASSAGE_CHARACTERS_GOOD:
            yield by.join([head, *gathered] if head else gathered)
            gathered, length = [], 0
        gathered.append(part)
        length += len(part) + len(by)
    if gathered:
        yield by.join([head, *gathered] if head else gathered)


def _cut(text: str, *, limit: int) -> Iterator[str]:
    start = 0
    while len(text) - start > limit:
        space = text.rfind(" ", start + limit // 2, start + limit)
        end = space if space > 0 else start + limit
        yield text[start:end].strip()
        start = end
    if rest := text[start:].strip() if start else text:
        yield rest


# -- CSV -----------------------------------------------------------------------------------------------------------------
_QUESTION: Final = frozenset(words.fold(w) for w in ("question", "questions", "q", "title", "سؤال", "السؤال", "الأسئلة", "العنوان"))
_ANSWER: Final = frozenset(
    words.fold(w) for w in ("answer", "answers", "a", "text", "reply", "جواب", "الجواب", "إجابة", "الإجابة", "الرد", "النص")
)


def _rows(text: str, *, source: str) -> Iterator[tuple[str, str]]:
    """Walks (heading, passage text): a row of question and answer, or a row written as "column: value" lines."""
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    head: list[str] | None = None
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if not any(cells):
                continue
            if head is None:
                head = cells
                continue
            yield from _row(head, cells)
    except csv.Error as error:
        raise Malformed(f"{source!r} line {reader.line_num} is not CSV ({error}); mend the quotes on that line") from error


def _row(head: Sequence[str], cells: Sequence[str]) -> Iterator[tuple[str, str]]:
    folded = [words.fold(name) for name in head]
    asked = next((n for n, name in enumerate(folded) if name in _QUESTION), None)
    answered = next((n for n, name in enumerate(folded) if name in _ANSWER), None)
    if asked is not None and answered is not None:
        if answered < len(cells) and cells[answered]:
            heading = cells[asked] if asked < len(cells) else ""
            yield from ((heading, piece) for piece in _joined(cells[answered].split("\n"), by="\n"))
        return
    named = [f"{name}: {cell}" if name else cell for name, cell in zip(head, cells, strict=False) if cell]
    yield from ((cells[0], piece) for piece in _joined(named, by="\n"))
