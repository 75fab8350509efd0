"""Standings in a database: the steps of `standing_steps`, carried out by a store."""

from collections.abc import Sequence

from wasl.domain.handoff import Handoff, HandoffEnd, Permission, Standing
from wasl.domain.ids import ConversationId, DeliveryId
from wasl.domain.person import AddressKey
from wasl.store import standing_steps as steps
from wasl.store.rows import is_uuid
from wasl.store.sql_people import Carry


class SqlStandings:
    """How people stand with us, in a database. `alone`: the tables of conversations and deliveries are elsewhere."""

    def __init__(self, *, read: Carry, write: Carry, alone: bool = False) -> None:
        self._read = read
        self._write = write
        self._alone = alone

    async def of(self, conversation_id: ConversationId, key: AddressKey, *, shared: bool = False) -> Standing:
        """Gives everything that a turn must know."""
        return await self._read(lambda: steps.standing(conversation_id, key, shared=shared and not self._alone))

    async def permission(
        self, key: AddressKey, *, conversation_id: ConversationId | None = None, delivery_id: DeliveryId | None = None
    ) -> Permission:
        """Says what may be sent."""
        known = None if self._alone else delivery_id
        return await self._read(lambda: steps.permission(key, conversation_id=conversation_id, delivery_id=known))

    async def set_consent(self, key: AddressKey, *, purpose: str, given: bool, at_ms: int) -> None:
        """Stores what a person allows."""
        await self._write(lambda: steps.set_consent(key, purpose=purpose, given=given, at_ms=at_ms))

    async def hand_over(self, handoff: Handoff) -> Handoff:
        """Opens a handoff."""
        return await self._write(lambda: steps.hand_over(handoff))

    async def take(self, conversation_id: ConversationId, *, by: str, now_ms: int, returns_ms: int) -> Handoff | None:
        """Notes that a human has it."""
        return await self._write(lambda: steps.take(conversation_id, by=by, now=now_ms, returns=returns_ms))

    async def give_back(self, conversation_id: ConversationId, *, by: HandoffEnd, now_ms: int) -> Handoff | None:
        """Ends the open handoff."""
        return await self._write(lambda: steps.give_back(conversation_id, by=by, now=now_ms))

    async def open_handoff(self, conversation_id: ConversationId) -> Handoff | None:
        """Gives the open handoff of a conversation."""
        return await self._read(lambda: steps.open_handoff(conversation_id)) if is_uuid(conversation_id) else None

    async def handoffs(self, *, limit: int, ended: bool = False) -> Sequence[Handoff]:
        """Lists handoffs."""
        return await self._read(lambda: steps.handoffs(limit=limit, ended=ended))

    async def waiting(self) -> int:
        """Counts the handoffs that nobody has taken."""
        return await self._read(steps.waiting)

    async def disclosed(self, conversation_id: ConversationId, *, channel: str, at_ms: int) -> None:
        """Remembers a disclosure."""
        await self._write(lambda: steps.disclosed(conversation_id, channel=channel, at=at_ms))
