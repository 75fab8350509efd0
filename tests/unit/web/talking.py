"""A visitor's side of the wire, without a browser."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from tests.browser.composition import Composition


@dataclass(frozen=True, slots=True)
class Frame:
    event: str
    id: int | None
    data: Any


class Stream:
    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def frames(self) -> AsyncIterator[Frame]:
        event, seq = "", None
        async for line in self._response.content:
            field, _, value = line.decode().rstrip("\n").partition(": ")
            if field == "event":
                event = value
            elif field == "id":
                seq = int(value)
            elif field == "data":
                yield Frame(event, seq, json.loads(value))
                event, seq = "", None

    async def until(self, event: str, *, author: str = "") -> list[Frame]:
        """Reads up to the first frame of that event (and author)."""
        seen: list[Frame] = []
        async for frame in self.frames():
            seen.append(frame)
            if frame.event == event and (not author or frame.data.get("author") == author):
                return seen
        raise AssertionError(f"the stream ended without {event!r}: {seen}")


@dataclass(frozen=True, slots=True)
class Visitor:
    wasl: Composition
    http: aiohttp.ClientSession
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"x-wasl-visitor": self.token}

    async def post(self, body: dict[str, Any]) -> tuple[int, Any]:
        async with self.http.post(f"{self.wasl.url}/chat/messages", json=body, headers=self.headers) as response:
            return response.status, await response.json()

    async def say(self, text: str, *, id: str) -> Any:
        status, answer = await self.post({"id": id, "text": text, "language": "en"})
        assert status == 200, answer
        return answer

    async def history(self, **params: int | str) -> Any:
        async with self.http.get(f"{self.wasl.url}/chat/messages", params=params, headers=self.headers) as response:
            assert response.status == 200
            return await response.json()

    async def upload(self, data: bytes, *, name: str) -> tuple[int, Any]:
        async with self.http.post(f"{self.wasl.url}/chat/uploads", data=data, headers={**self.headers, "x-wasl-name": name}) as response:
            return response.status, await response.json()

    @asynccontextmanager
    async def stream(self, *, after: int | str = 0) -> AsyncIterator[Stream]:
        headers = {**self.headers, "last-event-id": str(after)}
        async with self.http.get(f"{self.wasl.url}/chat/events", headers=headers) as response:
            assert response.status == 200
            yield Stream(response)
