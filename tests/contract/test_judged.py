"""What was judged is read back from both databases: the verdicts of a message, and the rulebook that they name."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.stores import made_on

from wasl.testing.clock import TestClock
from wasl.testing.contracts.store_scene import Scene


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Any]:
    clock = TestClock()
    made: Any = await made_on(request.param, request, tmp_path, clock)
    yield Scene(store=made, clock=clock)
    await made.close()


async def test_a_rulebook_is_kept_once_under_its_digest(store: Any) -> None:
    judged = store.store.judged
    await judged.keep_book(digest="abc", records="[1]", at_ms=5)
    await judged.keep_book(digest="abc", records="[2]", at_ms=6)
    assert await judged.book("abc") == ("[1]", 5)
    assert await judged.book("other") is None


async def test_the_files_of_the_rulebook_that_came_into_force_last_are_given(store: Any) -> None:
    judged = store.store.judged
    assert await judged.last_own() is None
    await judged.keep_book(digest="first", records="[1]", at_ms=5, own='{"a.toml":"1"}')
    await judged.keep_book(digest="second", records="[2]", at_ms=6, own='{"a.toml":"2"}')
    assert await judged.last_own() == ('{"a.toml":"2"}', 6)
    await judged.keep_book(digest="first", records="[1]", at_ms=7, own='{"a.toml":"1"}')
    assert await judged.last_own() == ('{"a.toml":"1"}', 7)
    assert await judged.book("first") == ("[1]", 5)
    await judged.keep_book(digest="third", records="[3]", at_ms=8)
    assert await judged.last_own() == ('{"a.toml":"1"}', 7)


async def test_the_verdicts_are_found_by_the_question_the_answer_the_turn_and_the_delivery(store: Any) -> None:
    work, closing = await store.sending()
    said = {"effect": "hold", "rules": ["a.rule"], "book": "abc"}
    await store.settle(work, closing.deliveries[0].id, "queued", due_at_ms=store.now, verdict=said, release=True)
    question, turn = work.turns[0].message_id, work.turns[0].id
    found = await store.store.judged.acts(turn)
    assert [one.kind for one in found] == ["turn", "delivery"]
    assert found[1].verdicts == {"gate": said}
    for id_ in (question, closing.reply.id, closing.deliveries[0].id):
        acts = await store.store.judged.acts(id_)
        assert (acts[0].id, acts[-1].id) == (turn, closing.deliveries[0].id)
    assert await store.store.judged.acts("nobody") == []
    assert await store.store.judged.acts("00000000-0000-7000-8000-000000000000") == []
