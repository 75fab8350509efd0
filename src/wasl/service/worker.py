"""Worker: leases conversations and carries each to where nothing is due, all of them side by side."""

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from typing import Any

import structlog

from wasl.domain.errors import Fenced, StoreDown
from wasl.domain.ids import ConversationId
from wasl.domain.turn import Work
from wasl.ports.bus import EDITED, WORK, Bus
from wasl.ports.clock import Clock
from wasl.ports.store import Lease, Store
from wasl.service.answer import Answer
from wasl.service.deliver import Deliver
from wasl.service.heed_clock import HeedClock
from wasl.service.judging import Replied
from wasl.service.logs import about
from wasl.service.observe import Observe
from wasl.service.watch_leases import WatchLeases

log = structlog.get_logger(__name__)

FAULT_BACKOFF_SECONDS = 5.0
STORE_DOWN_SECONDS = 0.5
WAKE_SLACK_SECONDS = 0.005
"""Timers and clocks differ by so much."""


class Worker:
    """One process's share of the work: at most `concurrency` conversations at once."""

    def __init__(
        self,
        *,
        store: Store,
        bus: Bus,
        clock: Clock,
        answer: Answer,
        deliver: Deliver,
        observe: Observe,
        owner: str,
        concurrency: int,
        lease_seconds: float,
        poll_seconds: float,
        attempts_max: int,
        history_messages: int = 0,
    ) -> None:
        self._store = store
        self._bus = bus
        self._clock = clock
        self._answer = answer
        self._deliver = deliver
        self._observe = observe
        self._lease = Lease(owner=owner, milliseconds=int(lease_seconds * 1000), history=history_messages)
        self._concurrency = concurrency
        self._poll_seconds = poll_seconds
        self._attempts_max = attempts_max
        self._held: dict[ConversationId, asyncio.Task[None]] = {}
        self._again: set[ConversationId] = set()
        self._wake = asyncio.Event()
        self._stopping = False
        self._offered = 0
        self._kept: dict[ConversationId, tuple[int, float]] = {}
        """The epoch of what is worked on, and until when (monotonic seconds) nobody can have taken it."""
        self._heed = HeedClock(
            store=store, clock=clock, observe=observe, listen_anew=deliver.listen_anew, still_seconds=lease_seconds + poll_seconds
        )
        self._watch = WatchLeases(leases=store, bus=bus, clock=clock, owner=owner, lease_seconds=lease_seconds, mine=self._held)
        deliver.keep = self.keep

    @property
    def answer(self) -> Answer:
        """What answers here, for who asks it about something that is not sent."""
        return self._answer

    def offer(self) -> Lease | None:
        """Gives a lease for work that can start at once in this process; `withdraw` is owed for it.

        Offers that are out count as held: many requests at once must not make a process hold more than it may.
        """
        if self._stopping or len(self._held) + self._offered >= self._concurrency:
            return None
        self._offered += 1
        return self._lease

    def withdraw(self) -> None:
        """Takes an offer back: what it brought, if anything, is taken now."""
        self._offered -= 1

    def take(self, work: Work, asked_at: float) -> None:
        """Starts on work whose lease was asked for at `asked_at` (monotonic seconds): others may count its length from the commit on."""
        self._kept[work.conversation_id] = (work.epoch, asked_at + self._lease.milliseconds / 1000)
        self._hold(work.conversation_id, self._carry(work))

    async def keep(self, conversation_id: ConversationId) -> None:
        """Makes sure that a conversation is still held before something is done that cannot be undone. Raises Fenced, StoreDown.

        A process that was stopped, or whose machine slept, goes on where it was, and does not know that its lease ran out meanwhile and
        somebody else has begun anew. Nothing is asked of the store as long as the lease cannot have run out.
        """
        kept = self._kept.get(conversation_id)
        if kept is not None and kept[1] <= self._clock.monotonic():
            await self._renew([conversation_id])
            if self._kept.get(conversation_id, kept)[1] <= self._clock.monotonic():
                raise Fenced(f"the lease of conversation {conversation_id!r} ran out while this process stood still; nothing was sent")

    async def run(self) -> None:
        """Claims work until cancelled: when told, when a place is free, and every `poll_seconds`."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen(), name="worker listens")
            group.create_task(self._beat(), name="worker heartbeat")
            group.create_task(self._watch.run(), name="worker watches leases")
            group.create_task(self._heed.run(), name="worker heeds the clock")
            group.create_task(self._claims(), name="worker claims")

    async def stop(self, *, grace_seconds: float) -> None:
        """Takes nothing new and lets what runs come to its end; what is cut off stays due and is taken up by another."""
        self._stopping = True
        if self._held:
            await asyncio.wait(self._held.values(), timeout=grace_seconds)
        for task in list(self._held.values()):
            task.cancel()

    # -- private
    def _hold(self, conversation_id: ConversationId, carrying: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(carrying)
        self._held[conversation_id] = task
        task.add_done_callback(lambda done: self._done(conversation_id, done))

    def _done(self, conversation_id: ConversationId, task: asyncio.Task[None]) -> None:
        if self._held.get(conversation_id) is task:
            del self._held[conversation_id]
            self._answer.edits.forget(conversation_id)
            self._kept.pop(conversation_id, None)
        if conversation_id in self._again or len(self._held) == self._concurrency - 1:
            self._again.discard(conversation_id)
            self._wake.set()

    async def _listen(self) -> None:
        async with self._bus.subscribe(WORK, EDITED) as words:
            async for topic, conversation_id in words:
                if topic == EDITED:
                    self._note_edit(conversation_id.decode())
                elif (held := ConversationId(conversation_id.decode())) in self._held:
                    self._again.add(held)  # it is ready once we give it back, not before
                else:
                    self._wake.set()

    def _note_edit(self, told: str) -> None:
        """Notes an edit in a conversation that is worked on here; whoever takes it up later finds it in the history."""
        conversation_id, _, native_id = told.partition(" ")
        if (held := ConversationId(conversation_id)) in self._held:
            self._answer.edits.note(held, native_id)

    async def _beat(self) -> None:
        seconds = self._lease.milliseconds / 3000
        while True:
            await self._clock.sleep(seconds)
            if self._held:
                with suppress(StoreDown):  # the next beat tries again; a lease that ran out fences its late writer
                    await self._renew(tuple(self._held))

    async def _renew(self, held: Sequence[ConversationId]) -> None:
        """Prolongs leases, and notes which are still ours and until when: what ran out may be somebody else's."""
        until = self._clock.monotonic() + self._lease.milliseconds / 1000
        ours = await self._store.renew(lease=self._lease, now_ms=self._clock.now_ms(), held=held)
        for conversation_id in held:
            if (kept := self._kept.get(conversation_id)) is not None:
                # Each taking raises the epoch: by one, it was this process's own, and nobody else had it in between; by more, others had.
                still = conversation_id in ours and ours[conversation_id] <= kept[0] + 1
                self._kept[conversation_id] = (kept[0], until if still else 0.0)

    async def _claims(self) -> None:
        while True:
            await self._heed.look()
            free = self._concurrency - len(self._held)
            claimed, asked_at = 0, self._clock.monotonic()
            if free > 0 and not self._stopping:
                try:
                    works = await self._store.claim(lease=self._lease, limit=free, now_ms=self._clock.now_ms())
                except StoreDown as error:
                    log.warning("work could not be claimed", why=error.message)
                    await self._clock.sleep(STORE_DOWN_SECONDS)
                    continue
                claimed = len(works)
                for work in works:
                    running = self._held.get(work.conversation_id)
                    if running is None:
                        self.take(work, asked_at)
                    else:
                        self._hold(work.conversation_id, self._carry_behind(running, work))
            if claimed and claimed == free:
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(self._poll_seconds):
                    await self._wake.wait()
            self._wake.clear()

    async def _carry_behind(self, running: "asyncio.Task[None]", work: Work) -> None:
        """Lets what runs here come to its end and gives the lease back: this process stood still, and another ended its lease. What was
        claimed shows a send as begun and left that is only under way."""
        log.warning(
            "a conversation was claimed anew by the process that works on it; did it stand still?", conversation=work.conversation_id
        )
        await asyncio.wait({running})
        with suppress(StoreDown):
            self._again.add(work.conversation_id)
            await self._release(work, turns_at=None, deliveries_at=self._clock.now_ms())

    async def _carry(self, work: Work) -> None:
        """One worker iteration: the border that catches everything, records it, and leaves the work due."""
        turn = work.turns[0].id if work.turns else ""
        about(conversation=work.conversation_id, turn=turn)  # for this task, which ends with it
        with self._observe.span("conversation", conversation=work.conversation_id, turn=turn):
            try:
                await self._work(work)
            except Fenced as error:
                log.info("fenced", why=error.message)
            except StoreDown as error:
                # Nothing can be written now; the lease runs out and the work is claimed again.
                log.warning("the store is down; the work stays due", why=error.message)
            except Exception as error:  # a border (BLE001): recorded, and the work stays due
                self._observe.fault(place="worker")
                log.exception("a turn broke", error=type(error).__name__)
                await self._after_fault(work, error)

    async def _work(self, work: Work) -> None:
        blocked = await self._deliver.pending(work.deliveries, conversation_id=work.conversation_id, epoch=work.epoch)
        due = min(blocked.values(), default=None)
        if not work.turns or work.turns[0].address.id in blocked:
            turns_at = blocked.get(work.turns[0].address.id) if work.turns else None
            await self._release(work, turns_at=turns_at, deliveries_at=due)
            return
        settles_at = self._answer.settles_at_ms(work)
        if settles_at is not None:
            await self._release(work, turns_at=settles_at, deliveries_at=due)
            self._look_at(settles_at)
            return
        with self._observe.span("answer", attempt=work.turns[0].attempt):
            replied = await self._answer.turn(work)
        if replied is not None:
            await self._send(work, replied)

    def _look_at(self, at_ms: int) -> None:
        """Looks for work at a time, or a moment later: nobody announces what was only put off."""
        seconds = max(0, at_ms - self._clock.now_ms()) / 1000 + WAKE_SLACK_SECONDS
        asyncio.get_running_loop().call_later(seconds, self._wake.set)

    async def _send(self, work: Work, replied: Replied) -> None:
        outgoings, looked, closed = replied
        if closed.behind:
            self._again.add(work.conversation_id)  # it is queued behind something unsettled, and taken from there
            await self._release(work, turns_at=None, deliveries_at=self._clock.now_ms())
        elif outgoings:
            with self._observe.span("deliver", pieces=len(outgoings)):
                await self._deliver.fresh(outgoings, conversation_id=work.conversation_id, epoch=work.epoch, looked=looked, closed=closed)
        else:
            await self._release(work, turns_at=None, deliveries_at=None)
        if len(work.turns) > 1:
            self._again.add(work.conversation_id)

    async def _release(self, work: Work, *, turns_at: int | None, deliveries_at: int | None) -> None:
        await self._store.release(
            conversation_id=work.conversation_id,
            epoch=work.epoch,
            now_ms=self._clock.now_ms(),
            turns_at_ms=turns_at,
            deliveries_at_ms=deliveries_at,
        )

    async def _after_fault(self, work: Work, error: Exception) -> None:
        """Lets a turn that broke be tried again a few times, then closes it with a word to the person."""
        try:
            now = self._clock.now_ms()
            if not work.turns:
                await self._release(work, turns_at=None, deliveries_at=now + int(FAULT_BACKOFF_SECONDS * 1000))
            elif work.turns[0].attempt + 1 >= self._attempts_max:
                await self._send(work, await self._answer.give_up(work, why=f"broke {self._attempts_max} times: {type(error).__name__}"))
            else:
                at = now + int(FAULT_BACKOFF_SECONDS * 1000)
                turn = work.turns[0]
                await self._store.retry_turn(turn_id=turn.id, conversation_id=work.conversation_id, epoch=work.epoch, now_ms=now, at_ms=at)
        except (Fenced, StoreDown) as later:
            log.info("the broken turn is left to its lease", why=later.message)
