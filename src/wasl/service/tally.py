"""Tally: says what is counted of every send, by the limits of the rules that hold for it, and gives back what was not sent."""

from collections.abc import Mapping
from typing import Final

from wasl.domain.days import DAY_MS
from wasl.domain.delivery import Outgoing
from wasl.domain.value import value
from wasl.policy.act import Deployment
from wasl.policy.counted import Pace, paces_of
from wasl.policy.evaluate import bites
from wasl.policy.rulebook import Applicable, Compiled
from wasl.policy.situation import Situation, month_of
from wasl.ports.clock import Clock
from wasl.ports.counting import Asked, Bucket, Circle, Counted, Counting
from wasl.service.acting import Party

PATIENCE_MS: Final = 3_000
"""A send whose place is nearer than this is waited for; a longer wait gives the lease back meanwhile."""
PLANS_KEPT_MAX: Final = 4_096
NOT_SENT: Final = ("failed", "queued")


@value(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What is counted in one place on one day: each limit with the tests of its rule, and how many a month are free."""

    applicable: Applicable
    paces: tuple[tuple[Compiled, tuple[Pace, ...]], ...]
    free_a_month: int | None

    @property
    def empty(self) -> bool:
        """Says that nothing is counted here."""
        return not self.paces and self.free_a_month is None


@value(frozen=True, slots=True, kw_only=True)
class Asking:
    """What is to be counted for one send, the limit behind each name, and the month that it counts in."""

    asked: Asked
    names: Mapping[str, Pace]
    month: str | None = None


@value(frozen=True, slots=True, kw_only=True)
class Taken:
    """What was counted for one send: what was asked, what came of it, the limit that was full, and the number of the month before it."""

    asked: Asked
    counted: Counted
    full: Pace | None = None
    month_before: int | None = None


class Tally:
    """What is counted in the database. It remembers only what it would have to give back, and the last known number of each month."""

    def __init__(self, *, counting: Counting, clock: Clock) -> None:
        self._counting = counting
        self._clock = clock
        self._plans: dict[tuple[int, str], _Plan] = {}
        self._taken: dict[str, Taken] = {}
        self._months: dict[str, int] = {}
        self._both_ways: dict[tuple[str, str], Bucket] = {}

    def plan(self, applicable: Applicable, party: Party) -> _Plan:
        """Gives what is counted where these rules hold, worked out once."""
        key = (id(applicable), party.name)
        found = self._plans.get(key)
        if found is None or found.applicable is not applicable:
            if len(self._plans) >= PLANS_KEPT_MAX:
                self._plans.clear()
            found = self._plans[key] = _planned(applicable, party.deployment)
        return found

    def month_so_far(self, outgoing: Outgoing, party: Party, *, now_ms: int) -> int:
        """Gives the number of the month as this process knows it: what is counted tells it exactly."""
        return self._months.get(_month(outgoing, party, now_ms=now_ms), 0)

    def ask(self, outgoing: Outgoing, party: Party, situation: Situation, plan: _Plan, *, forced: bool = False) -> Asking | None:
        """Says what is to be counted for one send; None where nothing is."""
        now_ms, address = situation.act.at_ms, outgoing.address
        messages = situation.act.message.bubbles
        names: dict[str, Pace] = {}
        buckets: list[Bucket] = []
        circle: Circle | None = None
        for one, paces in plan.paces:
            if one.tests and not bites(one, situation):
                continue
            for pace in paces:
                if pace.scope == "circle":
                    inside = situation.elapsed_ms is not None and situation.elapsed_ms <= DAY_MS
                    if not inside:
                        circle = Circle(f"reached:{party.kind}", address.id, pace.most, pace.window_ms)
                        names[circle.key] = pace
                elif pace.scope != "group" or address.key.kind == "group":
                    bucket = self._bucket(outgoing, pace)
                    buckets.append(bucket)
                    names[bucket.key] = pace
        month = _month(outgoing, party, now_ms=now_ms) if plan.free_a_month is not None else None
        totals = {month: messages} if month is not None and situation.act.message.form == "free" else {}
        asked = Asked(
            now_ms=now_ms, messages=messages, patience_ms=PATIENCE_MS, buckets=tuple(buckets), totals=totals, circle=circle, forced=forced
        )
        return Asking(asked=asked, names=names, month=month) if buckets or totals or circle else None

    def took(self, outgoing: Outgoing, asking: Asking, counted: Counted) -> Taken:
        """Remembers what was counted, to be given back if it is not sent."""
        asked, month = asking.asked, asking.month
        if counted.full is not None:
            return Taken(asked=asked, counted=counted, full=asking.names[counted.full])
        before = counted.before.get(month) if month is not None else None
        if month is not None and before is not None:
            self._remember(month, before + asked.messages)
        taken = self._taken[outgoing.id] = Taken(asked=asked, counted=counted, month_before=before)
        return taken

    def heard(self, channel: str, scope: str) -> None:
        """Counts a message that came in, where the platform counts both ways."""
        bucket = self._both_ways.get((channel, scope))
        if bucket is not None:
            self._counting.note(bucket, messages=1, now_ms=self._clock.now_ms())

    async def settle(self, outgoing: Outgoing, state: str) -> None:
        """Is told what became of a send: what surely did not happen is given back. Raises StoreDown."""
        taken = self._taken.pop(outgoing.id, None)
        if taken is not None and state in NOT_SENT:
            await self._counting.give_back(taken.asked, taken.counted)

    async def prune(self) -> int:
        """Forgets what was last counted more than two months ago."""
        return await self._counting.prune(before_ms=self._clock.now_ms() - 62 * DAY_MS)

    def _bucket(self, outgoing: Outgoing, pace: Pace) -> Bucket:
        key = outgoing.address.key
        if pace.scope != "account":
            address_id = outgoing.address.id
            return Bucket(f"{pace.key}:{address_id}", pace.interval_us, pace.burst, pace.pauses, address_id)
        bucket = Bucket(f"{pace.key}:{key.channel}:{key.scope}", pace.interval_us, pace.burst)
        if pace.both_ways:
            self._both_ways[key.channel, key.scope] = bucket
        return bucket

    def _remember(self, month: str, number: int) -> None:
        if month not in self._months and len(self._months) >= PLANS_KEPT_MAX:
            self._months.clear()
        self._months[month] = max(number, self._months.get(month, 0))


def _planned(applicable: Applicable, deployment: Deployment) -> _Plan:
    paces = [(one, found) for one in applicable.rules if one.rule.effect == "limit" and (found := paces_of(one.rule, deployment))]
    free = [
        int(one.rule.predicate["service_free_per_number_per_month"])
        for one in applicable.rules
        if "service_free_per_number_per_month" in one.rule.predicate
    ]
    return _Plan(applicable=applicable, paces=tuple(paces), free_a_month=min(free, default=None))


def _month(outgoing: Outgoing, party: Party, *, now_ms: int) -> str:
    year, month = month_of(now_ms, party.deployment.zone)
    return f"month:{outgoing.address.key.channel}:{outgoing.address.key.scope}:{year}-{month:02d}"
