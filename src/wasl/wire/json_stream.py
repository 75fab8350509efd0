"""Walking JSON that is too big to hold: piece by piece from a forward stream, in memory that does not grow with the file.

RFC 8259, read tolerantly: a broken piece is named with its bytes and the walk goes on after it. Exports are arrays of objects, objects
that wrap one, one object per line, or two exports joined. The walk steps into the containers on the way to given patterns and gives
everything else whole. It is linear in the bytes: strings and brackets are skipped by possessive expressions that never go back.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Final, Literal, NamedTuple

from wasl.domain.errors import Malformed
from wasl.wire.json_repair import Undecodable, decode

CHUNK_BYTES: Final = 1 << 20
READ_BYTES_MAX: Final = 8 << 20
"""Asked of the stream at once, while one long element is being gathered."""
ELEMENT_BYTES_MAX: Final = 64 << 20
"""One element; a longer one is passed over, and named as broken."""
DEPTH_MAX: Final = 100
"""Levels of nesting in one element; deeper is nobody's message, and would break whoever walks it."""
BROKEN_MAX: Final = 100_000
"""Broken pieces in one stream; after that the rest is one more."""
SAMPLE_BYTES: Final = 200
CHILD_LEVELS_MAX: Final = 32
"""Containers that are stepped into, one in another."""

_STRING: Final = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_NEXT: Final = re.compile(rb'[^"{}\[\]]*+(?:' + _STRING + rb'[^"{}\[\]]*+)*+(?:([{\[])|([}\]]))?', re.DOTALL)
_REST_OF_STRING: Final = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
_SPACE: Final = re.compile(rb"[ \t\r\n,]*+")
_COLON: Final = re.compile(rb"[ \t\r\n]*+")
_SCALAR: Final = re.compile(rb'[^ \t\r\n,\[\]{}"]++')
_STRAY: Final = re.compile(rb"[\]}:, \t\r\n]++")
_KEYLESS: Final = re.compile(rb'[^"}]++')
_BOM: Final = b"\xef\xbb\xbf"
_OPENERS: Final = b"{["


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
    """A container that is stepped into begins."""

    pointer: str
    kind: Literal["array", "object"]
    start: int


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


Piece = Element | Opened | Closed | Broken | Trouble


def walk(
    stream: BinaryIO,
    into: Sequence[str] = ("",),
    *,
    element_bytes_max: int = ELEMENT_BYTES_MAX,
    depth_max: int = DEPTH_MAX,
    chunk_bytes: int = CHUNK_BYTES,
) -> Iterator[Piece]:
    """Walks one JSON text, or several in a row.

    `into` are patterns of containers to step into, with everything on the way to them: "/messages", "/chats/list/*/messages"; ""
    is the outermost container alone. Their members are Elements; the outermost container is always stepped into. In a second text
    in a row the numbers of an outermost array go on.
    """
    patterns = [tuple(p.split("/")[1:]) for p in into]
    return _Walk(_Source(stream, chunk_bytes), patterns, element_bytes_max, depth_max).pieces()


def walk_lines(
    stream: BinaryIO, *, element_bytes_max: int = ELEMENT_BYTES_MAX, depth_max: int = DEPTH_MAX, chunk_bytes: int = CHUNK_BYTES
) -> Iterator[Element | Broken | Trouble]:
    """Walks JSON lines: one value per line, "/0" the first. Empty lines count for nothing; a broken line costs only itself."""
    source = _Source(stream, chunk_bytes)
    number = broken = 0
    yield from source.skip_bom()
    while not source.empty():
        start, raw, length = source.line(element_bytes_max)
        line = raw.strip()
        if not line and length <= element_bytes_max:
            continue
        pointer = f"/{number}"
        piece = (
            _element(pointer, "", number, start, line, depth_max)
            if length <= element_bytes_max
            else Broken(pointer, start, length, f"longer than {element_bytes_max} bytes", _sample(raw))
        )
        number += 1
        broken += isinstance(piece, Broken)
        yield piece if isinstance(piece, Broken) else piece._replace(start=start + raw.index(line[:1]))
        if broken >= BROKEN_MAX:
            yield source.give_up(pointer)
    yield from source.troubles


