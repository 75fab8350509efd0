"""Schedule: makes a backup when the last one is old enough; asked every hour."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog

from wasl.ports.clock import Clock
from wasl.service.back_up import Backed, BackUp, Seal, newest_ms

log = structlog.get_logger(__name__)

HOUR_MS = 3_600_000
SENT = "last-sent"
"""In the folder: when a backup was sent away last, so that a restart does not send another one."""
Send = Callable[[Path], Awaitable[None]]
"""Takes a finished file away, such as to an S3-compatible store."""


class Schedule:
    """Backups by setting. Into the folder `to`; with `send`, they are sent away from there and not kept."""

    def __init__(
        self, *, back_up: BackUp, clock: Clock, to: Path, every_hours: float, keep: int, seal: Seal | None = None, send: Send | None = None
    ) -> None:
        self._back_up = back_up
        self._clock = clock
        self._to = to
        self._every_ms = every_hours * HOUR_MS
        self._keep = keep
        self._seal = seal
        self._send = send

    async def run(self) -> Backed | None:
        """Makes a backup when it is time; None when it is not."""
        last = await asyncio.to_thread(self.last_ms)
        if last is not None and self._clock.now_ms() - last < self._every_ms:
            return None
        return await self.now()

    async def now(self) -> Backed:
        """Makes a backup now, and sends it where it belongs."""
        if self._send is None:
            if self._seal is None:
                return await self._back_up.run(self._to, keep=self._keep)
            return await self._back_up.sealed(self._to, seal=self._seal, keep=self._keep)
        made = await self._back_up.sealed(self._to, seal=self._seal)
        try:
            await self._send(made.path)
        finally:
            await asyncio.to_thread(made.path.unlink, missing_ok=True)
        await asyncio.to_thread((self._to / SENT).write_text, str(self._clock.now_ms()))
        log.info("sent a backup away", file=made.path.name)
        return made

    def last_ms(self) -> int | None:
        """Gives when the last one was made, None for never. Reads files."""
        if self._send is None:
            return newest_ms(self._to)
        try:
            return int((self._to / SENT).read_text())
        except (OSError, ValueError):
            return None
