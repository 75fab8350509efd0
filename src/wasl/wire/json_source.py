"""The bytes under a walk over JSON: a forward stream read in chunks, and how far a value reaches in it.

Strings and brackets are skipped by possessive expressions that never go back, so the time is linear in the bytes.
"""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO, Final, Literal, NamedTuple

from wasl.domain.errors import Malformed

CHUNK_BYTES: Final = 1 << 20
READ_BYTES_MAX: Final = 8 << 20
"""Asked of the stream at once, while one long element is being gathered."""
BROKEN_MAX: Final = 100_000
"""Broken pieces in one stream; after that the rest is one more."""
SAMPLE_BYTES: Final = 200

_STRING: Final = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
BRACKETS: Final = re.compile(rb'[^"{}\[\]]*+(?:' + _STRING + rb'[^"{}\[\]]*+)*+(?:([{\[])|([}\]]))?', re.DOTALL)
"""Passes over everything up to the next bracket outside strings: group 1 opens, group 2 closes; neither where none is left."""
_REST_OF_STRING: Final = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
_SCALAR: Final = re.compile(rb'[^ \t\r\n,\[\]{}"]++')
_BOM: Final = b"\xef\xbb\xbf"


class Element(NamedTuple):
    """A value: `pointer` is its JSON pointer, `within` that of its container, `key` its name or number there.

    `start` and `length` are its bytes in the stream. `repairs` names what had to be mended to read it.
    """

    pointer: str
    within: str
    key: str | int
    start: int
    length: int
    value: Any
    repairs: tuple[str, ...] = ()


class Opened(NamedTuple):
    """A container that is stepped into begins; `key` is its name or number in the one around it."""

    pointer: str
    kind: Literal["array", "object"]
    start: int
    key: str | int = ""


class Closed(NamedTuple):
    """A container that was stepped into ends."""

    pointer: str
    end: int


class Broken(NamedTuple):
    """Bytes that could not become a value, and why; `sample` is how they begin."""

    pointer: str
    start: int
    length: int
    why: str
    sample: str


class Trouble(NamedTuple):
    """Something to be told that cost no value: "cut" (the stream ends inside a container), "bom", "container"."""

    kind: str
    start: int
    detail: str


class Blank(NamedTuple):
    """Bytes between lines that hold nothing."""

    start: int
    length: int


class Line(NamedTuple):
    """A line with all its bytes, its end included, and what it says."""

    start: int
    length: int
    value: Element | Broken


Piece = Element | Opened | Closed | Broken | Trouble


class Extent(NamedTuple):
    """How far a value reaches: its length; `raw` is None when it is too long to be held, `whole` False when the stream ends in it."""

    length: int
    raw: bytes | None
    whole: bool
    depth: int
    sample: bytes


