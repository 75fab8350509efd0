import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from wasl.domain.errors import CutShort, SettingWrong, TooLarge, Unavailable, Unclear
from wasl.net.http import HttpNetwork
from wasl.wire.call import Call

Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def server(behave: Behaviour) -> AsyncIterator[str]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await behave(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    async with listening:
        yield f"http://127.0.0.1:{port}/bot-secret-in-path"


@pytest.fixture
async def network() -> AsyncIterator[HttpNetwork]:
    made = HttpNetwork()
    yield made
    await made.close()


async def test_a_good_answer_comes_whole_with_lower_case_headers(network: HttpNetwork) -> None:
    async def behave(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 201 Created\r\nX-Thing: A\r\nContent-Length: 4\r\n\r\nbody")
        await writer.drain()

    async with server(behave) as url:
        reply = await network.perform(Call(method="POST", url=url, body=b"x"))
    assert (reply.status, reply.body, reply.headers["x-thing"]) == (201, b"body", "A")


async def test_a_port_nobody_listens_on_is_surely_not_carried_out(network: HttpNetwork) -> None:
    async with server(lambda r, w: asyncio.sleep(0)) as url:
        pass
    with pytest.raises(Unavailable):
        await network.perform(Call(method="POST", url=url))


async def test_a_reset_after_the_request_was_written_is_unclear(network: HttpNetwork) -> None:
    async def behave(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    async with server(behave) as url:
        with pytest.raises(Unclear):
            await network.perform(Call(method="POST", url=url, body=b"x"))


async def test_silence_past_the_calls_limit_is_unclear(network: HttpNetwork) -> None:
    async def behave(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async with server(behave) as url:
        with pytest.raises(Unclear):
            await network.perform(Call(method="POST", url=url, timeout_seconds=0.2))


async def test_an_answer_cut_in_its_body_is_unclear(network: HttpNetwork) -> None:
    async def behave(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        await writer.drain()

    async with server(behave) as url:
        with pytest.raises(Unclear):
            await network.perform(Call(method="POST", url=url))


@pytest.mark.parametrize(
    "head", [b"Content-Length: 5000\r\n\r\n" + b"x" * 5000, b"Transfer-Encoding: chunked\r\n\r\n1388\r\n" + b"x" * 5000 + b"\r\n0\r\n\r\n"]
)
async def test_an_answer_over_the_calls_cap_is_not_read_further(network: HttpNetwork, head: bytes) -> None:
    async def behave(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n" + head)
        await writer.drain()

    async with server(behave) as url:
        with pytest.raises(TooLarge):
            await network.perform(Call(method="GET", url=url, body_bytes_max=1000))


async def test_a_stream_gives_pieces_as_they_come_and_names_its_break(network: HttpNetwork) -> None:
    gate = asyncio.Event()

    async def behave(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n")
        await writer.drain()
        await gate.wait()
        writer.write(b"3\r\ntwo\r\n")
        await writer.drain()

    async with server(behave) as url, network.stream(Call(method="POST", url=url)) as streamed:
        pieces = streamed.chunks()
        assert await anext(pieces) == b"one"
        gate.set()
        assert await anext(pieces) == b"two"
        with pytest.raises(CutShort):
            await anext(pieces)


async def test_errors_name_the_host_and_never_the_path_that_may_hold_a_secret(network: HttpNetwork) -> None:
    async def behave(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    async with server(behave) as url:
        with pytest.raises(Unclear) as caught:
            await network.perform(Call(method="POST", url=url))
    assert "secret" not in str(caught.value)
    assert re.search(r"127\.0\.0\.1", str(caught.value))


async def test_a_key_with_a_line_break_in_it_is_told_as_a_setting_without_the_key(network: HttpNetwork) -> None:
    async def behave(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raise AssertionError("nothing is sent")

    async with server(behave) as url:
        with pytest.raises(SettingWrong, match=r"a line break in the middle of a key") as caught:
            await network.perform(Call(method="POST", url=url, headers={"authorization": "Bearer sk-one\nsk-two"}))
    assert "sk-" not in str(caught.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:99999/x", "http://127.0.0.1:port/x", "http://[::1/x"])
async def test_an_address_that_cannot_be_one_is_named_and_breaks_nothing(network: HttpNetwork, url: str) -> None:
    with pytest.raises(Unavailable, match="is not valid; mend the setting"):
        await network.perform(Call(method="GET", url=url))
