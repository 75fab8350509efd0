"""Month: the figure an operator can defend. What share of a month was general, as asked and as served, with its interval.

Asked is what people wanted; served is what the assistant answered in substance: general turns that were redirected or refused were only
asked. A raw share of the classifier is never given: without an audit there is no share, and below 200 turns there are too few to tell.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, Literal, NamedTuple

from wasl.domain.ids import TurnId
from wasl.domain.purpose import PurposeRating, PurposeRecord
from wasl.policy.audit import LOOKED_LEAST, SIDES, STRATA, Agreement, Looked, Rated, agreement, is_counted, rated, stratum_of
from wasl.policy.chance import Uniform
from wasl.policy.estimate import DRAWS, Item, Rate, Shares, estimate, rates_of
from wasl.policy.trend import Week

TURNS_LEAST: Final = 200
"""Below, a month has too few turns to tell."""
GREEN_TURNS: Final = 0.02
GREEN_TOKENS: Final = 0.05
AMBER: Final = 0.10
"""Upper bounds of the general share that was served. They are ours: no platform's terms name a number."""
WEEK_DRAWS: Final = 200
METHOD: Final = "1"
"""Changes whenever the same records would give another figure."""

Light = Literal["green", "amber", "red", "too few", "not audited"]


class Audited(NamedTuple):
    """A row of the audit's table: turns of a stratum, how many were drawn and looked at, what was general, and the rate that follows."""

    stratum: str
    turns: int
    drawn: int
    looked: int
    general: float
    rate: float


class Versions(NamedTuple):
    """What the month was judged with."""

    scope: str
    classifier: str
    band_low: float
    band_high: float
    mode: str
    turns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A month of one channel. Shares are None where they may not be published; `light` says why."""

    channel: str
    month: str
    since_ms: int
    until_ms: int
    turns: int
    neutral: int
    uncertain: int
    people: int
    asked: Shares | None
    served: Shares | None
    light: Light
    counts: Mapping[str, int]
    audit: tuple[Audited, ...]
    neutral_looked: int
    neutral_other: int
    sensitivity: float | None
    specificity: float | None
    agreement: Agreement
    weeks: tuple[Week, ...]
    versions: tuple[Versions, ...]
    redirects_sent: int = 0
    redirects_followed: int = 0
    method: str = METHOD

    @property
    def business(self) -> tuple[float, float, float] | None:
        """The headline: the share of answered turns that were business, with its interval."""
        if self.served is None:
            return None
        general = self.served.turns
        return 1.0 - general.share, 1.0 - general.high, 1.0 - general.low


def figure_of(
    records: Sequence[PurposeRecord],
    ratings: Iterable[PurposeRating],
    *,
    channel: str,
    month: str,
    since_ms: int,
    until_ms: int,
    weeks: Sequence[int],
    sample: Sequence[Looked],
    uniform: Callable[[], float],
    draws: int = DRAWS,
) -> Figure:
    """Makes the figure of a month. `records` may begin before it, for the first of `weeks` (when each begins, the last one the end of
    them all); `sample` is what `draw_sample` drew of the month's own."""
    ratings = list(ratings)
    said = rated(ratings)
    own = [record for record in records if since_ms <= record.at_ms < until_ms]
    counted = [record for record in own if is_counted(record)]
    asked, served = asked_items(counted, said), served_items(counted, said)
    rates = rates_of(asked, sides=SIDES)
    of_served = rates_of(served, sides=SIDES)
    enough = _is_audited(rates)
    tells = len(counted) >= TURNS_LEAST
    publish = tells and enough
    of_weeks = _weeks(records, said, weeks=weeks, rates=of_served, uniform=uniform) if publish else ()
    in_neutral = [said[one.turn_id] for one in sample if one.stratum == "neutral" and one.turn_id in said]
    figure = Figure(
        channel=channel,
        month=month,
        since_ms=since_ms,
        until_ms=until_ms,
        turns=len(counted),
        neutral=len(own) - len(counted),
        uncertain=sum(record.label == "uncertain" for record in counted),
        people=len({record.person_id for record in counted}),
        asked=estimate(asked, sides=SIDES, uniform=uniform, draws=draws) if publish else None,
        served=estimate(served, sides=SIDES, uniform=uniform, draws=draws) if publish else None,
        light="green",
        counts=Counter(f"{record.label} {record.served}" for record in own),
        audit=_audited(rates, drawn=Counter(one.stratum for one in sample)),
        neutral_looked=len(in_neutral),
        neutral_other=sum(bool(one.general) for one in in_neutral),
        sensitivity=_part(rates, side="flagged", general=True) if publish else None,
        specificity=_part(rates, side="other", general=False) if publish else None,
        agreement=agreement(ratings),
        weeks=of_weeks,
        versions=_versions(own),
    )
    return replace(figure, light=light_of(figure, tells=tells))


