import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import openai
import pytest

from wasl.testing.simulators.models import ModelsSimulator

KEY = "sk-simulated"
FORMATS = ("chat", "responses", "anthropic", "gemini")
ASKED = "رقم الطلب 4711؟"


@pytest.fixture
async def sim() -> AsyncIterator[ModelsSimulator]:
    async with ModelsSimulator().running() as simulator:
        yield simulator


def request(kind: str, *, text: str = ASKED, stream: bool = False, model: str = "sim-large", key: str = KEY) -> tuple[str, dict[str, Any]]:
    """Makes path and options of a request in a wire format."""
    bearer = {"authorization": f"Bearer {key}"}
    turns = [{"role": "user", "content": text}]
    match kind:
        case "chat":
            options = {"stream_options": {"include_usage": True}} if stream else {}
            return "/v1/chat/completions", {"headers": bearer, "json": {"model": model, "messages": turns, "stream": stream, **options}}
        case "responses":
            return "/v1/responses", {"headers": bearer, "json": {"model": model, "input": turns, "stream": stream}}
        case "anthropic":
            headers = {"x-api-key": key, "anthropic-version": "2023-06-01"}
            return "/v1/messages", {"headers": headers, "json": {"model": model, "messages": turns, "stream": stream, "max_tokens": 100}}
    method = "streamGenerateContent?alt=sse" if stream else "generateContent"
    contents = [{"role": "user", "parts": [{"text": text}]}]
    return f"/v1beta/models/{model}:{method}", {"headers": {"x-goog-api-key": key}, "json": {"contents": contents}}


def events(body: bytes) -> list[Any]:
    lines = [line.removeprefix("data: ") for line in body.decode().split("\n") if line.startswith("data: ")]
    return [json.loads(line) if line != "[DONE]" else line for line in lines]


def said(kind: str, body: bytes, *, stream: bool) -> str:
    """Reads the answer's words."""
    if not stream:
        value = json.loads(body)
        match kind:
            case "chat":
                return str(value["choices"][0]["message"]["content"])
            case "responses":
                return str(value["output"][0]["content"][0]["text"])
            case "anthropic":
                return str(value["content"][0]["text"])
        return str(value["candidates"][0]["content"]["parts"][0]["text"])
    words = []
    for event in events(body):
        match kind:
            case "chat" if event != "[DONE]" and event["choices"]:
                words.append(event["choices"][0]["delta"].get("content") or "")
            case "responses" if event["type"] == "response.output_text.delta":
                words.append(event["delta"])
            case "anthropic" if event["type"] == "content_block_delta":
                words.append(event["delta"]["text"])
            case "gemini":
                words += [part["text"] for part in event["candidates"][0]["content"]["parts"]]
    return "".join(words)


@pytest.mark.parametrize("kind", FORMATS)
async def test_whole_and_streamed_answers_hold_the_question_in_its_language(client: Any, sim: ModelsSimulator, kind: str) -> None:
    texts = []
    for stream in (False, True):
        path, options = request(kind, stream=stream)
        answer = await client.ask("POST", sim.url + path, **options)
        assert answer.status == 200
        texts.append(said(kind, answer.body, stream=stream))
    assert texts[0] == texts[1]
    assert ASKED in texts[0]
    assert texts[0].startswith("وصلت")
    path, options = request(kind, text="order 4711?")
    assert said(kind, (await client.ask("POST", sim.url + path, **options)).body, stream=False).startswith("Your message arrived")


@pytest.mark.parametrize("kind", FORMATS)
async def test_usage_is_told_and_streams_have_their_end_mark(client: Any, sim: ModelsSimulator, kind: str) -> None:
    path, options = request(kind, stream=True)
    last = events((await client.ask("POST", sim.url + path, **options)).body)
    match kind:
        case "chat":
            assert last[-1] == "[DONE]"
            assert last[-2]["usage"]["completion_tokens"] > 3
            assert last[-3]["choices"][0]["finish_reason"] == "stop"
        case "responses":
            assert last[-1]["type"] == "response.completed"
            assert last[-1]["response"]["usage"]["output_tokens"] > 3
        case "anthropic":
            assert [e["type"] for e in last[-2:]] == ["message_delta", "message_stop"]
            assert last[-2]["delta"]["stop_reason"] == "end_turn"
        case _:
            assert last[-1]["candidates"][0]["finishReason"] == "STOP"
            assert last[-1]["usageMetadata"]["candidatesTokenCount"] > 3


