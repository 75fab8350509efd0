"""Lines: kept connections on which one request is posted at a time and its whole answer read.

A turn posts twice, to the model and to the platform. A general client takes many times as long to set such a request up (redirects,
cookies, tracing, streams in both directions) as the request itself takes; this one does nothing else, on the parser that the server
stands on too. What is unusual it declines, and the general client does it.
"""

import asyncio
import re
import socket
import ssl
import zlib
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from aiohappyeyeballs import AddrInfoType, start_connection
from aiohttp.http import SERVER_SOFTWARE
from yarl import URL

from wasl.net.line import Garbled, Line, Overlong
from wasl.wire.call import Call, Reply

CONNECT_SECONDS = 10.0
LINES_MAX = 512
LINES_PER_PLACE_MAX = 256
KEPT_SECONDS = 15.0
"""An idle line is used again for so long: many servers hang up soon after, and what is written to a line that was hung up is unclear."""
ASKED_MAX = 1_024
"""Heads of requests that are remembered: they differ by address and credentials only."""
FOUND_SECONDS = 60.0
"""Where a host is found is remembered for so long."""
NEXT_ADDRESS_SECONDS = 0.25
"""A host's next address is tried after so long beside the one that does not answer (RFC 8305)."""
_OWN = frozenset({"host", "content-length", "transfer-encoding", "connection", "expect", "upgrade", "cookie", "content-encoding", "te"})
"""What a call may not say itself here: it would change how the request is framed."""
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]+\Z")
_VALUE = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f]*\Z")
_TARGET = re.compile(r"[!-~]+\Z")
_USUAL: Final[Mapping[str, str]] = {"accept": "*/*", "accept-encoding": "gzip, deflate", "user-agent": SERVER_SOFTWARE}
_ZLIB_BITS: Final[Mapping[str, int]] = {"gzip": 31, "x-gzip": 31, "deflate": 15}


class NoLine(Exception):
    """No connection came about, so nothing was carried out; says why."""


class Place(NamedTuple):
    """Whom a line leads to."""

    host: str
    port: int
    secure: bool


class Asked(NamedTuple):
    """A request but for its body: whom it goes to, and its head up to the length of the body."""

    place: Place
    head: bytes

    def __repr__(self) -> str:
        """Shows whom it goes to only: a head carries credentials."""
        return f"Asked({self.place})"


