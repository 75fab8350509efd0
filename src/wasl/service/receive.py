"""Receive: a platform's request becomes stored messages, due turns and receipts, and only then is acknowledged."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

import structlog

from wasl.domain.errors import Forged, Malformed, StoreDown
from wasl.domain.event import Arrival, Event, Receipt, Signal
from wasl.domain.ids import ConversationId, DeliveryId
from wasl.domain.message import edited
from wasl.domain.turn import Work
from wasl.ports.bus import EDITED, WORK, Bus, conversation_topic
from wasl.ports.channel import Channel
from wasl.ports.clock import Clock
from wasl.ports.store import Accepted, Duplicate, Incoming, Kept, Lease, Outcome, ReceiptApplied, Store
from wasl.service.live import STORED
from wasl.service.observe import Observe
from wasl.wire.call import Call, Reply

log = structlog.get_logger(__name__)

NATIVE_ID_MAX = 500
"""Characters of a platform's id that are told on the bus; a longer one is nobody's."""

OperatorSpoke = Callable[[ConversationId, str], Awaitable[None]]
Heard = Callable[[Receipt, DeliveryId], Awaitable[None]]
"""Is told of a receipt that was applied to a delivery of ours, after the commit."""


class Receive:
    """The one way in, for hooks, polls and our own pages.

    `offer` gives a lease when this process can answer at once, `take` starts the answering; together they spare a busy process
    the way through the claim. `withdraw` tells that the request which an offer was for has come to its end. A process that
    only serves the web offers none. `operator_spoke` is told the conversation and the channel in which a human answered elsewhere,
    `signalled` that a platform said something about our accounts, `came_in` the channel and the account that a message reached.
    """

    def __init__(
        self,
        *,
        store: Store,
        bus: Bus,
        clock: Clock,
        channels: Mapping[str, Channel],
        observe: Observe,
        offer: Callable[[], Lease | None],
        take: Callable[[Work, float], None],
        withdraw: Callable[[], None] = lambda: None,
        operator_spoke: OperatorSpoke | None = None,
        heard: Heard | None = None,
        signalled: Callable[[], Awaitable[None]] | None = None,
        came_in: Callable[[str, str], None] | None = None,
    ) -> None:
        self._store = store
        self._bus = bus
        self._clock = clock
        self._channels = channels
        self._observe = observe
        self._offer = offer
        self._take = take
        self._withdraw = withdraw
        self._operator_spoke = operator_spoke
        self._heard = heard
        self._came_in = came_in
        self._signalled = signalled

    def channel(self, name: str) -> Channel | None:
        """Gives the channel of that name, if it is configured."""
        return self._channels.get(name)

    async def webhook(self, name: str, call: Call) -> Reply | None:
        """Takes one request that reached the channel's hook; gives the Reply to a handshake, None when it is simply taken.

        Returns only after everything in it is committed. Raises KeyError for a channel that is not configured, Forged and
        Malformed (nothing is stored), StoreDown (nothing is stored: the platform shall send it again).
        """
        channel = self._channels[name]
        try:
            handshake = channel.verify(call)
            if handshake is not None:
                self._observe.webhook(channel=name, result="handshake")
                return handshake
            events = channel.parse(call)
            with self._observe.span("receive", channel=name, events=len(events)):
                outcomes = await self.events(name, raw=call.body, events=events)
        except Forged:
            self._observe.webhook(channel=name, result="forged")
            raise
        except Malformed:
            self._observe.webhook(channel=name, result="malformed")
            raise
        except StoreDown:
            self._observe.webhook(channel=name, result="store down")
            raise
        repeated = bool(outcomes) and all(isinstance(o, Duplicate) for o in outcomes)
        self._observe.webhook(channel=name, result="duplicate" if repeated else "accepted")
        return None

    async def events(self, name: str, *, raw: bytes, events: Sequence[Event], cursor: str | None = None) -> Sequence[Outcome]:
        """Stores events in one commit and starts or announces the work they bring. Raises StoreDown.

        What the platform gave no time for is stored with the time at which it was received.
        """
        now = self._clock.now_ms()
        events = [_timed(event, now_ms=now) for event in events]
        incoming = Incoming(channel=name, raw=raw, received_at_ms=now, events=events, cursor=cursor)
        lease, asked_at = self._offer(), self._clock.monotonic()
        try:
            outcomes = await self._store.receive(incoming, lease=lease)
        except StoreDown:
            self._observe.store_failed()
            raise
        finally:
            if lease is not None:
                self._withdraw()
        for event, outcome in zip(events, outcomes, strict=True):
            self._tell(name, event, outcome, asked_at=asked_at)
            if isinstance(event, Arrival) and isinstance(outcome, Accepted) and event.author == "operator":
                await self._operator_said(outcome.conversation_id, name)
            if self._heard is not None and type(event) is Receipt and type(outcome) is ReceiptApplied:
                await self._heard(event, outcome.delivery_id)
        if self._signalled is not None and any(isinstance(event, Signal) for event in events):
            with suppress(StoreDown):  # whoever looks next finds what is stored
                await self._signalled()
        return outcomes

    async def _operator_said(self, conversation_id: ConversationId, name: str) -> None:
        """Tells that a human answered from the platform's own app. Nothing is lost when that fails: the next turn looks for it."""
        if self._operator_spoke is not None:
            with suppress(StoreDown):
                await self._operator_spoke(conversation_id, name)

    def _tell(self, name: str, event: Event, outcome: Outcome, *, asked_at: float) -> None:
        """Starts or announces what one stored event brings."""
        match outcome, event:
            case Accepted(), Arrival():
                self._bus.publish(conversation_topic(outcome.conversation_id), STORED)
                self._observe.message(channel=name, author=event.author)
                if self._came_in is not None:
                    self._came_in(name, event.address.scope)
                if outcome.work is not None:
                    self._take(outcome.work, asked_at)
                elif outcome.turn_id is not None:
                    self._bus.publish(WORK, outcome.conversation_id.encode())
                elif (target := edited(event.parts)) is not None:
                    self._bus.publish(EDITED, f"{outcome.conversation_id} {target[:NATIVE_ID_MAX]}".encode())
            case ReceiptApplied(), Receipt():
                self._observe.receipt(channel=name, state=event.state)
                if outcome.changed:
                    self._bus.publish(conversation_topic(outcome.conversation_id), STORED)
                if outcome.woke:
                    self._bus.publish(WORK, outcome.conversation_id.encode())
            case Kept(), Signal() if event.grave:
                log.error("a platform restricts our account", channel=name, kind=event.kind)  # what it says may hold a person's data
            case _:
                pass


def _timed(event: Event, *, now_ms: int) -> Event:
    """Gives an event its time: that of its coming, where the platform named none."""
    if isinstance(event, Arrival):
        return event if event.sent_at_ms else replace(event, sent_at_ms=now_ms)
    return event if event.at_ms else replace(event, at_ms=now_ms)