@pytest.mark.parametrize("kind", FORMATS)
async def test_key_model_and_shape_are_checked(client: Any, sim: ModelsSimulator, kind: str) -> None:
    path, options = request(kind, key="wrong")
    assert (await client.ask("POST", sim.url + path, **options)).status == (400 if kind == "gemini" else 401)
    path, options = request(kind, model="nobody")
    assert (await client.ask("POST", sim.url + path, **options)).status == 404
    path, options = request(kind)
    options["json"].pop({"responses": "input", "gemini": "contents"}.get(kind, "messages"))
    assert (await client.ask("POST", sim.url + path, **options)).status == 400
    path, options = request(kind, text="x" * 8_001, model="sim-small")
    answer = await client.ask("POST", sim.url + path, **options)
    assert answer.status == 400
    assert "maximum" in answer.body.decode()


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize(("fault", "status"), [("429", 429), ("500", 500), ("reset", 0), ("html", 200), ("unauthorised", None)])
async def test_faults_before_the_answer_strike_once(client: Any, sim: ModelsSimulator, kind: str, fault: str, status: int | None) -> None:
    await client.ask("POST", sim.control_url + "/faults", json={"kind": fault, "times": 1, "seconds": 7})
    path, options = request(kind, stream=True)
    answer = await client.ask("POST", sim.url + path, **options)
    assert answer.status == ((400 if kind == "gemini" else 401) if status is None else status)
    assert answer.headers.get("retry-after") == ("7" if fault == "429" else None)
    assert ASKED in said(kind, (await client.ask("POST", sim.url + path, **options)).body, stream=True)


async def test_a_429_without_seconds_has_no_retry_after(client: Any, sim: ModelsSimulator) -> None:
    sim.faults.on("429", times=1)
    path, options = request("chat")
    assert "retry-after" not in (await client.ask("POST", sim.url + path, **options)).headers


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("fault", ["cut", "no_end_mark", "malformed_chunk", "stream_error"])
async def test_faults_in_the_stream_come_after_some_words_and_leave_no_end_mark(
    client: Any, sim: ModelsSimulator, kind: str, fault: str
) -> None:
    sim.faults.on(fault, times=1, after_chunks=2)
    path, options = request(kind, stream=True)
    got = b""
    broke = False
    async with client.session.post(sim.url + path, **options) as answer:
        try:
            async for chunk in answer.content.iter_any():
                got += chunk
        except aiohttp.ClientPayloadError:
            broke = True
    assert broke is (fault == "cut")
    assert got
    for mark in (b"[DONE]", b"message_stop", b"response.completed", b"finishReason"):
        assert mark not in got


async def test_stall_and_silence_keep_the_caller_waiting(client: Any, sim: ModelsSimulator) -> None:
    path, options = request("chat", stream=True)
    for fault in ("stall", "silent"):
        sim.faults.on(fault, times=1)
        with pytest.raises(asyncio.TimeoutError):
            await client.ask("POST", sim.url + path, timeout_seconds=0.2, **options)


@pytest.mark.parametrize(
    ("kind", "mark"), [("chat", "content_filter"), ("responses", '"refusal"'), ("anthropic", "refusal"), ("gemini", "SAFETY")]
)
async def test_a_refusal_says_so_in_the_formats_own_way(client: Any, sim: ModelsSimulator, kind: str, mark: str) -> None:
    sim.faults.on("content_refusal")
    for stream in (False, True):
        path, options = request(kind, stream=stream)
        assert mark in (await client.ask("POST", sim.url + path, **options)).body.decode()


