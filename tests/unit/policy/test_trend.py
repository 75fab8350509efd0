"""Weekly points have limits once eight weeks are known, and slow drifts are noticed."""

import random

from wasl.policy.trend import WEEKS_BEFORE, Week, points


def weeks(*shares: float, turns: int = 1_000) -> list[Week]:
    return [Week(n * 604_800_000, turns, share, 0.0, 1.0) for n, share in enumerate(shares)]


def quiet(count: int, *, share: float = 0.02, seed: int = 1, turns: int = 1_000) -> list[float]:
    chance = random.Random(seed)
    return [sum(chance.random() < share for _ in range(turns)) / turns for _ in range(count)]


def test_no_limits_before_eight_weeks_are_known() -> None:
    drawn = points(weeks(*quiet(WEEKS_BEFORE + 1)))
    assert all(point.limit_high is None and not point.alarm for point in drawn[:WEEKS_BEFORE])
    assert drawn[WEEKS_BEFORE].limit_high is not None


def test_quiet_weeks_raise_hardly_an_alarm() -> None:
    alarms = sum(any(point.alarm for point in points(weeks(*quiet(12, seed=seed)))) for seed in range(60))
    assert alarms <= 9


def test_a_leap_is_an_alarm_at_once() -> None:
    drawn = points(weeks(*quiet(WEEKS_BEFORE), 0.09))
    assert drawn[-1].alarm
    assert drawn[-1].week.share > (drawn[-1].limit_high or 1)


def test_a_slow_drift_is_an_alarm_before_any_week_leaves_the_limits() -> None:
    flat = [0.020, 0.022, 0.019, 0.021, 0.018, 0.022, 0.020, 0.019]
    drawn = points(weeks(*flat, 0.028, 0.029, 0.030, 0.031, 0.032))
    first = next(point for point in drawn if point.alarm)
    assert first.week.share <= (first.limit_high or 0)


def test_weeks_that_scatter_more_than_coins_widen_the_limits() -> None:
    calm, wild = (points(weeks(*some, 0.03))[-1] for some in ([0.02] * 8, [0.01, 0.03] * 4))
    assert (wild.limit_high or 0) > (calm.limit_high or 0)


def test_weeks_without_any_general_turn_still_have_a_limit_above_none() -> None:
    drawn = points(weeks(*[0.0] * 8, 0.05))
    assert 0 < (drawn[-1].limit_high or 0) < 0.05
    assert drawn[-1].alarm
