"""The retry budget keeps retries a small part of the calls."""

from hypothesis import given
from hypothesis import strategies as st

from wasl.routing.budget import TOKENS_MAX, TOKENS_PER_CALL, TOKENS_PER_SECOND, Budget, earned, spent


def test_a_full_budget_pays_so_many_retries_and_no_more() -> None:
    budget, paid = Budget(), 0
    while (after := spent(budget, now=0.0)) is not None:
        budget, paid = after, paid + 1
    assert paid == TOKENS_MAX


def test_time_fills_it_again_up_to_the_brim() -> None:
    empty = Budget(tokens=0.0, at=0.0)
    assert spent(empty, now=1.0 / TOKENS_PER_SECOND - 0.01) is None
    assert spent(empty, now=1.0 / TOKENS_PER_SECOND + 0.01) is not None
    full = earned(empty, now=1e9)
    assert full.tokens == TOKENS_MAX


def test_a_clock_that_goes_back_takes_nothing_away() -> None:
    assert earned(Budget(tokens=3.0, at=100.0), now=50.0) == Budget(tokens=3.0 + TOKENS_PER_CALL, at=100.0)


@given(acts=st.lists(st.tuples(st.booleans(), st.floats(0, 5)), max_size=200))
def test_retries_never_pass_what_was_earned(acts: list[tuple[bool, float]]) -> None:
    budget, now, calls, retries = Budget(), 0.0, 0, 0
    for retry, seconds in acts:
        now += seconds
        if retry:
            after = spent(budget, now=now)
            if after is not None:
                budget, retries = after, retries + 1
        else:
            budget, calls = earned(budget, now=now), calls + 1
        assert 0.0 <= budget.tokens <= TOKENS_MAX
        assert retries <= TOKENS_MAX + calls * TOKENS_PER_CALL + now * TOKENS_PER_SECOND + 1e-6
