"""The contract of sunsets: plans to leave a channel, whom they concern, and who was told.

A part of the stores that keep something: `store.sunsets`. Raises StoreDown like Store.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from wasl.domain.ids import AddressId, ConversationId, DeliveryId, TurnId
from wasl.domain.person import Address, AddressKind
from wasl.domain.sunset import Audience, Fate, Lost, Member, MilestoneName, Progress, Sunset, SunsetState, Telling


class Sunsets(Protocol):
    """Plans to leave."""

    async def put(self, sunset: Sunset) -> None:
        """Stores a plan; one with the same id is replaced, with what it says and its state."""
        ...

    async def find(self, sunset_id: str) -> Sunset | None:
        """Finds a plan."""
        ...

    async def plans(self, *, states: Sequence[SunsetState] = ()) -> Sequence[Sunset]:
        """Lists plans in these states (none named: in any), newest first."""
        ...

    # -- whom it concerns
    async def audience(self, channel: str, *, since_ms: int) -> Sequence[Audience]:
        """Counts the people on a channel by kind; who wrote after `since_ms` is in the window. Groups and people who never wrote are
        not counted. Everything is summed in the database."""
        ...

    async def enrol(self, sunset: Sunset, *, after: AddressId | None, limit: int) -> AddressId | None:
        """Puts the next addresses that the plan concerns among its members, by id from behind `after`; gives the last one looked at,
        None when there are no more. Again: changes nothing."""
        ...

    async def regions(self, sunset_id: str) -> Sequence[str]:
        """Names the countries of the members ("" stands for unknown)."""
        ...

    # -- telling
    async def intend(
        self,
        sunset: Sunset,
        milestone: MilestoneName,
        *,
        regions: Sequence[str] | None,
        free_since_ms: int,
        outside_max: int,
        limit: int,
        now_ms: int,
    ) -> Sequence[Telling]:
        """Chooses members to be told now and notes for each the id of the message that will tell them, in one commit.

        Members who moved, were told in this milestone or a later one, were told less than `gap_hours` ago, cannot be told, or are not in
        `regions` are passed over. Earlier milestones of the plan in which they were not told are noted as overtaken by this one. Who
        wrote since `free_since_ms` is told by free words; of the others there are at most `outside_max`.
        """
        ...

    async def intend_here(
        self, sunset: Sunset, address: Address, *, conversation_id: ConversationId, region: str, free_since_ms: int, now_ms: int
    ) -> Telling | None:
        """Chooses the one who just wrote from an address to be told of the last milestone that has begun, if they were not, and notes it
        in one commit; None for whoever is not to be told now, by the same reasons as `intend`, or when the plan is not
        running any more. Whoever is no member yet becomes one, of the country `region`; whoever was lost, but for the erased,
        is so no more."""
        ...

    async def still_due(self, sunset_id: str, delivery_id: DeliveryId, *, now_ms: int) -> bool:
        """Says, before a delivery goes out that waited long, whether it may still tell what it was to tell: not where a later milestone was
        told meanwhile. What is told after it keeps the plan's distance from `now_ms`. True for what tells of no milestone."""
        ...

    async def words(self, conversations: Sequence[ConversationId], *, limit: int) -> Mapping[ConversationId, Sequence[str]]:
        """Gives the last things (a few at the most) that the people of conversations wrote, newest first: they show the language."""
        ...

    async def unsaid(self, sunset_id: str, *, before_ms: int, limit: int) -> Sequence[Telling]:
        """Gives tellings that were intended before a time and whose message is not stored: what a process left that died."""
        ...

    async def said(self, sunset_id: str, tellings: Sequence[Telling]) -> None:
        """Notes that the messages are stored."""
        ...

    async def outside(self, channel: str, *, since_ms: int) -> int:
        """Counts the people of a channel's plans who were told outside the window since a time."""
        ...

    async def left(self, sunset: Sunset, milestone: MilestoneName) -> int:
        """Counts the members who may still be told in a milestone."""
        ...

    async def lose(self, sunset_id: str, address_id: AddressId, *, why: Lost) -> None:
        """Notes that a member cannot be told."""
        ...

    async def mark(self, sunset_id: str, *, after: AddressId | None, limit: int, now_ms: int) -> AddressId | None:
        """Notes what became of the next members since, by id from behind `after`: who may now be reached elsewhere moved, whose address
        ended or messages failed for good is lost. Gives the last one looked at, None when there are no more."""
        ...

    # -- looking
    async def progress(self, sunset_id: str) -> Progress:
        """Counts how it stands."""
        ...

    async def member(self, sunset_id: str, conversation_id: ConversationId) -> Member | None:
        """Finds the member whose conversation it is."""
        ...

    async def home(self, sunset_id: str, address_id: AddressId) -> ConversationId | None:
        """Gives the conversation of a member who was not erased."""
        ...

    async def bearers(self, sunset: Sunset, *, handles: Sequence[str], kind: AddressKind) -> Sequence[Member]:
        """Finds members who bore one of these handles of a kind, as handle or as alias, when the channel closed: not those whose number
        somebody else had taken before."""
        ...

    async def rest(self, sunset_id: str, *, after: AddressId | None, limit: int) -> Sequence[tuple[AddressId, str, str]]:
        """Names members who did not move, by id: the address, its handle, and why ("told", "waiting", or what kept them)."""
        ...

    async def fates(self, sunset_id: str, *, after: AddressId | None, limit: int) -> Sequence[Fate]:
        """Tells of every member, by id, what became of them and by what that is known."""
        ...

    # -- the day
    async def farewell(self, sunset_id: str, address_id: AddressId, *, turn_id: TurnId, now_ms: int, gap_ms: int) -> bool:
        """Notes that the farewell is said to an address in answer to a turn, and says whether it is to be: not when it was said less than
        `gap_ms` ago for another turn. The same turn, tried again, is told the same."""
        ...

    async def close_addresses(self, sunset_id: str, *, at_ms: int, limit: int) -> int:
        """Ends the validity of members' addresses on the channel, some at a time; gives how many."""
        ...
