"""Delivery: the attempts to bring one message to one address, and the receipts that tell how it went."""

from collections.abc import Mapping
from typing import Any, Literal

from wasl.domain.ids import DeliveryId
from wasl.domain.message import Author, Part
from wasl.domain.person import Address
from wasl.domain.value import value

DeliveryState = Literal["queued", "sending", "unknown", "sent", "delivered", "read", "failed"]

RANK: Mapping[DeliveryState, int] = {
    "queued": 0, "sending": 1, "unknown": 2, "sent": 3, "delivered": 4, "read": 5, "failed": 6,
}  # fmt: skip
"""A receipt moves a delivery only to a higher rank; `failed` after `delivered` is not believed (see `moves`)."""

UnknownPolicy = Literal["same key", "resend", "give up"]
"""What to do when nobody can say whether a send arrived, after waiting for a receipt that may tell:
"same key": send again under the same idempotency key, the platform drops the double;
"resend": send again and risk a double; "give up": leave it and risk a loss."""


def moves(*, now: DeliveryState, to: DeliveryState) -> bool:
    """Says whether a receipt that names `to` changes a delivery that is in `now`."""
    if to == "failed":
        return RANK[now] < RANK["delivered"]
    return RANK[to] > RANK[now] and now != "failed"


@value(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One delivery as a channel's `send` sees it.

    `tag` is our own id for it, to be put on the wire where the platform echoes it; `reply_to` is the platform's id of the
    message that is answered; `attempt` counts from 1; `author` is whose words they are.
    """

    id: DeliveryId
    address: Address
    parts: tuple[Part, ...]
    reply_to: str | None = None
    attempt: int = 1
    author: Author = "assistant"

    @property
    def tag(self) -> str:
        """Our id on the wire."""
        return self.id


@value(frozen=True, slots=True, kw_only=True)
class Sent:
    """The platform took it: `native_id` is its id for the message, None where it gives none."""

    native_id: str | None
    note: Mapping[str, Any] | None = None
