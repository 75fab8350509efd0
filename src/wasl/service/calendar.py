"""Calendar: when a month begins and ends where the operator lives, and which weeks end in it."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from wasl.domain.errors import SettingWrong

_MONTH: Final = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A month. `weeks` says when each week that ends in it begins (Mondays), and at last when the last one ends."""

    name: str
    since_ms: int
    until_ms: int
    weeks: tuple[int, ...]

    @property
    def first_ms(self) -> int:
        """When the first week, or the month, begins."""
        return min((self.since_ms, *self.weeks))


def month_of(name: str, *, zone: str | None) -> Month:
    """Gives a month by its name, 2026-10. Raises SettingWrong for another form or an unknown zone."""
    match = _MONTH.match(name)
    if match is None:
        raise SettingWrong(f"{name!r} is no month; write it as 2026-10")
    here = _zone(zone)
    first = datetime(int(match[1]), int(match[2]), 1, tzinfo=here)
    after = datetime(first.year + first.month // 12, first.month % 12 + 1, 1, tzinfo=here)
    border = first + timedelta(days=(7 - first.weekday()) % 7)
    if border == first:
        border += timedelta(days=7)
    weeks = [border - timedelta(days=7)]
    while border <= after:
        weeks.append(border)
        border += timedelta(days=7)
    return Month(name=name, since_ms=_ms(first), until_ms=_ms(after), weeks=tuple(_ms(week) for week in weeks))


def month_at(at_ms: int, *, zone: str | None) -> str:
    """Names the month of a moment."""
    return f"{datetime.fromtimestamp(at_ms / 1000, tz=_zone(zone)):%Y-%m}"


def month_before(name: str) -> str:
    """Names the month before another."""
    year, month = int(name[:4]), int(name[5:])
    return f"{year - 1}-12" if month == 1 else f"{year}-{month - 1:02}"


def _zone(name: str | None) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise SettingWrong(f"the time zone {name!r} is not known; write it as Asia/Riyadh") from error


def _ms(moment: datetime) -> int:
    return round(moment.astimezone(UTC).timestamp() * 1000)


def month_words(month: str, *, language: str) -> str:
    """Writes a month, 2026-10, as people of a language write it: October 2026. What is no month stays as it is."""
    from babel.dates import format_skeleton  # CLDR's tables come with the first date that is written

    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        return month
    return str(format_skeleton("yMMMM", first, locale=language))


def week_day_words(day: date, *, language: str) -> str:
    """Writes a day without its year, as below a chart: Oct 19."""
    from babel.dates import format_skeleton  # as above

    return str(format_skeleton("MMMd", day, locale=language))
