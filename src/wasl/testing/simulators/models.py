"""Simulator of model providers: OpenAI chat completions and responses, Anthropic messages and Gemini, whole and streamed.

One simulator is one provider: it has a port, a key, models and faults of its own. It echoes by default: the answer holds the
question's words, in the question's language, so that a test can tell which message was answered.
"""

import itertools
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import msgspec

from wasl.ports.clock import Clock
from wasl.testing.simulators.faults import Fault, Faults
from wasl.testing.simulators.models_openai import OpenAIChat, OpenAIResponses
from wasl.testing.simulators.models_others import Anthropic, Gemini
from wasl.testing.simulators.models_shapes import Question, Trouble, Unreadable, Written
from wasl.testing.simulators.serving import BadRequest, Request
from wasl.testing.simulators.simulator import Simulator

Format = OpenAIChat | OpenAIResponses | Anthropic | Gemini
QUESTION_ECHOED_MAX = 1_500
LETTERS_PER_TOKEN = 4
SSE = b"text/event-stream"
FAULTS = (
    "429", "500", "503", "reset", "silent", "slow_first_token", "slow", "stall", "cut", "malformed_chunk", "no_end_mark",
    "stream_error", "context_too_long", "content_refusal", "unauthorised", "html",
)  # fmt: skip
_ARABIC = re.compile("[\u0600-\u06ff]")
_WORDS = re.compile(r"\s*\S+\s*$|\s*\S+")
_GEMINI_PATH = re.compile(r"/models/([^/:]+):(generateContent|streamGenerateContent)$")
_DEPLOYMENT = re.compile(r"/deployments/([^/]+)/")


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedModel:
    """A model of the provider. `prefill` false refuses a dialogue that ends with the assistant's own words."""

    name: str
    context_tokens: int = 128_000
    vision: bool = True
    prefill: bool = True


MODELS = (
    SimulatedModel(name="sim-large"),
    SimulatedModel(name="sim-small", context_tokens=2_000, vision=False),
    SimulatedModel(name="sim-no-prefill", prefill=False),
)


def echo(question: Question) -> str:
    """Answers in the question's language with the question's words in it."""
    asked = question.text.strip()[:QUESTION_ECHOED_MAX]
    if _ARABIC.search(asked):
        return f"وصلت رسالتك: «{asked}». أجابك النموذج {question.model} من المحاكي."
    if not asked and question.images:
        return f"I see {question.images} picture(s). The simulated model {question.model} answers."
    return f"Your message arrived: “{asked}”. The simulated model {question.model} answers."


