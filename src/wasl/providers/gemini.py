"""Google Gemini, generateContent.

Format: `POST {base_url}/models/{model}:generateContent` and `:streamGenerateContent?alt=sse`, version v1beta, read from the types of
the google-genai library 3.4.0 (2026-11-22). Terms: ai.google.dev/gemini-api/terms; for people in the EEA, Switzerland and the UK only
the paid tier, no apps for people under 18, and the free tier's content is read. Cannot do: thought signatures are not kept; a picture
by address is only taken where the server can fetch it.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import quote

import msgspec
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from wasl.domain.errors import ContentRefused, CutShort, Throttled, Unauthorised, WaslError
from wasl.domain.prompt import Delta, Finish, FinishReason, Image, Prompt, PromptMessage, TextDelta, ToolCallDelta, Usage
from wasl.ports.provider import Decoder, Model
from wasl.wire.call import Call, Reply
from wasl.wire.fault import named_failure, says_too_long, scrubbed
from wasl.wire.read import UNREADABLE, as_written
from wasl.wire.sse import SseReader
from wasl.wire.web_address import WebAddress

_REASONS: dict[str, FinishReason] = {"STOP": "stop", "MAX_TOKENS": "length"}
_REFUSED = frozenset({"SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY", "MODEL_ARMOR", "ESCALATION"})
_BROKEN = frozenset({"MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "MALFORMED_RESPONSE", "MISSING_THOUGHT_SIGNATURE"})
"""Ends that are a fault of the model's, not an answer."""


class Gemini:
    """Speaks generateContent to one server."""

    kind: ClassVar[str] = "gemini"
    title: ClassVar[str] = "Google Gemini"
    vendors: ClassVar[Mapping[str, str]] = {"generativelanguage.googleapis.com": "gemini"}

    class Settings(BaseModel):
        """Where the server is, and the key."""

        model_config = ConfigDict(frozen=True, extra="forbid")

        base_url: WebAddress = Field("https://generativelanguage.googleapis.com/v1beta", description="Up to and without /models.")
        key: SecretStr = Field(description="API key.")
        headers: dict[str, str] = Field(default_factory=dict, description="Further headers.")

    def __init__(self, settings: "Gemini.Settings", *, name: str) -> None:
        self.name = name
        secret = settings.key.get_secret_value()
        self._secrets = (secret,)
        self._base = settings.base_url.rstrip("/")
        self._headers = {
            "content-type": "application/json",
            "x-goog-api-key": secret,
            **{k.lower(): v for k, v in settings.headers.items()},
        }

    def encode(self, prompt: Prompt, *, model: Model, stream: bool) -> Call:
        """Writes the request."""
        body: dict[str, Any] = {"contents": _contents(prompt.messages)}
        system = [{"text": m.text} for m in prompt.messages if m.role == "system" and m.text]
        if system:
            body["systemInstruction"] = {"parts": system}
        if prompt.tools:
            body["tools"] = [{"functionDeclarations": [_declaration(t.name, t.description, t.parameters) for t in prompt.tools]}]
            choice = _tool_choice(prompt.tool_choice)
            if choice is not None:
                body["toolConfig"] = {"functionCallingConfig": choice}
        config = _config(prompt, model=model)
        if config:
            body["generationConfig"] = config
        verb = "streamGenerateContent?alt=sse" if stream else "generateContent"
        name = quote(model.name.removeprefix("models/"), safe="")
        return Call(method="POST", url=f"{self._base}/models/{name}:{verb}", headers=self._headers, body=msgspec.json.encode(body))

    def decoder(self, *, stream: bool) -> Decoder:
        """Starts reading one answer."""
        return _Stream() if stream else _Whole()

    def explain(self, reply: Reply) -> WaslError | None:
        """Names the failure that a Reply tells of."""
        if 200 <= reply.status < 300:
            return None
        fault = _fault_in(reply.body)
        words = f"{fault.message or ''} ({fault.status})" if fault.status else fault.message or ""
        detail = scrubbed(words, secrets=self._secrets)
        if any(d.reason == "API_KEY_INVALID" for d in fault.details or ()):
            return Unauthorised(f"{self.name} answered {reply.status}: {detail}; check the key", status=reply.status)
        failure = named_failure(reply, who=self.name, detail=detail, too_long=says_too_long(words))
        if isinstance(failure, Throttled) and failure.seconds is None:
            return Throttled(failure.message, seconds=_retry_delay(fault), **failure.facts)
        return failure

    def models(self) -> Call:
        """Gives the request for the list."""
        return Call(method="GET", url=f"{self._base}/models?pageSize=1000", headers=self._headers, safe_to_repeat=True)


