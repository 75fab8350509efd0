"""The circuit breaker: it opens after failures in a row, lets one probe at a time through, and closes on a good answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasl.routing.breaker import (
    CLOSED,
    FAILURES_TO_OPEN,
    GOOD_TO_FORGET,
    OPEN_SECONDS_FIRST,
    OPEN_SECONDS_MAX,
    PROBE_LOOK_SECONDS,
    PROBE_SECONDS_MAX,
    Breaker,
    abandoned,
    failed,
    may_ask,
    opens_at,
    started,
    state,
    succeeded,
)


def opened(*, now: float = 0.0) -> Breaker:
    breaker = CLOSED
    for _ in range(FAILURES_TO_OPEN):
        breaker = failed(breaker, now=now, jitter=0.0)
    return breaker


def test_it_opens_after_failures_in_a_row_and_not_before() -> None:
    breaker = CLOSED
    for _ in range(FAILURES_TO_OPEN - 1):
        breaker = failed(breaker, now=0.0, jitter=0.0)
        assert state(breaker, now=0.0) == "closed"
    assert state(failed(breaker, now=0.0, jitter=0.0), now=0.0) == "open"


def test_a_good_answer_begins_the_count_anew() -> None:
    breaker = CLOSED
    for _ in range(10):
        for _ in range(FAILURES_TO_OPEN - 1):
            breaker = failed(breaker, now=0.0, jitter=0.0)
        breaker = succeeded(breaker)
    assert state(breaker, now=0.0) == "closed"


def test_it_becomes_half_open_exactly_at_its_time() -> None:
    breaker = opened()
    assert state(breaker, now=OPEN_SECONDS_FIRST - 0.001) == "open"
    assert not may_ask(breaker, now=OPEN_SECONDS_FIRST - 0.001)
    assert state(breaker, now=OPEN_SECONDS_FIRST) == "half-open"
    assert may_ask(breaker, now=OPEN_SECONDS_FIRST)


def test_one_probe_at_a_time_and_a_lost_one_is_given_up() -> None:
    probing = started(opened(), now=10.0)
    assert not may_ask(probing, now=10.0)
    assert not may_ask(probing, now=10.0 + PROBE_SECONDS_MAX - 0.001)
    assert may_ask(probing, now=10.0 + PROBE_SECONDS_MAX)
    assert may_ask(abandoned(probing), now=10.0)
    assert opens_at(probing, now=10.0) == 10.0 + PROBE_LOOK_SECONDS, "its end is near: look again soon"


def test_each_opening_lasts_longer_up_to_a_limit_and_good_times_forget_it() -> None:
    breaker, now, pauses = CLOSED, 0.0, []
    breaker = opened(now=now)
    for _ in range(8):
        assert breaker.open_until is not None
        pauses.append(breaker.open_until - now)
        now = breaker.open_until
        breaker = failed(started(breaker, now=now), now=now, jitter=0.0)
    assert pauses == sorted(pauses)
    assert pauses[0] == OPEN_SECONDS_FIRST
    assert pauses[-1] == OPEN_SECONDS_MAX
    for _ in range(GOOD_TO_FORGET):
        breaker = succeeded(breaker)
    assert breaker.openings == 0


def test_a_flap_is_remembered_until_enough_good_answers_came() -> None:
    breaker = succeeded(opened())
    assert state(breaker, now=0.0) == "closed"
    for _ in range(FAILURES_TO_OPEN):
        breaker = failed(breaker, now=100.0, jitter=0.0)
    assert breaker.open_until == 100.0 + 2 * OPEN_SECONDS_FIRST


def test_a_fault_that_will_not_mend_opens_at_once_for_the_longest() -> None:
    breaker = failed(CLOSED, now=1.0, jitter=0.0, at_once=True)
    assert breaker.open_until == 1.0 + OPEN_SECONDS_MAX


def test_late_failures_of_calls_begun_before_do_not_prolong_an_open_circuit() -> None:
    breaker = opened(now=0.0)
    assert failed(breaker, now=1.0, jitter=0.0).open_until == breaker.open_until


_acts = st.lists(st.tuples(st.sampled_from(("start", "good", "bad", "given up")), st.floats(0, 40)), max_size=60)


@given(acts=_acts, jitter=st.floats(0, 1))
def test_whatever_happens_it_can_always_be_asked_again_some_day(acts: list[tuple[str, float]], jitter: float) -> None:
    breaker, now = CLOSED, 0.0
    for act, seconds in acts:
        now += seconds
        match act:
            case "start" if may_ask(breaker, now=now):
                breaker = started(breaker, now=now)
            case "good":
                breaker = succeeded(breaker)
            case "bad":
                breaker = failed(breaker, now=now, jitter=jitter)
            case "given up":
                breaker = abandoned(breaker)
        assert may_ask(breaker, now=now) == (opens_at(breaker, now=now) == now)
        waited = now
        while not may_ask(breaker, now=waited):
            assert opens_at(breaker, now=waited) > waited
            waited = opens_at(breaker, now=waited)
        assert waited - now <= max(OPEN_SECONDS_MAX * 1.2, PROBE_SECONDS_MAX) + PROBE_LOOK_SECONDS


@given(calls=st.lists(st.booleans(), min_size=1, max_size=200))
def test_a_candidate_that_always_fails_is_asked_ever_less(calls: list[bool]) -> None:
    breaker, asked, now = CLOSED, 0, 0.0
    for _ in calls:
        now += 1.0
        if may_ask(breaker, now=now):
            asked += 1
            breaker = failed(started(breaker, now=now), now=now, jitter=0.0)
    assert asked <= FAILURES_TO_OPEN + 4 + len(calls) / OPEN_SECONDS_MAX


@pytest.mark.parametrize("jitter", [0.0, 0.5, 1.0])
def test_jitter_spreads_the_end_of_the_pause_by_a_fifth_at_most(jitter: float) -> None:
    breaker = CLOSED
    for _ in range(FAILURES_TO_OPEN):
        breaker = failed(breaker, now=0.0, jitter=jitter)
    assert breaker.open_until == OPEN_SECONDS_FIRST * (1 + jitter / 5)
