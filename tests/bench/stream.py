"""The first words on the page: a visitor's stream measured against the moment the provider let the first chunk go."""

import asyncio
import itertools
import re
import time
from collections.abc import AsyncIterator, Callable

import msgspec
from tests.bench.loopback import Request
from tests.bench.peer import PADDING, Peer

CHUNKS = 12
CHUNK_SECONDS = 0.01
_encode = msgspec.json.Encoder().encode


class Provider:
    """Streams an answer in chunks and remembers when each answer's first one was written."""

    def __init__(self, peer: Peer) -> None:
        self.first_at: dict[str, float] = {}
        peer.on_stream = self.stream

    def stream(self, request: Request, token: str) -> None:
        """Writes the head at once, the first chunk a little later, then one every 10 ms."""
        request.begin()
        loop = asyncio.get_running_loop()
        words = [f"{token}: "] + [PADDING[i * 7 : i * 7 + 7] for i in range(CHUNKS)]
        for n, word in enumerate(words):
            loop.call_later(0.02 + n * CHUNK_SECONDS, self._write, request, token, word, n == 0)
        loop.call_later(0.02 + len(words) * CHUNK_SECONDS, self._end, request)

    def _write(self, request: Request, token: str, word: str, first: bool) -> None:
        choice = {"index": 0, "delta": {"role": "assistant", "content": word}, "finish_reason": None}
        request.chunk(b"data: " + _encode({"id": "1", "object": "chat.completion.chunk", "model": "bench", "choices": [choice]}) + b"\n\n")
        if first:
            self.first_at[token] = time.perf_counter()

    def _end(self, request: Request) -> None:
        choice = {"index": 0, "delta": {}, "finish_reason": "stop"}
        usage = {"prompt_tokens": 60, "completion_tokens": 20, "total_tokens": 80}
        last = {"id": "1", "object": "chat.completion.chunk", "model": "bench", "choices": [choice], "usage": usage}
        request.chunk(b"data: " + _encode(last) + b"\n\ndata: [DONE]\n\n")
        request.chunk(b"")


class Visitor:
    """One browser: the page's cookie, its stream, and what it posts."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.token = ""

    async def enter(self) -> None:
        """Opens the page and keeps who the visitor is."""
        head, _ = await self._request(b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n")
        found = re.search(r"set-cookie: wasl_visitor=([^;\r]+)", head, re.IGNORECASE)
        if found is None:
            raise RuntimeError(f"the page set no visitor cookie: {head[:300]}")
        self.token = found[1]

    async def post(self, own_id: str, text: str) -> None:
        """Posts a message; returns when it is committed."""
        body = _encode({"id": own_id, "text": text})
        head = f"POST /chat/messages HTTP/1.1\r\nhost: 127.0.0.1\r\nx-wasl-visitor: {self.token}\r\ncontent-type: application/json\r\n"
        answer, rest = await self._request(head.encode() + b"connection: close\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body))
        if " 200 " not in answer.split("\r\n", 1)[0]:
            raise RuntimeError(f"the message was not taken: {answer[:200]} {rest[:200]}")

    async def follow(self) -> AsyncIterator[tuple[str, dict[str, object], float]]:
        """Walks the stream's events with the time at which each arrived."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(f"GET /chat/events HTTP/1.1\r\nhost: 127.0.0.1\r\nx-wasl-visitor: {self.token}\r\n\r\n".encode())
        kind = ""
        try:
            while line := await reader.readline():
                if line.startswith(b"event: "):
                    kind = line[7:].strip().decode()
                elif line.startswith(b"data: "):
                    yield kind, msgspec.json.decode(line[6:]), time.perf_counter()
        finally:
            writer.close()

    async def _request(self, data: bytes) -> tuple[str, str]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(data)
        whole = (await reader.read()).decode(errors="replace")
        writer.close()
        head, _, rest = whole.partition("\r\n\r\n")
        return head, rest


async def first_chunks(peer: Peer, port: int, *, visitors: int, messages: int, serials: "itertools.count[int]") -> list[float]:
    """Lets visitors ask one after another; gives, for each answer, milliseconds from the provider's first chunk to the page's."""
    provider = Provider(peer)
    late_ms: list[float] = []

    async def one() -> None:
        visitor = Visitor(port)
        await visitor.enter()
        token = f"m{next(serials):07d}"
        await visitor.post(f"own-{token}", f"{token} hello")
        asked, first = 1, False
        async for kind, value, at in visitor.follow():
            if kind == "delta" and not first and token in provider.first_at:
                first = True
                late_ms.append((at - provider.first_at[token]) * 1000)
            elif kind == "message" and str(value.get("author")) == "assistant" and token in str(value):
                if asked == messages:
                    return
                asked, first = asked + 1, False
                token = f"m{next(serials):07d}"
                await visitor.post(f"own-{token}", f"{token} hello")

    async with asyncio.timeout(120):
        await asyncio.gather(*(one() for _ in range(visitors)))
    return late_ms


async def held_streams(
    peer: Peer, port: int, *, held: int, asking: int, messages: int, serials: "itertools.count[int]", weigh: Callable[[], int]
) -> tuple[list[float], int]:
    """Opens the streams of `held` visitors who only listen; gives the first chunks' milliseconds of `asking` others beside them.

    Beside those, what `weigh` tells while all are open. Raises RuntimeError when one of the held streams was closed, or never opened.
    """
    listeners = [Visitor(port) for _ in range(held)]
    door = asyncio.Semaphore(32)
    ended: list[int] = []

    async def enter(one: Visitor) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        async with door:
            await one.enter()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(f"GET /chat/events HTTP/1.1\r\nhost: 127.0.0.1\r\nx-wasl-visitor: {one.token}\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            if b" 200 " not in head.split(b"\r\n", 1)[0]:
                raise RuntimeError(f"a stream was not opened: {head[:200]!r}")
            return reader, writer

    async def drain(place: int, reader: asyncio.StreamReader) -> None:
        while await reader.read(4096):
            pass
        ended.append(place)

    streams = await asyncio.gather(*(enter(one) for one in listeners))
    drains = [asyncio.create_task(drain(place, reader)) for place, (reader, _) in enumerate(streams)]
    try:
        late_ms = await first_chunks(peer, port, visitors=asking, messages=messages, serials=serials)
        if ended:
            raise RuntimeError(f"{len(ended)} of {held} streams were closed while they were held")
        return late_ms, weigh()
    finally:
        for task in drains:
            task.cancel()
        for _, writer in streams:
            writer.close()
