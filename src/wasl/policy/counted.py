"""Counted: which limits of a rulebook are kept by counting, as paces that hold in every window of time, wherever it begins."""

from typing import Any, Final, Literal, NamedTuple

from wasl.domain.days import DAY_MS
from wasl.policy.act import Counters, Deployment
from wasl.policy.rule import Rule
from wasl.policy.situation import HOUR_MS, SECOND_MS

Scope = Literal["account", "chat", "group", "person", "circle"]


class Counts(NamedTuple):
    """How one key of a limit is counted: of what, in which window, and which counter tells the rules that it is full."""

    scope: Scope
    window_ms: int
    counter: str


KEYS: Final = {
    "rate_per_second": Counts("account", SECOND_MS, "last_second"),
    "rate_per_second_chat": Counts("chat", SECOND_MS, "to_chat_last_second"),
    "rate_per_minute_group": Counts("group", 60 * SECOND_MS, "to_chat_last_minute"),
    "rate_per_hour_chat": Counts("chat", HOUR_MS, "to_chat_last_hour"),
    "pair_seconds_per_message": Counts("person", 0, "to_person_6s"),
    "unique_recipients_per_24h": Counts("circle", DAY_MS, "unique_24h"),
}
"""Limits that are counted. Calls and single endpoints are not made by this product."""
BOTH_WAYS: Final = "inbound and outbound"
FULL: Final = 1 << 40
"""A count beyond every limit."""


class Pace(NamedTuple):
    """A counted limit: so many at once, then one every `interval_us`; `both_ways` where what comes in counts, too."""

    rule: str
    key: str
    scope: Scope
    most: int
    window_ms: int
    interval_us: int
    burst: int
    both_ways: bool = False
    pauses: bool = False

    def full(self) -> Counters:
        """Gives counters that say that this limit is reached, and nothing else."""
        reached: dict[str, Any] = {KEYS[self.key].counter: FULL if self.scope != "person" else self.burst}
        return Counters(**reached)


def paces_of(rule: Rule, deployment: Deployment) -> tuple[Pace, ...]:
    """Gives the counted limits of a rule, for one account."""
    return tuple(_pace(rule, key, deployment) for key in rule.predicate if key in KEYS)


def _pace(rule: Rule, key: str, deployment: Deployment) -> Pace:
    predicate, (scope, window_ms, _) = rule.predicate, KEYS[key]
    if scope == "person":
        return Pace(rule.id, key, scope, 0, 0, predicate[key] * SECOND_MS * 1000, int(predicate.get("burst", 1)), pauses=True)
    if scope == "circle":
        lowest = min(tier for tier in predicate[key] if isinstance(tier, int))
        most = lowest if deployment.unique_recipients_max is None else deployment.unique_recipients_max
        return Pace(rule.id, key, scope, most, window_ms, 0, 0)
    most = int(predicate[key])
    if deployment.throughput != "standard":
        most = int(predicate.get(f"{key}_{deployment.throughput}", most))
    if deployment.rate_per_second is not None and f"{key}_upgraded" in predicate:
        most = deployment.rate_per_second
    burst = max(1, most // 8)
    # In any window there are at most burst + window / interval - 1 = most of them, wherever it begins.
    interval_us = -(-window_ms * 1000 // (most - burst + 1))
    return Pace(rule.id, key, scope, most, window_ms, interval_us, burst, both_ways=predicate.get("counts") == BOTH_WAYS)
