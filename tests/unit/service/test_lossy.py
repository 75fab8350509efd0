"""Who is lost is lost in the way that was asked for, in its own words; everybody else is reached as before."""

import pytest

from wasl.continuity.dependency import Answerer, Configured, Way
from wasl.continuity.register import shipped
from wasl.domain.errors import CutShort, Held, Unauthorised, Unavailable, Unclear
from wasl.domain.exposure import Fault
from wasl.service.lossy import Loss, Lossy, losses_of
from wasl.testing.clock import TestClock
from wasl.testing.network import ScriptedNetwork, answer, streamed
from wasl.wire.call import Call
from wasl.wire.fault import named_failure
from wasl.wire.meta import error_of

HERE = Configured(
    ways=(Way("w", "whatsapp", True, False, "graph.facebook.com"), Way("t", "telegram", False, False, "api.telegram.org")),
    answerers=(Answerer("large", "api.openai.com", "eu", 3, True), Answerer("near", "ours.openai.azure.com", "eu", 2, True)),
    database="sqlite",
)
ELSEWHERE = Call(method="GET", url="https://api.anthropic.com/v1/messages")
THERE = Call(method="POST", url="https://api.openai.com/v1/chat/completions", timeout_seconds=5.0)


def network(clock: TestClock, *losses: Loss) -> tuple[Lossy, ScriptedNetwork]:
    beneath = ScriptedNetwork(clock=clock)
    beneath.on("*", "*", answer({"ok": True}))
    return Lossy(beneath, losses=lambda: losses, clock=clock), beneath


def losses(name: str, how: Fault) -> tuple[Loss, ...]:
    standing = next(s for s in shipped().standing(HERE) if s.entry.id == name)
    return losses_of(standing, HERE, how=how, register=shipped())


async def test_everybody_else_is_reached_as_before() -> None:
    lossy, beneath = network(TestClock(), *losses("openai", "refused"))
    assert (await lossy.perform(ELSEWHERE)).status == 200
    async with lossy.stream(ELSEWHERE) as incoming:
        assert await incoming.rest() == b'{"ok":true}'
    with pytest.raises(Unavailable, match="a drill takes openai away"):
        await lossy.perform(THERE)
    assert len(beneath.calls) == 2


async def test_a_closed_account_is_told_in_the_platforms_own_words() -> None:
    lossy, _ = network(TestClock(), *losses("whatsapp", "disabled"))
    reply = await lossy.perform(Call(method="POST", url="https://graph.facebook.com/v26.0/1/messages"))
    error = error_of(reply)
    assert error is not None
    assert (reply.status, error.code) == (403, 131031)
    from wasl.channels.whatsapp import ERRORS

    assert isinstance(ERRORS.failure(error, status=403, retry_after=None), Held)


async def test_a_providers_closed_account_is_a_credential_that_is_refused() -> None:
    lossy, _ = network(TestClock(), *losses("openai", "disabled"))
    async with lossy.stream(THERE) as incoming:
        assert (incoming.status, b"disabled" in await incoming.rest()) == (403, True)
    reply = await lossy.perform(THERE)
    assert isinstance(named_failure(reply, who="it"), Unauthorised)


async def test_silence_lasts_as_long_as_the_call_waits() -> None:
    clock = TestClock()
    lossy, _ = network(clock, *losses("openai", "silence"))
    import asyncio

    asked = asyncio.create_task(lossy.perform(THERE))
    await clock.advance(4.9)
    assert not asked.done()
    await clock.advance(0.2)
    with pytest.raises(Unclear) as told:
        await asked
    assert told.value.facts["timed_out"] is True


async def test_throttling_names_a_wait_where_the_platform_does() -> None:
    lossy, _ = network(TestClock(), *losses("openai", "throttled"))
    reply = await lossy.perform(THERE)
    assert (reply.status, reply.headers["retry-after"]) == (429, "30")


async def test_a_loss_that_begins_while_an_answer_comes_cuts_it() -> None:
    clock = TestClock()
    lost: list[Loss] = []
    beneath = ScriptedNetwork(clock=clock)
    beneath.on("*", "*", streamed(b"one", b"two", b"three"))
    lossy = Lossy(beneath, losses=lambda: lost, clock=clock)
    heard = []

    async def listen() -> None:
        async with lossy.stream(THERE) as incoming:
            async for piece in incoming.chunks():
                heard.append(piece)
                lost.extend(losses("openai", "refused"))

    with pytest.raises(CutShort, match="in the middle"):
        await listen()
    assert heard == [b"one"]


def test_a_region_takes_whoever_computes_there_each_in_its_own_words() -> None:
    found = {loss.hosts[0]: loss.words for loss in losses("region.eu", "disabled")}
    assert set(found) == {"api.openai.com", "ours.openai.azure.com"}
    assert all(words is not None and words.status == 403 for words in found.values())
