"""Keep apart: lets one process at a time do what two must not do at once, such as two imports of the same person's chats."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

from wasl.domain.errors import StoreDown, Throttled
from wasl.ports.clock import Clock
from wasl.ports.library import Library

LEASE_MS: Final = 30_000
"""After so long, others may begin what a killed process held."""
RENEWALS: Final = 6
"""A lease is prolonged so often before it would end."""
RENEW_SECONDS: Final = LEASE_MS / 1000 / RENEWALS
LOOK_SECONDS: Final = 0.25
WAIT_SECONDS: Final = 120.0
"""So long somebody waits for another process to end."""


@asynccontextmanager
async def apart(
    library: Library, clock: Clock, name: str, *, wait_seconds: float = WAIT_SECONDS, lease_ms: int = LEASE_MS
) -> AsyncIterator[None]:
    """Holds what is named while the block runs; waits for whoever holds it now. `lease_ms` is how long a killed process holds it.

    Raises Throttled when they do not end in time. When the lease is lost meanwhile (this process stood still too long), the block
    is cancelled and Throttled raised.
    """
    holder = clock.new_id()
    until = clock.monotonic() + wait_seconds
    while not await _take(library, clock, name, holder, lease_ms=lease_ms):
        if clock.monotonic() >= until:
            raise Throttled(f"another process is at work on the same ({name}); try again when it is done", seconds=lease_ms / 1000)
        await clock.sleep(LOOK_SECONDS)
    block = asyncio.current_task()
    assert block is not None
    lost = False

    async def renew() -> None:
        nonlocal lost
        while True:
            await clock.sleep(lease_ms / 1000 / RENEWALS)
            with suppress(StoreDown):  # nobody else can take it either while the store is down
                if not await _take(library, clock, name, holder, lease_ms=lease_ms):
                    lost = True
                    block.cancel()
                    return

    renewing = asyncio.create_task(renew())
    try:
        yield
    except asyncio.CancelledError:
        if lost and block.uncancel() == 0:
            raise Throttled(
                f"this process stood still for so long that another took over ({name}); try again", seconds=lease_ms / 1000
            ) from None
        raise
    finally:
        renewing.cancel()
        with suppress(asyncio.CancelledError):
            await renewing
        with suppress(StoreDown):  # then it ends by itself
            await asyncio.shield(library.let_go(name, holder=holder))


async def _take(library: Library, clock: Clock, name: str, holder: str, *, lease_ms: int) -> bool:
    now = clock.now_ms()
    return await library.keep_apart(name, holder=holder, now_ms=now, until_ms=now + lease_ms)
