"""Failover over real sockets: servers that reset, keep silent, stall, cut and lie, and the openai library in front, unchanged."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import openai
import pytest
from pydantic import SecretStr
from tests.journeys.provider_server import (
    TEXT,
    WORDS,
    Act,
    ProviderServer,
    breaking,
    breaking_at,
    calls_a_tool,
    failing,
    good,
    hangs_up,
    keeps_silent,
    malformed,
    provider_server,
    resets,
    silent_after_headers,
)

from wasl.domain.errors import Unroutable
from wasl.domain.prompt import Prompt, PromptMessage
from wasl.domain.turn import UsageRecord
from wasl.net.clock import SystemClock
from wasl.net.http import HttpNetwork
from wasl.ports.provider import Model
from wasl.providers.openai_chat import OpenAiChat
from wasl.routing.route import RouteCandidate
from wasl.service.ask import Ask, Shown
from wasl.service.keys import make_key
from wasl.service.observe import Observe
from wasl.store.memory import MemoryStore
from wasl.web.openai_api import OpenAiApi
from wasl.web.server import Server, bind

HELLO = Prompt(messages=(PromptMessage(role="user", text="When do you open?"),))


@dataclass(frozen=True, kw_only=True)
class Limits:
    first_token_seconds: float = 10.0
    silence_seconds: float = 10.0
    whole_seconds: float = 10.0
    turn_seconds: float = 60.0
    retries: int = 1
    price_class_max: str = "standard"
    stream: str = "when shown"


HASTY = {"first_token_seconds": 0.4, "silence_seconds": 0.4, "whole_seconds": 0.6}
"""Where a provider's silence is waited for; elsewhere a busy machine must not be taken for a silent provider."""


class CountingStore(MemoryStore):
    """A store that says when a cost was recorded."""

    def __init__(self, *, clock: SystemClock) -> None:
        super().__init__(clock=clock)
        self.recorded = asyncio.Event()

    async def record_usage(self, records: Sequence[UsageRecord]) -> None:
        await super().record_usage(records)
        self.recorded.set()


@dataclass(kw_only=True)
class House:
    """A route over real servers, and the compatible API in front of it."""

    ask: Ask
    servers: Sequence[ProviderServer]
    store: CountingStore
    base_url: str
    key: str
    client: openai.AsyncOpenAI

    async def outcomes(self) -> list[tuple[str, str]]:
        rows = await self.store.usage_totals(since_ms=0)
        return sorted((row["candidate"], row["outcome"]) for row in rows for _ in range(row["calls"]))


@asynccontextmanager
async def house(*scripts: Sequence[Act], **limits: Any) -> AsyncIterator[House]:
    async with AsyncExitStack() as stack:
        servers = [await stack.enter_async_context(provider_server(*script)) for script in scripts]
        clock, network = SystemClock(), HttpNetwork()
        stack.push_async_callback(network.close)
        route = [
            RouteCandidate(
                name=f"c{place}",
                provider=OpenAiChat(OpenAiChat.Settings(base_url=server.base_url, key=SecretStr("upstream")), name=f"p{place}"),
                provider_name=f"p{place}",
                model=Model(name=f"model-{place}", context_tokens=(place + 1) * 10_000),
            )
            for place, server in enumerate(servers)
        ]
        ask = Ask(candidates=route, network=network, clock=clock, routing=Limits(**limits))
        store = CountingStore(clock=clock)
        await store.open()
        key = await make_key(store, label="test", now_ms=clock.now_ms())
        api = OpenAiApi(ask=ask, store=store, clock=clock, observe=Observe(), body_bytes_max=1 << 20)
        server = Server(api, bound=await bind("127.0.0.1", 0))
        serving = asyncio.ensure_future(server.run())
        await server.started.wait()
        base_url = f"http://127.0.0.1:{server.port}/v1"
        client = openai.AsyncOpenAI(api_key=key, base_url=base_url, max_retries=0)
        try:
            yield House(key=key, ask=ask, servers=servers, store=store, base_url=base_url, client=client)
        finally:
            await client.close()
            server.stop()
            await serving


