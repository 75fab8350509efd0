import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest

from wasl.testing.simulators.serving import Listener, Receive, Request, Scope, Send, read_request


@dataclass
class Answered:
    """An answer that the client got; status 0 when the connection broke."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def json(self) -> Any:
        import msgspec

        return msgspec.json.decode(self.body)


class Client:
    """A client for simulators."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self.session = session

    async def ask(self, method: str, url: str, *, timeout_seconds: float = 10, **options: Any) -> Answered:
        try:
            async with self.session.request(method, url, timeout=aiohttp.ClientTimeout(total=timeout_seconds), **options) as answer:
                return Answered(status=answer.status, body=await answer.read(), headers={k.lower(): v for k, v in answer.headers.items()})
        except (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError) as error:
            return Answered(status=0, body=type(error).__name__.encode())


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with aiohttp.ClientSession() as session:
        yield Client(session)


@dataclass
class Hook:
    """Wasl's side of the webhooks: takes everything unless told otherwise."""

    url: str = ""
    requests: list[Request] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    came: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = await read_request(scope, receive, send, body_bytes_max=1 << 24)
        if request is None:
            return
        if request.method == "GET":
            await request.answer(200, request.params().get("hub.challenge", "").encode())
            return
        self.requests.append(request)
        self.came.set()
        await request.answer(self.statuses.pop(0) if self.statuses else 200)

    @property
    def bodies(self) -> list[Any]:
        return [request.json_object() for request in self.requests]

    async def until(self, count: int) -> None:
        while len(self.requests) < count:
            self.came.clear()
            await asyncio.wait_for(self.came.wait(), 10)


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    hook = Hook()
    listener = Listener(hook)
    hook.url = await listener.plug() + "/hooks/x"
    yield hook
    await listener.unplug()
