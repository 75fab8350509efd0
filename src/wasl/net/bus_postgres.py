"""Bus between processes on one PostgreSQL: LISTEN and NOTIFY, many words in one notification.

Import this module only when a PostgreSQL store is asked for: without asyncpg the import raises SettingWrong. In one's own process
words go from hand to hand at once. The first word after a quiet moment leaves at once; what comes within WINDOW_SECONDS after it
leaves together. Why this carrier: docs/decisions/0007-bus-carrier.md.
"""

import asyncio
import base64
import secrets
from collections.abc import Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

import msgspec

from wasl.domain.errors import SettingWrong
from wasl.net.bus_local import LocalBus, refuse_large

try:
    import asyncpg
except ImportError as missing:
    raise SettingWrong("PostgreSQL needs asyncpg: run `make install WITH=postgres`, or leave `store` empty to use SQLite") from missing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

CHANNEL = "wasl"
WINDOW_SECONDS = 0.005
"""Least time between two notifications of one process."""
PAYLOAD_BYTES_MAX = 7_900
"""PostgreSQL carries 8,000 bytes less one; the rest is the envelope."""
WAITING_MAX = 4_096
"""Words that wait to leave this process; more lose the oldest."""
RECONNECT_SECONDS_MAX = 5.0
CONNECT_SECONDS = 5.0
COMMAND_SECONDS = 5.0

_NOTIFY = f"select pg_notify('{CHANNEL}', p) from unnest($1::text[]) p"
_BROKEN = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
_encode = msgspec.json.encode
_decoder = msgspec.json.Decoder(tuple[str, list[list[str]]])

Word = tuple[str, bytes]


class PostgresBus:
    """Publishes and subscribes across all processes on one database."""

    def __init__(self, url: str, *, window_seconds: float = WINDOW_SECONDS) -> None:
        self._url = url
        self._window_seconds = window_seconds
        self._local = LocalBus()
        self._origin = secrets.token_hex(6)
        self._waiting: list[Word] = []
        self._wake = asyncio.Event()
        self._connected = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.notifications = 0
        self.words = 0

    async def open(self) -> None:
        """Begins to listen; returns once it does, or when the database does not answer now (it tries on)."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name="bus")
        try:
            await asyncio.wait_for(self._connected.wait(), CONNECT_SECONDS)
        except TimeoutError:
            return

    def publish(self, topic: str, data: bytes = b"") -> None:
        """Tells everybody: this process now, the others within milliseconds; those are not told while the database is away."""
        self._local.publish(topic, data)
        if not self._connected.is_set():
            return
        if len(self._waiting) >= WAITING_MAX:
            del self._waiting[0]
        self._waiting.append((topic, data))
        self._wake.set()

    def subscribe(self, *topics: str) -> "AbstractAsyncContextManager[AsyncIterator[Word]]":
        """Gives what is published from now on, here or elsewhere."""
        return self._local.subscribe(*topics)

    async def close(self) -> None:
        """Ends every subscription and the connection."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._local.close()

    async def _run(self) -> None:
        seconds = 0.1
        while True:
            try:
                await self._carry()
            except _BROKEN:
                pass
            finally:
                self._connected.clear()
                self._waiting.clear()
            await asyncio.sleep(seconds)
            seconds = min(seconds * 2, RECONNECT_SECONDS_MAX)

    async def _carry(self) -> None:
        """Listens and notifies on one connection until it breaks."""
        db = await asyncpg.connect(
            self._url, timeout=CONNECT_SECONDS, command_timeout=COMMAND_SECONDS, server_settings={"application_name": "wasl bus"}
        )
        try:
            await db.execute("set synchronous_commit = off")  # a notification makes a commit record; nobody needs it on the disk
            await db.add_listener(CHANNEL, self._heard)
            db.add_termination_listener(lambda _: self._wake.set())
            self._connected.set()
            while not db.is_closed():
                await self._wake.wait()
                self._wake.clear()
                words, self._waiting = self._waiting, []
                if words:
                    payloads = list(packed(words, origin=self._origin))
                    self.notifications += len(payloads)
                    self.words += len(words)
                    _, _ = await asyncio.gather(db.execute(_NOTIFY, payloads), asyncio.sleep(self._window_seconds))
        finally:
            db.terminate()

    def _heard(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        for topic, data in unpacked(str(payload), but_not_from=self._origin):
            self._local.publish(topic, data)


def packed(words: Sequence[Word], *, origin: str) -> Iterator[str]:
    """Packs words into as few payloads as their size allows."""
    waiting: list[bytes] = []
    size = 0
    for topic, data in words:
        refuse_large(topic, data)
        written = _written(topic, data)
        if waiting and size + len(written) > PAYLOAD_BYTES_MAX:
            yield _payload(waiting, origin)
            waiting, size = [], 0
        waiting.append(written)
        size += len(written) + 1
    if waiting:
        yield _payload(waiting, origin)


def _written(topic: str, data: bytes) -> bytes:
    try:
        written = _encode([topic, data.decode()])
        if len(written) <= PAYLOAD_BYTES_MAX // 2 and b"\\u0000" not in written:
            return written
    except UnicodeDecodeError:
        pass
    return _encode([topic, base64.b64encode(data).decode(), "base64"])


def _payload(written: Sequence[bytes], origin: str) -> str:
    return (b'["' + origin.encode() + b'",[' + b",".join(written) + b"]]").decode()


def unpacked(payload: str, *, but_not_from: str) -> Iterator[Word]:
    """Unpacks what `packed` made; what somebody else put on the channel is passed over."""
    try:
        origin, words = _decoder.decode(payload)
    except (msgspec.DecodeError, UnicodeEncodeError):
        return
    if origin == but_not_from:
        return
    for word in words:
        match word:
            case [topic, text]:
                yield topic, text.encode()
            case [topic, text, "base64"]:
                yield topic, base64.b64decode(text)
            case _:
                continue
