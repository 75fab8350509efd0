"""Asking: answers that stall, break, fall silent or end too early; the person gets one whole answer."""

import asyncio
import json
from typing import Any

import pytest
from tests.unit.service.asking import END, HELLO, STREAM, Scene, chunk, fault, whole

from wasl.domain.errors import Unroutable
from wasl.domain.prompt import Prompt, PromptMessage, Usage
from wasl.domain.turn import UsageRecord
from wasl.testing.network import Cut, Pause, Silence, Stall, answer, streamed

BEGUN = Prompt(messages=(PromptMessage(role="user", text="count"), PromptMessage(role="assistant", text="one, two,")))


async def test_a_streamed_answer_is_shown_as_it_grows() -> None:
    scene = Scene({"name": "a"})
    scene.on("a", STREAM)
    asked = await scene.run(show=True)
    assert asked.answer.text == scene.seen == "one whole answer"
    assert len(scene.shown) == 3
    assert json.loads(scene.network.calls[0].body)["stream"] is True


@pytest.mark.parametrize("show", [True, False])
async def test_a_silent_candidate_is_left_within_its_limit_and_not_asked_again(show: bool) -> None:
    scene = Scene({"name": "a"}, {"name": "b"}, whole_seconds=4.0)
    scene.on("a", Silence())
    scene.on("b", STREAM if show else whole())
    before = scene.clock.monotonic()
    asked = await scene.run(show=show)
    assert asked.answer.candidate == "b"
    assert scene.clock.monotonic() - before == pytest.approx(4.0, abs=0.2)
    assert scene.asked_of("a") == 1
    assert asked.records[0].outcome == "Unclear"
    assert asked.records[0].usage.estimated


async def test_a_silent_candidate_is_not_asked_again_even_when_nobody_else_is_left() -> None:
    scene = Scene({"name": "a"}, {"name": "b"}, retries=2)
    scene.on("a", Silence())
    scene.on("b", fault(503))
    with pytest.raises(Unroutable) as raised:
        await scene.run(show=True)
    assert (scene.asked_of("a"), scene.asked_of("b")) == (1, 3)
    assert raised.value.seconds is not None, "a later turn may ask it again"


@pytest.mark.parametrize(("status", "named"), [(401, "Unauthorised"), (404, "Refused"), (429, "Throttled"), (503, "Unavailable")])
async def test_a_stream_that_begins_with_an_error_is_named_by_it(status: int, named: str) -> None:
    scene = Scene({"name": "a"}, {"name": "b"}, retries=0)
    scene.on("a", fault(status))
    scene.on("b", STREAM)
    asked = await scene.run(show=True)
    assert [r.outcome for r in asked.records] == [named, "answered"]


async def test_headers_and_comments_are_not_a_first_token() -> None:
    scene = Scene({"name": "a"}, {"name": "b"})
    scene.on("a", streamed(b": ping\n\n", Pause(seconds=1.5), b": ping\n\n", Pause(seconds=1.5), b": ping\n\n", Pause(seconds=1.5), END))
    scene.on("b", STREAM)
    before = scene.clock.monotonic()
    assert (await scene.run(show=True)).answer.candidate == "b"
    assert scene.clock.monotonic() - before == pytest.approx(4.0, abs=0.2)


async def test_a_thinking_model_is_not_taken_for_a_silent_one() -> None:
    thinking = b'data: {"choices":[{"index":0,"delta":{"reasoning_content":"hm"}}]}\n\n'
    scene = Scene({"name": "a"})
    scene.on("a", streamed(*[thinking, Pause(seconds=2.5)] * 4, chunk("thought"), END))
    asked = await scene.run(show=True)
    assert asked.answer.text == "thought"


@pytest.mark.parametrize("broken", [(Cut(),), (Stall(),), (b"data: {oops\n\n",), (), (b"data: [DONE]\n\n",), (Pause(seconds=9), END)])
async def test_a_broken_stream_is_thrown_away_and_the_next_begins_anew(broken: tuple[Any, ...]) -> None:
    scene = Scene({"name": "a"}, {"name": "b"})
    scene.on("a", streamed(chunk("half an "), chunk("ans"), *broken))
    scene.on("b", STREAM)
    asked = await scene.run(show=True)
    assert asked.answer.text == scene.seen == "one whole answer"
    assert asked.answer.candidate == "b"
    assert [s.kind for s in scene.shown].count("restart") == 1
    cut, good = asked.records
    assert (cut.candidate, cut.outcome) == ("a", "CutShort")
    assert cut.usage.estimated
    assert cut.usage.output_tokens >= 2
    assert good.usage == Usage(input_tokens=7, output_tokens=3)


