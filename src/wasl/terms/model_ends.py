"""Model ends: which models end when, as a provider's own list tells it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, Final, NamedTuple

import msgspec

from wasl.domain.errors import Malformed

MODELS_MAX: Final = 10_000
_KEYS: Final = ("shutdown_date", "shutdown_at", "deprecation_date", "retirement_date", "retires_at")
"""Fields in which lists of models name the last day; seen on one provider (2026-11-22), the others are tried because they cost nothing."""


class ModelEnd(NamedTuple):
    """A model with its last day. `day` is None where what the list says is no day: it is told as `written`."""

    model: str
    day: date | None
    written: str


def ends_in(body: bytes) -> tuple[ModelEnd, ...]:
    """Reads a list of models (`{"data": [{"id": …, "shutdown_date": …}]}`). Raises Malformed."""
    try:
        table = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Malformed("the list of models is no JSON") from error
    return tuple(_ends(table))


def _ends(table: Any) -> Iterator[ModelEnd]:
    items = table.get("data", table.get("models")) if isinstance(table, dict) else table
    if not isinstance(items, list):
        raise Malformed("the list of models has no models in it")
    for item in items[:MODELS_MAX]:
        if not isinstance(item, dict):
            continue
        name = item.get("id", item.get("name"))
        value = next((item[key] for key in _KEYS if item.get(key)), None)
        if isinstance(name, str) and value is not None:
            yield ModelEnd(name[:200], _day(value), str(value)[:60])


def _day(value: Any) -> date | None:
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC).date()
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except (ValueError, OverflowError, OSError):
        return None
