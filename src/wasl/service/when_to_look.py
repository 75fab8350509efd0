"""When to look: the time of the next look at a document, spread by chance so that no server is asked on the hour."""

from dataclasses import replace
from typing import Final

from wasl.domain.days import day_at
from wasl.domain.terms import Change, Watched
from wasl.ports.clock import Clock
from wasl.terms.declaration import DAYS_BEFORE_DATE, EVERY_HOURS_BEFORE_DATE, Declaration

HOUR_MS: Final = 3_600_000
TWICE_APART_MS: Final = HOUR_MS
"""A new state is a version once it was seen twice, this far apart."""


def next_look(declaration: Declaration, stands: Watched, *, change: Change | None, clock: Clock, soon: bool = False) -> Watched:
    """Sets when a document is looked at next: in an hour for a state seen once, more often before an announced day."""
    now, hours = clock.now_ms(), declaration.every_hours
    if soon:
        return replace(stands, next_ms=now + TWICE_APART_MS + int(clock.random() * HOUR_MS / 4))
    days = [one.day for one in change.judgement.dates if one.day is not None] if change else []
    if any(0 <= (day - day_at(now)).days <= DAYS_BEFORE_DATE for day in days):
        hours = min(hours, EVERY_HOURS_BEFORE_DATE)
    return replace(stands, next_ms=now + spread(int(hours * HOUR_MS), clock=clock))


def spread(wait_ms: int, *, clock: Clock) -> int:
    """Makes a wait up to a twentieth shorter or longer."""
    return int(wait_ms * (0.95 + 0.1 * clock.random()))
