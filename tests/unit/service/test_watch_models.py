"""The ends of models in use are told like a change of terms."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import msgspec
import pytest

from wasl.domain.errors import Malformed
from wasl.domain.terms import Document
from wasl.service.watch import Told
from wasl.service.watch_models import InUse, WatchModels
from wasl.store.memory import MemoryStore
from wasl.terms.declaration import Declaration, Source
from wasl.terms.model_ends import ends_in
from wasl.testing.clock import TestClock
from wasl.wire.call import Call, Reply

NAME = "house/models-in-use"
DECLARED = Declaration(
    document=Document(id=NAME, platform="house", name="Models in use", kind="list", providers=("house",)),
    sources=(Source(url="https://house.invalid/", render="manual"),),
)


@dataclass
class Lists:
    """A provider that tells its models, as its network answers."""

    answer: Any = None
    status: int = 200

    def models(self) -> Call:
        return Call(method="GET", url="https://house.example/models")

    async def perform(self, call: Call) -> Reply:
        return Reply(status=self.status, body=msgspec.json.encode(self.answer))


@dataclass
class Scene:
    lists: Lists
    store: MemoryStore
    clock: TestClock
    told: list[Told] = field(default_factory=list)

    def watch(self, *used: InUse, listed: bool = True) -> WatchModels:
        async def tell(told: Told) -> None:
            self.told.append(told)

        return WatchModels(
            terms=self.store.terms, network=self.lists, clock=self.clock, declarations={NAME: DECLARED}, used={NAME: used},  # type: ignore[arg-type]
            lists={NAME: self.lists} if listed else {}, tell=tell,
        )  # fmt: skip


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    clock = TestClock()
    store = MemoryStore(clock=clock)
    await store.open()
    yield Scene(Lists(), store, clock)
    await store.close()


def listed(**days: Any) -> dict[str, Any]:
    return {"data": [{"id": name.replace("_", "-"), "shutdown_date": day} for name, day in days.items()]}


async def test_the_end_of_a_model_in_use_is_announced_once(scene: Scene) -> None:
    scene.lists.answer = listed(quick="2026-12-11", other="2026-01-01")
    watch = scene.watch(InUse(model="quick"))
    await watch.look(NAME)
    await watch.look(NAME)
    (told,) = scene.told
    assert told.change is not None
    judged = told.change.judgement
    assert (judged.label, judged.topic, [one.day for one in judged.dates]) == ("material", "announcement", [date(2026, 12, 11)])
    assert judged.clauses[0].after == "The model quick ends on 2026-12-11."


async def test_a_day_that_moves_is_told_with_both_days(scene: Scene) -> None:
    scene.lists.answer = listed(quick="2026-12-11")
    watch = scene.watch(InUse(model="quick"))
    await watch.look(NAME)
    scene.lists.answer = listed(quick="2027-01-14")
    change = await watch.look(NAME)
    assert change is not None
    (clause,) = change.judgement.clauses
    assert (clause.before, clause.after) == ("The model quick ends on 2026-12-11.", "The model quick ends on 2027-01-14.")


async def test_an_end_that_is_taken_back_is_told_quietly(scene: Scene) -> None:
    scene.lists.answer = listed(quick="2026-12-11")
    watch = scene.watch(InUse(model="quick"))
    await watch.look(NAME)
    scene.lists.answer = listed(quick=None)
    change = await watch.look(NAME)
    assert change is not None
    assert change.judgement.label == "editorial"
    assert len(scene.told) == 1


async def test_a_card_tells_the_end_where_no_list_does(scene: Scene) -> None:
    change = await scene.watch(InUse(model="quick", shutdown=date(2026, 12, 11)), listed=False).look(NAME)
    assert change is not None
    assert [one.day for one in change.judgement.dates] == [date(2026, 12, 11)]


async def test_the_provider_s_own_word_goes_before_a_card(scene: Scene) -> None:
    scene.lists.answer = listed(quick="2027-01-14")
    change = await scene.watch(InUse(model="quick", shutdown=date(2026, 12, 11))).look(NAME)
    assert change is not None
    assert [one.day for one in change.judgement.dates] == [date(2027, 1, 14)]


async def test_a_list_that_cannot_be_read_leaves_the_cards(scene: Scene) -> None:
    scene.lists.answer, scene.lists.status = {"error": "no"}, 200
    change = await scene.watch(InUse(model="quick", shutdown=date(2026, 12, 11))).look(NAME)
    assert change is not None


def test_a_day_that_is_none_is_told_as_it_is_written() -> None:
    body = msgspec.json.encode(listed(a="soon", b=1_796_947_200, c="2026-12-11T00:00:00Z"))
    assert [(one.day, one.written) for one in ends_in(body)] == [
        (None, "soon"), (date(2026, 12, 11), "1796947200"), (date(2026, 12, 11), "2026-12-11T00:00:00Z"),
    ]  # fmt: skip


@pytest.mark.parametrize("body", [b"", b"{", b'"x"', b"{}", b'{"data": 5}'])
def test_what_is_no_list_of_models_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        ends_in(body)
