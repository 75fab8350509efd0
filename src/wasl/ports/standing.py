"""The contract of standings: who may be written to, who is in human hands, who was told that an AI answers.

A part of every store (`store.standings`), in the same database. Everything raises StoreDown like Store. Times in milliseconds.
"""

from collections.abc import Sequence
from typing import Protocol

from wasl.domain.handoff import Handoff, HandoffEnd, Permission, Standing
from wasl.domain.ids import ConversationId, DeliveryId
from wasl.domain.person import AddressKey

EVERYTHING = "all"
"""The purpose of a consent that is about everything we send."""
OPT_OUT_NOTE = "opt-out"
"""Note of the turn that ended everything; its reply is the one farewell that still goes out."""
EMERGENCY_NOTE = "sounds like an emergency"
"""How the note of a turn begins whose reply leads to help: it goes out to whoever it concerns, opted out or not."""


class Standings(Protocol):
    """How people stand with us."""

    # -- read on the way of an answer
    async def of(self, conversation_id: ConversationId, key: AddressKey, *, shared: bool = False) -> Standing:
        """Gives everything that a turn must know, in one look.

        `shared` also looks for a handoff in the other conversations of the same person (not on a store in memory). A handoff whose
        time is over is still given: whoever looks ends it.
        """
        ...

    async def permission(
        self, key: AddressKey, *, conversation_id: ConversationId | None = None, delivery_id: DeliveryId | None = None
    ) -> Permission:
        """Says what may be sent. With `conversation_id` and `delivery_id`: the one farewell after an opt-out is not opted out of, nor is
        the way to help in an emergency, nor what a human writes while the conversation is in human hands because of one."""
        ...

    # -- consent
    async def set_consent(self, key: AddressKey, *, purpose: str, given: bool, at_ms: int) -> None:
        """Stores what a person allows; an older word never replaces a newer one."""
        ...

    # -- handoffs
    async def hand_over(self, handoff: Handoff) -> Handoff:
        """Opens a handoff; gives the open one where its conversation has one already. That changes nothing, but that one which still
        waits becomes an emergency by one."""
        ...

    async def take(self, conversation_id: ConversationId, *, by: str, now_ms: int, returns_ms: int) -> Handoff | None:
        """Notes that a human has the open handoff, and postpones its return; None when none is open. Again: only postpones."""
        ...

    async def give_back(self, conversation_id: ConversationId, *, by: HandoffEnd, now_ms: int) -> Handoff | None:
        """Ends the open handoff; gives it as it ended, None when none was open."""
        ...

    async def open_handoff(self, conversation_id: ConversationId) -> Handoff | None:
        """Gives the open handoff of a conversation."""
        ...

    async def handoffs(self, *, limit: int, ended: bool = False) -> Sequence[Handoff]:
        """Lists open handoffs, those that wait longest first; or (`ended`) those that ended, newest first."""
        ...

    async def waiting(self) -> int:
        """Counts the handoffs that nobody has taken."""
        ...

    # -- disclosure
    async def disclosed(self, conversation_id: ConversationId, *, channel: str, at_ms: int) -> None:
        """Remembers that somebody was told on a channel that an AI answers."""
        ...
