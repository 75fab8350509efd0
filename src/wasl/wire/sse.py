"""Server-sent events, read incrementally from bytes in any cuts.

Source: HTML Living Standard, section 9.2.6 "Interpreting an event stream" (general knowledge, not read on a given day).
"""

from typing import NamedTuple

from wasl.domain.errors import CutShort

OPEN_BYTES_MAX = 8 << 20
"""Most bytes that may pass without completing an event: bounds the longest line and the largest event."""

_BOM = b"\xef\xbb\xbf"


class ServerEvent(NamedTuple):
    """One event: its name ("message" where the stream gives none) and its data lines joined by a line feed."""

    name: bytes
    data: bytes


class SseReader:
    """Gathers bytes into events.

    Lines may end in CR, LF or both. Comments, ids and retry hints are passed over, and so is an event without data.
    """

    __slots__ = ("_after_cr", "_begun", "_data", "_name", "_open_bytes", "_pieces")

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._open_bytes = 0
        self._name = b""
        self._data: list[bytes] = []
        self._after_cr = False
        self._begun = False

    def feed(self, data: bytes) -> list[ServerEvent]:
        """Takes the next bytes and gives the events that they complete. Raises CutShort past OPEN_BYTES_MAX."""
        if self._after_cr or b"\r" in data:
            data = self._line_feeds_only(data)
        events = self._events(self._whole_lines(data)) if b"\n" in data else []
        if events:
            self._open_bytes = 0
        else:
            self._open_bytes += len(data)
            if self._open_bytes > OPEN_BYTES_MAX:
                raise CutShort(f"the stream sent {self._open_bytes} bytes without completing an event; the answer was thrown away")
            if b"\n" not in data:
                self._pieces.append(data)
        return events

    def _whole_lines(self, data: bytes) -> list[bytes]:
        if self._pieces:
            self._pieces.append(data)
            data = b"".join(self._pieces)
            self._pieces.clear()
        lines = data.split(b"\n")
        rest = lines.pop()
        if rest:
            self._pieces.append(rest)
        if not self._begun:
            self._begun = True
            lines[0] = lines[0].removeprefix(_BOM)
        return lines

    def _events(self, lines: list[bytes]) -> list[ServerEvent]:
        events: list[ServerEvent] = []
        gathered = self._data
        for line in lines:
            if line[:6] == b"data: ":
                gathered.append(line[6:])
            elif not line:
                if gathered:
                    events.append(ServerEvent(self._name or b"message", gathered[0] if len(gathered) == 1 else b"\n".join(gathered)))
                    gathered.clear()
                self._name = b""
            else:
                self._field(line)
        return events

    def _field(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            self._data.append(value)
        elif name == b"event":
            self._name = value

    def _line_feeds_only(self, data: bytes) -> bytes:
        if self._after_cr and data:
            self._after_cr = False
            data = data.removeprefix(b"\n")
        if data.endswith(b"\r"):
            self._after_cr = True
        return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
