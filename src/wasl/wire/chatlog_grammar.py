"""How the headers of one file are written, decided once, and the quick pattern that finds every record by it.

The decision is a vote over a sample; everything that hangs on it (date order, line ends, words for parts of the day) is read
only from headers of the winning layout, so that lines somebody pasted into a message change nothing.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from wasl.domain.archive import Resolution
from wasl.domain.days import DAY_MS
from wasl.wire.chatlog_calendar import ERAS, Calendar, calendar_of, days_since_1970
from wasl.wire.chatlog_heads import Head, find_heads, fits, names_of
from wasl.wire.chatlog_marks import MARKS, plain, squeezed
from wasl.wire.chatlog_named import names_of_date, numbers_with
from wasl.wire.chatlog_names import Calendars, names_in, without_names
from wasl.wire.chatlog_order import Ordered, decide_order
from wasl.wire.chatlog_pattern import pattern_of
from wasl.wire.chatlog_periods import AFTERNOON, MORNING, Periods, Spans, hour_of_day
from wasl.wire.chatlog_stamp import Stamp, Style, period_in, read_clock, unknown_word_in

CRLF_SHARE_MIN: Final = 0.995
"""Of the lines ended by CR LF, that are followed by a header: below it, line ends tell nothing."""
LF_HEADS_SHARE_MAX: Final = 0.1
"""Of all headers, that may follow a bare LF where CR LF is taken for the end of a record."""
JOINED_HEADERS_MIN: Final = 20
"""Headers of another layout, after which none of the first comes any more, to take the file for two exports joined."""
NOON: Final = 12

_NUMBER: Final = re.compile(r"[0-9]+")
_ERA: Final = re.compile("|".join(sorted(ERAS, key=len, reverse=True)))


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
    names: Calendars
    has_era: bool
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
        read = self._read_date(plain(written.decode("utf-8", "replace")))
        if read is None:
            return None
        year, month, day = self.ordered.sorted(read.numbers)
        days = days_since_1970(year, month, day, era=read.era)
        return None if days is None else days * DAY_MS

    def _read_date(self, text: str) -> Stamp | None:
        """Reads a written date into a stamp like the others of the file."""
        numbers = [int(found) for found in _NUMBER.findall(text)]
        era, weekday = None, None
        if self.stamp.month_at is not None or self.stamp.is_led:
            found = names_of_date(text, self.stamp.month_at)
            weekday = self.names.day(found.days)
            if self.stamp.month_at is not None:
                month = self.names.month(found.months)
                with_month = numbers_with(numbers, month.number, self.stamp.month_at) if month and not found.strange else None
                if month is None or with_month is None or not fits(month, with_month, self.ordered):
                    return None
                numbers = list(with_month)
        elif self.has_era:
            era = _ERA.search(text.casefold())
        if len(numbers) != 3:
            return None
        return self.stamp._replace(numbers=(numbers[0], numbers[1], numbers[2]), era=era[0] if era else "", weekday=weekday)

    def with_order(self, ordered: Ordered) -> "Grammar":
        """Gives the same grammar with its dates in another order."""
        return replace(self, ordered=ordered)

    def reordered(self, dates: Iterable[bytes], languages: Sequence[str]) -> "Grammar":
        """Decides the order of the dates again, by more of the file: `dates` are written dates in their order."""
        read = (self._read_date(plain(written.decode("utf-8", "replace"))) for written in dates)
        stamps = [stamp for stamp in read if stamp is not None]
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
        if self.stamp.months:
            before = without_names(before)
        word = period_in(after) or period_in(before)
        if word:
            return self.periods.spans(word)
        unknown = unknown_word_in(after) or unknown_word_in(before)
        return self.guessed_periods.get(squeezed(unknown)) if unknown else None


def decide(sample: bytes, *, order: str | None = None, languages: Sequence[str] = ()) -> Grammar | None:
    """Decides how the headers of a sample are written; None where it holds none. `order` is a person's answer."""
    heads = find_heads(sample, languages=languages) or find_heads(sample, bare=True)
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
        pattern=pattern_of(own, crlf=crlf, has_periods=bool(words or unknown)),
        newline=b"\r\n" if crlf else b"\n",
        date_first=first.date_first,
        resolution="s" if first.layout[6] == "s" else "min",
        ordered=ordered,
        names=names_of(own, languages),
        has_era=any(stamp.era for stamp in stamps),
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
        for text in (stamp.tail, without_names(stamp.join) if stamp.months else stamp.join):
            if word := period_in(text):
                hours.setdefault(word, set()).add(stamp.clock[0])
    if any(stamp.clock[0] > NOON for stamp in stamps):  # a clock of 24 hours: a single letter beside it is a unit ("12 h 55 min 07 s")
        return {word: found for word, found in hours.items() if len(word) > 1 or not word.isascii()}
    return hours


def _unknown_periods(stamps: list[Stamp]) -> tuple[str, ...]:
    """Finds words beside 12-hour times that no language of the table uses: two of them, one for each half of the day."""
    if any(stamp.clock[0] > 12 for stamp in stamps):
        return ()
    words = Counter(squeezed(unknown_word_in(stamp.tail) or unknown_word_in(stamp.join)) for stamp in stamps)
    words.pop("", None)
    if len(words) >= 2 and all(names_in(word).days for word in words):
        return ()
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
