"""Sunsets in a database: the steps of `sunset_steps`, carried out by a store."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from wasl.domain.ids import AddressId, ConversationId
from wasl.domain.sunset import Audience, Lost, Member, MilestoneName, Progress, Sunset, SunsetState, Telling
from wasl.ports.clock import Clock
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
        tails = [bytes.fromhex(self._clock.new_id().replace("-", ""))[6:] for _ in range(limit)]
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

    async def words(self, conversations: Sequence[ConversationId], *, limit: int) -> Mapping[ConversationId, Sequence[str]]:
        """Gives the last few things that people wrote."""
        return await self._read(lambda: steps.words(conversations, limit=limit))

    async def unsaid(self, sunset_id: str, *, limit: int) -> Sequence[Telling]:
        """Gives tellings whose message is not stored."""
        return await self._write(lambda: steps.unsaid(sunset_id, limit=limit))

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
        return await self._read(lambda: steps.progress(sunset_id))

    async def member(self, sunset_id: str, conversation_id: ConversationId) -> Member | None:
        """Finds the member whose conversation it is."""
        return await self._read(lambda: steps.member(sunset_id, conversation_id))

    async def home(self, sunset_id: str, address_id: AddressId) -> ConversationId | None:
        """Gives the conversation of a member."""
        return await self._read(lambda: steps.home(sunset_id, address_id))

    async def rest(self, sunset_id: str, *, after: AddressId | None, limit: int) -> Sequence[tuple[AddressId, str, str]]:
        """Names who did not move."""
        return await self._read(lambda: steps.rest(sunset_id, after=after, limit=limit))

    async def close_addresses(self, sunset_id: str, *, at_ms: int, limit: int) -> int:
        """Ends the validity of members' addresses."""
        return await self._write(lambda: steps.close_addresses(sunset_id, at_ms=at_ms, limit=limit))
