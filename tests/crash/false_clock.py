"""A wall clock that a test sets from outside while the process runs: how many milliseconds it is off stands in a file."""

import struct
from mmap import ACCESS_READ, mmap
from pathlib import Path

from wasl.net.clock import SystemClock

CLOCK_VARIABLE = "WASL_CRASH_CLOCK"
"""Names that file for `tests.crash.serve`."""
_OFF_MS = struct.Struct("<q")


def set_clock(path: Path, *, off_ms: int) -> None:
    """Sets the clock of every process that was started with this file, at once."""
    with path.open("r+b" if path.exists() else "wb") as file:
        file.write(_OFF_MS.pack(off_ms))


class FalseClock(SystemClock):
    """The real clock, but for the time of day."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        with path.open("rb") as file:
            self._off = mmap(file.fileno(), _OFF_MS.size, access=ACCESS_READ)

    def now_ms(self) -> int:
        return super().now_ms() + int(_OFF_MS.unpack(self._off[: _OFF_MS.size])[0])