class Source:
    """The stream with what of it is held: `held[at:]` is not read yet, `base` is the place of `held[0]` in the stream."""

    def __init__(self, stream: BinaryIO, chunk_bytes: int) -> None:
        self._stream = stream
        self._chunk_bytes = chunk_bytes
        self.held = b""
        self.at = 0
        self.base = 0
        self.ended = False
        self.troubles: list[Trouble] = []

    @property
    def place(self) -> int:
        """Where the walk stands in the stream, in bytes."""
        return self.base + self.at

    def more(self) -> bool:
        """Gets more bytes behind those that are not read yet; False at the end."""
        if self.ended:
            return False
        rest = len(self.held) - self.at
        try:
            piece = self._stream.read(max(self._chunk_bytes, min(rest, READ_BYTES_MAX)))
        except Malformed as error:
            self.troubles.append(Trouble("container", self.base + len(self.held), error.message))
            piece = b""
        if not piece:
            self.ended = True
            return False
        self.base += self.at
        self.held = self.held[self.at :] + piece if rest else piece
        self.at = 0
        return True

    def empty(self) -> bool:
        """Says whether nothing is left."""
        return self.at >= len(self.held) and not self.more()

    def skip(self, pattern: re.Pattern[bytes]) -> bool:
        """Passes over what matches; says whether anything is left."""
        while True:
            found = pattern.match(self.held, self.at)
            self.at = found.end() if found else self.at
            if self.at < len(self.held):
                return True
            if not self.more():
                return False

    def skip_bom(self) -> Iterator[Trouble]:
        """Passes over a byte order mark at the beginning, and tells it."""
        while len(self.held) < len(_BOM) and self.more():
            pass
        if self.held.startswith(_BOM):
            self.at = len(_BOM)
            yield Trouble("bom", 0, "a byte order mark was passed over")

    def line(self, bytes_max: int) -> tuple[int, bytes, int]:
        """Takes a line: its place, its bytes (no more than so many), its whole length."""
        start, search, dropped, kept = self.place, 0, 0, b""
        while True:
            end = self.held.find(b"\n", self.at + search)
            if end >= 0:
                break
            search = len(self.held) - self.at
            if search > bytes_max:
                kept = kept or self.held[self.at : self.at + SAMPLE_BYTES]
                dropped, self.at, search = dropped + search, len(self.held), 0
            if not self.more():
                end = len(self.held)
                break
        raw = self.held[self.at : end]
        self.at = min(end + 1, len(self.held))
        return start, kept or raw, dropped + len(raw)

    def give_up(self, pointer: str) -> Broken:
        """Passes over everything that is left."""
        start, sample = self.place, sample_of(self.held[self.at : self.at + SAMPLE_BYTES])
        self.at = len(self.held)
        while self.more():
            self.at = len(self.held)
        return Broken(pointer, start, self.place - start, f"there were {BROKEN_MAX} broken pieces before; the rest was not read", sample)

    def scalar(self, bytes_max: int) -> Extent:
        """Passes over a number or a word."""
        start, search, kept = self.place, 0, True
        sample = self.held[self.at : self.at + SAMPLE_BYTES]
        while True:
            found = _SCALAR.match(self.held, self.at + search)
            search = (found.end() if found else self.at + search) - self.at
            if self.at + search < len(self.held):
                break
            if search > bytes_max:
                kept, self.at, search = False, self.at + search, 0
            if not self.more():
                break
        raw = self.held[self.at : self.at + search]
        self.at += search
        length = self.place - start
        return Extent(length, raw if kept and length <= bytes_max else None, True, 0, sample)

    def extent(self, bytes_max: int) -> Extent:
        """Passes over a string or a bracketed value, across as many chunks as it takes."""
        start, kept = self.place, True
        sample = self.held[self.at : self.at + SAMPLE_BYTES]
        quoted = self.held[self.at] == 0x22
        search, depth, deepest = (1 if quoted else 0), 0, 0
        while True:
            if quoted:
                search, quoted = _close_string(self, search)
            if not quoted:
                search, depth, deepest, done = _close_brackets(self, search, depth, deepest)
                if done:
                    break
                quoted = self.at + search < len(self.held)
                search += quoted
            if search > bytes_max:
                kept, self.at, search = False, self.at + search, 0
            if quoted and self.at + search < len(self.held) and self.held[self.at + search] != 0x5C:
                continue
            if not self.more():
                search = len(self.held) - self.at
                self.at += search
                return Extent(self.place - start, None, False, deepest, sample)
        raw = self.held[self.at : self.at + search]
        self.at += search
        length = self.place - start
        return Extent(length, raw if kept and length <= bytes_max else None, True, deepest, sample)


def depth_of(raw: bytes) -> int:
    """Gives how deep the brackets of a whole value are nested."""
    depth = deepest = 0
    for match in BRACKETS.finditer(raw):
        if match.lastindex == 1:
            depth += 1
            deepest = max(deepest, depth)
        elif match.lastindex == 2:
            depth -= 1
        else:
            break
    return deepest


def sample_of(raw: bytes) -> str:
    """Gives how bytes begin, for a report."""
    return raw[:SAMPLE_BYTES].decode("utf-8", "replace")


def _close_string(source: Source, search: int) -> tuple[int, bool]:
    """Looks for the end of a string from `search` bytes on; gives how far it came, and whether the string is still open."""
    found = _REST_OF_STRING.match(source.held, source.at + search)
    end = found.end() if found else source.at + search
    if end < len(source.held) and source.held[end] == 0x22:
        return end + 1 - source.at, False
    return end - source.at, True


def _close_brackets(source: Source, search: int, depth: int, deepest: int) -> tuple[int, int, int, bool]:
    """Counts brackets from `search` bytes on, outside strings; done when they are balanced, or at the end of a lone string.

    When not done it stands at the end of what is held, or on a quotation mark whose string is not closed in it.
    """
    end = source.at + search
    if depth == 0 and search:
        return search, depth, deepest, True
    for match in BRACKETS.finditer(source.held, end):
        end = match.end()
        kind = match.lastindex
        if kind == 1:
            depth += 1
            if depth > deepest:
                deepest = depth
        elif kind == 2:
            depth -= 1
            if depth == 0:
                return end - source.at, depth, deepest, True
        else:
            break
    return end - source.at, depth, deepest, False
