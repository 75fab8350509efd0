"""Audit: which turns of a month people are to look at, and what comes of what they said.

The sample is drawn by a keyed hash of each turn's id, so the same month of the same installation always gives the same turns, and a
month that grows keeps those that it had. It is stratified on the score: where a mistake is likely more is looked at. Turns about which
a judge and the classifier disagreed are a stratum of their own: they come first in the queue, and an audit that is not finished yet is
nowhere biased by that.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final, NamedTuple

from wasl.domain.ids import TurnId
from wasl.domain.purpose import PurposeLabel, PurposeRating, PurposeRecord

NEAR: Final = 2.0
"""Log-odds below which a score says little."""
AUDIT_EACH: Final = 150
"""Turns of each side that are looked at in a month."""
AUDIT_OTHERS_SMALL: Final = 100
"""Of those not flagged, where there is little traffic: then every flagged turn is looked at, and so many others."""
SMALL_TURNS: Final = 2_000
AUDIT_NEUTRAL: Final = 20
"""Turns said to be neutral that are looked at, to show that nothing hides there."""
OVERLAP: Final = 50
"""Turns that two people look at, each for themselves."""
LOOKED_LEAST: Final = 50
"""Of each side, or all there are: with fewer no share is published."""

STRATA: Final = (
    "flagged part", "flagged disputed", "flagged near", "flagged far", "other disputed", "other near", "other far",
)  # fmt: skip
SIDES: Final = tuple(name.partition(" ")[0] for name in STRATA)
_SHARES: Final = (0.2, 0.2, 0.3, 0.3, 0.2, 0.4, 0.4)
"""How much of a side's sample each stratum gets; what one has not goes to the others."""


class Looked(NamedTuple):
    """One turn of the sample. `twice` says that a second person looks at it, too."""

    turn_id: TurnId
    stratum: str
    twice: bool


class Agreement(NamedTuple):
    """How far two raters agree on the turns that both read: Cohen's κ, None where it says nothing (too few, or one label only)."""

    turns: int
    same: int
    kappa: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """What the people who read a turn said together. `general` is 0, ½ or 1, their mean where they differ; None: about nothing."""

    labels: tuple[PurposeLabel, ...]
    general: float | None
    only_part: float | None


def is_flagged(record: PurposeRecord) -> bool:
    """Says whether a turn was taken for general, wholly or in part. What was too close to tell goes where its score leans."""
    return record.label in ("general", "mixed") or (record.label == "uncertain" and record.odds <= 0)


def is_counted(record: PurposeRecord) -> bool:
    """Says whether a turn is in the denominator: greetings, thanks and files without words are not."""
    return record.label != "neutral"


def stratum_of(record: PurposeRecord) -> int:
    """Gives the place of a turn's stratum in STRATA."""
    disputed = record.judge == "changed"
    if is_flagged(record):
        if record.served == "part":
            return 0
        return 1 if disputed else 2 if abs(record.odds) <= NEAR else 3
    near = record.odds <= NEAR or record.reply_label in ("general", "mixed")
    return 4 if disputed else 5 if near else 6


def draw_sample(records: Iterable[PurposeRecord], *, seed: bytes) -> tuple[Looked, ...]:
    """Draws the turns to look at, in the order in which they are shown. `seed` belongs to month and installation (up to 64 bytes)."""
    by_stratum: dict[int, list[tuple[bytes, TurnId]]] = defaultdict(list)
    neutral: list[tuple[bytes, TurnId]] = []
    counted = 0
    for record in records:
        row = (_place(record.turn_id, seed=seed), record.turn_id)
        if is_counted(record):
            counted += 1
            by_stratum[stratum_of(record)].append(row)
        else:
            neutral.append(row)
    chosen: list[tuple[int, bytes, TurnId]] = []
    for side in ("flagged", "other"):
        places = [place for place, name in enumerate(SIDES) if name == side]
        most = AUDIT_OTHERS_SMALL if side == "other" and counted < SMALL_TURNS else AUDIT_EACH
        for place, count in _allotted({place: len(by_stratum[place]) for place in places}, most=most).items():
            chosen += [(place, *row) for row in sorted(by_stratum[place])[:count]]
    twice = {turn for *_, turn in sorted(chosen, key=lambda row: row[1][::-1])[:OVERLAP]}
    chosen.sort(key=lambda row: ("disputed" not in STRATA[row[0]], row[1]))
    drawn = [Looked(turn, STRATA[place], turn in twice) for place, _, turn in chosen]
    return (*drawn, *(Looked(turn, "neutral", False) for _, turn in sorted(neutral)[:AUDIT_NEUTRAL]))


