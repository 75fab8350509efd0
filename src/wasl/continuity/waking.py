"""Waking hours: when people of a country may be written to, by the time where they live."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.core import get_global

from wasl.domain.errors import SettingWrong

HOUR_MS: Final = 3_600_000
DAY_HOURS: Final = 24
_HOURS_LOOKED_AHEAD: Final = 48


def zone_named(name: str) -> ZoneInfo:
    """Gives a time zone. Raises SettingWrong for a name that is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SettingWrong(f"{name!r} is no time zone; write one such as 'Asia/Riyadh'") from error


def zones_of(country: str, *, otherwise: str) -> tuple[str, ...]:
    """Gives the time zones of a country (Unicode CLDR's table); `otherwise` where the country is not known."""
    zones: Sequence[str] = get_global("territory_zones").get(country, ())
    return tuple(sorted(zones)) or (otherwise,)


def is_awake(country: str, at_ms: int, *, awake: tuple[int, int], otherwise: str) -> bool:
    """Says whether it is between the hours `awake` (from, until; local) everywhere in a country.

    Where a country is so wide that no hour is, most of it counts.
    """
    return _is_awake(country, at_ms // HOUR_MS, awake, otherwise)


@lru_cache(maxsize=16_384)
def _is_awake(country: str, hour: int, awake: tuple[int, int], otherwise: str) -> bool:
    share = _share(country, hour, awake, otherwise)
    if share == 1.0:
        return True
    best = max(_share(country, hour + ahead, awake, otherwise) for ahead in range(-12, 12))
    return best < 1.0 and share == best


def _share(country: str, hour: int, awake: tuple[int, int], otherwise: str) -> float:
    at = datetime.fromtimestamp(hour * 3600, UTC)
    zones = zones_of(country, otherwise=otherwise)
    awake_in = sum(awake[0] <= at.astimezone(_zone(zone)).hour < awake[1] for zone in zones)
    return awake_in / len(zones)


@lru_cache(maxsize=512)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a name that is older or newer than this machine's table
        return ZoneInfo("UTC")


def next_waking_ms(countries: Iterable[str], at_ms: int, *, awake: tuple[int, int], otherwise: str) -> int | None:
    """Gives the first instant from `at_ms` on, at full hours, at which people of one of the countries are awake."""
    wanted = tuple(countries)
    for ahead in range(_HOURS_LOOKED_AHEAD):
        at = at_ms if ahead == 0 else (at_ms // HOUR_MS + ahead) * HOUR_MS
        if any(is_awake(country, at, awake=awake, otherwise=otherwise) for country in wanted):
            return at
    return None


def midnight_ms(year: int, month: int, day: int, *, zone: str) -> int:
    """Gives the beginning of a day in a zone. Raises SettingWrong."""
    return int(datetime(year, month, day, tzinfo=zone_named(zone)).timestamp() * 1000)


def days_before(at_ms: int, days: int, *, zone: str) -> int:
    """Gives the same time of the clock so many days earlier, in a zone."""
    there = datetime.fromtimestamp(at_ms / 1000, zone_named(zone)) - timedelta(days=days)
    return int(there.timestamp() * 1000)
