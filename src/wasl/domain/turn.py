"""Turn: the work of answering one inbound message; Work: what a leased conversation has to be done."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Literal

from wasl.domain.cost import UNKNOWN, Cause, Charge, Cost
from wasl.domain.delivery import DeliveryState, Outgoing
from wasl.domain.ids import ConversationId, DeliveryId, MessageId, TurnId
from wasl.domain.message import Author, Part, Said
from wasl.domain.person import Address
from wasl.domain.prompt import Usage
from wasl.domain.purpose import PurposeRecord
from wasl.domain.value import value

NO_CAUSE = Cause()
TurnState = Literal["due", "answered", "noted", "failed"]
"""due: not yet answered. answered: a reply is stored. noted: closed on purpose without a reply, with a note (late, handed to a
human, refused by a rule). failed: no reply could be made and none will be; the note says why."""


@value(frozen=True, slots=True, kw_only=True)
class DueTurn:
    """One inbound message that waits for its answer. `seq` counts the turns of a conversation from 1.

    Where several messages are one thing said (an album), the first of them stands for all: `parts` are those of all, and `joined` are
    the turns as they were stored, itself the first. `edited_by` is the message by which the person changed this one before it was
    answered: `parts` are what they say by now.
    """

    id: TurnId
    seq: int
    message_id: MessageId
    parts: tuple[Part, ...]
    native_id: str | None
    address: Address
    sent_at_ms: int
    accepted_at_ms: int
    attempt: int
    author_name: str | None = None
    joined: tuple["DueTurn", ...] = ()
    edited_by: MessageId | None = None

    @property
    def each(self) -> tuple["DueTurn", ...]:
        """Gives the stored turns that this one stands for."""
        return self.joined or (self,)


@value(frozen=True, slots=True, kw_only=True)
class PendingDelivery:
    """A delivery that is not settled. `since_ms` is when it came into its state; `verdict` is what the gate said of it last."""

    outgoing: Outgoing
    state: DeliveryState
    due_at_ms: int
    since_ms: int
    verdict: Mapping[str, Any] | None = None


@value(frozen=True, slots=True, kw_only=True)
class Work:
    """A conversation whose lease we hold (fenced by `epoch`): its due turns and unsettled deliveries, oldest first.

    `history` is the end of the conversation, oldest first, where the store could read it in the same commit; else None. `shared` says
    that its person has other conversations too, `continues` names the imported chat whose end is its beginning.
    """

    conversation_id: ConversationId
    epoch: int
    turns: tuple[DueTurn, ...]
    deliveries: tuple[PendingDelivery, ...]
    history: tuple[Said, ...] | None = None
    shared: bool = False
    continues: str | None = None


@value(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A message of ours to be stored."""

    id: MessageId
    author: Author
    parts: tuple[Part, ...]
    author_name: str | None = None
    reply_to: MessageId | None = None
    model: str | None = None


@value(frozen=True, slots=True, kw_only=True)
class NewDelivery:
    """A delivery to be stored with the message it brings. `position` orders the pieces of one message."""

    id: DeliveryId
    address: Address
    position: int
    parts: tuple[Part, ...]
    reply_to: str | None = None


@value(frozen=True, slots=True, kw_only=True)
class UsageRecord:
    """One call to a model, whether it answered or not.

    `outcome` is "answered" or the name of the failure; `cost` is by the tokens that the provider named, and `cause` is for whom it was
    made.
    """

    candidate: str
    provider: str
    model: str
    price_class: str
    outcome: str
    usage: Usage
    started_at_ms: int
    took_ms: int
    served_model: str | None = None
    region: str | None = None
    request_id: str | None = None
    cost: Cost = UNKNOWN
    cause: Cause = NO_CAUSE


@value(frozen=True, slots=True, kw_only=True)
class Closing:
    """Everything that ends one turn, or several by one reply (an album, late ones), in one commit.

    `purposes` are kept for those that asked for an answer, where that is weighed.
    """

    conversation_id: ConversationId
    epoch: int
    turn_ids: tuple[TurnId, ...]
    state: Literal["answered", "noted", "failed"]
    at_ms: int
    reply: NewMessage | None = None
    deliveries: tuple[NewDelivery, ...] = ()
    usage: tuple[UsageRecord, ...] = ()
    verdicts: Mapping[str, Any] = field(default_factory=dict)
    note: str | None = None
    purposes: tuple[PurposeRecord, ...] = ()


@value(frozen=True, slots=True, kw_only=True)
class Settling:
    """What became of one delivery. "queued" with `due_at_ms` is a retry; "unknown" waits until `due_at_ms` for a receipt.

    `verdict` is what the gate said, `charge` what it is expected to cost. `move_to` gives a queued delivery to another address of the
    same person, in the same commit. `apart` takes a queued delivery apart, in the same commit: it keeps what the first says, and the
    others follow right behind it as deliveries of their own, so that what goes out of them is known of each.
    """

    delivery_id: DeliveryId
    conversation_id: ConversationId
    epoch: int
    state: Literal["queued", "sent", "failed", "unknown"]
    at_ms: int
    native_id: str | None = None
    due_at_ms: int = 0
    error: Mapping[str, Any] | None = None
    release: bool = False
    verdict: Mapping[str, Any] | None = None
    charge: Charge | None = None
    move_to: Address | None = None
    apart: tuple[NewDelivery, ...] = ()


@value(frozen=True, slots=True, kw_only=True)
class StoredMessage:
    """A message as faces show it, with the state of its slowest delivery."""

    id: MessageId
    conversation_id: ConversationId
    seq: int
    author: Author
    author_name: str | None
    parts: tuple[Part, ...]
    sent_at_ms: int
    channel: str | None = None
    model: str | None = None
    reply_to: MessageId | None = None
    delivery: DeliveryState | None = None


@value(frozen=True, slots=True, kw_only=True)
class ConversationSummary:
    """A conversation as a list shows it."""

    id: ConversationId
    person_name: str | None
    channels: tuple[str, ...]
    last_at_ms: int
    last_text: str
    due_turns: int
    waiting_since_ms: int | None
