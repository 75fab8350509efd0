"""A site on loopback that behaves as badly as a test asks for."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Answer = Callable[["Request", asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Request:
    path: str
    headers: dict[str, str]


@dataclass
class Site:
    """Pages by path; `asked` keeps what was asked for."""

    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[Request] = field(default_factory=list)
    at_once: int = 0
    at_once_max: int = 0
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def page(
        self, path: str, body: str | bytes, *, status: int = 200, content_type: str = "text/html; charset=utf-8", **headers: str
    ) -> None:
        """Answers with a page."""
        data = body.encode() if isinstance(body, str) else body

        async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
            etag = headers.get("etag")
            if etag and request.headers.get("if-none-match") == etag:
                writer.write(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 0\r\n\r\n")
                return
            lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
            writer.write(
                f"HTTP/1.1 {status} x\r\nContent-Type: {content_type}\r\n{lines}Content-Length: {len(data)}\r\n\r\n".encode() + data
            )

        self.answers[path] = answer

    def paths(self) -> list[str]:
        """What was asked for, robots.txt left out."""
        return [one.path for one in self.asked if one.path != "/robots.txt"]


async def endless(_request: Request, writer: asyncio.StreamWriter) -> None:
    """Never comes to an end."""
    writer.write(b"HTTP/1.1 200 x\r\nContent-Type: text/html\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"<p>and so on and on</p>" * 5_000)
        await writer.drain()


async def silent(_request: Request, writer: asyncio.StreamWriter) -> None:
    """Says nothing until the other side has gone."""
    await asyncio.wait_for(writer.wait_closed(), timeout=5)


async def halved(_request: Request, writer: asyncio.StreamWriter) -> None:
    """Breaks off in the middle of what it promised."""
    writer.write(b"HTTP/1.1 200 x\r\nContent-Type: text/html\r\nContent-Length: 5000\r\n\r\n<p>half of it")
    await writer.drain()
    writer.close()


@asynccontextmanager
async def serving() -> AsyncIterator[Site]:
    """Runs a site."""
    site = Site()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (line := await reader.readline()).strip():
                path = line.decode().split(" ")[1]
                headers: dict[str, str] = {}
                while (line := await reader.readline()).strip():
                    name, _, value = line.decode().partition(":")
                    headers[name.strip().lower()] = value.strip()
                request = Request(path, headers)
                site.asked.append(request)
                site.at_once += 1
                site.at_once_max = max(site.at_once_max, site.at_once)
                try:
                    if path in site.answers:
                        await site.answers[path](request, writer)
                    else:
                        writer.write(b"HTTP/1.1 404 x\r\nContent-Length: 0\r\n\r\n")
                    await writer.drain()
                finally:
                    site.at_once -= 1
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    site.port = server.sockets[0].getsockname()[1]
    try:
        yield site
    finally:
        server.close()
