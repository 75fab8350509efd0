"""Prompt and its answer: what is asked of a language model, and the pieces in which the answer comes."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Literal

from wasl.domain.value import value

Role = Literal["system", "user", "assistant", "tool"]
FinishReason = Literal["stop", "length", "tool_calls", "content_filter", "unknown"]


@value(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture for a model that can see: its bytes with their media type, or a public address.

    `detail` is how closely it is to be looked at ("low", "high", "auto"), where a server can be told.
    """

    media_type: str = "image/jpeg"
    data: bytes | None = None
    url: str | None = None
    detail: str | None = None


@value(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A model's wish to have a tool run: `arguments` is the JSON text exactly as the model wrote it."""

    id: str
    name: str
    arguments: str


@value(frozen=True, slots=True, kw_only=True)
class PromptMessage:
    """One message of the dialogue. `tool_call_id` names the call that a "tool" message answers."""

    role: Role
    text: str = ""
    images: tuple[Image, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None
    name: str | None = None


@value(frozen=True, slots=True, kw_only=True)
class Tool:
    """A tool that may be called: `parameters` is its JSON Schema, which `strict` binds a model to, where a server can."""

    name: str
    description: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    strict: bool = False


@value(frozen=True, slots=True, kw_only=True)
class Passage:
    """A piece of the operator's own documents that may answer: `source` is the file's name, `heading` where in it."""

    text: str
    source: str
    heading: str = ""
    language: str = ""
    score: float = 0.0


@value(frozen=True, slots=True, kw_only=True)
class Prompt:
    """Everything a provider needs to encode a request. The model's name is the candidate's, not the prompt's.

    `extra` holds wire-level options a caller of the compatible API named and that are passed on where the format knows them.
    """

    messages: tuple[PromptMessage, ...]
    passages: tuple[Passage, ...] = ()
    tools: tuple[Tool, ...] = ()
    tool_choice: str | Mapping[str, Any] | None = None
    max_output_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    stop: tuple[str, ...] = ()
    language: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


@value(frozen=True, slots=True, kw_only=True)
class TextDelta:
    """Some more words of the answer."""

    text: str


@value(frozen=True, slots=True, kw_only=True)
class ToolCallDelta:
    """Some more of the tool call at place `index`; `id` and `name` come with its first piece."""

    index: int
    id: str | None = None
    name: str | None = None
    arguments: str = ""


@value(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens of one call; `estimated` when the provider named none and they were counted here."""

    input_tokens: int
    output_tokens: int
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    estimated: bool = False


@value(frozen=True, slots=True, kw_only=True)
class Finish:
    """The end mark of an answer; a stream without one was cut short. `served_model` is the name the provider gave."""

    reason: FinishReason
    served_model: str | None = None
    request_id: str | None = None


Delta = TextDelta | ToolCallDelta | Usage | Finish


@value(frozen=True, slots=True, kw_only=True)
class Answer:
    """One whole answer. `candidate` names who really gave it."""

    text: str
    candidate: str
    model: str
    usage: Usage
    finish: FinishReason
    tool_calls: tuple[ToolCall, ...] = ()
    request_id: str | None = None
