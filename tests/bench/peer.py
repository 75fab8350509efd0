"""The other side of a measurement: the WhatsApp platform and a model provider in one lean event loop.

It plays both over loopback HTTP: it signs and sends webhooks for many people, answers model calls (whole or streamed,
after a set latency), takes sends, and tells two receipts, `sent` and `delivered`, per send in two webhooks of their own,
with our tag. Every inbound text carries a token; the model echoes it, so each answer is matched to its message.
"""

import asyncio
import hashlib
import hmac
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
from tests.bench.loopback import Client, Listener, Request

TOKEN = re.compile(r"m\d{7}")
APP_SECRET = "bench-app-secret"
ACCESS_TOKEN = "bench-access-token"
PADDING = "We are open from nine to five on working days; on Friday we open after the noon prayer. "
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


@dataclass(slots=True, kw_only=True)
class Turn:
    """One message on its way; times in seconds of `perf_counter`."""

    token: str
    person: int
    sent_at: float
    asked_at: float = 0.0
    said_at: float = 0.0
    answered_at: float = 0.0
    answers: int = 0
    asked: int = 0
    receipts_left: int = 2
    done: asyncio.Event | None = None

    @property
    def added_seconds(self) -> float:
        """From the webhook to the send, less what the model took."""
        return (self.answered_at - self.sent_at) - (self.said_at - self.asked_at)


@dataclass(slots=True, kw_only=True)
class Tally:
    """What one run came to."""

    turns: int = 0
    wall_seconds: float = 0.0
    added_ms: list[float] = field(default_factory=list)
    answered_once: int = 0
    refused_hooks: int = 0


def words_sent(sent: dict[str, Any]) -> str:
    """Gives the words of a message that was sent, with or without buttons under them."""
    return str(sent.get("text", {}).get("body", "") or sent.get("interactive", {}).get("body", {}).get("text", ""))


def sign(body: bytes, secret: str = APP_SECRET) -> bytes:
    """Gives the signature header the platform sends with `body`."""
    return b"x-hub-signature-256: sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest().encode() + b"\r\n"


def envelope(number: str, value: dict[str, Any]) -> bytes:
    """Wraps a change as the platform does."""
    metadata = {"display_phone_number": "15550100000", "phone_number_id": number}
    value = {"messaging_product": "whatsapp", "metadata": metadata, **value}
    return _encode(
        {"object": "whatsapp_business_account", "entry": [{"id": "100200300", "changes": [{"field": "messages", "value": value}]}]}
    )


def text_message(*, person: int, wamid: str, text: str, timestamp: int) -> dict[str, Any]:
    """Writes the value of one inbound text with the sender's contact."""
    phone = f"9665{person:08d}"
    contact = {"profile": {"name": f"Person {person}"}, "wa_id": phone, "user_id": f"SA.{person:018d}"}
    return {
        "contacts": [contact],
        "messages": [{"from": phone, "id": wamid, "timestamp": str(timestamp), "type": "text", "text": {"body": text}}],
    }


def status(*, wamid: str, state: str, recipient: str, tag: str | None, timestamp: int) -> dict[str, Any]:
    """Writes the value of one receipt."""
    one: dict[str, Any] = {"id": wamid, "status": state, "timestamp": str(timestamp), "recipient_id": recipient}
    if tag is not None:
        one["biz_opaque_callback_data"] = tag
    one["conversation"] = {"id": "c0ffee", "origin": {"type": "service"}}
    one["pricing"] = {"billable": False, "pricing_model": "PMP", "type": "free_customer_service", "category": "service"}
    return {"statuses": [one]}


