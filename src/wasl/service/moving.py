"""Moving: everything that brings conversations in, takes them out, and keeps or forgets them, made once for an installation."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from wasl.domain.days import DAY_MS
from wasl.ports.clock import Clock
from wasl.ports.format import Format
from wasl.ports.library import Library
from wasl.ports.people import People
from wasl.ports.vault import Sweeps, Vault
from wasl.service.back_up import BackUp, Seal
from wasl.service.bring import Bring
from wasl.service.bring_history import BringHistory
from wasl.service.erase import Erase
from wasl.service.restore_archive import RestoreArchive
from wasl.service.retain import Retain
from wasl.service.schedule import Schedule
from wasl.service.take_out import TakeOut
from wasl.service.verify import Verify

log = structlog.get_logger(__name__)

HALF_WRITTEN_MS: Final = DAY_MS
"""After so long a file that is half written is nobody's any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moving:
    """The use cases of an installation that move conversations, with what they share."""

    formats: Mapping[str, Format]
    clock: Clock
    people: People
    library: Library
    vault: Vault
    bring: Bring
    bring_history: BringHistory
    take_out: TakeOut
    restore_archive: RestoreArchive
    verify: Verify
    erase: Erase
    retain: Retain
    back_up: BackUp
    sealing: Callable[[Sequence[str]], Seal | None]
    schedule: Schedule | None = None

    async def sweep(self) -> None:
        """Clears away the sources of imports that were killed in the middle, a day later: nobody writes one file for so long."""
        if isinstance(self.vault, Sweeps):
            swept = await asyncio.to_thread(self.vault.sweep, before_ms=self.clock.now_ms() - HALF_WRITTEN_MS)
            if swept:
                log.info("cleared away what killed imports left half written", files=swept)

    @property
    def chores(self) -> Sequence[Callable[[], Awaitable[object]]]:
        """What housekeeping does of it: bringing in what platforms share of earlier talk, retiring what was kept long enough, and
        order in the search index and the vault, and backups when it is time."""
        return (self.bring_history.chore, self.retain.run, self.library.tidy, self.sweep, *((self.schedule.run,) if self.schedule else ()))
