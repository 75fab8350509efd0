"""What a failed HTTP answer of a model's server means, shared by the wire formats: status, wait, and a message without secrets."""

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from wasl.domain.errors import ContentRefused, ContextTooLong, Refused, Throttled, Unauthorised, Unavailable, WaslError
from wasl.wire.call import Reply

RETRY_AFTER_SECONDS_MAX = 86_400.0
"""A longer wait than a day is taken as a day."""
DETAIL_CHARACTERS_MAX = 300
"""Of the other side's own words, so much is kept in an error."""

_TOO_LONG = (
    "context_length_exceeded",
    "maximum context length",
    "context window",
    "prompt is too long",
    "exceed context limit",
    "exceed_context_size",
    "input token count",
    "input is too long",
    "too many input tokens",
    "string_above_max_length",
)
"""Words, lower-case, by which servers say that the prompt does not fit. The formats give no common code for it."""


def retry_after_seconds(headers: Mapping[str, str]) -> float | None:
    """Gives the wait that Retry-After (seconds or an HTTP date, RFC 9110 section 10.2.3) or retry-after-ms asks for.

    A date is measured from the answer's own Date header, so that no clock is needed and a wrong clock does no harm;
    without one, and for anything that cannot be read, the wait is not known: None.
    """
    milliseconds = _finite(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return _within(milliseconds / 1000)
    value = headers.get("retry-after")
    if value is None:
        return None
    seconds = _finite(value)
    if seconds is not None:
        return _within(seconds)
    until, now = _date(value), _date(headers.get("date"))
    if until is None or now is None:
        return None
    return _within((until - now).total_seconds())


def says_too_long(words: str) -> bool:
    """Says whether a server's words mean that the prompt does not fit the model."""
    lower = words.lower()
    return any(sign in lower for sign in _TOO_LONG)


def scrubbed(words: str, *, secrets: Iterable[str]) -> str:
    """Takes secrets out of the other side's words (some echo the key) and shortens them."""
    for secret in secrets:
        if secret:
            words = words.replace(secret, "***")
    return " ".join(words.split())[:DETAIL_CHARACTERS_MAX]


def named_failure(reply: Reply, *, who: str, detail: str = "", too_long: bool = False, content: bool = False) -> WaslError | None:
    """Names the failure by its status; None for 2xx. `detail` is the server's own words, scrubbed already.

    `too_long` and `content` say what the body told: the prompt does not fit, or the content was refused.
    """
    status = reply.status
    if 200 <= status < 300:
        return None
    said = f"{who} answered {status}" + (f": {detail}" if detail else "")
    if content and 400 <= status < 500:
        return ContentRefused(f"{said}; its safety rule refused the content", status=status)
    if 400 <= status < 500 and status not in (401, 403, 429) and (too_long or status == 413):
        return ContextTooLong(f"{said}; the prompt does not fit, a model with a larger context is needed", status=status)
    if status == 429:
        return Throttled(f"{said}; asking again later", seconds=retry_after_seconds(reply.headers), status=status)
    if status in (401, 402, 403):
        return Unauthorised(f"{said}; check the key and the account behind it", status=status)
    if status in (408, 425) or status >= 500:
        return Unavailable(said, seconds=retry_after_seconds(reply.headers), status=status)
    return Refused(f"{said}; check the model's name and the address", status=status)


def _finite(value: str | None) -> float | None:
    if value is None:
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _within(seconds: float) -> float:
    return min(max(seconds, 0.0), RETRY_AFTER_SECONDS_MAX)


def _date(value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        found = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
