"""Text whose UTF-8 bytes were written as if they were Latin-1: Meta's downloads write "cafÃ©" for "café" (seen 2026-11)."""

from typing import Any


def repaired(text: str) -> str:
    """Gives the text as it was meant; one that was written rightly stays as it is."""
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return text


def repaired_json(value: Any) -> Any:
    """Repairs every text of a JSON value, the names of fields too. The value's depth must be bounded by whoever decoded it."""
    if isinstance(value, str):
        return repaired(value)
    if isinstance(value, list):
        return [repaired_json(item) for item in value]
    if isinstance(value, dict):
        return {repaired(name): repaired_json(item) for name, item in value.items()}
    return value
