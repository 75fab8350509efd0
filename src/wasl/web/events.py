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
STREAMS_MAX = 20_000
"""Streams that one process keeps open; one costs about 33 KiB."""
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


class Streams:
    """Every stream that is open, so that a server that stops can end them: pages reconnect to the next one."""

    def __init__(self, *, most: int = STREAMS_MAX) -> None:
        self._most = most
        self._pumps: set[asyncio.Task[None]] = set()
        self._ended = False

    def __len__(self) -> int:
        return len(self._pumps)

    def answer(self, frames: AsyncIterator[bytes]) -> Response:
        """Opens a stream, or asks to come again where there is no room left."""
        if self._ended or len(self._pumps) >= self._most:
            return Response(status_code=503, headers={"retry-after": "5", "cache-control": "no-store"})
        return EventStream(frames, pumps=self._pumps)

    def end(self) -> None:
        """Ends every stream and opens no more."""
        self._ended = True
        for pump in self._pumps:
            pump.cancel()


class EventStream(Response):
    """An answer that stays open and sends frames until they end, the reader has gone, or the streams are ended."""

    media_type = "text/event-stream"

    def __init__(self, frames: AsyncIterator[bytes], *, pumps: set[asyncio.Task[None]]) -> None:
        self._frames = frames
        self._pumps = pumps
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
        self._pumps.add(pump)
        try:
            await asyncio.wait({gone, pump}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._pumps.discard(pump)
            ended = pump.done()
            gone.cancel()
            pump.cancel()
            await asyncio.gather(gone, pump, return_exceptions=True)
        if ended:
            if not pump.cancelled():
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
