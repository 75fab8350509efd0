"""Shares are estimated from an audit, never read off the classifier, and the interval holds the truth as often as it says."""

import random

import pytest
from tests.bench.month import BARS, run

from wasl.policy.estimate import Item, estimate, rates_of

SIDES = ("flagged", "other")


def items(*rows: tuple[int, int, float | None]) -> list[Item]:
    """Makes so many items of a stratum with a value, each of a person of its own."""
    made: list[Item] = []
    for count, stratum, value in rows:
        made += [Item(f"p{len(made) + n}", "e", stratum, 50, value) for n in range(count)]
    return made


@pytest.mark.parametrize("share", [0.01, 0.04, 0.15])
def test_the_interval_holds_the_true_share_more_often_than_the_raw_one(share: float) -> None:
    row = run(share, months=16, telling=True, draws=120, people=900)
    assert row.coverage >= 14 / 16
    assert row.raw_coverage < row.coverage
    assert abs(row.bias) < abs(row.raw_bias) + 0.002
    assert 100 * row.width <= 1.4 * BARS[share]


def test_the_share_is_that_of_the_flagged_times_precision_and_of_the_others_times_the_miss_rate() -> None:
    some = items((40, 0, 1.0), (10, 0, 0.0), (50, 0, None), (2, 1, 1.0), (98, 1, 0.0), (800, 1, None))
    rates = rates_of(some, sides=SIDES)
    precision, missed = (40 + 0.5) / 51, (2 + 0.5) / 101
    assert (rates[0].mean, rates[1].mean) == (pytest.approx(precision), pytest.approx(missed))
    expected = (40 + 50 * precision + 2 + 800 * missed) / 1_000
    assert estimate(some, sides=SIDES, uniform=random.Random(1).random, draws=50).turns.share == pytest.approx(expected)


def test_what_was_looked_at_in_full_is_known_but_for_who_happened_to_write() -> None:
    some = items((50, 0, 1.0), (950, 1, 0.0))
    shares = estimate(some, sides=SIDES, uniform=random.Random(1).random, draws=200)
    assert shares.turns.share == 0.05
    assert shares.turns.low < 0.05 < shares.turns.high < 0.07


def test_an_audit_that_found_nothing_leaves_room_for_what_it_missed() -> None:
    shares = estimate(items((100, 1, 0.0), (9_900, 1, None)), sides=SIDES, uniform=random.Random(1).random, draws=300)
    assert 0 < shares.turns.share < 0.01
    assert shares.turns.high > 0.015


def test_people_who_write_much_widen_the_interval() -> None:
    alone = [Item(f"p{n}", "e", 0, 10, float(n % 10 == 0)) for n in range(1_000)]
    few = [Item(f"p{n // 100}", "e", 0, 10, float(n // 100 == 0)) for n in range(1_000)]
    narrow, wide = (estimate(one, sides=SIDES, uniform=random.Random(1).random, draws=300).turns for one in (alone, few))
    assert narrow.share == wide.share == 0.1
    assert wide.high - wide.low > 3 * (narrow.high - narrow.low)


def test_people_and_episodes_are_general_when_most_of_their_turns_are() -> None:
    some = [Item("a", "1", 0, 10, 1.0), Item("a", "2", 0, 10, 1.0), Item("a", "3", 0, 10, 0.0), Item("b", "1", 0, 10, 1.0)]
    some += [Item("b", "2", 0, 10, 0.0), Item("c", "1", 0, 10, 0.0)]
    many = [Item(f"{item.person}{n}", item.episode, item.stratum, item.tokens, item.value) for n in range(300) for item in some]
    shares = estimate(many, sides=SIDES, uniform=random.Random(1).random, draws=200)
    assert shares.people.share == pytest.approx(1 / 3, abs=0.02)
    assert shares.people_any.share == pytest.approx(2 / 3, abs=0.02)
    assert shares.episodes.share == pytest.approx(3 / 6, abs=0.02)
    assert (shares.counted_turns, shares.counted_people, shares.counted_episodes) == (1_800, 900, 1_800)


def test_tokens_know_that_general_answers_are_long() -> None:
    some = [Item(f"p{n}", "e", 0, 500 if n % 20 == 0 else 25, float(n % 20 == 0)) for n in range(2_000)]
    shares = estimate(some, sides=SIDES, uniform=random.Random(1).random, draws=200)
    assert shares.turns.share == pytest.approx(0.05)
    assert shares.tokens.share == pytest.approx(500 / (500 + 19 * 25), abs=0.02)


def test_missed_general_answers_count_with_the_length_that_found_ones_have() -> None:
    looked = [Item(f"p{n}", "e", 0, 500 if n < 10 else 25, float(n < 10)) for n in range(200)]
    rest = [Item(f"q{n}", "e", 0, 25, None) for n in range(1_000)]
    shares = estimate(looked + rest, sides=SIDES, uniform=random.Random(1).random, draws=200)
    assert shares.tokens.share > 3 * shares.turns.share


def test_nothing_at_all_is_a_share_of_nothing() -> None:
    shares = estimate([], sides=SIDES, uniform=random.Random(1).random)
    assert shares.turns == (0.0, 0.0, 0.0)
    assert shares.counted_turns == 0


def test_the_same_seed_gives_the_same_shares() -> None:
    some = items((100, 0, None), (20, 0, 1.0), (500, 1, None), (40, 1, 0.0))
    one, other = (estimate(some, sides=SIDES, uniform=random.Random("2026-10").random) for _ in range(2))
    assert one == other
