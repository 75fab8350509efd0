"""Times as exports write them, as milliseconds since 1970; what cannot be a time of a message is None, never an exception."""

from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

MS_MIN: Final = 1
MS_MAX: Final = 253_402_300_799_999
"""The last millisecond of the year 9999."""
ISO_CHARACTERS_MAX: Final = 40
SNOWFLAKE_EPOCH_MS: Final = 1_420_070_400_000
"""Discord counts from 2015-01-01 (developer documentation, 2026-11)."""
_DIGITS_MAX: Final = 20
_EPOCH: Final = datetime(1970, 1, 1)
_MILLISECOND: Final = timedelta(milliseconds=1)


class Stamp(NamedTuple):
    """A written time: `wall_ms` as the clock showed it, `instant_ms` where the zone is known."""

    wall_ms: int
    instant_ms: int | None


def ms(value: int | float | None, *, unit_ms: int = 1) -> int | None:
    """Takes a number of milliseconds (or of units of so many) when it can be a time."""
    if value is None or not -MS_MAX <= value <= MS_MAX:
        return None
    found = round(value * unit_ms)
    return found if MS_MIN <= found <= MS_MAX else None


def iso(text: str | None, *, assume_utc: bool = False) -> Stamp | None:
    """Reads an ISO 8601 time, with or without a zone."""
    if text is None or len(text) > ISO_CHARACTERS_MAX:
        return None
    try:
        found = datetime.fromisoformat(text)
        wall = found.replace(tzinfo=None)
        instant = found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else wall if assume_utc else None
    except (ValueError, OverflowError):
        return None
    wall_ms, instant_ms = _ms(wall), None if instant is None else _ms(instant)
    return Stamp(wall_ms, instant_ms) if wall_ms >= MS_MIN and (instant_ms is None or instant_ms >= MS_MIN) else None


def decimal(text: str | None) -> int | None:
    """Reads seconds with a fraction written as text ("1726432361.000200"), without a float between."""
    if text is None:
        return None
    seconds, _, fraction = text.partition(".")
    if not (
        seconds.isascii()
        and seconds.isdigit()
        and len(seconds) <= _DIGITS_MAX
        and (not fraction or (fraction.isascii() and fraction.isdigit()))
    ):
        return None
    return ms(int(seconds) * 1000 + int((fraction + "000")[:3]))


def snowflake(native_id: str | None) -> int | None:
    """Reads the time inside a Discord id."""
    if native_id is None or not (native_id.isascii() and native_id.isdigit() and len(native_id) <= _DIGITS_MAX):
        return None
    return ms((int(native_id) >> 22) + SNOWFLAKE_EPOCH_MS)


def _ms(when: datetime) -> int:
    return (when - _EPOCH) // _MILLISECOND
