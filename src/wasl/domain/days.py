"""Days in UTC, and their numbers: the one place where days become milliseconds since 1970 and back."""

from datetime import date
from typing import Final

DAY_MS: Final = 86_400_000
_FIRST: Final = date(1970, 1, 1).toordinal()


def day_number(day: date) -> int:
    """Gives the number of a day; that of 1 January 1970 is 0."""
    return day.toordinal() - _FIRST


def numbered_day(number: int) -> date:
    """Gives the day of a number. Raises ValueError or OverflowError beyond the calendar (the years 1 to 9999)."""
    return date.fromordinal(_FIRST + number)


def day_at(at_ms: int) -> date:
    """Gives the day of a moment, in UTC. Raises ValueError or OverflowError beyond the calendar (the years 1 to 9999)."""
    return numbered_day(at_ms // DAY_MS)


def begin_ms(day: date) -> int:
    """Gives the moment at which a day begins in UTC."""
    return day_number(day) * DAY_MS


def begun_ms(at_ms: int) -> int:
    """Gives the moment at which the day of another moment began in UTC."""
    return at_ms - at_ms % DAY_MS
