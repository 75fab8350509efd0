"""A trial runs beside everything else, one at a time, and nothing of one that could not begin stands in the way of the next."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, cast

import pytest

from wasl.domain.errors import Refused, StoreDown
from wasl.domain.succession import Succession
from wasl.service.begin_trial import BeginTrial
from wasl.service.succeed import Succeed
from wasl.service.try_successor import Tried, TrySuccessor


class Kept:
    """Keeps plans, unless the store is away."""

    def __init__(self) -> None:
        self.away = False
        self.plans: dict[str, Succession] = {}

    async def keep(self, *some: Succession) -> None:
        await asyncio.sleep(0)
        if self.away:
            raise StoreDown("the store is away")
        self.plans |= {one.id: one for one in some}

    async def of_plan(self, plan_id: str) -> Sequence[Succession]:
        return [one for one in self.plans.values() if plan_id in (one.plan, one.id)]


class Held:
    """A trial that goes on when it is let."""

    def __init__(self) -> None:
        self.go = asyncio.Event()

    async def run(self, name: str, *, questions: int, told: Callable[[int], None]) -> Sequence[Tried]:
        told(1)
        await self.go.wait()
        return []


def plan(name: str) -> Succession:
    return Succession(id=name, candidate="old", successor="new", on_ms=1, zone="UTC", state="tried", made_ms=0, made_by="ali")


def begins(kept: Kept, trial: Held) -> BeginTrial:
    return BeginTrial(succeed=cast(Succeed, kept), trial=cast(TrySuccessor, trial))


async def over(begin: BeginTrial, plan_id: str) -> Any:
    held = begin.held(plan_id)
    assert held is not None
    assert begin._running is not None
    await begin._running
    assert not held.runs
    return held


async def test_two_that_begin_at_once_are_one_trial_and_one_refusal() -> None:
    kept, trial = Kept(), Held()
    begin = begins(kept, trial)
    told = await asyncio.gather(*(begin.begin([plan(n)], questions=3) for n in "ab"), return_exceptions=True)
    assert told[0] == "a"
    assert isinstance(told[1], Refused)
    assert set(kept.plans) == {"a"}
    trial.go.set()
    assert (await over(begin, "a")).asked == 1
    assert await begin.begin([plan("c")], questions=3) == "c"
    await begin.close()


async def test_a_trial_that_could_not_be_kept_does_not_run_and_keeps_none_from_beginning() -> None:
    kept, trial = Kept(), Held()
    begin = begins(kept, trial)
    kept.away = True
    with pytest.raises(StoreDown):
        await begin.begin([plan("a")], questions=3)
    assert begin.held("a") is None
    kept.away = False
    assert await begin.begin([plan("b")], questions=3) == "b"
    trial.go.set()
    held = await over(begin, "b")
    assert (held.asked, held.failed) == (1, "")
    assert kept.plans["b"].report["asked"] == 0, "what came of it is kept with the plan"


async def test_without_questions_a_draft_is_kept_and_nothing_runs() -> None:
    kept = Kept()
    begin = begins(kept, Held())
    assert await begin.begin([plan("a")], questions=0) == "a"
    assert begin.held("a") is None
    assert set(kept.plans) == {"a"}
