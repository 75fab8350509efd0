"""Whatever is thrown at a simulator, it answers by itself with something else than a 500."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wasl.testing.simulators.models import ModelsSimulator
from wasl.testing.simulators.serving import Message
from wasl.testing.simulators.simulator import Simulator
from wasl.testing.simulators.telegram import TelegramSimulator
from wasl.testing.simulators.telegram_people import TelegramAccount
from wasl.testing.simulators.whatsapp import WhatsAppSimulator
from wasl.testing.simulators.whatsapp_account import WhatsAppAccount

PHONE = "966501234567"
SARA = 77
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
ODD_VALUES: list[Any] = [5, True, None, "", "x", [], {}, [5], ["x"], [[]], {"a": 1}, {"text": 5}, -1, 10**30, 1e308, "\u202e", "9" * 5000]
ODD = st.sampled_from(ODD_VALUES)
WHATSAPP: dict[str, Any] = {
    "messaging_product": "whatsapp", "to": PHONE, "recipient": "SA.ABC", "type": "text", "text": {"body": "x"}, "status": "read",
    "context": {"message_id": "x"}, "biz_opaque_callback_data": "t", "message_id": "x", "typing_indicator": {"type": "text"},
    "interactive": {
        "type": "list", "body": {"text": "x"}, "footer": {"text": "f"}, "header": {"type": "text", "text": "h"},
        "action": {"button": "o", "sections": [{"title": "t", "rows": [{"id": "1", "title": "r", "description": "d"}]}]},
    },
    "template": {"name": "offer", "language": {"code": "en"}, "components": [{"type": "body", "parameters": [{"text": "x"}]}]},
    "location": {"latitude": 1, "longitude": 2}, "image": {"link": "http://x", "caption": "c"},
    "contacts": [{"name": {"formatted_name": "n"}}],
    "reaction": {"message_id": "x", "emoji": "y"},
}  # fmt: skip
KINDS = ["text", "interactive", "template", "location", "image", "contacts", "reaction"]
TELEGRAM: dict[str, Any] = {
    "chat_id": SARA, "text": "<b>x</b>", "parse_mode": "HTML", "reply_parameters": {"message_id": 1}, "draft_id": 3, "message_id": 1,
    "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "b"}]]}, "photo": "http://x", "action": "typing", "url": "",
    "latitude": 1, "longitude": 2, "callback_query_id": "1", "file_id": "f", "offset": 0, "limit": 1, "allowed_updates": ["message"],
    "caption": "c", "reaction": [{"type": "emoji", "emoji": "x"}], "secret_token": "s", "max_connections": 3, "first_name": "n",
    "phone_number": "1", "entities": [],
}  # fmt: skip
METHODS = [
    "getMe", "sendMessage", "sendPhoto", "sendDocument", "sendLocation", "sendContact", "sendChatAction", "sendMessageDraft",
    "editMessageText",
    "editMessageReplyMarkup", "deleteMessage", "setMessageReaction", "answerCallbackQuery", "getFile", "getChat", "getUpdates",
    "setWebhook", "deleteWebhook", "getWebhookInfo",
]  # fmt: skip
MODELS: dict[str, Any] = {
    "model": "sim-large", "messages": [{"role": "user", "content": [{"type": "text", "text": "x"}]}],
    "input": [{"role": "user", "content": "x"}],
    "contents": [{"role": "user", "parts": [{"text": "x"}]}], "max_tokens": 5, "stream": True, "stream_options": {"include_usage": True},
    "system": [{"type": "text", "text": "s"}], "instructions": "i", "systemInstruction": {"parts": [{"text": "s"}]},
    "tools": [{"type": "function", "function": {"name": "f"}, "functionDeclarations": [{"name": "g"}], "name": "h"}],
}  # fmt: skip
MODEL_PATHS = [
    "/v1/chat/completions", "/v1/responses", "/v1/messages", "/v1beta/models/sim-large:generateContent",
    "/v1beta/models/sim-large:streamGenerateContent", "/v1/models", "/v1beta/models", "/openai/deployments/x/chat/completions",
]  # fmt: skip


async def thrown(simulator: Simulator, *, method: str, path: str, body: bytes, headers: dict[str, str], query: bytes = b"") -> int:
    """Calls the application without any socket and gives the status."""
    sent: list[Message] = []
    incoming: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return incoming.pop(0) if incoming else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    pairs = [(k.encode(), v.encode("latin-1", "replace")) for k, v in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "query_string": query, "headers": pairs}
    await simulator(scope, receive, send)
    return int(sent[0]["status"])


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Lists the way to every place inside a JSON value."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else []
    return [way for key in keys for way in ((*at, key), *places(value[key], (*at, key)))]


@st.composite
def mutated(draw: Callable[[Any], Any], base: dict[str, Any]) -> Any:
    """Takes a good body and spoils some places, at any depth."""
    value = json.loads(json.dumps(base))
    for _ in range(draw(st.integers(1, 3))):
        ways = places(value)
        if not ways:
            break
        *way, last = draw(st.sampled_from(ways))
        inside = value
        for step in way:
            inside = inside[step]
        if isinstance(inside, dict) and draw(st.booleans()):
            del inside[last]
        else:
            inside[last] = json.loads(json.dumps(draw(ODD | JSON)))
    return value


def run(simulator: Simulator, **call: Any) -> int:
    async def go() -> int:
        status = await thrown(simulator, **call)
        await simulator.stop()
        return status

    return asyncio.run(go())


FUZZ = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@FUZZ
@given(body=mutated(WHATSAPP), kind=st.sampled_from(KINDS), mark=st.booleans())
def test_spoilt_messages_never_break_the_whatsapp_simulator(body: dict[str, Any], kind: str, mark: bool) -> None:
    simulator = WhatsAppSimulator()
    simulator.person(phone=PHONE).last_inbound_ms = simulator.clock.now_ms()
    if not mark:
        body.pop("status", None)
    body.setdefault("type", kind)
    if body["type"] == "text":
        body["type"] = kind
    path = f"/v26.0/{simulator.account.phone_number_id}/messages"
    headers = {"authorization": f"Bearer {simulator.account.access_token}"}
    assert run(simulator, method="POST", path=path, body=json.dumps(body).encode(), headers=headers) < 500


@FUZZ
@given(body=mutated(TELEGRAM), method=st.sampled_from(METHODS), encoded=st.booleans())
def test_spoilt_calls_never_break_the_telegram_simulator(body: dict[str, Any], method: str, encoded: bool) -> None:
    simulator = TelegramSimulator()

    async def go() -> int:
        simulator.say(simulator.chats.meet(SARA), "hi")
        headers = {"content-type": "application/json"}
        content = json.dumps(body).encode()
        if encoded:
            from urllib.parse import urlencode

            headers = {"content-type": "application/x-www-form-urlencoded"}
            content = urlencode({k: json.dumps(v) if isinstance(v, dict | list) else v for k, v in body.items()}, errors="replace").encode()
        status = await thrown(simulator, method="POST", path=f"/bot{simulator.account.token}/{method}", body=content, headers=headers)
        await simulator.stop()
        return status

    body.pop("timeout", None)
    assert asyncio.run(go()) < 500


@FUZZ
@given(body=mutated(MODELS), path=st.sampled_from(MODEL_PATHS), method=st.sampled_from(["POST", "GET"]))
def test_spoilt_prompts_never_break_the_models_simulator(body: dict[str, Any], path: str, method: str) -> None:
    simulator = ModelsSimulator()
    headers = {"authorization": f"Bearer {simulator.key}", "anthropic-version": "2023-06-01"}
    assert run(simulator, method=method, path=path, body=json.dumps(body).encode(), headers=headers) < 500


@FUZZ
@given(
    method=st.sampled_from(["GET", "POST", "DELETE"]),
    tail=st.text(max_size=20),
    body=st.binary(max_size=200),
    kind=st.sampled_from(["", "application/json", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"]),
    query=st.binary(max_size=30),
    which=st.sampled_from([WhatsAppSimulator, TelegramSimulator, ModelsSimulator]),
    control=st.sampled_from(["", "_control/", "_control/say", "_control/faults", "_control/phones/", "v26.0/", "106540352242922/media"]),
)
def test_arbitrary_bytes_never_break_any_simulator(
    method: str, tail: str, body: bytes, kind: str, query: bytes, which: Callable[[], Simulator], control: str
) -> None:
    simulator = which()
    headers = {"content-type": kind, "authorization": "Bearer EAAsimulated-token"}
    assert run(simulator, method=method, path=f"/{control}{tail}", body=body, headers=headers, query=query) < 500


@FUZZ
@given(value=st.dictionaries(st.sampled_from(["phone", "user_id", "chat_id", "by", "type", "text", "message_id", "seconds", "kind"]), JSON))
@pytest.mark.parametrize("which", [WhatsAppSimulator, TelegramSimulator])
@pytest.mark.parametrize("what", ["say", "person", "faults", "skip", "receipts", "pace", "hook", "read"])
def test_spoilt_control_requests_are_refused_politely(which: Callable[[], Simulator], what: str, value: dict[str, Any]) -> None:
    body = json.dumps(value).encode()
    assert run(which(), method="POST", path=f"/_control/{what}", body=body, headers={}) in (200, 400, 404)


def every_spoilt(base: dict[str, Any]) -> list[dict[str, Any]]:
    """Spoils each place of a body with each odd value, one at a time."""
    spoilt = []
    for *way, last in places(base):
        for odd in ODD_VALUES:
            value = json.loads(json.dumps(base))
            inside = value
            for step in way:
                inside = inside[step]
            inside[last] = odd
            spoilt.append(value)
    return spoilt


async def test_each_odd_value_in_each_place_of_a_whatsapp_message_is_answered() -> None:
    simulator = WhatsAppSimulator(WhatsAppAccount(per_second=0, pair_seconds=0))
    person = simulator.person(phone=PHONE)
    person.last_inbound_ms = simulator.clock.now_ms()
    path = f"/v26.0/{simulator.account.phone_number_id}/messages"
    headers = {"authorization": f"Bearer {simulator.account.access_token}"}
    good = {k: v for k, v in WHATSAPP.items() if k != "recipient"}
    for kind in KINDS:
        message = {**{k: v for k, v in good.items() if k != "status"}, "type": kind}
        for body in [message, *every_spoilt(message)]:
            status = await thrown(simulator, method="POST", path=path, body=json.dumps(body).encode(), headers=headers)
            assert status < 500, body
        assert person.received, kind
    for body in every_spoilt(good):
        assert await thrown(simulator, method="POST", path=path, body=json.dumps(body).encode(), headers=headers) < 500
    await simulator.stop()


async def test_each_odd_value_in_each_place_of_a_telegram_call_is_answered() -> None:
    for method in METHODS:
        simulator = TelegramSimulator(TelegramAccount(per_second=0, chat_seconds=0))
        simulator.say(simulator.chats.meet(SARA), "hi")
        path = f"/bot{simulator.account.token}/{method}"
        for body in [TELEGRAM, *every_spoilt(TELEGRAM)]:
            content = json.dumps(body).encode()
            status = await thrown(simulator, method="POST", path=path, body=content, headers={"content-type": "application/json"})
            assert status < 500, (method, body)
        await simulator.stop()


async def test_each_odd_value_in_each_place_of_a_prompt_is_answered() -> None:
    simulator = ModelsSimulator()
    simulator.tool = ("f", "{}")
    headers = {"authorization": f"Bearer {simulator.key}", "anthropic-version": "2023-06-01"}
    for path in MODEL_PATHS:
        for body in every_spoilt(MODELS):
            status = await thrown(simulator, method="POST", path=path, body=json.dumps(body).encode(), headers=headers)
            assert status < 500, (path, body)
    assert simulator.answered > 100