def light_of(figure: Figure, *, tells: bool) -> Light:
    """Gives the traffic light, by the upper bounds of what was served."""
    if not tells:
        return "too few"
    if figure.served is None:
        return "not audited"
    turns, tokens = figure.served.turns.high, figure.served.tokens.high
    if max(turns, tokens) > AMBER or any(week.people_general > week.people_business for week in figure.weeks):
        return "red"
    return "green" if turns <= GREEN_TURNS and tokens <= GREEN_TOKENS else "amber"


def asked_items(records: Iterable[PurposeRecord], said: Mapping[TurnId, Rated]) -> list[Item]:
    """Gives the turns by what was asked; what raters found to be about nothing leaves the denominator."""
    items = []
    for record in records:
        told = said.get(record.turn_id)
        if told is None or told.general is not None:
            value = None if told is None else told.general
            items.append(Item(record.person_id, record.episode, stratum_of(record), record.input_tokens, value))
    return items


def served_items(records: Iterable[PurposeRecord], said: Mapping[TurnId, Rated]) -> list[Item]:
    """Gives the turns that the assistant answered in substance. Of a part that was answered only a rater's "general" speaks against it."""
    items = []
    for record in records:
        told = said.get(record.turn_id)
        if record.served not in ("answered", "part") or (told is not None and told.general is None):
            continue
        value = None if told is None else told.only_part if record.served == "part" else told.general
        items.append(Item(record.person_id, record.episode, stratum_of(record), record.output_tokens, value))
    return items


def _is_audited(rates: Sequence[Rate]) -> bool:
    for side in set(SIDES):
        some = [rate for rate, of in zip(rates, SIDES, strict=True) if of == side]
        if sum(rate.looked for rate in some) < min(LOOKED_LEAST, sum(rate.turns for rate in some)):
            return False
    return True


def _audited(rates: Sequence[Rate], *, drawn: Mapping[str, int]) -> tuple[Audited, ...]:
    return tuple(
        Audited(name, rate.turns, drawn.get(name, 0), rate.looked, rate.general, rate.mean)
        for name, rate in zip(STRATA, rates, strict=True)
    )


def _part(rates: Sequence[Rate], *, side: str, general: bool) -> float | None:
    """Gives the share of general (or business) turns that lie on a side: the classifier's measured sensitivity and specificity."""
    lie = {True: 0.0, False: 0.0}
    for rate, of in zip(rates, SIDES, strict=True):
        lie[of == side] += rate.turns * (rate.mean if general else 1.0 - rate.mean) if rate.turns else 0.0
    return lie[True] / sum(lie.values()) if sum(lie.values()) > 0 else None


def _weeks(
    records: Sequence[PurposeRecord], said: Mapping[TurnId, Rated], *, weeks: Sequence[int], rates: Sequence[Rate], uniform: Uniform
) -> tuple[Week, ...]:
    found = []
    for starts, ends in pairwise(weeks):
        own = [record for record in records if starts <= record.at_ms < ends and is_counted(record)]
        items = served_items(own, said)
        if items:
            shares = estimate(items, sides=SIDES, uniform=uniform, draws=WEEK_DRAWS, rates=rates)
            general = shares.people.share * shares.counted_people
            turns = shares.turns
            found.append(Week(starts, len(items), turns.share, turns.low, turns.high, general, shares.counted_people - general))
    return tuple(found)


def _versions(records: Iterable[PurposeRecord]) -> tuple[Versions, ...]:
    seen = Counter((r.scope_version, r.classifier_version, r.band_low, r.band_high, str(r.mode)) for r in records)
    return tuple(Versions(*key, turns) for key, turns in sorted(seen.items()))
