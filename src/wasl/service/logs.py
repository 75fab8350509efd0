"""Logs: structured lines on the error stream, with the turn they belong to, without secrets and without phone numbers."""

import logging
import re
import sys
from collections.abc import Iterable, Mapping, MutableMapping
from functools import lru_cache
from typing import Any, Literal

import msgspec
import structlog
from pydantic import SecretBytes, SecretStr

from wasl.ports.clock import Clock

Form = Literal["auto", "json", "console"]
"""auto: console lines for a person at a terminal, JSON lines for everything else."""
Level = Literal["debug", "info", "warning", "error"]

MASK = "***"
TEXT_LENGTH_MAX = 8_000
"""Characters of one logged value; the rest is cut off and said to be."""
LINES_MAX = 256
"""Different lines whose repeats are counted at once."""
DEPTH_MAX = 4
"""Levels of nesting that are walked for secrets; what lies deeper is not logged."""

_NUMERIC_LEVEL = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_OPEN_KEYS = frozenset({"timestamp", "level", "logger", "turn", "conversation", "message", "delivery"})
"""What we write ourselves and what never holds a secret: our own ids, the time."""
_SECRET_KEY = re.compile(r"(?i)secret|token|passw|authorization|cookie|api[-_]?key|signature|credential")
_SECRET_TEXT = re.compile(
    r"""(?x)
    (?P<bearer>(?i:bearer|basic)\s+)[\w.~+/=-]{8,}
    | (?P<query>\b(?i:access_token|verify_token|api[-_]?key|key|secret|token|password|code)=)[^&\s"']{6,}
    | (?P<login>://)[^/\s:@]*:[^/\s@]+@
    | (?P<bot>\d{6,12}:[\w-]{30,})
    | (?P<prefixed>\b(?:sk|pk|rk|wasl)[-_][\w-]{16,} | \bAIza[\w-]{30,} | \bEAA\w{20,} | \bxox[abeprs]-[\w-]{10,})
    | (?P<jwt>\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*)
    | (?P<holds_phone>\bwamid\.[\w=+/-]{8,})
    | (?P<mail>[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4})
    | (?P<scoped>\b[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{12,128}\b)
    | (?P<phone>(?<![\w.-])(?:\+\d[\d ()-]{6,18}\d|\d{9,15})(?![\w-]))
    """
)


def configure(*, level: Level = "info", form: Form = "auto") -> None:
    """Sends this process's log lines, and those of the libraries it uses, to the error stream in one form.

    Called once by the program that runs; no module configures logs by being imported.
    """
    as_json = form == "json" or (form == "auto" and not sys.stderr.isatty())
    structlog.configure(
        processors=[*_common(), structlog.processors.JSONRenderer(serializer=_json)]
        if as_json
        else [*_common(), structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())],
        wrapper_class=structlog.make_filtering_bound_logger(_NUMERIC_LEVEL[level]),
        logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer) if as_json else structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.handlers[:] = [Forwarded()]
    root.setLevel(max(_NUMERIC_LEVEL[level], logging.INFO))
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        library = logging.getLogger(name)
        library.handlers[:] = []
        library.propagate = name != "uvicorn.access"
        library.setLevel(logging.WARNING)  # that it starts and stops is said by the command itself


def about(**names: str) -> None:
    """Puts names (`turn`, `conversation`, `channel`) on every line that the running task logs from now on, by any module."""
    structlog.contextvars.bind_contextvars(**names)


class Sparing:
    """Lets a line that repeats be said once in `seconds`, with how many times it was meant: an outsider, or a database that is
    away, can cause thousands in a second. Not for threads."""

    def __init__(self, clock: Clock, *, seconds: float = 5.0) -> None:
        self._clock = clock
        self._seconds = seconds
        self._said: dict[str, tuple[float, int]] = {}

    def times(self, line: str) -> int:
        """Counts one; gives how many there were since it was last said when it is to be said now, else 0."""
        now = self._clock.monotonic()
        said_at, held = self._said.get(line, (float("-inf"), 0))
        if now - said_at < self._seconds:
            self._said[line] = (said_at, held + 1)
            return 0
        if len(self._said) >= LINES_MAX:
            self._said.clear()
        self._said[line] = (now, 0)
        return held + 1


def masked_text(text: str) -> str:
    """Gives the text with secrets hidden, phone numbers and business-scoped ids shortened to their last two characters, and mail
    addresses to where they are."""
    return _SECRET_TEXT.sub(_hide, text if len(text) <= TEXT_LENGTH_MAX else text[:TEXT_LENGTH_MAX] + " [cut]")


def mask(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Hides secrets in every value of a log line, whatever its depth."""
    for key, value in line.items():
        if key not in _OPEN_KEYS:
            line[key] = _masked(value, key=key, depth=0)
    return line


class Forwarded(logging.Handler):
    """Takes what libraries log the standard way and logs it as one of our lines."""

    def emit(self, record: logging.LogRecord) -> None:
        """Forwards one record."""
        structlog.get_logger().log(
            record.levelno, record.getMessage(), logger=record.name, **({"exc_info": record.exc_info} if record.exc_info else {})
        )


def _common() -> list[Any]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        mask,
    ]


@lru_cache(maxsize=512)
def _names_secret(key: str) -> bool:
    return _SECRET_KEY.search(key) is not None


def _masked(value: Any, *, key: str, depth: int) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, SecretStr | SecretBytes) or (_names_secret(key) and not isinstance(value, Mapping | list | tuple)):
        return MASK
    if isinstance(value, str):
        return masked_text(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return f"<{len(value)} bytes>"
    if depth >= DEPTH_MAX:
        return "[deeper]"
    if isinstance(value, Mapping):
        return {str(k): _masked(v, key=str(k), depth=depth + 1) for k, v in value.items()}
    if isinstance(value, Iterable) and not hasattr(value, "__next__"):
        return [_masked(v, key=key, depth=depth + 1) for v in value]
    return masked_text(repr(value) if not isinstance(value, BaseException) else f"{type(value).__name__}: {value}")


def _hide(found: re.Match[str]) -> str:
    whole = found.group()
    match found.lastgroup:
        case "bearer" | "query" | "login" as kept:
            return found.group(kept) + MASK + ("@" if kept == "login" else "")
        case "holds_phone":
            return "wamid." + MASK + whole[-6:]
        case "phone" | "scoped":
            return MASK + whole[-2:]
        case "mail":
            return MASK + whole[whole.index("@") :]
        case _:
            return MASK


def _json(line: Mapping[str, Any], **_options: object) -> bytes:
    return msgspec.json.encode(line, enc_hook=repr)