# -- writing ----------------------------------------------------------------------------------------------------------


def _contents(messages: Sequence[PromptMessage]) -> list[dict[str, Any]]:
    """Writes the dialogue; neighbours of one role become one content, a tool's answer is the user's."""
    contents: list[dict[str, Any]] = []
    names: dict[str, str] = {}
    for message in messages:
        names.update({c.id: c.name for c in message.tool_calls})
        if message.role == "system":
            continue
        role = "model" if message.role == "assistant" else "user"
        parts = _parts(message, names)
        if not parts:
            continue
        if contents and contents[-1]["role"] == role:
            contents[-1]["parts"].extend(parts)
        else:
            contents.append({"role": role, "parts": parts})
    return contents or [{"role": "user", "parts": [{"text": "…"}]}]


def _parts(message: PromptMessage, names: Mapping[str, str]) -> list[dict[str, Any]]:
    if message.role == "tool":
        name = message.name or names.get(message.tool_call_id or "") or "tool"
        return [{"functionResponse": {"name": name, "response": _object(message.text, under="result")}}]
    parts: list[dict[str, Any]] = [{"text": message.text}] if message.text else []
    parts.extend(_picture(i) for i in message.images)
    parts.extend({"functionCall": {"name": c.name, "args": _object(c.arguments, under="arguments")}} for c in message.tool_calls)
    return parts


def _picture(image: Image) -> dict[str, Any]:
    if image.data is not None:
        return {"inlineData": {"mimeType": image.media_type, "data": b64encode(image.data).decode()}}
    return {"fileData": {"mimeType": image.media_type, "fileUri": image.url or ""}}


def _object(text: str, *, under: str) -> dict[str, Any]:
    """Gives JSON text as the object that the format asks for; anything else stands in one under a name."""
    try:
        value = msgspec.json.decode(text or "{}")
    except (msgspec.DecodeError, RecursionError):
        return {under: text}
    return value if isinstance(value, dict) else {under: value}


