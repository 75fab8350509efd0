"""The compatible API's JSON: a Chat Completions request becomes a Prompt, an answer becomes its reply or its stream.

Source: types of the openai library 3.54.0 (2026-11-22).
"""

from base64 import b64decode
from binascii import Error as BadBase64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import msgspec

from wasl.domain.errors import Malformed
from wasl.domain.prompt import Answer, Image, Prompt, PromptMessage, Role, Tool, ToolCall, Usage
from wasl.wire.read import json_object

MESSAGES_MAX = 2_000
TOOLS_MAX = 128
IMAGES_MAX = 50
STOPS_MAX = 16

_ROLES: Mapping[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
    "tool": "tool",
    "function": "tool",
}
_READ = frozenset(
    {
        "messages", "model", "n", "stream", "stream_options", "tools", "tool_choice", "max_tokens", "max_completion_tokens",
        "temperature", "top_p", "stop", "store",
    }
)  # fmt: skip
_DETAILS = ("low", "high", "auto")
_NOT_TAKEN = ("functions", "function_call", "audio", "modalities", "logprobs", "top_logprobs", "prediction", "web_search_options")


class BadRequest(Malformed):
    """The request asks for something that cannot be given; `param` names what."""

    def __init__(self, message: str, *, param: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.param = param
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRequest:
    """What a client asks for."""

    model: str
    prompt: Prompt
    stream: bool
    include_usage: bool


def read_request(body: bytes) -> ChatRequest:
    """Reads a request. Raises BadRequest for what is malformed or not offered."""
    try:
        said = json_object(body, what="the request")
    except Malformed as error:
        raise BadRequest("We could not parse the JSON body of your request.") from error
    for name in _NOT_TAKEN:
        if said.get(name) not in (None, False, ["text"]):
            raise BadRequest(f"{name!r} is not offered here; leave it out.", param=name, code="unsupported_parameter")
    if said.get("n") not in (None, 1):
        raise BadRequest("Only n=1 is offered.", param="n", code="unsupported_value")
    model = said.get("model")
    if not isinstance(model, str) or not model:
        raise BadRequest("you must provide a model parameter", param="model")
    options = said.get("stream_options")
    prompt = Prompt(
        messages=_messages(said.get("messages")),
        tools=_tools(said.get("tools")),
        tool_choice=_tool_choice(said.get("tool_choice")),
        max_output_tokens=_whole(said, "max_completion_tokens") or _whole(said, "max_tokens"),
        temperature=_number(said, "temperature", most=2.0),
        top_p=_number(said, "top_p", most=1.0),
        stop=_stops(said.get("stop")),
        extra={name: value for name, value in said.items() if name not in _READ and value is not None},
    )
    return ChatRequest(
        model=model,
        prompt=prompt,
        stream=said.get("stream") is True,
        include_usage=isinstance(options, dict) and options.get("include_usage") is True,
    )


# -- reading ----------------------------------------------------------------------------------------------------------


def _messages(value: object) -> tuple[PromptMessage, ...]:
    if not isinstance(value, list) or not value:
        raise BadRequest("'messages' must be a list that is not empty.", param="messages")
    if len(value) > MESSAGES_MAX:
        raise BadRequest(f"At most {MESSAGES_MAX} messages are taken.", param="messages")
    messages = tuple(_message(item, at=f"messages[{place}]") for place, item in enumerate(value))
    if sum(len(m.images) for m in messages) > IMAGES_MAX:
        raise BadRequest(f"At most {IMAGES_MAX} pictures are taken.", param="messages")
    return messages


def _message(value: object, *, at: str) -> PromptMessage:
    if not isinstance(value, dict):
        raise BadRequest(f"{at} must be an object.", param=at)
    named = value.get("role")
    role = _ROLES.get(named) if isinstance(named, str) else None
    if role is None:
        raise BadRequest(f"{at}.role must be one of {', '.join(_ROLES)}.", param=f"{at}.role")
    text, images = _content(value.get("content"), at=f"{at}.content")
    calls = value.get("tool_calls")
    tool_calls = tuple(_tool_call(c, at=f"{at}.tool_calls[{i}]") for i, c in enumerate(calls)) if isinstance(calls, list) else ()
    if value.get("content") is None and not tool_calls and role != "assistant":
        raise BadRequest(f"{at}.content is missing.", param=f"{at}.content")
    call_id, name = value.get("tool_call_id"), value.get("name")
    if named == "tool" and not isinstance(call_id, str):
        raise BadRequest(f"{at}.tool_call_id is missing.", param=f"{at}.tool_call_id")
    return PromptMessage(
        role=role,
        text=text,
        images=images,
        tool_calls=tool_calls,
        tool_call_id=call_id if isinstance(call_id, str) else None,
        name=name if isinstance(name, str) and name else None,
    )


def _content(value: object, *, at: str) -> tuple[str, tuple[Image, ...]]:
    if value is None:
        return "", ()
    if isinstance(value, str):
        return value, ()
    if not isinstance(value, list):
        raise BadRequest(f"{at} must be text or a list of parts.", param=at)
    words: list[str] = []
    images: list[Image] = []
    for place, part in enumerate(value):
        kind = part.get("type") if isinstance(part, dict) else None
        if kind in ("text", "refusal") and isinstance(part.get(kind), str):
            words.append(part[kind])
        elif kind == "image_url":
            images.append(_image(part.get("image_url"), at=f"{at}[{place}]"))
        else:
            raise BadRequest(f"{at}[{place}] is of type {kind!r}; text and image_url are taken.", param=f"{at}[{place}]")
    return "\n".join(words), tuple(images)


def _image(value: object, *, at: str) -> Image:
    url = value.get("url") if isinstance(value, dict) else value
    told = value.get("detail") if isinstance(value, dict) else None
    detail = told if told in _DETAILS else None
    if not isinstance(url, str):
        raise BadRequest(f"{at}.image_url.url is missing.", param=at)
    if url.startswith(("https://", "http://")):
        return Image(url=url, detail=detail)
    head, comma, encoded = url.partition(",")
    media_type = head.removeprefix("data:").removesuffix(";base64")
    if not comma or not head.startswith("data:image/") or not head.endswith(";base64"):
        raise BadRequest(f"{at}.image_url.url must be https://… or data:image/…;base64,…", param=at)
    try:
        return Image(media_type=media_type, data=b64decode(encoded, validate=True), detail=detail)
    except (BadBase64, ValueError) as error:
        raise BadRequest(f"{at}.image_url.url is not valid base64.", param=at) from error


def _tool_call(value: object, *, at: str) -> ToolCall:
    function = value.get("function") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(function, dict):
        raise BadRequest(f"{at} must be a function call.", param=at)
    found = (value.get("id"), function.get("name"), function.get("arguments"))
    if not all(isinstance(text, str) for text in found):
        raise BadRequest(f"{at} needs id, function.name and function.arguments as text.", param=at)
    call_id, name, arguments = cast(tuple[str, str, str], found)
    return ToolCall(id=call_id, name=name, arguments=arguments)


def _tools(value: object) -> tuple[Tool, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > TOOLS_MAX:
        raise BadRequest(f"'tools' must be a list of at most {TOOLS_MAX}.", param="tools")
    tools: list[Tool] = []
    for place, item in enumerate(value):
        function = item.get("function") if isinstance(item, dict) and item.get("type") == "function" else None
        if not isinstance(function, dict) or not isinstance(function.get("name"), str):
            raise BadRequest(f"tools[{place}] must be a function with a name.", param=f"tools[{place}]")
        description, parameters = function.get("description"), function.get("parameters")
        tools.append(
            Tool(
                name=function["name"],
                description=description if isinstance(description, str) else "",
                parameters=parameters if isinstance(parameters, dict) else {},
                strict=function.get("strict") is True,
            )
        )
    return tuple(tools)


def _tool_choice(value: object) -> str | Mapping[str, Any] | None:
    if value is None or isinstance(value, dict) or value in ("none", "auto", "required"):
        return cast("str | Mapping[str, Any] | None", value)
    raise BadRequest("'tool_choice' must be none, auto, required or a named function.", param="tool_choice")


def _whole(said: Mapping[str, Any], name: str) -> int | None:
    value = said.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise BadRequest(f"{name!r} must be a whole number of at least 1.", param=name)
    return value


def _number(said: Mapping[str, Any], name: str, *, most: float) -> float | None:
    value = said.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise BadRequest(f"{name!r} must be a number from 0 to {most:g}.", param=name)
    return float(value)


def _stops(value: object) -> tuple[str, ...]:
    stops = [value] if isinstance(value, str) else value
    if stops is None:
        return ()
    if not isinstance(stops, list) or len(stops) > STOPS_MAX or not all(isinstance(s, str) for s in stops):
        raise BadRequest(f"'stop' must be text or a list of at most {STOPS_MAX} texts.", param="stop")
    return tuple(stops)


# -- writing ----------------------------------------------------------------------------------------------------------


def completion(answer: Answer, *, completion_id: str, created: int) -> bytes:
    """Writes a whole answer."""
    message: dict[str, Any] = {"role": "assistant", "content": answer.text or None, "refusal": None}
    if answer.tool_calls:
        message["tool_calls"] = [_written_call(c) for c in answer.tool_calls]
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish_reason(answer)}
    return msgspec.json.encode(
        {
            "id": completion_id,
            "object": "chat.completion",
            "created": created,
            "model": answer.model,
            "choices": [choice],
            "usage": written_usage(answer.usage),
        }
    )


class Chunks:
    """Writes one answer as a stream."""

    def __init__(self, *, completion_id: str, created: int, model: str, include_usage: bool) -> None:
        self._head = {"id": completion_id, "object": "chat.completion.chunk", "created": created}
        self._model = model
        self._include_usage = include_usage

    def first(self) -> bytes:
        """Says who speaks."""
        return self._chunk({"role": "assistant", "content": "", "refusal": None})

    def text(self, text: str) -> bytes:
        """Says some words."""
        return self._chunk({"content": text})

    def end(self, answer: Answer) -> bytes:
        """Says the tool calls, why the answer ended, and what it cost."""
        self._model = answer.model
        calls = [{"index": place, **_written_call(c)} for place, c in enumerate(answer.tool_calls)]
        pieces = [self._chunk({"tool_calls": calls})] if calls else []
        pieces.append(self._chunk({}, finish=finish_reason(answer)))
        if self._include_usage:
            pieces.append(event({**self._head, "model": self._model, "choices": [], "usage": written_usage(answer.usage)}))
        return b"".join((*pieces, b"data: [DONE]\n\n"))

    def _chunk(self, delta: Mapping[str, Any], *, finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        more = {"usage": None} if self._include_usage else {}
        return event({**self._head, "model": self._model, "choices": [choice], **more})


def event(value: Mapping[str, Any]) -> bytes:
    """Writes one event of a stream."""
    return b"data: " + msgspec.json.encode(value) + b"\n\n"


def error_body(message: str, *, kind: str, code: str | None = None, param: str | None = None) -> dict[str, Any]:
    """Writes an error in OpenAI's shape."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def model_list(models: Sequence[Mapping[str, Any]]) -> bytes:
    """Writes the list of models."""
    return msgspec.json.encode({"object": "list", "data": list(models)})


def finish_reason(answer: Answer) -> str:
    """Gives a reason that clients know."""
    return answer.finish if answer.finish != "unknown" else "stop"


def written_usage(usage: Usage) -> dict[str, Any]:
    """Writes token counts."""
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_tokens},
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
    }


def _written_call(call: ToolCall) -> dict[str, Any]:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
