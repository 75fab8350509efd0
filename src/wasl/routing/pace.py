"""Pace: how long to wait before the next send, so that a platform's own limits are kept; pure, the time is passed in."""

from collections import OrderedDict

from wasl.domain.limits import Pace

KEYS_MAX = 50_000
"""Correspondents whose pace is remembered at once; the one not used for longest is forgotten."""
FORGOTTEN_AT_ONCE = 2
"""Of those at rest, for each that comes: more than come, so that they become few again after a rush, and few enough to cost nothing."""


class Bucket:
    """The generic cell rate algorithm: `burst` at once, then one every `seconds_per_message`."""

    __slots__ = ("_arrival", "_burst_seconds", "_seconds")

    def __init__(self, pace: Pace) -> None:
        self._seconds = pace.seconds_per_message
        self._burst_seconds = pace.seconds_per_message * (pace.burst - 1)
        self._arrival = float("-inf")

    def wait(self, *, now: float) -> float:
        """Gives the seconds until one more may be sent."""
        return max(0.0, self._arrival - self._burst_seconds - now)

    def take(self, *, now: float) -> None:
        """Counts one that is sent now, or will be sent after `wait`."""
        self._arrival = max(self._arrival, now) + self._seconds

    def rests(self, *, now: float) -> bool:
        """Says whether it is as if nothing had ever been sent."""
        return self._arrival <= now

    def hold(self, *, until: float) -> None:
        """Lets nothing go before a time: the platform asked for it."""
        self._arrival = max(self._arrival, until + self._burst_seconds)


class Paces:
    """The paces of one channel: all sends together, those to each person, those to each group."""

    def __init__(self, *, all_sends: Pace | None, each_address: Pace | None, each_group: Pace | None = None) -> None:
        self._all = Bucket(all_sends) if all_sends else None
        self._held_until = float("-inf")
        self._each_pace = each_address
        self._group_pace = each_group or each_address
        self._each: OrderedDict[str, Bucket] = OrderedDict()
        self._booked: OrderedDict[str, float] = OrderedDict()

    def reserve(self, address_id: str, *, now: float, group: bool = False, patience: float = float("inf")) -> float:
        """Counts one send to the address and gives the seconds to wait before it.

        Who is told to wait for longer than `patience` goes away and comes again: its place is kept, and is not counted twice.
        Else a long queue would for ever ask for places behind its own end.
        """
        booked = self._booked.pop(address_id, None)
        if booked is not None and booked >= self._held_until:
            if booked - now > patience:
                self._booked[address_id] = booked
            return max(0.0, booked - now)
        wait = self._count(address_id, now=now, group=group)
        if wait > patience:
            if len(self._booked) >= KEYS_MAX:
                self._booked.popitem(last=False)
            self._booked[address_id] = now + wait
        return wait

    def _count(self, address_id: str, *, now: float, group: bool) -> float:
        wait = max(0.0, self._held_until - now)
        each = self._bucket(address_id, self._group_pace if group else self._each_pace, now=now)
        for bucket in (self._all, each):
            if bucket is not None:
                wait = max(wait, bucket.wait(now=now))
        for bucket in (self._all, each):
            if bucket is not None:
                bucket.take(now=now + wait)
        return wait

    def hold(self, *, seconds: float, now: float) -> None:
        """Stops the whole channel: the platform said how long."""
        self._held_until = max(self._held_until, now + seconds)

    def _bucket(self, address_id: str, pace: Pace | None, *, now: float) -> Bucket | None:
        if pace is None:
            return None
        bucket = self._each.get(address_id)
        if bucket is None:
            self._forget_the_rested(now=now)
            if len(self._each) >= KEYS_MAX:
                self._each.popitem(last=False)
            bucket = self._each[address_id] = Bucket(pace)
        else:
            self._each.move_to_end(address_id)
        return bucket

    def _forget_the_rested(self, *, now: float) -> None:
        for _ in range(FORGOTTEN_AT_ONCE):
            longest = next(iter(self._each), None)
            if longest is None or not self._each[longest].rests(now=now):
                return
            del self._each[longest]
