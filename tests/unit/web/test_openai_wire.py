"""The compatible API's JSON: what is understood, what is refused by name, and what comes back."""

import base64
import json
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasl.domain.prompt import Answer, Image, Tool, ToolCall, Usage
from wasl.web.openai_wire import IMAGES_MAX, MESSAGES_MAX, BadRequest, Chunks, completion, read_request

SAID = [{"role": "user", "content": "hello"}]


def read(**fields: Any) -> Any:
    return read_request(json.dumps({"model": "wasl", "messages": SAID, **fields}).encode())


def pictured(*urls: str | None) -> list[dict[str, Any]]:
    return [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": url}} for url in urls]}]


def test_a_plain_request_is_understood() -> None:
    request = read(temperature=0, top_p=1, stop="END", max_tokens=5, stream=True, stream_options={"include_usage": True})
    assert (request.model, request.stream, request.include_usage) == ("wasl", True, True)
    prompt = request.prompt
    assert [(m.role, m.text) for m in prompt.messages] == [("user", "hello")]
    assert (prompt.temperature, prompt.top_p, prompt.stop, prompt.max_output_tokens) == (0.0, 1.0, ("END",), 5)


def test_the_newer_name_of_the_output_limit_wins() -> None:
    assert read(max_tokens=5, max_completion_tokens=7).prompt.max_output_tokens == 7


def test_developers_words_are_the_systems_and_old_function_answers_are_tools() -> None:
    messages = [{"role": "developer", "content": "be brief"}, {"role": "function", "name": "f", "content": "1"}]
    assert [(m.role, m.name) for m in read(messages=messages).prompt.messages] == [("system", None), ("tool", "f")]


def test_parts_become_text_and_pictures() -> None:
    picture = base64.b64encode(b"\x89PNG").decode()
    content = [
        {"type": "text", "text": "what"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{picture}", "detail": "low"}},
        {"type": "image_url", "image_url": {"url": "https://pictures.example/1.jpg"}},
        {"type": "text", "text": "is it?"},
    ]
    (message,) = read(messages=[{"role": "user", "content": content}]).prompt.messages
    assert message.text == "what\nis it?"
    assert message.images == (Image(media_type="image/png", data=b"\x89PNG", detail="low"), Image(url="https://pictures.example/1.jpg"))


def test_tools_and_their_calls_are_kept() -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    request = read(
        messages=[
            *SAID,
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c1", "content": "4"},
        ],
        tools=[{"type": "function", "function": {"name": "f", "description": "d", "parameters": {"type": "object"}, "strict": True}}],
        tool_choice="required",
    )
    assert request.prompt.tools == (Tool(name="f", description="d", parameters={"type": "object"}, strict=True),)
    assert request.prompt.tool_choice == "required"
    assert request.prompt.messages[1].tool_calls == (ToolCall(id="c1", name="f", arguments="{}"),)
    assert request.prompt.messages[2].tool_call_id == "c1"


def test_options_that_are_not_read_are_handed_on() -> None:
    assert read(seed=4, response_format={"type": "json_object"}, user=None).prompt.extra == {
        "seed": 4,
        "response_format": {"type": "json_object"},
    }


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"n": 2}, "n"),
        ({"n": 0}, "n"),
        ({"model": ""}, "model"),
        ({"model": 4}, "model"),
        ({"messages": "hi"}, "messages"),
        ({"messages": SAID * (MESSAGES_MAX + 1)}, "messages"),
        ({"messages": ["hi"]}, "messages[0]"),
        ({"messages": [{"role": ["user"], "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "user", "content": 4}]}, "messages[0].content"),
        ({"messages": [{"role": "tool", "content": "4"}]}, "messages[0].tool_call_id"),
        ({"messages": [{"role": "assistant", "tool_calls": [{"id": 1}]}]}, "messages[0].tool_calls[0]"),
        ({"messages": pictured(None)}, "messages[0].content[0]"),
        ({"messages": pictured("file:///etc/passwd")}, "messages[0].content[0]"),
        ({"messages": pictured("data:image/png;base64,%")}, "messages[0].content[0]"),
        ({"messages": pictured(*["https://a.example"] * (IMAGES_MAX + 1))}, "messages"),
        ({"tools": [{"type": "custom"}]}, "tools[0]"),
        ({"tool_choice": "maybe"}, "tool_choice"),
        ({"temperature": 2.1}, "temperature"),
        ({"temperature": True}, "temperature"),
        ({"top_p": -0.1}, "top_p"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": 1.5}, "max_tokens"),
        ({"stop": [1]}, "stop"),
        ({"logprobs": True}, "logprobs"),
        ({"functions": [{}]}, "functions"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_refused_with_its_place(fields: dict[str, Any], param: str) -> None:
    with pytest.raises(BadRequest) as raised:
        read(**fields)
    assert raised.value.param == param


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(("role", "content", "type", "text", "image_url", "url", "function", "name", "tool_calls", "id")), inner
        )
    ),
    max_leaves=12,
)


@given(name=st.sampled_from(("messages", "tools", "tool_choice", "stop", "model", "stream_options", "temperature", "n")), value=_json)
def test_any_value_anywhere_is_understood_or_refused_by_name(name: str, value: Any) -> None:
    with suppress(BadRequest):
        assert read(**{name: value}).prompt.messages


@given(body=st.binary(max_size=100))
def test_any_bytes_are_understood_or_refused_by_name(body: bytes) -> None:
    with pytest.raises(BadRequest):
        read_request(body)


ANSWER = Answer(
    text="hi",
    candidate="c",
    model="served",
    usage=Usage(input_tokens=3, output_tokens=2, cached_tokens=1),
    finish="unknown",
    tool_calls=(ToolCall(id="c1", name="f", arguments="{}"),),
)


def test_a_whole_answer_names_who_gave_it_and_what_it_cost() -> None:
    written = msgspec.json.decode(completion(ANSWER, completion_id="x", created=1))
    assert (written["id"], written["model"], written["choices"][0]["finish_reason"]) == ("x", "served", "stop")
    assert written["usage"]["total_tokens"] == 5
    assert written["choices"][0]["message"]["tool_calls"][0]["function"]["name"] == "f"


@pytest.mark.parametrize("usage", [True, False])
def test_a_stream_ends_with_its_mark_and_tells_usage_only_when_asked(usage: bool) -> None:
    chunks = Chunks(completion_id="x", created=1, model="wasl", include_usage=usage)
    text = (chunks.first() + chunks.text("hi") + chunks.end(ANSWER)).decode()
    events = [e.removeprefix("data: ") for e in text.strip().split("\n\n")]
    assert events.pop() == "[DONE]"
    read_back = [json.loads(e) for e in events]
    assert all(e["id"] == "x" for e in read_back)
    assert (read_back[-1]["choices"] == []) is usage
    assert sum("usage" in e and e["usage"] is not None for e in read_back) == int(usage)
