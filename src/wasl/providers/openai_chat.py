"""OpenAI Chat Completions, and every server that speaks it: Ollama, vLLM, OpenRouter, Azure OpenAI and many more.

Format: `POST {base_url}/chat/completions`, read from the types of the openai library 3.54.0 (2026-11-22); Azure's addressing
(deployment in the path, `api-version` in the query, `api-key` header) from general knowledge. Terms: openai.com/policies.
Cannot do: a dated Retry-After without a Date header; logprobs, audio and more than one choice are not read.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar, Literal
from urllib.parse import quote, urlsplit

import msgspec
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from wasl.domain.errors import ContentRefused, CutShort, WaslError
from wasl.domain.prompt import Delta, Finish, FinishReason, Image, Prompt, PromptMessage, TextDelta, Tool, ToolCallDelta, Usage
from wasl.ports.provider import Decoder, Model
from wasl.wire.call import Call, Reply
from wasl.wire.fault import named_failure, says_too_long, scrubbed
from wasl.wire.sse import SseReader
from wasl.wire.web_address import WebAddress

PASSED_ON = (
    "frequency_penalty", "logit_bias", "metadata", "parallel_tool_calls", "presence_penalty", "reasoning_effort",
    "response_format", "seed", "service_tier", "user", "verbosity",
)  # fmt: skip
"""Options of the compatible API that are handed through as they are."""

_REASONS: dict[str, FinishReason] = {"stop": "stop", "length": "length", "tool_calls": "tool_calls", "function_call": "tool_calls"}


class OpenAiChat:
    """Speaks Chat Completions to one server."""

    kind: ClassVar[str] = "openai_chat"
    title: ClassVar[str] = "OpenAI Chat Completions and compatible servers"
    vendors: ClassVar[Mapping[str, str]] = {"api.openai.com": "openai"}

    class Settings(BaseModel):
        """Where the server is and how it wants to be spoken to."""

        model_config = ConfigDict(frozen=True, extra="forbid")

        base_url: WebAddress = Field(
            "https://api.openai.com/v1", description="Up to and without /chat/completions; for Azure the resource."
        )
        key: SecretStr | None = Field(None, description="API key; a local server may need none.")
        key_header: Literal["auto", "bearer", "api-key"] = Field("auto", description="auto: api-key for Azure, else bearer.")
        addressing: Literal["openai", "azure"] = Field("openai", description="azure: the deployment stands in the path.")
        api_version: str | None = Field(None, description="Azure's api-version query.")
        organisation: str | None = Field(None, description="Which of your organisations is billed.")
        project: str | None = Field(None, description="Which of its projects.")
        headers: dict[str, str] = Field(default_factory=dict, description="Further headers, as some servers ask for.")
        output_limit_field: Literal["auto", "max_tokens", "max_completion_tokens"] = Field(
            "auto", description="auto: max_completion_tokens for OpenAI and Azure, max_tokens for other servers."
        )
        stream_usage: bool = Field(True, description="Ask for the token counts at the end of a stream.")
        done_mark: bool = Field(True, description="The server ends a stream with [DONE]; false: its finish reason is the end.")

    def __init__(self, settings: "OpenAiChat.Settings", *, name: str) -> None:
        self.name = name
        self._settings = settings
        azure = settings.addressing == "azure"
        secret = settings.key.get_secret_value() if settings.key else ""
        self._secrets = (secret,)
        self._headers = {"content-type": "application/json", **{k.lower(): v for k, v in settings.headers.items()}}
        if secret and (settings.key_header == "api-key" or (settings.key_header == "auto" and azure)):
            self._headers["api-key"] = secret
        elif secret:
            self._headers["authorization"] = f"Bearer {secret}"
        if settings.organisation:
            self._headers["openai-organization"] = settings.organisation
        if settings.project:
            self._headers["openai-project"] = settings.project
        self._base = settings.base_url.rstrip("/")
        self._query = f"?api-version={quote(settings.api_version)}" if settings.api_version else ""
        host = urlsplit(self._base).hostname or ""
        openai = azure or host == "api.openai.com" or host.endswith((".openai.azure.com", ".cognitiveservices.azure.com"))
        chosen = settings.output_limit_field
        self._limit_field = chosen if chosen != "auto" else ("max_completion_tokens" if openai else "max_tokens")

    def encode(self, prompt: Prompt, *, model: Model, stream: bool) -> Call:
        """Writes the request."""
        body: dict[str, Any] = {"model": model.name, "messages": [_message(m) for m in prompt.messages]}
        if prompt.tools:
            body["tools"] = [{"type": "function", "function": _function(tool)} for tool in prompt.tools]
            if prompt.tool_choice is not None:
                body["tool_choice"] = prompt.tool_choice
        if prompt.max_output_tokens is not None:
            body[self._limit_field] = min(prompt.max_output_tokens, model.output_tokens_max)
        if prompt.temperature is not None:
            body["temperature"] = prompt.temperature
        if prompt.top_p is not None:
            body["top_p"] = prompt.top_p
        if prompt.stop:
            body["stop"] = list(prompt.stop)
        for name in PASSED_ON:
            if name in prompt.extra:
                body[name] = prompt.extra[name]
        if stream:
            body["stream"] = True
            if self._settings.stream_usage:
                body["stream_options"] = {"include_usage": True}
        return Call(method="POST", url=self._url(model), headers=self._headers, body=msgspec.json.encode(body))

    def decoder(self, *, stream: bool) -> Decoder:
        """Starts reading one answer."""
        return _Stream(done_mark=self._settings.done_mark) if stream else _Whole()

    def explain(self, reply: Reply) -> WaslError | None:
        """Names the failure that a Reply tells of."""
        if 200 <= reply.status < 300:
            return None
        code, words = _error_in(reply.body)
        return named_failure(
            reply,
            who=self.name,
            detail=scrubbed(f"{words} ({code})" if code else words, secrets=self._secrets),
            too_long=says_too_long(f"{code} {words}"),
            content=code in ("content_filter", "content_policy_violation"),
        )

    def models(self) -> Call:
        """Gives the request for the list."""
        return Call(method="GET", url=f"{self._base}/models{self._query}", headers=self._headers, safe_to_repeat=True)

    def _url(self, model: Model) -> str:
        if self._settings.addressing == "azure":
            return f"{self._base}/openai/deployments/{quote(model.name, safe='')}/chat/completions{self._query}"
        return f"{self._base}/chat/completions{self._query}"


# -- writing ----------------------------------------------------------------------------------------------------------


def _message(message: PromptMessage) -> dict[str, Any]:
    wire: dict[str, Any] = {"role": message.role, "content": message.text}
    if message.images:
        words = [{"type": "text", "text": message.text}] if message.text else []
        wire["content"] = [*words, *({"type": "image_url", "image_url": _picture(i)} for i in message.images)]
    if message.name:
        wire["name"] = message.name
    if message.tool_calls:
        wire["content"] = message.text or None
        wire["tool_calls"] = [
            {"id": c.id, "type": "function", "function": {"name": c.name, "arguments": c.arguments}} for c in message.tool_calls
        ]
    if message.role == "tool":
        wire["tool_call_id"] = message.tool_call_id or ""
    return wire


def _function(tool: Tool) -> dict[str, Any]:
    """Writes a tool; `strict` only where it was asked for, because not every compatible server knows it."""
    wire = {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}
    return {**wire, "strict": True} if tool.strict else wire


def _picture(image: Image) -> dict[str, Any]:
    url = image.url or "" if image.data is None else f"data:{image.media_type};base64,{b64encode(image.data).decode()}"
    return {"url": url, "detail": image.detail} if image.detail else {"url": url}


# -- reading ----------------------------------------------------------------------------------------------------------


class _Function(msgspec.Struct):
    name: str | None = None
    arguments: str | None = None


class _ToolCall(msgspec.Struct):
    index: int | None = None
    id: str | None = None
    function: _Function | None = None


class _Piece(msgspec.Struct):
    text: str | None = None


class _Message(msgspec.Struct):
    content: str | list[_Piece] | None = None
    tool_calls: list[_ToolCall] | None = None
    refusal: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None


class _Choice(msgspec.Struct):
    index: int = 0
    delta: _Message | None = None
    message: _Message | None = None
    finish_reason: str | None = None


class _Cached(msgspec.Struct):
    cached_tokens: int | None = None


class _Reasoning(msgspec.Struct):
    reasoning_tokens: int | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int = 0
    completion_tokens: int = 0
    prompt_tokens_details: _Cached | None = None
    completion_tokens_details: _Reasoning | None = None


class _Completion(msgspec.Struct):
    id: str | None = None
    model: str | None = None
    choices: list[_Choice] | None = None
    usage: _Usage | None = None
    error: dict[str, Any] | str | None = None


_completion = msgspec.json.Decoder(_Completion).decode


class _Read:
    """What a whole answer and a streamed one are read with alike."""

    def __init__(self) -> None:
        self._usage: Usage | None = None
        self._finish: str | None = None
        self._model: str | None = None
        self._id: str | None = None
        self._calls: list[str | None] = []

    def _completion(self, data: bytes) -> Iterator[Delta]:
        try:
            read = _completion(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise CutShort(f"a piece of the answer is malformed ({error})") from error
        if read.error:
            raise CutShort("the server broke the answer off with an error of its own", detail=scrubbed(str(read.error), secrets=()))
        self._model = read.model or self._model
        self._id = read.id or self._id
        if read.usage is not None:
            self._usage = _usage(read.usage)
        for choice in read.choices or ():
            if choice.index == 0:
                yield from self._choice(choice)

    def _choice(self, choice: _Choice) -> Iterator[Delta]:
        message = choice.delta or choice.message
        if message is not None:
            content = message.content
            if content:
                words = content if isinstance(content, str) else "".join(p.text or "" for p in content)
                yield TextDelta(text=words)
            elif message.reasoning_content or message.reasoning:
                yield TextDelta(text="")
            if message.refusal:
                yield from self._counted()
                raise ContentRefused(f"the model refused: {scrubbed(message.refusal, secrets=())}")
            for place, call in enumerate(message.tool_calls or ()):
                yield self._call(call, place)
        if choice.finish_reason:
            if choice.finish_reason == "content_filter":
                yield from self._counted()
                raise ContentRefused("the server's content filter ended the answer")
            self._finish = choice.finish_reason

    def _call(self, call: _ToolCall, place: int) -> ToolCallDelta:
        """Gives each call its own index: some servers number none of them, or all of them 0."""
        function = call.function or _Function()
        index = place if call.index is None else call.index
        index = max(0, min(index, len(self._calls)))
        known = self._calls[index] if index < len(self._calls) else None
        if call.id and known and known != call.id:
            index = self._calls.index(call.id) if call.id in self._calls else len(self._calls)
        if index == len(self._calls):
            self._calls.append(call.id)
        return ToolCallDelta(index=index, id=call.id or None, name=function.name or None, arguments=function.arguments or "")

    def _counted(self) -> Iterator[Delta]:
        """Gives the usage where it is known yet: a stream that is refused is not read on, so that its stalling changes nothing."""
        if self._usage is not None:
            yield self._usage

    def _end(self) -> Iterator[Delta]:
        yield from self._counted()
        yield Finish(reason=_REASONS.get(self._finish or "", "unknown"), served_model=self._model, request_id=self._id)


class _Stream(_Read):
    def __init__(self, *, done_mark: bool) -> None:
        super().__init__()
        self._events = SseReader()
        self._done_mark = done_mark
        self._done = False

    def feed(self, data: bytes) -> Iterable[Delta]:
        for event in self._events.feed(data):
            if self._done:
                return
            if event.data == b"[DONE]":
                if self._finish is None:
                    raise CutShort("the stream named its end without a finish reason")
                self._done = True
                yield from self._end()
            else:
                yield from self._completion(event.data)

    def close(self) -> Iterable[Delta]:
        if self._done:
            return
        if self._finish is None or self._done_mark:
            raise CutShort("the stream ended without [DONE]; for a server that never sends it set done_mark = false")
        self._done = True
        yield from self._end()


class _Whole(_Read):
    def __init__(self) -> None:
        super().__init__()
        self._body: list[bytes] = []

    def feed(self, data: bytes) -> Iterable[Delta]:
        self._body.append(data)
        return ()

    def close(self) -> Iterable[Delta]:
        yield from self._completion(b"".join(self._body))
        if self._finish is None:
            raise CutShort("the answer names no finish reason")
        yield from self._end()


def _usage(read: _Usage) -> Usage:
    cached = read.prompt_tokens_details.cached_tokens if read.prompt_tokens_details else None
    reasoning = read.completion_tokens_details.reasoning_tokens if read.completion_tokens_details else None
    return Usage(
        input_tokens=read.prompt_tokens,
        output_tokens=read.completion_tokens,
        cached_tokens=cached or 0,
        reasoning_tokens=reasoning or 0,
    )


class _Fault(msgspec.Struct):
    code: str | int | None = None
    type: str | None = None
    message: str | None = None


class _FaultBody(msgspec.Struct):
    error: _Fault | str | None = None
    code: str | int | None = None
    message: str | None = None


def _error_in(body: bytes) -> tuple[str, str]:
    """Gives code and words of an error body; vLLM writes them at the top, others under `error`."""
    try:
        read = msgspec.json.decode(body, type=_FaultBody)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return "", body[:600].decode(errors="replace")
    if isinstance(read.error, str):
        return "", read.error
    if read.error is not None:
        code = read.error.code or read.error.type or ""
        return str(code), read.error.message or ""
    return str(read.code or ""), read.message or ""