def _declaration(name: str, description: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    declaration: dict[str, Any] = {"name": name, "description": description}
    if parameters.get("properties"):
        declaration["parametersJsonSchema"] = dict(parameters)
    return declaration


def _tool_choice(choice: object) -> dict[str, Any] | None:
    if isinstance(choice, str):
        mode = {"auto": "AUTO", "required": "ANY", "none": "NONE"}.get(choice)
        return {"mode": mode} if mode else None
    if isinstance(choice, Mapping):
        function = choice.get("function")
        name = function.get("name") if isinstance(function, Mapping) else choice.get("name")
        return {"mode": "ANY", "allowedFunctionNames": [name]} if isinstance(name, str) else None
    return None


def _config(prompt: Prompt, *, model: Model) -> dict[str, Any]:
    config: dict[str, Any] = {}
    if prompt.max_output_tokens is not None:
        config["maxOutputTokens"] = min(prompt.max_output_tokens, model.output_tokens_max)
    if prompt.temperature is not None:
        config["temperature"] = prompt.temperature
    if prompt.top_p is not None:
        config["topP"] = prompt.top_p
    if prompt.stop:
        config["stopSequences"] = list(prompt.stop)
    for ours, theirs in (("seed", "seed"), ("presence_penalty", "presencePenalty"), ("frequency_penalty", "frequencyPenalty")):
        if ours in prompt.extra:
            config[theirs] = prompt.extra[ours]
    wanted = prompt.extra.get("response_format")
    if isinstance(wanted, Mapping) and wanted.get("type") in ("json_object", "json_schema"):
        config["responseMimeType"] = "application/json"
        schema = wanted.get("json_schema")
        if isinstance(schema, Mapping) and isinstance(schema.get("schema"), Mapping):
            config["responseJsonSchema"] = schema["schema"]
    return config


# -- reading ----------------------------------------------------------------------------------------------------------


class _FunctionCall(msgspec.Struct):
    id: str | None = None
    name: str | None = None
    args: msgspec.Raw = msgspec.Raw(b"{}")


class _Part(msgspec.Struct, rename="camel"):
    text: str | None = None
    thought: bool | None = None
    function_call: _FunctionCall | None = None


class _Content(msgspec.Struct):
    parts: list[_Part] | None = None


class _Candidate(msgspec.Struct, rename="camel"):
    content: _Content | None = None
    finish_reason: str | None = None
    index: int = 0


class _Tokens(msgspec.Struct, rename="camel"):
    prompt_token_count: int = 0
    tool_use_prompt_token_count: int = 0
    candidates_token_count: int = 0
    thoughts_token_count: int = 0
    cached_content_token_count: int = 0


class _Feedback(msgspec.Struct, rename="camel"):
    block_reason: str | None = None


class _Detail(msgspec.Struct, rename="camel"):
    reason: str | None = None
    retry_delay: str | None = None


class _Fault(msgspec.Struct):
    message: str | None = None
    status: str | None = None
    details: list[_Detail] | None = None


class _Generated(msgspec.Struct, rename="camel"):
    candidates: list[_Candidate] | None = None
    usage_metadata: _Tokens | None = None
    prompt_feedback: _Feedback | None = None
    model_version: str | None = None
    response_id: str | None = None
    error: _Fault | None = None


class _FaultBody(msgspec.Struct):
    error: _Fault | None = None


_generated = msgspec.json.Decoder(_Generated).decode


class _Read:
    """What a whole answer and a streamed one are read with alike: each piece has the same shape."""

    def __init__(self) -> None:
        self._tokens: _Tokens | None = None
        self._calls = 0
        self._done = False

    def _piece(self, data: bytes) -> Iterator[Delta]:
        try:
            read = _generated(data)
        except UNREADABLE as error:
            raise CutShort(f"a piece of the answer is malformed ({error})") from error
        if read.error is not None:
            raise CutShort(f"the server broke the answer off with {scrubbed(read.error.status or 'an error', secrets=())}")
        self._tokens = read.usage_metadata or self._tokens
        if read.prompt_feedback is not None and read.prompt_feedback.block_reason:
            if self._tokens is not None:
                yield _usage(self._tokens)
            raise ContentRefused(f"the provider's safety rule refused the prompt ({read.prompt_feedback.block_reason})")
        for candidate in read.candidates or ():
            if candidate.index == 0:
                yield from self._candidate(candidate, read)

    def _candidate(self, candidate: _Candidate, read: _Generated) -> Iterator[Delta]:
        for part in (candidate.content.parts if candidate.content else None) or ():
            if part.function_call is not None:
                call = part.function_call
                arguments = as_written(call.args)
                yield ToolCallDelta(index=self._calls, id=call.id, name=call.name, arguments=arguments)
                self._calls += 1
            elif part.text:
                yield TextDelta(text="" if part.thought else part.text)
        reason = candidate.finish_reason
        if reason is None or reason == "FINISH_REASON_UNSPECIFIED":
            return
        self._done = True
        if self._tokens is not None:
            yield _usage(self._tokens)
        if reason in _REFUSED:
            raise ContentRefused(f"the provider's safety rule ended the answer ({reason})")
        if reason in _BROKEN:
            raise CutShort(f"the model ended its answer with a fault of its own ({reason})")
        finish = Finish(reason=_REASONS.get(reason, "unknown"), served_model=read.model_version, request_id=read.response_id)
        yield replace(finish, reason="tool_calls") if self._calls and finish.reason == "stop" else finish


class _Stream(_Read):
    def __init__(self) -> None:
        super().__init__()
        self._events = SseReader()

    def feed(self, data: bytes) -> Iterable[Delta]:
        for event in self._events.feed(data):
            if self._done:
                return
            yield from self._piece(event.data)

    def close(self) -> Iterable[Delta]:
        if not self._done:
            raise CutShort("the stream ended without a finish reason")
        return ()


class _Whole(_Read):
    def __init__(self) -> None:
        super().__init__()
        self._body: list[bytes] = []

    def feed(self, data: bytes) -> Iterable[Delta]:
        self._body.append(data)
        return ()

    def close(self) -> Iterable[Delta]:
        yield from self._piece(b"".join(self._body))
        if not self._done:
            raise CutShort("the answer names no finish reason")


def _usage(read: _Tokens) -> Usage:
    return Usage(
        input_tokens=read.prompt_token_count + read.tool_use_prompt_token_count,
        output_tokens=read.candidates_token_count + read.thoughts_token_count,
        cached_tokens=read.cached_content_token_count,
        reasoning_tokens=read.thoughts_token_count,
    )


def _fault_in(body: bytes) -> _Fault:
    try:
        return msgspec.json.decode(body, type=_FaultBody).error or _Fault()
    except UNREADABLE:
        return _Fault(message=body[:600].decode(errors="replace"))


def _retry_delay(fault: _Fault) -> float | None:
    """Reads the wait ("34s") that google.rpc.RetryInfo names in the body."""
    for detail in fault.details or ():
        digits = (detail.retry_delay or "").removesuffix("s")
        if digits and digits.replace(".", "", 1).isdigit() and digits.isascii():
            return min(float(digits), 86_400.0)
    return None
