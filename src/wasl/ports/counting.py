"""The contract of counting: what was sent, counted in the database before it is sent, shared by all processes.

A count is taken whole or not at all: when one bucket has no room, nothing of it is counted. What is counted survives restarts; a
process that dies between counting and sending leaves the count standing, which is the careful side.
"""

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import NamedTuple, Protocol

from wasl.domain.value import value


class Bucket(NamedTuple):
    """A pace: `burst` at once, then one every `interval_us` (the generic cell rate algorithm, in microseconds).

    `pauses`: once the burst is used up, nothing goes until all of it is paid back. `address_id` names whom it is about, so that the
    row goes when they are erased.
    """

    key: str
    interval_us: int
    burst: int
    pauses: bool = False
    address_id: str | None = None


class Circle(NamedTuple):
    """Different people written to within `window_ms`: at most `most` of them."""

    key: str
    address_id: str
    most: int
    window_ms: int


@value(frozen=True, slots=True, kw_only=True)
class Asked:
    """One send to be counted at `now_ms`: `messages` of them in every bucket, and `totals` (key to how many).

    Who must wait for no longer than `patience_ms` is given a place ahead; a longer wait takes nothing. `forced` counts in any case.
    """

    now_ms: int
    messages: int = 1
    patience_ms: int = 0
    buckets: tuple[Bucket, ...] = ()
    totals: Mapping[str, int] = field(default_factory=dict)
    circle: Circle | None = None
    forced: bool = False


@value(frozen=True, slots=True, kw_only=True)
class Counted:
    """What came of it: counted, to be sent after `wait_ms`; or `full` names the bucket or circle without room until `until_ms`.

    `before` tells each total as it stood; `joined` says that the person is new in the circle.
    """

    wait_ms: int = 0
    full: str | None = None
    until_ms: int = 0
    before: Mapping[str, int] = field(default_factory=dict)
    joined: bool = False


def at_once(asked: Asked, counted: Counted) -> bool:
    """Says whether what was counted may go out now; what is counted in any case waits for nothing."""
    return counted.full is None and (asked.forced or counted.wait_ms == 0)


class Counting(Protocol):
    """Counts. Everything raises StoreDown.

    What goes out by a turn's end or by `Store.start_sending` is counted there, in the very commit that makes it "sending".
    """

    async def count(self, asked: Asked) -> Counted:
        """Counts one send, in one durable commit with others that ask at the same time."""
        ...

    async def give_back(self, asked: Asked, counted: Counted) -> None:
        """Takes totals and the place in the circle back: it was surely not sent. Paces stay, they pass by themselves."""
        ...

    def note(self, bucket: Bucket, *, messages: int, now_ms: int) -> None:
        """Counts in any case what happened already (a message that came in), with the next commit. Does not wait for it."""
        ...

    async def totals(self, keys: Sequence[str]) -> Mapping[str, int]:
        """Reads totals; a key that was never counted is missing."""
        ...

    async def prune(self, *, before_ms: int) -> int:
        """Forgets what was last counted before a time; gives how many rows."""
        ...
