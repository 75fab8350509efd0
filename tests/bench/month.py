"""How often the month's interval holds the true share: simulated months with heavy-tailed use and a classifier that errs.

    python -m tests.bench.month [--months 300]

Prints the table of coverage, bias and width, the raw share with Wilson's interval beside it. The classifier errs as in the design's table:
it finds 90 % of what is general and takes 3 % of the rest for it. In the "telling" rows a wrong score is usually near the border; in the
"blind" ones it says nothing about how sure it is, which is the worst case for an audit that is stratified on it. In the "uneven" ones
people differ so much that a few who write most decide the month: they are printed without a bar, as what the interval cannot promise.
"""

import argparse
import random
import sys
import time
from collections.abc import Sequence
from math import sqrt
from statistics import NormalDist
from typing import Final, NamedTuple

from tests.bench import figures as kept_figures

from wasl.domain.ids import PersonId, TurnId
from wasl.domain.purpose import PurposeLabel, PurposeRating, PurposeRecord
from wasl.policy.audit import SIDES, draw_sample, is_flagged, rated
from wasl.policy.estimate import estimate
from wasl.policy.month import asked_items

PEOPLE: Final = 1_500
FOUND: Final = 0.90
WRONGLY_FLAGGED: Final = 0.03
DEVIATION: Final = 2.0
DAY_MS: Final = 86_400_000
ALIKE: Final = 12.0
"""How alike people are: the weight of the beta distribution from which each one's leaning comes."""
UNEVEN: Final = 4.0
SHARES: Final = (0.01, 0.04, 0.15)
BARS: Final = {0.01: 2.8, 0.04: 3.4, 0.15: 5.5}
"""Widest mean interval, percentage points; the design's table gives 2.0, 2.8 and 5.0."""


class Month(NamedTuple):
    """A simulated month, and which of its turns were really general."""

    records: list[PurposeRecord]
    general: dict[TurnId, bool]


class Row(NamedTuple):
    """What came of many months of one share."""

    share: float
    coverage: float
    bias: float
    width: float
    raw_coverage: float
    raw_bias: float
    turns: float


def simulate(seed: int, *, share: float, people: int = PEOPLE, telling: bool = True, days: int = 28, alike: float = ALIKE) -> Month:
    """Makes a month: few people write much, everybody has their own leaning, and the classifier errs."""
    chance = random.Random(seed)
    normal = NormalDist()
    general_at, business_at = normal.inv_cdf(1 - FOUND) * DEVIATION, -normal.inv_cdf(WRONGLY_FLAGGED) * DEVIATION
    records: list[PurposeRecord] = []
    general: dict[TurnId, bool] = {}
    for person in range(people):
        leaning = chance.betavariate(share * alike, (1 - share) * alike)
        for place in range(max(1, min(200, int(chance.paretovariate(1.3) * 1.7)))):
            is_general = chance.random() < leaning
            if telling:
                odds = chance.gauss(general_at if is_general else business_at, DEVIATION)
            else:
                flagged = chance.random() < (FOUND if is_general else WRONGLY_FLAGGED)
                odds = abs(chance.gauss(2.5, DEVIATION)) * (-1 if flagged else 1)
            turn = TurnId(f"{seed}-{len(records):06d}")
            label: PurposeLabel = "general" if odds < -1 else "business" if odds > 1 else "uncertain"
            general[turn] = is_general
            records.append(
                PurposeRecord(
                    turn_id=turn,
                    conversation_id=None,
                    person_id=PersonId(str(person)),
                    channel="shop",
                    at_ms=chance.randrange(days * DAY_MS),
                    episode=TurnId(f"{person}-{place // 6}"),
                    episode_at_ms=0,
                    label=label,
                    odds=odds,
                    served="answered",
                    mode="watch",
                    input_tokens=20,
                    output_tokens=int(chance.expovariate(1 / 60)) + (150 if is_general else 20),
                )
            )
    return Month(records, general)


def look_at(month: Month, *, seed: bytes) -> list[PurposeRating]:
    """Rates the audit's sample as it really was; the turns for two are rated by two."""
    ratings = []
    for one in draw_sample(month.records, seed=seed):
        label: PurposeLabel = "general" if month.general[one.turn_id] else "business"
        for rater in ("one", "two")[: 2 if one.twice else 1]:
            ratings.append(PurposeRating(id=f"{one.turn_id}{rater}", turn_id=one.turn_id, rater=rater, label=label, at_ms=0))
    return ratings


def wilson(hits: int, count: int) -> tuple[float, float]:
    """Gives Wilson's interval of a share, as a raw figure would be published."""
    z, share = 1.96, hits / count
    middle, half = share + z * z / (2 * count), z * sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return (middle - half) / (1 + z * z / count), (middle + half) / (1 + z * z / count)


def run(share: float, *, months: int, telling: bool, draws: int = 300, people: int = PEOPLE, alike: float = ALIKE) -> Row:
    """Simulates months of one share and counts how often the interval holds it."""
    held = raw_held = turns = 0
    bias = width = raw_bias = 0.0
    for number in range(months):
        seed = number * 1_009 + round(share * 10_000) + (0 if telling else 500_000)
        month = simulate(seed, share=share, people=people, telling=telling, alike=alike)
        said = rated(look_at(month, seed=str(seed).encode()))
        found = estimate(asked_items(month.records, said), sides=SIDES, uniform=random.Random(seed).random, draws=draws).turns
        flagged = sum(is_flagged(record) for record in month.records)
        low, high = wilson(flagged, len(month.records))
        held += found.low <= share <= found.high
        raw_held += low <= share <= high
        bias += found.share - share
        raw_bias += flagged / len(month.records) - share
        width += found.high - found.low
        turns += len(month.records)
    return Row(share, held / months, bias / months, width / months, raw_held / months, raw_bias / months, turns / months)


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the table; 1 when an interval holds the truth less often than in nine of ten months, or is too wide to be of use."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--months", type=int, default=300, help="simulated months of each row")
    months = parser.parse_args(arguments).months
    began = time.process_time()
    figures: dict[str, float] = {"months": months}
    good = True
    print("score    true   covers  bias pp  width pp   raw covers  raw bias pp    turns")
    for kind, telling, alike in (("telling", True, ALIKE), ("blind", False, ALIKE), ("uneven", True, UNEVEN)):
        for share in SHARES:
            row = run(share, months=months, telling=telling, alike=alike)
            print(
                f"{kind:8} {share:4.0%} {row.coverage:8.1%} {100 * row.bias:+8.2f} {100 * row.width:9.2f} {row.raw_coverage:12.1%}"
                f" {100 * row.raw_bias:+12.2f} {row.turns:8.0f}",
                flush=True,
            )
            name = f"month_{kind}_{share * 100:.0f}pct"
            figures |= {f"{name}_coverage": round(row.coverage, 4), f"{name}_width_pp": round(100 * row.width, 2)}
            good = good and (kind == "uneven" or (row.coverage >= 0.9 and 100 * row.width <= BARS[share]))
    kept_figures.write("eval-month", figures)
    print(f"{time.process_time() - began:.0f} s CPU; " + ("kept" if good else "NOT kept: coverage of 90 %, or the width"))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
