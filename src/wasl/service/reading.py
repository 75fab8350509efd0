"""Reading: walks a blocking reader in a thread, one batch ahead of whoever stores what it yields."""

import asyncio
from collections.abc import AsyncGenerator, Iterator

from wasl.domain.errors import WaslError
from wasl.ports.format import Found, Run

BATCH_ENTRIES = 1_000
"""Entries handed over at once. At most two batches are in memory: the one that is stored, and the one that is read meanwhile."""


async def pulled(walk: Iterator[Found]) -> AsyncGenerator[list[Found], None]:
    """Gives what the reader yields in batches. What was read before a named error is given first; then it is raised."""
    broken: list[WaslError] = []

    def pull() -> list[Found]:
        batch: list[Found] = []
        weight = 0
        try:
            for item in walk:
                batch.append(item)
                weight += len(item.entries) if isinstance(item, Run) else 1
                if weight >= BATCH_ENTRIES:
                    break
        except WaslError as error:
            broken.append(error)
        return batch

    ahead = asyncio.create_task(asyncio.to_thread(pull))
    try:
        while batch := await asyncio.shield(ahead):
            if not broken:
                ahead = asyncio.create_task(asyncio.to_thread(pull))
            yield batch
            if broken:
                break
        if broken:
            raise broken[0]
    finally:
        # The thread cannot be stopped: it ends its batch, and only then may the files under it be closed.
        while not ahead.done():
            await asyncio.wait([ahead])
        close = getattr(walk, "close", None)
        if close is not None:
            close()
