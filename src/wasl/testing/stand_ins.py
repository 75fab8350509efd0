"""Stand-ins: everybody out there, played in this process, for a rehearsal from which nothing leaves the machine.

Models answer in their real wire formats by echoing the question; platforms take what is sent to them and say so in the shapes of their
own documentation. No key is checked and no limit is played: what is rehearsed is our side.
"""

import asyncio
import itertools
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import msgspec

from wasl.domain.errors import CutShort, Unavailable
from wasl.ports.clock import Clock
from wasl.testing.simulators.models import ModelsSimulator, SimulatedModel
from wasl.testing.simulators.serving import Request
from wasl.wire.call import Call, Reply, place_of

QUEUE_MAX = 64


class _AnyKey(ModelsSimulator):
    """Models that take every key."""

    def _has_key(self, request: Request) -> bool:
        return True


class StandIns:
    """A Network whose other sides are all played here. `platforms` names by host and unusual port which kind of channel it is."""

    def __init__(self, *, clock: Clock, models: Sequence[str], platforms: Mapping[str, str], word_seconds: float = 0.0) -> None:
        self._models = _AnyKey(models=tuple(SimulatedModel(name=m) for m in dict.fromkeys(models)), word_seconds=word_seconds, clock=clock)
        self._models.keep_questions = False
        self._platforms = dict(platforms)
        self._clock = clock
        self._count = itertools.count(1)
        self.sent: list[tuple[str, str]] = []
        self.unplayed: set[str] = set()

    async def perform(self, call: Call) -> Reply:
        """Answers whole."""
        async with self.stream(call) as incoming:
            return Reply(status=incoming.status, headers=incoming.headers, body=await incoming.rest())

    @asynccontextmanager
    async def stream(self, call: Call) -> AsyncIterator["_Incoming"]:
        """Answers piece by piece."""
        kind = self._platforms.get(place_of(call.url))
        if kind is not None:
            body = self._platform(kind, call)
            yield _Incoming.whole(200, {"content-type": "application/json"}, msgspec.json.encode(body))
            return
        incoming = _Incoming()
        scope = {
            "type": "http",
            "method": call.method,
            "path": urlsplit(call.url).path,
            "query_string": urlsplit(call.url).query.encode(),
            "headers": [(name.encode(), value.encode("latin-1", "replace")) for name, value in call.headers.items()],
        }
        task = asyncio.get_running_loop().create_task(self._models(scope, _whole(call.body), incoming.take))
        task.add_done_callback(lambda _: incoming.over())
        try:
            await incoming.begun(call)
            yield incoming
        finally:
            task.cancel()

    async def close(self) -> None:
        """Nothing is open."""

    def _platform(self, kind: str, call: Call) -> object:
        """Says what a platform says to a send that it takes."""
        number = next(self._count)
        self.sent.append((kind, call.url.rpartition("/")[2]))
        match kind:
            case "whatsapp":
                if call.url.endswith("/media"):
                    return {"id": f"{number}"}
                told = _object(call.body)
                if "status" in told:
                    return {"success": True}
                to = str(told.get("to") or told.get("recipient") or "")
                return {
                    "messaging_product": "whatsapp",
                    "contacts": [{"input": to, "wa_id": to}],
                    "messages": [{"id": f"wamid.standin{number}"}],
                }
            case "telegram":
                chat = {"id": _object(call.body).get("chat_id", 1), "type": "private"}
                if "/sendChatAction" in call.url or "Draft" in call.url or "/answerCallbackQuery" in call.url:
                    return {"ok": True, "result": True}
                return {"ok": True, "result": {"message_id": number, "date": self._clock.now_ms() // 1000, "chat": chat}}
            case _:
                self.unplayed.add(kind)
                return {}


class _Incoming:
    """What comes back from an application in this process."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self._pieces: asyncio.Queue[bytes | None] = asyncio.Queue(QUEUE_MAX)
        self._begun = asyncio.Event()
        self._ended = False

    @classmethod
    def whole(cls, status: int, headers: Mapping[str, str], body: bytes) -> "_Incoming":
        """Makes an answer that is there already."""
        made = cls()
        made.status, made.headers, made._ended = status, dict(headers), True
        made._pieces.put_nowait(body)
        made._pieces.put_nowait(None)
        return made

    async def take(self, message: Any) -> None:
        """Takes one message of the application."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {k.decode().lower(): v.decode("latin-1") for k, v in message["headers"]}
            self._begun.set()
            return
        if body := message.get("body", b""):
            await self._pieces.put(body)
        if not message.get("more_body"):
            self._ended = True
            await self._pieces.put(None)

    def over(self) -> None:
        """The application is done, whether or not it ended its answer."""
        self._begun.set()
        if not self._ended and not self._pieces.full():
            self._pieces.put_nowait(None)

    async def begun(self, call: Call) -> None:
        """Waits for the headers."""
        await self._begun.wait()
        if not self.status:
            raise Unavailable(f"{call.shown}: the stand-in gave no answer")

    async def chunks(self) -> AsyncIterator[bytes]:
        """Walks the body."""
        while (piece := await self._pieces.get()) is not None:
            yield piece
        if not self._ended:
            raise CutShort("the stand-in's answer broke")

    async def rest(self) -> bytes:
        """Reads what is left."""
        return b"".join([piece async for piece in self.chunks()])


def _whole(body: bytes) -> Any:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return {}
    return found if isinstance(found, dict) else {}
