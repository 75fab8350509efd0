"""Which number of a written date is the day, and which the month: decided from all headers of one layout, or asked.

In this order: a number that can be no month; time that would run backwards; signs that only one order uses; the language of
the file's fixed words. Where none of these tells, the order is ambiguous: there is a guess, and the person is asked.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final, Literal, NamedTuple

from wasl.wire.chatlog_calendar import days_since_1970
from wasl.wire.chatlog_periods import date_order
from wasl.wire.chatlog_stamp import Stamp

Order = Literal["dmy", "mdy", "ymd", "ydm", "myd", "dym"]
ORDERS: Final[tuple[Order, ...]] = ("dmy", "mdy", "ymd", "ydm", "myd", "dym")
FIRST_DAY: Final = 14_245
"""1 January 2009 in days since 1970: nobody wrote in these apps before."""
CLEAR_RATIO: Final = 10
"""One order must fit this many times better than another to rule it out."""
_PLACES: Final[dict[str, tuple[int, int, int]]] = {
    "dmy": (2, 1, 0), "mdy": (2, 0, 1), "ymd": (0, 1, 2), "ydm": (0, 2, 1), "myd": (1, 0, 2), "dym": (1, 2, 0),
}  # fmt: skip
_YEAR_FIRST: Final[tuple[Order, ...]] = ("ymd", "ydm")
_EAST_ASIAN: Final = re.compile("[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
"""Scripts whose languages write the year first, also where it has two digits."""
_AMERICAN: Final = re.compile(r" ?[AP]M$")


_Date = tuple[tuple[int, int, int], str, int | None]
"""The numbers of a date, its era, and its day of the week."""
THURSDAY: Final = 3
"""1 January 1970 was one; Monday is 0."""
_WITH_MONTH: Final[dict[tuple[int, bool], Order]] = {
    (0, False): "mdy", (1, False): "dmy", (1, True): "ymd", (2, True): "ydm",
}  # fmt: skip
"""By the place of a month in words, and whether a whole year stands first: no language writes one of two digits there (CLDR 47)."""


class Ordered(NamedTuple):
    """The order of dates in a file: how it was decided, and the orders that remain possible where it is ambiguous."""

    order: Order
    how: str
    open: tuple[Order, ...] = ()

    def sorted(self, numbers: tuple[int, int, int]) -> tuple[int, int, int]:
        """Gives year, month and day of a written date."""
        year, month, day = _PLACES[self.order]
        return numbers[year], numbers[month], numbers[day]


def decide_order(stamps: Sequence[Stamp], *, answer: str | None = None, languages: Sequence[str] = ()) -> Ordered:
    """Decides the order of the dates of headers that share one layout."""
    dates = _distinct(stamps)
    days = {order: [_day(date, order) for date in dates] for order in _possible(stamps[0])}
    if stamps[0].layout[4] == "short":
        days = {order: [day if day is not None and day >= FIRST_DAY else None for day in written] for order, written in days.items()}
    for order in ORDERS:
        if answer == order and order in days:
            return Ordered(order, "answered")
    if stamps[0].month_at is not None:
        return Ordered(next(iter(days)), "the month is named")
    bad = {order: sum(day is None for day in written) for order, written in days.items()}
    if stamps[0].layout[4] == "short" and bad["ymd"] == 0 and _EAST_ASIAN.search(stamps[0].join + stamps[0].tail):
        return Ordered("ymd", "language of the time")
    if stamps[0].layout[4] == "short" and not _year_leads(days, bad):
        # A year of two digits stands first in few languages: only dates that go on by it say so.
        for order in _YEAR_FIRST:
            del days[order], bad[order]
    left = _clear(bad)
    if len(left) == 1:
        return Ordered(left[0], "only one order gives dates" if len(days) > 1 else "year first" if left[0][0] == "y" else "shape")
    if len({tuple(days[order]) for order in left}) == 1:
        return Ordered(left[0], "the same either way")
    left = _clear({order: _steps_back(days[order]) for order in left})
    if len(left) == 1:
        return Ordered(left[0], "time would run backwards otherwise")
    by_sign = _by_sign(stamps[0], left)
    if by_sign:
        return Ordered(by_sign, "only one order is written with these signs")
    for language in languages:
        told = date_order(language)
        if language != "en" and told in left:
            return Ordered(told, f"language {language}")
    return Ordered(_guess(stamps, left, {order: days[order] for order in left}), "guessed", tuple(left))


def _year_leads(days: dict[Order, list[int | None]], bad: dict[Order, int]) -> bool:
    """Says whether the dates fit, or follow each other, only with the year first."""
    others = min(bad["dmy"], bad["mdy"])
    if any(CLEAR_RATIO * bad[order] < others for order in _YEAR_FIRST):
        return True
    if len(days["ymd"]) < 3 or max(_close(days["dmy"]), _close(days["mdy"])) > 0:
        return False
    return any(bad[order] == 0 and _close(days[order]) > 0 for order in _YEAR_FIRST)


def _close(days: Sequence[int | None]) -> int:
    """Counts the dates that follow the one before within three days."""
    known = [day for day in days if day is not None]
    return sum(0 < after - before <= 3 for before, after in pairwise(known))


def _distinct(stamps: Sequence[Stamp]) -> list[_Date]:
    """Gives the dates in their order, each once while it lasts."""
    dates: list[_Date] = []
    for stamp in stamps:
        date = (stamp.numbers, stamp.era, stamp.weekday)
        if not dates or dates[-1] != date:
            dates.append(date)
    return dates


def _possible(stamp: Stamp) -> tuple[Order, ...]:
    if stamp.month_at is not None:
        return (_WITH_MONTH[stamp.month_at, stamp.layout[4] == "first"],)
    match stamp.layout[4]:
        case "first":
            return ("ymd", "ydm")
        case "last":
            return ("dmy", "mdy")
        case "middle":
            return ("myd", "dym")
        case _:
            return ("dmy", "mdy", "ymd", "ydm")


def _day(date: _Date, order: Order) -> int | None:
    """Gives the number of a day; none for one that does not exist, or that was another day of the week than the date says."""
    numbers, era, weekday = date
    year, month, day = _PLACES[order]
    found = days_since_1970(numbers[year], numbers[month], numbers[day], era=era)
    return found if weekday is None or found is None or (found + THURSDAY) % 7 == weekday else None


def _clear(faults: dict[Order, int]) -> list[Order]:
    """Keeps the orders that no other one beats clearly."""
    best = min(faults.values())
    return [order for order, number in faults.items() if number == best or number < CLEAR_RATIO * max(best, 0.1)]


def _steps_back(days: Sequence[int | None]) -> int:
    known = [day for day in days if day is not None]
    return sum(after < before - 1 for before, after in pairwise(known))


def _by_sign(stamp: Stamp, left: Sequence[Order]) -> Order | None:
    """Dots with the year last, and dashes with a whole year last, are written day first everywhere (CLDR 47)."""
    if stamp.layout[4] == "first":
        return "ymd"
    sign = stamp.layout[2]
    if (sign == "." or (sign == "-" and stamp.layout[4] == "last")) and set(left) <= {"dmy", "mdy"}:
        return "dmy"
    return None


def _guess(stamps: Sequence[Stamp], left: Sequence[Order], days: dict[Order, list[int | None]]) -> Order:
    """Guesses by the order in which most dates follow each other closely, then by what looks American."""
    close = {order: _close(days[order]) for order in left}
    best = max(close.values())
    likely = [order for order in left if close[order] == best]
    if len(likely) == 1:
        return likely[0]
    unpadded = any(len_ == 1 for stamp in stamps for len_ in stamp.lengths[:2])
    slashes = stamps[0].layout[2] == "/" and "," in stamps[0].layout[7] and stamps[0].layout[4] == "short"
    american = slashes and unpadded and any(_AMERICAN.match(stamp.tail) for stamp in stamps)
    foreign_year = stamps[0].era != "" or stamps[0].numbers[2] > 2400
    if "mdy" in likely and (american or foreign_year):
        return "mdy"
    return "dmy" if "dmy" in likely else likely[0]
