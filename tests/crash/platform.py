"""The platform that survives: it keeps its promises to Wasl while Wasl is being killed, and counts what its phones show.

It retries every webhook until it is answered 200, repeats some, shuffles receipts, answers model calls by echoing the
message's token, and writes down every answer that reached a phone. A person's next message is first sent when the one
before was acknowledged, so the order in which answers must come is beyond doubt.
"""

import asyncio
import random
import time
from dataclasses import dataclass, field
from typing import Any

import msgspec
from tests.bench.loopback import Client, Listener, Request
from tests.bench.peer import TOKEN, envelope, sign, status, text_message, words_sent

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode
NUMBER = "555000111"
HOOK = "/hooks/whatsapp"
RETRY_SECONDS_MAX = 0.5


@dataclass(slots=True, kw_only=True)
class Inbound:
    """One message of a person and what became of it."""

    token: str
    person: int
    acknowledged: bool = False
    answers: int = 0
    asked: int = 0


@dataclass(slots=True, kw_only=True)
class Verdict:
    """What the phones tell at the end."""

    messages: int
    lost: list[str]
    out_of_order: list[str]
    twice: list[str]
    strangers: list[str]


@dataclass(slots=True, kw_only=True)
class Habits:
    """How trying this platform is; shares from 0 to 1, times in seconds."""

    duplicate: float = 0.3
    receipt_delay_max: float = 0.4
    receipt_repeat: float = 0.2
    receipt_first: float = 0.3
    model_seconds_max: float = 0.08
    send_seconds_max: float = 0.03
    pause_max: float = 0.3
    model_fault: float = 0.0
    cut_after_taking: float = 0.0
    cut_before_taking: float = 0.0
    receipts: bool = True


@dataclass(slots=True, kw_only=True)
class Phone:
    """What one person's phone shows, oldest first."""

    shown: list[str] = field(default_factory=list)


