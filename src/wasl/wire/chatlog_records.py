"""Records of a chat log, cut from bytes in blocks: memory does not grow with the file, and the pieces tile it.

A block is split by the grammar's pattern in one step, and dates and times are looked up by their bytes, so that almost nothing
is done for one record alone.
"""

from collections.abc import Callable, Iterator
from operator import add
from typing import BinaryIO, Final, NamedTuple

from wasl.wire.chatlog_grammar import Grammar

BLOCK_BYTES: Final = 1 << 20
RECORD_BYTES_MAX: Final = 1 << 20
"""A message holds 65,536 characters at the most; what is longer is cut, and the rest refused."""
CACHE_ENTRIES_MAX: Final = 100_000
"""Written dates and times that are remembered."""
_JOINT: Final = b"\n\xef\xbb\xbf"
"""A byte order mark at the beginning of a line: where exports were joined."""
TAIL_BYTES: Final = 512
"""Kept back where no header was found: it may be the beginning of one."""


class Left(NamedTuple):
    """A stretch of the file that is in no record: before the first one, or behind the end of one that is too long."""

    start: int
    data: bytes
    behind: bool


class Block(NamedTuple):
    """Records in their order: where the first begins, their lengths, times in milliseconds, headers and bodies.

    A length counts the line end behind the record; a header begins with the line end before it, a body has none.
    """

    start: int
    lengths: list[int]
    times: list[int]
    heads: list[bytes]
    bodies: list[bytes]
    read_bytes: int
    last: bool


class Stopped(NamedTuple):
    """From here on, headers are written by another grammar."""

    start: int


class Clockwork:
    """Written dates and times of one grammar, looked up by their bytes."""

    def __init__(self, grammar: Grammar) -> None:
        self._grammar = grammar
        self._days: dict[bytes, int] = {}
        self._clocks: dict[bytes, int] = {}

    def times(self, pieces: list[bytes]) -> list[int]:
        """Gives the times of the records in `pieces` (five and four more for each record), and mends the pieces in place: what
        looks like a header but has no possible time is put back into the body before it."""
        day_at = 2 if self._grammar.date_first else 3
        wrong_days = self._learn(self._days, pieces[day_at::4], self._grammar.day_ms)
        wrong_clocks = self._learn(self._clocks, pieces[5 - day_at :: 4], self._grammar.clock_ms)
        if not wrong_days and not wrong_clocks:
            return self._look_up(pieces, day_at)
        kept = pieces[:1]
        for at in range(1, len(pieces), 4):
            head, first, second, body = pieces[at : at + 4]
            day, clock = (first, second) if day_at == 2 else (second, first)
            if day in self._days and clock in self._clocks:
                kept += (head, first, second, body)
            else:
                kept[-1] += head + body
        pieces[:] = kept
        return self._look_up(pieces, day_at)

    def _look_up(self, pieces: list[bytes], day_at: int) -> list[int]:
        days, clocks = self._days.__getitem__, self._clocks.__getitem__
        return list(map(add, map(days, pieces[day_at::4]), map(clocks, pieces[5 - day_at :: 4])))

    def _learn(self, known: dict[bytes, int], written: list[bytes], read: Callable[[bytes], int | None]) -> bool:
        """Reads what is new; says whether anything written has no meaning."""
        if len(known) > CACHE_ENTRIES_MAX:
            known.clear()
        new = set(written) - known.keys()
        wrong = False
        for text in new:
            value = read(text)
            if value is None:
                wrong = True
            else:
                known[text] = value
        return wrong


class _Buffer:
    """What was read and not cut yet. `base` is the offset of its first byte, `cursor` of the first byte in no record so far."""

    def __init__(self, newline: bytes, start: int) -> None:
        # A line end of ours stands before the first line, so that every header has one.
        self.data = newline
        self.base = start - len(newline)
        self.cursor = start
        self.behind = False

    def left(self, end: int) -> Iterator[Left]:
        """Gives what lies between the cursor and `end`, an offset in the file."""
        if end > self.cursor:
            yield Left(self.cursor, self.data[self.cursor - self.base : end - self.base], self.behind)
            self.cursor = end

    def drop(self, cut: int) -> None:
        """Forgets the first `cut` bytes."""
        self.data = self.data[cut:]
        self.base += cut


def blocks(
    stream: BinaryIO, grammar: Grammar, *, start: int, until: int | None = None, joined_at: Callable[[bytes], int | None]
) -> Iterator[Block | Left | Stopped]:
    """Cuts a stream that stands at `start` into records, up to the offset `until` (or its end).

    `joined_at` is asked where an export of another grammar begins in what is given, when that is likely. Everything that is
    yielded together tiles the file.
    """
    buffer = _Buffer(grammar.newline, start)
    clockwork = Clockwork(grammar)
    last = False
    while not last:
        wanted = BLOCK_BYTES if until is None else min(BLOCK_BYTES, until - buffer.base - len(buffer.data))
        data = stream.read(wanted) if wanted > 0 else b""
        last = not data
        seam = len(buffer.data) - 1
        buffer.data += data
        mark = buffer.data.find(_JOINT, max(0, seam - len(_JOINT)))
        if mark >= 0 and buffer.base + mark >= start and joined_at(buffer.data[mark + 1 :]) == 0:
            last, until = True, buffer.base + mark + 1
            buffer.data = buffer.data[: mark + 1]
        pieces = grammar.pattern.split(buffer.data)
        times = clockwork.times(pieces)
        if len(pieces) == 1:
            end = len(buffer.data) if last else max(0, len(buffer.data) - TAIL_BYTES)
            if last or end > RECORD_BYTES_MAX:
                yield from buffer.left(buffer.base + end)
                buffer.drop(end)
            continue
        if not last and len(buffer.data) > RECORD_BYTES_MAX < len(pieces[-1]):
            at = len(buffer.data) - len(pieces[-1]) - len(pieces[-4]) + len(grammar.newline)
            other = joined_at(buffer.data[at:])
            if other:
                last, until = True, buffer.base + at + other
                pieces[-1] = pieces[-1][: len(pieces[-1]) - (len(buffer.data) - at - other)]
                buffer.data = buffer.data[: at + other]
        yield from _cut(buffer, grammar, pieces, times, read_bytes=len(data), last=last)
    if until is not None:
        yield Stopped(until)


def _cut(
    buffer: _Buffer, grammar: Grammar, pieces: list[bytes], times: list[int], *, read_bytes: int, last: bool
) -> Iterator[Block | Left]:
    """Gives the records of a buffer that are whole, and keeps the last one back for what may follow it."""
    line_end = len(grammar.newline)
    begin = buffer.base + len(pieces[0]) + line_end
    yield from buffer.left(begin)
    buffer.behind = False
    cut = len(buffer.data)
    whole = last
    if not last:
        held = len(pieces[-1]) + len(pieces[-4])
        if held > RECORD_BYTES_MAX:
            cut -= TAIL_BYTES
            pieces[-1] = pieces[-1][:-TAIL_BYTES]
            whole = buffer.behind = True
        else:
            cut -= held
            del pieces[-4:], times[-1:]
    heads, bodies = pieces[1::4], pieces[4::4]
    lengths = list(map(add, map(len, heads), map(len, bodies)))
    if whole:
        lengths[-1] -= line_end
    if lengths:
        yield Block(begin, lengths, times, heads, bodies, read_bytes, last)
    buffer.drop(cut)
    buffer.cursor = buffer.base + (0 if whole else line_end)
