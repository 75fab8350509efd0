"""Begin trial: tries successors beside everything else in this process, and holds their answers for whoever decides."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import structlog

from wasl.domain.errors import Refused, WaslError
from wasl.domain.succession import Succession
from wasl.service.succeed import Succeed
from wasl.service.try_successor import Tried, TrySuccessor, summed

log = structlog.get_logger(__name__)

HELD_MAX: Final = 5
"""Of so many trials the answers are held: they are people's words, and kept nowhere else."""


@dataclass(slots=True)
class Trial:
    """How far a trial came: answers by successor, whole once nothing runs any more."""

    wanted: int
    asked: int = 0
    runs: bool = True
    failed: str = ""
    answers: dict[str, Sequence[Tried]] = field(default_factory=dict)


class BeginTrial:
    """Begins trials, one at a time, and plans what was tried."""

    def __init__(self, *, succeed: Succeed, trial: TrySuccessor) -> None:
        self.succeed = succeed
        self._trial = trial
        self._held: dict[str, Trial] = {}
        self._last: Trial | None = None
        self._running: asyncio.Task[None] | None = None

    async def begin(self, made: Sequence[Succession], *, questions: int) -> str:
        """Keeps drafts and begins to try their successors on so many questions each, none for 0; gives the id of the plan. Raises
        StoreDown; Refused while another trial runs here."""
        if questions and self._last is not None and self._last.runs:
            raise Refused("another trial is running; one is run at a time", why="trial runs")
        plan_id = made[0].plan or made[0].id
        if not questions:
            await self.succeed.keep(*made)
            return plan_id
        while len(self._held) >= HELD_MAX:
            del self._held[next(iter(self._held))]
        held = self._last = Trial(wanted=questions * len({one.successor for one in made}))  # taken before anything is waited for
        try:
            await self.succeed.keep(*made)
            self._held[plan_id] = held
            self._running = asyncio.create_task(self._run(made, held=held, questions=questions), name="trial")
        finally:
            held.runs = self._held.get(plan_id) is held
        return plan_id

    def held(self, plan_id: str) -> Trial | None:
        """Gives how far a trial of this process came, with its answers; None for one of another process, or of long ago."""
        return self._held.get(plan_id)

    async def close(self) -> None:
        """Ends what runs; what was asked until then is counted as a cost, and nothing else is kept of it."""
        if self._running is not None and not self._running.done():
            self._running.cancel()
            await asyncio.wait({self._running})

    async def _run(self, made: Sequence[Succession], *, held: Trial, questions: int) -> None:
        try:
            for name in sorted({one.successor for one in made}):
                before = held.asked

                def told(count: int, before: int = before) -> None:
                    held.asked = before + count

                held.answers[name] = await self._trial.run(name, questions=questions, told=told)
            now = await self.succeed.of_plan(made[0].plan or made[0].id)  # somebody may have decided meanwhile
            await self.succeed.keep(*(replace(one, report=summed(held.answers[one.successor])) for one in now))
        except WaslError as error:
            held.failed = error.message
            log.warning("a trial did not come to its end", reason=error.message)
        finally:
            held.runs = False