def open_for(sample: Sequence[Looked], ratings: Iterable[PurposeRating], *, rater: str) -> list[Looked]:
    """Gives what a rater is still to look at: nothing twice, and nothing that enough others have looked at."""
    raters: dict[TurnId, set[str]] = defaultdict(set)
    for rating in ratings:
        raters[rating.turn_id].add(rating.rater)
    return [one for one in sample if rater not in raters[one.turn_id] and len(raters[one.turn_id]) < (2 if one.twice else 1)]


def rated(ratings: Iterable[PurposeRating]) -> dict[TurnId, Rated]:
    """Puts together what was said about each turn; of one rater the last word counts."""
    found: dict[TurnId, Rated] = {}
    for turn, said in last_words(ratings).items():
        labels = tuple(label for _, label in sorted(said.items()))
        told = [label for label in labels if label in _GENERAL]
        found[turn] = Rated(
            labels=labels,
            general=sum(_GENERAL[label] for label in told) / len(told) if told else None,
            only_part=sum(label == "general" for label in told) / len(told) if told else None,
        )
    return found


_GENERAL: Final[Mapping[str, float]] = {"business": 0.0, "mixed": 0.5, "general": 1.0}


def last_words(ratings: Iterable[PurposeRating]) -> dict[TurnId, dict[str, PurposeLabel]]:
    """Gives the last word of each rater about each turn; ratings come oldest first."""
    said: dict[TurnId, dict[str, PurposeLabel]] = defaultdict(dict)
    for rating in ratings:
        said[rating.turn_id][rating.rater] = rating.label
    return said


def agreement(ratings: Iterable[PurposeRating]) -> Agreement:
    """Gives Cohen's κ of the two raters who have most turns in common."""
    said = last_words(ratings)
    pairs: Counter[tuple[str, str]] = Counter()
    for labels in said.values():
        names = sorted(labels)
        pairs.update((one, other) for place, one in enumerate(names) for other in names[place + 1 :])
    if not pairs:
        return Agreement(0, 0, None)
    (one, other), _ = min(pairs.items(), key=lambda pair: (-pair[1], pair[0]))
    both = [(labels[one], labels[other]) for labels in said.values() if one in labels and other in labels]
    same = sum(a == b for a, b in both)
    first, second = Counter(a for a, _ in both), Counter(b for _, b in both)
    by_chance = sum(first[label] * second[label] for label in first) / len(both) ** 2
    kappa = (same / len(both) - by_chance) / (1.0 - by_chance) if by_chance < 1.0 else None
    return Agreement(len(both), same, kappa)


def _place(turn_id: TurnId, *, seed: bytes) -> bytes:
    return blake2b(turn_id.encode(), key=seed[:64], digest_size=16).digest()


def _allotted(there: Mapping[int, int], *, most: int) -> dict[int, int]:
    """Shares a side's sample among its strata: by _SHARES, and again among those that have more until it is used up."""
    given = dict.fromkeys(there, 0)
    left = min(most, sum(there.values()))
    while left > 0:
        wanting = [place for place in there if given[place] < there[place]]
        whole = sum(_SHARES[place] for place in wanting)
        round_ = left
        for place in wanting:
            more = min(there[place] - given[place], left, max(1, int(round_ * _SHARES[place] / whole)))
            given[place] += more
            left -= more
    return given