class Lines:
    """Every line of this process; `trust` is what proves a server, the system's own when it is None."""

    def __init__(self, *, trust: ssl.SSLContext | None = None) -> None:
        self._trust = trust
        self._asked: dict[tuple[object, ...], Asked | None] = {}
        self._idle: dict[Place, list[tuple[Line, float]]] = {}
        self._open: set[Line] = set()
        self._busy: dict[Place, int] = {}
        self._busy_all = 0
        self._queue: list[tuple[Place, asyncio.Future[None]]] = []
        self._found: dict[Place, tuple[Sequence[AddrInfoType], float]] = {}
        self._sweeper: asyncio.TimerHandle | None = None

    def asked(self, call: Call) -> Asked | None:
        """Gives the call as it is posted; None for one that is not posted here."""
        if call.method != "POST":
            return None
        key = (call.url, *call.headers.items())
        try:
            return self._asked[key]
        except KeyError:
            if len(self._asked) >= ASKED_MAX:
                self._asked.clear()
            made = self._asked[key] = _asked(call)
            return made

    async def post(self, asked: Asked, body: bytes, *, seconds: float, bytes_max: int) -> Reply:
        """Posts `body` and reads the whole answer within `seconds`.

        Raises NoLine; and once the request may have been written OSError (Disconnected, Garbled, TimeoutError) and Overlong.
        """
        loop = asyncio.get_running_loop()
        now, place = loop.time(), asked.place
        until = now + seconds
        if self._room(place):
            self._take(place)
        else:
            await self._wait(place, until=min(until, now + CONNECT_SECONDS))
        line: Line | None = None
        try:
            line = self._kept(place, now=now) or await self._connected(place, until=min(until, now + CONNECT_SECONDS))
            status, headers, pieces = await line.ask(asked.head, body, until=until, bytes_max=bytes_max)
            whole = pieces[0] if len(pieces) == 1 else b"".join(pieces)
            if "content-encoding" in headers:
                whole = _plain(whole, headers["content-encoding"], bytes_max=bytes_max)
            return Reply(status=status, headers=headers, body=whole)
        finally:
            if line is not None:
                self._put_back(place, line)
            self._leave(place)

    def close(self) -> None:
        """Breaks every line."""
        if self._sweeper is not None:
            self._sweeper.cancel()
            self._sweeper = None
        self._idle.clear()
        for line in list(self._open):
            line.abort()

    def _room(self, place: Place) -> bool:
        return self._busy_all < LINES_MAX and self._busy.get(place, 0) < LINES_PER_PLACE_MAX

    def _take(self, place: Place) -> None:
        self._busy[place] = self._busy.get(place, 0) + 1
        self._busy_all += 1

    def _leave(self, place: Place) -> None:
        """Gives room back, and hands it to the first who waits and can use it."""
        busy = self._busy[place] - 1
        if busy:
            self._busy[place] = busy
        else:
            del self._busy[place]
        self._busy_all -= 1
        for at, (wanted, turn) in enumerate(self._queue):
            if self._room(wanted) and not turn.done():
                del self._queue[at]
                self._take(wanted)
                turn.set_result(None)
                return

    async def _wait(self, place: Place, *, until: float) -> None:
        """Waits until room is handed over. Raises NoLine when that takes too long."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append((place, turn))
        taken = False
        try:
            async with asyncio.timeout_at(until):
                await turn
                taken = True
        except TimeoutError as error:
            raise NoLine("all connections are busy") from error
        finally:
            if turn.cancelled():
                self._queue.remove((place, turn))
            elif not taken:  # it was handed over in the moment in which nobody wanted it any more
                self._leave(place)

    def _kept(self, place: Place, *, now: float) -> "Line | None":
        """Takes the idle line that was used last, if it still stands."""
        idle = self._idle.get(place)
        while idle:
            line, since = idle.pop()
            if line.stands and now - since <= KEPT_SECONDS:
                return line
            line.abort()
        return None

    async def _connected(self, place: Place, *, until: float) -> "Line":
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout_at(until):
                found = await self._addresses(place)
                sock = await start_connection(found, happy_eyeballs_delay=NEXT_ADDRESS_SECONDS, interleave=1, loop=loop)
                trust = await self._trusted() if place.secure else None
                name = place.host if place.secure else None
                _, line = await loop.create_connection(lambda: Line(self._open), sock=sock, ssl=trust, server_hostname=name)
        except (OSError, ValueError) as error:  # among them: the time is over, no such name, a certificate that proves nothing
            self._found.pop(place, None)
            raise NoLine(type(error).__name__) from error
        return line

    async def _addresses(self, place: Place) -> Sequence[AddrInfoType]:
        """Finds where a host is; what was found is remembered for a while."""
        loop = asyncio.get_running_loop()
        known = self._found.get(place)
        if known is not None and loop.time() < known[1]:
            return known[0]
        if len(self._found) >= ASKED_MAX:
            self._found.clear()
        found = await loop.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
        self._found[place] = (found, loop.time() + FOUND_SECONDS)
        return found

    async def _trusted(self) -> ssl.SSLContext:
        if self._trust is None:
            trust = await asyncio.to_thread(ssl.create_default_context)
            trust.set_alpn_protocols(["http/1.1"])
            self._trust = trust
        return self._trust

    def _put_back(self, place: Place, line: "Line") -> None:
        if not line.stands:
            line.abort()
            return
        loop = asyncio.get_running_loop()
        self._idle.setdefault(place, []).append((line, loop.time()))
        if self._sweeper is None:
            self._sweeper = loop.call_later(KEPT_SECONDS, self._sweep)

    def _sweep(self) -> None:
        """Hangs up what was idle for too long."""
        loop = asyncio.get_running_loop()
        since_min = loop.time() - KEPT_SECONDS
        for place, idle in list(self._idle.items()):
            left = [(line, since) for line, since in idle if line.stands and since > since_min]
            for line, since in idle:
                if since <= since_min:
                    line.abort()
            if left:
                self._idle[place] = left
            else:
                del self._idle[place]
        self._sweeper = loop.call_later(KEPT_SECONDS, self._sweep) if self._idle else None


def _asked(call: Call) -> Asked | None:
    """Writes a request's head; None where anything about it is unusual."""
    try:
        url = URL(call.url, encoded=True)
        host, port, target = url.raw_host, url.port, url.raw_path_qs
    except ValueError:
        return None
    if url.scheme not in ("http", "https") or not host or port is None or url.raw_user is not None or url.raw_password is not None:
        return None
    if not host.isascii() or not _TARGET.match(target):
        return None
    given = {name.lower(): value for name, value in call.headers.items()}
    if len(given) < len(call.headers) or not all(n not in _OWN and _NAME.match(n) and _VALUE.match(v) for n, v in given.items()):
        return None
    lines = [f"POST {target} HTTP/1.1", f"host: {url.host_port_subcomponent}"]
    lines += [f"{name}: {value}" for name, value in {**_USUAL, "content-type": "application/octet-stream", **given}.items()]
    try:
        head = "\r\n".join([*lines, "content-length: "]).encode()
    except UnicodeEncodeError:
        return None
    return Asked(place=Place(host=host, port=port, secure=url.scheme == "https"), head=head)


def _plain(body: bytes, coding: str, *, bytes_max: int) -> bytes:
    """Gives a body without its compression. Raises Garbled, Overlong."""
    bits = _ZLIB_BITS.get(coding.strip().lower())
    if bits is None or not body:
        return body
    if bits == zlib.MAX_WBITS and body[0] & 0x0F != zlib.DEFLATED:
        bits = -bits  # without its wrapper, as some servers write it
    unpacking = zlib.decompressobj(wbits=bits)
    try:
        plain = unpacking.decompress(body, bytes_max + 1)
    except zlib.error as error:
        raise Garbled("the compressed body is broken") from error
    if len(plain) > bytes_max:
        raise Overlong
    if not unpacking.eof:
        raise Garbled("the compressed body is cut")
    return plain
