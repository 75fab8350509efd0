"""The three addresses for those who run Wasl: is it alive, can it accept, what does it count.

- `/healthz`: 200 while the process answers at all. An orchestrator restarts on its absence, so it asks nothing of anybody.
- `/readyz`: 200 when a message could be accepted and committed now; 503 when the store cannot commit.
  Overload is not a reason to send messages elsewhere (they are still stored): it is said in the body, in the header
  `x-wasl-overloaded` and in the metric of that name, and stays 200. So do rule files that are wrong (`"rules": "wrong"`): the last
  good rulebook is in force.
- `/metrics`: Prometheus text. Told only to this machine and private networks that come directly, not through a proxy, because
  it tells how much business is done.

A bare ASGI application, so that it costs nothing to those who do not ask.
"""

import asyncio
import ipaddress
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any, Protocol

import msgspec
import structlog

from wasl.domain.errors import StoreDown, WaslError
from wasl.ports.clock import Clock
from wasl.ports.store import Store
from wasl.service.observe import Observe

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

log = structlog.get_logger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PATHS = ("/healthz", "/readyz", "/metrics")
FRESH_SECONDS = 1.0
"""How long one look at the store serves everybody who asks, so that asking often costs the store nothing."""
STORE_SECONDS_MAX = 5.0
"""How long the store may take to commit before it counts as down."""
_JSON = b"application/json"
_PROMETHEUS = b"text/plain; version=0.0.4; charset=utf-8"


class Rules(Protocol):
    """What `/readyz` needs of `service.rules_in_force`."""

    @property
    def wrong(self) -> WaslError | None:
        """What is the matter with the operator's files."""
        ...


class Ops:
    """The ASGI application for `PATHS`."""

    def __init__(
        self, *, store: Store, observe: Observe, clock: Clock, backlog_limit: int, version: str, rules: Rules | None = None
    ) -> None:
        self._store = store
        self._observe = observe
        self._clock = clock
        self._backlog_limit = backlog_limit
        self._version = version
        self._rules = rules
        self._registry: CollectorRegistry | None = None  # made on first use: its library costs 40 ms
        self._looked_at = float("-inf")
        self._look = asyncio.Lock()
        self._body: dict[str, Any] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["method"] not in ("GET", "HEAD"):
            await _answer(scope, send, 405, b'{"error":"only GET"}', extra=((b"allow", b"GET, HEAD"),))
            return
        match scope["path"]:
            case "/healthz":
                await _answer(scope, send, 200, msgspec.json.encode({"alive": True, "version": self._version}))
            case "/readyz":
                await self._ready(scope, send)
            case "/metrics" if _comes_from_near(scope):
                await self._metrics(scope, send)
            case _:
                await _answer(scope, send, 404, b'{"error":"not found"}')

    async def _ready(self, scope: Scope, send: Send) -> None:
        await self._refresh()
        ready = self._body["store"] == "up"
        body = {"ready": ready, **self._body}
        if self._rules is not None and self._rules.wrong is not None:
            body["rules"] = "wrong"  # the last good rulebook is in force: no reason to send messages elsewhere
        overloaded = b"1" if body["overloaded"] else b"0"
        retry = () if ready else ((b"retry-after", b"2"),)
        await _answer(scope, send, 200 if ready else 503, msgspec.json.encode(body), extra=((b"x-wasl-overloaded", overloaded), *retry))

    async def _metrics(self, scope: Scope, send: Send) -> None:
        from prometheus_client import generate_latest

        await self._refresh()
        if self._registry is None:
            self._registry = self._observe.registry()
        await _answer(scope, send, 200, generate_latest(self._registry), kind=_PROMETHEUS)

    async def _refresh(self) -> None:
        """Looks at the store, unless somebody did a moment ago."""
        async with self._look:
            if self._clock.monotonic() - self._looked_at < FRESH_SECONDS:
                return
            try:
                async with asyncio.timeout(STORE_SECONDS_MAX):
                    await self._store.ping()
                    now_ms = self._clock.now_ms()
                    backlog = await self._store.backlog(now_ms=now_ms)
            except (StoreDown, TimeoutError) as error:
                self._observe.store_failed()
                log.warning("the store cannot commit", reason=str(error) or f"no commit within {STORE_SECONDS_MAX:g} s")
                self._body = {"store": "down", "overloaded": self._observe.overloaded}
            else:
                overloaded = self._observe.backlog(backlog, limit=self._backlog_limit, now_ms=now_ms)
                waiting = max(0, now_ms - backlog.oldest_due_ms) / 1000 if backlog.oldest_due_ms is not None else 0.0
                self._body = {
                    "store": "up",
                    "overloaded": overloaded,
                    "backlog": {"ready": backlog.ready, "limit": self._backlog_limit, "oldest_seconds": waiting},
                }
            self._looked_at = self._clock.monotonic()


def _comes_from_near(scope: Scope) -> bool:
    """Says whether the caller is on this machine or a private network and no proxy speaks for somebody else."""
    if any(name in (b"x-forwarded-for", b"forwarded", b"x-real-ip") for name, _ in scope["headers"]):
        return False
    client = scope.get("client")
    if client is None:
        return True  # a Unix socket: only this machine has it
    try:
        address = ipaddress.ip_address(client[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_private


async def _answer(
    scope: Scope, send: Send, status: int, body: bytes, *, kind: bytes = _JSON, extra: tuple[tuple[bytes, bytes], ...] = ()
) -> None:
    headers = [(b"content-type", kind), (b"content-length", b"%d" % len(body)), (b"cache-control", b"no-store"), *extra]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
