"""Draws are made from one uniform generator and have the moments that they should."""

import random
from statistics import mean, pstdev

import pytest

from wasl.policy.chance import beta, gamma, hits, normal


def test_normal_draws_have_mean_zero_and_deviation_one() -> None:
    uniform = random.Random(1).random
    drawn = [normal(uniform) for _ in range(20_000)]
    assert abs(mean(drawn)) < 0.03
    assert abs(pstdev(drawn) - 1) < 0.03


@pytest.mark.parametrize("shape", [0.25, 0.5, 1.0, 4.5, 150.0])
def test_gamma_draws_have_their_shape_as_mean_and_variance(shape: float) -> None:
    uniform = random.Random(2).random
    drawn = [gamma(uniform, shape) for _ in range(20_000)]
    assert mean(drawn) == pytest.approx(shape, rel=0.05)
    assert pstdev(drawn) ** 2 == pytest.approx(shape, rel=0.1)


@pytest.mark.parametrize(("a", "b"), [(0.5, 150.5), (0.17, 75.2), (30.0, 12.0)])
def test_beta_draws_have_the_mean_of_the_distribution(a: float, b: float) -> None:
    uniform = random.Random(3).random
    drawn = [beta(uniform, a, b) for _ in range(20_000)]
    assert mean(drawn) == pytest.approx(a / (a + b), rel=0.1)
    assert all(0 <= one <= 1 for one in drawn)


@pytest.mark.parametrize("rate", [0.0, 0.001, 0.05, 0.3, 0.9, 1.0])
def test_each_place_is_hit_as_often_as_the_rate_says_and_at_most_once(rate: float) -> None:
    uniform = random.Random(4).random
    found = [list(hits(uniform, 1_000, rate)) for _ in range(200)]
    assert all(one == sorted(set(one)) and all(0 <= place < 1_000 for place in one) for one in found)
    assert mean(len(one) for one in found) == pytest.approx(1_000 * rate, abs=1 + 0.03 * 1_000 * rate)


def test_the_same_seed_draws_the_same() -> None:
    assert [beta(random.Random(7).random, 2, 3) for _ in range(3)] == [beta(random.Random(7).random, 2, 3)] * 3
