"""The whole of `wasl simulate`: the real Wasl as a process between simulated platforms, and the plug pulled."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from wasl.testing.simulators.feed import Feed
from wasl.testing.simulators.simulate import run_simulation
from wasl.testing.simulators.simulation import Simulation

WAIT_SECONDS = 40


async def until(feed: Feed, done: Callable[[], bool]) -> None:
    """Follows a feed until something is so."""
    async with asyncio.timeout(WAIT_SECONDS), feed.follow() as happenings:
        while not done():
            await anext(happenings)


async def quiet(simulation: Simulation) -> None:
    """Waits until every webhook was taken."""
    assert await simulation.whatsapp.hooks.drained(timeout_seconds=WAIT_SECONDS)
    assert await simulation.telegram.hooks.drained(timeout_seconds=WAIT_SECONDS)


async def test_both_phones_are_answered_in_their_language_and_marked_read(tmp_path: Path) -> None:
    async with run_simulation(data=tmp_path) as (simulation, _):
        sara = simulation.whatsapp.person(phone="966501234567", name="Sara", country="SA")
        asked = simulation.whatsapp.say(sara, "هل لديكم شيء بدون جلوتين؟")
        chat = simulation.telegram.chats.meet(77, name="Omar")
        simulation.telegram.say(chat, "Do you deliver?")
        await until(simulation.whatsapp.feed, lambda: bool(sara.received))
        await until(simulation.telegram.feed, lambda: bool(chat.received))
        assert "first-model" in sara.received[0].text
        assert "first-model" in chat.received[0].text
        assert any("\u0600" < letter < "\u06ff" for letter in sara.received[0].text)
        assert asked in sara.read_ids
        await quiet(simulation)
        assert (len(sara.received), len(chat.received)) == (1, 1)


async def test_what_is_said_while_wasl_is_dead_is_answered_once_after_it_starts_again(tmp_path: Path) -> None:
    async with run_simulation(data=tmp_path) as (simulation, _):
        sara = simulation.whatsapp.person(phone="966501234567", name="Sara", country="SA")
        chat = simulation.telegram.chats.meet(77, name="Omar")
        assert simulation.child is not None
        # The model takes its time, so that the plug is pulled while it is asked: pulled during the send, the delivery would
        # rightly wait a minute for a receipt.
        simulation.first.first_token_seconds = 5.0
        simulation.whatsapp.say(sara, "one")
        await until(simulation.whatsapp.feed, lambda: bool(simulation.first.calls))
        await simulation.child.kill()
        simulation.first.first_token_seconds = 0.0
        simulation.whatsapp.say(sara, "two")
        simulation.telegram.say(chat, "three")
        await simulation.child.start()
        await until(simulation.whatsapp.feed, lambda: len(sara.received) >= 2)
        await until(simulation.telegram.feed, lambda: len(chat.received) >= 1)
        await quiet(simulation)
        assert (len(sara.received), len(chat.received)) == (2, 1)


async def test_when_the_first_model_is_down_the_second_one_answers(tmp_path: Path) -> None:
    async with run_simulation(data=tmp_path) as (simulation, _):
        await simulation.first.down()
        chat = simulation.telegram.chats.meet(77, name="Omar")
        simulation.telegram.say(chat, "Do you deliver?")
        await until(simulation.telegram.feed, lambda: bool(chat.received))
        assert "second-model" in chat.received[0].text
