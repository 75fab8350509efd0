"""OpenAI's two wire formats as its servers write them: chat completions and responses."""

from collections.abc import Mapping
from typing import Any, ClassVar

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
    tool_names,
)

_OPENAI_ERRORS: Mapping[ErrorKind, tuple[int, str, str | None]] = {
    "key": (401, "invalid_request_error", "invalid_api_key"),
    "model": (404, "invalid_request_error", "model_not_found"),
    "bad": (400, "invalid_request_error", None),
    "context": (400, "invalid_request_error", "context_length_exceeded"),
    "throttled": (429, "requests", "rate_limit_exceeded"),
    "server": (500, "server_error", None),
    "overloaded": (503, "server_error", None),
}


class OpenAIChat:
    """POST …/chat/completions."""

    finish: ClassVar[Mapping[FinishKind, str]] = {
        "stop": "stop", "length": "length", "tool_calls": "tool_calls", "refusal": "content_filter",
    }  # fmt: skip

    def read(self, body: Mapping[str, Any], *, model: str | None, stream: bool | None) -> Question:
        """Reads a request. Raises Unreadable."""
        turns = [(str(m.get("role")), m.get("content")) for m in messages_of(body, "messages")]
        for role, _ in turns:
            if role not in ("system", "developer", "user", "assistant", "tool"):
                raise Unreadable(f"messages: role {role!r} is not known")
        tools = tool_names(body, "function")
        return question_of(body, turns, model=body.get("model") or model, stream=body.get("stream") is True, system="", tools=tools)

    def whole(self, w: Written) -> dict[str, Any]:
        """Writes an answer."""
        message: dict[str, Any] = {"role": "assistant", "content": w.text or None, "refusal": None}
        if w.tool:
            message["tool_calls"] = [{"id": f"call_{w.id}", "type": "function", "function": {"name": w.tool[0], "arguments": w.tool[1]}}]
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": self.finish[w.finish]}
        return {**self._head(w, "chat.completion"), "choices": [choice], "usage": self._usage(w)}

    def streamed(self, w: Written) -> Stream:
        """Writes a streamed answer."""
        head = self._head(w, "chat.completion.chunk")

        def chunk(delta: Mapping[str, Any], finish: str | None = None) -> bytes:
            return event({**head, "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]})

        start = (chunk({"role": "assistant", "content": "", "refusal": None}),)
        words = tuple(chunk({"content": word}) for word in w.words)
        if w.tool:
            call = {"index": 0, "id": f"call_{w.id}", "type": "function", "function": {"name": w.tool[0], "arguments": ""}}
            half = len(w.tool[1]) // 2
            pieces = [{"index": 0, "function": {"arguments": part}} for part in (w.tool[1][:half], w.tool[1][half:])]
            words = (*words, chunk({"tool_calls": [call]}), *(chunk({"tool_calls": [piece]}) for piece in pieces))
        end = [chunk({}, self.finish[w.finish])]
        if w.wants_usage:
            end.append(event({**head, "choices": [], "usage": self._usage(w)}))
        return Stream(start=start, words=words, end=(*end, b"data: [DONE]\n\n"))

    def error(self, trouble: Trouble) -> tuple[int, dict[str, Any]]:
        """Writes an error."""
        status, kind, code = _OPENAI_ERRORS[trouble.kind]
        return status, {"error": {"message": trouble.message, "type": kind, "param": None, "code": code}}

    def stream_error(self, message: str) -> bytes:
        """Writes an error inside a stream."""
        return event({"error": {"message": message, "type": "server_error", "param": None, "code": None}})

    def _head(self, w: Written, kind: str) -> dict[str, Any]:
        return {"id": f"chatcmpl-{w.id}", "object": kind, "created": w.created, "model": w.model, "system_fingerprint": "fp_simulated"}

    def _usage(self, w: Written) -> dict[str, Any]:
        return {
            "prompt_tokens": w.input_tokens,
            "completion_tokens": w.output_tokens,
            "total_tokens": w.input_tokens + w.output_tokens,
            "prompt_tokens_details": {"cached_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 0},
        }


class OpenAIResponses(OpenAIChat):
    """POST …/responses."""

    def read(self, body: Mapping[str, Any], *, model: str | None, stream: bool | None) -> Question:
        """Reads a request. Raises Unreadable."""
        given = body.get("input")
        items = [{"role": "user", "content": given}] if isinstance(given, str) else messages_of(body, "input")
        turns = [(str(m.get("role", "tool")), m.get("content")) for m in items]
        instructions = body.get("instructions")
        system = instructions if isinstance(instructions, str) else ""
        return question_of(
            body, turns, model=body.get("model"), stream=body.get("stream") is True, system=system, tools=tool_names(body)
        )  # fmt: skip

    def whole(self, w: Written) -> dict[str, Any]:
        """Writes an answer."""
        return self._response(w, status="incomplete" if w.finish in ("length",) else "completed", output=self._output(w))

    def streamed(self, w: Written) -> Stream:
        """Writes a streamed answer."""
        item_id = f"msg_{w.id}"
        place = {"item_id": item_id, "output_index": 0, "content_index": 0}
        opened = self._response(w, status="in_progress", output=[])
        item = {"id": item_id, "type": "message", "status": "in_progress", "role": "assistant", "content": []}
        whole = self.whole(w)
        start = [named("response.created", {"response": opened}), named("response.in_progress", {"response": opened})]
        if w.tool:
            call = whole["output"][0]
            start.append(
                named("response.output_item.added", {"output_index": 0, "item": {**call, "arguments": "", "status": "in_progress"}})
            )
            where = {"item_id": call["id"], "output_index": 0}
            words: tuple[bytes, ...] = (named("response.function_call_arguments.delta", {**where, "delta": w.tool[1]}),)
            end = [named("response.function_call_arguments.done", {**where, "arguments": w.tool[1]})]
        else:
            start.append(named("response.output_item.added", {"output_index": 0, "item": item}))
            start.append(named("response.content_part.added", {**place, "part": {"type": "output_text", "text": "", "annotations": []}}))
            kind = "response.refusal.delta" if w.finish == "refusal" else "response.output_text.delta"
            words = tuple(named(kind, {**place, "delta": word}) for word in w.words)
            end = [named(kind.replace("delta", "done"), {**place, "refusal" if w.finish == "refusal" else "text": w.text})]
        end.append(named("response.output_item.done", {"output_index": 0, "item": whole["output"][0]}))
        last = "response.incomplete" if whole["status"] == "incomplete" else "response.completed"
        return Stream(start=tuple(start), words=words, end=(*end, named(last, {"response": whole})))

    def stream_error(self, message: str) -> bytes:
        """Writes an error inside a stream."""
        return named("error", {"code": "server_error", "message": message, "param": None})

    def _output(self, w: Written) -> list[dict[str, Any]]:
        if w.tool:
            call = {"id": f"fc_{w.id}", "type": "function_call", "status": "completed", "call_id": f"call_{w.id}"}
            return [{**call, "name": w.tool[0], "arguments": w.tool[1]}]
        text: dict[str, Any] = {"type": "output_text", "text": w.text, "annotations": []}
        part = {"type": "refusal", "refusal": w.text} if w.finish == "refusal" else text
        return [{"id": f"msg_{w.id}", "type": "message", "status": "completed", "role": "assistant", "content": [part]}]

    def _response(self, w: Written, *, status: str, output: list[dict[str, Any]]) -> dict[str, Any]:
        usage = {
            "input_tokens": w.input_tokens,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": w.output_tokens,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": w.input_tokens + w.output_tokens,
        }
        return {
            "id": f"resp_{w.id}",
            "object": "response",
            "created_at": w.created,
            "status": status,
            "error": None,
            "incomplete_details": {"reason": "max_output_tokens"} if status == "incomplete" else None,
            "model": w.model,
            "output": output,
            "usage": None if status == "in_progress" else usage,
        }
