"""Hooks: where platforms call us; bare ASGI, because this is the hot path."""

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import structlog

from wasl.domain.errors import Forged, Malformed, StoreDown, TooLarge
from wasl.ports.clock import Clock
from wasl.service.logs import Sparing
from wasl.service.observe import Observe
from wasl.service.receive import Receive
from wasl.wire.call import Call

log = structlog.get_logger(__name__)

Scope = MutableMapping[str, Any]
Receiver = Callable[[], Awaitable[MutableMapping[str, Any]]]
Sender = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PREFIX = "/hooks/"
RETRY_AFTER_SECONDS = b"5"
_PLAIN = (b"content-type", b"text/plain; charset=utf-8")


class Hooks:
    """Answers `/hooks/<channel>`: 200 once stored, 400 malformed, 401 forged, 404 no such channel, 413 too large, 503 store down."""

    def __init__(self, *, receive: Receive, observe: Observe, clock: Clock, body_bytes_max: int) -> None:
        self._receive = receive
        self._sparing = Sparing(clock)
        self._observe = observe
        self._body_bytes_max = body_bytes_max

    async def __call__(self, scope: Scope, receive: Receiver, send: Sender) -> None:
        """Takes one request. This is one of the two borders that catch everything: recorded, answered 500, nothing acknowledged."""
        name = scope["path"][len(PREFIX) :]
        try:
            status, body, headers = await self._take(name, scope, receive)
        except Exception as error:  # a border (BLE001): recorded, and nothing is acknowledged
            self._observe.fault(place="hooks")
            log.exception("a hook broke; the platform is asked to send it again", channel=name, error=type(error).__name__)
            status, body, headers = 500, b"something broke here; send it again", [_PLAIN]
        await send({"type": "http.response.start", "status": status, "headers": [*headers, (b"content-length", str(len(body)).encode())]})
        await send({"type": "http.response.body", "body": body})

    async def _take(self, name: str, scope: Scope, receive: Receiver) -> tuple[int, bytes, list[tuple[bytes, bytes]]]:
        channel = self._receive.channel(name)
        if channel is None:
            return 404, b"no such channel", [_PLAIN]
        if scope["method"] not in ("GET", "POST", "PUT"):
            return 405, b"not allowed", [_PLAIN]
        try:
            body = await read_body(receive, bytes_max=min(self._body_bytes_max, channel.limits.body_bytes_max))
            reply = await self._receive.webhook(name, call_of(scope, body))
        except TooLarge:
            self._observe.webhook(channel=name, result="too large")
            return 413, b"too large", [_PLAIN]
        except Forged as error:
            self._say(logging.WARNING, "a request was not genuine; nothing was stored", name, why=error.message)
            return 401, b"not genuine", [_PLAIN]
        except Malformed as error:
            self._say(logging.WARNING, "a request could not be read; nothing was stored", name, why=error.message)
            return 400, b"malformed", [_PLAIN]
        except StoreDown as error:
            self._say(logging.ERROR, "a request could not be stored; the platform is asked to send it again", name, why=error.message)
            return 503, b"try again later", [_PLAIN, (b"retry-after", RETRY_AFTER_SECONDS)]
        if reply is not None:
            return reply.status, reply.body, [(k.encode("latin-1"), v.encode("latin-1")) for k, v in reply.headers.items()]
        return 200, b"", []  # a body would be a second packet: no platform reads it

    def _say(self, level: int, line: str, channel: str, *, why: str) -> None:
        times = self._sparing.times(f"{line} {channel}")
        if times:
            log.log(level, line, channel=channel, why=why, times=times)


async def read_body(receive: Receiver, *, bytes_max: int) -> bytes:
    """Reads a request's body. Raises TooLarge past the limit, Malformed when the caller hangs up before its end."""
    message = await receive()
    if message["type"] != "http.request":
        raise Malformed("the caller hung up before the body's end")
    body: bytes = message.get("body", b"")
    if not message.get("more_body") and len(body) <= bytes_max:
        return body
    pieces, size = [body], len(body)
    while message.get("more_body") and size <= bytes_max:
        message = await receive()
        if message["type"] != "http.request":
            raise Malformed("the caller hung up before the body's end")
        pieces.append(message.get("body", b""))
        size += len(pieces[-1])
    if size > bytes_max:
        raise TooLarge(f"the body is over {bytes_max} bytes", limit_bytes=bytes_max)
    return b"".join(pieces)


def call_of(scope: Scope, body: bytes) -> Call:
    """Makes a Call from an ASGI scope."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    path, query = scope["path"], scope["query_string"].decode("latin-1")
    url = f"{scope.get('scheme', 'http')}://{headers.get('host', '')}{path}{'?' + query if query else ''}"
    return Call(method=scope["method"], url=url, headers=headers, body=body, path=path, query=query)
