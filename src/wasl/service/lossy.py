"""Lossy: a way out on which some others are lost, as a drill has it; everybody else is reached as before."""

import fnmatch
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from wasl.continuity.dependency import Configured, Standing, Words
from wasl.continuity.register import Register
from wasl.domain.errors import CutShort, Unavailable, Unclear
from wasl.domain.exposure import Fault
from wasl.ports.clock import Clock
from wasl.ports.network import Network, Streamed
from wasl.wire.call import Call, Reply, place_of

SILENCE_SECONDS = 60.0
"""A call that names no time-out of its own waits so long for an answer that never comes."""
DISABLED = 403
THROTTLED = 429
RETRY_AFTER_SECONDS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Who is lost, by host and unusual port (shell style), and how; `words` are what that platform itself says."""

    of: str
    hosts: tuple[str, ...]
    how: Fault
    words: Words | None = None

    def takes(self, call: Call) -> bool:
        """Says whether a call goes to who is lost."""
        place = place_of(call.url)
        return any(fnmatch.fnmatchcase(place, pattern) for pattern in self.hosts)


Losses = Callable[[], Sequence[Loss]]
"""What is lost now; asked at every call and at every piece of a stream."""


def losses_of(standing: Standing, here: Configured, *, how: Fault, register: Register) -> tuple[Loss, ...]:
    """Makes the losses of a dependency: one for each host at which its channels and candidates are here, in the words of who is there."""
    hosts = {w.host for w in here.ways if w.name in standing.ways} | {a.host for a in here.answerers if a.name in standing.answerers}
    made: list[Loss] = []
    for host in sorted(hosts - {""}):
        there = [s for s in register.standing(here) if _is_at(s, host, here)]
        words = next((w for s in (standing, *there) for w in s.entry.words if w.how == how), None)
        made.append(Loss(of=standing.entry.id, hosts=(host,), how=how, words=words))
    return tuple(made)


def _is_at(standing: Standing, host: str, here: Configured) -> bool:
    ways = any(w.host == host for w in here.ways if w.name in standing.ways)
    return ways or any(a.host == host for a in here.answerers if a.name in standing.answerers)


class Lossy:
    """A Network with losses."""

    def __init__(self, network: Network, *, losses: Losses, clock: Clock) -> None:
        self._network = network
        self._losses = losses
        self._clock = clock

    async def perform(self, call: Call) -> Reply:
        """Makes the request, unless who it goes to is lost."""
        loss = self._loss(call)
        if loss is None:
            return await self._network.perform(call)
        return await self._lost(call, loss)

    @asynccontextmanager
    async def stream(self, call: Call) -> AsyncIterator[Streamed]:
        """Makes the request; a loss that begins while the answer comes cuts it there."""
        loss = self._loss(call)
        if loss is not None:
            yield _Said(await self._lost(call, loss))
            return
        async with self._network.stream(call) as incoming:
            yield _Watched(incoming, lost=lambda: self._loss(call), name=call.shown)

    async def close(self) -> None:
        """Closes what is beneath."""
        await self._network.close()

    def _loss(self, call: Call) -> Loss | None:
        losses = self._losses()
        return next((loss for loss in losses if loss.takes(call)), None) if losses else None

    async def _lost(self, call: Call, loss: Loss) -> Reply:
        what = f"{call.shown}: a drill takes {loss.of} away"
        if loss.how == "refused":
            raise Unavailable(f"{what}; the connection was refused")
        if loss.how == "silence":
            await self._clock.sleep(call.timeout_seconds or SILENCE_SECONDS)
            raise Unclear(f"{what}; no answer came", timed_out=True)
        words = loss.words
        if words is not None:
            return Reply(status=words.status, headers={"content-type": "application/json", **words.headers}, body=words.body.encode())
        if loss.how == "throttled":
            return Reply(
                status=THROTTLED, headers={"content-type": "application/json", "retry-after": str(RETRY_AFTER_SECONDS)}, body=b"{}"
            )
        return Reply(status=DISABLED, headers={"content-type": "application/json"}, body=b'{"error":{"message":"account disabled"}}')


class _Said:
    """A whole answer given as a stream."""

    def __init__(self, reply: Reply) -> None:
        self.status = reply.status
        self.headers = dict(reply.headers)
        self._body = reply.body

    async def chunks(self) -> AsyncIterator[bytes]:
        if self._body:
            yield self._body

    async def rest(self) -> bytes:
        return self._body


class _Watched:
    """A stream that a loss cuts where it stands."""

    def __init__(self, incoming: Streamed, *, lost: Callable[[], Loss | None], name: str) -> None:
        self.status = incoming.status
        self.headers = incoming.headers
        self._incoming = incoming
        self._lost = lost
        self._name = name

    async def chunks(self) -> AsyncIterator[bytes]:
        async for piece in self._incoming.chunks():
            if (loss := self._lost()) is not None:
                raise CutShort(f"{self._name}: a drill takes {loss.of} away in the middle of its answer")
            yield piece

    async def rest(self) -> bytes:
        return await self._incoming.rest()
