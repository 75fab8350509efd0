import asyncio
from collections.abc import Generator, Sequence
from typing import Any

import pytest
from structlog.testing import capture_logs

from wasl.ports.channel import Finding
from wasl.service.connect import Connect, subscribe, through
from wasl.testing.clock import TestClock
from wasl.testing.network import Refuse, ScriptedNetwork, answer
from wasl.wire.call import Call, Reply

HOOKS = "https://shop.example/hooks/"


class Plain:
    kind = "plain"
    name = "c"

    def check(self) -> Generator[Call, Reply, Sequence[Finding]]:
        reply = yield Call(method="GET", url="https://platform.example/me")
        return [Finding(good=reply.status == 200, what=f"said {reply.status}", do="copy the token again")]


class Subscribing(Plain):
    def subscribe(self, hook_url: str) -> Generator[Call, Reply, Sequence[Finding]]:
        reply = yield Call(method="POST", url="https://platform.example/set", body=hook_url.encode())
        return [Finding(good=reply.status == 200, what="set", do="look")]


class Polling(Subscribing):
    def listens(self) -> bool:
        return True

    def poll(self, cursor: str | None) -> Call:
        raise NotImplementedError

    def polled(self, reply: Reply, cursor: str | None) -> Any:
        raise NotImplementedError


def network(clock: TestClock, *first: Any) -> ScriptedNetwork:
    made = ScriptedNetwork(clock=clock)
    made.on("GET", "https://platform.example/me", *first, answer(), answer(), answer())
    made.on("POST", "https://platform.example/set", answer(), answer(), answer())
    return made


async def connected(channel: object, clock: TestClock, network: ScriptedNetwork, *, hooks_url: str | None = HOOKS) -> list[str]:
    with capture_logs() as logs:
        await clock.drive(Connect(channels={"c": channel}, network=network, clock=clock, hooks_url=hooks_url).run())  # type: ignore[dict-item]
    return [line["event"] for line in logs]


async def test_a_platform_is_told_where_the_hook_is_and_asked_who_we_are() -> None:
    clock = TestClock()
    wire = network(clock)
    assert await connected(Subscribing(), clock, wire) == ["a channel is connected"] * 2
    assert [call.body for call in wire.calls_to("*")] == [b"https://shop.example/hooks/c", b""]


async def test_a_channel_that_polls_only_asks_who_it_is() -> None:
    clock = TestClock()
    wire = network(clock)
    await connected(Polling(), clock, wire)
    assert [call.url for call in wire.calls_to("*")] == ["https://platform.example/me"]


async def test_without_a_public_address_no_hook_is_told() -> None:
    clock = TestClock()
    wire = network(clock)
    await connected(Subscribing(), clock, wire, hooks_url=None)
    assert not wire.calls_to("*/set")


async def test_a_channel_that_needs_no_touch_is_left_alone() -> None:
    clock = TestClock()
    wire = network(clock)
    assert await connected(Plain(), clock, wire) == []
    assert not wire.calls_to("*")


async def test_a_platform_that_is_away_is_tried_again_until_it_is_there() -> None:
    clock = TestClock()
    wire = network(clock, Refuse(), Refuse(), Refuse())
    said = await connected(Polling(), clock, wire)
    assert said == ["a channel is not connected yet"] * 3 + ["a channel is connected"]
    assert clock.monotonic() == pytest.approx(2 + 4 + 8)


async def test_what_is_not_right_is_said_once_and_not_tried_again() -> None:
    clock = TestClock()
    assert await connected(Polling(), clock, network(clock, answer(status=401))) == ["a channel is not right"]


async def test_a_channel_without_the_ability_is_told_by_hand() -> None:
    assert await subscribe(Plain(), hook_url="x", network=ScriptedNetwork(clock=TestClock())) == ()  # type: ignore[arg-type]


async def test_an_exchange_without_end_is_a_fault_of_ours() -> None:
    def endless() -> Generator[Call, Reply, Sequence[Finding]]:
        while True:
            yield Call(method="GET", url="https://platform.example/me")

    wire = ScriptedNetwork(clock=TestClock())
    wire.on("GET", "*", *[answer()] * 40)
    with pytest.raises(RuntimeError, match="more than 16"):
        await asyncio.wait_for(through(endless(), wire), 5)
