"""Retain: keeps words only as long as the settings say, channel by channel."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

import structlog

from wasl.domain.days import DAY_MS
from wasl.ports.clock import Clock
from wasl.ports.library import Library
from wasl.ports.people import People

log = structlog.get_logger(__name__)

ROWS_AT_ONCE: Final = 1_000
ROUNDS_MAX: Final = 1_000
"""In one run; what is left is taken by the next."""


class Retain:
    """Retires what is too old. `days` is for channels by name; `others` for every other one, None: for ever."""

    def __init__(
        self, *, people: People, library: Library, clock: Clock, days: Mapping[str, int], others: int | None, channels: tuple[str, ...]
    ) -> None:
        self._people = people
        self._library = library
        self._clock = clock
        self._days = {**(dict.fromkeys(channels, others) if others is not None else {}), **days}

    @property
    def days(self) -> Mapping[str, int]:
        """For how many days words of each channel are kept; a channel that is not in it keeps them for ever."""
        return {channel: days for channel, days in self._days.items() if days is not None}

    async def run(self) -> Mapping[str, int]:
        """Deletes what is due now, never anything of a person on hold; gives counts."""
        counts: Counter[str] = Counter()
        for channel, days in self.days.items():
            before_ms = self._clock.now_ms() - days * DAY_MS
            for _ in range(ROUNDS_MAX):
                taken = await self._people.retire(channel=channel, before_ms=before_ms, limit=ROWS_AT_ONCE)
                counts.update(taken)
                if not any(taken.values()):
                    break
        if any(counts.values()):
            await self._library.tidy(scrub=True)
            log.info("deleted what was kept long enough", **counts)
        return counts
