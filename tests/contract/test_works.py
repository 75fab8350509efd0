"""The books leave one database and come to another, of either kind, as they were; twice adds nothing."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.stores import made_on

from wasl.domain.work import WorkRecord
from wasl.ports.format import PersonRecord
from wasl.ports.works import WORK_MAX
from wasl.store.work_steps import columns_of
from wasl.testing.clock import TestClock
from wasl.testing.contracts.store_scene import Scene
from wasl.wire.archive_json import encoded, of_line, to_json
from wasl.wire.archive_shapes import AT, ID, SMALL, WHOLE
from wasl.wire.archive_work import KINDS, OF_PERSON, TABLES
from wasl.wire.record import FLAG, NUMBER, OBJECT

PERSON, HERE, ELSEWHERE = (f"01995000-0000-7000-8000-0000000000{n}" for n in ("a1", "c1", "c2"))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Any]:
    clock = TestClock()
    made: Any = await made_on(request.param, request, tmp_path, clock)
    listed = [{"id": one, "born_as": PERSON, "created_ms": 1, "last_ms": 1} for one in (HERE, ELSEWHERE)]
    await made.people.adopt(PersonRecord(id=PERSON, name="Amal", extra={"conversations": listed}), now_ms=1)
    yield made
    await made.close()


def id_of(kind: str, number: int) -> str:
    """An id of a kind; the rating of a number is of the purpose of that number."""
    return f"01995000-0000-7000-8000-{KINDS.index(kind):06x}{number:06x}"


def record(kind: str, number: int, **values: Any) -> WorkRecord:
    """A record with something in every column."""
    made: dict[str, Any] = {}
    for place, field in enumerate(TABLES[kind].record.fields):
        shape = field.shape
        if shape is ID:
            made[field.name] = id_of(kind, number)
        elif shape is AT:
            made[field.name] = 1_790_000_000_000 + number
        elif shape in (WHOLE, SMALL):
            made[field.name] = number + place
        elif shape is NUMBER:
            made[field.name] = number / 3 - 1
        elif shape is FLAG:
            made[field.name] = number % 2 == 0
        elif shape is OBJECT:
            made[field.name] = {"guard": {"effect": "hold", "rules": ["wa.ai"], "book": "abc", "reasons": [{"en": "no", "ar": "لا"}]}}
        else:
            made[field.name] = f"{field.name} {number:04}"
    made |= FIXED.get(kind, {})
    if "conversation_id" in made:
        made["conversation_id"] = HERE
    if kind == "turn":
        made["seq"] = number + 1
    if kind == "rating":
        made["purpose_id"] = id_of("purpose", number)
    return WorkRecord(kind, {**made, **values})


FIXED: Mapping[str, Mapping[str, Any]] = {
    "turn": {"state": "answered"},
    "call": {"again": 0},
    "cost": {"amount": "0.0690000000"},
    "budget": {"spent": "12.50"},
}


async def taken(store: Any, *records: WorkRecord) -> int:
    return int((await store.works.take(list(records))).added)


async def test_what_is_taken_is_read_as_it_was_and_twice_adds_nothing(store: Any) -> None:
    for kind in KINDS:
        several = [record(kind, n, **({"channel": f"shop {n}"} if kind in ("disclosure", "trouble") else {})) for n in range(3)]
        assert await taken(store, *several) == 3, kind
        page = await store.works.rows(kind)
        assert [dict(one.values) for one in page.records] == [dict(one.values) for one in several]
        assert page.after is None
        assert await taken(store, *several) == 0, kind
        assert len((await store.works.rows(kind)).records) == 3
        assert [of_line(encoded(to_json(one))) for one in several] == several


async def test_what_is_of_one_conversation_and_channel_is_read_alone(store: Any) -> None:
    for kind in OF_PERSON:
        assert await taken(store, record(kind, 1), record(kind, 5, conversation_id=ELSEWHERE)) == 2
        read = await store.works.rows(kind, conversation=ELSEWHERE)
        assert [one.values["conversation_id"] for one in read.records] == [ELSEWHERE]
        assert not (await store.works.rows(kind, conversation=ELSEWHERE, channel="another")).records
        if kind != "turn":
            assert len((await store.works.rows(kind, conversation=ELSEWHERE, channel="channel 0005")).records) == 1
        assert not (await store.works.rows(kind, conversation="of nobody")).records


async def test_what_is_of_no_conversation_here_is_left_out_and_counted(store: Any) -> None:
    nowhere = "01995000-0000-7000-8000-0000000000ff"
    done = await store.works.take([record("turn", 1), record("turn", 2, conversation_id=nowhere)])
    assert (done.added, done.strange) == (1, 1)
    done = await store.works.take([record("rating", 1)])
    assert (done.added, done.strange) == (0, 1)


async def test_equal_calls_are_as_many_as_they_were(store: Any) -> None:
    calls = [record("call", 1, again=n) for n in range(3)]
    assert await taken(store, *calls[:2]) == 2
    assert await taken(store, *calls) == 1
    assert [one.values["again"] for one in (await store.works.rows("call")).records] == [0, 1, 2]


async def test_many_records_come_page_by_page_each_once(store: Any) -> None:
    many = [record("tally", n) for n in range(WORK_MAX + 5)]
    assert await taken(store, *many) == WORK_MAX + 5
    first = await store.works.rows("tally")
    rest = await store.works.rows("tally", after=first.after)
    assert [one.values["key"] for one in (*first.records, *rest.records)] == [one.values["key"] for one in many]
    assert rest.after is None


async def test_open_turns_stay_at_home_and_those_that_come_do_not_disturb_them(store: Any) -> None:
    scene = Scene(store=store, clock=TestClock(seed=3))
    busy = (await scene.arrive()).conversation_id
    assert not (await store.works.rows("turn")).records
    assert (await store.works.left())["open_turns"] == 1
    done = await store.works.take([record("turn", 1), record("turn", 9, conversation_id=busy)])
    assert (done.added, done.strange) == (1, 1)


async def test_what_no_archive_carries_is_counted_by_name(store: Any) -> None:
    left = await store.works.left()
    assert {"open_turns", "plans_to_leave", "watched_documents", "keys_and_logins"} <= left.keys()
    assert all(number >= 0 for number in left.values())


def test_every_field_of_a_kind_is_a_column() -> None:
    for kind in KINDS:
        assert {name for name, _ in columns_of(kind)} == {f.name for f in TABLES[kind].record.fields} - {"again"}
