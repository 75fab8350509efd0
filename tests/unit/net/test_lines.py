import asyncio
import datetime as dt
import ipaddress
import ssl
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from wasl.net import lines as lines_module
from wasl.net.line import HEAD_BYTES_MAX, Disconnected, Garbled, Overlong
from wasl.net.lines import Lines, NoLine
from wasl.wire.call import Call, Reply

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
Answering = Callable[[bytes, asyncio.StreamWriter], Awaitable[bool | None]]


class Told:
    """What a server was asked, and over how many connections."""

    def __init__(self) -> None:
        self.heads: list[bytes] = []
        self.bodies: list[bytes] = []
        self.connections = 0
        self.url = ""


@asynccontextmanager
async def server(answer: Answering, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[Told]:
    """Serves on loopback; `answer` is given each request, and says False where the connection shall end."""
    told = Told()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        told.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
                body = await reader.readexactly(length)
                told.heads.append(head)
                told.bodies.append(body)
                if await answer(body, writer) is False:
                    return
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    told.url = f"{'https' if tls else 'http'}://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1/messages?a=b%20c"
    async with listening:
        yield told


def saying(*answers: bytes, then_end: bool = False) -> Answering:
    """Gives one answer after the other, the last one for ever."""
    left = list(answers)

    async def answer(_: bytes, writer: asyncio.StreamWriter) -> bool | None:
        writer.write(left.pop(0) if len(left) > 1 else left[0])
        await writer.drain()
        return not then_end

    return answer


async def holds(true: Callable[[], bool]) -> None:
    """Lets the server and the event loop come to where something holds."""
    async with asyncio.timeout(60):
        while not true():  # noqa: ASYNC110  # the other side says nothing of it
            await asyncio.sleep(0.01)


@pytest.fixture
async def lines() -> AsyncIterator[Lines]:
    made = Lines()
    yield made
    made.close()
    await asyncio.sleep(0)


async def post(lines: Lines, url: str, body: bytes = b"{}", *, seconds: float = 30.0, bytes_max: int = 1_000_000) -> Reply:
    asked = lines.asked(Call(method="POST", url=url, headers={"authorization": "Bearer secret", "content-type": "application/json"}))
    assert asked is not None
    return await lines.post(asked, body, seconds=seconds, bytes_max=bytes_max)


async def test_a_request_says_what_the_general_client_says(lines: Lines) -> None:
    async with server(saying(OK)) as told:
        reply = await post(lines, told.url, b'{"a":1}')
    assert (reply.status, reply.body, reply.headers) == (200, b"ok", {"content-length": "2"})
    first, *rest = told.heads[0].decode().strip().split("\r\n")
    assert first == "POST /v1/messages?a=b%20c HTTP/1.1"
    said = dict(line.split(": ", 1) for line in rest)
    assert said["host"] == told.url.split("/")[2]
    assert said.items() >= {"authorization": "Bearer secret", "content-type": "application/json", "content-length": "7"}.items()
    assert (said["accept"], said["accept-encoding"]) == ("*/*", "gzip, deflate")
    assert said["user-agent"]
    assert told.bodies == [b'{"a":1}']


async def test_a_body_of_any_length_goes_out_whole(lines: Lines) -> None:
    async with server(saying(OK)) as told:
        for body in (b"", b"x" * 300_000):
            assert (await post(lines, told.url, body)).body == b"ok"
    assert [len(body) for body in told.bodies] == [0, 300_000]


async def test_a_connection_serves_one_request_after_the_other(lines: Lines) -> None:
    async with server(saying(OK)) as told:
        for _ in range(5):
            await post(lines, told.url)
        assert told.connections == 1
        await asyncio.gather(*(post(lines, told.url) for _ in range(3)))
    assert len(told.heads) == 8
    assert told.connections <= 3


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok",
        b"HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok",
        OK + OK,
        OK + b"?",
    ],
    ids=["closing", "old", "answering twice", "saying more"],
)
async def test_a_connection_that_is_not_surely_free_is_not_used_again(lines: Lines, answer: bytes) -> None:
    async with server(saying(answer)) as told:
        for _ in range(2):
            assert (await post(lines, told.url)).body == b"ok"
    assert told.connections == 2


async def test_a_connection_that_was_hung_up_while_idle_is_not_used_again(lines: Lines) -> None:
    async with server(saying(OK, then_end=True)) as told:
        await post(lines, told.url)
        await holds(lambda: not lines._open)
        assert (await post(lines, told.url)).body == b"ok"
    assert told.connections == 2


