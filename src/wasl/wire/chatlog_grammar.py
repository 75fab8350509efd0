"""How the headers of one file are written, decided once, and the quick pattern that finds every record by it.

The decision is a vote over a sample; everything that hangs on it (date order, line ends, words for parts of the day) is read
only from headers of the winning layout, so that lines somebody pasted into a message change nothing.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from wasl.domain.archive import Resolution
from wasl.domain.days import DAY_MS
from wasl.wire.chatlog_calendar import ERAS, Calendar, calendar_of, days_since_1970
from wasl.wire.chatlog_marks import LOOSE_BYTES, MARKS, digit_bytes, plain, squeezed, zeros_of
from wasl.wire.chatlog_order import Ordered, decide_order
from wasl.wire.chatlog_periods import AFTERNOON, MORNING, Periods, Spans, hour_of_day
from wasl.wire.chatlog_stamp import HEAD_BYTES_MAX, Stamp, Style, period_in, read_clock, read_stamp, unknown_word_in

CRLF_SHARE_MIN: Final = 0.995
"""Of the lines ended by CR LF, that are followed by a header: below it, line ends tell nothing."""
LF_HEADS_SHARE_MAX: Final = 0.1
"""Of all headers, that may follow a bare LF where CR LF is taken for the end of a record."""
JOINED_HEADERS_MIN: Final = 20
"""Headers of another layout, after which none of the first comes any more, to take the file for two exports joined."""
PERIOD_BYTES_MAX: Final = 60

_BARE_END: Final = rb" (?=[^\s:\[\]][^:\n]{0,200}:(?:[ \r\n]|\Z))"
_NUMBER: Final = re.compile(r"[0-9]+")
_ERA: Final = re.compile("|".join(sorted(ERAS, key=len, reverse=True)))


class Head(NamedTuple):
    """A header found in a sample: where its line begins, how the line before ended, and the line itself."""

    at: int
    after_crlf: bool
    stamp: Stamp
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Grammar:
    """How the headers of a file, or of a stretch of it, are written.

    `pattern` begins with the line end that ends a record and has three groups: the whole header, and in the order of the file
    its date and its time. `ends_at` is where in the sample another grammar takes over, None where it holds to the end.
    """

    style: Style
    layout: tuple[str, ...]
    pattern: re.Pattern[bytes]
    newline: bytes
    date_first: bool
    resolution: Resolution
    ordered: Ordered
    periods: Periods
    guessed_periods: Mapping[str, Spans]
    has_periods: bool
    calendar: Calendar
    stamp: Stamp
    heads: int
    foreign: int
    examples: tuple[str, ...]
    ends_at: int | None = None

    def day_ms(self, written: bytes) -> int | None:
        """Gives the milliseconds since 1970 at which a written date begins, None for one that does not exist."""
        text = plain(written.decode("utf-8", "replace"))
        numbers = [int(found) for found in _NUMBER.findall(text)]
        if len(numbers) != 3:
            return None
        era = _ERA.search(text.casefold()) if not text.isascii() or any(char.isalpha() for char in text) else None
        year, month, day = self.ordered.sorted((numbers[0], numbers[1], numbers[2]))
        days = days_since_1970(year, month, day, era=era[0] if era else "")
        return None if days is None else days * DAY_MS

    def with_order(self, ordered: Ordered) -> "Grammar":
        """Gives the same grammar with its dates in another order."""
        return replace(self, ordered=ordered)

    def reordered(self, dates: Iterable[bytes], languages: Sequence[str]) -> "Grammar":
        """Decides the order of the dates again, by more of the file: `dates` are written dates in their order."""
        stamps = []
        for written in dates:
            text = plain(written.decode("utf-8", "replace"))
            numbers = [int(found) for found in _NUMBER.findall(text)]
            if len(numbers) == 3:
                era = _ERA.search(text.casefold()) if any(char.isalpha() for char in text) else None
                stamps.append(self.stamp._replace(numbers=(numbers[0], numbers[1], numbers[2]), era=era[0] if era else ""))
        return self.with_order(decide_order(stamps, languages=languages)) if stamps else self

    def clock_ms(self, written: bytes) -> int | None:
        """Gives the milliseconds into the day of a written time, None for one that does not exist."""
        read = read_clock(written.decode("utf-8", "replace"))
        if read is None:
            return None
        hour, minute, second, words = read
        if self.has_periods:
            hour = hour_of_day(hour, minute, self._spans(words))
        return ((hour % 24 * 60 + minute) * 60 + min(second or 0, 59)) * 1000

    def _spans(self, words: str) -> Spans | None:
        before, _, after = words.partition("|")
        word = period_in(after) or period_in(before)
        if word:
            return self.periods.spans(word)
        unknown = unknown_word_in(after) or unknown_word_in(before)
        return self.guessed_periods.get(squeezed(unknown)) if unknown else None


def find_heads(sample: bytes, *, bare: bool = False) -> list[Head]:
    """Finds every line of a sample that looks like a header of any layout; `bare` ones only where they are asked for."""
    heads = []
    at = 0
    after_crlf = False
    for line in sample.split(b"\n"):
        if len(line) >= 12:
            text = line[:HEAD_BYTES_MAX].decode("utf-8", "replace")
            stamp = read_stamp(text, bare=bare)
            if stamp:
                heads.append(Head(at, after_crlf, stamp, text))
        after_crlf = line.endswith(b"\r")
        at += len(line) + 1
    return heads


def decide(sample: bytes, *, order: str | None = None, languages: Sequence[str] = ()) -> Grammar | None:
    """Decides how the headers of a sample are written; None where it holds none. `order` is a person's answer."""
    heads = find_heads(sample) or find_heads(sample, bare=True)
    if not heads:
        return None
    layout = _winner(sample, heads)
    ends_at = _joined_at(heads, layout)
    if ends_at is not None:
        heads = [head for head in heads if head.at < ends_at]
    own = [head for head in heads if head.stamp.layout == layout]
    crlf = _ends_with_crlf(sample[:ends_at] if ends_at is not None else sample, own)
    if crlf:
        own = [head for number, head in enumerate(own) if head.after_crlf or number == 0]
    ordered = decide_order([head.stamp for head in own], answer=order, languages=languages)
    return grammar_of(own, crlf=crlf, ordered=ordered, languages=languages, foreign=len(heads) - len(own), ends_at=ends_at)


