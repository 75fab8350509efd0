"""Figures are made from records and ratings, published once each, and raise the alarm."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from tests.bench.month import Month, simulate

from wasl.domain.errors import Malformed
from wasl.domain.ids import PersonId, TurnId, uuid7
from wasl.domain.purpose import PurposeRecord
from wasl.policy.trend import Week
from wasl.service.calendar import month_of
from wasl.service.figure import Figures, alarm_of
from wasl.store.memory import MemoryStore
from wasl.store.purpose_steps import insert
from wasl.testing.clock import TestClock

MONTH = month_of("2026-10", zone=None)


def in_october(month: Month, *, channel: str = "shop") -> Month:
    """The simulated month, with ids that a store takes and at its time."""
    ids = {r.turn_id: TurnId(uuid7(unix_ms=1, tail=n.to_bytes(10, "big"))) for n, r in enumerate(month.records)}
    people = {r.person_id: PersonId(uuid7(unix_ms=2, tail=int(r.person_id).to_bytes(10, "big"))) for r in month.records}
    episodes = {r.episode: TurnId(uuid7(unix_ms=3, tail=n.to_bytes(10, "big"))) for n, r in enumerate(month.records)}
    records = [
        replace(
            r, turn_id=ids[r.turn_id], person_id=people[r.person_id], episode=episodes[r.episode], channel=channel,
            at_ms=MONTH.since_ms + r.at_ms,
        )
        for r in month.records
    ]  # fmt: skip
    return Month(records, {ids[turn]: general for turn, general in month.general.items()})


class Scene:
    """A store with a month in it."""

    def __init__(self, month: Month) -> None:
        self.month = month
        self.clock = TestClock(now_ms=MONTH.until_ms + 86_400_000)
        self.store = MemoryStore(clock=self.clock)
        self.figures = self.made(b"installation")

    def made(self, salt: bytes) -> Figures:
        return Figures(purposes=self.store.purposes, evidence=self.store.evidence, clock=self.clock, salt=lambda: salt)

    async def open(self, records: list[PurposeRecord]) -> None:
        await self.store.open()
        await self.store._beside.write(lambda: insert(records))

    async def audit(self) -> int:
        rated = 0
        for rater in ("amal", "badr"):
            queue, _ = await self.figures.queue("shop", "2026-10", rater=rater)
            for one in queue:
                await self.figures.rate(one.turn_id, rater=rater, label="general" if self.month.general[one.turn_id] else "business")
                rated += 1
        return rated


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    made = Scene(in_october(simulate(1, share=0.06, people=400)))
    await made.open(made.month.records)
    yield made
    await made.store.close()


async def test_a_figure_is_published_once_it_is_audited_and_reads_back_as_it_was(scene: Scene) -> None:
    assert (await scene.figures.publish("shop", "2026-10")).figure.light == "not audited"
    assert await scene.audit() > 200
    kept = await scene.figures.publish("shop", "2026-10")
    assert kept.figure.served is not None
    assert kept.figure.served.turns.low < 0.06 < kept.figure.served.turns.high
    assert await scene.figures.published("shop", "2026-10") == kept


async def test_the_same_records_give_the_same_figure_and_another_installation_another_sample(scene: Scene) -> None:
    await scene.audit()
    one, other = [await scene.figures.figure("shop", "2026-10") for _ in range(2)]
    assert one == other
    strange = await scene.made(b"another").queue("shop", "2026-10", rater="amal")
    assert strange[0] != (await scene.figures.queue("shop", "2026-10", rater="carim"))[0]


async def test_what_was_rated_after_a_figure_does_not_change_it_when_it_is_made_again(scene: Scene) -> None:
    await scene.audit()
    kept = await scene.figures.publish("shop", "2026-10")
    await scene.clock.advance(60)
    await scene.figures.rate(scene.month.records[0].turn_id, rater="late", label="general")
    assert await scene.figures.figure("shop", "2026-10", rated_until_ms=kept.at_ms) == kept.figure
    assert await scene.figures.figure("shop", "2026-10") != kept.figure


async def test_the_chore_publishes_both_months_once_a_day(scene: Scene) -> None:
    await scene.figures.keep_up()
    await scene.figures.keep_up()
    assert len(await scene.store.evidence.kept("figure", channel="shop")) == 1
    await scene.clock.advance(86_400)
    await scene.figures.keep_up()
    assert len(await scene.store.evidence.kept("figure", channel="shop")) == 2


async def test_a_rater_who_has_said_everything_has_an_empty_queue(scene: Scene) -> None:
    await scene.audit()
    left, whole = await scene.figures.queue("shop", "2026-10", rater="amal")
    assert (left, whole > 200) == ((), True)


async def test_a_label_that_there_is_not_is_refused(scene: Scene) -> None:
    with pytest.raises(Malformed, match="'spam'"):
        await scene.figures.rate(scene.month.records[0].turn_id, rater="amal", label="spam")


async def test_red_is_an_alarm_and_so_is_a_week_that_leaves_its_limits(scene: Scene) -> None:
    from wasl.policy.trend import points

    await scene.audit()
    figure = await scene.figures.figure("shop", "2026-10")
    calm = [Week(n, 1_000, 0.02, 0.0, 1.0) for n in range(8)]
    leap = Week(99, 1_000, 0.09, 0.05, 0.12)
    amber = replace(figure, light="amber", weeks=(leap,))
    assert alarm_of(replace(figure, light="red"), []) == "red"
    assert alarm_of(amber, points([*calm, leap])) == "week"
    assert alarm_of(amber, points([*calm, leap._replace(share=0.02)])) == ""


async def test_the_operator_is_told_of_an_alarm() -> None:
    scene = Scene(in_october(simulate(2, share=0.4, people=200)))
    told: list[tuple[str, str, str]] = []

    async def hear(kind: str, key: str, *, head: str, text: str, **facts: object) -> None:
        told.append((kind, head, text))

    scene.figures = Figures(
        purposes=scene.store.purposes, evidence=scene.store.evidence, clock=scene.clock, salt=lambda: b"x", told=hear,
        alarm_words={"red": ("{channel}, {month}", "above")},
    )  # fmt: skip
    await scene.open(scene.month.records)
    await scene.audit()
    assert (await scene.figures.publish("shop", "2026-10")).alarm == "red"
    assert told == [("purpose", "shop, 2026-10", "above")]
