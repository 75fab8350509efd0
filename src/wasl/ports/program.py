"""The contract of a program of the operator's own: it reads bytes, writes bytes, and ends in time."""

from collections.abc import Sequence
from typing import Protocol


class Program(Protocol):
    """Runs programs."""

    async def run(self, command: Sequence[str], *, told: bytes, seconds: float, bytes_max: int) -> bytes:
        """Runs a command without a shell, gives it `told` on its input and returns what it writes.

        Raises SettingWrong where there is no such program, Unavailable when it fails, says more than `bytes_max` or takes longer than
        `seconds`: it is then killed, with everything that it started.
        """
        ...
