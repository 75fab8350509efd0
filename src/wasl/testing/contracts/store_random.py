"""A walk of random acts on a store, the same for the same seed, so that two stores can be compared act by act."""

import random
from typing import Literal

from wasl.domain.errors import WaslError
from wasl.domain.event import Event, Moved
from wasl.domain.ids import ConversationId, DeliveryId
from wasl.domain.person import AddressKey
from wasl.domain.turn import Closing, Settling, Work
from wasl.ports.counting import Asked, Bucket
from wasl.ports.store import Accepted, Lease, Store
from wasl.testing.clock import TestClock
from wasl.testing.contracts.store_scene import CHANNEL, SCOPE, Scene
from wasl.testing.lapsed import end_lapsed

PEOPLE = 5
LEASE_MS = 20_000
SETTLED: tuple[Literal["queued", "sent", "failed", "unknown"], ...] = ("sent", "sent", "sent", "queued", "failed", "unknown")
TOLD: tuple[Literal["sent", "delivered", "read", "failed"], ...] = ("sent", "delivered", "read", "failed")


class Walk:
    """Takes one random step after the other; each gives a value that must be equal on every store.

    With `swaps` little else happens than that few telephone numbers change hands, often several times in one request.
    """

    def __init__(self, store: Store, clock: TestClock, chance: random.Random, *, swaps: bool = False) -> None:
        self._swaps = swaps
        self._store = store
        self._clock = clock
        self._chance = chance
        self._scene = Scene(store, clock)
        self._held: list[Work] = []
        self._sent: list[tuple[Work, DeliveryId]] = []
        self._keys: list[str] = []

    async def step(self) -> object:
        """Does something; a refusal by name is an answer too."""
        acts = (
            (self._receive, 40 if self._swaps else 6),
            (self._claim, 3),
            (self._close, 5),
            (self._settle, 6),
            (self._receipt, 4),
            (self._retry, 1),
            (self._start, 2),
            (self._release, 3),
            (self._say, 1),
            (self._wait, 3),
            (self._renew, 1),
        )
        act = self._chance.choices([a for a, _ in acts], [w for _, w in acts])[0]
        try:
            return act.__name__, await act()
        except WaslError as error:
            return act.__name__, type(error).__name__

    def _key(self) -> AddressKey:
        n = self._chance.randrange(PEOPLE)
        match self._chance.choice((0, 1, 1, 1, 2)) if self._swaps else self._chance.randrange(4):
            case 0:
                return self._scene.key(f"+{n}", kind="phone")
            case 1:
                return self._scene.key(f"US.{n}", alias=f"+{self._chance.randrange(PEOPLE)}", kind="business-scoped id")
            case _:
                return self._scene.key(f"p{n}")

    async def _receive(self) -> object:
        events: list[Event] = []
        for _ in range(self._chance.choice((1, 3, 5, 8) if self._swaps else (1, 1, 1, 2, 5))):
            again = self._chance.random() < 0.1 and self._keys
            key = self._chance.choice(self._keys) if again else self._scene.name()
            self._keys.append(key)
            if self._chance.random() < (0.2 if self._swaps else 0.05):
                old = self._key().handle if self._swaps else f"p{self._chance.randrange(PEOPLE)}"
                events.append(Moved(key=key, scope=SCOPE, old_handle=old, new=self._key(), at_ms=self._now))
            else:
                wants = self._chance.random() < 0.9
                name = self._chance.choice((None, "Ada", "Bob"))
                events.append(self._scene.arrival(key=key, address=self._key(), wants_answer=wants, author_name=name))
        lease = self._lease() if self._chance.random() < 0.5 else None
        outcomes = await self._scene.receive(*events, lease=lease)
        self._held += [o.work for o in outcomes if isinstance(o, Accepted) and o.work is not None]
        return [_plain(o) for o in outcomes]

    async def _claim(self) -> object:
        await end_lapsed(self._store, now_ms=self._now)
        works = sorted(await self._store.claim(lease=self._lease(), limit=50, now_ms=self._now), key=lambda w: w.conversation_id)
        self._held += works
        return works

    async def _close(self) -> object:
        work = self._any_work()
        if work is None or not work.turns:
            return None
        count = self._chance.randrange(len(work.turns)) + 1
        closing = self._scene.closing(
            work,
            turn_ids=tuple(t.id for t in work.turns[:count]),
            pieces=self._chance.choice((1, 1, 3)),
            silent=self._chance.random() < 0.1,
            usage=(self._scene.usage(),),
        )
        asked = self._count() if self._chance.random() < 0.5 else None
        closed = await self._store.close_turn(closing, start=self._chance.random() < 0.8, count=asked)
        self._remember(work, closing)
        return closed

    def _remember(self, work: Work, closing: Closing) -> None:
        self._sent += [(work, d.id) for d in closing.deliveries]

    async def _settle(self) -> object:
        if not self._sent:
            return None
        work, delivery_id = self._chance.choice(self._sent[-8:])
        await self._store.settle(
            Settling(
                delivery_id=delivery_id,
                conversation_id=work.conversation_id,
                epoch=work.epoch,
                state=self._chance.choice(SETTLED),
                at_ms=self._now,
                native_id=f"n-{delivery_id}" if self._chance.random() < 0.7 else None,
                due_at_ms=self._now + self._chance.randrange(5_000),
                error={"kind": "Unclear"} if self._chance.random() < 0.3 else None,
                release=self._chance.random() < 0.4,
            )
        )
        return "settled"

    async def _receipt(self) -> object:
        if not self._sent:
            return None
        receipts = []
        for _ in range(self._chance.choice((1, 3))):
            _, delivery_id = self._chance.choice(self._sent[-8:])
            native = f"n-{delivery_id}"
            by_tag = self._chance.random() < 0.5
            receipts.append(
                self._scene.receipt(
                    self._chance.choice(TOLD),
                    tag=delivery_id if by_tag else None,
                    native_id=None if by_tag and self._chance.random() < 0.5 else native,
                    at_ms=self._now + self._chance.randrange(50),
                    price={"amount": 1} if self._chance.random() < 0.3 else None,
                )
            )
        return list(await self._scene.receive(*receipts))

    async def _retry(self) -> object:
        work = self._any_work()
        if work is None or not work.turns:
            return None
        turn = self._chance.choice(work.turns)
        at_ms = self._now + self._chance.randrange(10_000)
        await self._store.retry_turn(
            turn_id=turn.id, conversation_id=work.conversation_id, epoch=work.epoch, now_ms=self._now, at_ms=at_ms, usage=()
        )
        return "retried"

    async def _start(self) -> object:
        if not self._sent:
            return None
        work, delivery_id = self._chance.choice(self._sent[-8:])
        return await self._store.start_sending(
            delivery_id=delivery_id,
            conversation_id=work.conversation_id,
            epoch=work.epoch,
            now_ms=self._now,
            count=self._count() if self._chance.random() < 0.5 else None,
        )

    def _count(self) -> Asked:
        """Asks for a place where there are few: some are given, some wait, some find none."""
        rate = Bucket("rate", 1_500_000, 2)
        return Asked(now_ms=self._now, patience_ms=1_000, buckets=(rate,), totals={"month": 1}, forced=self._chance.random() < 0.1)

    async def _release(self) -> object:
        work = self._any_work()
        if work is None:
            return None
        times = [None, self._now + self._chance.randrange(8_000)]
        await self._scene.release(work, turns_at_ms=self._chance.choice(times), deliveries_at_ms=self._chance.choice(times))
        return "released"

    async def _say(self) -> object:
        work = self._any_work()
        if work is None or not work.turns:
            return None
        deliveries = (self._scene.delivery(work.turns[0].address),)
        self._sent.append((work, deliveries[0].id))
        return await self._store.say(
            conversation_id=work.conversation_id,
            message=self._scene.message("said", author="operator"),
            deliveries=deliveries,
            now_ms=self._now,
        )

    async def _wait(self) -> object:
        await self._clock.advance(self._chance.choice((0.001, 1.0, 7.0, LEASE_MS / 1000)))
        return self._now

    async def _renew(self) -> object:
        await self._store.renew(lease=self._lease(), now_ms=self._now)
        return "renewed"

    @property
    def _now(self) -> int:
        return self._clock.now_ms()

    def _lease(self) -> Lease:
        return Lease(owner=self._chance.choice(("w1", "w2")), milliseconds=LEASE_MS)

    def _any_work(self) -> Work | None:
        return self._chance.choice(self._held[-6:]) if self._held else None


