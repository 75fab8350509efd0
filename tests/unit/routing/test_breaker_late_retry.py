"""A retry that was under way when the circuit opened is no probe, and bars none."""

from wasl.routing import breaker


def _opened(*, now: float) -> breaker.Breaker:
    state = breaker.CLOSED
    for _ in range(breaker.FAILURES_TO_OPEN):
        state = breaker.failed(state, now=now, jitter=0.0)
    return state


def test_a_call_that_starts_while_the_circuit_is_open_does_not_bar_the_probe_after_it():
    opened = _opened(now=0.0)
    late = breaker.failed(breaker.started(opened, now=0.2), now=0.3, jitter=0.0)
    assert not breaker.may_ask(late, now=0.3)
    assert breaker.may_ask(late, now=breaker.OPEN_SECONDS_FIRST + 0.1)


def test_while_a_probe_is_under_way_nobody_else_is_let_in_and_the_wait_named_is_short():
    probing = breaker.started(_opened(now=0.0), now=6.0)
    assert not breaker.may_ask(probing, now=6.1)
    assert breaker.opens_at(probing, now=6.1) == 6.1 + breaker.PROBE_LOOK_SECONDS
    assert breaker.may_ask(breaker.succeeded(probing), now=6.2)
