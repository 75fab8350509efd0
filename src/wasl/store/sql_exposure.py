"""Exposure and drills in a database: the steps of `exposure_steps`, carried out by a store."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from wasl.domain.exposure import Asked, Drill, OnlyThere, Outcome, Reach, Seen, Traffic, Unseen
from wasl.domain.ids import PersonId
from wasl.store import exposure_steps as steps
from wasl.store.rows import is_uuid
from wasl.store.sql_people import Carry

PAGES_MAX = 1_000_000
"""Pages of people that are counted; more than anybody has."""


class SqlExposure:
    """Who hangs on what, in a database. `people_at_once` are counted with one statement; between two, others work."""

    def __init__(self, *, read: Carry, write: Carry, people_at_once: int) -> None:
        self._read = read
        self._write = write
        self._people_at_once = people_at_once

    async def unseen(self, *, limit: int) -> Sequence[Unseen]:
        """Gives addresses to be looked at."""
        return await self._read(lambda: steps.unseen(limit))

    async def note_seen(self, seen: Sequence[Seen]) -> None:
        """Keeps what looking told."""
        await self._write(lambda: steps.note_seen(seen))

    async def reach(self) -> Sequence[Reach]:
        """Counts everybody by ways and country."""
        counted: Counter[tuple[frozenset[str], str]] = Counter()
        after: str | None = None
        for _ in range(PAGES_MAX):
            since = after
            found, after = await self._read(lambda since=since: steps.reach(since, limit=self._people_at_once))  # type: ignore[misc]  # bound for this round
            for group in found:
                counted[group.ways, group.country] += group.people
            if after is None:
                break
            await asyncio.sleep(0)  # counting everybody lets others work
        return [Reach(ways, country, people) for (ways, country), people in counted.items()]

    async def only_through(
        self, ways: Sequence[str], *, countries: Sequence[str] | None = None, after: PersonId | None = None, limit: int
    ) -> Sequence[OnlyThere]:
        """Gives people with no other way."""
        return await self._through(ways, only=True, countries=countries, after=after, limit=limit)

    async def with_another(
        self, ways: Sequence[str], *, countries: Sequence[str] | None = None, after: PersonId | None = None, limit: int
    ) -> Sequence[OnlyThere]:
        """Gives people with another way."""
        return await self._through(ways, only=False, countries=countries, after=after, limit=limit)

    async def day(self, day_ms: int, *, until_ms: int | None = None) -> Sequence[Traffic]:
        """Sums a day."""
        return await self._read(lambda: steps.day(day_ms, until_ms=until_ms))

    async def keep_day(self, traffic: Sequence[Traffic]) -> None:
        """Keeps sums."""
        await self._write(lambda: steps.keep_day(traffic))

    async def days(self, *, since_ms: int) -> Sequence[Traffic]:
        """Reads sums."""
        return await self._read(lambda: steps.days(since_ms))

    async def outcomes(self, *, since_ms: int, until_ms: int, limit: int) -> Sequence[Outcome]:
        """Reads what became of questions."""
        return await self._read(lambda: steps.outcomes(since_ms=since_ms, until_ms=until_ms, limit=limit))

    async def asked(self, *, before_ms: int, limit: int) -> Sequence[Asked]:
        """Reads the newest questions."""
        return await self._read(lambda: steps.asked(before_ms=before_ms, limit=limit))

    async def last_act(self, act: str) -> int | None:
        """Finds the newest step of a kind."""
        return await self._read(lambda: steps.last_act(act))

    async def keep_figures(self, *, day_ms: int, record: Mapping[str, Any]) -> None:
        """Keeps figures."""
        await self._write(lambda: steps.keep_figures(day_ms, record))

    async def figures(self, *, since_ms: int) -> Sequence[tuple[int, Mapping[str, Any]]]:
        """Reads figures."""
        return await self._read(lambda: steps.figures(since_ms))

    async def _through(
        self, ways: Sequence[str], *, only: bool, countries: Sequence[str] | None, after: PersonId | None, limit: int
    ) -> Sequence[OnlyThere]:
        if after is not None and not is_uuid(after):
            return []
        return await self._read(lambda: steps.through(ways, only=only, countries=countries, after=after, limit=limit))


class SqlDrills:
    """Rehearsed losses, in a database."""

    def __init__(self, *, read: Carry, write: Carry) -> None:
        self._read = read
        self._write = write

    async def put(self, drill: Drill) -> None:
        """Stores a drill."""
        await self._write(lambda: steps.put_drill(drill))

    async def begin(self, drill: Drill, *, now_ms: int) -> Drill | None:
        """Stores a drill, unless another is running."""
        return await self._write(lambda: steps.begin_drill(drill, now_ms=now_ms))

    async def prolong(self, drill_id: str, *, until_ms: int, report: Mapping[str, Any] | None = None) -> bool:
        """Moves the end of a drill."""
        return await self._write(lambda: steps.prolong_drill(drill_id, until_ms=until_ms, report=report))

    async def end(self, drill_id: str, *, at_ms: int, report: Mapping[str, Any]) -> None:
        """Ends a drill."""
        await self._write(lambda: steps.end_drill(drill_id, at_ms=at_ms, report=report))

    async def find(self, drill_id: str) -> Drill | None:
        """Finds a drill."""
        return await self._read(lambda: steps.find_drill(drill_id))

    async def open(self) -> Sequence[Drill]:
        """Gives drills that were not ended."""
        return await self._read(steps.open_drills)

    async def past(self, *, limit: int) -> Sequence[Drill]:
        """Lists drills."""
        return await self._read(lambda: steps.past_drills(limit))
