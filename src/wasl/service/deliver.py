"""Deliver: brings stored deliveries to their addresses, in order, and settles what became of each.

`sending` is always committed before a request goes out, and only when nothing but the request is left to do: what was judged, counted
or made to wait is `queued` until then, so that a process that dies meanwhile leaves no doubt about it. After a crash in `sending`, or when
nobody can say whether a request arrived, the delivery is `unknown`: a receipt may settle it, else the channel's declared policy does.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Literal, NamedTuple

import structlog

from wasl.domain.delivery import Outgoing
from wasl.domain.errors import Fenced, FixSettings, HeldByRule, RetryLater, SettingWrong, StoreDown, Throttled, TooLarge, Unclear, WaslError
from wasl.domain.ids import ConversationId, DeliveryId
from wasl.domain.message import Part
from wasl.domain.turn import NewDelivery, PendingDelivery, Settling
from wasl.ports.blobs import Blobs
from wasl.ports.channel import Channel
from wasl.ports.clock import Clock
from wasl.ports.counting import Asked, Counted, at_once
from wasl.ports.network import Network
from wasl.ports.store import Closed, Store
from wasl.routing.pace import Paces
from wasl.service.drive import drive
from wasl.service.judging import Admission, Admitted, Denied, Gate, IfRoom, Looked, Waits
from wasl.service.observe import Observe
from wasl.service.verdicts import is_held

log = structlog.get_logger(__name__)

PACE_WAIT_SECONDS_MAX = 3.0
"""A longer wait for the platform's pace gives the lease back meanwhile."""
BACKOFF_SECONDS = 2.0
BACKOFF_SECONDS_MAX = 600.0
RECORD_SECONDS_MAX = 120.0
RECORD_AGAIN_SECONDS = 0.25
"""That something was sent is stored again and again for so long, at this interval, while the store is away."""
SETTINGS_RETRY_SECONDS = 60.0
"""A refused credential or a held account is tried again at this interval at first: the operator may have mended it."""

CUT = ("cut_into", "cut_by")
"""What is kept with each piece of what the gate took apart."""
_SETTLED = ("sent", "failed")


class _Due(NamedTuple):
    at_ms: int
    aside: bool = False


