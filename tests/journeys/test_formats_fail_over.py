"""Every wire format against the simulated provider, in good days and under each fault it knows."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

import wasl.providers
from wasl.domain.errors import ContentRefused
from wasl.domain.prompt import Image, Prompt, PromptMessage, Tool
from wasl.net.clock import SystemClock
from wasl.net.http import HttpNetwork
from wasl.ports.provider import ListsModels, Model
from wasl.routing.route import RouteCandidate
from wasl.service.ask import Ask, Shown
from wasl.testing.contracts.provider_payloads import discover
from wasl.testing.simulators.models import FAULTS, ModelsSimulator, SimulatedModel

KEY = "sk-simulated"
LARGE = SimulatedModel(name="sim-larger", context_tokens=200_000)
PROVIDERS = discover(wasl.providers)
FORMATS: dict[str, tuple[str, dict[str, Any]]] = {
    "openai_chat": ("openai_chat", {"base_url": "{url}/v1"}),
    "azure": ("openai_chat", {"base_url": "{url}", "addressing": "azure", "api_version": "2024-10-21"}),
    "openai_responses": ("openai_responses", {"base_url": "{url}/v1"}),
    "anthropic": ("anthropic", {"base_url": "{url}"}),
    "gemini": ("gemini", {"base_url": "{url}/v1beta"}),
}
ORDER = Prompt(messages=(PromptMessage(role="system", text="Be kind."), PromptMessage(role="user", text="رقم الطلب 4711؟")))


@dataclass(frozen=True, kw_only=True)
class Limits:
    first_token_seconds: float = 10.0
    silence_seconds: float = 10.0
    whole_seconds: float = 10.0
    turn_seconds: float = 60.0
    retries: int = 1
    price_class_max: str = "standard"
    stream: str = "when shown"


PATIENT = Limits()
"""Where nothing is awaited, a busy machine is not taken for a silent provider."""
HASTY = Limits(first_token_seconds=0.4, silence_seconds=0.4, whole_seconds=0.4)
WAITED_FOR = frozenset({"silent", "slow_first_token", "slow", "stall"})


@dataclass(kw_only=True)
class Scene:
    ask: Ask
    primary: ModelsSimulator
    second: ModelsSimulator
    network: HttpNetwork


def candidate(style: str, url: str, *, name: str, model: Model) -> RouteCandidate:
    kind, said = FORMATS[style]
    cls = PROVIDERS[kind]
    settings = cls.Settings.model_validate({"key": KEY, **{k: v.format(url=url) for k, v in said.items()}})
    return RouteCandidate(name=name, provider=cls(settings, name=name), provider_name=name, model=model)


@asynccontextmanager
async def scene(style: str, limits: Limits = PATIENT) -> AsyncIterator[Scene]:
    async with AsyncExitStack() as stack:
        primary = await stack.enter_async_context(ModelsSimulator().running())
        second = await stack.enter_async_context(ModelsSimulator(models=(LARGE,)).running())
        network = HttpNetwork()
        stack.push_async_callback(network.close)
        route = [
            candidate(style, primary.url, name="first", model=Model(name="sim-large", vision=True)),
            candidate("openai_chat", second.url, name="second", model=Model(name=LARGE.name, vision=True, context_tokens=200_000)),
        ]
        ask = Ask(candidates=route, network=network, clock=SystemClock(), routing=limits)
        yield Scene(ask=ask, primary=primary, second=second, network=network)


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("style", FORMATS)
async def test_a_good_day_brings_the_words_and_what_they_cost(style: str, stream: bool) -> None:
    async with scene(style) as s:
        shown: list[Shown] = []
        asked = await s.ask.ask(ORDER, show=shown.append if stream else None)
        assert asked.answer.candidate == "first"
        assert "4711" in asked.answer.text
        assert asked.answer.finish == "stop"
        assert not asked.answer.usage.estimated
        assert asked.answer.usage.input_tokens > 0
        assert asked.answer.usage.output_tokens > 0
        assert "".join(s.text for s in shown) == (asked.answer.text if stream else "")


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("style", FORMATS)
async def test_under_every_fault_the_person_gets_one_whole_answer(style: str, fault: str, stream: bool) -> None:
    async with scene(style, HASTY if fault in WAITED_FOR else PATIENT) as s:
        s.primary.faults.on(fault, seconds={"429": 30.0, "503": 30.0, "slow": 0.7, "slow_first_token": 0.7}.get(fault), after_chunks=2)
        shown: list[Shown] = []
        show = shown.append if stream else None
        if fault == "content_refusal":
            with pytest.raises(ContentRefused) as raised:
                await s.ask.ask(ORDER, show=show)
            assert [r.outcome for r in raised.value.records] == ["ContentRefused"]
            assert s.second.calls == 0
            return
        asked = await s.ask.ask(ORDER, show=show)
        assert "4711" in asked.answer.text
        if fault == "stream_error" and not stream:
            assert asked.answer.candidate == "first", "it strikes streams only"
            return
        assert asked.answer.candidate == "second"
        assert asked.answer.model == LARGE.name
        assert asked.records[0].outcome == OUTCOMES.get(fault, asked.records[0].outcome)
        last = max((place for place, one in enumerate(shown) if one.kind == "restart"), default=-1)
        assert "".join(one.text for one in shown[last + 1 :]) == (asked.answer.text if stream else "")


OUTCOMES = {
    "429": "Throttled", "500": "Unavailable", "503": "Unavailable", "unauthorised": "Unauthorised",
    "context_too_long": "ContextTooLong", "html": "CutShort", "no_end_mark": "CutShort", "malformed_chunk": "CutShort",
}  # fmt: skip


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("style", FORMATS)
async def test_tool_calls_are_kept(style: str, stream: bool) -> None:
    tool = Tool(
        name="find_order", description="Finds an order.", parameters={"type": "object", "properties": {"number": {"type": "integer"}}}
    )
    async with scene(style) as s:
        s.primary.tool = ("find_order", '{"number":4711}')
        prompt = Prompt(messages=ORDER.messages, tools=(tool,))
        asked = await s.ask.ask(prompt, show=(lambda shown: None) if stream else None)
        (call,) = asked.answer.tool_calls
        assert (call.name, call.arguments) == ("find_order", '{"number":4711}')
        assert call.id
        assert asked.answer.finish == "tool_calls"


@pytest.mark.parametrize("style", FORMATS)
async def test_pictures_are_seen(style: str) -> None:
    async with scene(style) as s:
        picture = Image(media_type="image/png", data=b"\x89PNG\r\n\x1a\n")
        await s.ask.ask(Prompt(messages=(PromptMessage(role="user", text="What is it?", images=(picture,)),)))
        assert s.primary.questions[0].images == 1


@pytest.mark.parametrize("style", FORMATS)
async def test_a_begun_answer_is_carried_on_or_started_clean(style: str) -> None:
    begun = Prompt(messages=(*ORDER.messages, PromptMessage(role="assistant", text="Your order")))
    async with scene(style) as s:
        await s.ask.ask(begun)
        assert s.primary.questions[0].prefill == "Your order"
        rejecting = [candidate(style, s.primary.url, name="only", model=Model(name="sim-no-prefill"))]
        ask = Ask(candidates=rejecting, network=s.network, clock=SystemClock(), routing=PATIENT)
        asked = await ask.ask(begun)
        assert [r.outcome for r in asked.records] == ["Refused", "answered"]


@pytest.mark.parametrize("style", sorted({*FORMATS} - {"azure"}))
async def test_the_list_of_models_tests_the_key(style: str) -> None:
    async with scene(style) as s:
        provider = s.ask.candidates[0].provider
        assert isinstance(provider, ListsModels)
        call = provider.models()
        assert (await s.network.perform(call)).status == 200
