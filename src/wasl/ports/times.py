"""The contract of what is remembered of the time of day itself, so that a clock that was set while nobody ran is found out."""

from typing import Protocol


class Times(Protocol):
    """Part of every `Store`."""

    async def note(self, *, now_ms: int) -> int:
        """Notes that a process lives at `now_ms`; gives the latest time that any process noted before, 0 where none did."""
        ...

    async def set_back(self, *, by_ms: int, now_ms: int) -> None:
        """Forgets times later than `now_ms`: the clock was behind them by `by_ms`. Paces that were counted by it, and what
        a process that died kept apart, are brought forward."""
        ...
