"""Clock: where the time and fresh ids come from, so that tests can hold both."""

from typing import Protocol


class Clock(Protocol):
    """The time, and ids that sort by it."""

    def now_ms(self) -> int:
        """Gives the wall time in milliseconds since 1970, UTC."""
        ...

    def monotonic(self) -> float:
        """Gives seconds that only grow, for measuring durations; they count a sleep of the machine where it can be told."""
        ...

    def new_id(self) -> str:
        """Draws a fresh UUIDv7."""
        ...

    def random(self) -> float:
        """Draws a number from 0 up to, not including, 1: for jitter."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Waits; a test clock returns once it was moved that far."""
        ...
