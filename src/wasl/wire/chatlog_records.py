"""Records of a chat log, cut from bytes in blocks: memory does not grow with the file, and the pieces tile it.

A block is split by the grammar's pattern in one step, and dates and times are looked up by their bytes, so that almost nothing
is done for one record alone.
"""

from collections.abc import Callable, Iterator
from operator import add
from typing import BinaryIO, Final, Literal, NamedTuple

from wasl.wire.chatlog_grammar import Grammar

BLOCK_BYTES: Final = 1 << 20
RECORD_BYTES_MAX: Final = 1 << 20
"""A message holds 65,536 characters at the most; what is longer is cut, and the rest refused."""
CACHE_ENTRIES_MAX: Final = 100_000
"""Written dates and times that are remembered."""
_JOINT: Final = b"\n\xef\xbb\xbf"
"""A byte order mark at the beginning of a line: where exports were joined."""
BACK_MS: Final = 12 * 3_600_000
"""A step back in time after which a record may be a pasted line."""
PASTED_RECORDS_MAX: Final = 8
"""Records of one pasted stretch."""
HEADS_TRIED: Final = 3
"""Whole headers, by which the beginning of another is known at the end of a file."""
TAIL_BYTES: Final = 512
"""Kept back where no header was found: it may be the beginning of one."""


class Left(NamedTuple):
    """A stretch of the file that is in no record: before the first one, behind the end of one that is too long, or a header that
    the end of the file cuts off."""

    start: int
    data: bytes
    why: Literal["before", "behind", "cut"]


class Block(NamedTuple):
    """Records in their order: where the first begins, their lengths, times in milliseconds, headers and bodies.

    A length counts the line end behind the record; a header begins with the line end before it, a body has none. `has_…`
    say what is somewhere in the bodies: a CR, a NUL, an address of a map. `next_ms` is the time of the record that follows.
    """

    start: int
    lengths: list[int]
    times: list[int]
    heads: list[bytes]
    bodies: list[bytes]
    read_bytes: int
    last: bool
    has_returns: bool
    has_nul: bool
    has_places: bool
    next_ms: int | None


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


def read_fully(stream: BinaryIO, wanted: int) -> bytes:
    """Reads as much as is wanted, however the stream hands it out, and less only at its end."""
    pieces = []
    while wanted > 0 and (data := stream.read(wanted)):
        pieces.append(data)
        wanted -= len(data)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def written_dates(stream: BinaryIO, grammar: Grammar) -> Iterator[list[bytes]]:
    """Walks the dates of a stream, a list for each block, each date once while it lasts."""
    rest = grammar.newline
    last = b""
    while data := read_fully(stream, BLOCK_BYTES):
        found: list[bytes] = []
        for groups in grammar.pattern.findall(rest + data):
            date = groups[1 if grammar.date_first else 2]
            if date != last:
                found.append(date)
                last = date
        rest = data[-TAIL_BYTES:]
        yield found


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
            yield Left(self.cursor, self.data[self.cursor - self.base : end - self.base], "behind" if self.behind else "before")
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
        data = read_fully(stream, wanted)
        last = wanted <= 0 or len(data) < wanted
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
    next_ms = None
    if not last:
        if len(pieces[-1]) + len(pieces[-4]) > RECORD_BYTES_MAX:
            cut -= TAIL_BYTES
            pieces[-1] = pieces[-1][:-TAIL_BYTES]
            whole = buffer.behind = True
        else:
            held = _held(times)
            cut -= sum(map(len, pieces[3 - 4 * held :: 4])) + sum(map(len, pieces[-4 * held :: 4]))
            next_ms = times[-held]
            del pieces[-4 * held :], times[-held:]
    cut_off = _begun_header(pieces, grammar) if last else 0
    if cut_off:
        pieces[-1] = pieces[-1][:-cut_off]
    heads, bodies = pieces[1::4], pieces[4::4]
    lengths = list(map(add, map(len, heads), map(len, bodies)))
    if whole:
        lengths[-1] -= line_end
    if lengths:
        data = buffer.data
        returns = data.count(b"\r") > (len(heads) + 2 if line_end == 2 else 0)
        places = b"maps.google.com/" in data or b"foursquare.com/v/" in data
        yield Block(begin, lengths, times, heads, bodies, read_bytes, last, returns, b"\0" in data, places, next_ms)
    if cut_off:
        yield Left(buffer.base + cut - cut_off, buffer.data[cut - cut_off : cut], "cut")
    buffer.drop(cut)
    buffer.cursor = buffer.base + (0 if whole else line_end)


def _held(times: list[int]) -> int:
    """Gives how many records are kept back: the last one, or from the one on after which time stepped back and has not gone on."""
    window = times[-PASTED_RECORDS_MAX - 1 :]
    peak = max(window)
    if window[-1] >= peak - BACK_MS:
        return 1
    held = len(window) - window.index(peak)
    return held if held < len(times) and held <= PASTED_RECORDS_MAX else 1


def _begun_header(pieces: list[bytes], grammar: Grammar) -> int:
    """Gives the length of the last line where it is the beginning of a header that the end of the file cuts off, else 0."""
    _, newline, line = pieces[-1].rpartition(grammar.newline)
    if not newline or b"\n" in line or not line or len(line) > TAIL_BYTES:
        return 0
    if line[:3] == _JOINT[1 : 1 + len(line)]:
        return len(line)
    for head in pieces[-4 : -4 * HEADS_TRIED - 1 : -4]:
        for at in range(len(newline), len(head)):
            if grammar.pattern.fullmatch(newline + line + head[at:]):
                return len(line)
    return 0
