"""Anthropic Messages.

Format: `POST {base_url}/v1/messages` with `anthropic-version: 2023-06-01`, read from the types of the anthropic library 2.12.0
(2026-11-22). Terms: anthropic.com/legal; a consumer-facing assistant must say that it is an AI at the start of a session (usage
policy of 2025-09-15). Cannot do: thinking blocks are not kept, so a model that must see its own thinking again cannot go on with tools.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

import msgspec
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from wasl.domain.errors import ContentRefused, CutShort, WaslError
from wasl.domain.prompt import Delta, Finish, FinishReason, Image, Prompt, PromptMessage, TextDelta, ToolCallDelta, Usage
from wasl.ports.provider import Decoder, Model
from wasl.wire.call import Call, Reply
from wasl.wire.fault import named_failure, says_too_long, scrubbed
from wasl.wire.read import UNREADABLE, as_written
from wasl.wire.sse import SseReader
from wasl.wire.web_address import WebAddress

API_VERSION = "2023-06-01"

_REASONS: dict[str, FinishReason] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
}


class AnthropicMessages:
    """Speaks Messages to one server."""

    kind: ClassVar[str] = "anthropic"
    title: ClassVar[str] = "Anthropic Messages"
    vendors: ClassVar[Mapping[str, str]] = {"api.anthropic.com": "anthropic"}

    class Settings(BaseModel):
        """Where the server is, and the key."""

        model_config = ConfigDict(frozen=True, extra="forbid")

        base_url: WebAddress = Field("https://api.anthropic.com", description="Up to and without /v1/messages.")
        key: SecretStr = Field(description="API key.")
        version: str = Field(API_VERSION, description="The anthropic-version header.")
        beta: tuple[str, ...] = Field((), description="Names for the anthropic-beta header.")
        headers: dict[str, str] = Field(default_factory=dict, description="Further headers.")

    def __init__(self, settings: "AnthropicMessages.Settings", *, name: str) -> None:
        self.name = name
        secret = settings.key.get_secret_value()
        self._secrets = (secret,)
        self._base = settings.base_url.rstrip("/").removesuffix("/v1")
        self._headers = {
            "content-type": "application/json",
            "x-api-key": secret,
            "anthropic-version": settings.version,
            **({"anthropic-beta": ",".join(settings.beta)} if settings.beta else {}),
            **{k.lower(): v for k, v in settings.headers.items()},
        }

    def encode(self, prompt: Prompt, *, model: Model, stream: bool) -> Call:
        """Writes the request."""
        wanted = prompt.max_output_tokens or model.output_tokens_max
        body: dict[str, Any] = {
            "model": model.name,
            "max_tokens": min(wanted, model.output_tokens_max),
            "messages": _messages(prompt.messages),
        }
        system = "\n\n".join(m.text for m in prompt.messages if m.role == "system" and m.text)
        if system:
            body["system"] = system
        if prompt.tools:
            body["tools"] = [
                {"name": t.name, "description": t.description, "input_schema": dict(t.parameters) or {"type": "object"}}
                for t in prompt.tools
            ]
            choice = _tool_choice(prompt.tool_choice)
            if choice is not None:
                body["tool_choice"] = choice
        if prompt.temperature is not None:
            body["temperature"] = min(prompt.temperature, 1.0)
        elif prompt.top_p is not None:
            body["top_p"] = prompt.top_p
        if prompt.stop:
            body["stop_sequences"] = list(prompt.stop)
        if stream:
            body["stream"] = True
        return Call(method="POST", url=f"{self._base}/v1/messages", headers=self._headers, body=msgspec.json.encode(body))

    def decoder(self, *, stream: bool) -> Decoder:
        """Starts reading one answer."""
        return _Stream() if stream else _Whole()

    def explain(self, reply: Reply) -> WaslError | None:
        """Names the failure that a Reply tells of."""
        if 200 <= reply.status < 300:
            return None
        fault = _fault_in(reply.body)
        words = f"{fault.message or ''} ({fault.type})" if fault.type else fault.message or ""
        return named_failure(reply, who=self.name, detail=scrubbed(words, secrets=self._secrets), too_long=says_too_long(words))

    def models(self) -> Call:
        """Gives the request for the list."""
        return Call(method="GET", url=f"{self._base}/v1/models?limit=1000", headers=self._headers, safe_to_repeat=True)


# -- writing ----------------------------------------------------------------------------------------------------------


def _messages(messages: Sequence[PromptMessage]) -> list[dict[str, Any]]:
    """Writes the dialogue in alternating roles: neighbours of one role become one message, a tool's answer is the user's."""
    wire: list[dict[str, Any]] = []
    for message in messages:
        if message.role == "system":
            continue
        role = "assistant" if message.role == "assistant" else "user"
        blocks = _blocks(message)
        if not blocks:
            continue
        if wire and wire[-1]["role"] == role:
            wire[-1]["content"].extend(blocks)
        else:
            wire.append({"role": role, "content": blocks})
    if not wire or wire[0]["role"] != "user":
        wire.insert(0, {"role": "user", "content": [{"type": "text", "text": "…"}]})
    last = wire[-1]["content"][-1]
    if wire[-1]["role"] == "assistant" and last["type"] == "text":
        # A begun answer that ends in white space is refused by the server.
        last["text"] = last["text"].rstrip() or "…"
    return wire


def _blocks(message: PromptMessage) -> list[dict[str, Any]]:
    if message.role == "tool":
        return [{"type": "tool_result", "tool_use_id": message.tool_call_id or "", "content": message.text}]
    blocks: list[dict[str, Any]] = [{"type": "image", "source": _image(i)} for i in message.images]
    if message.text.strip():
        blocks.append({"type": "text", "text": message.text})
    blocks.extend({"type": "tool_use", "id": c.id, "name": c.name, "input": _object(c.arguments)} for c in message.tool_calls)
    return blocks


def _image(image: Image) -> dict[str, Any]:
    if image.data is not None:
        return {"type": "base64", "media_type": image.media_type, "data": b64encode(image.data).decode()}
    return {"type": "url", "url": image.url or ""}


def _object(arguments: str) -> dict[str, Any]:
    try:
        value = msgspec.json.decode(arguments or "{}")
    except (msgspec.DecodeError, RecursionError):
        return {"arguments": arguments}
    return value if isinstance(value, dict) else {"arguments": value}


def _tool_choice(choice: object) -> dict[str, Any] | None:
    """Turns the compatible API's word into Anthropic's."""
    if isinstance(choice, str):
        return {"auto": {"type": "auto"}, "required": {"type": "any"}, "none": {"type": "none"}}.get(choice)
    if isinstance(choice, dict):
        function = choice.get("function")
        name = function.get("name") if isinstance(function, dict) else choice.get("name")
        return {"type": "tool", "name": name} if isinstance(name, str) else None
    return None


# -- reading ----------------------------------------------------------------------------------------------------------


class _Thinking(msgspec.Struct):
    thinking_tokens: int | None = None


class _Usage(msgspec.Struct):
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    output_tokens_details: _Thinking | None = None


class _Block(msgspec.Struct):
    type: str = ""
    text: str | None = None
    id: str | None = None
    name: str | None = None
    input: msgspec.Raw = msgspec.Raw(b"{}")


class _Change(msgspec.Struct):
    type: str = ""
    text: str | None = None
    partial_json: str | None = None
    stop_reason: str | None = None


class _Message(msgspec.Struct):
    id: str | None = None
    model: str | None = None
    content: list[_Block] | None = None
    stop_reason: str | None = None
    usage: _Usage | None = None


class _Fault(msgspec.Struct):
    type: str | None = None
    message: str | None = None


class _Event(msgspec.Struct):
    type: str = ""
    index: int = 0
    message: _Message | None = None
    content_block: _Block | None = None
    delta: _Change | None = None
    usage: _Usage | None = None
    error: _Fault | None = None


class _FaultBody(msgspec.Struct):
    error: _Fault | None = None


_event = msgspec.json.Decoder(_Event).decode
_message = msgspec.json.Decoder(_Message).decode


class _Counted:
    """Token counts as the stream corrects them: a later number takes the place of an earlier one."""

    def __init__(self) -> None:
        self._fresh = self._written = self._cached = self._output = self._thinking = 0
        self.named = False

    def take(self, read: _Usage | None) -> None:
        if read is None:
            return
        self.named = True
        self._fresh = self._fresh if read.input_tokens is None else read.input_tokens
        self._written = self._written if read.cache_creation_input_tokens is None else read.cache_creation_input_tokens
        self._cached = self._cached if read.cache_read_input_tokens is None else read.cache_read_input_tokens
        self._output = self._output if read.output_tokens is None else read.output_tokens
        if read.output_tokens_details is not None:
            self._thinking = read.output_tokens_details.thinking_tokens or 0

    def usage(self) -> Usage:
        """The input is named without what the cache held; a Usage counts all of it."""
        return Usage(
            input_tokens=self._fresh + self._written + self._cached,
            output_tokens=self._output,
            cached_tokens=self._cached,
            reasoning_tokens=self._thinking,
        )


class _Stream:
    def __init__(self) -> None:
        self._events = SseReader()
        self._counted = _Counted()
        self._calls: dict[int, int] = {}
        self._model: str | None = None
        self._id: str | None = None
        self._reason: str | None = None
        self._done = False

    def feed(self, data: bytes) -> Iterable[Delta]:
        for read in self._events.feed(data):
            if self._done:
                return
            try:
                event = _event(read.data)
            except UNREADABLE as error:
                raise CutShort(f"a piece of the answer is malformed ({error})") from error
            yield from self._event(event)

    def close(self) -> Iterable[Delta]:
        if not self._done:
            raise CutShort("the stream ended without message_stop")
        return ()

    def _event(self, event: _Event) -> Iterator[Delta]:
        match event.type:
            case "content_block_delta" if event.delta is not None:
                yield from self._change(event.index, event.delta)
            case "content_block_start" if event.content_block is not None:
                yield from self._block(event.index, event.content_block)
            case "message_start" if event.message is not None:
                self._model, self._id = event.message.model, event.message.id
                self._counted.take(event.message.usage)
            case "message_delta":
                self._counted.take(event.usage)
                if event.delta is not None:
                    self._reason = event.delta.stop_reason or self._reason
            case "message_stop":
                yield from self._end()
            case "error":
                fault = event.error or _Fault()
                raise CutShort(f"the server broke the answer off with {fault.type or 'an error'}")

    def _block(self, index: int, block: _Block) -> Iterator[Delta]:
        if block.type == "tool_use":
            place = self._calls.setdefault(index, len(self._calls))
            yield ToolCallDelta(index=place, id=block.id, name=block.name)
        elif block.type == "text" and block.text:
            yield TextDelta(text=block.text)

    def _change(self, index: int, change: _Change) -> Iterator[Delta]:
        if change.type == "text_delta":
            if change.text:
                yield TextDelta(text=change.text)
        elif change.type == "input_json_delta":
            if index in self._calls:
                yield ToolCallDelta(index=self._calls[index], arguments=change.partial_json or "")
        elif change.type == "thinking_delta":
            yield TextDelta(text="")

    def _end(self) -> Iterator[Delta]:
        if self._reason is None:
            raise CutShort("the stream named its end without a stop reason")
        self._done = True
        if self._counted.named:
            yield self._counted.usage()
        yield _finish(self._reason, model=self._model, request_id=self._id)


class _Whole:
    def __init__(self) -> None:
        self._body: list[bytes] = []

    def feed(self, data: bytes) -> Iterable[Delta]:
        self._body.append(data)
        return ()

    def close(self) -> Iterable[Delta]:
        try:
            read = _message(b"".join(self._body))
        except UNREADABLE as error:
            raise CutShort(f"the answer is malformed ({error})") from error
        if read.stop_reason is None:
            raise CutShort("the answer names no stop reason")
        calls = 0
        for block in read.content or ():
            if block.type == "text" and block.text:
                yield TextDelta(text=block.text)
            elif block.type == "tool_use":
                arguments = as_written(block.input)
                yield ToolCallDelta(index=calls, id=block.id, name=block.name, arguments=arguments)
                calls += 1
        counted = _Counted()
        counted.take(read.usage)
        if counted.named:
            yield counted.usage()
        yield _finish(read.stop_reason, model=read.model, request_id=read.id)


def _finish(reason: str, *, model: str | None, request_id: str | None) -> Finish:
    if reason == "refusal":
        raise ContentRefused("the model's safety rule refused to answer")
    return Finish(reason=_REASONS.get(reason, "unknown"), served_model=model, request_id=request_id)


def _fault_in(body: bytes) -> _Fault:
    try:
        return msgspec.json.decode(body, type=_FaultBody).error or _Fault()
    except UNREADABLE:
        return _Fault(message=body[:600].decode(errors="replace"))
