"""Fetch: gets declared pages with manners: an honest name, robots.txt, one request a host at a time, no stealth."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urljoin, urlsplit

from wasl.domain.errors import TooLarge, Unavailable, WaslError
from wasl.domain.terms import PageMark
from wasl.ports.clock import Clock
from wasl.ports.network import Network
from wasl.terms.declaration import Source
from wasl.terms.extract import PAGE_BYTES_MAX
from wasl.terms.guards import wrong_target
from wasl.terms.pdf import PDF_BYTES_MAX
from wasl.terms.robots import ROBOTS_BYTES_MAX, Robots, read_robots
from wasl.wire.call import Call, Reply

DELAY_SECONDS: Final = 5.0
DELAY_MORE_SECONDS: Final = 5.0
"""Between two requests to one host pass five seconds, and up to five more by chance; longer where robots.txt asks for it."""
DELAY_SECONDS_MAX: Final = 120.0
PAGE_SECONDS: Final = 40.0
REDIRECTS_MAX: Final = 5
ROBOTS_KEPT_MS: Final = 24 * 3_600_000
HOSTS_KEPT_MAX: Final = 1_000
ROBOT_NAME: Final = "Wasl"
RETRY_AFTER_SECONDS_MAX: Final = 24 * 3_600

Outcome = Literal["seen", "unchanged", "quarantined", "failed", "forbidden"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Got:
    """What came of asking for a page. `body` only where it was seen; `wait_seconds` where the server asked for patience."""

    outcome: Outcome
    status: int = 0
    body: bytes = b""
    content_type: str = ""
    mark: PageMark
    reason: str = ""
    wait_seconds: float | None = None


class FetchTerms:
    """Gets pages. `agent` is the whole honest name, with an address under which somebody answers."""

    def __init__(self, *, network: Network, clock: Clock, agent: str, page_seconds: float = PAGE_SECONDS) -> None:
        self._network = network
        self._clock = clock
        self._agent = agent
        self._page_seconds = page_seconds
        self._locks: dict[str, asyncio.Lock] = {}
        self._last: dict[str, float] = {}
        self._robots: dict[str, tuple[int, Robots]] = {}

    async def page(self, source: Source, mark: PageMark) -> Got:
        """Asks for a page, as it was known before; never raises for what the other side does."""
        url = source.url
        for _ in range(REDIRECTS_MAX + 1):
            if not source.ignore_robots:
                refused = await self._refused_by_robots(url)
                if refused is not None:
                    return refused(mark)
            try:
                reply = await self._ask(url, mark, conditional=url == source.url)
            except WaslError as error:
                return Got(outcome="failed", mark=mark, reason=error.message)
            target = reply.headers.get("location", "")
            if reply.status in (301, 302, 303, 307, 308) and target:
                url = urljoin(url, target)
                if (why := wrong_target(source.url, url)) is not None:
                    return Got(outcome="quarantined", status=reply.status, mark=mark, reason=why)
                continue
            return _got(reply, mark)
        return Got(outcome="quarantined", status=310, mark=mark, reason=f"{source.host} sends on more than {REDIRECTS_MAX} times")

    async def _ask(self, url: str, mark: PageMark, *, conditional: bool) -> Reply:
        headers = {
            "user-agent": self._agent,
            "accept": "text/html, application/xhtml+xml, text/markdown, text/plain, application/pdf;q=0.8",
        }
        if conditional and mark.etag:
            headers["if-none-match"] = mark.etag
        if conditional and mark.modified:
            headers["if-modified-since"] = mark.modified
        return await self._perform(
            Call(
                method="GET",
                url=url,
                headers=headers,
                timeout_seconds=self._page_seconds,
                body_bytes_max=max(PAGE_BYTES_MAX, PDF_BYTES_MAX),
                safe_to_repeat=True,
            )
        )

    async def _perform(self, call: Call, *, delay_seconds: float | None = None) -> Reply:
        """Makes one request to a host at a time, with a pause before it."""
        host = urlsplit(call.url).netloc
        if len(self._locks) > HOSTS_KEPT_MAX:
            self._locks = {name: lock for name, lock in self._locks.items() if lock.locked()}
        async with self._locks.setdefault(host, asyncio.Lock()):
            robots = self._robots.get(host)
            wanted = (robots[1].delay_seconds if robots else None) or 0.0
            pause = min(DELAY_SECONDS_MAX, max(wanted, DELAY_SECONDS + DELAY_MORE_SECONDS * self._clock.random()))
            if (last := self._last.get(host)) is not None and (left := last + pause - self._clock.monotonic()) > 0:
                await self._clock.sleep(left)
            try:
                return await self._network.perform(call)
            finally:
                self._last[host] = self._clock.monotonic()

    async def _refused_by_robots(self, url: str) -> "Callable[[PageMark], Got] | None":
        parts = urlsplit(url)
        known = self._robots.get(parts.netloc)
        if known is None or self._clock.now_ms() - known[0] > ROBOTS_KEPT_MS:
            try:
                robots = await self._read_robots(f"{parts.scheme}://{parts.netloc}/robots.txt")
            except WaslError as error:
                why = f"robots.txt of {parts.hostname} cannot be read now ({error.message}); nothing is asked until it can"
                return lambda mark: Got(outcome="failed", mark=mark, reason=why)
            known = self._robots[parts.netloc] = (self._clock.now_ms(), robots)
        if known[1].allows(url):
            return None
        why = f"robots.txt of {parts.hostname} asks programs not to read this page; bring it by hand, or set ignore_robots for this source"
        return lambda mark: Got(outcome="forbidden", mark=mark, reason=why)

    async def _read_robots(self, url: str) -> Robots:
        """Reads robots.txt: what is missing or refused allows everything, what fails (5xx, no answer) nothing, for now (RFC 9309)."""
        for _ in range(REDIRECTS_MAX):
            try:
                call = Call(
                    method="GET",
                    url=url,
                    headers={"user-agent": self._agent},
                    timeout_seconds=self._page_seconds,
                    body_bytes_max=ROBOTS_BYTES_MAX,
                )
                reply = await self._perform(call)
            except TooLarge:
                return Robots()
            if reply.status in (301, 302, 307, 308) and (target := reply.headers.get("location")):
                url = urljoin(url, target)
                continue
            if reply.status >= 500:
                raise Unavailable(f"status {reply.status}")
            return read_robots(reply.body.decode("utf-8", errors="replace"), agent=ROBOT_NAME) if reply.status == 200 else Robots()
        return Robots()


def _got(reply: Reply, mark: PageMark) -> Got:
    wait = _retry_after(reply)
    if reply.status == 304:
        return Got(outcome="unchanged", status=304, mark=mark)
    if reply.status != 200:
        return Got(
            outcome="failed", status=reply.status, mark=mark, reason=f"the server answers with status {reply.status}", wait_seconds=wait
        )
    content_type = reply.headers.get("content-type", "")
    known = PageMark(
        url=mark.url, etag=reply.headers.get("etag", "")[:500], modified=reply.headers.get("last-modified", "")[:100], raw=mark.raw,
        media_type=content_type.partition(";")[0].strip()[:100],
    )  # fmt: skip
    return Got(outcome="seen", status=200, body=reply.body, content_type=content_type, mark=known)


def _retry_after(reply: Reply) -> float | None:
    text = reply.headers.get("retry-after", "")
    return min(float(text), RETRY_AFTER_SECONDS_MAX) if text.isascii() and text.isdigit() and len(text) < 9 else None
