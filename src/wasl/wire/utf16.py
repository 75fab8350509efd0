"""Offsets that count UTF-16 units, as phones and browsers do, turned into offsets that count code points."""

from bisect import bisect_left
from collections.abc import Callable


def code_points(text: str) -> Callable[[int], int]:
    """Gives a function from a UTF-16 offset in `text` to one in code points, held within the text.

    An offset inside a surrogate pair becomes the place after the character.
    """
    if len(text) == len(text.encode("utf-16-le", "surrogatepass")) // 2:
        return lambda offset: min(max(offset, 0), len(text))
    starts: list[int] = []
    at = 0
    for character in text:
        starts.append(at)
        at += 2 if ord(character) > 0xFFFF else 1
    starts.append(at)
    return lambda offset: min(bisect_left(starts, max(offset, 0)), len(text))
