"""Bus inside one process: subscribers wait on small queues, publishing is a function call."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from wasl.domain.errors import TooLarge

DATA_BYTES_MAX = 4_000
"""Bytes of one word on the bus; what is bigger belongs in the store."""
WAITING_MAX = 1_024
"""Words that wait for one subscriber; a slower one loses the oldest."""


def refuse_large(topic: str, data: bytes) -> None:
    """Raises TooLarge for data that no bus carries."""
    if len(data) > DATA_BYTES_MAX:
        raise TooLarge(f"{len(data)} bytes for the topic {topic!r}: the bus carries at most {DATA_BYTES_MAX}; store it and tell its id")


class LocalBus:
    """Publishes to subscribers in the same process and event loop."""

    def __init__(self) -> None:
        self._subscribers: dict[str, set[_Subscriber]] = {}
        self._closed = False

    async def open(self) -> None:
        """Needs nothing to begin."""

    def publish(self, topic: str, data: bytes = b"") -> None:
        """Tells everybody in this process now."""
        refuse_large(topic, data)
        for subscriber in self._subscribers.get(topic, ()):
            subscriber.put((topic, data))

    @asynccontextmanager
    async def subscribe(self, *topics: str) -> AsyncIterator[AsyncIterator[tuple[str, bytes]]]:
        """Gives what is published from now on, until the bus is closed."""
        subscriber = _Subscriber()
        if self._closed:
            subscriber.end()
        for topic in topics:
            self._subscribers.setdefault(topic, set()).add(subscriber)
        try:
            yield subscriber
        finally:
            for topic in set(topics):
                waiting = self._subscribers[topic]
                waiting.discard(subscriber)
                if not waiting:
                    del self._subscribers[topic]

    def has_subscribers(self, topic: str) -> bool:
        """Says whether anybody in this process listens to the topic."""
        return topic in self._subscribers

    async def close(self) -> None:
        """Ends every subscription; what waits is still read."""
        self._closed = True
        for subscriber in {s for waiting in self._subscribers.values() for s in waiting}:
            subscriber.end()


class _Subscriber:
    """One reader's queue. Only its own task waits on it."""

    def __init__(self) -> None:
        self._words: deque[tuple[str, bytes]] = deque(maxlen=WAITING_MAX)
        self._told = asyncio.Event()
        self._ended = False

    def put(self, word: tuple[str, bytes]) -> None:
        self._words.append(word)
        self._told.set()

    def end(self) -> None:
        self._ended = True
        self._told.set()

    def __aiter__(self) -> "_Subscriber":
        return self

    async def __anext__(self) -> tuple[str, bytes]:
        while not self._words:
            if self._ended:
                raise StopAsyncIteration
            self._told.clear()
            await self._told.wait()
        return self._words.popleft()