async def heard(stream: Any, words: list[str], *, begun: asyncio.Event) -> None:
    """Gathers what a stream says; tells when the first words came."""
    async for chunk in stream:
        words.append(chunk.choices[0].delta.content or "")
        if words[-1]:
            begun.set()


async def posted(h: House, body: bytes, *, authorization: str) -> tuple[int, Any]:
    """Posts bytes as they are."""
    url = f"{h.base_url}/chat/completions"
    async with aiohttp.ClientSession() as raw, raw.post(url, headers={"authorization": authorization}, data=body) as reply:
        return reply.status, await reply.json()


SAID: Any = [{"role": "user", "content": "When do you open?"}]

FAULTS: dict[str, Act] = {
    "throttled": failing(429),
    "throttled with a time": failing(429, retry_after="30"),
    "500": failing(500),
    "503": failing(503, retry_after="60"),
    "529": failing(529),
    "refused key": failing(401),
    "refused parameter": failing(400),
    "no such model": failing(404),
    "context too long": failing(400, "context_length_exceeded"),
    "reset before headers": resets,
    "hung up before headers": hangs_up,
    "silent": keeps_silent,
    "silent after headers": silent_after_headers,
    "malformed": malformed,
    "cut": breaking("cut"),
    "without end mark": breaking("short"),
    "stalled": breaking("stall"),
}
WAITED_FOR = frozenset({"silent", "silent after headers", "stalled"})


@pytest.mark.parametrize("fault", FAULTS)
async def test_the_openai_library_gets_one_whole_answer_from_the_next_candidate(fault: str) -> None:
    async with house([FAULTS[fault]], [good], **(HASTY if fault in WAITED_FOR else {})) as h:
        answer = await h.client.chat.completions.create(model="wasl", messages=SAID)
        assert answer.choices[0].message.content == TEXT
        assert answer.choices[0].finish_reason == "stop"
        assert answer.model == "served-model"
        assert answer.usage is not None
        assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (11, 5)
        assert ("c1", "answered") in await h.outcomes()
        assert any(name == "c0" and outcome != "answered" for name, outcome in await h.outcomes())


@pytest.mark.parametrize("fault", FAULTS)
async def test_the_openai_library_streams_one_whole_answer_whatever_broke_off_before(fault: str) -> None:
    async with house([FAULTS[fault]], [good], **(HASTY if fault in WAITED_FOR else {})) as h:
        stream = await h.client.chat.completions.create(model="wasl", messages=SAID, stream=True, stream_options={"include_usage": True})
        words, finish, usage = "", None, None
        async for chunk in stream:
            usage = chunk.usage or usage
            for choice in chunk.choices:
                words += choice.delta.content or ""
                finish = choice.finish_reason or finish
        assert words == TEXT, "never half an answer, and nothing of the one that broke off"
        assert finish == "stop"
        assert usage is not None
        assert usage.total_tokens == 16


@pytest.mark.parametrize("how", ["cut", "short", "stall"])
async def test_a_broken_stream_restarts_what_a_person_sees_and_is_counted(how: str) -> None:
    async with house([breaking(how)], [good], **(HASTY if how == "stall" else {})) as h:
        shown: list[Shown] = []
        asked = await h.ask.ask(HELLO, show=shown.append)
        assert asked.answer.text == TEXT
        kinds = [s.kind for s in shown]
        restart = kinds.index("restart")
        assert "".join(s.text for s in shown[:restart]) == WORDS[0] + WORDS[1]
        assert "".join(s.text for s in shown[restart + 1 :]) == TEXT
        cut = asked.records[0]
        assert (cut.outcome, cut.usage.estimated) == ("CutShort", True)
        assert cut.usage.output_tokens >= 3


