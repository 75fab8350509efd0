"""HandOver: gives conversations into human hands, and back to the assistant."""

from collections.abc import Awaitable, Callable, Mapping

import structlog

from wasl.domain.handoff import Handoff, HandoffEnd, HandoffWhy
from wasl.domain.ids import ConversationId, DeliveryId, MessageId
from wasl.domain.message import Text
from wasl.domain.turn import NewDelivery, NewMessage
from wasl.ports.bus import WORK, Bus, conversation_topic
from wasl.ports.channel import Channel
from wasl.ports.clock import Clock
from wasl.ports.store import Store, Timer
from wasl.service.duty_words import owe
from wasl.service.live import STORED
from wasl.service.words import spoken, words_of

log = structlog.get_logger(__name__)

RETURN_TIMER = "handoff returns"
MINUTE_MS = 60_000
NOTE_CHARACTERS_MAX = 200

Told = Callable[[Handoff], Awaitable[None]]
"""Tells the operator that somebody waits for a human; done twice for one handoff it must tell once."""


class HandOver:
    """Opens, takes and ends handoffs. The state is in the store: whoever restarts finds it."""

    def __init__(
        self,
        *,
        store: Store,
        bus: Bus,
        clock: Clock,
        channels: Mapping[str, Channel],
        wait_minutes: float,
        return_minutes: float,
        language: str,
        told: Told | None = None,
    ) -> None:
        self._store = store
        self._bus = bus
        self._clock = clock
        self._channels = channels
        self._wait_ms = int(wait_minutes * MINUTE_MS)
        self.return_ms = int(return_minutes * MINUTE_MS)
        self._language = language
        self._told = told

    async def open(self, conversation_id: ConversationId, *, channel: str, why: HandoffWhy, note: str = "") -> Handoff:
        """Gives a conversation to a human who has yet to take it; one that is open already stays as it is. Raises StoreDown."""
        now = self._clock.now_ms()
        wanted = Handoff(
            id=self._clock.new_id(),
            conversation_id=conversation_id,
            channel=channel,
            why=why,
            note=note[:NOTE_CHARACTERS_MAX],
            asked_ms=now,
            returns_ms=now + self._wait_ms,
        )
        opened = await self._store.standings.hand_over(wanted)
        await self._watch(opened)
        if opened.id == wanted.id:
            log.warning("a person waits for a human", conversation=conversation_id, channel=channel, why=why)
        if opened.waits and self._told is not None:
            await self._told(opened)
        self._changed(conversation_id)
        return opened

    async def take(self, conversation_id: ConversationId, *, channel: str, by: str, at_ms: int | None = None) -> Handoff:
        """Notes that a human has a conversation, or had a word in it at a time: it goes back `return_minutes` after. Raises StoreDown."""
        now = self._clock.now_ms()
        said = at_ms or now
        fresh = Handoff(
            id=self._clock.new_id(),
            conversation_id=conversation_id,
            channel=channel,
            why="operator",
            asked_ms=said,
            returns_ms=said + self.return_ms,
            taken_ms=said,
            taken_by=by,
        )
        await self._store.standings.hand_over(fresh)
        taken = await self._store.standings.take(conversation_id, by=by, now_ms=said, returns_ms=said + self.return_ms)
        await self._watch(taken or fresh)
        self._changed(conversation_id)
        return taken or fresh

    async def spoke(self, conversation_id: ConversationId, channel: str) -> None:
        """Takes a conversation in which a human answered from the platform's own app. Raises StoreDown."""
        await self.take(conversation_id, channel=channel, by="")

    async def give_back(self, conversation_id: ConversationId, *, by: HandoffEnd) -> Handoff | None:
        """Gives a conversation back to the assistant; None when it was not in human hands. Raises StoreDown."""
        ended = await self._store.standings.give_back(conversation_id, by=by, now_ms=self._clock.now_ms())
        if ended is not None:
            log.info("a conversation goes back to the assistant", conversation=conversation_id, by=by)
            self._changed(conversation_id)
        return ended

    async def returned(self, timer: Timer) -> None:
        """Ends a handoff whose time is over; says so to a person for whom nobody came. A human's later word postpones it."""
        conversation_id = ConversationId(str(timer.payload["conversation"]))
        handoff = await self._store.standings.open_handoff(conversation_id)
        if handoff is None or handoff.returns_ms > self._clock.now_ms():
            return
        ended = await self.give_back(conversation_id, by="time")
        if ended is not None and ended.taken_ms is None:
            await self._say(conversation_id, "still_waiting")

    # -- private
    async def _watch(self, handoff: Handoff) -> None:
        """Sets the timer of the return; the key names the time, so that a postponed return has a timer of its own."""
        key = f"{handoff.conversation_id}:{handoff.returns_ms}"
        payload = {"conversation": handoff.conversation_id}
        await self._store.set_timer(Timer(kind=RETURN_TIMER, key=key, due_ms=handoff.returns_ms, payload=payload))

    async def _say(self, conversation_id: ConversationId, key: str) -> None:
        addresses = await self._store.addresses(conversation_id)
        address = next((a for a in addresses if a.key.channel in self._channels), None)
        if address is None:
            return
        some = await self._store.history(conversation_id, limit=6)
        written = [words_of(said.parts) for said in reversed(some) if said.author == "person"]
        text = owe(key, language=spoken(written, told=address.language, default=self._language))
        parts = (Text(text=text),)
        message = NewMessage(id=MessageId(self._clock.new_id()), author="system", parts=parts)
        delivery = NewDelivery(id=DeliveryId(self._clock.new_id()), address=address, position=0, parts=parts)
        await self._store.say(conversation_id=conversation_id, message=message, deliveries=[delivery], now_ms=self._clock.now_ms())
        self._changed(conversation_id)
        self._bus.publish(WORK)

    def _changed(self, conversation_id: ConversationId) -> None:
        self._bus.publish(conversation_topic(conversation_id), STORED)
