"""Estimate: which share of turns, people, episodes and tokens was general, from what a classifier said and what people looked at.

A raw share of a classifier is biased: with a rare class most of what it flags is wrong. So the share is estimated from an audit that
is stratified on the score: the share of each stratum, times the rate that raters found there, with half a count added for what an
audit that found nothing may have missed. Uncertainty has two sources, and both are drawn together: what the audit did not look at
(posteriors of its rates) and who happened to write (the bootstrap is over people, because the turns of one person hang together).
Turns that were looked at count as what they are. Purely computed: randomness comes in as a generator.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final, NamedTuple

from wasl.policy.chance import Uniform, beta, hits, normal

DRAWS: Final = 500
LEVEL: Final = 0.95
HALF_COUNT: Final = 0.5
"""Added to what an audit of one side (flagged, not flagged) found, and shared by its strata."""
LENGTHEN_MAX: Final = 20.0

_WIDTH = 48
_MASK = (1 << _WIDTH) - 1


class Item(NamedTuple):
    """One turn of the denominator. `stratum` is its place in the list of sides; `value` is how much of it was general (0, ½ or 1) where
    it was looked at, None where it was not."""

    person: str
    episode: str
    stratum: int
    tokens: int
    value: float | None = None


class Interval(NamedTuple):
    """An estimated share with its interval, each 0 to 1."""

    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """The general share by every unit. `people` are those most of whose turns were general, `people_any` those with any general turn."""

    counted_turns: int
    counted_people: int
    counted_episodes: int
    counted_tokens: int
    turns: Interval
    people: Interval
    people_any: Interval
    episodes: Interval
    tokens: Interval


class Rate(NamedTuple):
    """What the audit of one stratum found: `general` of `looked` (mixed ones by half), with the half-count that is added."""

    turns: int
    looked: int
    general: float
    added: float

    @property
    def mean(self) -> float:
        """The estimated rate among those that were not looked at."""
        return (self.general + self.added) / (self.looked + 2 * self.added)

    def draw(self, uniform: Uniform) -> float:
        """Draws the rate from its posterior."""
        return beta(uniform, self.general + self.added, self.looked - self.general + self.added)


def estimate(
    items: Sequence[Item], *, sides: Sequence[str], uniform: Uniform, draws: int = DRAWS, rates: Sequence[Rate] | None = None
) -> Shares:
    """Estimates the general shares of items. `sides` names the side of each stratum; strata of one side share a half-count. `rates` are
    those of a larger audit, for a part of its time; left out, they come from the items themselves."""
    field = _Field(items, rates=rates_of(items, sides=sides) if rates is None else rates, sides=sides)
    drawn = [field.draw(uniform) for _ in range(draws)] if items else []
    columns = list(zip(*drawn, strict=True)) if drawn else [(0.0,)] * 5
    turns, people, people_any, episodes, tokens = (sorted(column) for column in columns)
    other = sorted(field.draw_turns(uniform) for _ in range(draws)) if items else [0.0]
    one, two = _between(turns), _between(other)
    counted = field.counted
    return Shares(
        counted_turns=len(items),
        counted_people=counted[0],
        counted_episodes=counted[1],
        counted_tokens=counted[2],
        turns=Interval(field.mean_turns(), min(one.low, two.low), max(one.high, two.high)),
        people=_between(people),
        people_any=_between(people_any),
        episodes=_between(episodes),
        tokens=_between(tokens),
    )


def rates_of(items: Sequence[Item], *, sides: Sequence[str]) -> tuple[Rate, ...]:
    """Gives what the audit found in every stratum."""
    turns, looked, general = [0] * len(sides), [0] * len(sides), [0.0] * len(sides)
    for item in items:
        turns[item.stratum] += 1
        if item.value is not None:
            looked[item.stratum] += 1
            general[item.stratum] += item.value
    used = Counter(side for place, side in enumerate(sides) if turns[place])
    return tuple(Rate(turns[s], looked[s], general[s], HALF_COUNT / max(1, used[side])) for s, side in enumerate(sides))


def _between(drawn: Sequence[float]) -> Interval:
    """Gives mean and quantiles of sorted draws."""
    cut = (1.0 - LEVEL) / 2.0
    last = len(drawn) - 1
    return Interval(sum(drawn) / len(drawn), drawn[int(cut * last)], drawn[min(last, int((1.0 - cut) * last) + 1)])


class _Field:
    """Items, made ready for drawing: people and episodes are numbers, what a draw sums is packed into one integer per person."""

    def __init__(self, items: Sequence[Item], *, rates: Sequence[Rate], sides: Sequence[str]) -> None:
        people: dict[str, int] = {}
        episodes: dict[tuple[int, str], int] = {}
        self.rates = rates
        self._sides = sides
        self._of_person: list[int] = []
        self._turns_of_person: list[int] = []
        self._turns_of_episode: list[int] = []
        self._person_of_episode: list[int] = []
        self._open: list[list[tuple[int, int, int]]] = [[] for _ in rates]
        self._known: list[tuple[int, int, int, float]] = []
        for item in items:
            person = people.setdefault(item.person, len(people))
            if person == len(self._of_person):
                self._of_person.append(0)
                self._turns_of_person.append(0)
            episode = episodes.setdefault((person, item.episode), len(episodes))
            if episode == len(self._turns_of_episode):
                self._turns_of_episode.append(0)
                self._person_of_episode.append(person)
                self._of_person[person] += 1 << _WIDTH
            self._turns_of_person[person] += 1
            self._turns_of_episode[episode] += 1
            self._of_person[person] += 1 + (item.tokens << (2 * _WIDTH))
            if item.value is None:
                self._open[item.stratum].append((person, episode, item.tokens))
            elif item.value > 0:
                self._known.append((person, episode, item.tokens, item.value))
        self._turns = len(items)
        self._longer = _lengths(items, sides=sides)
        self.counted = (len(people), len(episodes), sum(item.tokens for item in items))

    def mean_turns(self) -> float:
        """Gives the share of turns: what was looked at as it is, the rest by the rates."""
        found = sum(value for *_, value in self._known) + sum(
            len(some) * rate.mean for some, rate in zip(self._open, self.rates, strict=True)
        )
        return found / self._turns if self._turns else 0.0

    def draw_turns(self, uniform: Uniform) -> float:
        """Draws the share of turns as if turns were independent of each other."""
        known = sum(value for *_, value in self._known)
        counts = [len(some) for some in self._open]
        looked = self._turns - sum(counts)
        drawn = [max(0.0, n + sqrt(n * (1.0 - n / self._turns)) * normal(uniform)) if n else 0.0 for n in counts]
        found = known + sum(n * rate.draw(uniform) for n, rate in zip(drawn, self.rates, strict=True) if n)
        return min(1.0, found / (looked + sum(drawn) or 1.0))

    def draw(self, uniform: Uniform) -> tuple[float, float, float, float, float]:
        """Draws people again, and what those turns were that nobody looked at; gives the shares by turns, people, any, episodes, tokens."""
        most = len(self._of_person)
        picks = [int(uniform() * most) for _ in range(most)]
        times = Counter(picks)
        packed = sum(map(self._of_person.__getitem__, picks))
        all_turns, all_episodes, all_tokens = packed & _MASK, (packed >> _WIDTH) & _MASK, packed >> (2 * _WIDTH)
        turns = tokens = 0.0
        by_person: dict[int, float] = defaultdict(float)
        by_episode: dict[int, float] = defaultdict(float)
        for person, episode, length, value in self._drawn(uniform):
            weight = times.get(person, 0) * value
            if weight:
                turns += weight
                tokens += weight * length
                by_person[person] += value
                by_episode[episode] += value
        people = sum(times.get(p, 0) for p, value in by_person.items() if 2 * value > self._turns_of_person[p])
        people_any = sum(times.get(p, 0) for p in by_person)
        episodes = sum(times.get(self._person_of_episode[e], 0) for e, value in by_episode.items() if 2 * value > self._turns_of_episode[e])
        return (
            turns / all_turns,
            people / most,
            people_any / most,
            episodes / all_episodes,
            min(1.0, tokens / all_tokens) if all_tokens else 0.0,
        )

    def _drawn(self, uniform: Uniform) -> Iterator[tuple[int, int, float, float]]:
        """Gives general turns: those that were found, and those that are drawn from what nobody looked at."""
        yield from self._known
        for some, rate, side in zip(self._open, self.rates, self._sides, strict=True):
            if some:
                longer = self._longer[side].draw(uniform)
                for place in hits(uniform, len(some), rate.draw(uniform)):
                    person, episode, length = some[place]
                    yield person, episode, length * longer, 1.0


@dataclass(frozen=True, slots=True)
class _Lengths:
    """How much longer general answers are than the others of their side, from those that were looked at."""

    general: tuple[int, ...]
    usual: float

    def draw(self, uniform: Uniform) -> float:
        """Draws the factor; never below one, as a short answer must not make the rest look small."""
        if not self.general or self.usual <= 0:
            return 1.0
        picked = [self.general[int(uniform() * len(self.general))] for _ in self.general]
        mean = (sum(picked) + 2 * self.usual) / (len(picked) + 2)
        return min(LENGTHEN_MAX, max(1.0, mean / self.usual))


def _lengths(items: Sequence[Item], *, sides: Sequence[str]) -> dict[str, _Lengths]:
    looked: dict[str, list[Item]] = {side: [] for side in sides}
    for item in items:
        if item.value is not None:
            looked[sides[item.stratum]].append(item)
    return {
        side: _Lengths(
            general=tuple(item.tokens for item in some if item.value),
            usual=sum(item.tokens for item in some) / len(some) if some else 0.0,
        )
        for side, some in looked.items()
    }
