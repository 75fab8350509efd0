"""Sunsets in a database: the steps of `sunset_steps`, carried out by a store."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from wasl.domain.ids import AddressId, ConversationId, DeliveryId, TurnId
from wasl.domain.person import Address, AddressKind
from wasl.domain.sunset import Audience, Fate, Lost, Member, MilestoneName, Progress, Sunset, SunsetState, Telling
from wasl.ports.clock import Clock
from wasl.store import sunset_standing as standing
from wasl.store import sunset_steps as steps
from wasl.store.sql_people import Carry


class SqlSunsets:
    """Plans to leave, in a database. `people_at_once` are counted with one statement; between two, others work."""

    def __init__(self, *, read: Carry, write: Carry, clock: Clock, people_at_once: int) -> None:
        self._read = read
        self._write = write
        self._clock = clock
        self._people_at_once = people_at_once

    async def put(self, sunset: Sunset) -> None:
        """Stores a plan."""
        await self._write(lambda: steps.put(sunset))

    async def find(self, sunset_id: str) -> Sunset | None:
        """Finds a plan."""
        return await self._read(lambda: steps.find(sunset_id))

    async def plans(self, *, states: Sequence[SunsetState] = ()) -> Sequence[Sunset]:
        """Lists plans."""
        return await self._read(lambda: steps.plans(states))

    async def audience(self, channel: str, *, since_ms: int) -> Sequence[Audience]:
        """Counts the people on a channel by kind."""
        counted: Counter[tuple[Any, ...]] = Counter()
        after: str | None = None
        while True:
            since = after
            found, after = await self._read(
                lambda since=since: steps.audience(channel, since_ms=since_ms, after=since, limit=self._people_at_once)  # type: ignore[misc]  # bound for this round
            )
            counted.update(found)
            if after is None:
                return steps.audiences(counted)
            await asyncio.sleep(0)  # counting everybody lets others work

    async def enrol(self, sunset: Sunset, *, after: AddressId | None, limit: int) -> AddressId | None:
        """Puts the next addresses among the members."""
        return await self._write(lambda: steps.enrol(sunset, after=after, limit=limit))

    async def regions(self, sunset_id: str) -> Sequence[str]:
        """Names the countries of the members."""
        return await self._read(lambda: steps.regions(sunset_id))

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
        """Chooses members to be told now."""
        tails = [self._tail() for _ in range(limit)]
        return await self._write(
            lambda: steps.intend(
                sunset,
                milestone,
                regions=regions,
                free_since_ms=free_since_ms,
                outside_max=outside_max,
                limit=limit,
                now_ms=now_ms,
                tails=tails,
            )
        )

    async def intend_here(
        self, sunset: Sunset, address: Address, *, conversation_id: ConversationId, region: str, free_since_ms: int, now_ms: int
    ) -> Telling | None:
        """Chooses one address to be told now. Whoever is not to be told costs one reading and no writing."""
        begun = [milestone.name for milestone in sunset.milestones if milestone.at_ms <= now_ms]
        before_ms = now_ms - sunset.gap_hours * steps.HOUR_MS
        name = await self._read(lambda: steps.awaits(sunset, address.id, begun=begun, told_before_ms=before_ms)) if begun else None
        if name is None:
            return None
        tail = self._tail()
        return await self._write(
            lambda: steps.intend_here(
                sunset,
                name,
                address,
                conversation_id=conversation_id,
                region=region,
                free_since_ms=free_since_ms,
                now_ms=now_ms,
                tail=tail,
            )
        )

    async def still_due(self, sunset_id: str, delivery_id: DeliveryId, *, now_ms: int) -> bool:
        """Says whether a late delivery may still tell what it was to tell."""
        return await self._write(lambda: steps.still_due(sunset_id, delivery_id, now_ms=now_ms))

    async def words(self, conversations: Sequence[ConversationId], *, limit: int) -> Mapping[ConversationId, Sequence[str]]:
        """Gives the last few things that people wrote."""
        return await self._read(lambda: steps.words(conversations, limit=limit))

    async def unsaid(self, sunset_id: str, *, before_ms: int, limit: int) -> Sequence[Telling]:
        """Gives tellings whose message is not stored."""
        return await self._write(lambda: steps.unsaid(sunset_id, before_ms=before_ms, limit=limit))

    async def said(self, sunset_id: str, tellings: Sequence[Telling]) -> None:
        """Notes that messages are stored."""
        await self._write(lambda: steps.said(sunset_id, tellings))

    async def outside(self, channel: str, *, since_ms: int) -> int:
        """Counts who was told outside the window."""
        return await self._read(lambda: steps.outside(channel, since_ms=since_ms))

    async def left(self, sunset: Sunset, milestone: MilestoneName) -> int:
        """Counts who may still be told."""
        return await self._read(lambda: steps.left(sunset, milestone))

    async def lose(self, sunset_id: str, address_id: AddressId, *, why: Lost) -> None:
        """Notes that a member cannot be told."""
        await self._write(lambda: steps.lose(sunset_id, address_id, why=why))

    async def mark(self, sunset_id: str, *, after: AddressId | None, limit: int, now_ms: int) -> AddressId | None:
        """Notes what became of the next members."""
        return await self._write(lambda: steps.mark(sunset_id, after=after, limit=limit, now_ms=now_ms))

    async def progress(self, sunset_id: str) -> Progress:
        """Counts how it stands."""
        return await self._read(lambda: standing.progress(sunset_id))

    async def member(self, sunset_id: str, conversation_id: ConversationId) -> Member | None:
        """Finds the member whose conversation it is."""
        return await self._read(lambda: standing.member(sunset_id, conversation_id))

    async def home(self, sunset_id: str, address_id: AddressId) -> ConversationId | None:
        """Gives the conversation of a member."""
        return await self._read(lambda: standing.home(sunset_id, address_id))

    async def bearers(self, sunset: Sunset, *, handles: Sequence[str], kind: AddressKind) -> Sequence[Member]:
        """Finds members by what they were called."""
        return await self._read(lambda: standing.bearers(sunset, handles=handles, kind=kind))

    async def rest(self, sunset_id: str, *, after: AddressId | None, limit: int) -> Sequence[tuple[AddressId, str, str]]:
        """Names who did not move."""
        return await self._read(lambda: standing.rest(sunset_id, after=after, limit=limit))

    async def close_addresses(self, sunset_id: str, *, at_ms: int, limit: int) -> int:
        """Ends the validity of members' addresses."""
        return await self._write(lambda: steps.close_addresses(sunset_id, at_ms=at_ms, limit=limit))

    async def fates(self, sunset_id: str, *, after: AddressId | None, limit: int) -> Sequence[Fate]:
        """Tells of every member."""
        return await self._read(lambda: standing.fates(sunset_id, after=after, limit=limit))

    async def farewell(self, sunset_id: str, address_id: AddressId, *, turn_id: TurnId, now_ms: int, gap_ms: int) -> bool:
        """Notes that the farewell is said, and says whether it is to be."""
        return await self._write(lambda: standing.farewell(sunset_id, address_id, turn_id=turn_id, now_ms=now_ms, gap_ms=gap_ms))

    def _tail(self) -> bytes:
        return bytes.fromhex(self._clock.new_id().replace("-", ""))[6:]
