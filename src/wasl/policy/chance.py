"""Chance: draws made from one uniform generator alone, so that a figure can be drawn again anywhere from the seed it was made with.

Python promises the same sequence of `random.Random(seed).random()` in every version; its other methods it may change. So only that
one is asked for, and everything else is made from it here.
"""

from collections.abc import Callable, Iterator
from math import cos, exp, log, log1p, pi, sqrt

Uniform = Callable[[], float]
"""Gives a number in [0, 1), another one each time."""

_DENSE = 0.3


def normal(uniform: Uniform) -> float:
    """Draws from the normal distribution of mean 0 and deviation 1 (Box and Muller's way)."""
    return sqrt(-2.0 * log(1.0 - uniform())) * cos(2.0 * pi * uniform())


def gamma(uniform: Uniform, shape: float) -> float:
    """Draws from the gamma distribution of scale 1 (Marsaglia and Tsang's way). `shape` is above 0."""
    if shape < 1.0:
        return gamma(uniform, shape + 1.0) * exp(log(1.0 - uniform()) / shape)
    d = shape - 1.0 / 3.0
    c = 1.0 / sqrt(9.0 * d)
    while True:
        x = normal(uniform)
        v = (1.0 + c * x) ** 3
        if v > 0.0 and log(1.0 - uniform()) < 0.5 * x * x + d - d * v + d * log(v):
            return d * v


def beta(uniform: Uniform, a: float, b: float) -> float:
    """Draws from the beta distribution."""
    one, other = gamma(uniform, a), gamma(uniform, b)
    return one / (one + other) if one + other > 0.0 else a / (a + b)


def hits(uniform: Uniform, count: int, rate: float) -> Iterator[int]:
    """Gives the places below `count` that are hit when each is hit with the same chance; rare hits are found without a look at all."""
    if rate <= 0.0:
        return
    if rate >= _DENSE:
        for place in range(count):
            if uniform() < rate:
                yield place
        return
    scale = 1.0 / log1p(-rate)
    place = int(log(1.0 - uniform()) * scale)
    while place < count:
        yield place
        place += 1 + int(log(1.0 - uniform()) * scale)
