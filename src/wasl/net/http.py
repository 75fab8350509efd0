"""HTTP out through aiohttp: performs Calls, names every way in which the wire can fail."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from yarl import URL

from wasl.domain.errors import CutShort, SettingWrong, TooLarge, Unavailable, Unclear
from wasl.wire.call import Call, Reply

CONNECT_SECONDS = 10.0
TOTAL_SECONDS = 60.0
CONNECTIONS_MAX = 512
CONNECTIONS_PER_HOST_MAX = 256
DNS_CACHE_SECONDS = 60
URL_CACHE_MAX = 4_096
"""Parsed addresses that are remembered: parsing one costs as much as a small request."""


class HttpStreamed:
    """An answer whose body is still coming."""

    def __init__(self, response: aiohttp.ClientResponse, *, call: Call) -> None:
        self._response = response
        self._call = call
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.headers.items()}

    async def chunks(self) -> AsyncIterator[bytes]:
        """Walks the body as it arrives."""
        try:
            async for data in self._response.content.iter_any():
                yield data
        except (aiohttp.ClientError, ConnectionError, TimeoutError) as error:
            raise CutShort(f"the stream from {_where(self._call)} broke ({_why(error)})") from error

    async def rest(self) -> bytes:
        """Reads what is left of the body."""
        try:
            return await _read(self._response, call=self._call)
        except (aiohttp.ClientError, ConnectionError, TimeoutError) as error:
            raise CutShort(f"the answer from {_where(self._call)} broke ({_why(error)})") from error


class HttpNetwork:
    """The network over aiohttp, with one pool of connections."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None
        self._urls: dict[str, URL] = {}

    async def perform(self, call: Call) -> Reply:
        """Makes the request and reads the whole answer."""
        response = await self._send(call)
        try:
            body = await _read(response, call=call)
        except (aiohttp.ClientError, ConnectionError, TimeoutError) as error:
            raise _unclear(f"the answer from {_where(call)} broke", error) from error
        finally:
            _give_back(response)
        return Reply(status=response.status, headers={k.lower(): v for k, v in response.headers.items()}, body=body)

    @asynccontextmanager
    async def stream(self, call: Call) -> AsyncIterator[HttpStreamed]:
        """Makes the request and gives the answer once its headers are there."""
        response = await self._send(call)
        try:
            yield HttpStreamed(response, call=call)
        finally:
            _give_back(response)

    async def close(self) -> None:
        """Closes every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _send(self, call: Call) -> aiohttp.ClientResponse:
        session = self._session or self._open()
        total = call.timeout_seconds or TOTAL_SECONDS
        try:
            return await session.request(
                call.method,
                self._url(call.url),
                data=call.body or None,
                headers=call.headers,
                timeout=aiohttp.ClientTimeout(total=total, connect=min(CONNECT_SECONDS, total)),
                allow_redirects=False,
            )
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Unavailable(f"no connection to {_where(call)} ({_why(error)})") from error
        except aiohttp.InvalidURL as error:
            raise Unavailable(f"the address of {_where(call)} is not valid; mend the setting it comes from") from error
        except (aiohttp.ClientError, ConnectionError, TimeoutError, asyncio.IncompleteReadError) as error:
            raise _unclear(f"no answer from {_where(call)}", error) from error
        except ValueError as error:  # what it says is not told: it may hold the secret itself
            raise SettingWrong(
                f"a header for {_where(call)} holds what none may hold, such as a line break in the middle of a key; "
                "copy the key or token again"
            ) from error

    def _url(self, text: str) -> URL:
        url = self._urls.get(text)
        if url is None:
            if len(self._urls) >= URL_CACHE_MAX:
                self._urls.clear()
            try:
                url = URL(text, encoded=True)
                url.explicit_port  # noqa: B018 - parsed only when it is asked for, and so is what is wrong with it
            except ValueError as error:
                raise Unavailable("an address that should be asked is not valid; mend the setting it comes from") from error
            self._urls[text] = url
        return url

    def _open(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(limit=CONNECTIONS_MAX, limit_per_host=CONNECTIONS_PER_HOST_MAX, ttl_dns_cache=DNS_CACHE_SECONDS)
        self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=True)
        return self._session


def _give_back(response: aiohttp.ClientResponse) -> None:
    """Gives the connection back after a body that was read to its end; closes it after anything else."""
    if response.content.at_eof():
        response.release()
    else:
        response.close()


async def _read(response: aiohttp.ClientResponse, *, call: Call) -> bytes:
    limit = call.body_bytes_max
    declared = response.content_length
    if declared is not None and declared <= limit:
        return await response.read()
    pieces: list[bytes] = []
    size = 0
    async for data in response.content.iter_any():
        size += len(data)
        if size > limit:
            raise TooLarge(f"the answer from {_where(call)} is over {limit} bytes; it was not read further", limit_bytes=limit)
        pieces.append(data)
    return b"".join(pieces)


def _where(call: Call) -> str:
    """Names the host only: paths and queries of some platforms hold a secret."""
    return URL(call.url).host or "an address without a host"


def _unclear(what: str, error: BaseException) -> Unclear:
    timed_out = isinstance(error, TimeoutError)
    return Unclear(f"{what} ({_why(error)}); it may have been carried out", timed_out=timed_out or None)


def _why(error: BaseException) -> str:
    if isinstance(error, aiohttp.ClientConnectorError):
        return type(error.os_error).__name__
    return type(error).__name__
