"""A model's server on a real socket, bare enough to break in every way a real one can."""

import asyncio
import contextlib
import json
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

Act = Callable[["Conversation"], Awaitable[None]]


@dataclass(kw_only=True)
class Conversation:
    """One request and the line it came on."""

    body: dict[str, Any]
    headers: dict[str, str]
    writer: asyncio.StreamWriter

    async def head(self, status: int = 200, *, length: int | None = None, media_type: str = "application/json", **headers: str) -> None:
        """Sends the status and headers; without a length the body is chunked."""
        lines = [f"HTTP/1.1 {status} x", f"content-type: {media_type}"]
        lines.append("transfer-encoding: chunked" if length is None else f"content-length: {length}")
        lines.extend(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())
        self.writer.write("\r\n".join([*lines, "", ""]).encode())
        await self.writer.drain()

    async def chunk(self, data: bytes) -> None:
        """Sends a piece of a chunked body; an empty one is the end."""
        self.writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        await self.writer.drain()

    async def whole(self, value: Any, *, status: int = 200, **headers: str) -> None:
        """Sends everything at once."""
        data = json.dumps(value).encode()
        await self.head(status, length=len(data), **headers)
        self.writer.write(data)
        await self.writer.drain()

    def reset(self) -> None:
        """Breaks the line hard: the other side sees a reset."""
        line: socket.socket = self.writer.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    async def gone(self) -> None:
        """Waits until the other side hangs up."""
        reader: asyncio.StreamReader = self.writer.transport.get_protocol()._stream_reader  # type: ignore[union-attr]
        await reader.read()


@dataclass(kw_only=True)
class ProviderServer:
    """Answers each request with the next act of its script; the last one stays."""

    script: list[Act]
    asked: list[dict[str, Any]] = field(default_factory=list)
    open_lines: int = 0
    lines: int = 0
    port: int = 0
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def until(self, true: Callable[["ProviderServer"], bool]) -> None:
        """Waits for requests and lines to stand so; five seconds at most."""
        async with asyncio.timeout(5), self._changed:
            await self._changed.wait_for(lambda: true(self))

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open_lines += 1
        self.lines += 1
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
                body = json.loads(await reader.readexactly(int(headers["content-length"])))
                act = self.script[min(len(self.asked), len(self.script) - 1)]
                self.asked.append(body)
                await self._tell()
                await act(Conversation(body=body, headers=headers, writer=writer))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.open_lines -= 1
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()
            await self._tell()


@asynccontextmanager
async def provider_server(*script: Act) -> AsyncIterator[ProviderServer]:
    """Runs a server on a free port of the loopback."""
    server = ProviderServer(script=list(script))
    listening = await asyncio.start_server(server._serve, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()


# -- acts -------------------------------------------------------------------------------------------------------------

WORDS = ("The shop ", "opens at nine", ". أهلا")
TEXT = "".join(WORDS)
USAGE = {"prompt_tokens": 11, "completion_tokens": 5, "total_tokens": 16}


def _chunk(delta: dict[str, Any], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return b"data: " + json.dumps({"id": "up-1", "model": "served-model", "choices": [choice]}).encode() + b"\n\n"


async def good(talk: Conversation) -> None:
    """Answers well, streamed or whole, as asked."""
    if not talk.body.get("stream"):
        message = {"role": "assistant", "content": TEXT}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        await talk.whole({"id": "up-1", "model": "served-model", "choices": [choice], "usage": USAGE})
        return
    await talk.head(media_type="text/event-stream")
    for word in WORDS:
        await talk.chunk(_chunk({"content": word}))
    await talk.chunk(_chunk({}, "stop"))
    if talk.body.get("stream_options", {}).get("include_usage"):
        await talk.chunk(b"data: " + json.dumps({"choices": [], "usage": USAGE}).encode() + b"\n\n")
    await talk.chunk(b"data: [DONE]\n\n")
    await talk.chunk(b"")


async def calls_a_tool(talk: Conversation) -> None:
    """Wants a tool run."""
    call = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "opening_hours", "arguments": '{"day": "الجمعة"}'}}
    if not talk.body.get("stream"):
        choice = {"index": 0, "message": {"role": "assistant", "content": None, "tool_calls": [call]}, "finish_reason": "tool_calls"}
        await talk.whole({"id": "up-2", "model": "served-model", "choices": [choice], "usage": USAGE})
        return
    await talk.head(media_type="text/event-stream")
    await talk.chunk(_chunk({"tool_calls": [call]}))
    await talk.chunk(_chunk({}, "tool_calls") + b"data: [DONE]\n\n")
    await talk.chunk(b"")


def failing(status: int, code: str = "fault", message: str = "no", **headers: str) -> Act:
    """Answers with a status."""

    async def act(talk: Conversation) -> None:
        await talk.whole({"error": {"message": message, "type": "x", "code": code}}, status=status, **headers)

    return act


async def resets(talk: Conversation) -> None:
    """Breaks the line before any header."""
    talk.reset()


async def hangs_up(talk: Conversation) -> None:
    """Closes the line politely before any header."""
    talk.writer.close()


async def keeps_silent(talk: Conversation) -> None:
    """Takes the request and never says anything."""
    await talk.gone()


async def silent_after_headers(talk: Conversation) -> None:
    """Sends headers, then nothing."""
    await talk.head(media_type="text/event-stream")
    await talk.gone()


async def malformed(talk: Conversation) -> None:
    """Says something that is not the format."""
    if not talk.body.get("stream"):
        await talk.whole(["not a completion"])
        return
    await talk.head(media_type="text/event-stream")
    await talk.chunk(_chunk({"content": WORDS[0]}))
    await talk.chunk(b"data: {broken\n\n")
    await talk.gone()


def breaking(how: str) -> Act:
    """Begins an answer and breaks off: "cut" hard, "short" politely but without end mark, "stall" by silence."""

    async def act(talk: Conversation) -> None:
        if not talk.body.get("stream"):
            await talk.head(length=1000)
            talk.writer.write(b'{"choices": [')
            await talk.writer.drain()
        else:
            await talk.head(media_type="text/event-stream")
            await talk.chunk(_chunk({"content": WORDS[0]}))
            await talk.chunk(_chunk({"content": WORDS[1]}))
        if how == "short" and talk.body.get("stream"):
            await talk.chunk(b"")
        elif how == "stall":
            await talk.gone()
        else:
            talk.reset()

    return act


def breaking_at(signal: asyncio.Event) -> Act:
    """Begins a streamed answer and breaks the line when it is told to."""

    async def act(talk: Conversation) -> None:
        await talk.head(media_type="text/event-stream")
        await talk.chunk(_chunk({"content": WORDS[0]}))
        await signal.wait()
        talk.reset()

    return act