def escape(key: str) -> str:
    """Writes a member's name as a step of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1") if "~" in key or "/" in key else key


def depth_of(raw: bytes) -> int:
    """Gives how deep the brackets of a whole value are nested."""
    depth = deepest = 0
    for match in _NEXT.finditer(raw):
        if match.lastindex == 1:
            depth += 1
            deepest = max(deepest, depth)
        elif match.lastindex == 2:
            depth -= 1
        else:
            break
    return deepest


class _Source:
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
        start, sample = self.place, _sample(self.held[self.at : self.at + SAMPLE_BYTES])
        self.at = len(self.held)
        while self.more():
            self.at = len(self.held)
        return Broken(pointer, start, self.place - start, f"there were {BROKEN_MAX} broken pieces before; the rest was not read", sample)


@dataclass(slots=True)
class _Frame:
    """A container that is being walked: `steps` lead to it, `count` is the number of the next value in an array."""

    kind: Literal["array", "object"]
    pointer: str
    steps: tuple[str, ...]
    count: int = 0


class _Extent(NamedTuple):
    """How far a value reaches: its length; `raw` is None when it is too long to be held, `whole` False when the stream ends in it."""

    length: int
    raw: bytes | None
    whole: bool
    depth: int
    sample: bytes


class _Walk:
    def __init__(self, source: _Source, patterns: list[tuple[str, ...]], element_bytes_max: int, depth_max: int) -> None:
        self._source = source
        self._patterns = patterns
        self._bytes_max = element_bytes_max
        self._depth_max = depth_max
        self._stack: list[_Frame] = []
        self._texts = 0
        self._count = 0

    def pieces(self) -> Iterator[Piece]:
        source, broken = self._source, 0
        yield from source.skip_bom()
        while source.skip(_SPACE):
            for piece in self._step():
                broken += isinstance(piece, Broken)
                yield piece
            if broken >= BROKEN_MAX and not source.empty():
                yield source.give_up(self._stack[-1].pointer if self._stack else "")
        if self._stack:
            yield Trouble("cut", source.place, f"the file ends inside {self._stack[-1].pointer or 'its outermost container'!r}")
        yield from source.troubles

    def _step(self) -> Iterator[Piece]:
        """Reads the next value, member or end; the source stands on a byte that is neither space nor comma."""
        source = self._source
        if not self._stack:
            yield from self._root()
            return
        frame = self._stack[-1]
        byte = source.held[source.at]
        if byte == (0x5D if frame.kind == "array" else 0x7D):
            source.at += 1
            self._stack.pop()
            if not self._stack:
                self._count = frame.count
            yield Closed(frame.pointer, source.place)
        elif frame.kind == "array":
            yield from self._value(frame, frame.count)
        else:
            yield from self._member(frame)

    def _root(self) -> Iterator[Piece]:
        source = self._source
        byte = source.held[source.at]
        if byte in _OPENERS:
            kind: Literal["array", "object"] = "array" if byte == 0x5B else "object"
            self._stack.append(_Frame(kind, "", (), self._count))
            yield Opened("", kind, source.place)
            source.at += 1
            self._texts += 1
        else:
            yield from self._value(_Frame("array", "", ("",)), self._texts)

    def _member(self, frame: _Frame) -> Iterator[Piece]:
        source = self._source
        start = source.place
        if source.held[source.at] != 0x22:
            yield self._stray(frame.pointer, _KEYLESS, "there is no name where a member should begin")
            return
        extent = self._extent()
        name = _name(extent.raw) if extent.whole else None
        if name is None or not source.skip(_COLON) or source.held[source.at] != 0x3A:
            yield Broken(frame.pointer, start, extent.length, "a member has no name that can be read, or no value", _sample(extent.sample))
            return
        source.at += 1
        if source.skip(_COLON):
            yield from self._value(frame, name)

    def _value(self, frame: _Frame, key: str | int) -> Iterator[Piece]:
        source = self._source
        byte, start = source.held[source.at], source.place
        step = key if isinstance(key, str) else str(key)
        pointer = f"{frame.pointer}/{escape(step)}"
        if byte in b"]}:,":
            yield self._stray(pointer, _STRAY, "a bracket or mark stands where a value should be")
            return
        frame.count += 1
        if byte in _OPENERS and self._opens((*frame.steps, step)):
            kind: Literal["array", "object"] = "array" if byte == 0x5B else "object"
            self._stack.append(_Frame(kind, pointer, (*frame.steps, step)))
            yield Opened(pointer, kind, start)
            source.at += 1
            return
        extent = self._extent() if byte in b'{["' else self._scalar()
        yield self._made(pointer, frame.pointer, key, start, extent)

    def _made(self, pointer: str, within: str, key: str | int, start: int, extent: _Extent) -> Element | Broken:
        if not extent.whole:
            return Broken(pointer, start, extent.length, "the file ends inside it", _sample(extent.sample))
        if extent.raw is None:
            return Broken(pointer, start, extent.length, f"longer than {self._bytes_max} bytes", _sample(extent.sample))
        if extent.depth > self._depth_max:
            return Broken(pointer, start, extent.length, f"nested deeper than {self._depth_max} levels", _sample(extent.sample))
        return _element(pointer, within, key, start, extent.raw, self._depth_max, known_depth=extent.depth)

    def _opens(self, steps: tuple[str, ...]) -> bool:
        if len(steps) > CHILD_LEVELS_MAX:
            return False
        return any(
            len(pattern) >= len(steps) and all(wanted in ("*", step) for wanted, step in zip(pattern, steps, strict=False))
            for pattern in self._patterns
        )

    def _stray(self, pointer: str, pattern: re.Pattern[bytes], why: str) -> Broken:
        """Passes over bytes that belong to nothing, as far as they are held."""
        source = self._source
        start, found = source.place, pattern.match(source.held, source.at)
        end = max(found.end() if found else 0, source.at + 1)
        sample = _sample(source.held[source.at : min(end, source.at + SAMPLE_BYTES)])
        length, source.at = end - source.at, end
        return Broken(pointer, start, length, why, sample)

    def _scalar(self) -> _Extent:
        source, start, search, kept = self._source, self._source.place, 0, True
        sample = source.held[source.at : source.at + SAMPLE_BYTES]
        while True:
            found = _SCALAR.match(source.held, source.at + search)
            search = (found.end() if found else source.at + search) - source.at
            if source.at + search < len(source.held):
                break
            if search > self._bytes_max:
                kept, source.at, search = False, source.at + search, 0
            if not source.more():
                break
        raw = source.held[source.at : source.at + search]
        source.at += search
        length = source.place - start
        return _Extent(length, raw if kept and length <= self._bytes_max else None, True, 0, sample)

    def _extent(self) -> _Extent:
        """Passes over a string or a bracketed value, across as many chunks as it takes."""
        source, start, kept = self._source, self._source.place, True
        sample = source.held[source.at : source.at + SAMPLE_BYTES]
        quoted = source.held[source.at] == 0x22
        search, depth, deepest = (1 if quoted else 0), 0, 0
        while True:
            if quoted:
                search, quoted = _close_string(source, search)
            if not quoted:
                search, depth, deepest, done = _close_brackets(source, search, depth, deepest)
                if done:
                    break
                quoted = source.at + search < len(source.held)
                search += quoted
            if search > self._bytes_max:
                kept, source.at, search = False, source.at + search, 0
            if quoted and source.at + search < len(source.held) and source.held[source.at + search] != 0x5C:
                continue
            if not source.more():
                search = len(source.held) - source.at
                source.at += search
                return _Extent(source.place - start, None, False, deepest, sample)
        raw = source.held[source.at : source.at + search]
        source.at += search
        length = source.place - start
        return _Extent(length, raw if kept and length <= self._bytes_max else None, True, deepest, sample)


def _close_string(source: _Source, search: int) -> tuple[int, bool]:
    """Looks for the end of a string from `search` bytes on; gives how far it came, and whether the string is still open."""
    found = _REST_OF_STRING.match(source.held, source.at + search)
    end = found.end() if found else source.at + search
    if end < len(source.held) and source.held[end] == 0x22:
        return end + 1 - source.at, False
    return end - source.at, True


def _close_brackets(source: _Source, search: int, depth: int, deepest: int) -> tuple[int, int, int, bool]:
    """Counts brackets from `search` bytes on, outside strings; done when they are balanced, or at the end of a lone string.

    When not done it stands at the end of what is held, or on a quotation mark whose string is not closed in it.
    """
    end = source.at + search
    if depth == 0 and search:
        return search, depth, deepest, True
    for match in _NEXT.finditer(source.held, end):
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


def _element(
    pointer: str, within: str, key: str | int, start: int, raw: bytes, depth_max: int, *, known_depth: int | None = None
) -> Element | Broken:
    depth = known_depth
    if depth is None and raw.count(b"{") + raw.count(b"[") > depth_max:
        depth = depth_of(raw)
    if depth is not None and depth > depth_max:
        return Broken(pointer, start, len(raw), f"nested deeper than {depth_max} levels", _sample(raw))
    try:
        value, repairs = decode(raw)
    except Undecodable as error:
        return Broken(pointer, start, len(raw), str(error), _sample(raw))
    return Element(pointer, within, key, start, len(raw), value, repairs)


def _name(raw: bytes | None) -> str | None:
    if raw is None:
        return None
    try:
        value, _ = decode(raw)
    except Undecodable:
        return None
    return value if isinstance(value, str) else None


def _sample(raw: bytes) -> str:
    return raw[:SAMPLE_BYTES].decode("utf-8", "replace")
