"""The contract of exposure: who is reachable where, in figures and by name, and what goes through each way.

A part of the stores that keep something: `store.exposure`. Everything is summed in the database; what comes out does not grow with
the people. Raises StoreDown like Store.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from wasl.domain.exposure import Asked, Drill, OnlyThere, Outcome, Reach, Seen, Traffic, Unseen
from wasl.domain.ids import PersonId


class Exposure(Protocol):
    """Who hangs on what."""

    # -- looking at addresses
    async def unseen(self, *, limit: int) -> Sequence[Unseen]:
        """Gives open addresses of people (no groups) that nobody looked at yet, and those from which nobody had written and now
        somebody has."""
        ...

    async def note_seen(self, seen: Sequence[Seen]) -> None:
        """Keeps what looking at them told."""
        ...

    # -- people
    async def reach(self) -> Sequence[Reach]:
        """Counts everybody by the ways that they may be reached through and by country. Exact at this moment, but for addresses that
        are not looked at yet, which count as written from and tell no country."""
        ...

    async def only_through(
        self, ways: Sequence[str], *, countries: Sequence[str] | None = None, after: PersonId | None = None, limit: int
    ) -> Sequence[OnlyThere]:
        """Gives people who may be reached through one of these channels and through no other, by id, from behind `after`; with
        `countries`, those of whose handles one tells one of them ("" stands for handles that tell none)."""
        ...

    async def with_another(
        self, ways: Sequence[str], *, countries: Sequence[str] | None = None, after: PersonId | None = None, limit: int
    ) -> Sequence[OnlyThere]:
        """Gives people who may be reached through one of these channels and also through another, in the same way."""
        ...

    # -- what goes on
    async def day(self, day_ms: int, *, until_ms: int | None = None) -> Sequence[Traffic]:
        """Sums one day from turns and usage. `until_ms` ends it earlier. Reads what came in on that day, and no more."""
        ...

    async def keep_day(self, traffic: Sequence[Traffic]) -> None:
        """Keeps the sums of days that are over; kept again, they replace."""
        ...

    async def days(self, *, since_ms: int) -> Sequence[Traffic]:
        """Gives the sums that were kept, by day."""
        ...

    async def last_act(self, act: str) -> int | None:
        """Gives when an act was noted last in the audit of people (milliseconds), None for never."""
        ...

    async def outcomes(self, *, since_ms: int, until_ms: int, limit: int) -> Sequence[Outcome]:
        """Gives what became of the questions of a time, oldest first."""
        ...

    async def asked(self, *, before_ms: int, limit: int) -> Sequence[Asked]:
        """Gives the newest question of each of the last conversations in which one was asked before a time, newest first; the last
        `limit` questions are looked at."""
        ...

    # -- the trend
    async def keep_figures(self, *, day_ms: int, record: Mapping[str, Any]) -> None:
        """Keeps the figures of a day; kept again, they replace."""
        ...

    async def figures(self, *, since_ms: int) -> Sequence[tuple[int, Mapping[str, Any]]]:
        """Gives the kept figures, by day."""
        ...


class Drills(Protocol):
    """Rehearsed losses."""

    async def put(self, drill: Drill) -> None:
        """Stores a drill; one with the same id is replaced."""
        ...

    async def begin(self, drill: Drill, *, now_ms: int) -> Drill | None:
        """Stores a drill when no other is running, in whatever process: not ended, and its time not over. Gives the one that runs, None
        where this one began."""
        ...

    async def prolong(self, drill_id: str, *, until_ms: int, report: Mapping[str, Any] | None = None) -> bool:
        """Moves the end of a drill that was not ended, and keeps how far it came; says whether there is one."""
        ...

    async def end(self, drill_id: str, *, at_ms: int, report: Mapping[str, Any]) -> None:
        """Ends a drill and keeps what it showed."""
        ...

    async def find(self, drill_id: str) -> Drill | None:
        """Finds a drill."""
        ...

    async def open(self) -> Sequence[Drill]:
        """Gives drills that were not ended, whether or not their time is over."""
        ...

    async def past(self, *, limit: int) -> Sequence[Drill]:
        """Lists drills, newest first."""
        ...


class Exposing(Protocol):
    """A store that has both."""

    @property
    def exposure(self) -> Exposure:
        """Who hangs on what, in the same database."""
        ...

    @property
    def drills(self) -> Drills:
        """Rehearsed losses, in the same database."""
        ...
