"""Asking: every fault that a provider can have, on a clock and a network that the test holds."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import pytest

from wasl.domain.errors import ContentRefused, Unroutable
from wasl.domain.prompt import Finish, Image, Prompt, PromptMessage, TextDelta, Usage
from wasl.domain.turn import UsageRecord
from wasl.ports.provider import Model
from wasl.providers.openai_chat import OpenAiChat
from wasl.service.ask import Ask, Asked, RouteCandidate, Shown
from wasl.testing.clock import TestClock
from wasl.testing.network import Cut, Pause, Refuse, Reset, ScriptedNetwork, Silence, Stall, answer, streamed

HELLO = Prompt(messages=(PromptMessage(role="user", text="hello"),))


@dataclass(frozen=True, kw_only=True)
class Limits:
    first_token_seconds: float = 4.0
    silence_seconds: float = 3.0
    whole_seconds: float = 20.0
    turn_seconds: float = 60.0
    retries: int = 1
    price_class_max: str = "standard"
    stream: str = "when shown"


class Scene:
    """A route of chat candidates, each with a server of its own."""

    def __init__(self, *candidates: dict[str, Any], keyless: bool = False, **limits: Any) -> None:
        self.clock = TestClock()
        self.network = ScriptedNetwork(clock=self.clock)
        route = [self._candidate(**c) for c in candidates]
        if keyless:
            route.append(RouteCandidate(name="quotes", provider=Quotes(), provider_name="quotes", model=Model(name=""), price_class="free"))
        self.ask = Ask(candidates=route, network=self.network, clock=self.clock, routing=Limits(**limits))
        self.shown: list[Shown] = []

    def _candidate(self, name: str, price_class: str = "standard", region: str | None = None, **model: Any) -> RouteCandidate:
        provider = OpenAiChat(OpenAiChat.Settings(base_url=f"http://{name}.test/v1", key="k"), name=name)  # type: ignore[arg-type]
        return RouteCandidate(
            name=name,
            provider=provider,
            provider_name=name,
            model=Model(**{"name": f"model-{name}", **model}),
            price_class=price_class,
            region=region,
        )

    def on(self, name: str, *scripts: Any) -> None:
        self.network.on("POST", f"http://{name}.test/*", *scripts)

    def asked_of(self, name: str) -> int:
        return len(self.network.calls_to(f"http://{name}.test/*"))

    async def run(self, prompt: Prompt = HELLO, *, show: bool = False, **how: Any) -> Asked:
        return await self.clock.drive(self.ask.ask(prompt, show=self.shown.append if show else None, **how))

    @property
    def seen(self) -> str:
        """What stands on the person's page now."""
        text = ""
        for shown in self.shown:
            text = "" if shown.kind == "restart" else text + shown.text
        return text


class Quotes:
    kind = "quotes"

    def reply(self, prompt: Prompt) -> list[Any]:
        return [TextDelta(text="from your papers"), Usage(input_tokens=0, output_tokens=0), Finish(reason="stop")]


def whole(text: str = "fine", finish: str = "stop", **more: Any) -> Any:
    return answer(
        {
            "id": "r1",
            "model": "served",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish}],
            "usage": {"prompt_tokens": 7, "completion_tokens": 3},
            **more,
        }
    )


def chunk(text: str | None = None, finish: str | None = None, **more: Any) -> bytes:
    delta = {"content": text} if text is not None else {}
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return b"data: " + json.dumps({"id": "r1", "model": "served", "choices": [choice], **more}).encode() + b"\n\n"


END = chunk(finish="stop") + b'data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3}}\n\ndata: [DONE]\n\n'
STREAM = streamed(chunk("one "), chunk("whole "), chunk("answer"), END)


def fault(status: int, code: str = "server_error", message: str = "no", **headers: str) -> Any:
    return answer(
        {"error": {"code": code, "message": message}}, status=status, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )


async def test_a_whole_answer_comes_with_its_usage_and_who_gave_it() -> None:
    scene = Scene({"name": "a"})
    scene.on("a", whole("fine"))
    asked = await scene.run()
    assert asked.answer.text == "fine"
    assert (asked.answer.candidate, asked.answer.model) == ("a", "served")
    assert asked.answer.usage == Usage(input_tokens=7, output_tokens=3)
    (record,) = asked.records
    assert (record.outcome, record.candidate, record.served_model, record.request_id) == ("answered", "a", "served", "r1")
    assert asked.notice is None


