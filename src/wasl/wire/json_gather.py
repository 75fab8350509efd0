"""Gathering what a walk steps into: each conversation of an export as one value, though its messages are read one by one.

So a file that ends in the middle of a conversation gives it with all messages that are whole, a broken message costs only itself, and
a conversation may be longer than one element may be.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from wasl.wire.json_stream import Broken, Closed, Element, Piece, Trouble

GATHERED_BYTES_MAX: Final = 256 << 20
"""One conversation; what it has beyond is named, piece by piece."""


class Hole:
    """Stands in a list where a piece was broken, so that the numbers of the others stay."""


HOLE: Final = Hole()


class Gathered(NamedTuple):
    """An item of one of the lists, or the outermost object; `end` is where it ends in the stream."""

    pointer: str
    value: Any
    end: int


def gather(pieces: Iterable[Piece], lists: Sequence[str] = ("",)) -> Iterator[Gathered | Broken | Trouble]:
    """Gathers the items of the arrays at `lists`, and at the end an outermost object with all that is in none of them.

    A repair of an element is a Trouble of its name. A name that comes twice in one object is Broken the second time.
    """
    stack: list[tuple[str, Any]] = []
    size = end = 0
    for piece in pieces:
        if isinstance(piece, Broken | Trouble):
            yield piece
            continue
        if isinstance(piece, Closed):
            end = piece.end
            pointer, value = stack.pop()
            if value is not None and (not stack or stack[-1][1] is None):
                yield Gathered(pointer, value, end)
                size = 0
            continue
        inside = stack[-1][1] if stack else None
        if isinstance(piece, Element):
            end = piece.start + piece.length
            size += piece.length
            yield from (Trouble(repair, piece.start, piece.pointer) for repair in piece.repairs)
            if inside is None:
                yield Gathered(piece.pointer, piece.value, end)
                size = 0
                continue
            fits = size <= GATHERED_BYTES_MAX
            why = _put(inside, piece.key, piece.value) if fits else f"its conversation is longer than {GATHERED_BYTES_MAX} bytes"
            if why:
                yield Broken(piece.pointer, piece.start, piece.length, why, "")
            continue
        listed = piece.kind == "array" and piece.pointer in lists
        value = None if listed else {} if piece.kind == "object" else []
        if inside is not None and not listed:
            why = _put(inside, piece.key, value)
            if why:
                yield Broken(piece.pointer, piece.start, 1, why, "")
        stack.append((piece.pointer, value))
    for place, (pointer, value) in enumerate(stack):
        if value is not None and (place == 0 or stack[place - 1][1] is None):
            yield Gathered(pointer, value, end)


def _put(container: Any, key: Any, value: Any) -> str:
    """Puts a value where it belongs; gives why not."""
    if isinstance(container, dict):
        if key in container:
            return "the same name comes twice"
        container[key] = value
    else:
        container.extend([HOLE] * (key - len(container)))
        container.append(value)
    return ""
