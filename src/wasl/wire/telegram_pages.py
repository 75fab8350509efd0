"""The pages of Telegram Desktop's HTML export turned into records, tolerantly: what is not understood is passed over as words.

`messages.html`, `messages2.html`, …; classes as its source writes them (export_output_html.cpp, September 2026): `message default`
(`joined`: same sender as above), `message service`, `from_name`, `pull_right date details` with the time in `title`, `text`,
`reply_to`, `photo_wrap` and `media_*`.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import BinaryIO, Final

from wasl.domain.archive import Span, Words
from wasl.domain.errors import Malformed
from wasl.wire import stamps
from wasl.wire.plural import so_many
from wasl.wire.stamps import Stamp

PIECE_BYTES: Final = 16 << 10
PENDING_CHARACTERS_MAX: Final = 64 << 10
"""Of a tag or a text that does not end."""
LAST_CHARACTERS_MAX: Final = 4 << 10
"""Of an unfinished tag at the end of a page: at the end the parser looks behind every "<" anew, which is quadratic."""
DEPTH_MAX: Final = 200
"""Levels of tags; deeper ones are read as if they were not there."""
TEXT_CHARACTERS_MAX: Final = 1 << 20
"""Of one message."""
MEDIA_MAX: Final = 64
_PAGE: Final = re.compile(r"(?:.*/)?messages(\d{0,6})\.html\Z")
_TIME: Final = re.compile(r"(\d\d)\.(\d\d)\.(\d{4}) (\d\d:\d\d:\d\d)(?: UTC([+-]\d\d:\d\d))?\Z")
_ID: Final = re.compile(r"message(-?\d{1,20})\Z")
_VOID: Final = frozenset({"br", "img", "meta", "link", "input", "hr", "source", "wbr"})
_SPANS: Final = {
    "strong": "bold", "b": "bold", "em": "italic", "i": "italic", "u": "underline", "s": "strikethrough", "del": "strikethrough",
    "code": "code", "pre": "pre", "blockquote": "blockquote", "a": "link",
}  # fmt: skip
_WRAPS: Final = ("photo_wrap", "video_file_wrap", "sticker_wrap", "animated_wrap")
_REPLY: Final = re.compile(r"#go_to_message(\d{1,20})\Z")


@dataclass(slots=True)
class Said:
    """One message of a page. `media` holds (class, path); `words` what its text says; `details` what a service line says."""

    number: str
    service: bool
    joined: bool
    sender: str | None = None
    forwarded_from: str | None = None
    at: Stamp | None = None
    words: Words | None = None
    details: str = ""
    reply_to: str | None = None
    media: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Page:
    """What the head of a page says."""

    title: str


def page_number(name: str) -> int | None:
    """Gives the number of a page of the export by its name (the first has none), None for another file."""
    found = _PAGE.match(name)
    return int(found[1] or 1) if found else None


def pages(stream: BinaryIO) -> Iterator[Page | Said | Malformed]:
    """Walks the messages of one page. What breaks the reading off comes last, as a Malformed that is not raised."""
    parser = _Parser()
    decode = codecs.getincrementaldecoder("utf-8")("replace").decode
    while True:
        try:
            piece = stream.read(PIECE_BYTES)
        except Malformed as error:
            yield from parser.finish()
            yield error
            return
        if not piece:
            break
        parser.feed(decode(piece))
        yield from parser.take()
        if len(parser.rawdata) > PENDING_CHARACTERS_MAX:
            yield from parser.finish()
            yield Malformed(f"a tag is longer than {PENDING_CHARACTERS_MAX} characters; the rest of the page was not read")
            return
    if len(parser.rawdata) > LAST_CHARACTERS_MAX:
        yield from parser.finish()
        yield Malformed(f"the page ends in {so_many(len(parser.rawdata), 'character')} of no whole tag; they were not read")
        return
    parser.close()
    yield from parser.finish()


def moment(title: str) -> Stamp | None:
    """Reads "15.09.2026 20:46:01 UTC+03:00", with or without the zone."""
    found = _TIME.match(title.strip())
    if not found:
        return None
    day, month, year, clock, zone = found.groups()
    return stamps.iso(f"{year}-{month}-{day}T{clock}{zone or ''}")


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._ready: list[Page | Said] = []
        self._said: Said | None = None
        self._stack: list[tuple[str, str | None]] = []
        self._text: list[str] = []
        self._length = self._noted = 0
        self._spans: list[Span] = []
        self._open: list[tuple[str, int, str | None]] = []
        self._words: dict[str, list[str]] = {"title": [], "from_name": [], "forwarded": [], "details": []}

    def take(self) -> Iterator[Page | Said]:
        """Gives what is complete."""
        ready, self._ready = self._ready, []
        return iter(ready)

    def finish(self) -> Iterator[Page | Said]:
        """Gives what is left."""
        self._end_message()
        return self.take()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begins a message, a field of one, or a span."""
        told = {name: value or "" for name, value in attrs}
        classes = told.get("class", "").split()
        if tag == "br":
            self._say("\n")
        if tag == "div" and "message" in classes and (found := _ID.match(told.get("id", ""))):
            self._end_message()
            self._stack.clear()
            self._said = Said(number=found[1], service="service" in classes, joined="joined" in classes)
        said = self._said
        mark = self._field(tag, classes)
        if said is not None:
            self._attribute(said, tag, classes, told)
            if self._in("text") and tag in _SPANS and len(self._open) < DEPTH_MAX:
                self._open.append((tag, self._length, told.get("href") if tag == "a" else None))
        if tag not in _VOID and len(self._stack) < DEPTH_MAX:
            self._stack.append((tag, mark))

    def handle_endtag(self, tag: str) -> None:
        """Ends a field or a span; a tag that was never opened is passed over."""
        if self._open and self._open[-1][0] == tag:
            _, start, value = self._open.pop()
            if self._length > start:
                self._spans.append(Span(start, self._length, _SPANS[tag], value))
        for at in range(len(self._stack) - 1, -1, -1):
            if self._stack[at][0] == tag:
                self._end_title(self._stack[at][1])
                del self._stack[at:]
                return

    def handle_data(self, data: str) -> None:
        """Takes words for the field that is open."""
        mark = next((mark for _, mark in reversed(self._stack) if mark), None)
        if mark == "text":
            self._say(data)
        elif mark in self._words and self._noted < TEXT_CHARACTERS_MAX:
            forwarded = mark == "from_name" and self._in("forwarded")
            self._words["forwarded" if forwarded else mark].append(data)
            self._noted += len(data)

    def _in(self, mark: str) -> bool:
        return any(one == mark for _, one in self._stack)

    def _field(self, tag: str, classes: list[str]) -> str | None:
        if self._said is None:
            return "title" if tag == "div" and "text" in classes and "bold" in classes else None
        if self._said.service:
            return "details" if "details" in classes and "body" in classes else None
        if tag == "span" and "details" in classes:
            return "aside"
        for name in ("from_name", "reply_to", "forwarded", "text"):
            if name in classes:
                return name
        return "date" if "date" in classes else "media" if any(c.startswith("media") for c in classes) else None

    def _attribute(self, said: Said, tag: str, classes: list[str], told: dict[str, str]) -> None:
        if "date" in classes and said.at is None:
            said.at = moment(told.get("title", ""))
        if tag == "a" and said.reply_to is None and (found := _REPLY.match(told.get("href", ""))) and self._in("reply_to"):
            said.reply_to = found[1]
        wrapped = next(
            (c for c in classes if c in ("photo_wrap", "video_file_wrap", "sticker_wrap", "animated_wrap") or c.startswith("media_")), None
        )
        if tag == "a" and wrapped and told.get("href") and len(said.media) < MEDIA_MAX:
            said.media.append((wrapped, told["href"]))

    def _end_title(self, mark: str | None) -> None:
        if mark == "title" and (title := self._collected("title")):
            self._ready.append(Page(title))

    def _collected(self, name: str) -> str:
        words, self._words[name] = "".join(self._words[name]), []
        return " ".join(words.split())

    def _say(self, data: str) -> None:
        if self._said is not None and self._in("text") and self._length < TEXT_CHARACTERS_MAX:
            self._text.append(data)
            self._length += len(data)

    def _end_message(self) -> None:
        said, self._said = self._said, None
        if said is None:
            return
        raw = "".join(self._text)
        text = raw.strip()
        before = len(raw) - len(raw.lstrip())
        spans = [Span(max(0, s.start - before), min(len(text), max(0, s.end - before)), s.kind, s.value) for s in self._spans]
        said.sender, said.forwarded_from = self._collected("from_name") or None, self._collected("forwarded") or None
        said.details = self._collected("details")
        said.words = Words(text=text, spans=tuple(s for s in spans if s.end > s.start)) if text else None
        self._text, self._spans, self._open, self._length, self._noted = [], [], [], 0, 0
        self._ready.append(said)
