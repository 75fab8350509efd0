"""Exposure is measured from what is stored, and its figures are kept by day."""

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from wasl.continuity.dependency import Answerer, Configured, Way
from wasl.continuity.register import shipped
from wasl.domain.days import DAY_MS, begun_ms
from wasl.domain.exposure import Drill
from wasl.service.expose import DAYS_MEANT, Expose, Footing, Whose
from wasl.store.sqlite import SqliteStore
from wasl.testing.clock import TestClock
from wasl.testing.contracts.people_scene import PeopleScene

HERE = Configured(
    ways=(Way("line one", "whatsapp", True, False), Way("line two", "telegram", False, False)),
    answerers=(Answerer("c1", "api.openai.com", "", 3, True), Answerer("documents", "", "", 0, False)),
    database="sqlite",
)


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[PeopleScene]:
    clock = TestClock()
    store = SqliteStore(tmp_path / "wasl.db", clock=clock)
    await store.open()
    yield PeopleScene(store, clock)
    await store.close()


def expose_of(scene: PeopleScene) -> Expose:
    store = scene.store
    assert isinstance(store, SqliteStore)

    async def fresh() -> int | None:
        return scene.now

    footing = Footing(register=shipped(), here=HERE, standing=shipped().standing(HERE))
    return Expose(counts=store.exposure, drills=store.drills, clock=scene.clock, footing=footing, backed_up=fresh)


async def several(scene: PeopleScene) -> None:
    """Three Egyptians on one line, of whom one is linked with the other line, and one German there."""
    for number in ("201001234567", "201001234568", "201001234569"):
        await scene.receive(scene.arrival(address=scene.key(number, kind="phone")), channel="line one")
    german = scene.key("4915112345678", kind="phone", channel="line two")
    await scene.receive(scene.arrival(address=german), channel="line two")
    one = await scene.store.find_address(scene.key("201001234567", kind="phone"))
    other = await scene.store.find_address(german)
    assert one is not None
    assert other is not None
    await scene.link(one[1], other[1])


async def test_the_whole_is_the_worst_single_loss(scene: PeopleScene) -> None:
    await several(scene)
    found = await expose_of(scene).measure()
    assert found.people == 3
    worst = found.dependencies[0]
    assert (found.worst, worst.entry.id, worst.only_here, worst.also_here) == ("whatsapp", "whatsapp", 2, 1)
    assert found.kept == pytest.approx(1 / 3)
    assert worst.by_country == (("EG", 2),)
    assert worst.turns_a_day == 3, "on the first day: what there is of it"


async def test_days_that_are_over_are_summed_once_and_meant_over_those_that_were_lived(scene: PeopleScene) -> None:
    store = scene.store
    assert isinstance(store, SqliteStore)
    await scene.clock.advance((begun_ms(scene.now) + DAY_MS - scene.now) / 1000 + 60)
    await several(scene)
    await scene.clock.advance(DAY_MS / 1000)
    await scene.writes("again", at="ada")
    await scene.clock.advance(DAY_MS / 1000)
    found = await expose_of(scene).measure()
    assert found.dependencies[0].turns_a_day == 2, "three and one, over two days"
    kept = {t.day_ms for t in await store.exposure.days(since_ms=0)}
    assert len(kept) == DAYS_MEANT
    assert await expose_of(scene).measure() == found


async def test_figures_are_kept_by_day(scene: PeopleScene) -> None:
    await several(scene)
    expose = expose_of(scene)
    await expose.keep()
    await expose.keep()
    await scene.clock.advance(DAY_MS / 1000)
    await expose.keep()
    figures = await expose.figures()
    assert [day for day, _ in figures] == [begun_ms(scene.now) - DAY_MS, begun_ms(scene.now)]
    assert figures[0][1]["people"] == 3
    assert figures[0][1]["whole"] == pytest.approx(1 / 3, abs=1e-5)


async def test_only_a_drill_that_came_to_its_end_counts_as_one(scene: PeopleScene) -> None:
    store = scene.store
    assert isinstance(store, SqliteStore)
    for name, report in (("whatsapp", {"asked": 3}), ("telegram", {})):
        drill = Drill(id=scene.name(), mode="shadow", lost=(name,), how="disabled", started_ms=scene.now, until_ms=scene.now + 1)
        await store.drills.put(drill)
        await store.drills.end(drill.id, at_ms=scene.now + 5, report=report)
    assert dict(await expose_of(scene).drilled()) == {"whatsapp": scene.now + 5}


async def test_what_a_day_has_cost_is_kept_with_it(scene: PeopleScene) -> None:
    store = scene.store
    assert isinstance(store, SqliteStore)
    await several(scene)
    asked: list[tuple[int, int]] = []

    async def spent(since_ms: int, until_ms: int) -> dict[Whose, dict[str, Decimal]]:
        asked.append((since_ms, until_ms))
        return {("channel", "line one"): {"USD": Decimal("0.3")}, ("candidate", "judge only"): {"USD": Decimal("0.1")}}

    expose = expose_of(scene)
    expose._spent = spent
    assert dict((await expose.measure()).dependencies[0].spent_a_month) == {"USD": Decimal("9.13")}
    await scene.clock.advance(DAY_MS / 1000)
    await expose.measure()
    await expose.measure()
    assert len(asked) == len(set(asked)) == DAYS_MEANT + 2, "each whole day once, and the first day while it lasted"
    kept = {(t.kind, t.name): dict(t.money) for t in await store.exposure.days(since_ms=begun_ms(scene.now) - DAY_MS)}
    assert kept["channel", "line one"] == {"USD": Decimal("0.3")}
    assert kept["candidate", "judge only"] == {"USD": Decimal("0.1")}