def _plain(outcome: object) -> object:
    """What must be equal of an outcome: a store may put one or all of a request's turns in the work that comes along."""
    if isinstance(outcome, Accepted):
        work = outcome.work
        return outcome.key, outcome.conversation_id, outcome.seq, outcome.turn_id, work and (work.epoch, work.turns[0].id)
    return outcome


async def shown(store: Store, clock: TestClock) -> object:
    """Everything that can be read of a store."""
    conversations = await store.conversations(limit=1_000)
    everything: list[object] = [
        sorted(conversations, key=lambda c: c.id),
        await store.backlog(now_ms=clock.now_ms()),
        await store.usage_totals(since_ms=0),
        await store.cursor(CHANNEL),
    ]
    for conversation_id in sorted(c.id for c in conversations):
        everything.append(await _whole(store, conversation_id))
    later_ms = clock.now_ms() + 10_000_000
    await end_lapsed(store, now_ms=later_ms)
    works = await store.claim(lease=Lease(owner="last", milliseconds=1), limit=1_000, now_ms=later_ms)
    everything.append(sorted(works, key=lambda w: w.conversation_id))
    return everything


async def _whole(store: Store, conversation_id: ConversationId) -> object:
    messages = await store.messages_after(conversation_id, seq=0, limit=1_000)
    addresses = sorted(await store.addresses(conversation_id), key=lambda a: a.id)
    return messages, addresses, [await store.deliveries(m.id) for m in messages]
