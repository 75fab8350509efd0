from prometheus_client import generate_latest

from wasl.ports.store import Backlog
from wasl.service.observe import LABEL_SETS_MAX, METRICS, Observe


def exported(observe: Observe) -> str:
    return generate_latest(observe.registry()).decode()


def test_what_is_reported_is_exported_with_its_labels() -> None:
    observe = Observe()
    observe.webhook(channel="shop", result="accepted")
    observe.webhook(channel="shop", result="accepted")
    observe.webhook(channel="shop", result="forged")
    observe.turn(state="answered", seconds=0.3)
    observe.attempt(candidate="first", outcome="Throttled", seconds=0.02)
    observe.attempt(candidate="second", outcome="answered", seconds=0.2, input_tokens=12, output_tokens=5)
    observe.delivery(channel="shop", state="sent")
    observe.receipt(channel="shop", state="read")
    observe.breaker(candidate="first", state="open")
    text = exported(observe)
    assert 'wasl_webhooks_total{channel="shop",result="accepted"} 2.0' in text
    assert 'wasl_webhooks_total{channel="shop",result="forged"} 1.0' in text
    assert 'wasl_turns_total{state="answered"} 1.0' in text
    assert 'wasl_answer_seconds_bucket{le="0.25"} 0.0' in text
    assert 'wasl_answer_seconds_bucket{le="0.5"} 1.0' in text
    assert 'wasl_answer_seconds_bucket{le="+Inf"} 1.0' in text
    assert 'wasl_attempts_total{candidate="first",outcome="Throttled"} 1.0' in text
    assert 'wasl_tokens_total{candidate="second",direction="input"} 12.0' in text
    assert 'wasl_deliveries_total{channel="shop",state="sent"} 1.0' in text
    assert 'wasl_receipts_total{channel="shop",state="read"} 1.0' in text
    assert 'wasl_breaker_state{candidate="first"} 3.0' in text


def test_a_value_on_a_bucket_border_counts_in_that_bucket() -> None:
    observe = Observe()
    observe.turn(state="answered", seconds=0.25)
    assert 'wasl_answer_seconds_bucket{le="0.25"} 1.0' in exported(observe)


def test_overload_begins_above_the_limit_and_ends_at_it() -> None:
    observe = Observe()

    def backlog(ready: int) -> Backlog:
        return Backlog(ready=ready, leased=2, backing_off=1, oldest_due_ms=1_000, deliveries={"unknown": 3})

    assert not observe.backlog(backlog(10), limit=10, now_ms=4_500)
    assert observe.backlog(backlog(11), limit=10, now_ms=4_500)
    assert observe.overloaded
    text = exported(observe)
    assert "wasl_overloaded 1.0" in text
    assert "wasl_backlog_oldest_seconds 3.5" in text
    assert 'wasl_backlog_conversations{state="ready"} 11.0' in text
    assert 'wasl_open_deliveries{state="unknown"} 3.0' in text
    assert not observe.backlog(backlog(10), limit=10, now_ms=4_500)
    assert "wasl_overloaded 0.0" in exported(observe)


def test_states_that_ended_leave_the_gauges() -> None:
    observe = Observe()
    empty = Backlog(ready=0, leased=0, backing_off=0, oldest_due_ms=None)
    observe.backlog(Backlog(ready=0, leased=0, backing_off=0, oldest_due_ms=None, deliveries={"queued": 4}), limit=1, now_ms=0)
    observe.backlog(empty, limit=1, now_ms=0)
    assert 'state="queued"' not in exported(observe)


def test_outsiders_cannot_fill_memory_with_label_values() -> None:
    observe = Observe()
    for n in range(LABEL_SETS_MAX + 50):
        observe.attempt(candidate=f"made-up-{n}", outcome="answered", seconds=0.1)
    assert observe.value("wasl_attempts", "other", "other") == 50
    assert exported(observe).count("wasl_attempts_total{") == LABEL_SETS_MAX + 1
    assert observe.value("wasl_attempt_seconds", "other") == 50


def test_two_observers_share_nothing() -> None:
    one, other = Observe(), Observe()
    one.fault(place="worker")
    assert one.value("wasl_faults", "worker") == 1
    assert other.value("wasl_faults", "worker") == 0


def test_a_span_costs_nothing_and_does_nothing_without_an_endpoint() -> None:
    observe = Observe()
    with observe.span("turn", turn_id="t") as first, observe.span("turn") as second:
        assert first is None
        assert second is None


def test_every_metric_has_a_name_of_ours_and_a_sentence() -> None:
    assert len({m.name for m in METRICS}) == len(METRICS)
    for metric in METRICS:
        assert metric.name.startswith("wasl_")
        assert metric.help.endswith(".")
        assert bool(metric.buckets) == (metric.kind == "histogram")
