"""ScriptedNetwork: a Network that answers from a script, records every Call, and can fail in every way a real one can."""

import asyncio
import fnmatch
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import msgspec

from wasl.domain.errors import CutShort, TooLarge, Unavailable, Unclear
from wasl.ports.clock import Clock
from wasl.wire.call import Call, Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Inside a body: nothing comes for this long (seconds of the clock)."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """Inside a body: the connection breaks here, before the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stall:
    """Inside a body: nothing comes any more and the connection stays open."""


Piece = bytes | Pause | Cut | Stall


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The other side answers: headers after `delay_seconds`, then the pieces of the body."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: tuple[Piece, ...] = ()
    delay_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """No connection comes about: surely not carried out, so the caller gets Unavailable."""

    delay_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reset:
    """The request is written and the connection breaks before any header: nobody knows, so the caller gets Unclear."""

    delay_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """The request is taken and no answer ever comes: Unclear after the call's own time-out, or never."""


Step = Answer | Refuse | Reset | Silence
Script = Step | Callable[[Call], Step]


class Unscripted(AssertionError):
    """A Call was made that the script does not know."""


def answer(value: object = b"", *, status: int = 200, headers: Mapping[str, str] | None = None, delay_seconds: float = 0.0) -> Answer:
    """Makes an Answer with a whole body: bytes as they are, text as UTF-8, anything else as JSON."""
    kind = "application/json"
    if isinstance(value, bytes):
        body, kind = value, "application/octet-stream"
    elif isinstance(value, str):
        body, kind = value.encode(), "text/plain; charset=utf-8"
    else:
        body = msgspec.json.encode(value)
    return Answer(
        status=status, headers={"content-type": kind, **(headers or {})}, body=(body,) if body else (), delay_seconds=delay_seconds
    )


def streamed(*pieces: Piece, status: int = 200, delay_seconds: float = 0.0, media_type: str = "text/event-stream") -> Answer:
    """Makes an Answer whose body comes in these pieces."""
    return Answer(status=status, headers={"content-type": media_type}, body=pieces, delay_seconds=delay_seconds)


@dataclass(slots=True, kw_only=True)
class _Route:
    method: str
    pattern: str
    scripts: list[Script]
    used: int = 0


class ScriptedNetwork:
    """A Network for tests and drills.

    `on` gives a route its scripts: one is used up by each call, the last one stays. Later routes win over earlier ones.
    Every call is kept in `calls`, and one that no route knows also in `unscripted` before Unscripted is raised.
    """

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._routes: list[_Route] = []
        self.calls: list[Call] = []
        self.unscripted: list[Call] = []
        self.closed = False

    def on(self, method: str, pattern: str, *scripts: Script) -> None:
        """Answers calls with this method ("*" for any) whose URL fits the pattern (shell style: * and ?)."""
        if not scripts:
            raise ValueError(f"the route {method} {pattern} needs at least one script")
        self._routes.append(_Route(method=method, pattern=pattern, scripts=list(scripts)))

    def calls_to(self, pattern: str, *, method: str = "*") -> Sequence[Call]:
        """Gives the calls made so far that fit."""
        return [call for call in self.calls if _fits(call, method=method, pattern=pattern)]

    async def perform(self, call: Call) -> Reply:
        """Answers from the script, the whole body at once; a body that breaks or stalls is Unclear."""
        try:
            async with self.stream(call) as incoming:
                body = await incoming.rest()
        except CutShort as error:
            raise Unclear(f"{call.method} {call.url}: no whole answer came") from error
        return Reply(status=incoming.status, headers=incoming.headers, body=body)

    @asynccontextmanager
    async def stream(self, call: Call) -> AsyncIterator["ScriptedStream"]:
        """Answers from the script, the body piece by piece."""
        self.calls.append(call)
        step = self._step(call)
        deadline = None if call.timeout_seconds is None else self._clock.monotonic() + call.timeout_seconds
        match step:
            case Refuse():
                await self._wait(step.delay_seconds, deadline=None, call=call)
                raise Unavailable(f"{call.method} {call.url}: the connection was refused")
            case Reset():
                await self._wait(step.delay_seconds, deadline=deadline, call=call)
                raise Unclear(f"{call.method} {call.url}: the connection broke before an answer came")
            case Silence():
                await self._wait(None, deadline=deadline, call=call)
            case Answer():
                await self._wait(step.delay_seconds, deadline=deadline, call=call)
                yield ScriptedStream(answer=step, call=call, clock=self._clock, deadline=deadline)

    async def close(self) -> None:
        """Notes that it was closed."""
        self.closed = True

    def _step(self, call: Call) -> Step:
        for route in reversed(self._routes):
            if _fits(call, method=route.method, pattern=route.pattern):
                script = route.scripts[min(route.used, len(route.scripts) - 1)]
                route.used += 1
                return script(call) if callable(script) else script
        self.unscripted.append(call)
        raise Unscripted(f"no script for {call.method} {call.url}; add one with on({call.method!r}, …)")

    async def _wait(self, seconds: float | None, *, deadline: float | None, call: Call) -> None:
        if await _waited(seconds, deadline=deadline, clock=self._clock):
            return
        raise Unclear(f"{call.method} {call.url}: no answer within {call.timeout_seconds} s", timed_out=True)


class ScriptedStream:
    """A scripted answer whose body is still coming."""

    def __init__(self, *, answer: Answer, call: Call, clock: Clock, deadline: float | None) -> None:
        self.status = answer.status
        self.headers = dict(answer.headers)
        self._answer = answer
        self._call = call
        self._clock = clock
        self._deadline = deadline

    async def chunks(self) -> AsyncIterator[bytes]:
        """Walks the pieces. Raises CutShort at a Cut, and at the call's time-out."""
        for piece in self._answer.body:
            match piece:
                case Pause():
                    await self._within(piece.seconds)
                case Stall():
                    await self._within(None)
                case Cut():
                    raise CutShort(f"{self._call.url}: the connection broke inside the answer")
                case _:
                    yield piece

    async def rest(self) -> bytes:
        """Reads the whole body. Raises TooLarge past the call's cap."""
        body = bytearray()
        async for chunk in self.chunks():
            body += chunk
            if len(body) > self._call.body_bytes_max:
                raise TooLarge(f"{self._call.url}: the answer is larger than {self._call.body_bytes_max} bytes")
        return bytes(body)

    async def _within(self, seconds: float | None) -> None:
        if not await _waited(seconds, deadline=self._deadline, clock=self._clock):
            raise CutShort(f"{self._call.url}: the answer did not end within {self._call.timeout_seconds} s")


def _fits(call: Call, *, method: str, pattern: str) -> bool:
    return method in ("*", call.method) and fnmatch.fnmatchcase(call.url, pattern)


async def _waited(seconds: float | None, *, deadline: float | None, clock: Clock) -> bool:
    """Waits `seconds` (None: for ever), or until the deadline; says whether the wait was over first."""
    left = None if deadline is None else deadline - clock.monotonic()
    if left is None or (seconds is not None and seconds <= left):
        if seconds is None:
            await asyncio.get_running_loop().create_future()
        elif seconds > 0:
            await clock.sleep(seconds)
        return True
    await clock.sleep(left)
    return False
