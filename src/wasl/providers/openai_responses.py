"""OpenAI Responses.

Format: `POST {base_url}/responses`, read from the types of the openai library 3.54.0 (2026-11-22). Nothing is kept at the
provider (`store` is false), so each request carries the whole dialogue. Terms: openai.com/policies. Cannot do: stop sequences
(the format has none), the provider's own tools, and reasoning items are not handed back.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

import msgspec
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from wasl.domain.errors import ContentRefused, CutShort, WaslError
from wasl.domain.prompt import Delta, Finish, FinishReason, Image, Prompt, PromptMessage, TextDelta, ToolCallDelta, Usage
from wasl.ports.provider import Decoder, Model
from wasl.wire.call import Call, Reply
from wasl.wire.fault import named_failure, says_too_long, scrubbed
from wasl.wire.read import UNREADABLE
from wasl.wire.sse import SseReader
from wasl.wire.web_address import WebAddress

PASSED_ON = ("metadata", "parallel_tool_calls", "service_tier", "user")
"""Options of the compatible API that this format has under the same name."""


class OpenAiResponses:
    """Speaks Responses to one server."""

    kind: ClassVar[str] = "openai_responses"
    title: ClassVar[str] = "OpenAI Responses"
    vendors: ClassVar[Mapping[str, str]] = {"api.openai.com": "openai"}

    class Settings(BaseModel):
        """Where the server is, and the key."""

        model_config = ConfigDict(frozen=True, extra="forbid")

        base_url: WebAddress = Field("https://api.openai.com/v1", description="Up to and without /responses.")
        key: SecretStr = Field(description="API key.")
        organisation: str | None = Field(None, description="Which of your organisations is billed.")
        project: str | None = Field(None, description="Which of its projects.")
        headers: dict[str, str] = Field(default_factory=dict, description="Further headers.")

    def __init__(self, settings: "OpenAiResponses.Settings", *, name: str) -> None:
        self.name = name
        secret = settings.key.get_secret_value()
        self._secrets = (secret,)
        self._base = settings.base_url.rstrip("/")
        self._headers = {
            "content-type": "application/json",
            "authorization": f"Bearer {secret}",
            **({"openai-organization": settings.organisation} if settings.organisation else {}),
            **({"openai-project": settings.project} if settings.project else {}),
            **{k.lower(): v for k, v in settings.headers.items()},
        }

    def encode(self, prompt: Prompt, *, model: Model, stream: bool) -> Call:
        """Writes the request."""
        body: dict[str, Any] = {
            "model": model.name,
            "input": [item for m in prompt.messages if m.role != "system" for item in _items(m)],
            "store": False,
        }
        instructions = "\n\n".join(m.text for m in prompt.messages if m.role == "system" and m.text)
        if instructions:
            body["instructions"] = instructions
        if prompt.tools:
            body["tools"] = [
                {"type": "function", "name": t.name, "description": t.description, "parameters": dict(t.parameters), "strict": t.strict}
                for t in prompt.tools
            ]
            if prompt.tool_choice is not None:
                body["tool_choice"] = _tool_choice(prompt.tool_choice)
        if prompt.max_output_tokens is not None:
            body["max_output_tokens"] = max(16, min(prompt.max_output_tokens, model.output_tokens_max))
        if prompt.temperature is not None:
            body["temperature"] = prompt.temperature
        if prompt.top_p is not None:
            body["top_p"] = prompt.top_p
        body.update({name: prompt.extra[name] for name in PASSED_ON if name in prompt.extra})
        body.update(_renamed(prompt.extra))
        if stream:
            body["stream"] = True
        return Call(method="POST", url=f"{self._base}/responses", headers=self._headers, body=msgspec.json.encode(body))

    def decoder(self, *, stream: bool) -> Decoder:
        """Starts reading one answer."""
        return _Stream() if stream else _Whole()

    def explain(self, reply: Reply) -> WaslError | None:
        """Names the failure that a Reply tells of."""
        if 200 <= reply.status < 300:
            return None
        fault = _fault_in(reply.body)
        code = str(fault.code or fault.type or "")
        words = f"{fault.message or ''} ({code})" if code else fault.message or ""
        return named_failure(
            reply,
            who=self.name,
            detail=scrubbed(words, secrets=self._secrets),
            too_long=says_too_long(words),
            content=_is_policy(code),
        )

    def models(self) -> Call:
        """Gives the request for the list."""
        return Call(method="GET", url=f"{self._base}/models", headers=self._headers, safe_to_repeat=True)


# -- writing ----------------------------------------------------------------------------------------------------------


def _items(message: PromptMessage) -> Iterator[dict[str, Any]]:
    if message.role == "tool":
        yield {"type": "function_call_output", "call_id": message.tool_call_id or "", "output": message.text}
        return
    if message.images:
        words = [{"type": "input_text", "text": message.text}] if message.text else []
        pictures = [{"type": "input_image", "image_url": _image_url(i), "detail": i.detail or "auto"} for i in message.images]
        yield {"role": message.role, "content": [*words, *pictures]}
    elif message.text or not message.tool_calls:
        yield {"role": message.role, "content": message.text}
    for call in message.tool_calls:
        yield {"type": "function_call", "call_id": call.id, "name": call.name, "arguments": call.arguments}


def _image_url(image: Image) -> str:
    if image.data is not None:
        return f"data:{image.media_type};base64,{b64encode(image.data).decode()}"
    return image.url or ""


def _tool_choice(choice: str | Mapping[str, Any]) -> str | dict[str, Any]:
    if isinstance(choice, str):
        return choice
    function = choice.get("function")
    name = function.get("name") if isinstance(function, Mapping) else choice.get("name")
    return {"type": "function", "name": name} if isinstance(name, str) else dict(choice)


def _renamed(extra: Mapping[str, Any]) -> dict[str, Any]:
    """Says in this format what the compatible API says under other names."""
    body: dict[str, Any] = {}
    if "reasoning_effort" in extra:
        body["reasoning"] = {"effort": extra["reasoning_effort"]}
    text: dict[str, Any] = {}
    if "verbosity" in extra:
        text["verbosity"] = extra["verbosity"]
    wanted = extra.get("response_format")
    if isinstance(wanted, Mapping):
        schema = wanted.get("json_schema")
        text["format"] = {"type": "json_schema", **schema} if isinstance(schema, Mapping) else dict(wanted)
    if text:
        body["text"] = text
    return body


# -- reading ----------------------------------------------------------------------------------------------------------


class _Fault(msgspec.Struct):
    code: str | int | None = None
    type: str | None = None
    message: str | None = None


class _Cached(msgspec.Struct):
    cached_tokens: int | None = None


class _Reasoning(msgspec.Struct):
    reasoning_tokens: int | None = None


class _Usage(msgspec.Struct):
    input_tokens: int = 0
    output_tokens: int = 0
    input_tokens_details: _Cached | None = None
    output_tokens_details: _Reasoning | None = None


class _Content(msgspec.Struct):
    type: str = ""
    text: str | None = None
    refusal: str | None = None


class _Item(msgspec.Struct):
    type: str = ""
    call_id: str | None = None
    name: str | None = None
    arguments: str | None = None
    content: list[_Content] | None = None


class _Incomplete(msgspec.Struct):
    reason: str | None = None


class _Response(msgspec.Struct):
    id: str | None = None
    model: str | None = None
    status: str | None = None
    output: list[_Item] | None = None
    usage: _Usage | None = None
    error: _Fault | None = None
    incomplete_details: _Incomplete | None = None


class _Event(msgspec.Struct):
    type: str = ""
    delta: str | None = None
    output_index: int = 0
    item: _Item | None = None
    response: _Response | None = None
    code: str | None = None
    error: _Fault | None = None


class _FaultBody(msgspec.Struct):
    error: _Fault | None = None


class _Kind(msgspec.Struct):
    type: str = ""


_kind = msgspec.json.Decoder(_Kind).decode
_event = msgspec.json.Decoder(_Event).decode
_response = msgspec.json.Decoder(_Response).decode
_READ = frozenset(
    {
        "response.output_text.delta", "response.output_item.added", "response.function_call_arguments.delta",
        "response.completed", "response.incomplete", "response.failed", "response.cancelled", "error",
    }
)  # fmt: skip
_THINKING = ("response.reasoning_text.delta", "response.reasoning_summary_text.delta")
_REFUSAL = ("response.refusal.delta", "response.refusal.done")


class _Stream:
    def __init__(self) -> None:
        self._events = SseReader()
        self._calls: dict[int, int] = {}
        self._done = False

    def feed(self, data: bytes) -> Iterable[Delta]:
        for read in self._events.feed(data):
            if self._done:
                return
            try:
                # The kind first: events that are not read may have any shape, now or later.
                kind = _kind(read.data).type
                event = _event(read.data) if kind in _READ else None
            except UNREADABLE as error:
                raise CutShort(f"a piece of the answer is malformed ({error})") from error
            if event is not None:
                yield from self._event(event)
            elif kind in _THINKING:
                yield TextDelta(text="")
            elif kind in _REFUSAL:
                raise ContentRefused("the model refused to answer")

    def close(self) -> Iterable[Delta]:
        if not self._done:
            raise CutShort("the stream ended without response.completed")
        return ()

    def _event(self, event: _Event) -> Iterator[Delta]:
        match event.type:
            case "response.output_text.delta":
                if event.delta:
                    yield TextDelta(text=event.delta)
            case "response.output_item.added":
                if event.item is not None and event.item.type == "function_call":
                    place = self._calls.setdefault(event.output_index, len(self._calls))
                    yield ToolCallDelta(index=place, id=event.item.call_id, name=event.item.name)
            case "response.function_call_arguments.delta":
                if event.output_index in self._calls:
                    yield ToolCallDelta(index=self._calls[event.output_index], arguments=event.delta or "")
            case "error":
                code = event.code or (str(event.error.code or event.error.type) if event.error else "an error")
                raise _failed(_Fault(code=code))
            case _:
                self._done = True
                yield from _end(event.response or _Response(), called=bool(self._calls))


class _Whole:
    def __init__(self) -> None:
        self._body: list[bytes] = []

    def feed(self, data: bytes) -> Iterable[Delta]:
        self._body.append(data)
        return ()

    def close(self) -> Iterable[Delta]:
        try:
            read = _response(b"".join(self._body))
        except UNREADABLE as error:
            raise CutShort(f"the answer is malformed ({error})") from error
        calls = 0
        for item in read.output or ():
            for content in item.content or () if item.type == "message" else ():
                if content.refusal:
                    yield from _counted(read)
                    raise ContentRefused(f"the model refused: {scrubbed(content.refusal, secrets=())}")
                if content.text:
                    yield TextDelta(text=content.text)
            if item.type == "function_call":
                yield ToolCallDelta(index=calls, id=item.call_id, name=item.name, arguments=item.arguments or "{}")
                calls += 1
        yield from _end(read, called=calls > 0)


def _counted(response: _Response) -> Iterator[Delta]:
    if response.usage is not None:
        cached, reasoning = response.usage.input_tokens_details, response.usage.output_tokens_details
        yield Usage(
            input_tokens=response.usage.input_tokens,
            output_tokens=response.usage.output_tokens,
            cached_tokens=(cached.cached_tokens or 0) if cached else 0,
            reasoning_tokens=(reasoning.reasoning_tokens or 0) if reasoning else 0,
        )


def _end(response: _Response, *, called: bool) -> Iterator[Delta]:
    yield from _counted(response)
    reason: FinishReason
    if response.status == "completed":
        reason = "tool_calls" if called else "stop"
    elif response.status == "incomplete":
        why = response.incomplete_details.reason if response.incomplete_details else None
        if why == "content_filter":
            raise ContentRefused("the server's content filter ended the answer")
        reason = "length" if why in ("max_output_tokens", "max_messages") else "unknown"
    else:
        raise _failed(response.error or _Fault(code=f"status {response.status!r}"))
    yield Finish(reason=reason, served_model=response.model, request_id=response.id)


def _failed(fault: _Fault) -> WaslError:
    code = str(fault.code or fault.type or "an error")
    if _is_policy(code):
        return ContentRefused(f"the provider's rules refused the content ({code})")
    return CutShort(f"the server broke the answer off with {scrubbed(code, secrets=())}")


def _is_policy(code: str) -> bool:
    return code in ("content_filter", "content_policy_violation") or "policy" in code


def _fault_in(body: bytes) -> _Fault:
    try:
        return msgspec.json.decode(body, type=_FaultBody).error or _Fault()
    except UNREADABLE:
        return _Fault(message=body[:600].decode(errors="replace"))
