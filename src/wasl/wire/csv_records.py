"""CSV taken record by record from a forward stream, each with its bytes (RFC 4180: quotes double, newlines may stand in quotes)."""

import csv
from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple

from wasl.domain.errors import Malformed

RECORD_BYTES_MAX: Final = 1 << 20
"""One record; a longer one is given without its fields."""
PIECE_BYTES: Final = 256 << 10
_BOM: Final = b"\xef\xbb\xbf"


class Row(NamedTuple):
    """A record with its place; `fields` is None where it is too long or no CSV. `raw` is its beginning then."""

    start: int
    length: int
    fields: list[str] | None
    raw: str = ""


def rows(stream: BinaryIO) -> Iterator[Row | Malformed]:
    """Walks the records. What breaks the reading off comes last, as a Malformed that is not raised."""
    held: list[bytes] = []
    start = size = quotes = 0
    for line in _lines(stream):
        if isinstance(line, Malformed):
            yield from _row(held, start, size)
            yield line
            return
        held.append(line) if size <= RECORD_BYTES_MAX else None
        size += len(line)
        quotes += line.count(b'"')
        whole = line.endswith(b"\n") and (quotes % 2 == 0 or size > RECORD_BYTES_MAX)
        if whole:
            yield from _row(held, start, size)
            held, start, size, quotes = [], start + size, 0, 0
    yield from _row(held, start, size)


def _row(held: list[bytes], start: int, size: int) -> Iterator[Row]:
    if not size:
        return
    text = b"".join(held).removeprefix(_BOM if start == 0 else b"").decode("utf-8", "replace")
    if size > RECORD_BYTES_MAX:
        yield Row(start, size, None, text[:200])
        return
    try:
        found = list(csv.reader([text]))
    except csv.Error:
        yield Row(start, size, None, text[:200])
        return
    yield Row(start, size, found[0] if len(found) == 1 else [] if not text.strip() else None, text[:200])


def _lines(stream: BinaryIO) -> Iterator[bytes | Malformed]:
    """Walks lines with their ends; pieces of a line that is too long come as they are."""
    rest = b""
    while True:
        try:
            piece = stream.read(PIECE_BYTES)
        except Malformed as error:
            if rest:
                yield rest
            yield error
            return
        if not piece:
            break
        *whole, rest = (rest + piece).split(b"\n")
        yield from (line + b"\n" for line in whole)
        if len(rest) > RECORD_BYTES_MAX:
            yield rest
            rest = b""
    if rest:
        yield rest
