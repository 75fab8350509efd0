"""What is made at the first request is made once, and whoever comes meanwhile waits for it."""

import asyncio
import threading

import pytest
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from wasl.web.when_asked import WhenAsked


class Counting:
    """Makes an application, when it may; counts how often."""

    def __init__(self) -> None:
        self.made, self.asked = 0, 0
        self.may = threading.Event()
        self.wrong: Exception | None = None

    def make(self) -> ASGIApp:
        self.may.wait(timeout=30)
        self.made += 1
        if self.wrong is not None:
            raise self.wrong
        return self.app

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked += 1


async def ask(late: ASGIApp) -> None:
    async def receive() -> dict[str, str]:
        return {"type": "http.request"}

    async def send(message: object) -> None:
        """Takes an answer."""

    await late({"type": "http", "app": Starlette()}, receive, send)


async def test_nothing_is_made_before_somebody_asks_and_then_once_for_all() -> None:
    counting = Counting()
    late = WhenAsked(counting.make)
    assert counting.made == 0
    asking = [asyncio.create_task(ask(late)) for _ in range(3)]
    await asyncio.sleep(0)
    asking[0].cancel()  # who leaves takes it from nobody
    counting.may.set()
    await asyncio.gather(*asking[1:])
    await ask(late)
    assert (counting.made, counting.asked) == (1, 3)


async def test_what_could_not_be_made_is_tried_again() -> None:
    counting = Counting()
    counting.may.set()
    counting.wrong = OSError("no room")
    late = WhenAsked(counting.make)
    with pytest.raises(OSError, match="no room"):
        await ask(late)
    counting.wrong = None
    await ask(late)
    assert (counting.made, counting.asked) == (2, 1)