def grammar_of(
    own: list[Head], *, crlf: bool, ordered: Ordered, languages: Sequence[str], foreign: int, ends_at: int | None = None
) -> Grammar:
    """Makes the grammar of headers that share one layout."""
    stamps = [head.stamp for head in own]
    hours = _hours_by_period(stamps)
    words = hours.keys()
    unknown = _unknown_periods(stamps) if not words else ()
    first = stamps[0]
    return Grammar(
        style=first.style,
        layout=first.layout,
        pattern=_pattern(own, crlf=crlf, has_periods=bool(words or unknown)),
        newline=b"\r\n" if crlf else b"\n",
        date_first=first.date_first,
        resolution="s" if first.layout[6] == "s" else "min",
        ordered=ordered,
        periods=Periods(sorted(words), languages=languages, hours=hours),
        guessed_periods=_guess_periods(stamps, unknown),
        has_periods=bool(words or unknown),
        calendar=calendar_of(ordered.sorted(first.numbers)[0], era=first.era),
        stamp=first,
        heads=len(own),
        foreign=foreign,
        examples=tuple(dict.fromkeys(stamp.written for stamp in stamps))[:5],
        ends_at=ends_at,
    )


def _winner(sample: bytes, heads: list[Head]) -> tuple[str, ...]:
    """Chooses the layout: that of the first line, for an export begins with a record, else the most frequent."""
    counts = Counter(head.stamp.layout for head in heads)
    if not sample[: heads[0].at].strip(b"\r\n\t \xef\xbb\xbf"):
        return heads[0].stamp.layout
    return counts.most_common(1)[0][0]


