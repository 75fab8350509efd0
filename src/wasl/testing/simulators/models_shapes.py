"""What the wire formats of the models simulator share: questions read, answers to be written, and small readers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

FinishKind = Literal["stop", "length", "tool_calls", "refusal"]
ErrorKind = Literal["key", "model", "bad", "context", "throttled", "server", "overloaded"]

_encode = msgspec.json.encode


class Unreadable(Exception):
    """The request lacks something that the format demands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a request asks. `prefill` is the beginning of the answer that the caller wrote itself."""

    model: str
    text: str
    stream: bool
    system: str = ""
    everything: int = 0
    images: int = 0
    prefill: str = ""
    tools: tuple[str, ...] = ()
    wants_usage: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """An answer to be put on the wire. `tool` is the name and the JSON arguments of a tool call."""

    id: str
    model: str
    words: tuple[str, ...]
    input_tokens: int
    output_tokens: int
    finish: FinishKind = "stop"
    tool: tuple[str, str] | None = None
    created: int = 0
    wants_usage: bool = True

    @property
    def text(self) -> str:
        """The whole answer."""
        return "".join(self.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """An error to be put on the wire."""

    kind: ErrorKind
    message: str
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """A streamed answer in three pieces: what comes before the first word, one event a word, what ends it."""

    start: tuple[bytes, ...]
    words: tuple[bytes, ...]
    end: tuple[bytes, ...] = field(default=())


def event(value: object) -> bytes:
    """Writes one event without a name."""
    return b"data: " + _encode(value) + b"\n\n"


def named(kind: str, value: Mapping[str, Any]) -> bytes:
    """Writes one event with its name."""
    return b"event: " + kind.encode() + b"\ndata: " + _encode({"type": kind, **value}) + b"\n\n"


def text_of(content: object) -> tuple[str, int]:
    """Gives the words and the number of pictures of a content field in any of the formats."""
    if isinstance(content, str):
        return content, 0
    words: list[str] = []
    images = 0
    for part in content if isinstance(content, list) else []:
        if isinstance(part, dict):
            if isinstance(part.get("text"), str):
                words.append(part["text"])
            elif part.get("type") in ("image", "image_url", "input_image") or "inlineData" in part or "inline_data" in part:
                images += 1
    return "\n".join(words), images


def messages_of(body: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """Gives the list of messages. Raises Unreadable."""
    found = body.get(name)
    if not isinstance(found, list) or not found or not all(isinstance(m, dict) for m in found):
        raise Unreadable(f"{name} must be a list of at least one object")
    return found


def question_of(
    body: Mapping[str, Any], turns: list[tuple[str, object]], *, model: object, stream: bool, system: str, tools: tuple[str, ...]
) -> Question:
    """Makes a Question of the turns (role, content). Raises Unreadable."""
    if not isinstance(model, str) or not model:
        raise Unreadable("model is required")
    read = [(role, *text_of(content)) for role, content in turns]
    asked = next((text for role, text, _ in reversed(read) if role == "user"), "")
    prefill = read[-1][1] if read and read[-1][0] in ("assistant", "model") else ""
    options = body.get("stream_options")
    return Question(
        model=model,
        text=asked,
        stream=stream,
        system="\n".join([system, *(text for role, text, _ in read if role in ("system", "developer"))]).strip(),
        everything=len(system) + sum(len(text) for _, text, _ in read),
        images=sum(images for _, _, images in read),
        prefill=prefill,
        tools=tools,
        wants_usage=isinstance(options, dict) and options.get("include_usage") is True,
    )


def tool_names(body: Mapping[str, Any], *path: str) -> tuple[str, ...]:
    """Gives the names of the tools that may be called; `path` leads to their declarations. Raises Unreadable."""
    names: list[str] = []
    tools = body.get("tools")
    if tools is not None and not isinstance(tools, list):
        raise Unreadable("tools must be a list")
    for tool in tools or []:
        value: object = tool
        for step in path:
            value = value.get(step) if isinstance(value, dict) else None
        for declared in value if isinstance(value, list) else [value]:
            if isinstance(declared, dict) and isinstance(declared.get("name"), str):
                names.append(declared["name"])
    return tuple(names)
