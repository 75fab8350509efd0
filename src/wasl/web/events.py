"""Server-sent events written straight to ASGI: one stream is two small tasks, so many may stay open."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from wasl.domain.errors import RetryLater

HEARTBEAT_SECONDS = 20.0
"""Longest silence on a stream: proxies close what is silent for 30 or 60 seconds."""
RETRY_MS = 1_000
BEAT = b": beat\n\n"
_encode = msgspec.json.Encoder().encode


def frame(event: str, value: Any, *, seq: int | None = None) -> bytes:
    """Writes one event; `seq` becomes its id, which the page names again when it reconnects. JSON holds no line break."""
    head = f"id: {seq}\nevent: {event}\ndata: " if seq is not None else f"event: {event}\ndata: "
    return head.encode() + _encode(value) + b"\n\n"


async def beats(words: AsyncIterator[tuple[str, bytes]], *, seconds: float = HEARTBEAT_SECONDS) -> AsyncIterator[tuple[str, bytes] | None]:
    """Passes on what a subscription brings, and None whenever it was silent for so long; ends with the subscription."""
    following: asyncio.Task[tuple[str, bytes]] | None = None
    try:
        while True:
            following = following or asyncio.create_task(_next(words))
            done, _ = await asyncio.wait({following}, timeout=seconds)
            if not done:
                yield None
                continue
            try:
                word = following.result()
            except _Ended:
                return
            following = None
            yield word
    finally:
        if following is not None:
            following.cancel()


class EventStream(Response):
    """An answer that stays open and sends frames until they end or the reader has gone."""

    media_type = "text/event-stream"

    def __init__(self, frames: AsyncIterator[bytes]) -> None:
        self._frames = frames
        self.background = None
        self.status_code = 200

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends; a slow reader slows only this stream, and what the bus drops meanwhile is read from the store again."""
        headers = [
            (b"content-type", b"text/event-stream; charset=utf-8"),
            (b"cache-control", b"no-store"),
            (b"x-accel-buffering", b"no"),
            (b"x-content-type-options", b"nosniff"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": f"retry: {RETRY_MS}\n\n".encode(), "more_body": True})
        gone = asyncio.create_task(_gone(receive))
        pump = asyncio.create_task(self._pump(send))
        try:
            await asyncio.wait({gone, pump}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ended = pump.done()
            gone.cancel()
            pump.cancel()
            await asyncio.gather(gone, pump, return_exceptions=True)
        if ended:
            pump.result()
            await send({"type": "http.response.body", "body": b""})

    async def _pump(self, send: Send) -> None:
        try:
            async for data in self._frames:
                await send({"type": "http.response.body", "body": data, "more_body": True})
        except RetryLater:
            return  # the store is down now: the page reconnects and names what it has


class _Ended(Exception):
    """The subscription ended; StopAsyncIteration cannot leave a task by itself."""


async def _next(words: AsyncIterator[tuple[str, bytes]]) -> tuple[str, bytes]:
    try:
        return await anext(words)
    except StopAsyncIteration:
        raise _Ended from None


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
