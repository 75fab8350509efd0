"""Writing JSON that others read: UTF-8 without spaces, the same bytes for the same value, also of text that is half a surrogate pair."""

import json
from typing import Any

import msgspec

_encode = msgspec.json.Encoder().encode


def encode(value: Any) -> bytes:
    """Writes one value."""
    try:
        return _encode(value)
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"), allow_nan=False).encode("ascii")
