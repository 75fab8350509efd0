"""A small HTTP/1.1 server and client on bare asyncio protocols: the lean other side of a measurement.

Both speak kept-alive connections with Content-Length bodies, one request at a time on each; the server can also stream a
chunked answer and break a connection on purpose. No TLS, loopback only.
"""

import asyncio
from collections.abc import Callable
from typing import cast

import httptools

REASONS = {200: b"OK", 400: b"Bad Request", 401: b"Unauthorized", 404: b"Not Found", 429: b"Too Many Requests", 500: b"Error", 503: b"Down"}


class Request:
    """One request and the way to answer it; the answer may be given later."""

    __slots__ = ("body", "headers", "method", "path", "transport")

    def __init__(self, *, method: str, path: str, headers: dict[bytes, bytes], body: bytes, transport: asyncio.Transport) -> None:
        self.method, self.path, self.headers, self.body, self.transport = method, path, headers, body, transport

    def respond(self, status: int, body: bytes, content_type: bytes = b"application/json") -> None:
        """Writes the whole answer; nothing happens when the other side is gone."""
        if not self.transport.is_closing():
            self.transport.write(
                b"HTTP/1.1 %d %s\r\ncontent-type: %s\r\ncontent-length: %d\r\n\r\n%s"
                % (status, REASONS.get(status, b"-"), content_type, len(body), body)
            )

    def begin(self, content_type: bytes = b"text/event-stream") -> None:
        """Begins a chunked answer."""
        if not self.transport.is_closing():
            self.transport.write(b"HTTP/1.1 200 OK\r\ncontent-type: %s\r\ntransfer-encoding: chunked\r\n\r\n" % content_type)

    def chunk(self, data: bytes) -> None:
        """Writes one chunk; an empty one ends the answer."""
        if not self.transport.is_closing():
            self.transport.write(b"%x\r\n%s\r\n" % (len(data), data))

    def abort(self) -> None:
        """Breaks the connection without an answer."""
        self.transport.abort()


class _ServerConnection(asyncio.Protocol):
    def __init__(self, handle: Callable[[Request], None], open_: set["_ServerConnection"]) -> None:
        self.handle, self.open = handle, open_
        self.parser = httptools.HttpRequestParser(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.open.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.open.discard(self)

    def data_received(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError:
            self.transport.abort()

    def on_message_begin(self) -> None:
        self.url, self.headers, self.pieces = b"", {}, []

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers[name.lower()] = value

    def on_body(self, body: bytes) -> None:
        self.pieces.append(body)

    def on_message_complete(self) -> None:
        method = self.parser.get_method().decode()
        body = b"".join(self.pieces)
        self.handle(Request(method=method, path=self.url.decode(), headers=self.headers, body=body, transport=self.transport))


class Listener:
    """A server on a loopback port; `stop` breaks every connection at once, as a crash would; `start` takes the same port again."""

    def __init__(self, handle: Callable[[Request], None]) -> None:
        self.handle = handle
        self.port = 0
        self._open: set[_ServerConnection] = set()
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def listening(self) -> bool:
        return self._server is not None

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: _ServerConnection(self.handle, self._open), "127.0.0.1", self.port, reuse_address=True, backlog=1024
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for connection in list(self._open):
            connection.transport.abort()
        await asyncio.sleep(0)


class _ClientConnection(asyncio.Protocol):
    def __init__(self, idle: list["_ClientConnection"]) -> None:
        self.idle = idle
        self.waiting: asyncio.Future[tuple[int, bytes]] | None = None
        self.lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.parser = httptools.HttpResponseParser(self)
        self.pieces: list[bytes] = []

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True
        if self in self.idle:
            self.idle.remove(self)
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_exception(ConnectionResetError("connection lost"))

    def data_received(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError:
            self.transport.abort()

    def on_message_begin(self) -> None:
        self.pieces = []

    def on_body(self, body: bytes) -> None:
        self.pieces.append(body)

    def on_message_complete(self) -> None:
        waiting, self.waiting = self.waiting, None
        if self.parser.should_keep_alive():
            self.idle.append(self)
        else:
            self.transport.close()
        if waiting is not None and not waiting.done():
            waiting.set_result((self.parser.get_status_code(), b"".join(self.pieces)))


class Client:
    """Makes requests to one loopback port, over as many kept connections as are busy at once."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._idle: list[_ClientConnection] = []

    async def request(self, path: str, body: bytes = b"", *, method: str = "POST", headers: bytes = b"") -> tuple[int, bytes]:
        """Gives status and body. Raises OSError when the connection cannot be made or breaks."""
        connection = self._idle.pop() if self._idle else None
        while connection is not None and (connection.lost or connection.transport.is_closing()):
            connection = self._idle.pop() if self._idle else None
        loop = asyncio.get_running_loop()
        if connection is None:
            _, connection = await loop.create_connection(lambda: _ClientConnection(self._idle), "127.0.0.1", self.port)
        waiting = connection.waiting = loop.create_future()
        connection.transport.write(
            b"%s %s HTTP/1.1\r\nhost: 127.0.0.1:%d\r\ncontent-length: %d\r\n%s\r\n%s"
            % (method.encode(), path.encode(), self.port, len(body), headers, body)
        )
        return await waiting

    def close(self) -> None:
        for connection in list(self._idle):
            connection.transport.abort()
        self._idle.clear()
