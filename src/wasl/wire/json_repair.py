"""Reading one JSON value that its writer got slightly wrong, and saying what was mended.

Known faults: bytes that are no UTF-8; raw control characters and NULs in strings; `\\x1F` for a control character (Telegram Desktop
writes it so, read in its source, September 2026); halves of surrogate pairs; NaN and infinities.
"""

import json
import math
import re
from typing import Any, Final

import msgspec

INVALID_UTF8: Final = "invalid-utf8"
CONTROL: Final = "control-characters"
HEX_ESCAPE: Final = "hex-escapes"
SURROGATE: Final = "lone-surrogates"
NUMBER: Final = "numbers"

VALUES_MAX: Final = 3_000_000
"""Values in one element, estimated by their marks: tiny ones take thirty times their bytes when they are read."""
COUNTED_BYTES_MIN: Final = 4 << 20
_decode = msgspec.json.Decoder().decode
_ESCAPE: Final = re.compile(rb"\\(?:x([0-9A-Fa-f]{2})|(.))", re.DOTALL)
_SURROGATES: Final = re.compile(
    r"\\(?:u([dD][89aAbB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|u([dD][89a-fA-F][0-9a-fA-F]{2})|(.))", re.DOTALL
)


class Undecodable(ValueError):
    """The bytes are no JSON, also after mending."""


def decode(raw: bytes) -> tuple[Any, tuple[str, ...]]:
    """Reads one value; gives it with the names of what was mended. Raises Undecodable.

    Its depth must be bounded by the caller. A number that no double can hold becomes text, NaN and infinities become null.
    """
    if len(raw) > COUNTED_BYTES_MIN and raw.count(b",") + raw.count(b"[") + raw.count(b"{") > VALUES_MAX:
        raise Undecodable(f"it holds more than {VALUES_MAX} values")
    try:
        return _decode(raw), ()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _mend(raw)


def _mend(raw: bytes) -> tuple[Any, tuple[str, ...]]:
    repairs: list[str] = []
    if b"\\x" in raw:
        mended = _ESCAPE.sub(lambda m: b"\\u00" + m[1] if m[1] else m[0], raw)
        if mended != raw:
            repairs.append(HEX_ESCAPE)
            raw = mended
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("utf-8", "replace")
        repairs.append(INVALID_UTF8)
    if "\\u" in text:
        mended_text = _SURROGATES.sub(_whole_pair, text)
        if mended_text != text:
            repairs.append(SURROGATE)
            text = mended_text
    odd: list[str] = []
    try:
        value = json.loads(text, strict=False, parse_constant=lambda _: odd.append("constant"), parse_float=lambda n: _float(n, odd))
    except (ValueError, RecursionError) as error:
        raise Undecodable(f"it is not JSON ({str(error)[:120]})") from error
    if odd:
        repairs.append(NUMBER)
    if not repairs:
        repairs.append(CONTROL)
    return value, tuple(repairs)


def _whole_pair(found: re.Match[str]) -> str:
    """Leaves pairs and other escapes as they are; half a pair becomes the replacement character."""
    return "\\ufffd" if found[3] else found[0]


def _float(written: str, odd: list[str]) -> float | str:
    value = float(written)
    if math.isfinite(value):
        return value
    odd.append(written)
    return written