async def test_a_streamed_answer_is_shown_as_it_grows() -> None:
    scene = Scene({"name": "a"})
    scene.on("a", STREAM)
    asked = await scene.run(show=True)
    assert asked.answer.text == scene.seen == "one whole answer"
    assert len(scene.shown) == 3
    assert json.loads(scene.network.calls[0].body)["stream"] is True


async def test_throttled_with_a_time_is_left_alone_for_that_long() -> None:
    scene = Scene({"name": "a"}, {"name": "b"})
    scene.on("a", fault(429, retry_after="30"), whole("a again"))
    scene.on("b", whole("from b"))
    asked = await scene.run()
    assert asked.answer.candidate == "b"
    assert [r.outcome for r in asked.records] == ["Throttled", "answered"]
    assert scene.ask.states()["a"] == "resting"
    await scene.clock.advance(29)
    assert (await scene.run()).answer.candidate == "b"
    await scene.clock.advance(2)
    assert (await scene.run()).answer.text == "a again"


async def test_throttled_for_a_short_while_is_waited_for_when_nobody_else_is_there() -> None:
    scene = Scene({"name": "a"})
    scene.on("a", fault(429, retry_after="3"), whole("at last"))
    before = scene.clock.monotonic()
    asked = await scene.run()
    assert asked.answer.text == "at last"
    assert scene.clock.monotonic() - before >= 3


async def test_throttled_for_long_with_nobody_else_says_when_to_come_again() -> None:
    scene = Scene({"name": "a"})
    scene.on("a", fault(429, retry_after="40"))
    with pytest.raises(Unroutable) as raised:
        await scene.run()
    assert raised.value.seconds == pytest.approx(40, abs=0.5)
    assert [r.outcome for r in raised.value.records] == ["Throttled"]
    assert scene.asked_of("a") == 1


async def test_throttled_without_a_time_rests_longer_each_time() -> None:
    scene = Scene({"name": "a"}, {"name": "b"})
    scene.on("a", fault(429))
    scene.on("b", whole())
    rests = []
    for _ in range(4):
        asked_at = scene.clock.monotonic()
        await scene.run()
        while scene.ask.states()["a"] == "resting":
            await scene.clock.advance(0.5)
        rests.append(scene.clock.monotonic() - asked_at)
    assert rests == sorted(rests)
    assert rests[0] < 2
    assert rests[-1] >= 8


async def test_one_500_is_tried_again_at_the_same_candidate() -> None:
    scene = Scene({"name": "a"}, {"name": "b"})
    scene.on("a", fault(500), whole("second try"))
    scene.on("b", whole("from b"))
    asked = await scene.run()
    assert asked.answer.text == "second try"
    assert [r.outcome for r in asked.records] == ["Unavailable", "answered"]
    assert scene.asked_of("b") == 0


async def test_503_for_long_opens_the_circuit_so_that_people_do_not_wait_for_it() -> None:
    scene = Scene({"name": "a"}, {"name": "b"})
    scene.on("a", fault(503))
    scene.on("b", whole("from b"))
    for _ in range(3):
        assert (await scene.run()).answer.candidate == "b"
    asked = scene.asked_of("a")
    assert scene.ask.states()["a"] == "open"
    assert (await scene.run()).records[0].candidate == "b"
    assert scene.asked_of("a") == asked


async def test_a_flapping_primary_is_probed_and_taken_back() -> None:
    scene = Scene({"name": "a"}, {"name": "b"}, retries=0)
    scene.on("a", *[fault(503)] * 5, whole("a is back"))
    scene.on("b", whole("from b"))
    for _ in range(4):
        await scene.run()
    assert scene.ask.states()["a"] == "open"
    await scene.clock.advance(7)
    assert scene.ask.states()["a"] == "half-open"
    assert (await scene.run()).answer.candidate == "b", "the probe fails, the person still gets an answer"
    assert scene.ask.states()["a"] == "open"
    await scene.clock.advance(7)
    assert scene.ask.states()["a"] == "open", "the second pause is longer"
    await scene.clock.advance(7)
    assert (await scene.run()).answer.text == "a is back"
    assert scene.ask.states()["a"] == "closed"


