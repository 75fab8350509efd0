import asyncio

import pytest

from wasl.domain.errors import CutShort, TooLarge, Unavailable, Unclear
from wasl.ports.network import Network
from wasl.testing.clock import TestClock, settle
from wasl.testing.network import (
    Answer,
    Cut,
    Pause,
    Refuse,
    Reset,
    ScriptedNetwork,
    Silence,
    Stall,
    Unscripted,
    answer,
    streamed,
)
from wasl.wire.call import Call

URL = "https://api.example/v1/send"


def call(*, timeout_seconds: float | None = None, body_bytes_max: int = 1000) -> Call:
    return Call(method="POST", url=URL, timeout_seconds=timeout_seconds, body_bytes_max=body_bytes_max)


async def test_scripts_are_used_up_in_order_and_the_last_one_stays() -> None:
    network = ScriptedNetwork(clock=TestClock())
    network.on("POST", "https://api.example/*", answer({"n": 1}), answer({"n": 2}, status=201))
    got = [await network.perform(call()) for _ in range(3)]
    assert [(r.status, r.body) for r in got] == [(200, b'{"n":1}'), (201, b'{"n":2}'), (201, b'{"n":2}')]
    assert got[0].headers["content-type"] == "application/json"
    assert len(network.calls_to("*/send", method="POST")) == 3
    assert not network.calls_to("*/other")


async def test_a_script_may_look_at_the_call_and_a_later_route_wins() -> None:
    network = ScriptedNetwork(clock=TestClock())
    network.on("*", "*", answer("general"))
    network.on("POST", "*/send", lambda c: answer(c.method))
    assert (await network.perform(call())).body == b"POST"


async def test_a_call_without_a_script_is_loud_and_remembered() -> None:
    network: Network = ScriptedNetwork(clock=TestClock())
    with pytest.raises(Unscripted, match="no script for POST"):
        await network.perform(call())
    assert isinstance(network, ScriptedNetwork)
    assert [c.url for c in network.unscripted] == [URL]


async def test_a_refused_connection_is_unavailable_and_a_reset_after_writing_is_unclear() -> None:
    network = ScriptedNetwork(clock=TestClock())
    network.on("POST", URL, Refuse(), Reset())
    with pytest.raises(Unavailable):
        await network.perform(call())
    with pytest.raises(Unclear):
        await network.perform(call())


async def test_silence_is_unclear_at_the_time_out_and_lasts_for_ever_without_one() -> None:
    clock = TestClock()
    network = ScriptedNetwork(clock=clock)
    network.on("POST", URL, Silence())

    async def ask() -> None:
        with pytest.raises(Unclear, match="within 5 s"):
            await network.perform(call(timeout_seconds=5))

    await clock.drive(ask())
    assert clock.monotonic() == 5
    task = asyncio.create_task(network.perform(call()))
    await clock.advance(1_000_000)
    assert not task.done()
    task.cancel()


async def test_a_delay_passes_on_the_clock() -> None:
    clock = TestClock()
    network = ScriptedNetwork(clock=clock)
    network.on("POST", URL, answer("late", delay_seconds=3))
    task = asyncio.create_task(network.perform(call(timeout_seconds=10)))
    await clock.advance(2.9)
    assert not task.done()
    await clock.advance(0.2)
    assert (await task).body == b"late"


async def test_a_stream_comes_in_its_pieces_and_a_cut_is_cut_short() -> None:
    clock = TestClock()
    network = ScriptedNetwork(clock=clock)
    network.on("POST", URL, streamed(b"one", Pause(seconds=2), b"two", Cut()))
    seen: list[tuple[bytes, float]] = []

    async def read() -> None:
        async with network.stream(call()) as incoming:
            assert incoming.status == 200
            async for chunk in incoming.chunks():
                seen.append((chunk, clock.monotonic()))

    with pytest.raises(CutShort):
        await clock.drive(read())
    assert seen == [(b"one", 0.0), (b"two", 2.0)]


async def test_a_whole_answer_that_breaks_in_the_middle_is_unclear() -> None:
    network = ScriptedNetwork(clock=TestClock())
    network.on("POST", URL, streamed(b"half", Cut()))
    with pytest.raises(Unclear, match="no whole answer"):
        await network.perform(call())


async def test_a_stalled_stream_ends_only_by_the_time_out_or_by_its_reader() -> None:
    clock = TestClock()
    network = ScriptedNetwork(clock=clock)
    network.on("POST", URL, streamed(b"x", Stall()))

    async def read(timeout_seconds: float | None) -> bytes:
        async with network.stream(call(timeout_seconds=timeout_seconds)) as incoming:
            return await incoming.rest()

    task = asyncio.create_task(read(None))
    await clock.advance(3600)
    assert not task.done()
    task.cancel()
    await settle()
    with pytest.raises(CutShort):
        await clock.drive(read(4))


async def test_an_answer_past_the_cap_is_too_large_and_one_at_the_cap_is_not() -> None:
    network = ScriptedNetwork(clock=TestClock())
    network.on("POST", URL, Answer(body=(b"x" * 10,)))
    assert len((await network.perform(call(body_bytes_max=10))).body) == 10
    with pytest.raises(TooLarge):
        await network.perform(call(body_bytes_max=9))
