"""Serving: the small bare-ASGI ground that every simulator stands on, with a listener that can be unplugged.

Loopback only. A simulator is an ASGI application; `Listener` gives it a port of its own. Unlike a whole server it can close
that port (`unplug`: connections are refused) and open the same one again, and an application can break a connection at
any byte (`Request.hang_up`).
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from typing import Any, Protocol, cast
from urllib.parse import parse_qsl

import msgspec
from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
HOST = "127.0.0.1"
KEEP_ALIVE_SECONDS = 75
JSON = b"application/json"

_decode = msgspec.json.Decoder().decode


class Application(Protocol):
    """Anything that speaks ASGI."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        ...


class BadRequest(Exception):
    """The caller's request cannot be read; the text says why."""


class Request:
    """One HTTP request, read whole, and the ways to answer it or not."""

    __slots__ = ("_receive", "_scope", "_send", "answered", "body", "headers", "method", "path", "query")

    def __init__(self, *, scope: Scope, receive: Receive, send: Send, body: bytes) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query: bytes = scope.get("query_string", b"")
        self.headers: list[tuple[bytes, bytes]] = scope["headers"]
        self.body = body
        self.answered = False
        self._scope = scope
        self._receive = receive
        self._send = send

    def header(self, name: bytes) -> str:
        """Gives a header by its lower-case name, or empty text."""
        for key, value in self.headers:
            if key == name:
                return value.decode("latin-1")
        return ""

    def params(self) -> dict[str, str]:
        """Gives the decoded query parameters."""
        return dict(parse_qsl(self.query.decode("latin-1"), keep_blank_values=True))

    def json_object(self) -> dict[str, Any]:
        """Reads the body as a JSON object; raises BadRequest when it is anything else."""
        try:
            value = _decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise BadRequest(f"the body is not JSON: {error}") from error
        if not isinstance(value, dict):
            raise BadRequest(f"the body is {type(value).__name__}, not a JSON object")
        return value

    async def answer(
        self, status: int, body: bytes = b"", *, media_type: bytes = JSON, headers: Sequence[tuple[bytes, bytes]] = ()
    ) -> None:
        """Answers whole."""
        self.answered = True
        length = str(len(body)).encode()
        await self._send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [(b"content-type", media_type), (b"content-length", length), *headers],
            }
        )
        await self._send({"type": "http.response.body", "body": body})

    async def answer_json(self, status: int, value: object, *, headers: Sequence[tuple[bytes, bytes]] = ()) -> None:
        """Answers with JSON."""
        await self.answer(status, msgspec.json.encode(value), headers=headers)

    async def begin(self, status: int, *, media_type: bytes, headers: Sequence[tuple[bytes, bytes]] = ()) -> None:
        """Sends status and headers of an answer whose body follows by `write`."""
        self.answered = True
        await self._send({"type": "http.response.start", "status": status, "headers": [(b"content-type", media_type), *headers]})

    async def write(self, data: bytes) -> None:
        """Sends some more of the body."""
        await self._send({"type": "http.response.body", "body": data, "more_body": True})

    async def end(self) -> None:
        """Ends the body."""
        await self._send({"type": "http.response.body", "body": b""})

    async def hang_up(self) -> None:
        """Breaks the connection where it stands; nothing more reaches the caller."""
        self.answered = True
        abort = self._scope.get("wasl.abort")
        if abort is not None:
            await asyncio.sleep(0)
            abort()
        await self.hang()

    async def hang(self) -> None:
        """Keeps the caller waiting until it goes away."""
        self.answered = True
        while (await self._receive())["type"] != "http.disconnect":
            pass


async def read_request(scope: Scope, receive: Receive, send: Send, *, body_bytes_max: int) -> Request | None:
    """Reads a request whole; None when it is larger than the cap (then 413 was answered) or its sender went away."""
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
        if len(body) > body_bytes_max:
            break
    if message["type"] == "http.disconnect":
        return None
    request = Request(scope=scope, receive=receive, send=send, body=body)
    if len(body) > body_bytes_max:
        await request.answer_json(413, {"error": f"the body is larger than {body_bytes_max} bytes"}, headers=[(b"connection", b"close")])
        return None
    return request


class _Connection(HttpToolsProtocol):
    """A connection whose application may break it."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        cast(Scope, self.scope)["wasl.abort"] = self.transport.abort


class Listener:
    """One loopback port for one application."""

    def __init__(self, application: Application, *, port: int = 0) -> None:
        self.port = port
        self._config = Config(
            cast(Any, application), log_config=None, access_log=False, lifespan="off", ws="none", timeout_keep_alive=KEEP_ALIVE_SECONDS
        )
        self._config.load()
        self._state = ServerState()
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end."""
        return f"http://{HOST}:{self.port}"

    @property
    def plugged(self) -> bool:
        """Says whether the port is open."""
        return self._server is not None

    async def plug(self) -> str:
        """Opens the port (the same one as before, if there was one) and gives the URL."""
        if self._server is None:
            # Named as TCP, else asyncio leaves small writes waiting for acknowledgements: 40 ms an answer.
            bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind((HOST, self.port))
            self.port = bound.getsockname()[1]
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(self._connection, sock=bound, backlog=1024)
        return self.url

    async def unplug(self) -> None:
        """Closes the port and breaks every connection: from now on callers are refused."""
        server, self._server = self._server, None
        if server is None:
            return
        server.close()
        for connection in list(self._state.connections):
            transport = connection.transport
            if transport is not None:
                transport.abort()
        await asyncio.sleep(0)
        if self._state.tasks:
            await asyncio.wait(list(self._state.tasks), timeout=2)
        for task in list(self._state.tasks):
            task.cancel()

    def _connection(self) -> asyncio.Protocol:
        return _Connection(config=self._config, server_state=self._state, app_state={})


def whole(value: Mapping[str, Any], name: str, default: int) -> int:
    """Reads a whole number from a control request; raises BadRequest for anything else that is given."""
    found = value.get(name, default)
    if isinstance(found, bool) or not isinstance(found, int):
        raise BadRequest(f"{name} must be a whole number, not {found!r}")
    return found