@pytest.mark.parametrize("stream", [False, True])
async def test_a_tool_is_called_when_told_to_and_offered(sim: ModelsSimulator, stream: bool) -> None:
    sim.tool = ("find_order", '{"number":4711}')
    tool = {"type": "function", "function": {"name": "find_order", "parameters": {"type": "object"}}}
    async with openai.AsyncOpenAI(api_key=KEY, base_url=sim.url + "/v1", max_retries=0) as api:
        messages: list[Any] = [{"role": "user", "content": "where is it?"}]
        tools: list[Any] = [tool]
        if not stream:
            answer = await api.chat.completions.create(model="sim-large", messages=messages, tools=tools)
            call = answer.choices[0].message.tool_calls[0]  # type: ignore[index]
            assert (call.function.name, call.function.arguments) == sim.tool  # type: ignore[union-attr]
        else:
            name, arguments = "", ""
            async for chunk in await api.chat.completions.create(model="sim-large", messages=messages, tools=tools, stream=True):
                for piece in (chunk.choices[0].delta.tool_calls or []) if chunk.choices else []:
                    name += piece.function.name or ""  # type: ignore[union-attr]
                    arguments += piece.function.arguments or ""  # type: ignore[union-attr]
            assert (name, arguments) == sim.tool


async def test_the_real_openai_client_reads_chat_responses_and_models(sim: ModelsSimulator) -> None:
    async with openai.AsyncOpenAI(api_key=KEY, base_url=sim.url + "/v1", max_retries=0) as api:
        assert "sim-large" in {m.id async for m in api.models.list()}
        response = await api.responses.create(model="sim-large", input=ASKED)
        assert ASKED in response.output_text
        async with api.responses.stream(model="sim-large", input=ASKED) as stream:
            final = await stream.get_final_response()
        assert final.output_text == response.output_text
        with pytest.raises(openai.NotFoundError):
            await api.chat.completions.create(model="nobody", messages=[{"role": "user", "content": "x"}])
        sim.faults.on("context_too_long", times=1)
        with pytest.raises(openai.BadRequestError) as caught:
            await api.chat.completions.create(model="sim-large", messages=[{"role": "user", "content": "x"}])
        assert caught.value.code == "context_length_exceeded"


async def test_a_prefill_is_continued_or_refused(client: Any, sim: ModelsSimulator) -> None:
    path, options = request("chat", text="order 4711?")
    whole = said("chat", (await client.ask("POST", sim.url + path, **options)).body, stream=False)
    options["json"]["messages"].append({"role": "assistant", "content": whole[:12]})
    assert said("chat", (await client.ask("POST", sim.url + path, **options)).body, stream=False) == whole[12:]
    options["json"]["model"] = "sim-no-prefill"
    assert (await client.ask("POST", sim.url + path, **options)).status == 400


async def test_azure_addressing_and_key_header_are_understood(client: Any, sim: ModelsSimulator) -> None:
    url = sim.url + "/openai/deployments/sim-large/chat/completions?api-version=2024-10-21"
    body = {"messages": [{"role": "user", "content": ASKED}]}
    answer = await client.ask("POST", url, json=body, headers={"api-key": KEY})
    assert ASKED in said("chat", answer.body, stream=False)


async def test_the_model_lists_need_the_key(client: Any, sim: ModelsSimulator) -> None:
    assert (await client.ask("GET", sim.url + "/v1/models")).status == 401
    gemini = await client.ask("GET", sim.url + "/v1beta/models", headers={"x-goog-api-key": KEY})
    assert gemini.json["models"][0]["name"] == "models/sim-large"


async def test_a_provider_that_is_down_refuses_connections_and_comes_back_at_the_same_place(client: Any, sim: ModelsSimulator) -> None:
    path, options = request("chat")
    await client.ask("POST", sim.control_url + "/down")
    assert (await client.ask("POST", sim.url + path, **options)).body == b"ClientConnectorError"
    assert (await client.ask("GET", sim.control_url + "/state")).json["up"] is False
    await client.ask("POST", sim.control_url + "/up")
    assert (await client.ask("POST", sim.url + path, **options)).status == 200
