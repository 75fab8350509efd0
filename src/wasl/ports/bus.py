"""Bus: quick word between tasks and processes that something happened. Lossy: what must not be lost is in the store."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol

WORK = "work"
"""Topic: a conversation has become ready; the data is its id."""

EDITED = "edited"
"""Topic: a person edited a message; the data is its conversation's id, a space, and the platform's id of the message."""


def conversation_topic(conversation_id: str) -> str:
    """Names the topic on which a conversation's new messages (b"message"), drafts and marks are told."""
    return f"c/{conversation_id}"


class Bus(Protocol):
    """Publishes and subscribes by topic, to every process on the same store."""

    async def open(self) -> None:
        """Begins to carry words to and from other processes; before that they stay in this one."""
        ...

    def publish(self, topic: str, data: bytes = b"") -> None:
        """Tells everybody soon; returns at once. `data` is at most 4,000 bytes; more is refused as TooLarge."""
        ...

    def subscribe(self, *topics: str) -> AbstractAsyncContextManager[AsyncIterator[tuple[str, bytes]]]:
        """Gives what is published from now on. A slow reader loses the oldest, never blocks the publisher."""
        ...

    async def close(self) -> None:
        """Ends every subscription."""
        ...