class ModelsSimulator(Simulator):
    """One provider. `answer` makes the words of an answer; `tool` (name, JSON arguments) makes it call a tool instead."""

    name: ClassVar[str] = "models"

    def __init__(
        self,
        *,
        key: str = "sk-simulated",
        models: tuple[SimulatedModel, ...] = MODELS,
        answer: Callable[[Question], str] = echo,
        first_token_seconds: float = 0.0,
        word_seconds: float = 0.0,
        clock: Clock | None = None,
    ) -> None:
        super().__init__(faults=Faults(*FAULTS), clock=clock)
        self.key = key
        self.answer = answer
        self.tool: tuple[str, str] | None = None
        self.first_token_seconds = first_token_seconds
        self.word_seconds = word_seconds
        self.calls = 0
        self.answered = 0
        self.questions: list[Question] = []
        self.keep_questions = True
        self._models = {model.name: model for model in models}
        self._ids = itertools.count(1)

    def state(self) -> dict[str, Any]:
        """Gives counts."""
        return {"calls": self.calls, "answered": self.answered, "models": list(self._models)}

    async def control(self, *, what: str, value: dict[str, Any], request: Request) -> object:
        """POST pace: `first_token_seconds`, `word_seconds`; POST tool: `name`, `arguments`; GET questions."""
        match request.method, what:
            case "POST", "pace":
                self.first_token_seconds = _seconds(value, "first_token_seconds", self.first_token_seconds)
                self.word_seconds = _seconds(value, "word_seconds", self.word_seconds)
                return {"first_token_seconds": self.first_token_seconds, "word_seconds": self.word_seconds}
            case "POST", "tool":
                self.tool = (str(value["name"]), msgspec.json.encode(value.get("arguments", {})).decode()) if value.get("name") else None
                return {"tool": self.tool}
            case "GET", "questions":
                return [{"model": q.model, "text": q.text, "stream": q.stream} for q in self.questions]
        raise KeyError(what)

    # -- answering --------------------------------------------------------------------------------------------------
    async def serve(self, request: Request) -> None:
        """Answers a call."""
        self.calls += 1
        path = request.path
        speech, model, stream = _format(path)
        if speech is None:
            if request.method == "GET" and path.endswith("/models"):
                await self._serve_models(request)
            else:
                await request.answer_json(404, {"error": {"message": f"no such address: {path}", "type": "invalid_request_error"}})
            return
        fault = self.faults.take(*FAULTS) if self.faults else None
        trouble = self._refusal(request, speech) or (_trouble(fault) if fault else None)
        question: Question | None = None
        if trouble is None:
            try:
                question = speech.read(request.json_object(), model=model, stream=stream)
                trouble = self._unfit(question)
            except (Unreadable, BadRequest) as error:
                trouble = Trouble(kind="bad", message=str(error))
        if trouble is not None or question is None:
            await self._refuse(request, speech, trouble or Trouble(kind="server", message="no question"))
        elif fault is None or not await self._struck(request, fault):
            await self._reply(request, speech, question, fault)

    def _refusal(self, request: Request, speech: Format) -> Trouble | None:
        if request.method != "POST":
            return Trouble(kind="bad", message="use POST")
        if not self._has_key(request):
            return Trouble(kind="key", message="Incorrect API key provided.")
        if isinstance(speech, Anthropic) and not request.header(b"anthropic-version"):
            return Trouble(kind="bad", message="anthropic-version: header is required")
        return None

    def _has_key(self, request: Request) -> bool:
        given = (
            request.header(b"authorization").removeprefix("Bearer "),
            request.header(b"api-key"),
            request.header(b"x-api-key"),
            request.header(b"x-goog-api-key"),
        )
        return self.key in given or (b"key=" in request.query and request.params().get("key") == self.key)

    def _unfit(self, question: Question) -> Trouble | None:
        model = self._models.get(question.model)
        if model is None:
            return Trouble(kind="model", message=f"The model {question.model!r} does not exist; here are {', '.join(self._models)}.")
        tokens = _tokens(question.everything)
        if tokens > model.context_tokens:
            return Trouble(kind="context", message=_too_long(tokens, model.context_tokens))
        if question.images and not model.vision:
            return Trouble(kind="bad", message=f"{model.name} does not take images")
        if question.prefill and not model.prefill:
            return Trouble(kind="bad", message="This model does not support assistant message prefill; end with a user message.")
        return None

    async def _refuse(self, request: Request, speech: Format, trouble: Trouble) -> None:
        status, body = speech.error(trouble)
        headers = [] if trouble.seconds is None else [(b"retry-after", f"{math.ceil(trouble.seconds)}".encode())]
        self._log(request, status, trouble.message)
        await request.answer_json(status, body, headers=headers)

    async def _struck(self, request: Request, fault: Fault) -> bool:
        """Does what a fault does instead of an answer; says whether there was none to follow."""
        match fault.kind:
            case "reset":
                self._log(request, 0, "connection broken before headers")
                await request.hang_up()
            case "silent":
                self._log(request, 0, "taken, no answer")
                await request.hang()
            case "html":
                self._log(request, 200, "a page instead of an answer")
                await request.answer(200, b"<html><body>Bad gateway</body></html>", media_type=b"text/html")
            case _:
                return False
        return True

    async def _reply(self, request: Request, speech: Format, question: Question, fault: Fault | None) -> None:
        written = self._write(question, refused=fault is not None and fault.kind == "content_refusal")
        if self.keep_questions:
            self.questions.append(question)
        pause = self.first_token_seconds
        if fault is not None and fault.kind in ("slow_first_token", "slow"):
            pause += 20.0 if fault.seconds is None else fault.seconds
        if not question.stream:
            if pause > 0:
                await self.clock.sleep(pause + self.word_seconds * len(written.words))
            await self._reply_whole(request, speech, written, fault)
            return
        await request.begin(200, media_type=SSE)
        if pause > 0:
            await self.clock.sleep(pause)
        await self._reply_stream(request, speech, written, fault)

    def _write(self, question: Question, *, refused: bool) -> Written:
        number = next(self._ids)
        tool = self.tool if self.tool and question.tools and not refused else None
        text = "I cannot help with that." if refused else "" if tool else self.answer(question)
        if question.prefill and text:
            text = text[len(question.prefill) :] if text.startswith(question.prefill) else " " + text
        words = tuple(_WORDS.findall(text))
        return Written(
            id=f"{number:012d}",
            model=question.model,
            words=words,
            input_tokens=_tokens(question.everything),
            output_tokens=max(1, len(words)),
            finish="refusal" if refused else "tool_calls" if tool else "stop",
            tool=tool,
            created=self.clock.now_ms() // 1000,
            wants_usage=question.wants_usage,
        )

    async def _reply_whole(self, request: Request, speech: Format, written: Written, fault: Fault | None) -> None:
        body = msgspec.json.encode(speech.whole(written))
        kind = fault.kind if fault else ""
        if kind in ("cut", "stall"):
            length = str(len(body)).encode()
            await request.begin(200, media_type=b"application/json", headers=[(b"content-length", length)])
            await request.write(body[: len(body) // 2])
            await (request.hang_up() if kind == "cut" else request.hang())
            self._log(request, 200, f"{kind} in the middle")
            return
        if kind in ("malformed_chunk", "no_end_mark"):
            body = body[: len(body) // 2]
        self._answered(request, written)
        await request.answer(200, body)

    async def _reply_stream(self, request: Request, speech: Format, written: Written, fault: Fault | None) -> None:
        stream = speech.streamed(written)
        kind = fault.kind if fault else ""
        stops = kind in ("cut", "stall", "malformed_chunk", "no_end_mark", "stream_error")
        for piece in stream.start:
            await request.write(piece)
        for place, piece in enumerate(stream.words):
            if stops and fault is not None and place >= fault.after_chunks:
                break
            if self.word_seconds > 0:
                await self.clock.sleep(self.word_seconds)
            await request.write(piece)
        if stops:
            self._log(request, 200, f"{kind} in the stream")
            await self._spoil(request, speech, kind)
            return
        self._answered(request, written)
        await request.write(b"".join(stream.end))
        await request.end()

    async def _spoil(self, request: Request, speech: Format, kind: str) -> None:
        match kind:
            case "cut":
                await request.hang_up()
            case "stall":
                await request.hang()
            case "malformed_chunk":
                await request.write(b'data: {"choices":[{"delta":{"content":"bro\n\n')
                await request.end()
            case "stream_error":
                await request.write(speech.stream_error("The server had an error while answering."))
                await request.end()
            case _:
                await request.end()

    async def _serve_models(self, request: Request) -> None:
        if not self._has_key(request):
            kind: Format = Gemini() if "v1beta" in request.path else Anthropic() if request.header(b"anthropic-version") else OpenAIChat()
            await self._refuse(request, kind, Trouble(kind="key", message="Incorrect API key provided."))
            return
        if "v1beta" in request.path:
            listed = [{"name": f"models/{m.name}", "inputTokenLimit": m.context_tokens} for m in self._models.values()]
            await request.answer_json(200, {"models": listed})
        else:
            rows = [
                {
                    "id": m.name,
                    "object": "model",
                    "type": "model",
                    "created": 1_767_225_600,
                    "owned_by": "simulator",
                    "display_name": m.name,
                }
                for m in self._models.values()
            ]
            await request.answer_json(200, {"object": "list", "data": rows, "has_more": False})

    def _answered(self, request: Request, written: Written) -> None:
        self.answered += 1
        self._log(request, 200, f"{written.model}: {len(written.words)} words")

    def _log(self, request: Request, status: int, note: str) -> None:
        if self.feed.on:
            shown = request.body[:2000].decode("utf-8", "replace")
            self.feed.tell("call", method=request.method, path=request.path, status=status, note=note, body=shown)


_CHAT, _RESPONSES, _ANTHROPIC, _GEMINI = OpenAIChat(), OpenAIResponses(), Anthropic(), Gemini()


def _format(path: str) -> tuple[Format | None, str | None, bool | None]:
    """Finds the wire format by the address, with what the address says of model and stream."""
    if path.endswith("/chat/completions"):
        deployment = _DEPLOYMENT.search(path)
        return _CHAT, deployment[1] if deployment else None, None
    if path.endswith("/responses"):
        return _RESPONSES, None, None
    if path.endswith("/messages"):
        return _ANTHROPIC, None, None
    found = _GEMINI_PATH.search(path)
    return (_GEMINI, found[1], found[2] == "streamGenerateContent") if found else (None, None, None)


def _trouble(fault: Fault) -> Trouble | None:
    match fault.kind:
        case "429":
            return Trouble(kind="throttled", message="Rate limit reached. Please slow down.", seconds=fault.seconds)
        case "500":
            return Trouble(kind="server", message="The server had an error while processing your request.")
        case "503":
            return Trouble(kind="overloaded", message="The engine is currently overloaded, please try again later.", seconds=fault.seconds)
        case "context_too_long":
            return Trouble(kind="context", message=_too_long(200_000, 128_000))
        case "unauthorised":
            return Trouble(kind="key", message="Incorrect API key provided.")
    return None


def _too_long(tokens: int, most: int) -> str:
    return (
        f"prompt is too long: {tokens} tokens > {most} maximum. This model's maximum context length is {most} tokens; "
        f"the input token count ({tokens}) exceeds the maximum number of tokens allowed ({most})."
    )


def _tokens(letters: int) -> int:
    return 1 + letters // LETTERS_PER_TOKEN


def _seconds(value: dict[str, Any], name: str, default: float) -> float:
    found = value.get(name, default)
    if isinstance(found, bool) or not isinstance(found, int | float) or not 0 <= found <= 3600:
        raise BadRequest(f"{name} must be a number from 0 to 3600")
    return float(found)