async def test_only_one_call_at_a_time_probes_a_half_open_candidate() -> None:
    scene = Scene({"name": "a"}, {"name": "b"}, retries=0)
    scene.on("a", *[fault(503)] * 4, answer(b"{}", delay_seconds=2))
    scene.on("b", whole("from b"))
    for _ in range(4):
        await scene.run()
    await scene.clock.advance(7)
    before = scene.asked_of("a")
    answers = await scene.clock.drive(_together(scene.ask.ask(HELLO), scene.ask.ask(HELLO), scene.ask.ask(HELLO)))
    assert {a.answer.candidate for a in answers} == {"b"}
    assert scene.asked_of("a") == before + 1


async def _together(*asks: Any) -> list[Asked]:
    return list(await asyncio.gather(*asks))


async def test_a_cancelled_probe_lets_the_next_one_through() -> None:
    scene = Scene({"name": "a"}, {"name": "b"}, retries=0)
    scene.on("a", *[fault(503)] * 4, Silence(), whole("back"))
    scene.on("b", whole("from b"))
    for _ in range(4):
        await scene.run()
    await scene.clock.advance(7)
    task = asyncio.ensure_future(scene.ask.ask(HELLO))
    await scene.clock.advance(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await scene.run()).answer.text == "back"
    assert scene.clock.sleeping == 0


async def test_a_reset_before_headers_is_tried_again() -> None:
    scene = Scene({"name": "a"})
    scene.on("a", Reset(), whole("second"))
    asked = await scene.run()
    assert asked.answer.text == "second"
    assert asked.records[0].outcome == "Unclear"


async def test_a_refused_connection_moves_on_after_its_retry() -> None:
    scene = Scene({"name": "a"}, {"name": "b"})
    scene.on("a", Refuse())
    scene.on("b", whole("from b"))
    assert (await scene.run()).answer.candidate == "b"
    assert scene.asked_of("a") == 2


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


TOO_LONG = fault(400, code="context_length_exceeded", message="maximum context length is 10")


async def test_a_prompt_too_long_goes_to_a_larger_model_only() -> None:
    scene = Scene({"name": "a", "context_tokens": 1000}, {"name": "b", "context_tokens": 1000}, {"name": "c", "context_tokens": 9000})
    scene.on("a", TOO_LONG)
    scene.on("b", whole("never"))
    scene.on("c", whole("from the large one"))
    asked = await scene.run()
    assert asked.answer.candidate == "c"
    assert (scene.asked_of("a"), scene.asked_of("b")) == (1, 0)


async def test_a_prompt_too_long_for_all_is_not_asked_again() -> None:
    scene = Scene({"name": "a"}, {"name": "b"})
    scene.on("a", TOO_LONG)
    scene.on("b", whole())
    with pytest.raises(Unroutable) as raised:
        await scene.run()
    assert raised.value.seconds is None
    assert raised.value.facts["failures"] == {"a": "ContextTooLong"}
    assert scene.asked_of("a") == 1


async def test_a_prompt_that_plainly_does_not_fit_is_not_even_sent() -> None:
    scene = Scene({"name": "a", "context_tokens": 1000}, {"name": "b", "context_tokens": 100_000})
    scene.on("b", whole("from b"))
    asked = await scene.run(Prompt(messages=(PromptMessage(role="user", text="word " * 2000),)))
    assert asked.answer.candidate == "b"
    assert scene.asked_of("a") == 0


@pytest.mark.parametrize("refusal", [fault(400, code="content_filter"), whole("", finish="content_filter")])
async def test_a_content_refusal_is_not_routed_around(refusal: Any) -> None:
    scene = Scene({"name": "a"}, {"name": "b"}, keyless=True)
    scene.on("a", refusal)
    scene.on("b", whole("never"))
    with pytest.raises(ContentRefused) as raised:
        await scene.run()
    assert [r.outcome for r in raised.value.records] == ["ContentRefused"]
    assert scene.asked_of("b") == 0


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
async def test_a_refused_key_or_parameter_moves_on_without_a_retry(status: int) -> None:
    scene = Scene({"name": "a"}, {"name": "b"})
    scene.on("a", fault(status))
    scene.on("b", whole("from b"))
    assert (await scene.run()).answer.candidate == "b"
    assert scene.asked_of("a") == 1


