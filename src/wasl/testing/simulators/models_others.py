"""The wire formats of Anthropic messages and Gemini as their servers write them."""

from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec

from wasl.testing.simulators.models_shapes import (
    ErrorKind,
    FinishKind,
    Question,
    Stream,
    Trouble,
    Unreadable,
    Written,
    event,
    messages_of,
    named,
    question_of,
    text_of,
    tool_names,
)

_ANTHROPIC_ERRORS: Mapping[ErrorKind, tuple[int, str]] = {
    "key": (401, "authentication_error"),
    "model": (404, "not_found_error"),
    "bad": (400, "invalid_request_error"),
    "context": (400, "invalid_request_error"),
    "throttled": (429, "rate_limit_error"),
    "server": (500, "api_error"),
    "overloaded": (529, "overloaded_error"),
}
_GEMINI_ERRORS: Mapping[ErrorKind, tuple[int, str]] = {
    "key": (400, "INVALID_ARGUMENT"),
    "model": (404, "NOT_FOUND"),
    "bad": (400, "INVALID_ARGUMENT"),
    "context": (400, "INVALID_ARGUMENT"),
    "throttled": (429, "RESOURCE_EXHAUSTED"),
    "server": (500, "INTERNAL"),
    "overloaded": (503, "UNAVAILABLE"),
}


class Anthropic:
    """POST …/messages."""

    finish: ClassVar[Mapping[FinishKind, str]] = {
        "stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use", "refusal": "refusal",
    }  # fmt: skip

    def read(self, body: Mapping[str, Any], *, model: str | None, stream: bool | None) -> Question:
        """Reads a request. Raises Unreadable."""
        most = body.get("max_tokens")
        if isinstance(most, bool) or not isinstance(most, int) or most < 1:
            raise Unreadable("max_tokens: Field required")
        turns = [(str(m.get("role")), m.get("content")) for m in messages_of(body, "messages")]
        if any(role not in ("user", "assistant") for role, _ in turns):
            raise Unreadable("messages: Unexpected role. Use the top-level system parameter for the system prompt.")
        if any(text_of(content) == ("", 0) and isinstance(content, str) for _, content in turns):
            raise Unreadable("messages: text content blocks must be non-empty")
        system = text_of(body.get("system"))[0]
        return question_of(body, turns, model=body.get("model"), stream=body.get("stream") is True, system=system, tools=tool_names(body))

    def whole(self, w: Written) -> dict[str, Any]:
        """Writes an answer."""
        content: list[dict[str, Any]] = [{"type": "text", "text": w.text}] if w.words else []
        if w.tool:
            content.append({"type": "tool_use", "id": f"toolu_{w.id}", "name": w.tool[0], "input": msgspec.json.decode(w.tool[1])})
        return {
            **self._head(w),
            "content": content,
            "stop_reason": self.finish[w.finish],
            "usage": {"input_tokens": w.input_tokens, "output_tokens": w.output_tokens},
        }

    def streamed(self, w: Written) -> Stream:
        """Writes a streamed answer."""
        opened = {**self._head(w), "content": [], "stop_reason": None, "usage": {"input_tokens": w.input_tokens, "output_tokens": 1}}
        block: dict[str, Any] = {"type": "text", "text": ""}
        words = tuple(named("content_block_delta", {"index": 0, "delta": {"type": "text_delta", "text": word}}) for word in w.words)
        if w.tool:
            block = {"type": "tool_use", "id": f"toolu_{w.id}", "name": w.tool[0], "input": {}}
            delta = {"type": "input_json_delta", "partial_json": w.tool[1]}
            words = (named("content_block_delta", {"index": 0, "delta": delta}),)
        start = (
            named("message_start", {"message": opened}),
            named("content_block_start", {"index": 0, "content_block": block}),
            named("ping", {}),
        )
        last = {"delta": {"stop_reason": self.finish[w.finish], "stop_sequence": None}, "usage": {"output_tokens": w.output_tokens}}
        end = (named("content_block_stop", {"index": 0}), named("message_delta", last), named("message_stop", {}))
        return Stream(start=start, words=words, end=end)

    def error(self, trouble: Trouble) -> tuple[int, dict[str, Any]]:
        """Writes an error."""
        status, kind = _ANTHROPIC_ERRORS[trouble.kind]
        return status, {"type": "error", "error": {"type": kind, "message": trouble.message}, "request_id": "req_simulated"}

    def stream_error(self, message: str) -> bytes:
        """Writes an error inside a stream."""
        return named("error", {"error": {"type": "overloaded_error", "message": message}})

    def _head(self, w: Written) -> dict[str, Any]:
        return {"id": f"msg_{w.id}", "type": "message", "role": "assistant", "model": w.model, "stop_sequence": None}


class Gemini:
    """POST …/models/<model>:generateContent and :streamGenerateContent?alt=sse."""

    finish: ClassVar[Mapping[FinishKind, str]] = {"stop": "STOP", "length": "MAX_TOKENS", "tool_calls": "STOP", "refusal": "SAFETY"}

    def read(self, body: Mapping[str, Any], *, model: str | None, stream: bool | None) -> Question:
        """Reads a request. Raises Unreadable."""
        turns = [(str(m.get("role", "user")), m.get("parts")) for m in messages_of(body, "contents")]
        if any(role not in ("user", "model", "function") for role, _ in turns):
            raise Unreadable("Please use a valid role: user, model.")
        instruction = body.get("systemInstruction", body.get("system_instruction"))
        system = text_of(instruction.get("parts"))[0] if isinstance(instruction, dict) else ""
        tools = tool_names(body, "functionDeclarations")
        return question_of(body, turns, model=model, stream=stream is True, system=system, tools=tools)

    def whole(self, w: Written) -> dict[str, Any]:
        """Writes an answer."""
        return self._piece(w, w.text, finish=w.finish)

    def streamed(self, w: Written) -> Stream:
        """Writes a streamed answer: the end mark is the finish reason of the last piece."""
        body, last = w.words[:-1], (w.words or ("",))[-1]
        return Stream(
            start=(),
            words=tuple(event(self._piece(w, word, finish=None)) for word in body),
            end=(event(self._piece(w, last, finish=w.finish)),),
        )

    def error(self, trouble: Trouble) -> tuple[int, dict[str, Any]]:
        """Writes an error."""
        status, kind = _GEMINI_ERRORS[trouble.kind]
        error: dict[str, Any] = {"code": status, "message": trouble.message, "status": kind}
        if trouble.kind == "key":
            error["details"] = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}]
        if trouble.seconds is not None:
            error["details"] = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{trouble.seconds:g}s"}]
        return status, {"error": error}

    def stream_error(self, message: str) -> bytes:
        """Writes an error inside a stream."""
        return event({"error": {"code": 503, "message": message, "status": "UNAVAILABLE"}})

    def _piece(self, w: Written, text: str, *, finish: FinishKind | None) -> dict[str, Any]:
        parts: list[dict[str, Any]] = [{"text": text}] if text else []
        if w.tool and finish:
            parts.append({"functionCall": {"name": w.tool[0], "args": msgspec.json.decode(w.tool[1])}})
        candidate: dict[str, Any] = {"content": {"parts": parts, "role": "model"}, "index": 0}
        value: dict[str, Any] = {"candidates": [candidate], "modelVersion": w.model, "responseId": w.id}
        if finish:
            candidate["finishReason"] = self.finish[finish]
            total = w.input_tokens + w.output_tokens
            counts = {"promptTokenCount": w.input_tokens, "candidatesTokenCount": w.output_tokens, "totalTokenCount": total}
            value["usageMetadata"] = counts
        return value
