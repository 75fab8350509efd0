"""Walking JSON that is too big to hold: piece by piece from a forward stream, in memory that does not grow with the file.

RFC 8259, read tolerantly: a broken piece is named with its bytes and the walk goes on after it. Exports are arrays of objects, objects
that wrap one, one object per line, or two exports joined. The walk steps into the containers on the way to given patterns and gives
everything else whole. It is linear in the bytes: strings and brackets are skipped by possessive expressions that never go back.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final, Literal

from wasl.wire.json_repair import Undecodable, decode
from wasl.wire.json_source import (
    BRACKETS,
    BROKEN_MAX,
    CHUNK_BYTES,
    SAMPLE_BYTES,
    Blank,
    Broken,
    Closed,
    Element,
    Extent,
    Line,
    Opened,
    Piece,
    Source,
    Trouble,
    depth_of,
    sample_of,
)

__all__ = [  # what a reader needs
    "BROKEN_MAX",
    "DEPTH_MAX",
    "ELEMENT_BYTES_MAX",
    "Blank",
    "Broken",
    "Closed",
    "Element",
    "Line",
    "Opened",
    "Piece",
    "Trouble",
    "walk",
    "walk_lines",
    "whole_lines",
]

ELEMENT_BYTES_MAX: Final = 64 << 20
"""One element; a longer one is passed over, and named as broken."""
DEPTH_MAX: Final = 100
"""Levels of nesting in one element; deeper is nobody's message, and would break whoever walks it."""
CHILD_LEVELS_MAX: Final = 1_000
"""Containers that are stepped into, one in another."""

_SPACE: Final = re.compile(rb"[ \t\r\n,]*+")
_COLON: Final = re.compile(rb"[ \t\r\n]*+")
_STRAY_IN: Final = {"array": re.compile(rb"[}:, \t\r\n]++"), "object": re.compile(rb"[\]:, \t\r\n]++")}
"""Marks that belong to nothing: never the bracket that closes the container, however the bytes arrive."""
_KEYLESS: Final = re.compile(rb'[^"}]++')
_OPENERS: Final = b"{["
_OPEN: Final = 0x7B


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
    return _Walk(Source(stream, chunk_bytes), patterns, element_bytes_max, depth_max).pieces()


def walk_lines(
    stream: BinaryIO, *, element_bytes_max: int = ELEMENT_BYTES_MAX, depth_max: int = DEPTH_MAX, chunk_bytes: int = CHUNK_BYTES
) -> Iterator[Element | Broken | Trouble]:
    """Walks JSON lines: one value per line, "/0" the first. Empty lines count for nothing; a broken line costs only itself."""
    for piece in whole_lines(stream, element_bytes_max=element_bytes_max, depth_max=depth_max, chunk_bytes=chunk_bytes):
        if isinstance(piece, Line):
            yield piece.value
        elif isinstance(piece, Trouble):
            yield piece


def whole_lines(
    stream: BinaryIO, *, element_bytes_max: int = ELEMENT_BYTES_MAX, depth_max: int = DEPTH_MAX, chunk_bytes: int = CHUNK_BYTES
) -> Iterator[Line | Trouble | Blank]:
    """Walks JSON lines with all their bytes, line ends included: Lines and Blanks cover the stream."""
    source = Source(stream, chunk_bytes)
    number = broken = blank = 0
    for trouble in source.skip_bom():
        yield trouble
        blank = source.at
    while not source.empty():
        start, raw, length = source.line(element_bytes_max)
        covered = source.place - start
        line = raw.strip(b" \t\r\n")
        if not line and length <= element_bytes_max:
            blank += covered
            continue
        if blank:
            yield Blank(start - blank, blank)
            blank = 0
        pointer = f"/{number}"
        piece = (
            _element(pointer, "", number, start + raw.index(line[:1]), line, depth_max)
            if length <= element_bytes_max
            else Broken(pointer, start, length, f"longer than {element_bytes_max} bytes", sample_of(raw))
        )
        number += 1
        broken += isinstance(piece, Broken)
        yield Line(start, covered, piece)
        if broken >= BROKEN_MAX and not source.empty():
            rest = source.give_up(f"/{number}")
            yield Line(rest.start, rest.length, rest)
    if blank:
        yield Blank(source.place - blank, blank)
    yield from source.troubles


