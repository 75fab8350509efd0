"""Tolerant reading of JSON that others wrote: a missing or mistyped field is None, never an exception."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from wasl.domain.errors import CutShort, Malformed

DEPTH_MAX = 100
"""Levels of nesting in one body; deeper is nobody's message, and would break whoever walks it."""

_decode = msgspec.json.Decoder().decode

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What the decoder raises about bytes that are no JSON, or not of the wanted shape."""


def json_object(body: bytes, *, what: str) -> dict[str, Any]:
    """Decodes `body` as one JSON object. Raises Malformed naming `what` when it is anything else."""
    try:
        value = _decode(body)
    except UNREADABLE as error:
        raise Malformed(f"{what}: the body is not JSON ({error}); nothing was stored", size_bytes=len(body)) from error
    if not isinstance(value, dict):
        raise Malformed(f"{what}: the body is {type(value).__name__}, not a JSON object; nothing was stored")
    if body.count(b"{") + body.count(b"[") > DEPTH_MAX and _deeper(value, DEPTH_MAX):
        raise Malformed(f"{what}: the body is nested deeper than {DEPTH_MAX} levels; nothing was stored", size_bytes=len(body))
    return value


def as_written(raw: msgspec.Raw) -> str:
    """Gives JSON inside an answer (a tool call's arguments) as the server wrote it; null is an empty object. Raises CutShort."""
    try:
        written = bytes(raw).decode()
    except UnicodeDecodeError as error:
        raise CutShort(f"the arguments of a tool call are malformed ({error})") from error
    return "{}" if written == "null" else written


def text(value: Mapping[str, Any], name: str) -> str | None:
    """Gives the field when it is text that is not empty."""
    found = value.get(name)
    return found if isinstance(found, str) and found else None


def whole(value: Mapping[str, Any], name: str) -> int | None:
    """Gives the field as a whole number, from a JSON number or from decimal digits in text."""
    found = value.get(name)
    if isinstance(found, bool):
        return None
    if isinstance(found, int):
        return found
    if isinstance(found, float) and found.is_integer():
        return int(found)
    if isinstance(found, str) and len(found) <= 20 and found.isascii() and found.isdigit():
        return int(found)
    return None


def number(value: Mapping[str, Any], name: str) -> float | None:
    """Gives the field as a finite number."""
    found = value.get(name)
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    try:
        as_float = float(found)
    except OverflowError:  # a whole number of hundreds of digits
        return None
    return as_float if as_float - as_float == 0.0 else None


def child(value: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Gives the field when it is an object, else an empty one."""
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def children(value: Mapping[str, Any], name: str) -> Iterator[dict[str, Any]]:
    """Walks the objects in the field when it is a list; anything else in the list is passed over."""
    found = value.get(name)
    if isinstance(found, list):
        for item in found:
            if isinstance(item, dict):
                yield item


def _deeper(value: dict[str, Any], levels: int) -> bool:
    """Says whether `value` is nested deeper than so many levels, without recursion over outside data."""
    level: list[Any] = [value]
    for _ in range(levels):
        level = [
            inner for outer in level for inner in (outer.values() if isinstance(outer, dict) else outer) if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True
