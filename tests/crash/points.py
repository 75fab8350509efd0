"""The fuse: a process that kills itself with SIGKILL at one named commit point or network write.

`WASL_CRASH_AT="close_turn:after:17"` means: die the seventeenth time that `close_turn` has committed, before anything else of
this process can run. "before" is before the store is asked or the request leaves. Nothing in the product knows about this:
the crash tests start Wasl through `tests.crash.serve`, which wraps the store and the network it is built from.
"""

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from wasl.ports.network import Network, Streamed
from wasl.ports.store import Store
from wasl.wire.call import Call, Reply

STORE_POINTS = ("receive", "claim", "close_turn", "start_sending", "settle", "release", "retry_turn", "renew")
NETWORK_POINTS = ("ask", "send")
PEOPLE_POINTS = ("link", "unlink", "relink", "put_token")
"""Passed only where people link: `tests.crash.linking`."""
LEAVING_POINTS = ("say", "intend", "said")
"""Passed only where people are told that a channel closes: `tests.crash.leaving`."""
MOMENTS = ("before", "after")
VARIABLE = "WASL_CRASH_AT"


class Fuse:
    """Burns at the n-th passing of one point; a spec of "" never burns."""

    def __init__(self, spec: str) -> None:
        self.point, self.moment, left = spec.split(":") if spec else ("", "", "0")
        self.left = int(left)
        if self.point and (self.point not in STORE_POINTS + NETWORK_POINTS + PEOPLE_POINTS + LEAVING_POINTS or self.moment not in MOMENTS):
            raise ValueError(f"{spec!r} names no crash point: it is point:moment:count")

    def reach(self, point: str, moment: str) -> None:
        """Passes a point; does not return when it is the one."""
        if point == self.point and moment == self.moment:
            self.left -= 1
            if self.left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)


class FusedStore:
    """A store that dies around its own commits."""

    def __init__(self, store: Store, fuse: Fuse) -> None:
        self._store, self._fuse = store, fuse

    def __getattr__(self, name: str) -> Any:
        act = getattr(self._store, name)
        if name in ("people", "sunsets"):
            return FusedStore(act, self._fuse)
        if name not in STORE_POINTS + PEOPLE_POINTS + LEAVING_POINTS:
            return act

        async def fused(*arguments: Any, **named: Any) -> Any:
            self._fuse.reach(name, "before")
            result = await act(*arguments, **named)
            self._fuse.reach(name, "after")
            return result

        return fused


class FusedNetwork:
    """A network that dies around what it writes; "after" is when the answer is there and nobody has seen it."""

    def __init__(self, network: Network, fuse: Fuse) -> None:
        self._network, self._fuse = network, fuse

    async def perform(self, call: Call) -> Reply:
        point = _point(call)
        self._fuse.reach(point, "before")
        reply = await self._network.perform(call)
        self._fuse.reach(point, "after")
        return reply

    @asynccontextmanager
    async def stream(self, call: Call) -> AsyncIterator[Streamed]:
        point = _point(call)
        self._fuse.reach(point, "before")
        async with self._network.stream(call) as streamed:
            self._fuse.reach(point, "after")
            yield streamed

    async def close(self) -> None:
        await self._network.close()


def _point(call: Call) -> str:
    return "ask" if call.url.endswith("/chat/completions") else "send"
