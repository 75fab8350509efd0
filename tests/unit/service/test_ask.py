"""Asking: faults of the call itself, whom to ask next, and what each may cost; on a clock and a network that the test holds."""

import asyncio
import json
from typing import Any

import pytest
from tests.unit.service.asking import HELLO, Scene, fault, whole

from wasl.domain.errors import ContentRefused, Unroutable
from wasl.domain.prompt import Image, Prompt, PromptMessage, Usage
from wasl.service.ask import Asked
from wasl.testing.network import Refuse, Reset, Silence, answer

TOO_LONG = fault(400, code="context_length_exceeded", message="maximum context length is 10")
PICTURE = Prompt(messages=(PromptMessage(role="user", text="what is this?", images=(Image(data=b"\xff\xd8"),)),))


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
