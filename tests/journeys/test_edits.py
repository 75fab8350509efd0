"""A person corrects a message while the real Wasl, a process on each database, answers it."""

from pathlib import Path

import pytest
from tests.journeys.test_albums import STORES, simulated
from tests.journeys.test_simulation import quiet, until


@pytest.mark.parametrize("store", STORES)
async def test_what_is_edited_while_it_is_answered_gets_one_answer_to_what_it_says_now(
    store: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    async with simulated(store, tmp_path, request) as simulation:
        chat = simulation.telegram.chats.meet(77, name="Omar")
        simulation.first.first_token_seconds = 2.0
        asked = simulation.telegram.say(chat, "zebra one")
        await until(simulation.telegram.feed, lambda: bool(simulation.first.questions))
        simulation.telegram.edit(chat, asked, "giraffe two")
        await until(simulation.telegram.feed, lambda: bool(chat.received))
        await quiet(simulation)
        assert len(chat.received) == 1
        assert ["giraffe two" in question.text for question in simulation.first.questions] == [False, True]
        simulation.telegram.edit(chat, asked, "giraffe three")
        await quiet(simulation)
        simulation.first.first_token_seconds = 0.1
        simulation.telegram.say(chat, "elephant four")
        await until(simulation.telegram.feed, lambda: len(chat.received) >= 2)
        assert len(chat.received) == 2, "an edit of what was answered asks nothing anew"