async def test_a_refused_key_is_not_tried_with_every_message() -> None:
    scene = Scene({"name": "a"}, {"name": "b"})
    scene.on("a", fault(401))
    scene.on("b", whole("from b"))
    for _ in range(3):
        await scene.run()
    assert scene.asked_of("a") == 1


async def test_a_dearer_class_answers_only_up_to_the_ceiling_and_with_a_notice() -> None:
    route = ({"name": "a", "price_class": "low"}, {"name": "b", "price_class": "high"}, {"name": "c", "price_class": "standard"})
    scene = Scene(*route)
    scene.on("a", fault(503))
    scene.on("b", whole("too dear"))
    scene.on("c", whole("from c"))
    asked = await scene.run()
    assert asked.answer.candidate == "c"
    assert asked.notice is not None
    assert "standard" in asked.notice
    assert scene.asked_of("b") == 0
    dear = Scene(*route, price_class_max="high")
    dear.on("a", fault(503))
    dear.on("b", whole("allowed"))
    assert (await dear.run()).answer.candidate == "b"


async def test_a_dear_first_choice_may_answer_whatever_the_ceiling() -> None:
    scene = Scene({"name": "a", "price_class": "high"}, price_class_max="low")
    scene.on("a", whole())
    assert (await scene.run()).notice is None


async def test_only_candidates_of_the_region_are_asked() -> None:
    scene = Scene({"name": "a", "region": "us"}, {"name": "b"}, {"name": "c", "region": "eu"})
    scene.on("c", whole("in the region"))
    assert (await scene.run(region="eu")).answer.candidate == "c"
    with pytest.raises(Unroutable, match="unknown region"):
        await scene.run(region="ae")


PICTURE = Prompt(messages=(PromptMessage(role="user", text="what is this?", images=(Image(data=b"\xff\xd8"),)),))


async def test_a_picture_goes_to_a_model_that_sees() -> None:
    scene = Scene({"name": "a"}, {"name": "b", "vision": True})
    scene.on("b", whole("a cat"))
    assert (await scene.run(PICTURE)).answer.candidate == "b"


async def test_where_no_model_sees_it_is_told_that_there_was_a_picture() -> None:
    scene = Scene({"name": "a"})
    scene.on("a", whole("I cannot see it"))
    await scene.run(PICTURE)
    (message,) = json.loads(scene.network.calls[0].body)["messages"]
    assert message["content"].startswith("what is this?\n[a picture was sent")


BEGUN = Prompt(messages=(PromptMessage(role="user", text="count"), PromptMessage(role="assistant", text="one, two,")))


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


async def test_the_keyless_candidate_answers_when_all_others_are_gone() -> None:
    scene = Scene({"name": "a"}, keyless=True)
    scene.on("a", fault(503))
    asked = await scene.run(show=True)
    assert asked.answer.text == scene.seen == "from your papers"
    assert asked.answer.candidate == "quotes"


async def test_retries_end_when_their_budget_is_spent() -> None:
    scene = Scene({"name": "a"}, retries=5, turn_seconds=600.0)
    scene.on("a", *([fault(500)] * 2 + [whole()]) * 30)
    spent = 0
    for _ in range(30):
        try:
            await scene.clock.drive(scene.ask.ask(HELLO))
        except Unroutable:
            spent += 1
    assert spent, "a candidate that needs two retries for each call runs out of budget"


async def test_no_candidate_says_what_to_do() -> None:
    scene = Scene()
    with pytest.raises(Unroutable, match=r"\[\[candidates\]\]"):
        await scene.run()


async def test_first_names_whom_to_begin_with_and_failover_goes_on_from_there() -> None:
    scene = Scene({"name": "a"}, {"name": "b"})
    scene.on("a", whole("from a"))
    scene.on("b", whole("from b"), fault(503))
    assert (await scene.run(first="b")).answer.candidate == "b"
    assert (await scene.run(first="b")).answer.candidate == "a"


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
