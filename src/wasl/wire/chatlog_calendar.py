"""Days of the calendars that phones write: Gregorian, Buddhist, Japanese eras, Minguo, Persian (Jalali) and Islamic.

Every function gives the number of days since 1 January 1970, or None for a day that does not exist. Persian years follow the
33-year cycle, exact from 1244 to 1498 (1865 to 2119). The Islamic calendar is the civil tabular one: what a phone showed may
differ by a day, which the reader must say.
"""

from bisect import bisect_left
from datetime import date
from typing import Final, Literal

from wasl.domain.days import day_number

Calendar = Literal["gregorian", "buddhist", "japanese", "minguo", "persian", "islamic"]

_BUDDHIST_AHEAD: Final = 543
_MINGUO_BEHIND: Final = 1911
ERAS: Final = {
    "r": 2018, "令和": 2018, "h": 1988, "平成": 1988, "s": 1925, "昭和": 1925, "t": 1911, "大正": 1911, "m": 1867, "明治": 1867,
    "民國": _MINGUO_BEHIND, "民国": _MINGUO_BEHIND, "minguo": _MINGUO_BEHIND, "roc": _MINGUO_BEHIND,
}  # fmt: skip
"""The year before the first one of an era."""
_LEAP_IN_33: Final = (1, 5, 9, 13, 17, 22, 26, 30)
_NOWRUZ_1403: Final = day_number(date(2024, 3, 20))
_PERSIAN_MONTH_STARTS: Final = (0, 31, 62, 93, 124, 155, 186, 216, 246, 276, 306, 336)
_ISLAMIC_EPOCH: Final = -492_148
"""1 Muharram 1 of the civil calendar (16 July 622, Julian)."""


def calendar_of(year: int, *, era: str = "") -> Calendar:
    """Tells the calendar by the size of a year: phones have written chats since 2009 only."""
    if era:
        return "minguo" if ERAS.get(era) == _MINGUO_BEHIND and era != "t" else "japanese"
    if 2400 <= year <= 2700:
        return "buddhist"
    if 1300 <= year <= 1429:
        return "persian"
    if 1430 <= year <= 1500:
        return "islamic"
    if 90 <= year <= 200:
        return "minguo"
    return "gregorian"


def days_since_1970(year: int, month: int, day: int, *, era: str = "") -> int | None:
    """Gives the day's number; a year below 90 without an era is of this century, 52 to 89 the Buddhist one in two digits."""
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    if era:
        return _gregorian(ERAS[era] + year, month, day) if era in ERAS else None
    match calendar_of(year):
        case "buddhist":
            return _gregorian(year - _BUDDHIST_AHEAD, month, day)
        case "persian":
            return _persian(year, month, day)
        case "islamic":
            return _islamic(year, month, day)
        case "minguo" if year >= 100:
            return _gregorian(year + _MINGUO_BEHIND, month, day)
        case _:
            return _gregorian(_century(year), month, day)


def _century(year: int) -> int:
    if year >= 100:
        return year
    return 1900 + year if year >= 90 else 2500 + year - _BUDDHIST_AHEAD if year >= 52 else 2000 + year


def _gregorian(year: int, month: int, day: int) -> int | None:
    try:
        return day_number(date(year, month, day))
    except ValueError:
        return None


def _leaps_before(year: int) -> int:
    rounds, rest = divmod(year, 33)
    return rounds * len(_LEAP_IN_33) + bisect_left(_LEAP_IN_33, rest)


def _persian(year: int, month: int, day: int) -> int | None:
    last = 31 if month <= 6 else 30 if month <= 11 or year % 33 in _LEAP_IN_33 else 29
    if day > last:
        return None
    new_year = _NOWRUZ_1403 + 365 * (year - 1403) + _leaps_before(year) - _leaps_before(1403)
    return new_year + _PERSIAN_MONTH_STARTS[month - 1] + day - 1


def _islamic(year: int, month: int, day: int) -> int | None:
    if day > 30:
        return None
    return _ISLAMIC_EPOCH + 354 * (year - 1) + (3 + 11 * year) // 30 + 29 * (month - 1) + month // 2 + day - 1