class Platform:
    """WhatsApp and a model provider for people 0…n-1; `ports` are the hooks that a load balancer would know."""

    def __init__(self, *, seed: int, habits: Habits | None = None) -> None:
        self.random = random.Random(seed)
        self.habits = habits or Habits()
        self.listener = Listener(self._handle)
        self.model = Listener(self._handle)
        self.ports: list[int] = []
        self.inbound: dict[str, Inbound] = {}
        self.order: dict[int, list[str]] = {}
        self.phones: dict[int, Phone] = {}
        self.strangers: list[str] = []
        self.sends: list[tuple[float, str, str]] = []
        self.hook_statuses: dict[int, int] = {}
        self.hooks_broken = 0
        self.receipts_pending = 0
        self.repeated = 0
        self.cuts = 0
        self.answering = 0
        """Sends that were taken and not yet answered."""
        self.receipts_wait: asyncio.Event | None = None
        self._clients: dict[int, Client] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._serial = 0
        self._sends = 0

    async def start(self) -> None:
        await self.listener.start()
        await self.model.start()

    async def stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        for client in self._clients.values():
            client.close()
        await self.listener.stop()
        await self.model.stop()

    # -- hooks out ----------------------------------------------------------------------------------------------------
    async def hook(self, value: dict[str, Any]) -> None:
        """Sends one webhook again and again until it is answered 200."""
        body = envelope(NUMBER, value)
        headers = sign(body) + b"content-type: application/json\r\n"
        wait = 0.02
        while True:
            if self.ports:
                port = self.random.choice(self.ports)
                client = self._clients.setdefault(port, Client(port))
                try:
                    async with asyncio.timeout(10):  # not wait_for: until Python 3.12 that can swallow a cancellation
                        status_, _ = await client.request(HOOK, body, headers=headers)
                except (OSError, TimeoutError):
                    self.hooks_broken += 1
                else:
                    self.hook_statuses[status_] = self.hook_statuses.get(status_, 0) + 1
                    if status_ == 200:
                        return
            await asyncio.sleep(wait * (0.5 + self.random.random()))
            wait = min(RETRY_SECONDS_MAX, wait * 2)

    async def person(self, person: int, *, messages: int, until: asyncio.Event | None = None) -> None:
        """Lets one person write `messages` texts, each after the one before was acknowledged, and on until `until` is set."""
        written = 0
        while written < messages or (until is not None and not until.is_set()):
            written += 1
            self._serial += 1
            token = f"m{self._serial:07d}"
            inbound = self.inbound[token] = Inbound(token=token, person=person)
            self.order.setdefault(person, []).append(token)
            text = f"{token} May I ask something?"
            value = text_message(person=person, wamid=f"wamid.IN{token}", text=text, timestamp=int(time.time()))
            if self.random.random() < self.habits.duplicate / 2:
                self.repeated += 1
                self._spawn(self.hook(value))
            await self.hook(value)
            inbound.acknowledged = True
            if self.random.random() < self.habits.duplicate / 2:
                self.repeated += 1
                self._spawn(self._later(self.random.random() * 2, value))
            await asyncio.sleep(self.random.random() * self.habits.pause_max)

    async def _later(self, seconds: float, value: dict[str, Any]) -> None:
        await asyncio.sleep(seconds)
        await self.hook(value)

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # -- calls in -----------------------------------------------------------------------------------------------------
    def _handle(self, request: Request) -> None:
        if request.path.endswith("/chat/completions"):
            self._ask(request)
        elif request.path.endswith("/messages"):
            self._take(request)
        else:
            request.respond(404, b'{"error":{"message":"no such path","code":100}}')

    def _ask(self, request: Request) -> None:
        content = _decode(request.body)["messages"][-1]["content"]
        text = content if isinstance(content, str) else " ".join(p.get("text", "") for p in content)
        token = found[0] if (found := TOKEN.search(text)) else "nothing"
        if token in self.inbound:
            self.inbound[token].asked += 1
        if self.random.random() < self.habits.model_fault:
            request.respond(503, b'{"error":{"message":"overloaded"}}')
            return
        message = {"role": "assistant", "content": f"You asked {token}."}
        usage = {"prompt_tokens": 9, "completion_tokens": 5, "total_tokens": 14}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        body = _encode({"id": "1", "object": "chat.completion", "created": 1, "model": "crash", "choices": [choice], "usage": usage})
        self._in(self.random.random() * self.habits.model_seconds_max, lambda: request.respond(200, body))

    def _take(self, request: Request) -> None:
        sent = _decode(request.body)
        if sent.get("status") == "read":
            request.respond(200, b'{"success":true}')
            return
        chance = self.random.random()
        if chance < self.habits.cut_before_taking:
            self.cuts += 1
            request.abort()
            return
        cut = chance < self.habits.cut_before_taking + self.habits.cut_after_taking
        self.cuts += cut
        self._sends += 1
        wamid = f"wamid.OUT{self._sends:09d}"
        to = str(sent.get("to") or sent.get("recipient") or "")
        body = words_sent(sent)
        self.sends.append((time.monotonic(), to, body))
        self._show(body)
        answer = _encode({"messaging_product": "whatsapp", "contacts": [{"input": to, "wa_id": to}], "messages": [{"id": wamid}]})
        hurry = self.random.random() < self.habits.receipt_first
        respond_in = self.habits.send_seconds_max * (1 if hurry else self.random.random())
        self.answering += 1

        def respond() -> None:
            self.answering -= 1
            if cut:
                request.abort()
            else:
                request.respond(200, answer)

        self._in(respond_in, respond)
        if not self.habits.receipts:
            return
        for state in ("sent", "delivered", "read"):
            value = status(wamid=wamid, state=state, recipient=to, tag=sent.get("biz_opaque_callback_data"), timestamp=int(time.time()))
            for _ in range(1 + (self.random.random() < self.habits.receipt_repeat)):
                delay = 0.0 if hurry else self.random.random() * self.habits.receipt_delay_max
                self._spawn(self._receipt(delay, value))

    async def _receipt(self, delay: float, value: dict[str, Any]) -> None:
        self.receipts_pending += 1
        try:
            await asyncio.sleep(delay)
            if self.receipts_wait is not None:
                await self.receipts_wait.wait()
            await self.hook(value)
        finally:
            self.receipts_pending -= 1

    def _show(self, body: str) -> None:
        found = TOKEN.search(body)
        inbound = self.inbound.get(found[0]) if found else None
        if inbound is None:
            self.strangers.append(body[:200])
            return
        inbound.answers += 1
        self.phones.setdefault(inbound.person, Phone()).shown.append(inbound.token)

    def _in(self, seconds: float, act: Any) -> None:
        asyncio.get_running_loop().call_later(seconds, act)

    # -- the end ------------------------------------------------------------------------------------------------------
    def unanswered(self) -> int:
        """Counts acknowledged messages that no phone shows an answer to yet."""
        return sum(i.acknowledged and not i.answers for i in self.inbound.values())

    def answered(self) -> int:
        """Counts messages that a phone shows an answer to."""
        return sum(i.answers > 0 for i in self.inbound.values())

    def acknowledged(self) -> int:
        """Counts messages that were answered 200."""
        return sum(i.acknowledged for i in self.inbound.values())

    async def settled(self, *, seconds: float) -> bool:
        """Waits until every message is answered and every receipt was taken; says whether that came about in time."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not self.unanswered() and not self.receipts_pending and not self._tasks:
                return True
            await asyncio.sleep(0.05)
        return False

    def verdict(self) -> Verdict:
        """Judges: lost = acknowledged without an answer; out of order = first answers not in the order of the messages."""
        lost = [i.token for i in self.inbound.values() if i.acknowledged and not i.answers]
        twice = [i.token for i in self.inbound.values() if i.answers > 1]
        out_of_order: list[str] = []
        for person, phone in self.phones.items():
            first = list(dict.fromkeys(phone.shown))
            wanted = [t for t in self.order[person] if t in set(first)]
            out_of_order += [got for got, want in zip(first, wanted, strict=True) if got != want]
        return Verdict(messages=len(self.inbound), lost=lost, out_of_order=out_of_order, twice=twice, strangers=self.strangers)
