"""Several pictures sent in one go, with the real Wasl as a process on each database: one answer that looks at all of them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.journeys.test_simulation import quiet, until
from tests.postgres import empty

from wasl.testing.simulators.simulate import run_simulation
from wasl.testing.simulators.simulation import Simulation

STORES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@asynccontextmanager
async def simulated(store: str, folder: Path, request: pytest.FixtureRequest) -> AsyncIterator[Simulation]:
    url = ""
    if store == "postgres":
        url = request.getfixturevalue("postgres_url")
        await empty(url)
    async with run_simulation(data=folder, store=url) as (simulation, _):
        sara = simulation.whatsapp.person(phone="966501234567", name="Sara", country="SA")
        simulation.whatsapp.say(sara, "Do you deliver?")  # so that the first requests find a process that is warm
        await until(simulation.whatsapp.feed, lambda: bool(sara.received))
        simulation.first.keep_questions = True
        yield simulation


@pytest.mark.parametrize("store", STORES)
async def test_an_album_is_answered_once_with_all_its_pictures(store: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    async with simulated(store, tmp_path, request) as simulation:
        chat = simulation.telegram.chats.meet(77, name="Omar")
        simulation.telegram.send_album(chat, count=3, caption="Which one is the best?")
        simulation.telegram.say(chat, "Do you deliver?")
        await until(simulation.telegram.feed, lambda: len(chat.received) >= 2)
        await quiet(simulation)
        assert [question.images for question in simulation.first.questions] == [3, 0]
        assert "Which one is the best?" in simulation.first.questions[0].text
        assert "picture" in chat.received[0].text
        assert "picture" not in chat.received[1].text


@pytest.mark.parametrize("store", STORES)
async def test_an_album_whose_process_is_killed_is_answered_once(store: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    async with simulated(store, tmp_path, request) as simulation:
        assert simulation.child is not None
        chat = simulation.telegram.chats.meet(77, name="Omar")
        simulation.first.first_token_seconds = 5.0  # so that the plug is pulled while the model is asked
        simulation.telegram.send_album(chat, count=2, caption="Which?")
        await quiet(simulation)
        await until(simulation.telegram.feed, lambda: bool(simulation.first.questions))
        await simulation.child.kill()
        simulation.first.first_token_seconds = 0.0
        simulation.telegram.say(chat, "Do you deliver?")
        await simulation.child.start()
        await until(simulation.telegram.feed, lambda: len(chat.received) >= 2)
        await quiet(simulation)
        assert len(chat.received) == 2
        assert [question.images for question in simulation.first.questions[-2:]] == [2, 0]


async def test_pictures_of_which_the_platform_does_not_say_that_they_are_one_are_answered_by_one_answer(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    async with simulated("sqlite", tmp_path, request) as simulation:
        omar = simulation.whatsapp.person(phone="966501234568", name="Omar", country="SA")
        for shade in (10, 60, 110):
            simulation.whatsapp.send_photo(omar, shade=shade)
        await until(simulation.whatsapp.feed, lambda: bool(omar.received))
        await quiet(simulation)
        assert len(omar.received) == 1
        assert [question.images for question in simulation.first.questions] == [3]
