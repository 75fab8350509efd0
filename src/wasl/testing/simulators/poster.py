"""Poster: a small HTTP/1.1 client for webhooks on loopback; a pool of kept connections and nothing else, because a bench sends
thousands of webhooks a second through it."""

import asyncio
from collections.abc import Mapping
from typing import cast
from urllib.parse import urlsplit

import httptools

ANSWER_BYTES_MAX = 1 << 20


class NoAnswer(Exception):
    """No whole answer came: refused, broken off, or too late."""


class _Exchange(asyncio.Protocol):
    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.answer: asyncio.Future[tuple[int, bytes]] | None = None
        self.reusable = True
        self._body = bytearray()
        self._parser = httptools.HttpResponseParser(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's own class is no subclass

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._fail(f"the answer is not HTTP: {error}")

    def on_body(self, body: bytes) -> None:
        self._body += body
        if len(self._body) > ANSWER_BYTES_MAX:
            self._fail("the answer is too large")

    def on_message_complete(self) -> None:
        self.reusable = self.reusable and self._parser.should_keep_alive()
        status, body = self._parser.get_status_code(), bytes(self._body)
        self._body.clear()
        self._parser = httptools.HttpResponseParser(self)
        if self.answer is not None and not self.answer.done():
            self.answer.set_result((status, body))

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail("the connection broke before the answer came")

    def _fail(self, why: str) -> None:
        self.reusable = False
        if self.answer is not None and not self.answer.done():
            self.answer.set_exception(NoAnswer(why))
        if self.transport is not None:
            self.transport.close()


class Poster:
    """Makes requests to http:// addresses and keeps the connections."""

    def __init__(self) -> None:
        self._idle: dict[tuple[str, int], list[_Exchange]] = {}
        self._heads: dict[tuple[str, str], tuple[tuple[str, int], bytes]] = {}

    async def ask(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes = b"", timeout_seconds: float = 20.0
    ) -> tuple[int, bytes]:
        """Makes one request; gives status and body. Raises NoAnswer."""
        place, head = self._head(method, url)
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        exchange = await self._connection(place)
        exchange.answer = asyncio.get_running_loop().create_future()
        assert exchange.transport is not None
        exchange.transport.write(head + f"content-length: {len(body)}\r\n{lines}\r\n".encode("latin-1") + body)
        try:
            async with asyncio.timeout(timeout_seconds):
                answer = await exchange.answer
        except TimeoutError as error:
            exchange.transport.abort()
            raise NoAnswer(f"no answer within {timeout_seconds} s") from error
        except asyncio.CancelledError:
            exchange.transport.abort()
            raise
        if exchange.reusable:
            self._idle.setdefault(place, []).append(exchange)
        else:
            exchange.transport.close()
        return answer

    def close(self) -> None:
        """Closes the connections that nobody uses."""
        for exchanges in self._idle.values():
            for exchange in exchanges:
                if exchange.transport is not None:
                    exchange.transport.close()
        self._idle.clear()

    def _head(self, method: str, url: str) -> tuple[tuple[str, int], bytes]:
        known = self._heads.get((method, url))
        if known is None:
            parts = urlsplit(url)
            if parts.scheme != "http" or not parts.hostname:
                raise NoAnswer(f"{url!r} is not an http:// address; simulators call loopback only")
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            head = f"{method} {path} HTTP/1.1\r\nhost: {parts.netloc}\r\n".encode("latin-1")
            known = ((parts.hostname, parts.port or 80), head)
            if len(self._heads) < 1_000:
                self._heads[(method, url)] = known
        return known

    async def _connection(self, place: tuple[str, int]) -> _Exchange:
        idle = self._idle.get(place)
        while idle:
            exchange = idle.pop()
            if exchange.reusable and exchange.transport is not None and not exchange.transport.is_closing():
                return exchange
        try:
            _, made = await asyncio.get_running_loop().create_connection(_Exchange, *place)
        except OSError as error:
            raise NoAnswer(f"{place[0]}:{place[1]} cannot be reached: {error.strerror}") from error
        return made
