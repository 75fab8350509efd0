"""Line: one kept connection, on which one request is written at a time and its whole answer read."""

import asyncio
from typing import NamedTuple, cast

import httptools

HEAD_BYTES_MAX = 64 << 10
"""Most bytes of an answer before its body begins."""
JOINED_BYTES_MAX = 64 << 10
"""A body up to this size is copied behind its head, so that both go out at once."""


class Disconnected(ConnectionError):
    """The other side hung up before the end of its answer."""


class Garbled(ConnectionError):
    """What came was no answer in HTTP."""


class Overlong(Exception):
    """The answer is over the limit; it was not read further."""


class Answer(NamedTuple):
    """An answer as it came: header names in small letters, the body in pieces."""

    status: int
    headers: dict[str, str]
    pieces: list[bytes]


class Line(asyncio.Protocol):
    """One connection, for one request at a time."""

    __slots__ = (
        "_bytes_max", "_free", "_head_bytes", "_headed", "_headers", "_open", "_parser", "_pieces", "_size_bytes", "_status",
        "_to_its_end", "_transport", "_waiting",
    )  # fmt: skip

    def __init__(self, open_: "set[Line]") -> None:
        self._open = open_
        self._parser: httptools.HttpResponseParser | None = None
        self._waiting: asyncio.Future[Answer] | None = None
        self._free = True
        self._headed = self._to_its_end = False
        self._bytes_max = self._size_bytes = self._head_bytes = self._status = 0
        self._headers: dict[str, str] = {}
        self._pieces: list[bytes] = []

    @property
    def stands(self) -> bool:
        """Whether the next request may go out on it."""
        return self._free and not self._transport.is_closing()

    async def ask(self, head: bytes, body: bytes, *, until: float, bytes_max: int) -> Answer:
        """Writes a request and waits for the whole answer."""
        loop = asyncio.get_running_loop()
        self._bytes_max, self._head_bytes = bytes_max, 0
        self._free = self._headed = self._to_its_end = False
        waiting: asyncio.Future[Answer] = loop.create_future()
        self._waiting = waiting
        timer = loop.call_at(until, self._late)
        begin = b"%b%d\r\n\r\n" % (head, len(body))
        if len(body) <= JOINED_BYTES_MAX:
            self._transport.write(begin + body)
        else:
            self._transport.write(begin)
            self._transport.write(body)
        try:
            return await waiting
        finally:
            timer.cancel()
            self._waiting, self._pieces = None, []

    def abort(self) -> None:
        """Breaks the connection."""
        self._free = False
        self._transport.abort()

    # -- what the event loop calls --------------------------------------------------------------------------------------
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begins to read."""
        self._transport = cast(asyncio.Transport, transport)
        self._open.add(self)
        self._parser = parser = httptools.HttpResponseParser(self)
        parser.set_dangerous_leniencies(  # what the general client forgives too: old servers at home write so
            lenient_headers=True, lenient_optional_cr_before_lf=True, lenient_spaces_after_chunk_size=True
        )

    def data_received(self, data: bytes) -> None:
        """Reads what came."""
        if self._waiting is None or self._parser is None:
            self.abort()  # nobody asked
            return
        if not self._headed:
            self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._fail(Garbled(type(error).__name__))
        if not self._headed and self._head_bytes > HEAD_BYTES_MAX:
            self._fail(Garbled("the head is too long"))

    def connection_lost(self, exc: Exception | None) -> None:
        """Ends an answer that goes on to its end, and breaks every other."""
        self._open.discard(self)
        self._free, self._parser = False, None
        if self._waiting is not None and not self._waiting.done():
            if exc is None and self._headed and self._to_its_end:
                self._waiting.set_result(Answer(self._status, self._headers, self._pieces))
            else:
                self._waiting.set_exception(exc if isinstance(exc, OSError) else Disconnected("hung up before the answer's end"))

    def _late(self) -> None:
        self._fail(TimeoutError("no whole answer in time"))

    def _fail(self, why: Exception) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(why)
        self.abort()

    # -- what the parser calls ------------------------------------------------------------------------------------------
    def on_message_begin(self) -> None:
        """Begins an answer, or what comes before one (100 to 199)."""
        self._headers, self._pieces, self._size_bytes, self._headed = {}, [], 0, False
        if self._waiting is None or self._waiting.done():
            self.abort()  # a second answer to one question: whose the next one would be is not known

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keeps a header; of a repeated one the last counts."""
        self._headers[name.decode("utf-8", "surrogateescape").lower()] = value.decode("utf-8", "surrogateescape")

    def on_headers_complete(self) -> None:
        """Refuses an answer that says itself that it is too long."""
        assert self._parser is not None
        self._status = self._parser.get_status_code()
        if self._status < 200:
            return
        self._headed = True
        length = self._headers.get("content-length")
        self._to_its_end = length is None and "transfer-encoding" not in self._headers
        if length is not None and length.isdecimal() and int(length) > self._bytes_max:
            self._fail(Overlong())

    def on_body(self, body: bytes) -> None:
        """Keeps a piece, within the limit."""
        self._size_bytes += len(body)
        if self._size_bytes > self._bytes_max:
            self._fail(Overlong())
        else:
            self._pieces.append(body)

    def on_message_complete(self) -> None:
        """Ends the answer; the line is free again where both sides keep it and all was written."""
        if self._status < 200 or self._waiting is None or self._waiting.done() or self._parser is None:
            return
        self._free = self._parser.should_keep_alive() and not self._transport.get_write_buffer_size()
        self._waiting.set_result(Answer(self._status, self._headers, self._pieces))