def _joined_at(heads: list[Head], layout: tuple[str, ...]) -> int | None:
    """Finds where an export of another layout was joined on: its headers come after the last one of the first layout.

    What was pasted into the last message looks the same; an export begins with a notice or a byte order mark, or is long.
    """
    last = max(number for number, head in enumerate(heads) if head.stamp.layout == layout)
    rest = heads[last + 1 :]
    if not rest:
        return None
    counts = Counter(head.stamp.layout for head in rest)
    other, number = counts.most_common(1)[0]
    first = next(head for head in rest if head.stamp.layout == other)
    behind = plain(first.line)[first.stamp.end :]
    notice = ": " not in behind if other[0] == "dash" else any(mark in first.line[first.stamp.end :] for mark in MARKS[:2])
    began = first.line.startswith("\ufeff") or (notice and number >= 2)
    return first.at if began or number >= max(JOINED_HEADERS_MIN, last // 4) else None


def _ends_with_crlf(sample: bytes, own: list[Head]) -> bool:
    """Says whether CR LF ends a record and a bare LF does not: how one platform writes, until an editor saves the file."""
    if own[0].stamp.style == "dash":
        return False
    # The last line end is followed by nothing, or by a line that the end of the file cuts off: it tells nothing.
    crlf = sample.count(b"\r\n")
    last_line = sample.rpartition(b"\n")[2]
    if crlf and own[-1].at < len(sample) - len(last_line) and sample[: len(sample) - len(last_line)].endswith(b"\r\n"):
        crlf -= 1
    heads = sum(head.after_crlf for head in own[1:] if head.at) + (own[0].after_crlf if own[0].at else 0)
    after_lf = sum(1 for head in own if head.at and not head.after_crlf)
    if not crlf:
        return len(own) == 1 and b"\r\n" in sample and after_lf == 0
    return crlf > 0 and heads >= CRLF_SHARE_MIN * crlf and after_lf <= max(1, LF_HEADS_SHARE_MAX * len(own)) and after_lf <= heads


def _hours_by_period(stamps: list[Stamp]) -> Mapping[str, set[int]]:
    """Gives each word for a part of the day with the hours it stands beside."""
    hours: dict[str, set[int]] = {}
    for stamp in stamps:
        for text in (stamp.tail, stamp.join):
            if word := period_in(text):
                hours.setdefault(word, set()).add(stamp.clock[0])
    return hours


def _unknown_periods(stamps: list[Stamp]) -> tuple[str, ...]:
    """Finds words beside 12-hour times that no language of the table uses: two of them, one for each half of the day."""
    if any(stamp.clock[0] > 12 for stamp in stamps):
        return ()
    words = Counter(squeezed(unknown_word_in(stamp.tail) or unknown_word_in(stamp.join)) for stamp in stamps)
    words.pop("", None)
    return tuple(word for word, _ in words.most_common(2)) if len(words) >= 2 else ()


def _guess_periods(stamps: list[Stamp], unknown: tuple[str, ...]) -> Mapping[str, Spans]:
    """Tries both ways to read two unknown words and takes the one with fewer steps back in time."""
    if not unknown:
        return {}
    ways: list[tuple[int, dict[str, Spans]]] = []
    for first, second in ((MORNING, AFTERNOON), (AFTERNOON, MORNING)):
        way: dict[str, Spans] = {unknown[0]: (first,), unknown[1]: (second,)}
        back = 0
        before: tuple[tuple[int, int, int], int] | None = None
        for stamp in stamps:
            word = squeezed(unknown_word_in(stamp.tail) or unknown_word_in(stamp.join))
            at = hour_of_day(stamp.clock[0], stamp.clock[1], way.get(word)) * 60 + stamp.clock[1]
            back += before is not None and before[0] == stamp.numbers and at < before[1]
            before = (stamp.numbers, at)
        ways.append((back, way))
    return min(ways, key=lambda one: one[0])[1]


# -- the quick pattern --------------------------------------------------------------------------------------------------


def _pattern(own: list[Head], *, crlf: bool, has_periods: bool) -> re.Pattern[bytes]:
    stamps = [head.stamp for head in own]
    layout = stamps[0].layout
    digit = digit_bytes(frozenset().union(*(zeros_of(head.line[: head.stamp.end + 12]) for head in own[:200])))
    loose = LOOSE_BYTES + b"*+"
    date = (
        _era(stamps, first=True) + digit + b"{1,4}" + _sign(layout[2]) + digit + b"{1,4}" + _sign(layout[3])
        + _era(stamps, first=False) + digit + b"{1,4}"
    )  # fmt: skip
    clock = digit + b"{1,2}" + _sign(layout[5]) + digit + b"{1,2}"
    if layout[6] == "s":
        clock += b"(?:[:.]|" + loose + "(?:min|분|分)".encode() + loose + b")" + digit + b"{1,2}"
    join = _slot([stamp.join for stamp in stamps], has_periods=has_periods, least=1)
    tail = _slot([stamp.tail for stamp in stamps], has_periods=has_periods, least=0)
    end = {"bracket": rb"\] ?", "dash": LOOSE_BYTES + rb"++(?:-|\xe2\x80\x93)(?: |(?=[\r\n]|\Z))", "colon": b": ", "bare": _BARE_END}[
        layout[0]
    ]
    begin = (b"\r\n" if crlf else b"\n") + loose + (rb"\[" + loose if layout[0] == "bracket" else b"")
    both = b"(" + date + b")(" + join + clock + tail + b")" if layout[1] == "date" else b"(" + clock + join + b")(" + date + tail + b")"
    return re.compile(b"(" + begin + both + end + b")")


def _sign(sign: str) -> bytes:
    """Gives the pattern of a sign between two numbers, with any marks and spaces around it."""
    if not sign.strip():
        return LOOSE_BYTES + b"++"
    pieces = [re.escape(char.encode()) for char in sign if char != " "]
    return (LOOSE_BYTES + b"*+").join([b"", *pieces, b""])


def _era(stamps: list[Stamp], *, first: bool) -> bytes:
    eras = sorted({stamp.era for stamp in stamps if stamp.era and (stamp.layout[4] == "first") == first})
    if not eras:
        return b""
    if all(len(era) == 1 and era.isascii() for era in eras):
        return b"[RHSTMrhstm]?"
    return b"(?:" + b"|".join(re.escape(era.encode()) for era in ERAS) + b")?"


def _slot(texts: list[str], *, has_periods: bool, least: int) -> bytes:
    """Gives the pattern of the words around a time: free where parts of the day stand there, else only what was seen."""
    if has_periods and any(period_in(text) or unknown_word_in(text) for text in texts):
        return b"[^0-9\\n\\[\\]]{%d,%d}?" % (least, PERIOD_BYTES_MAX)
    ways = sorted({tuple(text.replace(" ", "")) for text in texts}, key=len, reverse=True)
    loose = LOOSE_BYTES + b"*+"
    patterns = []
    for way in ways[:32]:
        if way:
            patterns.append(loose + loose.join(re.escape(char.encode()) for char in way) + (loose if least else b""))
        else:
            patterns.append(LOOSE_BYTES + b"++" if least else b"")
    return b"(?:" + b"|".join(patterns) + b")" if len(patterns) > 1 else patterns[0]
