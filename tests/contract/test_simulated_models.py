"""The shipped providers against the models simulator: every format, streamed and whole, and every fault by its right name."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from wasl.domain.errors import ContentRefused, CutShort, WaslError
from wasl.domain.prompt import Finish, Image, Prompt, PromptMessage, TextDelta, Tool, ToolCallDelta, Usage
from wasl.net.http import HttpNetwork
from wasl.ports.provider import Model
from wasl.providers.anthropic import AnthropicMessages
from wasl.providers.gemini import Gemini
from wasl.providers.openai_chat import OpenAiChat
from wasl.providers.openai_responses import OpenAiResponses
from wasl.testing.simulators.models import ModelsSimulator
from wasl.wire.call import Reply

ASKED = "رقم الطلب 4711؟"
MODEL = Model(name="sim-large", vision=True)
KINDS: dict[str, tuple[Any, str]] = {
    "chat": (OpenAiChat, "/v1"), "responses": (OpenAiResponses, "/v1"), "anthropic": (AnthropicMessages, ""), "gemini": (Gemini, "/v1beta"),
}  # fmt: skip


@pytest.fixture
async def sim() -> AsyncIterator[ModelsSimulator]:
    async with ModelsSimulator().running() as simulator:
        yield simulator


@pytest.fixture
async def network() -> AsyncIterator[HttpNetwork]:
    network = HttpNetwork()
    yield network
    await network.close()


def provider(kind: str, sim: ModelsSimulator, *, key: str = "sk-simulated") -> Any:
    cls, path = KINDS[kind]
    return cls(cls.Settings(base_url=sim.url + path, key=key), name=kind)


async def asked(adapter: Any, network: HttpNetwork, prompt: Prompt, *, stream: bool, model: Model = MODEL) -> list[Any]:
    """Asks as the service does: explains a bad reply, decodes a good one. Raises the named error."""
    call = adapter.encode(prompt, model=model, stream=stream)
    decoder = adapter.decoder(stream=stream)
    deltas: list[Any] = []
    if not stream:
        reply = await network.perform(call)
        problem = adapter.explain(reply)
        if problem is not None:
            raise problem
        return [*decoder.feed(reply.body), *decoder.close()]
    async with network.stream(call) as incoming:
        if incoming.status != 200:
            problem = adapter.explain(Reply(status=incoming.status, headers=incoming.headers, body=await incoming.rest()))
            assert problem is not None
            raise problem
        async for chunk in incoming.chunks():
            deltas += decoder.feed(chunk)
        deltas += decoder.close()
    if any(isinstance(delta, Finish) and delta.reason == "content_filter" for delta in deltas):
        raise ContentRefused
    return deltas


def prompt(text: str = ASKED, **more: Any) -> Prompt:
    system = PromptMessage(role="system", text="Be short.")
    return Prompt(messages=(system, PromptMessage(role="user", text=text, **more)), max_output_tokens=200)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("kind", KINDS)
async def test_an_answer_is_read_whole_with_usage_and_end_mark(sim: ModelsSimulator, network: HttpNetwork, kind: str, stream: bool) -> None:
    deltas = await asked(provider(kind, sim), network, prompt(), stream=stream)
    assert ASKED in "".join(d.text for d in deltas if isinstance(d, TextDelta))
    assert [d.reason for d in deltas if isinstance(d, Finish)] == ["stop"]
    (usage,) = [d for d in deltas if isinstance(d, Usage)][-1:]
    assert usage.output_tokens > 3
    assert not usage.estimated
    assert sim.questions[0].system == "Be short."


@pytest.mark.parametrize("kind", KINDS)
async def test_pictures_arrive(sim: ModelsSimulator, network: HttpNetwork, kind: str) -> None:
    await asked(provider(kind, sim), network, prompt("what is it?", images=(Image(media_type="image/png", data=b"png"),)), stream=True)
    assert sim.questions[0].images == 1


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("kind", KINDS)
async def test_tool_calls_are_kept(sim: ModelsSimulator, network: HttpNetwork, kind: str, stream: bool) -> None:
    sim.tool = ("find_order", '{"number":4711}')
    tools = (Tool(name="find_order", description="Finds", parameters={"type": "object", "properties": {}}),)
    question = Prompt(messages=(PromptMessage(role="user", text=ASKED),), tools=tools, max_output_tokens=100)
    deltas = [d for d in await asked(provider(kind, sim), network, question, stream=stream) if isinstance(d, ToolCallDelta)]
    assert next(d.name for d in deltas if d.name) == "find_order"
    assert "".join(d.arguments for d in deltas).replace(" ", "") == '{"number":4711}'


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("fault", "name"),
    [
        ("429", "Throttled"), ("500", "Unavailable"), ("503", "Unavailable"), ("unauthorised", "Unauthorised"),
        ("context_too_long", "ContextTooLong"), ("reset", "Unclear"), ("html", "CutShort"),
        ("cut", "CutShort"), ("no_end_mark", "CutShort"), ("malformed_chunk", "CutShort"), ("stream_error", "CutShort"),
        ("content_refusal", "ContentRefused"),
    ],
)  # fmt: skip
async def test_faults_are_named_for_what_may_be_done(sim: ModelsSimulator, network: HttpNetwork, kind: str, fault: str, name: str) -> None:
    sim.faults.on(fault, times=1, seconds=7)
    with pytest.raises(WaslError) as caught:
        await asked(provider(kind, sim), network, prompt(), stream=True)
    assert type(caught.value).__name__ == name
    if fault == "429":
        assert getattr(caught.value, "seconds", None) == 7


@pytest.mark.parametrize("kind", KINDS)
async def test_a_wrong_key_and_a_model_that_is_down_are_told_apart(sim: ModelsSimulator, network: HttpNetwork, kind: str) -> None:
    with pytest.raises(WaslError) as caught:
        await asked(provider(kind, sim, key="wrong"), network, prompt(), stream=False)
    assert type(caught.value).__name__ == "Unauthorised"
    await sim.down()
    with pytest.raises(WaslError) as caught:
        await asked(provider(kind, sim), network, prompt(), stream=False)
    assert type(caught.value).__name__ in ("Unavailable", "Unclear")


@pytest.mark.parametrize("kind", KINDS)
async def test_a_whole_answer_cut_in_the_middle_is_never_taken_for_one(sim: ModelsSimulator, network: HttpNetwork, kind: str) -> None:
    for fault in ("cut", "malformed_chunk"):
        sim.faults.on(fault, times=1)
        with pytest.raises(WaslError) as caught:
            await asked(provider(kind, sim), network, prompt(), stream=False)
        assert type(caught.value).__name__ in ("Unclear", CutShort.__name__), fault
