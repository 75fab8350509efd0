"""Walking an array from its last item to its first, though the stream only goes forward: for exports that are written newest first.

The first pass notes where the items stand (16 bytes each), then the stream is opened again for each block of them, from the end. The
memory is that of a block; a file is passed over at most BLOCKS times, or once for each BLOCK_BYTES_MAX of it.
"""

from array import array
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO, Final

from wasl.domain.errors import Malformed
from wasl.wire.json_repair import Undecodable, decode
from wasl.wire.json_stream import Broken, Element, Trouble, walk

BLOCKS: Final = 32
BLOCK_BYTES_MAX: Final = 16 << 20
BLOCK_BYTES_MIN: Final = 64 << 10
_SKIP_BYTES: Final = 1 << 20


def backwards(opener: Callable[[], BinaryIO], *, size_bytes: int) -> Iterator[Element | Broken | Trouble]:
    """Walks the items of an outermost array, the last one first; what is broken is told before."""
    starts, lengths, numbers = array("Q"), array("Q"), array("Q")
    for piece in walk(opener()):
        if isinstance(piece, Element):
            starts.append(piece.start)
            lengths.append(piece.length)
            numbers.append(int(piece.key) if isinstance(piece.key, int) else 0)
        elif isinstance(piece, Broken | Trouble):
            yield piece
    for place, raw in stretches(opener, starts, lengths, size_bytes=size_bytes):
        pointer = f"/{numbers[place]}"
        try:
            value, repairs = decode(raw)
        except Undecodable as error:
            yield Broken(pointer, starts[place], lengths[place], f"the second look failed: {error}", "")
            continue
        yield Element(pointer, "", numbers[place], starts[place], lengths[place], value, repairs)


def stretches(
    opener: Callable[[], BinaryIO], starts: Sequence[int], lengths: Sequence[int], *, size_bytes: int
) -> Iterator[tuple[int, bytes]]:
    """Gives the bytes of stretches of a stream, with their numbers, the last one first; `starts` ascend."""
    block = max(BLOCK_BYTES_MIN, min(BLOCK_BYTES_MAX, size_bytes // BLOCKS))
    last = len(starts)
    while last:
        first = last - 1
        end = starts[first] + lengths[first]
        while first and end - starts[first - 1] <= block:
            first -= 1
        held = _held(opener, starts[first], end)
        for place in range(last - 1, first - 1, -1):
            begin = starts[place] - starts[first]
            yield place, held[begin : begin + lengths[place]]
        last = first


def _held(opener: Callable[[], BinaryIO], start: int, end: int) -> bytes:
    """Reads a stretch of a stream that cannot be positioned; less when it breaks."""
    stream, at, held = opener(), 0, b""
    try:
        while at < start:
            passed = len(stream.read(min(_SKIP_BYTES, start - at)))
            if not passed:
                return b""
            at += passed
        pieces = []
        while at < end:
            piece = stream.read(min(_SKIP_BYTES, end - at))
            if not piece:
                break
            pieces.append(piece)
            at += len(piece)
        held = b"".join(pieces)
    except Malformed:
        return held
    return held
