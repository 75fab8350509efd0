"""Google's activity page (MyActivity.html): one cell for each activity, newest first, its time in the account's language.

The layout is that of pages of Google Takeout up to 2026, from memory and not from files: a cell begins with `class="outer-cell`, in it
`content-cell` holds the title, the time and what was answered, with line breaks between. Only English times are read; a cell whose
time is not recognised keeps all its words together.
"""

import re
from array import array
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from typing import BinaryIO, Final, NamedTuple

from wasl.domain.errors import Malformed
from wasl.wire.html_text import text_of
from wasl.wire.instant import instant_ms
from wasl.wire.json_backwards import stretches

MARK: Final = b'<div class="outer-cell'
CHUNK_BYTES: Final = 1 << 20
CELL_BYTES_MAX: Final = 8 << 20
"""One cell; of a longer one the rest is not looked at."""
BREAKS_MAX: Final = 200
"""Line breaks before the time that are looked at."""
_BREAK: Final = re.compile(r"<br ?/?>")
_ZONE: Final = r"([A-Z][A-Za-z0-9:+-]{1,9})"
_TIME: Final = re.compile(rf"([A-Z][a-z]{{2}}) (\d{{1,2}}), (\d{{4}}), (\d{{1,2}}):(\d{{2}}):(\d{{2}}) ([AP]M) {_ZONE}")
_TIME_DAY_FIRST: Final = re.compile(rf"(\d{{1,2}}) ([A-Z][a-z]{{2}})[a-z]? (\d{{4}}), (\d{{1,2}}):(\d{{2}}):(\d{{2}}) {_ZONE}")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Cell(NamedTuple):
    """One activity. `title` is None where there is no content. Times in ms; the instant only where the zone is UTC. `answer_at` is where
    in the cell the answer begins, in bytes; 0 where that cannot be told."""

    start: int
    length: int
    title: str | None
    answer: str | None = None
    wall_ms: int | None = None
    instant_ms: int | None = None
    zone: str | None = None
    answer_at: int = 0


class Around(NamedTuple):
    """Bytes before the first cell, or the beginning of one that is cut off at the end."""

    start: int
    length: int


def cells(opener: Callable[[], BinaryIO], *, size_bytes: int) -> Iterator[Cell | Around]:
    """Walks the cells of a page, the last one (the oldest) first."""
    starts, end, cut = _starts(opener())
    lengths = array("Q", (after - start for start, after in zip(starts, [*starts, end][1:], strict=True)))
    head = starts[0] if starts else end
    if head:
        yield Around(0, head)
    if cut:
        yield Around(end, cut)
    for place, raw in stretches(opener, starts, lengths, size_bytes=size_bytes):
        yield _cell(starts[place], lengths[place], raw[:CELL_BYTES_MAX])


def _starts(stream: BinaryIO) -> tuple["array[int]", int, int]:
    """Gives where the cells begin, where they end, and how much of the mark of a next one follows; a page that breaks ends there."""
    found, held, base = array("Q"), b"", 0
    while True:
        try:
            piece = stream.read(CHUNK_BYTES)
        except Malformed:
            piece = b""
        if not piece:
            cut = next((size for size in range(len(MARK) - 1, 0, -1) if held.endswith(MARK[:size])), 0)
            return found, base + len(held) - cut, cut
        held += piece
        at = held.find(MARK)
        while at >= 0:
            found.append(base + at)
            at = held.find(MARK, at + 1)
        keep = min(len(held), len(MARK) - 1)
        base += len(held) - keep
        held = held[len(held) - keep :]


def _cell(start: int, length: int, raw: bytes) -> Cell:
    markup = raw.decode("utf-8", "replace")
    at = markup.find("content-cell")
    begin = markup.find(">", at) + 1 if at >= 0 else 0
    if not begin:
        return Cell(start, length, None)
    end = markup.find('<div class="content-cell', begin)
    body = markup[begin : end if end >= 0 else len(markup)]
    pieces = _BREAK.split(body, maxsplit=BREAKS_MAX)
    for place, piece in enumerate(pieces):
        found = _time(text_of(piece).replace("\u202f", " ")) if place and len(piece) < 200 else None
        if found:
            wall, zone = found
            answer = "<br>".join(pieces[place + 1 :])
            asked = text_of("<br>".join(pieces[:place]))
            breaks = sum(len(one[0]) for one in islice(_BREAK.finditer(body), place))
            answer_at = _bytes_of(markup[: begin + breaks + sum(map(len, pieces[: place + 1]))], raw)
            instant = wall if zone in ("UTC", "GMT") else None
            return Cell(start, length, asked, answer if text_of(answer) else None, wall, instant, zone, answer_at)
    return Cell(start, length, text_of(body))


def _bytes_of(begun: str, raw: bytes) -> int:
    """Gives how many bytes of a cell its beginning is; 0 where bytes before that end are no UTF-8."""
    size = len(begun.encode())
    return size if raw[:size].decode("utf-8", "replace") == begun else 0


def _time(said: str) -> tuple[int, str] | None:
    """Reads "Sep 15, 2026, 8:46:01 PM UTC" and "15 Sept 2026, 20:46:01 UTC": the wall time in ms, and the zone."""
    if found := _TIME.fullmatch(said):
        month, day, year, hour, minute, second, half, zone = found.groups()
        hours = int(hour) % 12 + (12 if half == "PM" else 0)
    elif found := _TIME_DAY_FIRST.fullmatch(said):
        day, month, year, hour, minute, second, zone = found.groups()
        hours = int(hour)
    else:
        return None
    if month not in _MONTHS:
        return None
    try:
        wall = instant_ms(datetime(int(year), _MONTHS.index(month) + 1, int(day), hours, int(minute), int(second)).isoformat())
    except ValueError:
        return None
    return None if wall is None else (wall, zone)
