"""Purse: what Ask is told about money; it pays for calls before they are made."""

from typing import NamedTuple, Protocol

from wasl.domain.cost import CallWork, Cause, Cost, Share
from wasl.domain.person import Address, AddressKey
from wasl.domain.prompt import Usage
from wasl.routing.route import RouteCandidate
from wasl.wire.region import region_of_address


def country_of(key: AddressKey) -> str:
    """Gives the country of an address, "" where it does not tell."""
    return region_of_address(handle=key.handle, kind=key.kind, alias=key.alias, alias_kind=key.alias_kind) or ""


def cause_of(address: Address, *, conversation_id: str, work: CallWork = "answer") -> Cause:
    """Says for whom a call is made: the person behind an address."""
    return Cause(work, address.key.channel, country_of(address.key), address.person_id, conversation_id)


class Held(NamedTuple):
    """Money that is reserved for one call."""

    id: str
    shares: tuple[Share, ...]
    cause: Cause


class Purse(Protocol):
    """Prices calls, and lets them be made as long as there is money."""

    def cost(self, candidate: RouteCandidate, usage: Usage, *, at_ms: int) -> Cost:
        """Prices what a call has used; a cost without an amount where nobody knows. Must be quick: it is asked after every call."""
        ...

    async def reserve(self, candidate: RouteCandidate, *, cause: Cause, input_tokens: int, output_tokens: int) -> Held | None:
        """Reserves what a call may cost at the most; None where no budget counts it. Raises Spent where a budget has not so much left,
        StoreDown."""
        ...

    async def settle(self, held: Held, candidate: RouteCandidate, costs: tuple[Cost, ...]) -> None:
        """Replaces what was reserved by what the calls came to. Never raises: what cannot be stored is logged and runs out."""
        ...
