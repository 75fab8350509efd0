"""Trend: weekly points of a share against what the eight weeks before would let one expect, and a sum that notices slow drifts.

The limits are those of a p-chart whose scatter is taken from the weeks themselves (Laney's p′-chart), because the turns of one person
hang together and weeks differ more than coins would. The sum is a one-sided CUSUM of the standardised weeks.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import sqrt
from typing import Final, NamedTuple

WEEKS_BEFORE: Final = 8
LIMIT_DEVIATIONS: Final = 3.0
CUSUM_SLACK: Final = 0.5
"""Deviations that a week may lie above without adding to the sum."""
CUSUM_ALARM: Final = 4.0
_RANGE_TO_DEVIATION: Final = 1.128


class Week(NamedTuple):
    """One week: when it begins, turns that count, the estimated general share with its interval, and who was mostly what."""

    starts_ms: int
    turns: int
    share: float
    low: float
    high: float
    people_general: float = 0.0
    people_business: float = 0.0


class Point(NamedTuple):
    """A week on the chart. Limits are None until enough weeks are known; `drift` is the running sum."""

    week: Week
    limit_low: float | None
    limit_high: float | None
    drift: float
    alarm: bool


def points(weeks: Sequence[Week]) -> list[Point]:
    """Puts weeks, oldest first, on the chart. Weeks without turns are left out."""
    known = [week for week in weeks if week.turns > 0]
    drawn: list[Point] = []
    drift = 0.0
    for place, week in enumerate(known):
        before = known[max(0, place - WEEKS_BEFORE) : place]
        if len(before) < WEEKS_BEFORE:
            drawn.append(Point(week, None, None, 0.0, False))
            continue
        centre = _centre(before)
        scatter = _scatter(before, centre=centre)
        deviation = scatter * sqrt(centre * (1.0 - centre) / week.turns)
        drift = max(0.0, drift + (week.share - centre) / deviation - CUSUM_SLACK)
        high = min(1.0, centre + LIMIT_DEVIATIONS * deviation)
        drawn.append(Point(week, max(0.0, centre - LIMIT_DEVIATIONS * deviation), high, drift, drift > CUSUM_ALARM or week.share > high))
    return drawn


def _centre(weeks: Sequence[Week]) -> float:
    """Gives the share of all weeks together, half a turn away from none and from all."""
    turns = sum(week.turns for week in weeks)
    general = sum(week.share * week.turns for week in weeks)
    return min(1.0 - 0.5 / turns, max(0.5 / turns, general / turns))


def _scatter(weeks: Sequence[Week], *, centre: float) -> float:
    """Gives how much more the weeks scatter than independent turns would; never less than they would."""
    scores = [(week.share - centre) / sqrt(centre * (1.0 - centre) / week.turns) for week in weeks]
    ranges = [abs(one - other) for one, other in pairwise(scores)]
    return max(1.0, sum(ranges) / len(ranges) / _RANGE_TO_DEVIATION)
