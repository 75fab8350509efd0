"""Headers found in a sample of a chat log, of any layout, with the names in them understood by each other."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from wasl.wire.chatlog_named import numbers_with, read_named, strange_month
from wasl.wire.chatlog_names import Calendars, Month
from wasl.wire.chatlog_order import Ordered, decide_order
from wasl.wire.chatlog_stamp import HEAD_BYTES_MAX, Stamp, read_stamp

STRANGE_MAX: Final = 4
"""Names of months told of a file, that could not be read."""


class Head(NamedTuple):
    """A header found in a sample: where its line begins, how the line before ended, and the line itself."""

    at: int
    after_crlf: bool
    stamp: Stamp
    line: str


def find_heads(sample: bytes, *, bare: bool = False, languages: Sequence[str] = ()) -> list[Head]:
    """Finds every line of a sample that looks like a header of any layout; `bare` ones only where they are asked for. Headers whose month
    is a name that is not certain are none; `languages` are those of the file's fixed words."""
    heads = []
    at = 0
    after_crlf = False
    for line in sample.split(b"\n"):
        if len(line) >= 12:
            text = line[:HEAD_BYTES_MAX].decode("utf-8", "replace")
            stamp = read_stamp(text, bare=bare) or (None if bare else read_named(text))
            if stamp:
                heads.append(Head(at, after_crlf, stamp, text))
        after_crlf = line.endswith(b"\r")
        at += len(line) + 1
    return _understood(heads, languages)


def names_of(heads: Iterable[Head], languages: Sequence[str]) -> Calendars:
    """Gives the names of the headers of one file, to be understood together."""
    stamps = [head.stamp for head in heads]
    return Calendars(
        (name for stamp in stamps for name in stamp.months), (name for stamp in stamps for name in stamp.days), languages=languages
    )


def _understood(heads: list[Head], languages: Sequence[str]) -> list[Head]:
    """Understands the names in headers by each other; gives only the headers whose month is certain."""
    if not any(head.stamp.months or head.stamp.days for head in heads):
        return heads
    names = names_of(heads, languages)
    understood = []
    for head in heads:
        stamp = head.stamp
        month = names.month(stamp.months) if stamp.month_at is not None else None
        if month is not None and stamp.month_at is not None:
            others = [number for place, number in enumerate(stamp.numbers) if place != stamp.month_at]
            stamp = stamp._replace(numbers=numbers_with(others, month.number, stamp.month_at) or stamp.numbers)
            if not fits(month, stamp.numbers, decide_order([stamp])):
                continue
        if stamp.month_at is not None and (month is None or not names.agree(stamp.months, stamp.days)):
            continue
        understood.append(head._replace(stamp=stamp._replace(weekday=names.day(stamp.days))))
    return understood


def fits(month: Month, numbers: tuple[int, int, int], ordered: Ordered) -> bool:
    """Says whether the year of a date is one of its month's calendar."""
    return month.fits(ordered.sorted(numbers)[0])


def strange_months(sample: bytes, languages: Sequence[str] = ()) -> tuple[str, ...]:
    """Names the words at whose place headers of a sample would have their month, and that are none that is certain."""
    lines = [line[:HEAD_BYTES_MAX].decode("utf-8", "replace") for line in sample.split(b"\n") if len(line) >= 12]
    stamps = [(line, read_named(line)) for line in lines if read_stamp(line) is None]
    heads = [Head(0, False, stamp, line) for line, stamp in stamps if stamp is not None]
    understood = {head.line for head in _understood(heads, languages)}
    names = names_of(heads, languages)
    strange = Counter(names.told(head.stamp.months) for head in heads if head.line not in understood)
    strange.update(word for line, stamp in stamps if stamp is None and (word := strange_month(line)))
    return tuple(word for word, _ in strange.most_common(STRANGE_MAX))
