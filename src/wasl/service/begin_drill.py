"""Begin drill: lets a drill run beside everything else in this process, so that whoever asked for it may go away."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from wasl.domain.errors import WaslError
from wasl.domain.exposure import Drill, Fault
from wasl.ports.clock import Clock
from wasl.ports.exposure import Exposing
from wasl.ports.network import Network
from wasl.service.drill import Begun, Rehearse
from wasl.service.drill_watch import DrillWatch
from wasl.service.lossy import Lossy

log = structlog.get_logger(__name__)


class BeginDrill:
    """Begins drills, and ends those that still run when the process does."""

    def __init__(self, *, rehearse: Rehearse) -> None:
        self.rehearse = rehearse
        self._running: dict[str, asyncio.Task[None]] = {}

    async def begin(self, names: Sequence[str], *, how: Fault, for_seconds: float, live: bool) -> Drill:
        """Begins one and gives it at once; its report is kept when it is over. Raises SettingWrong for what cannot be rehearsed, Refused
        while another runs, StoreDown."""
        begun = await self.rehearse.begin(names, how=how, for_seconds=for_seconds, live=live)
        task = asyncio.create_task(self._carry_out(begun), name="drill")
        self._running[begun.drill.id] = task
        task.add_done_callback(lambda _: self._running.pop(begun.drill.id, None))
        return begun.drill

    async def end(self, drill_id: str) -> None:
        """Ends one, in whatever process it runs; when it runs in this one, everything of it is gone afterwards. Raises StoreDown."""
        if (task := self._running.get(drill_id)) is not None:
            task.cancel()
            await asyncio.wait({task})
        await self.rehearse.end(drill_id)  # where it runs elsewhere, or had not come to its beginning

    async def close(self) -> None:
        """Ends what runs in this process: the reports say that they were interrupted."""
        for drill_id in tuple(self._running):
            await self.end(drill_id)

    async def _carry_out(self, begun: Begun) -> None:
        try:
            await self.rehearse.carry_out(begun)
        except WaslError as error:
            log.warning("a drill did not come to its end", drill=begun.drill.id, reason=error.message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drilling:
    """What one process has for drills: who runs them, and who minds live ones, with what is read and written for both."""

    kept: Exposing
    clock: Clock
    watch: DrillWatch
    rehearse: Rehearse
    begin: BeginDrill

    def lossy(self, network: Network) -> Network:
        """Gives the way out to providers, on which a live drill takes some away."""
        return Lossy(network, losses=self.watch.losses, clock=self.clock)