async def test_a_connection_that_was_idle_for_too_long_is_not_used_again(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    async with server(saying(OK)) as told:
        await post(lines, told.url)
        monkeypatch.setattr(lines_module, "KEPT_SECONDS", -1.0)
        assert (await post(lines, told.url)).body == b"ok"
        lines._sweep()
        assert lines._idle == {}
    assert told.connections == 2


@pytest.mark.parametrize(
    ("answer", "status", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n", 200, b"onetwo"),
        (b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" + OK, 200, b"ok"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b""),
        (b"HTTP/1.1 302 Found\r\nlocation: http://other.example/\r\ncontent-length: 0\r\n\r\n", 302, b""),
        (b"HTTP/1.1 429 Slow\r\nRetry-After: 7\r\ncontent-length: 2\r\n\r\n{}", 429, b"{}"),
        (b"HTTP/1.1 200 OK\ncontent-length: 2\n\nok", 200, b"ok"),
    ],
    ids=["chunked", "hints first", "empty", "elsewhere", "slow down", "line feeds only"],
)
async def test_an_answer_of_any_shape_is_read_whole(lines: Lines, answer: bytes, status: int, body: bytes) -> None:
    async with server(saying(answer)) as told:
        reply = await post(lines, told.url)
    assert (reply.status, reply.body) == (status, body)
    assert "link" not in reply.headers


async def test_an_answer_without_a_length_goes_on_to_the_end_of_the_connection(lines: Lines) -> None:
    async with server(saying(b"HTTP/1.1 200 OK\r\n\r\nall of it", then_end=True)) as told:
        assert (await post(lines, told.url)).body == b"all of it"


async def test_an_answer_may_come_in_pieces_of_any_size(lines: Lines) -> None:
    async def answer(_: bytes, writer: asyncio.StreamWriter) -> None:
        for at in range(len(OK)):
            writer.write(OK[at : at + 1])
            await writer.drain()
            await asyncio.sleep(0)

    async with server(answer) as told:
        assert (await post(lines, told.url)).body == b"ok"


@pytest.mark.parametrize("coding", ["gzip", "deflate", "bare deflate"])
async def test_a_compressed_answer_is_unpacked_and_its_cap_counts_what_was_unpacked(lines: Lines, coding: str) -> None:
    packing = zlib.compressobj(wbits={"gzip": 31, "deflate": 15, "bare deflate": -15}[coding])
    packed = packing.compress(b"a" * 100_000) + packing.flush()
    head = b"HTTP/1.1 200 OK\r\ncontent-encoding: %s\r\ncontent-length: %d\r\n\r\n" % (coding.split()[-1].encode(), len(packed))
    async with server(saying(head + packed)) as told:
        assert (await post(lines, told.url)).body == b"a" * 100_000
        with pytest.raises(Overlong):
            await post(lines, told.url, bytes_max=99_999)


@pytest.mark.parametrize("body", [b"no gzip at all", zlib.compress(b"a" * 1000, wbits=31)[:-4]])
async def test_a_broken_compression_is_no_answer(lines: Lines, body: bytes) -> None:
    async with server(saying(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(body) + body)) as told:
        with pytest.raises(Garbled):
            await post(lines, told.url)


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-server\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nok",
        b"HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: " + b"y" * (2 * HEAD_BYTES_MAX),
        b"HTTP/1.1 103 Hints\r\n\r\n" * (HEAD_BYTES_MAX // 10),
    ],
    ids=["another protocol", "two lengths", "an upgrade", "an endless head", "endless hints"],
)
async def test_what_is_no_answer_breaks_the_connection(lines: Lines, answer: bytes) -> None:
    async with server(saying(answer)) as told:
        with pytest.raises(Garbled):
            await post(lines, told.url)
        await holds(lambda: not lines._open)


async def test_an_answer_cut_before_its_end_is_a_broken_one(lines: Lines) -> None:
    for answer in (b"", b"HTTP/1.1 200 OK\r\ncontent-le", b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf"):
        async with server(saying(answer, then_end=True)) as told:
            with pytest.raises(Disconnected):
                await post(lines, told.url)


async def test_silence_ends_with_the_time_that_was_given(lines: Lines) -> None:
    async with server(saying(b"")) as told:
        with pytest.raises(TimeoutError):
            await post(lines, told.url, seconds=0.2)
        assert lines._busy == {}


async def test_whoever_stops_waiting_breaks_the_connection(lines: Lines) -> None:
    async with server(saying(b"", OK)) as told:
        asking = asyncio.create_task(post(lines, told.url))
        await holds(lambda: bool(told.bodies))
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert (await post(lines, told.url)).body == b"ok"
    assert told.connections == 2


async def test_who_finds_every_connection_busy_waits_for_one_and_not_for_ever(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines_module, "LINES_PER_PLACE_MAX", 1)
    let = asyncio.Event()

    async def answer(_: bytes, writer: asyncio.StreamWriter) -> None:
        await let.wait()
        writer.write(OK)

    async with server(answer) as told:
        first = asyncio.create_task(post(lines, told.url))
        await holds(lambda: bool(told.bodies))
        with pytest.raises(NoLine):
            await post(lines, told.url, seconds=0.1)
        given_up, *waiting = [asyncio.create_task(post(lines, told.url)) for _ in range(3)]
        await holds(lambda: len(lines._queue) == 3)
        given_up.cancel()
        let.set()
        assert [(await one).body for one in (first, *waiting)] == [b"ok"] * 3
        with pytest.raises(asyncio.CancelledError):
            await given_up
    assert (told.connections, lines._busy, lines._busy_all, lines._queue) == (1, {}, 0, [])


async def test_room_that_was_handed_to_somebody_who_stopped_waiting_goes_to_the_next(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines_module, "LINES_MAX", 1)
    async with server(saying(OK)) as told:
        asked = lines.asked(Call(method="POST", url=told.url))
        assert asked is not None
        lines._take(asked.place)
        first, second = (asyncio.create_task(post(lines, told.url)) for _ in range(2))
        await holds(lambda: len(lines._queue) == 2)
        lines._leave(asked.place)
        first.cancel()
        assert (await second).body == b"ok"
        with pytest.raises(asyncio.CancelledError):
            await first
    assert (lines._busy_all, lines._queue) == (0, [])


@pytest.mark.parametrize(
    "call",
    [
        Call(method="GET", url="http://a.example/"),
        Call(method="POST", url="ftp://a.example/"),
        Call(method="POST", url="http://name:word@a.example/"),
        Call(method="POST", url="http://a.example:port/"),
        Call(method="POST", url="no address"),
        Call(method="POST", url="http://a.example/a b"),
        Call(method="POST", url="http://a.example/\r\nx: y"),
        Call(method="POST", url="http://مثال.example/"),
        Call(method="POST", url="http://a.example/", headers={"x": "a\r\nhost: b"}),
        Call(method="POST", url="http://a.example/", headers={"x\n": "a"}),
        Call(method="POST", url="http://a.example/", headers={"x": "half a pair \ud83d"}),
        Call(method="POST", url="http://a.example/", headers={"x": "a", "X": "b"}),
        Call(method="POST", url="http://a.example/", headers={"Host": "b"}),
        Call(method="POST", url="http://a.example/", headers={"transfer-encoding": "chunked"}),
    ],
    ids=repr,
)
def test_what_is_unusual_is_left_to_the_general_client(call: Call) -> None:
    assert Lines().asked(call) is None


def test_what_is_remembered_of_requests_shows_no_secret_and_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines_module, "ASKED_MAX", 3)
    lines = Lines()
    for number in range(10):
        asked = lines.asked(Call(method="POST", url=f"http://a.example/bot-secret-{number}", headers={"authorization": "secret"}))
        assert asked is not None
        assert "secret" not in repr(asked)
        assert f"secret-{number}".encode() in asked.head
        assert len(lines._asked) <= 3


def certificate(folder: Path) -> Path:
    """Makes a key and a certificate for 127.0.0.1, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "here")])
    now = dt.datetime.now(dt.UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    made = made.not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
    path = folder / "both.pem"
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(private + made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return path


async def test_a_server_that_cannot_prove_who_it_is_is_told_nothing(lines: Lines, tmp_path: Path) -> None:
    path = certificate(tmp_path)
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(path)
    trusting = Lines(trust=ssl.create_default_context(cafile=path))
    async with server(saying(OK), tls=serving) as told:
        with pytest.raises(NoLine):
            await post(lines, told.url)
        assert told.heads == []
        for _ in range(2):
            assert (await post(trusting, told.url)).body == b"ok"
        assert len(told.heads) == 2
        trusting.close()
        await asyncio.sleep(0.01)


async def test_a_name_that_nobody_has_is_no_connection(lines: Lines) -> None:
    with pytest.raises(NoLine):
        await post(lines, f"http://{'a' * 70}.example/")
