"""Circuit breaker: a candidate that fails again and again is left alone, then probed by one call at a time.

Pure: a frozen state, the time (monotonic seconds) passed in, a new state given back.
"""

from dataclasses import replace
from typing import Literal

from wasl.domain.value import value

FAILURES_TO_OPEN = 4
"""Failures in a row."""
OPEN_SECONDS_FIRST = 5.0
OPEN_SECONDS_MAX = 60.0
"""The time without probes doubles with each opening, up to here, so that a flapping candidate costs ever fewer people a wait."""
GOOD_TO_FORGET = 5
"""Good answers in a row after which earlier openings are forgotten."""
PROBE_SECONDS_MAX = 120.0
"""A probe of which nothing was heard for so long no longer bars the next one."""
PROBE_LOOK_SECONDS = 0.5
"""While a probe is under way its end is near, and unknown: look again so soon."""

BreakerState = Literal["closed", "open", "half-open"]


@value(frozen=True, slots=True, kw_only=True)
class Breaker:
    """What is known of one candidate. Times in monotonic seconds."""

    failures: int = 0
    good: int = 0
    openings: int = 0
    open_until: float | None = None
    probing_since: float | None = None


CLOSED = Breaker()


def state(breaker: Breaker, *, now: float) -> BreakerState:
    """Names the state at a time."""
    if breaker.open_until is None:
        return "closed"
    return "open" if now < breaker.open_until else "half-open"


def may_ask(breaker: Breaker, *, now: float) -> bool:
    """Says whether a call may start now: always when closed, one probe at a time when half-open."""
    if breaker.open_until is None:
        return True
    if now < breaker.open_until:
        return False
    return breaker.probing_since is None or now - breaker.probing_since >= PROBE_SECONDS_MAX


def opens_at(breaker: Breaker, *, now: float) -> float:
    """Gives the earliest time at which a call may start; while a probe is under way, the time to look again."""
    if breaker.open_until is None or may_ask(breaker, now=now):
        return now
    return breaker.open_until if now < breaker.open_until else now + PROBE_LOOK_SECONDS


def started(breaker: Breaker, *, now: float) -> Breaker:
    """Notes that a call starts; when half-open it is the probe. A retry that was under way when it opened is none."""
    return replace(breaker, probing_since=now) if state(breaker, now=now) == "half-open" else breaker


def abandoned(breaker: Breaker) -> Breaker:
    """Notes that a call ended without telling anything (it was cancelled, or the fault was the prompt's)."""
    return breaker if breaker.probing_since is None else replace(breaker, probing_since=None)


def succeeded(breaker: Breaker) -> Breaker:
    """Notes a good answer: closes."""
    good = min(breaker.good + 1, GOOD_TO_FORGET)
    return Breaker(good=good, openings=0 if good == GOOD_TO_FORGET else breaker.openings)


def failed(breaker: Breaker, *, now: float, jitter: float, at_once: bool = False) -> Breaker:
    """Notes a failure; opens after FAILURES_TO_OPEN in a row, after a failed probe, or `at_once`.

    `jitter` from 0 to 1 spreads the end of the pause by up to a fifth, so that many processes do not probe together.
    """
    if breaker.open_until is not None and now < breaker.open_until:
        return replace(breaker, good=0)
    failures = breaker.failures + 1
    probe_failed = breaker.open_until is not None
    if not (at_once or probe_failed or failures >= FAILURES_TO_OPEN):
        return replace(breaker, failures=failures, good=0)
    pause = OPEN_SECONDS_MAX if at_once else min(OPEN_SECONDS_MAX, OPEN_SECONDS_FIRST * 2 ** min(breaker.openings, 10))
    return Breaker(openings=breaker.openings + 1, open_until=now + pause * (1 + jitter / 5))
