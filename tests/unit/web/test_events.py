import asyncio
from collections.abc import AsyncIterator
from typing import Any

from wasl.domain.errors import StoreDown
from wasl.net.bus_local import LocalBus
from wasl.web.events import BEAT, Streams, beats, frame


class Reader:
    """The other side of an ASGI answer."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.gone = asyncio.Event()
        self.heard = asyncio.Condition()

    async def receive(self) -> dict[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        async with self.heard:
            self.sent.append(message)
            self.heard.notify_all()

    async def until(self, data: bytes) -> None:
        async with asyncio.timeout(5), self.heard:
            await self.heard.wait_for(lambda: data in b"".join(m.get("body", b"") for m in self.sent))


async def endless(*, closed: asyncio.Event | None = None) -> AsyncIterator[bytes]:
    try:
        yield b"first\n\n"
        await asyncio.Event().wait()
    finally:
        if closed:
            closed.set()


def test_a_frame_names_its_event_its_seq_and_its_json_in_one_line() -> None:
    assert frame("message", {"html": "a\nb", "word": "ب"}, seq=7) == 'id: 7\nevent: message\ndata: {"html":"a\\nb","word":"ب"}\n\n'.encode()
    assert frame("ready", {}) == b"event: ready\ndata: {}\n\n"


async def test_silence_is_told_and_a_word_after_it_is_not_lost() -> None:
    bus = LocalBus()
    async with bus.subscribe("c/1") as words:
        heard = beats(words, seconds=0.001)
        assert await anext(heard) is None
        assert await anext(heard) is None
        bus.publish("c/1", b"word")
        seen = [await anext(heard)]
        while seen[-1] is None:
            seen.append(await anext(heard))
        assert seen[-1] == ("c/1", b"word")
        await bus.close()
        assert [word async for word in heard if word is not None] == []


async def test_a_reader_who_goes_away_ends_what_was_made_for_it() -> None:
    streams, reader, closed = Streams(), Reader(), asyncio.Event()
    answer = asyncio.create_task(streams.answer(endless(closed=closed))({"type": "http"}, reader.receive, reader.send))
    await reader.until(b"first")
    assert len(streams) == 1
    reader.gone.set()
    await asyncio.wait_for(answer, 5)
    assert closed.is_set()
    assert len(streams) == 0


async def test_a_server_that_stops_ends_every_stream_cleanly_and_opens_no_more() -> None:
    streams, readers = Streams(), [Reader(), Reader()]
    answers = [asyncio.create_task(streams.answer(endless())({"type": "http"}, r.receive, r.send)) for r in readers]
    for reader in readers:
        await reader.until(b"first")
    streams.end()
    await asyncio.wait_for(asyncio.gather(*answers), 5)
    assert [reader.sent[-1] for reader in readers] == [{"type": "http.response.body", "body": b""}] * 2
    assert streams.answer(endless()).status_code == 503


async def test_above_the_limit_a_reader_is_asked_to_come_again() -> None:
    streams, reader = Streams(most=1), Reader()
    answer = asyncio.create_task(streams.answer(endless())({"type": "http"}, reader.receive, reader.send))
    await reader.until(b"first")
    refused = streams.answer(endless())
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
    reader.gone.set()
    await answer


async def test_a_store_that_is_down_ends_the_stream_so_that_the_page_comes_again() -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield BEAT
        raise StoreDown

    reader = Reader()
    await asyncio.wait_for(Streams().answer(broken())({"type": "http"}, reader.receive, reader.send), 5)
    assert reader.sent[-1] == {"type": "http.response.body", "body": b""}
