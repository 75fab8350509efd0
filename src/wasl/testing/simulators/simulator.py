"""Simulator: what all simulators share: a clock that can be set ahead, a port, faults, a feed, and the control address."""

import asyncio
import os
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, ClassVar, Self

from wasl.domain.ids import uuid7
from wasl.ports.clock import Clock
from wasl.testing.simulators.faults import Faults
from wasl.testing.simulators.feed import Feed
from wasl.testing.simulators.serving import BadRequest, Listener, Receive, Request, Scope, Send, read_request

CONTROL = "/_control/"


class LiveClock:
    """The machine's time, set ahead by `skip` where a day should pass in a moment."""

    def __init__(self) -> None:
        self._skipped = 0.0

    def now_ms(self) -> int:
        """Gives the wall time with what was skipped."""
        return int((time.time() + self._skipped) * 1000)

    def monotonic(self) -> float:
        """Gives growing seconds with what was skipped."""
        return time.monotonic() + self._skipped

    def new_id(self) -> str:
        """Draws a fresh UUIDv7."""
        return uuid7(unix_ms=self.now_ms(), tail=os.urandom(10))

    def random(self) -> float:
        """Draws a number for jitter and shuffling."""
        return random.random()

    async def sleep(self, seconds: float) -> None:
        """Waits in real time."""
        await asyncio.sleep(seconds)

    def skip(self, seconds: float) -> None:
        """Sets the clock ahead; who sleeps already is not woken."""
        self._skipped += seconds


class Simulator:
    """An ASGI application that plays a platform. Subclasses say what they answer (`serve`) and can be told (`control`).

    Control addresses, JSON both ways: GET state; POST faults (one fault as in `Faults.set_from`), DELETE faults; GET feed;
    POST skip (`seconds`); POST down, POST up (closes and opens the platform's port; ask on the control port). Subclasses
    add their own.
    """

    name: ClassVar[str]
    body_bytes_max: ClassVar[int] = 120 << 20

    def __init__(self, *, faults: Faults, clock: Clock | None = None) -> None:
        self.clock: Clock = clock or LiveClock()
        self.faults = faults
        self.feed = Feed()
        self._platform: Listener | None = None
        self._control: Listener | None = None

    # -- life ---------------------------------------------------------------------------------------------------------
    @property
    def url(self) -> str:
        """Where the platform answers; the simulator must have been started."""
        if self._platform is None:
            raise RuntimeError(f"the {self.name} simulator is not started; call start() first")
        return self._platform.url

    @property
    def control_url(self) -> str:
        """Where it can be told what to do, even while the platform's port is down."""
        if self._control is None:
            raise RuntimeError(f"the {self.name} simulator is not started; call start() first")
        return f"{self._control.url}{CONTROL.rstrip('/')}"

    @property
    def plugged(self) -> bool:
        """Says whether the platform's port is open."""
        return self._platform is not None and self._platform.plugged

    async def start(self, *, port: int = 0) -> str:
        """Opens the platform's port and the control port; gives the platform's URL."""
        self._platform = Listener(self, port=port)
        self._control = Listener(self)
        await self._control.plug()
        return await self._platform.plug()

    async def stop(self) -> None:
        """Closes everything."""
        for listener in (self._platform, self._control):
            if listener is not None:
                await listener.unplug()

    async def down(self) -> None:
        """Closes the platform's port: callers are refused."""
        if self._platform is not None:
            await self._platform.unplug()

    async def up(self) -> None:
        """Opens the platform's port again, the same one."""
        if self._platform is not None:
            await self._platform.plug()

    @asynccontextmanager
    async def running(self, *, port: int = 0) -> AsyncIterator[Self]:
        """Starts, gives itself, and stops."""
        await self.start(port=port)
        try:
            yield self
        finally:
            await self.stop()

    # -- answering ----------------------------------------------------------------------------------------------------
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] != "http":
            return
        request = await read_request(scope, receive, send, body_bytes_max=self.body_bytes_max)
        if request is None:
            return
        if request.path.startswith(CONTROL):
            await self._answer_control(request)
        else:
            await self.serve(request)

    async def serve(self, request: Request) -> None:
        """Answers as the platform does."""
        raise NotImplementedError

    async def control(self, *, what: str, value: dict[str, Any], request: Request) -> object:
        """Does what a control request says and gives JSON; raises BadRequest, or KeyError for what it does not know."""
        raise KeyError(what)

    def state(self) -> dict[str, Any]:
        """Gives counts for GET state."""
        return {}

    async def _answer_control(self, request: Request) -> None:
        what = request.path[len(CONTROL) :]
        try:
            value = request.json_object() if request.body else {}
            result = await self._shared_control(what, value, request)
        except (BadRequest, ValueError, TypeError) as error:
            await request.answer_json(400, {"error": str(error)})
        except KeyError as error:
            await request.answer_json(404, {"error": f"nothing here answers to {error.args[0]!r}"})
        else:
            await request.answer_json(200, result)

    async def _shared_control(self, what: str, value: dict[str, Any], request: Request) -> object:
        match request.method, what:
            case "GET", "state":
                return {"simulator": self.name, "up": self.plugged, "faults": self.faults.as_json(), **self.state()}
            case "POST", "faults":
                self.faults.set_from(value)
                return self.faults.as_json()
            case "DELETE", "faults":
                self.faults.off()
                return []
            case "GET", "feed":
                return list(self.feed.kept)
            case "POST", "feed":
                self.feed.on = value.get("on") is not False
                return {"on": self.feed.on}
            case "POST", "skip":
                return self._skip(value)
            case "POST", "down":
                await self.down()
                return {"up": False}
            case "POST", "up":
                await self.up()
                return {"up": True}
        return await self.control(what=what, value=value, request=request)

    def _skip(self, value: dict[str, Any]) -> object:
        seconds = value.get("seconds")
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= 1e9:
            raise BadRequest(f"seconds must be a number from 0 to 1e9, not {seconds!r}")
        if not isinstance(self.clock, LiveClock):
            raise BadRequest("this simulator's clock belongs to a test; move it there")
        self.clock.skip(seconds)
        return {"now_ms": self.clock.now_ms()}


class Bucket:
    """Tokens that come back with time: `burst` at once, then one every `seconds`."""

    __slots__ = ("_at", "_burst", "_seconds", "_tokens")

    def __init__(self, *, seconds: float, burst: float) -> None:
        self._seconds = seconds
        self._burst = burst
        self._tokens = burst
        self._at = float("-inf")

    def take(self, now: float) -> bool:
        """Takes one token, if there is one."""
        if self._seconds <= 0:
            return True
        self._tokens = min(self._burst, self._tokens + (now - self._at) / self._seconds)
        self._at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def wait_seconds(self) -> float:
        """Says how long until the next token, just after `take` said no."""
        return max(0.0, (1 - self._tokens) * self._seconds)