class Deliver:
    """Sends through channels and keeps the store true about it. `refused` is told of every send that failed, before it is settled."""

    def __init__(
        self,
        *,
        store: Store,
        network: Network,
        blobs: Blobs,
        clock: Clock,
        channels: Mapping[str, Channel],
        observe: Observe,
        attempts_max: int,
        gate: Gate | None = None,
        refused: Callable[[Outgoing, WaslError], Awaitable[None]] | None = None,
    ) -> None:
        self._store = store
        self._network = network
        self._blobs = blobs
        self._clock = clock
        self._channels = channels
        self._observe = observe
        self._attempts_max = attempts_max
        self._gate = gate
        self._refused = refused
        self.keep: Callable[[ConversationId], Awaitable[None]] | None = None
        """Asked right before a request: raises Fenced where the conversation is not held any more."""
        self._paces: dict[str, Paces] = {}
        self._since = clock.monotonic()

    def listen_anew(self) -> None:
        """Awaits receipts of what is in doubt for their full time once more: the clock jumped, or nobody was there to hear them."""
        self._since = self._clock.monotonic()

    async def look(self, outgoing: Outgoing, conversation_id: ConversationId) -> Looked:
        """Asks pace and gate about the first delivery of a reply before its turn is closed, so that the closing commit can count it."""
        if outgoing.address.key.channel not in self._channels:
            return Looked(outgoing=outgoing)
        wait = self._place(outgoing)
        if wait > 0:
            return Looked(outgoing=outgoing, wait_seconds=wait)
        try:
            admission = await self._judged(outgoing, conversation_id)
            return Looked(outgoing=outgoing, admission=admission if isinstance(admission, Admitted | IfRoom) else None)
        except WaslError as error:  # it is asked again once the answer is stored
            log.info("a delivery could not be judged yet", delivery=outgoing.id, why=error.message)
            return Looked(outgoing=outgoing)

    async def unlook(self, looked: Looked, conversation_id: ConversationId) -> None:
        """Gives back what was reserved for a delivery whose turn could not be closed: it is nobody's any more."""
        if self._gate is None or looked.admission is None:
            return
        now = self._clock.now_ms()
        nothing = Settling(
            delivery_id=looked.outgoing.id,
            conversation_id=conversation_id,
            epoch=0,
            state="failed",
            at_ms=now,
            charge=looked.admission.charge,
        )
        with suppress(StoreDown):  # it runs out by itself
            await self._gate.settled(looked.admission.outgoing, nothing)

    async def fresh(
        self, outgoings: Sequence[Outgoing], *, conversation_id: ConversationId, epoch: int, looked: Looked | None, closed: Closed
    ) -> None:
        """Sends the deliveries of one new message to one address, and gives the lease back. The first was `looked` at before its turn
        was `closed`.

        Stops at the first that is not settled: the rest stays queued behind it. Raises Fenced, StoreDown.
        """
        for place, outgoing in enumerate(outgoings):
            if place == 0 and looked is not None:
                settling = await self._first(looked, closed, conversation_id=conversation_id, epoch=epoch)
            else:
                settling = await self._attempt(outgoing, conversation_id=conversation_id, epoch=epoch)
            keep = settling.state in _SETTLED and place + 1 < len(outgoings)
            await self._settle(settling, channel=outgoing.address.key.channel, release=not keep)
            if not keep:
                return

    async def pending(self, deliveries: Sequence[PendingDelivery], *, conversation_id: ConversationId, epoch: int) -> Mapping[str, int]:
        """Works off deliveries that were left, oldest first in each address. The lease stays. Raises Fenced, StoreDown.

        Gives blocked addresses with the time (milliseconds) when their next one is due. What a rule holds stands aside: what comes
        after it need not wait for it.
        """
        blocked: dict[str, int] = {}
        for delivery in deliveries:
            address_id = delivery.outgoing.address.id
            if address_id not in blocked:
                due = await self._left(delivery, conversation_id=conversation_id, epoch=epoch)
                if due is not None and not due.aside:
                    blocked[address_id] = due.at_ms
        return blocked

    async def _left(self, delivery: PendingDelivery, *, conversation_id: ConversationId, epoch: int) -> _Due | None:
        """Moves one left delivery on; says when to come back to it, None when it is settled."""
        now, outgoing = self._clock.now_ms(), delivery.outgoing
        name = outgoing.address.key.channel
        if delivery.state != "sending" and delivery.due_at_ms > now and not _woken(delivery):
            return _Due(delivery.due_at_ms, aside=is_held(delivery.verdict))

        def settling(state: Literal["failed", "unknown"], *, due_at_ms: int, error: WaslError) -> Settling:
            return self._settling(outgoing, conversation_id, epoch, state=state, due_at_ms=due_at_ms, error=error)

        channel = self._channels.get(name)
        if channel is None:
            homeless = self._homeless(outgoing, conversation_id=conversation_id, epoch=epoch)
            await self._settle(homeless, channel=name)
            return _Due(homeless.due_at_ms)
        resolve_ms = int(channel.limits.resolve_seconds * 1000)
        if delivery.state == "sending":  # whoever sent it died before saying how it went
            # Counted from now: receipts may have come while nobody listened, and come again only now.
            due = now + resolve_ms
            await self._settle(settling("unknown", due_at_ms=due, error=Unclear("the sender died during the send")), channel=name)
            if due > now:
                return _Due(due)
        listened_ms = int((self._clock.monotonic() - self._since) * 1000)
        if delivery.state == "unknown" and listened_ms < resolve_ms:
            return _Due(now + resolve_ms - listened_ms)
        if delivery.state in ("sending", "unknown"):
            if channel.limits.unknown_policy == "give up":
                lost = Unclear("no receipt came and this channel's policy is to give up")
                await self._settle(settling("failed", due_at_ms=now, error=lost), channel=name)
                return None
            log.warning("an unclear send is repeated", delivery=outgoing.id, channel=name, policy=channel.limits.unknown_policy)
        tried = await self._attempt(outgoing, conversation_id=conversation_id, epoch=epoch)
        if tried.verdict is not None and delivery.verdict is not None:
            tried = replace(tried, verdict={**{one: delivery.verdict[one] for one in CUT if one in delivery.verdict}, **tried.verdict})
        await self._settle(tried, channel=name)
        return None if tried.state in _SETTLED else _Due(tried.due_at_ms, aside=is_held(tried.verdict))

    async def _first(self, looked: Looked, closed: Closed, *, conversation_id: ConversationId, epoch: int) -> Settling:
        """Goes on with a delivery from where the commit that closed its turn left it."""
        outgoing = looked.outgoing
        admission: Admission | None = looked.admission
        if admission is None:
            return await self._attempt(outgoing, conversation_id=conversation_id, epoch=epoch, wait=looked.wait_seconds)
        if isinstance(admission, IfRoom) and closed.counted is not None:
            admission = await admission.then(closed.counted)
        return await self._carry_out(outgoing, admission, conversation_id=conversation_id, epoch=epoch, begun=closed.begun)

    async def _attempt(self, outgoing: Outgoing, *, conversation_id: ConversationId, epoch: int, wait: float | None = None) -> Settling:
        """Waits for this process's own pace, asks the gate about one delivery, sends it where it may go, and says what became of it."""
        if outgoing.address.key.channel not in self._channels:
            return self._homeless(outgoing, conversation_id=conversation_id, epoch=epoch)
        wait = self._place(outgoing) if wait is None else wait
        if wait > PACE_WAIT_SECONDS_MAX:
            slow = Throttled("the platform's own pace is kept", seconds=wait)
            due = self._clock.now_ms() + int(wait * 1000)
            return self._settling(outgoing, conversation_id, epoch, state="queued", due_at_ms=due, error=slow)
        if wait > 0:
            await self._clock.sleep(wait)
        admission = await self._judged(outgoing, conversation_id)
        return await self._carry_out(outgoing, admission, conversation_id=conversation_id, epoch=epoch, begun=False)

    async def _judged(self, outgoing: Outgoing, conversation_id: ConversationId) -> Admission:
        if self._gate is None:
            return Admitted(outgoing=outgoing)
        return await self._gate.admit(outgoing, conversation_id=conversation_id)

    async def _carry_out(
        self, outgoing: Outgoing, admission: Admission, *, conversation_id: ConversationId, epoch: int, begun: bool
    ) -> Settling:
        """Does what the gate says. It is "sending" already, or it is said now, with its count: what is only looked at is never in doubt."""

        async def begin(count: Asked | None = None) -> Counted | None:
            at = self._clock.now_ms()
            return await self._store.start_sending(
                delivery_id=outgoing.id, conversation_id=conversation_id, epoch=epoch, now_ms=at, count=count
            )

        if isinstance(admission, IfRoom):
            counted = await begin(admission.asked)
            assert counted is not None, "what is asked to be counted is counted, or it is fenced"
            begun = at_once(admission.asked, counted)
            admission = await admission.then(counted)
        match admission:
            case Admitted():
                if admission.wait_ms:
                    await self._clock.sleep(admission.wait_ms / 1000)
                if not begun:
                    await begin()
                settling = await self._send(admission, conversation_id=conversation_id, epoch=epoch)
                outgoing = admission.outgoing
            case Waits():
                settling = self._settling(
                    outgoing, conversation_id, epoch, state="queued", due_at_ms=admission.due_at_ms, error=admission.why
                )
                settling = replace(
                    settling, move_to=admission.move_to, verdict=admission.verdict, apart=self._apart(outgoing, admission.apart)
                )
            case Denied():
                now = self._clock.now_ms()
                settling = self._settling(outgoing, conversation_id, epoch, state="failed", due_at_ms=now, error=admission.why)
                settling = replace(settling, verdict=admission.verdict)
        if self._gate is not None:  # one gate may have counted what the next one behind it did not let through
            await self._gate.settled(outgoing, settling)
        return settling

    def _apart(self, outgoing: Outgoing, pieces: Sequence[tuple[Part, ...]]) -> tuple[NewDelivery, ...]:
        """Makes deliveries of the pieces of one, which stays the first of them."""
        ids = (outgoing.id, *(DeliveryId(self._clock.new_id()) for _ in pieces[1:]))
        quoted = (outgoing.reply_to, *(None for _ in pieces[1:]))
        return tuple(
            NewDelivery(id=made, address=outgoing.address, position=place, parts=parts, reply_to=reply_to)
            for place, (made, parts, reply_to) in enumerate(zip(ids, pieces, quoted, strict=False))
        )

    def _homeless(self, outgoing: Outgoing, *, conversation_id: ConversationId, epoch: int) -> Settling:
        name = outgoing.address.key.channel
        due = self._clock.now_ms() + int(SETTINGS_RETRY_SECONDS * 1000)
        gone = SettingWrong(f"channel {name!r} is not configured any more; configure it again to deliver what waits for it")
        return self._settling(outgoing, conversation_id, epoch, state="queued", due_at_ms=due, error=gone)

    def _place(self, outgoing: Outgoing) -> float:
        """Takes a place in this process's own pace; gives the seconds until it is there."""
        pace = self._pace(self._channels[outgoing.address.key.channel])
        group = outgoing.address.key.kind == "group"
        return pace.reserve(outgoing.address.id, now=self._clock.monotonic(), group=group, patience=PACE_WAIT_SECONDS_MAX)

    async def _send(self, admitted: Admitted, *, conversation_id: ConversationId, epoch: int) -> Settling:
        outgoing = admitted.outgoing
        channel = self._channels[outgoing.address.key.channel]
        went: list[None] = []

        async def still() -> None:
            if self.keep is not None:
                await self.keep(conversation_id)
            went.append(None)

        try:
            sent = await drive(
                channel.send(outgoing),
                explain=channel.explain,
                network=self._network,
                blobs=self._blobs,
                still=still,
            )
        except (Fenced, StoreDown) as lost:
            if went or isinstance(lost, StoreDown):
                raise  # whoever has the conversation now finds it begun
            # It surely did not go out, and that can be stored where nobody has taken the conversation yet.
            failed = self._settling(outgoing, conversation_id, epoch, state="queued", due_at_ms=self._clock.now_ms(), error=lost)
            return replace(failed, verdict=admitted.verdict, charge=admitted.charge)
        except WaslError as error:
            if self._refused is not None:
                await self._refused(outgoing, error)
            failed = self._failed(outgoing, error, conversation_id=conversation_id, epoch=epoch, channel=channel)
            return replace(failed, verdict=admitted.verdict, charge=admitted.charge)
        return Settling(
            delivery_id=outgoing.id,
            conversation_id=conversation_id,
            epoch=epoch,
            state="sent",
            at_ms=self._clock.now_ms(),
            native_id=sent.native_id,
            verdict=admitted.verdict,
            charge=admitted.charge,
        )

    def _failed(self, outgoing: Outgoing, error: WaslError, *, conversation_id: ConversationId, epoch: int, channel: Channel) -> Settling:
        """Decides by the error's branch of the tree."""
        now = self._clock.now_ms()
        seconds = self._backoff(outgoing.attempt)
        state: Literal["queued", "failed", "unknown"] = "queued"
        match error:
            case Unclear() | TooLarge():
                state, seconds = "unknown", channel.limits.resolve_seconds
            case Throttled():
                seconds = max(seconds, error.seconds or 0.0)
                self._pace(channel).hold(seconds=error.seconds or 0.0, now=self._clock.monotonic())
            case RetryLater():
                seconds = max(seconds, error.seconds or 0.0)
            case FixSettings() | HeldByRule() if error.facts.get("class") != "window":
                seconds = max(seconds, SETTINGS_RETRY_SECONDS)
            case _:
                state = "failed"
        if state == "queued" and outgoing.attempt >= self._attempts_max:
            state = "failed"
        log.warning(
            "a delivery did not go out",
            delivery=outgoing.id,
            channel=channel.name,
            state=state,
            error=type(error).__name__,
            why=error.message,
        )
        return self._settling(outgoing, conversation_id, epoch, state=state, due_at_ms=now + int(seconds * 1000), error=error)

    def _backoff(self, attempt: int) -> float:
        """Doubles with every attempt, with jitter so that many do not come back at once."""
        seconds = min(BACKOFF_SECONDS_MAX, BACKOFF_SECONDS * 2.0 ** min(attempt - 1, 20))
        return seconds * (0.75 + 0.5 * self._clock.random())

    def _settling(
        self,
        outgoing: Outgoing,
        conversation_id: ConversationId,
        epoch: int,
        *,
        state: Literal["queued", "failed", "unknown"],
        due_at_ms: int,
        error: WaslError,
    ) -> Settling:
        return Settling(
            delivery_id=outgoing.id,
            conversation_id=conversation_id,
            epoch=epoch,
            state=state,
            at_ms=self._clock.now_ms(),
            due_at_ms=due_at_ms,
            error={"kind": type(error).__name__, "message": error.message, **{k: v for k, v in error.facts.items() if v is not None}},
        )

    async def _settle(self, settling: Settling, *, channel: str, release: bool = False) -> None:
        """Stores what became of a delivery. That it was sent nobody else knows where the platform sends no receipts: as long as the store
        is away, that is tried again, and is stored before the lease can be taken by whoever would send it anew."""
        settling = replace(settling, release=True) if release else settling
        until = self._clock.monotonic() + (RECORD_SECONDS_MAX if settling.state == "sent" else 0.0)
        while True:
            try:
                await self._store.settle(settling)
                break
            except StoreDown:
                if self._clock.monotonic() >= until:
                    raise
            await self._clock.sleep(RECORD_AGAIN_SECONDS)
        self._observe.delivery(channel=channel, state=settling.state)

    def _pace(self, channel: Channel) -> Paces:
        pace = self._paces.get(channel.name)
        if pace is None:
            limits = channel.limits
            pace = Paces(all_sends=limits.pace, each_address=limits.pair_pace, each_group=limits.group_pace)
            self._paces[channel.name] = pace
        return pace


def _woken(delivery: PendingDelivery) -> bool:
    """Says whether the person was heard since a rule began to hold it: then it is looked at now."""
    heard = delivery.outgoing.address.last_inbound_ms
    return delivery.state == "queued" and is_held(delivery.verdict) and heard is not None and heard >= delivery.since_ms
