"""Feed: what happened in a simulator, in order, for a page or a test that follows along."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

KEPT_MAX = 2_000
WAITING_MAX = 1_000


class Feed:
    """A row of happenings; the last ones are kept, followers get every new one. Off by default: then it costs nothing."""

    def __init__(self) -> None:
        self.on = False
        self.kept: deque[dict[str, Any]] = deque(maxlen=KEPT_MAX)
        self._followers: set[asyncio.Queue[dict[str, Any]]] = set()
        self._seq = 0

    def tell(self, kind: str, **facts: Any) -> None:
        """Adds a happening."""
        if not self.on:
            return
        self._seq += 1
        happening = {"seq": self._seq, "told_ms": int(time.time() * 1000), "kind": kind, **facts}
        self.kept.append(happening)
        for follower in self._followers:
            if follower.full():
                follower.get_nowait()
            follower.put_nowait(happening)

    @asynccontextmanager
    async def follow(self) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
        """Gives first what is kept, then what comes. A slow follower loses the oldest."""
        queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue(maxsize=KEPT_MAX + WAITING_MAX)
        for happening in self.kept:
            queue.put_nowait(happening)
        self._followers.add(queue)
        try:
            yield _endless(queue)
        finally:
            self._followers.discard(queue)


async def _endless(queue: asyncio.Queue[dict[str, Any]]) -> AsyncIterator[dict[str, Any]]:
    while True:
        yield await queue.get()
