"""Marks, spaces and digits of chat logs: what is not seen, and what is written in other digits.

Source: the Unicode Character Database (bidirectional controls, decimal digits) and the exports described in
docs/how-to/bring-whatsapp-chats.md, read on 22 November 2026.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

LRM: Final = "\u200e"
RLM: Final = "\u200f"
MARKS: Final = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c\ufeff"
"""Bidirectional controls and the byte order mark: nobody sees them, and they move between versions of the app."""
SPACES: Final = "\u00a0\u202f\u2009\u2007\u3000"
"""Spaces that stand where a plain one could."""
MARK_BYTES: Final = rb"(?:\xe2\x80[\x8e\x8f\xaa-\xae]|\xe2\x81[\xa6-\xa9]|\xd8\x9c|\xef\xbb\xbf)"
SPACE_BYTES: Final = rb"(?: |\xc2\xa0|\xe2\x80[\xaf\x89\x87]|\xe3\x80\x80)"
LOOSE_BYTES: Final = rb"(?:[ ]|\xc2\xa0|\xe2\x80[\xaf\x87\x89\x8e\x8f\xaa-\xae]|\xe2\x81[\xa6-\xa9]|\xd8\x9c|\xef\xbb\xbf|\xe3\x80\x80)"
"""A mark or a space, in UTF-8."""

_TO_PLAIN: Final = str.maketrans({**dict.fromkeys(MARKS), **dict.fromkeys(SPACES, " ")})
_SQUEEZE: Final = str.maketrans(dict.fromkeys(MARKS + SPACES + " .\u200c\u200b,،;'’`´\u0384\u200d"))
_DIGIT: Final = re.compile(r"[^\W\D]")


def unmarked(text: str) -> str:
    """Gives the text without direction marks."""
    if text.isascii():
        return text
    for mark in MARKS:
        if mark in text:
            text = text.replace(mark, "")
    return text


def plain(text: str) -> str:
    """Gives the text without marks, with plain spaces and ASCII digits: what the grammar of headers reads."""
    text = text.translate(_TO_PLAIN)
    return text if text.isascii() else _DIGIT.sub(lambda found: str(unicodedata.decimal(found[0])), text)


def squeezed(word: str) -> str:
    """Makes the spellings of one word for a part of the day the same: "a. m.", "A.M." and "am" are one."""
    return unicodedata.normalize("NFC", word.translate(_SQUEEZE).casefold())


@lru_cache(maxsize=64)
def digit_bytes(zeros: frozenset[str]) -> bytes:
    """Gives a pattern of one digit in UTF-8: ASCII, and the rows of digits that begin with `zeros`."""
    ways = [rb"[0-9]"]
    for zero in sorted(zeros - {"0"}):
        first, last = zero.encode(), chr(ord(zero) + 9).encode()
        if first[:-1] == last[:-1]:
            ways.append(re.escape(first[:-1]) + b"[" + re.escape(first[-1:]) + b"-" + re.escape(last[-1:]) + b"]")
        else:
            ways += [re.escape(chr(ord(zero) + step).encode()) for step in range(10)]
    return ways[0] if len(ways) == 1 else b"(?:" + b"|".join(ways) + b")"


def zeros_of(text: str) -> frozenset[str]:
    """Gives the zero of every row of digits that occurs in a text."""
    return frozenset("0" if char.isascii() else chr(ord(char) - unicodedata.decimal(char)) for char in _DIGIT.findall(text))
