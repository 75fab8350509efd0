"""Scene: short words for what the store contract tells over and over (somebody writes, a worker answers, a receipt comes)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from wasl.domain.errors import Failure
from wasl.domain.event import Arrival, Event, Receipt
from wasl.domain.ids import ConversationId, DeliveryId, MessageId, TurnId
from wasl.domain.message import Author, Media, Part, Text
from wasl.domain.person import Address, AddressKey, AddressKind
from wasl.domain.prompt import Usage
from wasl.domain.turn import Closing, NewDelivery, NewMessage, Settling, UsageRecord, Work
from wasl.ports.counting import Asked, Bucket, Counted
from wasl.ports.store import Accepted, Incoming, Lease, Outcome, Store
from wasl.testing.clock import TestClock
from wasl.testing.lapsed import end_lapsed

CHANNEL = "line one"
SCOPE = "our account"
LEASE_MS = 30_000
LEASE = Lease(owner="worker one", milliseconds=LEASE_MS)
OTHER_LEASE = Lease(owner="worker two", milliseconds=LEASE_MS)
SettledState = Literal["queued", "sent", "failed", "unknown"]
ReceiptState = Literal["sent", "delivered", "read", "failed"]


class Scene:
    """A store, a clock and the people in front of it."""

    def __init__(self, store: Store, clock: TestClock) -> None:
        self.store = store
        self.clock = clock

    @property
    def now(self) -> int:
        """The time now, milliseconds."""
        return self.clock.now_ms()

    def name(self) -> str:
        """Gives a text that nobody gave before."""
        return self.clock.new_id()

    def key(
        self, handle: str = "ada", *, alias: str | None = None, kind: AddressKind = "account", scope: str = SCOPE, channel: str = CHANNEL
    ) -> AddressKey:
        """Names a correspondent."""
        return AddressKey(channel=channel, scope=scope, handle=handle, kind=kind, alias=alias, alias_kind="phone" if alias else None)

    def arrival(
        self,
        text: str = "hello",
        *,
        key: str | None = None,
        handle: str = "ada",
        address: AddressKey | None = None,
        parts: tuple[Part, ...] | None = None,
        native_id: str | None = None,
        reply_to: str | None = None,
        sent_at_ms: int | None = None,
        author: Author = "person",
        author_name: str | None = None,
        group_name: str | None = None,
        language: str | None = None,
        wants_answer: bool = True,
        extra: Mapping[str, Any] | None = None,
    ) -> Arrival:
        """Somebody said something, now unless told otherwise."""
        return Arrival(
            key=key or self.name(),
            address=address or self.key(handle),
            parts=(Text(text=text),) if parts is None else parts,
            sent_at_ms=self.now if sent_at_ms is None else sent_at_ms,
            native_id=native_id,
            reply_to=reply_to,
            author=author,
            author_name=author_name,
            group_name=group_name,
            language=language,
            wants_answer=wants_answer,
            extra=extra or {},
        )

    async def receive(
        self, *events: Event, lease: Lease | None = None, raw: bytes = b"{}", cursor: str | None = None, channel: str = CHANNEL
    ) -> Sequence[Outcome]:
        """Stores one request with these events."""
        incoming = Incoming(channel=channel, raw=raw, received_at_ms=self.now, events=events, cursor=cursor)
        return await self.store.receive(incoming, lease=lease)

    async def arrive(self, text: str = "hello", *, handle: str = "ada", lease: Lease | None = None) -> Accepted:
        """Somebody writes; gives what was accepted."""
        return accepted(await self.receive(self.arrival(text, handle=handle), lease=lease))[0]

    async def say_hello(self, arrival: Arrival) -> Accepted:
        """Stores one arrival that is new."""
        return accepted(await self.receive(arrival))[0]

    async def claim(self, *, limit: int = 10, lease: Lease = LEASE, store: Store | None = None) -> Sequence[Work]:
        """Leases what is ready now, or was leased until now."""
        await end_lapsed(store or self.store, now_ms=self.now)
        return await (store or self.store).claim(lease=lease, limit=limit, now_ms=self.now)

    async def claim_one(self, *, lease: Lease = LEASE) -> Work:
        """Leases the one conversation that is ready now."""
        (work,) = await self.claim(lease=lease)
        return work

    async def claimable(self) -> Sequence[ConversationId]:
        """Says which conversations could be claimed now (and claims them: for the end of a test)."""
        return [w.conversation_id for w in await self.claim(lease=OTHER_LEASE)]

    async def leased(self, text: str = "hello", *, handle: str = "ada") -> Work:
        """Somebody writes and the conversation comes back leased."""
        work = (await self.arrive(text, handle=handle, lease=LEASE)).work
        assert work is not None
        return work

    def message(self, text: str = "answer", *, author: Author = "assistant", reply_to: MessageId | None = None) -> NewMessage:
        """A message of ours."""
        return NewMessage(id=MessageId(self.clock.new_id()), author=author, parts=(Text(text=text),), reply_to=reply_to, model="m1")

    def delivery(self, address: Address, *, position: int = 0, text: str = "answer", reply_to: str | None = None) -> NewDelivery:
        """A piece of a message on its way to an address."""
        return NewDelivery(
            id=DeliveryId(self.clock.new_id()), address=address, position=position, parts=(Text(text=text),), reply_to=reply_to
        )

    def usage(self, *, candidate: str = "c1", outcome: str = "answered", at_ms: int | None = None, estimated: bool = False) -> UsageRecord:
        """A call to a model: 10 tokens in, 5 out, 2 cached, 100 ms."""
        return UsageRecord(
            candidate=candidate,
            provider="p1",
            model="m1",
            price_class="low",
            outcome=outcome,
            usage=Usage(input_tokens=10, output_tokens=5, cached_tokens=2, estimated=estimated),
            started_at_ms=self.now if at_ms is None else at_ms,
            took_ms=100,
        )

    def closing(
        self,
        work: Work,
        *,
        text: str = "answer",
        pieces: int = 1,
        turn_ids: tuple[TurnId, ...] | None = None,
        epoch: int | None = None,
        state: Literal["answered", "noted", "failed"] = "answered",
        silent: bool = False,
        usage: tuple[UsageRecord, ...] = (),
        note: str | None = None,
    ) -> Closing:
        """What ends all turns of `work`: a reply in `pieces` to the last turn's address, or nothing (`silent`)."""
        address = work.turns[-1].address
        return Closing(
            conversation_id=work.conversation_id,
            epoch=work.epoch if epoch is None else epoch,
            turn_ids=tuple(t.id for t in work.turns) if turn_ids is None else turn_ids,
            state=state,
            at_ms=self.now,
            reply=None if silent else self.message(text),
            deliveries=() if silent else tuple(self.delivery(address, position=p) for p in range(pieces)),
            usage=usage,
            note=note,
            verdicts={"rule": "r1"},
        )

    async def answer(self, work: Work, *, pieces: int = 1) -> Closing:
        """Closes all turns of `work` with one reply."""
        closing = self.closing(work, pieces=pieces)
        await self.store.close_turn(closing)
        return closing

    async def sending(self, *, handle: str = "ada", pieces: int = 1) -> tuple[Work, Closing]:
        """Brings somebody's message to where its answer is being sent."""
        work = await self.leased(handle=handle)
        return work, await self.answer(work, pieces=pieces)

    def count(self, *, pace: str = "quick", patience_ms: int = 0, forced: bool = False) -> Asked:
        """Asks for a place at a pace of one a second, 45 of them at once where it is "quick"."""
        bucket = Bucket(pace, 1_000_000, 45 if pace == "quick" else 1)
        return Asked(now_ms=self.now, patience_ms=patience_ms, buckets=(bucket,), totals={"month": 1}, forced=forced)

    async def use_up(self, pace: str) -> None:
        """Takes the one place that is free at a pace now."""
        await self.store.counting.count(replace(self.count(pace=pace), totals={}))

    async def start(self, work: Work, delivery_id: DeliveryId, *, count: Asked | None = None) -> Counted | None:
        """Says that a delivery is being sent now."""
        return await self.store.start_sending(
            delivery_id=delivery_id, conversation_id=work.conversation_id, epoch=work.epoch, now_ms=self.now, count=count
        )

    async def settle(
        self,
        work: Work,
        delivery_id: DeliveryId,
        state: SettledState,
        *,
        epoch: int | None = None,
        native_id: str | None = None,
        due_at_ms: int = 0,
        error: Mapping[str, Any] | None = None,
        release: bool = False,
        verdict: Mapping[str, Any] | None = None,
        move_to: Address | None = None,
        apart: tuple[NewDelivery, ...] = (),
    ) -> None:
        """Stores what became of a delivery."""
        await self.store.settle(
            Settling(
                delivery_id=delivery_id,
                conversation_id=work.conversation_id,
                epoch=work.epoch if epoch is None else epoch,
                state=state,
                at_ms=self.now,
                native_id=native_id,
                due_at_ms=due_at_ms,
                verdict=verdict,
                move_to=move_to,
                apart=apart,
                error=error,
                release=release,
            )
        )

    async def release(self, work: Work, *, turns_at_ms: int | None = None, deliveries_at_ms: int | None = None) -> None:
        """Gives the lease back."""
        await self.store.release(
            conversation_id=work.conversation_id,
            epoch=work.epoch,
            now_ms=self.now,
            turns_at_ms=turns_at_ms,
            deliveries_at_ms=deliveries_at_ms,
        )

    def receipt(
        self,
        state: ReceiptState,
        *,
        tag: str | None = None,
        native_id: str | None = None,
        at_ms: int | None = None,
        failure: Failure | None = None,
        price: Mapping[str, Any] | None = None,
        scope: str = SCOPE,
    ) -> Receipt:
        """The platform's word on a delivery."""
        return Receipt(
            key=f"{tag or native_id}/{state}",
            scope=scope,
            state=state,
            at_ms=self.now if at_ms is None else at_ms,
            native_id=native_id,
            tag=tag,
            failure=failure,
            price=price,
        )

    async def state_of(self, closing: Closing, position: int = 0) -> str:
        """Gives the state of one piece of a reply."""
        return str((await self.told(closing, position))["state"])

    async def told(self, closing: Closing, position: int = 0) -> Mapping[str, Any]:
        """Gives everything about one piece of a reply."""
        assert closing.reply is not None
        return (await self.store.deliveries(closing.reply.id))[position]

    async def texts(self, conversation_id: ConversationId) -> list[str]:
        """Gives the words of a conversation."""
        said = await self.store.history(conversation_id, limit=1000)
        return [p.text for m in said for p in m.parts if isinstance(p, Text)]


def accepted(outcomes: Sequence[Outcome]) -> list[Accepted]:
    """Narrows outcomes that must all be Accepted."""
    found = [o for o in outcomes if isinstance(o, Accepted)]
    assert len(found) == len(outcomes), outcomes
    return found


PHOTO = Media(role="photo", media_type="image/jpeg", native_id="m-1", caption="a cat")
