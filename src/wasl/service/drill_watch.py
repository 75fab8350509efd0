"""Drill watch: lets every process know which live drills are in force, and forget what they held against candidates when they are over."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress

from wasl.domain.errors import StoreDown
from wasl.domain.exposure import Drill
from wasl.ports.clock import Clock
from wasl.ports.exposure import Drills
from wasl.service.expose import Footing
from wasl.service.lossy import Loss, losses_of

LOOK_SECONDS = 2.0
"""A drill is in force in all processes so long after it began, and over so long after it was ended; the end of its time needs no look."""


class DrillWatch:
    """Runs beside everything else, in every process."""

    def __init__(self, *, drills: Drills, clock: Clock, footing: Footing) -> None:
        self._drills = drills
        self._clock = clock
        self._footing = footing
        self._known: dict[str, tuple[Drill, tuple[Loss, ...]]] = {}

    def losses(self) -> Sequence[Loss]:
        """Gives what is lost now. Called at every call to a provider: cheap while no drill is in force."""
        if not self._known:
            return ()
        now = self._clock.now_ms()
        return [loss for drill, losses in self._known.values() if drill.in_force(now) for loss in losses]

    async def run(self, *, forgive: Callable[[Iterable[str]], None]) -> None:
        """Looks until cancelled. `forgive` is told the candidates of a drill that is over."""
        while True:
            with suppress(StoreDown):  # the next look tries again; what is in force runs out by its own time
                await self.look(forgive=forgive)
            await self._clock.sleep(LOOK_SECONDS)

    async def look(self, *, forgive: Callable[[Iterable[str]], None]) -> None:
        """Reads which live drills are in force. Raises StoreDown."""
        now = self._clock.now_ms()
        open_ = {d.id: d for d in await self._drills.open() if d.in_force(now)}
        for drill_id in self._known.keys() - open_.keys():
            drill, _ = self._known.pop(drill_id)
            forgive(drill.candidates)
        for drill_id, drill in open_.items():
            known = self._known.get(drill_id)
            self._known[drill_id] = (drill, known[1] if known else self._losses(drill))

    def _losses(self, drill: Drill) -> tuple[Loss, ...]:
        here = self._footing.here
        named = (s for s in self._footing.standing if s.entry.id in drill.lost)
        return tuple(loss for s in named for loss in losses_of(s, here, how=drill.how, register=self._footing.register))