async def test_the_silent_one_is_left_within_its_limit_and_asked_once() -> None:
    async with house([keeps_silent], [good], **HASTY) as h:
        began = asyncio.get_running_loop().time()
        asked = await h.ask.ask(HELLO, show=lambda shown: None)
        assert asked.answer.candidate == "c1"
        assert 0.4 <= asyncio.get_running_loop().time() - began < 5.0, "long before the turn's own end"
        assert len(h.servers[0].asked) == 1


async def test_a_flapping_primary_costs_few_people_a_wait() -> None:
    async with house([failing(503)], [good]) as h:
        for _ in range(10):
            assert (await h.ask.ask(HELLO)).answer.candidate == "c1"
        assert len(h.servers[0].asked) == 4, "then its circuit is open"
        assert h.ask.states() == {"c0": "open", "c1": "closed"}


async def test_good_connections_are_used_again_and_broken_ones_are_closed() -> None:
    async with house([good]) as h:
        for _ in range(5):
            await h.ask.ask(HELLO, show=lambda shown: None)
            await h.ask.ask(HELLO)
        assert h.servers[0].lines == 1
    async with house([keeps_silent, breaking("stall"), good], retries=2, **HASTY) as h:
        with pytest.raises(Unroutable):
            await h.ask.ask(HELLO, show=lambda shown: None)
        await h.servers[0].until(lambda server: server.open_lines == 0)


async def test_a_client_that_hangs_up_ends_the_call_and_is_counted() -> None:
    async with house([keeps_silent], whole_seconds=30.0, turn_seconds=60.0) as h:
        asking = asyncio.ensure_future(h.client.chat.completions.create(model="wasl", messages=SAID))
        await h.servers[0].until(lambda server: len(server.asked) == 1)
        asking.cancel()
        await asyncio.wait({asking})
        await h.servers[0].until(lambda server: server.open_lines == 0)
        async with asyncio.timeout(5):
            await h.store.recorded.wait()
        assert await h.outcomes() == [("c0", "Cancelled")]


async def test_content_that_is_refused_is_not_asked_of_another() -> None:
    async with house([failing(400, "content_filter")], [good]) as h:
        with pytest.raises(openai.BadRequestError) as raised:
            await h.client.chat.completions.create(model="wasl", messages=SAID)
        assert raised.value.code == "content_filter"
        assert h.servers[1].asked == []


@pytest.mark.parametrize("stream", [True, False])
async def test_tool_calls_come_through(stream: bool) -> None:
    tool: Any = {"type": "function", "function": {"name": "opening_hours", "parameters": {"type": "object", "properties": {}}}}
    async with house([calls_a_tool]) as h:
        answer: Any = await h.client.chat.completions.create(model="c0", messages=SAID, tools=[tool], tool_choice="auto", stream=stream)
        if stream:
            chunks = [c async for c in answer]
            call = next(c.choices[0].delta.tool_calls[0] for c in chunks if c.choices and c.choices[0].delta.tool_calls)
            assert chunks[-1].choices[0].finish_reason == "tool_calls"
        else:
            call = answer.choices[0].message.tool_calls[0]
            assert answer.choices[0].finish_reason == "tool_calls"
        assert (call.id, call.function.name, call.function.arguments) == ("call_1", "opening_hours", '{"day": "الجمعة"}')
        assert h.servers[0].asked[0]["tools"][0]["function"]["name"] == "opening_hours"


async def test_a_live_stream_comes_as_it_grows_and_says_when_it_breaks_off() -> None:
    begun = asyncio.Event()
    async with house([breaking_at(begun)], [good], silence_seconds=5.0) as h:
        stream = await h.client.chat.completions.create(model="wasl", messages=SAID, stream=True, extra_headers={"x-wasl-stream": "live"})
        words: list[str] = []
        with pytest.raises(openai.APIError, match="begins anew"):
            await heard(stream, words, begun=begun)
        assert "".join(words) == WORDS[0]
        assert await h.outcomes() == [("c0", "CutShort"), ("c1", "Cancelled")]
    async with house([good]) as h:
        stream = await h.client.chat.completions.create(model="wasl", messages=SAID, stream=True, extra_headers={"x-wasl-stream": "live"})
        assert "".join([c.choices[0].delta.content or "" async for c in stream]) == TEXT


