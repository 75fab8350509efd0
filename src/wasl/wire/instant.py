"""Times as JSON exports write them: seconds, milliseconds or microseconds since 1970 as numbers or digits, or ISO 8601 text."""

import math
from datetime import UTC, datetime
from typing import Any, Final

TEXT_CHARACTERS_MAX: Final = 40
_MS_FROM: Final = 1e11
_US_FROM: Final = 1e14
_NS_FROM: Final = 1e17
_MS_MAX: Final = 253_402_300_799_999
"""The end of the year 9999."""


def instant_ms(value: Any) -> int | None:
    """Gives milliseconds since 1970, None for what is no time. The unit of a number is told by its size; text without zone is UTC."""
    if isinstance(value, str):
        return _from_text(value.strip()) if len(value) <= TEXT_CHARACTERS_MAX else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    size = abs(value)
    if not size < 1e20 or not math.isfinite(size):
        return None
    if size < _MS_FROM:
        found = round(value * 1_000)
    elif size < _US_FROM:
        found = round(value)
    elif size < _NS_FROM:
        found = round(value / 1_000)
    else:
        found = round(value / 1_000_000)
    return found if abs(found) <= _MS_MAX else None


def _from_text(text: str) -> int | None:
    try:
        return instant_ms(float(text) if "." in text else int(text))
    except ValueError:
        pass
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    try:
        past = when - datetime(1970, 1, 1, tzinfo=UTC)
    except OverflowError:
        return None
    return (past.days * 86_400 + past.seconds) * 1_000 + past.microseconds // 1_000
