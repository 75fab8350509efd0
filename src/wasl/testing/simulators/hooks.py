"""Hooks: brings webhooks to Wasl as the platforms do: again and again, less and less often, until they are taken."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field

from wasl.ports.clock import Clock
from wasl.testing.simulators.feed import Feed
from wasl.testing.simulators.poster import NoAnswer, Poster

LATENCIES_KEPT = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How a platform repeats a webhook that was not taken: seconds before the second try, growth, longest pause, end."""

    first_seconds: float = 1.0
    factor: float = 2.0
    longest_seconds: float = 3600.0
    give_up_seconds: float = 7 * 86_400.0
    timeout_seconds: float = 20.0


@dataclass(slots=True, kw_only=True)
class Tally:
    """What became of the webhooks so far."""

    made: int = 0
    posts: int = 0
    taken: int = 0
    repeats: int = 0
    lost: int = 0
    latencies_seconds: deque[float] = field(default_factory=lambda: deque(maxlen=LATENCIES_KEPT))


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One webhook on its way; `done` is called once it is taken."""

    body: bytes
    note: str
    done: Callable[[], object] | None = None


class Hooks:
    """Posts bodies to `url`.

    Bodies of one `lane` go one after the other, the next only when the one before was taken (a lane is a person); without a
    lane all go at once, in no order. `time_scale` shortens (below 1) or stretches the pauses between tries.
    """

    def __init__(
        self,
        *,
        sign: Callable[[bytes], Mapping[str, str]],
        taken: Callable[[int], bool],
        twice: Callable[[], bool],
        clock: Clock,
        patience: Patience,
        feed: Feed,
    ) -> None:
        self.url = ""
        self.time_scale = 1.0
        self.tally = Tally()
        self.trouble: tuple[int, str] | None = None
        self._sign = sign
        self._taken = taken
        self._twice = twice
        self._clock = clock
        self._patience = patience
        self._feed = feed
        self._poster = Poster()
        self._lanes: dict[str, deque[Posting]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def waiting(self) -> int:
        """Counts the webhooks that are not taken yet."""
        return self.tally.made - self.tally.taken - self.tally.lost

    def post(self, body: bytes, *, lane: str | None, note: str, done: Callable[[], object] | None = None) -> None:
        """Sends `body` from a task of its own; `note` says in a few words what it is."""
        self.tally.made += 1
        posting = Posting(body=body, note=note, done=done)
        if lane is None:
            self._start(self._bring(posting))
        elif lane in self._lanes:
            self._lanes[lane].append(posting)
        else:
            self._lanes[lane] = deque([posting])
            self._start(self._walk(lane))

    async def drained(self, *, timeout_seconds: float | None = None) -> bool:
        """Returns once everything was taken or given up, or (False) when that takes too long."""
        try:
            async with asyncio.timeout(timeout_seconds):
                while self._tasks:
                    await asyncio.wait(list(self._tasks), return_when=asyncio.FIRST_COMPLETED)
        except TimeoutError:
            return False
        return True

    async def ask(self, url: str) -> tuple[int, bytes]:
        """Makes a GET, for the handshake. Raises NoAnswer."""
        return await self._poster.ask("GET", url, headers={}, timeout_seconds=self._patience.timeout_seconds)

    async def abandon(self) -> None:
        """Gives up everything that waits."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._lanes.clear()
        self.tally.lost += self.waiting

    async def close(self) -> None:
        """Gives up everything that waits and closes the connections."""
        await self.abandon()
        self._poster.close()

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _walk(self, lane: str) -> None:
        queue = self._lanes[lane]
        try:
            while queue:
                await self._bring(queue.popleft())
        finally:
            self._lanes.pop(lane, None)

    async def _bring(self, posting: Posting) -> None:
        body, note = posting.body, posting.note
        headers = {"content-type": "application/json", **self._sign(body)}
        pause, waited = self._patience.first_seconds, 0.0
        while not await self._try(body, headers, note):
            if waited >= self._patience.give_up_seconds:
                self.tally.lost += 1
                return
            self.tally.repeats += 1
            await self._clock.sleep(pause * self.time_scale)
            waited += pause
            pause = min(pause * self._patience.factor, self._patience.longest_seconds)
        self.tally.taken += 1
        if posting.done is not None:
            posting.done()
        if self._twice():
            await self._try(body, headers, f"{note} (duplicate)")

    async def _try(self, body: bytes, headers: Mapping[str, str], note: str) -> bool:
        self.tally.posts += 1
        began = self._clock.monotonic()
        try:
            status, answer = await self._poster.ask(
                "POST", self.url, headers=headers, body=body, timeout_seconds=self._patience.timeout_seconds
            )
        except NoAnswer as error:
            self.trouble = (self._clock.now_ms(), str(error))
            self._tell(note, body, 0, str(error))
            return False
        self.tally.latencies_seconds.append(self._clock.monotonic() - began)
        self._tell(note, body, status, answer[:200].decode("utf-8", "replace"))
        if self._taken(status):
            return True
        self.trouble = (self._clock.now_ms(), f"Wrong response from the webhook: {status}")
        return False

    def _tell(self, note: str, body: bytes, status: int, answer: str) -> None:
        if self._feed.on:
            self._feed.tell("webhook", note=note, status=status, answer=answer, body=body[:2000].decode("utf-8", "replace"))
