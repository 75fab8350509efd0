"""Server: one address space of several faces, chosen by the first piece of the path, and the process that serves it."""

import asyncio
import errno
import socket
from collections.abc import Mapping, Sequence

import uvicorn
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from wasl.domain.errors import SettingWrong
from wasl.web.hooks import Receiver, Scope, Sender

GRACE_SECONDS = 5
"""How long open requests and streams may go on after a stop."""
CONNECTIONS_WAITING_MAX = 2_048


class Paths:
    """Sends each request to the face whose prefix its path begins with; `rest` takes the others."""

    def __init__(self, *, faces: Mapping[str, object], rest: object) -> None:
        self._faces = tuple(faces.items())
        self._rest = rest

    async def __call__(self, scope: Scope, receive: Receiver, send: Sender) -> None:
        """Takes one connection."""
        if scope["type"] == "http":
            path = scope["path"]
            for prefix, face in self._faces:
                if path.startswith(prefix):
                    await face(scope, receive, send)  # type: ignore[operator]  # every face is an ASGI application
                    return
        await self._rest(scope, receive, send)  # type: ignore[operator]


def behind_proxies(application: object, *, trusted: Sequence[str]) -> object:
    """Lets an application see the caller and the scheme as trusted proxies tell them."""
    return ProxyHeadersMiddleware(application, trusted_hosts=list(trusted))  # type: ignore[arg-type]  # uvicorn's own ASGI types


class _Announcing(uvicorn.Server):
    """uvicorn that says when it takes connections."""

    def __init__(self, config: uvicorn.Config, started: asyncio.Event) -> None:
        super().__init__(config)
        self._announce = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Opens the sockets, then says so."""
        await super().startup(sockets)
        self._announce.set()


class Server:
    """Serves faces over HTTP, on a socket that is bound already, until told to stop."""

    def __init__(self, application: object, *, bound: socket.socket) -> None:
        config = uvicorn.Config(
            application,  # type: ignore[arg-type]  # uvicorn's own ASGI types
            http="httptools",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
            backlog=CONNECTIONS_WAITING_MAX,
        )
        self.started = asyncio.Event()
        self._server = _Announcing(config, self.started)
        self._bound = bound

    @property
    def port(self) -> int:
        """The port that is really used; asked for 0, the system chose one."""
        return int(self._server.servers[0].sockets[0].getsockname()[1])

    async def run(self) -> None:
        """Serves; `started` is set once connections are taken."""
        # `serve` would take over the process's signals, which the composition root owns.
        await self._server._serve(sockets=[self._bound])

    def stop(self) -> None:
        """Takes no more connections, ends streams, and lets `run` return."""
        self._server.should_exit = True


async def bind(host: str, port: int) -> socket.socket:
    """Binds the address, before anything else is begun; uvicorn itself would end the process where it cannot.

    Raises SettingWrong when the address cannot be had.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        bound = socket.socket(family, kind, protocol)
        try:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind(address)
        except OSError:
            bound.close()
            raise
    except OSError as error:
        why = "is in use already; stop the other program, or choose another port" if error.errno == errno.EADDRINUSE else error.strerror
        raise SettingWrong(f"server.host and server.port: {host}:{port} {why}") from error
    bound.setblocking(False)
    return bound