class Peer:
    """The platform and the provider. Set `hooks` to the port under test before sending."""

    def __init__(self, *, number: str = "555000111", hook_path: str = "/hooks/whatsapp", model_seconds: float = 0.0) -> None:
        self.listener = Listener(self._handle)
        self.number, self.hook_path, self.model_seconds = number, hook_path, model_seconds
        self.hooks: Client | None = None
        self.receipts = True
        self.turns: dict[str, Turn] = {}
        self.strangers = 0
        self.refused_hooks = 0
        self._serial = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self.on_stream: Callable[[Request, str], None] | None = None

    @property
    def url(self) -> str:
        return self.listener.url

    async def start(self) -> None:
        await self.listener.start()

    async def stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        if self.hooks is not None:
            self.hooks.close()
        await self.listener.stop()

    def aim(self, port: int) -> None:
        """Points the webhooks at a port and forgets what was under way."""
        if self.hooks is not None:
            self.hooks.close()
        self.hooks = Client(port)
        self.turns.clear()

    # -- what comes to us ---------------------------------------------------------------------------------------------
    def _handle(self, request: Request) -> None:
        path = request.path
        if path.endswith("/messages"):
            self._take_send(request)
        elif path.endswith("/chat/completions"):
            self._ask(request)
        else:
            request.respond(404, b'{"error":{"message":"no such path","code":100}}')

    def _ask(self, request: Request) -> None:
        asked_at = time.perf_counter()
        prompt = _decode(request.body)
        content = prompt["messages"][-1]["content"]
        text = content if isinstance(content, str) else " ".join(p.get("text", "") for p in content)
        found = TOKEN.search(text)
        turn = self.turns.get(found[0]) if found else None
        if turn is not None:
            turn.asked_at = asked_at
            turn.asked += 1
        if prompt.get("stream") and self.on_stream is not None:
            self.on_stream(request, found[0] if found else "")
            return
        if self.model_seconds:
            asyncio.get_running_loop().call_later(self.model_seconds, self._say, request, turn, found[0] if found else "")
        else:
            self._say(request, turn, found[0] if found else "")

    def _say(self, request: Request, turn: Turn | None, token: str) -> None:
        message = {"role": "assistant", "content": f"{token}: {PADDING * 3}"}
        usage = {"prompt_tokens": 60, "completion_tokens": 66, "total_tokens": 126}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        body = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "bench", "choices": [choice], "usage": usage}
        request.respond(200, _encode(body))
        if turn is not None:
            turn.said_at = time.perf_counter()

    def _take_send(self, request: Request) -> None:
        now = time.perf_counter()
        sent = _decode(request.body)
        if sent.get("status") == "read":
            request.respond(200, b'{"success":true}')
            return
        self._serial += 1
        wamid = f"wamid.OUT{self._serial:09d}"
        to = sent.get("to") or sent.get("recipient") or ""
        request.respond(
            200, _encode({"messaging_product": "whatsapp", "contacts": [{"input": to, "wa_id": to}], "messages": [{"id": wamid}]})
        )
        found = TOKEN.search(words_sent(sent))
        turn = self.turns.get(found[0]) if found else None
        if turn is None:
            self.strangers += 1
            return
        turn.answers += 1
        turn.answered_at = turn.answered_at or now
        if not self.receipts:
            turn.receipts_left = 0
            if turn.done is not None:
                turn.done.set()
            return
        self.spawn(self._tell(turn, wamid=wamid, recipient=to, tag=sent.get("biz_opaque_callback_data")))

    async def _tell(self, turn: Turn, *, wamid: str, recipient: str, tag: str | None) -> None:
        for state in ("sent", "delivered"):
            await self.hook(status(wamid=wamid, state=state, recipient=recipient, tag=tag, timestamp=int(time.time())))
            turn.receipts_left -= 1
        if turn.done is not None:
            turn.done.set()

    # -- what we send -------------------------------------------------------------------------------------------------
    def spawn(self, work: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def hook(self, value: dict[str, Any]) -> int:
        """Sends one signed webhook and gives the status."""
        assert self.hooks is not None, "aim the peer at a port first"
        body = envelope(self.number, value)
        status_, _ = await self.hooks.request(self.hook_path, body, headers=sign(body) + b"content-type: application/json\r\n")
        if status_ != 200:
            self.refused_hooks += 1
        return status_

    async def write(self, *, serial: int, person: int) -> Turn:
        """Lets `person` write message number `serial`; gives its Turn once the webhook is answered."""
        token = f"m{serial:07d}"
        turn = Turn(token=token, person=person, sent_at=time.perf_counter(), done=asyncio.Event())
        self.turns[token] = turn
        text = f"{token} Hello, when are you open on Friday, and do you deliver to the old town?"
        await self.hook(text_message(person=person, wamid=f"wamid.IN{token}", text=text, timestamp=int(time.time())))
        return turn

    async def saturate(self, *, turns: int, in_flight: int, people: int, first: int = 0, patience_seconds: float = 60.0) -> Tally:
        """Closed loop: keeps `in_flight` turns going, each from the webhook to its last receipt, until `turns` are done."""
        started = time.perf_counter()
        serials = iter(range(first, first + turns))
        tally = Tally()

        async def one_after_another() -> None:
            for serial in serials:
                turn = await self.write(serial=serial, person=serial % people)
                assert turn.done is not None
                await asyncio.wait_for(turn.done.wait(), patience_seconds)
                self._count(turn, tally)

        await asyncio.gather(*(one_after_another() for _ in range(in_flight)))
        tally.wall_seconds = time.perf_counter() - started
        return tally

    async def steady(self, *, turns: int, per_second: float, people: int, first: int = 0, patience_seconds: float = 60.0) -> Tally:
        """Open loop: starts `per_second` turns a second whatever becomes of them, then waits for the last."""
        started = time.perf_counter()
        tally = Tally()

        async def one(serial: int) -> None:
            turn = await self.write(serial=serial, person=serial % people)
            assert turn.done is not None
            await asyncio.wait_for(turn.done.wait(), patience_seconds)
            self._count(turn, tally)

        tasks: list[asyncio.Task[None]] = []
        for n in range(turns):
            await asyncio.sleep(max(0.0, started + n / per_second - time.perf_counter()))
            tasks.append(asyncio.create_task(one(first + n)))
        await asyncio.gather(*tasks)
        tally.wall_seconds = time.perf_counter() - started
        return tally

    def _count(self, turn: Turn, tally: Tally) -> None:
        tally.turns += 1
        tally.answered_once += turn.answers == 1
        tally.added_ms.append(turn.added_seconds * 1000)
        tally.refused_hooks = self.refused_hooks
        del self.turns[turn.token]
