"""Sunset evidence: what became of every person of a plan, one line each, as a file that a table program opens."""

import csv
import io
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import UTC, datetime
from typing import Final, TextIO

from wasl.domain.ids import AddressId
from wasl.domain.sunset import Fate
from wasl.ports.sunsets import Sunsets

AT_ONCE: Final = 1_000
HEAD: Final = ("address", "handle", "became", "told", "message", "moved", "exported")
_FORMULA: Final = "=+-@\t\r"


async def fates_of(sunsets: Sunsets, sunset_id: str) -> AsyncIterator[Fate]:
    """Walks everybody of a plan by id, some at a time."""
    after: AddressId | None = None
    while some := await sunsets.fates(sunset_id, after=after, limit=AT_ONCE):
        for one in some:
            yield one
        after = some[-1].address_id


async def lines_of(sunsets: Sunsets, sunset_id: str) -> AsyncIterator[str]:
    """Gives everybody of a plan as CSV, some lines at a time."""
    yield _csv([HEAD])
    waiting: list[Sequence[str]] = []
    async for one in fates_of(sunsets, sunset_id):
        waiting.append(line_of(one))
        if len(waiting) >= AT_ONCE:
            yield _csv(waiting)
            waiting.clear()
    yield _csv(waiting)


async def write_fates(sunsets: Sunsets, sunset_id: str, file: TextIO) -> int:
    """Writes everybody of a plan as CSV; gives how many. Times are UTC."""
    written = -1
    async for some in lines_of(sunsets, sunset_id):
        file.write(some)
        written += some.count("\n")
    return written


def _csv(rows: Iterable[Sequence[str]]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(rows)
    return written.getvalue()


def line_of(fate: Fate) -> tuple[str, ...]:
    """Gives one person as a line of the file."""
    return (
        fate.address_id,
        unspoken(" ".join(fate.handle.split())),
        fate.became,
        _time(fate.told_ms),
        fate.message or "",
        _time(fate.moved_ms),
        "yes" if fate.exported else "",
    )


def unspoken(text: str) -> str:
    """Keeps a spreadsheet from reading a handle as a formula: somebody else chose it."""
    return f"'{text}" if text[:1] and text[0] in _FORMULA else text


def _time(at_ms: int | None) -> str:
    return "" if at_ms is None else datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