def escape(key: str) -> str:
    """Writes a member's name as a step of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1") if "~" in key or "/" in key else key


@dataclass(slots=True)
class _Frame:
    """A container that is being walked: `ways` are what is left of the patterns here, `count` the number of the next value."""

    kind: Literal["array", "object"]
    pointer: str
    ways: list[tuple[str, ...]]
    count: int = 0


class _Walk:
    def __init__(self, source: Source, patterns: list[tuple[str, ...]], element_bytes_max: int, depth_max: int) -> None:
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
            if byte == _OPEN and not frame.ways:
                yield from self._whole_objects(frame)
            else:
                yield from self._value(frame, frame.count)
        else:
            yield from self._member(frame)

    def _root(self) -> Iterator[Piece]:
        source = self._source
        byte = source.held[source.at]
        if byte in _OPENERS:
            kind: Literal["array", "object"] = "array" if byte == 0x5B else "object"
            self._stack.append(_Frame(kind, "", [p for p in self._patterns if p], self._count))
            yield Opened("", kind, source.place)
            source.at += 1
            self._texts += 1
        else:
            yield from self._value(_Frame("array", "", []), self._texts)

    def _member(self, frame: _Frame) -> Iterator[Piece]:
        source = self._source
        start = source.place
        if source.held[source.at] != 0x22:
            yield self._stray(frame.pointer, _KEYLESS, "there is no name where a member should begin")
            return
        extent = source.extent(self._bytes_max)
        name = _name(extent.raw) if extent.whole else None
        if name is None or not source.skip(_COLON) or source.held[source.at] != 0x3A:
            why = "a member has no name that can be read, or no value"
            yield Broken(frame.pointer, start, extent.length, why, sample_of(extent.sample))
            return
        source.at += 1
        if source.skip(_COLON):
            if source.held[source.at] in b",}":
                yield Broken(f"{frame.pointer}/{escape(name)}", start, source.place - start, "it has no value", name[:SAMPLE_BYTES])
            else:
                yield from self._value(frame, name)

    def _whole_objects(self, frame: _Frame) -> Iterator[Element | Broken]:
        """Gives the next objects of an array as long as they are sound and whole in what is held; the first one in any case."""
        source, first = self._source, True
        held = source.held
        while True:
            start = source.at
            end, depth = _balanced(held, start)
            if end == 0 or depth > self._depth_max or end - start > self._bytes_max:
                break
            try:
                value, repairs = decode(held[start:end])
            except Undecodable:
                break
            first = False
            key, frame.count = frame.count, frame.count + 1
            source.at = end
            yield Element(f"{frame.pointer}/{key}", frame.pointer, key, source.base + start, end - start, value, repairs)
            space = _SPACE.match(held, end)
            source.at = space.end() if space else end
            if source.at >= len(held) or held[source.at] != _OPEN:
                return
        if first:
            key, frame.count, start = frame.count, frame.count + 1, source.place
            yield self._made(f"{frame.pointer}/{key}", frame.pointer, key, start, source.extent(self._bytes_max))

    def _value(self, frame: _Frame, key: str | int) -> Iterator[Piece]:
        source = self._source
        byte, start = source.held[source.at], source.place
        step = key if isinstance(key, str) else str(key)
        pointer = f"{frame.pointer}/{escape(step)}"
        if byte in b"]}:,":
            yield self._stray(pointer, _STRAY_IN[frame.kind], "a bracket or mark stands where a value should be")
            return
        frame.count += 1
        ways = [way[1:] for way in frame.ways if way[0] in ("*", step)] if frame.ways and byte in _OPENERS else []
        if ways and len(self._stack) < CHILD_LEVELS_MAX:
            kind: Literal["array", "object"] = "array" if byte == 0x5B else "object"
            self._stack.append(_Frame(kind, pointer, [way for way in ways if way]))
            yield Opened(pointer, kind, start, key)
            source.at += 1
            return
        extent = source.extent(self._bytes_max) if byte in b'{["' else source.scalar(self._bytes_max)
        yield self._made(pointer, frame.pointer, key, start, extent)

    def _made(self, pointer: str, within: str, key: str | int, start: int, extent: Extent) -> Element | Broken:
        if not extent.whole:
            return Broken(pointer, start, extent.length, "the file ends inside it", sample_of(extent.sample))
        if extent.raw is None:
            return Broken(pointer, start, extent.length, f"longer than {self._bytes_max} bytes", sample_of(extent.sample))
        if extent.depth > self._depth_max:
            return Broken(pointer, start, extent.length, f"nested deeper than {self._depth_max} levels", sample_of(extent.sample))
        return _element(pointer, within, key, start, extent.raw, self._depth_max, known_depth=extent.depth)

    def _stray(self, pointer: str, pattern: re.Pattern[bytes], why: str) -> Broken:
        """Passes over bytes that belong to nothing, as far as they are held."""
        source = self._source
        start, found = source.place, pattern.match(source.held, source.at)
        end = max(found.end() if found else 0, source.at + 1)
        sample = sample_of(source.held[source.at : min(end, source.at + SAMPLE_BYTES)])
        length, source.at = end - source.at, end
        return Broken(pointer, start, length, why, sample)


def _balanced(held: bytes, start: int) -> tuple[int, int]:
    """Gives where the value at `start` ends, 0 when not in what is held, and how deep it is."""
    depth = deepest = 0
    for match in BRACKETS.finditer(held, start):
        kind = match.lastindex
        if kind == 1:
            depth += 1
            if depth > deepest:
                deepest = depth
        elif kind == 2:
            depth -= 1
            if depth == 0:
                return match.end(), deepest
        else:
            break
    return 0, deepest


def _element(
    pointer: str, within: str, key: str | int, start: int, raw: bytes, depth_max: int, *, known_depth: int | None = None
) -> Element | Broken:
    depth = known_depth
    if depth is None and raw.count(b"{") + raw.count(b"[") > depth_max:
        depth = depth_of(raw)
    if depth is not None and depth > depth_max:
        return Broken(pointer, start, len(raw), f"nested deeper than {depth_max} levels", sample_of(raw))
    try:
        value, repairs = decode(raw)
    except Undecodable as error:
        return Broken(pointer, start, len(raw), str(error), sample_of(raw))
    return Element(pointer, within, key, start, len(raw), value, repairs)


def _name(raw: bytes | None) -> str | None:
    if raw is None:
        return None
    try:
        value, _ = decode(raw)
    except Undecodable:
        return None
    return value if isinstance(value, str) else None
