"""Ledger: lines that are only ever added, in a file beside the database, so that no older copy of the database can undo them."""

import os
from pathlib import Path

LINE_BYTES_MAX = 1 << 20


class FileLedger:
    """Lines in a file; each is on the disk when `add` returns. Blocks."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, line: bytes) -> None:
        """Adds a line without its end."""
        if b"\n" in line or len(line) > LINE_BYTES_MAX:
            raise ValueError(f"a line of a ledger has no line end and at most {LINE_BYTES_MAX} bytes")
        self._path.parent.mkdir(parents=True, exist_ok=True)
        cut = self._ends_within_a_line()
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, (b"\n" if cut else b"") + line + b"\n")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def lines(self) -> list[bytes]:
        """Gives every whole line, the oldest first."""
        try:
            return [line for line in self._path.read_bytes().split(b"\n") if line]
        except FileNotFoundError:
            return []

    def _ends_within_a_line(self) -> bool:
        """Says whether a crash left half a line, which must not swallow the next one."""
        try:
            with self._path.open("rb") as file:
                if file.seek(0, os.SEEK_END) == 0:
                    return False
                file.seek(-1, os.SEEK_END)
                return file.read(1) != b"\n"
        except FileNotFoundError:
            return False