async def test_the_models_are_listed_and_a_name_puts_its_candidate_first() -> None:
    async with house([good], [good]) as h:
        listed = await h.client.models.list()
        assert [m.id for m in listed.data] == ["wasl", "c0", "c1"]
        assert (await h.client.models.retrieve("c1")).owned_by == "p1"
        for name in ("c1", "model-1"):
            await h.client.chat.completions.create(model=name, messages=SAID)
        assert (len(h.servers[0].asked), len(h.servers[1].asked)) == (0, 2)
        with pytest.raises(openai.NotFoundError) as raised:
            await h.client.chat.completions.create(model="gpt-2", messages=SAID)
        assert raised.value.code == "model_not_found"


@pytest.mark.parametrize(
    ("act", "kind", "code"),
    [
        (failing(429, retry_after="30"), openai.RateLimitError, "rate_limit_exceeded"),
        (failing(503), openai.InternalServerError, "no_candidate"),
        (failing(400, "context_length_exceeded"), openai.BadRequestError, "context_length_exceeded"),
        (failing(400), openai.BadRequestError, "refused_by_provider"),
        (keeps_silent, openai.InternalServerError, "no_candidate"),
    ],
)
@pytest.mark.parametrize("stream", [True, False])
async def test_when_nobody_can_answer_the_status_says_whether_to_ask_again(
    act: Act, kind: type[openai.APIStatusError], code: str, stream: bool
) -> None:
    async with house([act], **(HASTY if act is keeps_silent else {})) as h:
        with pytest.raises(kind) as raised:
            await h.client.chat.completions.create(model="wasl", messages=SAID, stream=stream)
        assert raised.value.code == code
        if code == "rate_limit_exceeded":
            assert 25 <= int(raised.value.response.headers["retry-after"]) <= 30
        assert await h.outcomes()


@pytest.mark.parametrize("key", ["Bearer", "Bearer wasl_wrong", "Basic wasl_x", "Bearer wasl_" + "x" * 2000])
async def test_without_a_known_key_nothing_is_asked(key: str) -> None:
    async with house([good]) as h:
        status, said = await posted(h, b"{}", authorization=key)
        assert status == 401
        assert said["error"]["code"] == "invalid_api_key"
        assert h.servers[0].asked == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b"{}", 400),
        (b'{"model":"wasl"}', 400),
        (b'{"model":"wasl","messages":[]}', 400),
        (b'{"model":"wasl","messages":[{"role":"king","content":"x"}]}', 400),
        (b'{"model":"wasl","messages":[{"role":"user"}]}', 400),
        (b'{"model":"wasl","messages":[{"role":"user","content":[{"type":"input_audio"}]}]}', 400),
        (b'{"model":"wasl","messages":[{"role":"user","content":"x"}],"n":2}', 400),
        (b'{"model":"wasl","messages":[{"role":"user","content":"x"}],"temperature":"hot"}', 400),
        (b'{"model":"wasl","messages":[{"role":"user","content":"' + b"x" * (1 << 20) + b'"}]}', 413),
    ],
)
async def test_a_request_that_cannot_be_taken_says_why_in_openais_shape(body: bytes, status: int) -> None:
    async with house([good]) as h:
        got, said = await posted(h, body, authorization=f"Bearer {h.key}")
        assert got == status
        assert set(said["error"]) == {"message", "type", "param", "code"}
        assert said["error"]["type"] == "invalid_request_error"
        assert h.servers[0].asked == []


async def test_a_store_that_is_down_gives_503_before_and_keeps_the_answer_after() -> None:
    async with house([good]) as h:
        h.store.down = True
        with pytest.raises(openai.InternalServerError) as raised:
            await h.client.chat.completions.create(model="wasl", messages=SAID)
        assert raised.value.code == "store_down"
        h.store.down = False
        assert (await h.client.chat.completions.create(model="wasl", messages=SAID)).choices[0].message.content == TEXT
