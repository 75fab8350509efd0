"""A route of candidates on a clock and a network that the test holds, and what their servers say."""

import json
from dataclasses import dataclass
from typing import Any

from wasl.domain.prompt import Finish, Prompt, PromptMessage, TextDelta, Usage
from wasl.ports.provider import Model
from wasl.providers.openai_chat import OpenAiChat
from wasl.service.ask import Ask, Asked, RouteCandidate, Shown
from wasl.testing.clock import TestClock
from wasl.testing.network import ScriptedNetwork, answer, streamed

HELLO = Prompt(messages=(PromptMessage(role="user", text="hello"),))


@dataclass(frozen=True, kw_only=True)
class Limits:
    first_token_seconds: float = 4.0
    silence_seconds: float = 3.0
    whole_seconds: float = 20.0
    turn_seconds: float = 60.0
    retries: int = 1
    price_class_max: str = "standard"
    stream: str = "when shown"


class Scene:
    """A route of chat candidates, each with a server of its own."""

    def __init__(self, *candidates: dict[str, Any], keyless: bool = False, **limits: Any) -> None:
        self.clock = TestClock()
        self.network = ScriptedNetwork(clock=self.clock)
        route = [self._candidate(**c) for c in candidates]
        if keyless:
            route.append(RouteCandidate(name="quotes", provider=Quotes(), provider_name="quotes", model=Model(name=""), price_class="free"))
        self.ask = Ask(candidates=route, network=self.network, clock=self.clock, routing=Limits(**limits))
        self.shown: list[Shown] = []

    def _candidate(self, name: str, price_class: str = "standard", region: str | None = None, **model: Any) -> RouteCandidate:
        provider = OpenAiChat(OpenAiChat.Settings(base_url=f"http://{name}.test/v1", key="k"), name=name)  # type: ignore[arg-type]
        return RouteCandidate(
            name=name,
            provider=provider,
            provider_name=name,
            model=Model(**{"name": f"model-{name}", **model}),
            price_class=price_class,
            region=region,
        )

    def on(self, name: str, *scripts: Any) -> None:
        self.network.on("POST", f"http://{name}.test/*", *scripts)

    def asked_of(self, name: str) -> int:
        return len(self.network.calls_to(f"http://{name}.test/*"))

    async def run(self, prompt: Prompt = HELLO, *, show: bool = False, **how: Any) -> Asked:
        return await self.clock.drive(self.ask.ask(prompt, show=self.shown.append if show else None, **how))

    @property
    def seen(self) -> str:
        """What stands on the person's page now."""
        text = ""
        for shown in self.shown:
            text = "" if shown.kind == "restart" else text + shown.text
        return text


class Quotes:
    kind = "quotes"

    def reply(self, prompt: Prompt) -> list[Any]:
        return [TextDelta(text="from your papers"), Usage(input_tokens=0, output_tokens=0), Finish(reason="stop")]


def whole(text: str = "fine", finish: str = "stop", **more: Any) -> Any:
    return answer(
        {
            "id": "r1",
            "model": "served",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish}],
            "usage": {"prompt_tokens": 7, "completion_tokens": 3},
            **more,
        }
    )


def chunk(text: str | None = None, finish: str | None = None, **more: Any) -> bytes:
    delta = {"content": text} if text is not None else {}
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return b"data: " + json.dumps({"id": "r1", "model": "served", "choices": [choice], **more}).encode() + b"\n\n"


END = chunk(finish="stop") + b'data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3}}\n\ndata: [DONE]\n\n'
STREAM = streamed(chunk("one "), chunk("whole "), chunk("answer"), END)


def fault(status: int, code: str = "server_error", message: str = "no", **headers: str) -> Any:
    return answer(
        {"error": {"code": code, "message": message}}, status=status, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )
