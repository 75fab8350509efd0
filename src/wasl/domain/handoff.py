"""Handoff: a conversation in human hands; Standing: how a correspondent stands with us when they write."""

from typing import Literal

from wasl.domain.ids import ConversationId
from wasl.domain.value import value

HandoffWhy = Literal["asked", "emergency", "moderation", "operator", "rule"]
HandoffEnd = Literal["operator", "time", "person"]


@value(frozen=True, slots=True, kw_only=True)
class Handoff:
    """A conversation that a human is to answer, or answers: the assistant is silent in it until it is given back.

    `taken_ms` is None while it waits for a human; `returns_ms` is when it goes back to the assistant by itself. `note` is for the
    operator: what was asked, or what was found. Times in milliseconds.
    """

    id: str
    conversation_id: ConversationId
    channel: str
    why: HandoffWhy
    asked_ms: int
    returns_ms: int
    note: str = ""
    taken_ms: int | None = None
    taken_by: str | None = None
    ended_ms: int | None = None
    ended_by: HandoffEnd | None = None

    @property
    def waits(self) -> bool:
        """Nobody has taken it yet."""
        return self.taken_ms is None and self.ended_ms is None


@value(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a correspondent stands with us on one channel when they write.

    `opted_out_ms` is when they asked not to be written to, None when they did not; `handoff` is the open one of their conversations,
    `returned_ms` when the last one ended; `disclosed_ms` is when they were last told there that an AI answers.
    """

    opted_out_ms: int | None = None
    handoff: Handoff | None = None
    returned_ms: int | None = None
    disclosed_ms: int | None = None


@value(frozen=True, slots=True, kw_only=True)
class Permission:
    """What a correspondent allows us on one channel: `opted_out` from everything; `marketing` None where it was never said."""

    opted_out: bool = False
    marketing: bool | None = None
