"""From what a clock on the wall showed to the instant, in a zone that somebody named."""

import zoneinfo
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

QUARTERS_MAX: Final = 100_000
"""Quarters of an hour whose distance from UTC is remembered: zones change at quarters only."""
_QUARTER_MS: Final = 900_000


def instants(zone: str | None) -> tuple[Callable[[int], int] | None, str | None]:
    """Gives the way from wall time to instant in a zone; a second value says what is wrong with the zone."""
    if zone is None:
        return None, None
    try:
        known = zoneinfo.ZoneInfo(zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return None, f"there is no zone {zone!r}; times are kept as the export shows them"
    offsets: dict[int, int] = {}
    origin = datetime(1970, 1, 1)

    def instant(wall_ms: int) -> int:
        quarter = wall_ms // _QUARTER_MS
        offset = offsets.get(quarter)
        if offset is None:
            if len(offsets) > QUARTERS_MAX:
                offsets.clear()
            wall = (origin + timedelta(milliseconds=quarter * _QUARTER_MS)).replace(tzinfo=known)
            offset = offsets[quarter] = (
                int((wall.astimezone(UTC).replace(tzinfo=None) - origin).total_seconds() * 1000) - quarter * _QUARTER_MS
            )
        return wall_ms + offset

    return instant, None
