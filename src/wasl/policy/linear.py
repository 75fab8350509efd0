"""Linear: logistic regression on named features, learnt by AdaGrad (Duchi, Hazan and Singer, 2011) in plain Python.

The same examples give the same weights: their order is shuffled by a generator of its own with a fixed beginning.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from wasl.policy.features import Features

ROUNDS: Final = 5
RATE: Final = 0.5
ERROR_MIN: Final = 0.02
"""Examples that are told apart better than this teach nothing more."""
WEIGHT_MIN: Final = 0.2
"""Smaller weights, a tenth of all, move no text by more than a hundredth or two, and are not kept."""
_ODDS_MAX: Final = 30.0
_FIRST: Final = 1e-4


class Example(NamedTuple):
    """What a text shows, whether it is of the class, and how much it counts."""

    features: Features
    is_of_class: bool
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Linear:
    """A learnt class. `odds` is the logarithm of the odds that a text is of it."""

    weights: Mapping[str, float]
    bias: float

    def odds(self, features: Features) -> float:
        """Gives the log-odds."""
        weights = self.weights
        return self.bias + sum(weights[name] * value for name, value in features.items() if name in weights)


def learn(examples: Iterable[Example], *, rounds: int = ROUNDS) -> Linear:
    """Learns a class from examples."""
    numbers: dict[str, int] = {}
    rows = [_Row(_by_value(features, numbers), is_of_class, weight) for features, is_of_class, weight in examples]
    weights = [0.0] * len(numbers)
    squares = [_FIRST] * len(numbers)
    weight_of = weights.__getitem__
    bias, bias_square = 0.0, _FIRST
    state = 1
    for _ in range(rounds):
        state = _shuffle(rows, state)
        for groups, is_of_class, weight in rows:
            odds = bias
            for value, places in groups:
                odds += value * sum(map(weight_of, places))
            error = (1 / (1 + math.exp(-max(-_ODDS_MAX, min(_ODDS_MAX, odds)))) - is_of_class) * weight
            if abs(error) < ERROR_MIN:
                continue
            bias_square += error * error
            bias -= RATE * error / math.sqrt(bias_square)
            for value, places in groups:
                step = error * value
                added, move = step * step, RATE * step
                for place in places:
                    squares[place] = square = squares[place] + added
                    weights[place] -= move / math.sqrt(square)
    return Linear(weights={name: weight for name, place in numbers.items() if abs(weight := weights[place]) >= WEIGHT_MIN}, bias=bias)


class _Row(NamedTuple):
    groups: tuple[tuple[float, tuple[int, ...]], ...]
    is_of_class: bool
    weight: float


def _by_value(features: Features, numbers: dict[str, int]) -> tuple[tuple[float, tuple[int, ...]], ...]:
    """Gives the places of features, those of one value together; a feature that is new gets the next place."""
    groups: dict[float, list[int]] = {}
    for name, value in features.items():
        groups.setdefault(value, []).append(numbers.setdefault(name, len(numbers)))
    return tuple((value, tuple(places)) for value, places in groups.items())


def _shuffle(rows: list[_Row], state: int) -> int:
    """Shuffles in place (Fisher and Yates) by a linear congruential generator (Knuth's MMIX constants)."""
    for last in range(len(rows) - 1, 0, -1):
        state = (state * 6364136223846793005 + 1442695040888963407) % (1 << 64)
        other = (state >> 33) % (last + 1)
        rows[last], rows[other] = rows[other], rows[last]
    return state
