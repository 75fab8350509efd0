"""Which carrier for live words between processes: LISTEN/NOTIFY, a Unix socket to a hub, or polling a table.

`python -m tests.bench.bus`: one process publishes 50 streams of 30 words a second (a streamed answer each), another one
listens; both and the server are measured. Latency is from `publish` to the subscriber's task.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Protocol

import asyncpg
import uvloop
from tests import postgres
from tests.bench.process import cpu_seconds
from tests.bench.store_postgres import postmaster_of

from wasl.net.bus_local import LocalBus
from wasl.net.bus_postgres import PostgresBus

STREAMS, WORDS_PER_SECOND, SECONDS = 50, 30, 10
WORD = "كلمة word " * 2


class Carrier(Protocol):
    async def open(self) -> None: ...
    def publish(self, topic: str, data: bytes) -> None: ...
    async def close(self) -> None: ...


class SocketBus(LocalBus):
    """A hub on a Unix socket, run by the listening process: what a direct fan-out would cost at best."""

    def __init__(self, path: str, *, hub: bool) -> None:
        super().__init__()
        self._path, self._hub = path, hub

    async def open(self) -> None:
        if self._hub:
            self._server = await asyncio.start_unix_server(self._serve, self._path)
        else:
            _, self._writer = await asyncio.open_unix_connection(self._path)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while header := await reader.read(8):
            size = int.from_bytes(header)
            topic, _, data = (await reader.readexactly(size)).partition(b"\n")
            super().publish(topic.decode(), data)

    def publish(self, topic: str, data: bytes = b"") -> None:
        body = topic.encode() + b"\n" + data
        self._writer.write(len(body).to_bytes(8) + body)


class TableBus(LocalBus):
    """Rows in an unlogged table, asked for every `seconds`."""

    def __init__(self, url: str, *, seconds: float, listening: bool) -> None:
        super().__init__()
        self._url, self._seconds, self._listening = url, seconds, listening
        self._rows: list[tuple[str, str]] = []

    async def open(self) -> None:
        self._db = await asyncpg.connect(self._url)
        if self._listening:
            await self._db.execute("drop table if exists word")
        await self._db.execute("create unlogged table if not exists word (id bigserial primary key, topic text, data text)")
        self._task = asyncio.create_task(self._listen() if self._listening else self._write())

    def publish(self, topic: str, data: bytes = b"") -> None:
        self._rows.append((topic, data.decode()))

    async def close(self) -> None:
        self._task.cancel()
        await self._db.close()

    async def _write(self) -> None:
        await self._db.execute("set synchronous_commit = off")
        while True:
            await asyncio.sleep(0.005)
            if rows := self._rows:
                self._rows = []
                columns = [r[0] for r in rows], [r[1] for r in rows]
                await self._db.execute("insert into word (topic, data) select * from unnest($1::text[], $2::text[])", *columns)

    async def _listen(self) -> None:
        last = 0
        while True:
            for number, topic, data in await self._db.fetch("select id, topic, data from word where id > $1 order by id", last):
                last = number
                super().publish(topic, data.encode())
            await asyncio.sleep(self._seconds)


def carrier(name: str, where: str, *, listening: bool) -> Carrier:
    kind, _, value = name.partition(":")
    match kind:
        case "notify":
            return PostgresBus(where, window_seconds=float(value) / 1000)
        case "socket":
            return SocketBus(where, hub=listening)
        case _:
            return TableBus(where, seconds=float(value) / 1000, listening=listening)


async def listen(name: str, where: str) -> None:
    bus = carrier(name, where, listening=True)
    await bus.open()
    latencies: list[int] = []

    async def read(topic: str) -> None:
        async with bus.subscribe(topic) as words:  # type: ignore[attr-defined]
            async for _, data in words:
                latencies.append(time.monotonic_ns() - json.loads(data)["at"])

    readers = asyncio.gather(*(read(f"c/{n}") for n in range(STREAMS)))
    await asyncio.sleep(0.05)
    assert not readers.done()
    print("ready", flush=True)
    cpu = time.process_time()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    cpu = time.process_time() - cpu
    latencies.sort()
    p50, p99 = (latencies[int(len(latencies) * q)] / 1e6 for q in (0.5, 0.99))
    print(json.dumps({"words": len(latencies), "p50_ms": p50, "p99_ms": p99, "cpu_s": cpu}), flush=True)
    os._exit(0)


async def publish(name: str, where: str, *, streams: int) -> float:
    bus = carrier(name, where, listening=False)
    await bus.open()
    cpu = time.process_time()

    async def stream(n: int) -> None:
        await asyncio.sleep(n / streams / WORDS_PER_SECOND)
        for _ in range(SECONDS * WORDS_PER_SECOND):
            bus.publish(f"c/{n}", json.dumps({"kind": "delta", "text": WORD, "at": time.monotonic_ns()}, ensure_ascii=False).encode())
            await asyncio.sleep(1 / WORDS_PER_SECOND)

    await asyncio.gather(*(stream(n) for n in range(streams)))
    cpu = time.process_time() - cpu
    await asyncio.sleep(0.3)
    await bus.close()
    return cpu


@asynccontextmanager
async def listener(name: str, where: str) -> AsyncIterator[asyncio.subprocess.Process]:
    command = (sys.executable, "-m", "tests.bench.bus", "--listen", name, where)
    process = await asyncio.create_subprocess_exec(*command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    yield process
    await process.wait()


async def compare(url: str, folder: str) -> None:
    postmaster = await postmaster_of(url)
    for name in ("socket", "notify:0", "notify:5", "notify:10", "notify:20", "table:5", "table:20"):
        where = str(Path(folder) / "hub") if name == "socket" else url
        for streams in (STREAMS, 1):
            async with AsyncExitStack() as stack:
                process = await stack.enter_async_context(listener(name, where))
                server = cpu_seconds(postmaster)
                ours = await publish(name, where, streams=streams)
                server = cpu_seconds(postmaster) - server
                out, _ = await process.communicate(b"\n")
                heard = json.loads(out)
            words = streams * WORDS_PER_SECOND * SECONDS
            each = (ours + heard["cpu_s"] + server) / words * 1e6
            print(
                f"{name:10} {streams:3} streams: p50 {heard['p50_ms']:6.2f} p99 {heard['p99_ms']:6.2f} ms, heard {heard['words']}/{words},"
                f" CPU a word {each:5.0f} us (publisher {ours / words * 1e6:.0f}, listener {heard['cpu_s'] / words * 1e6:.0f},"
                f" server {server / words * 1e6:.0f})",
                flush=True,
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listen", nargs=2, metavar=("CARRIER", "WHERE"))
    arguments = parser.parse_args()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        if arguments.listen:
            runner.run(listen(*arguments.listen))
            return
        with postgres.server() as server, postgres.database(server) as url, tempfile.TemporaryDirectory() as folder:
            runner.run(compare(url, folder))


if __name__ == "__main__":
    main()