async def test_a_cut_stream_is_asked_for_again_where_nobody_else_is_there() -> None:
    scene = Scene({"name": "a"})
    scene.on("a", streamed(chunk("half"), Cut()), STREAM)
    asked = await scene.run(show=True)
    assert asked.answer.text == scene.seen == "one whole answer"


async def test_when_every_stream_is_cut_no_half_answer_is_left_standing() -> None:
    scene = Scene({"name": "a"})
    scene.on("a", streamed(chunk("half"), Cut()))
    with pytest.raises(Unroutable) as raised:
        await scene.run(show=True)
    assert scene.seen == ""
    assert [r.outcome for r in raised.value.records] == ["CutShort", "CutShort"]


async def test_a_server_that_keeps_the_line_open_after_the_end_mark_costs_no_answer() -> None:
    scene = Scene({"name": "a"})
    scene.on("a", streamed(chunk("done"), END, Stall()))
    before = scene.clock.monotonic()
    assert (await scene.run(show=True)).answer.text == "done"
    assert scene.clock.monotonic() - before < 0.2


@pytest.mark.parametrize("body", [b"{}", b"not json", b'{"choices":[]}'])
async def test_a_malformed_whole_answer_moves_on(body: bytes) -> None:
    scene = Scene({"name": "a"}, {"name": "b"})
    scene.on("a", answer(body))
    scene.on("b", whole("from b"))
    assert (await scene.run()).answer.candidate == "b"


@pytest.mark.parametrize("text", ["", "  \n"])
async def test_an_empty_answer_is_a_failure(text: str) -> None:
    scene = Scene({"name": "a"}, {"name": "b"})
    scene.on("a", whole(text))
    scene.on("b", whole("from b"))
    asked = await scene.run()
    assert asked.answer.candidate == "b"
    assert asked.records[0].outcome == "CutShort"
    assert asked.records[0].usage == Usage(input_tokens=7, output_tokens=3), "it was billed all the same"


async def test_tool_calls_without_words_are_an_answer() -> None:
    message = {"role": "assistant", "content": None, "tool_calls": [{"id": "c1", "function": {"name": "f", "arguments": '{"a":1}'}}]}
    scene = Scene({"name": "a"})
    scene.on("a", answer({"choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}]}))
    asked = await scene.run()
    assert [(c.id, c.name, c.arguments) for c in asked.answer.tool_calls] == [("c1", "f", '{"a":1}')]
    assert asked.answer.usage.estimated


async def test_a_model_that_takes_no_begun_answer_is_given_a_clean_start() -> None:
    scene = Scene({"name": "a", "prefill": False})
    scene.on("a", whole())
    await scene.run(BEGUN)
    assert [m["role"] for m in json.loads(scene.network.calls[0].body)["messages"]] == ["user"]


async def test_a_candidate_that_rejects_a_begun_answer_is_asked_again_from_a_clean_start() -> None:
    scene = Scene({"name": "a"}, {"name": "b"})
    scene.on("a", fault(400, message="prefill is not supported"), whole("one, two, three"))
    asked = await scene.run(BEGUN)
    assert asked.answer.candidate == "a"
    assert [len(json.loads(c.body)["messages"]) for c in scene.network.calls] == [2, 1]
    await scene.run(BEGUN)
    assert len(json.loads(scene.network.calls[-1].body)["messages"]) == 1, "it is remembered"
    assert len(scene.network.calls) == 3


async def test_the_whole_turn_has_an_end() -> None:
    scene = Scene(*({"name": f"c{i}"} for i in range(9)), turn_seconds=10.0, first_token_seconds=4.0)
    for i in range(9):
        scene.on(f"c{i}", Silence())
    before = scene.clock.monotonic()
    with pytest.raises(Unroutable) as raised:
        await scene.run(show=True)
    assert scene.clock.monotonic() - before == pytest.approx(10.0, abs=0.1)
    assert len(raised.value.records) == 3


async def test_cancelling_closes_the_connection() -> None:
    scene = Scene({"name": "a"})
    scene.on("a", streamed(chunk("half"), Stall()))
    records: list[UsageRecord] = []
    task = asyncio.ensure_future(scene.ask.ask(HELLO, show=scene.shown.append, records=records))
    await scene.clock.advance(0.5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await scene.clock.advance(0)
    assert scene.clock.sleeping == 0, "the watch over the time limit is gone too"
    (record,) = records
    assert record.outcome == "Cancelled"
    assert record.usage.estimated
    assert record.usage.output_tokens == 1
