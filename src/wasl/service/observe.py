"""Observe: what Wasl counts about itself, cheap where turns run, exported only when somebody asks.

One object is made by the composition root and passed to whoever has something to report. Reporting adds to plain numbers
(well under a microsecond); `collect` turns them into Prometheus families when `/metrics` is read.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from wasl.ports.store import Backlog

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry
    from prometheus_client.metrics_core import Metric as Family

    from wasl.service.spans import Spans

Kind = Literal["counter", "gauge", "histogram"]
BreakerState = Literal["closed", "resting", "half-open", "open"]
_BREAKER_VALUE: Mapping[str, int] = {"closed": 0, "resting": 1, "half-open": 2, "open": 3}

LABEL_SETS_MAX = 500
"""Different label values kept for one metric; further ones are counted under "other", so that no outsider can fill memory."""
SECONDS_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 40.0, 90.0, 600.0)
COMMIT_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.0)
_NOTHING: AbstractContextManager[None] = nullcontext()


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric as it is exported: the reference page is made from these."""

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


METRICS: tuple[Metric, ...] = (
    Metric(
        name="wasl_webhooks",
        kind="counter",
        help="Requests that reached a channel's hook, by how they ended.",
        labels=("channel", "result"),
    ),
    Metric(name="wasl_messages", kind="counter", help="Messages stored, by who said them.", labels=("channel", "author")),
    Metric(name="wasl_turns", kind="counter", help="Turns by the state they came into.", labels=("state",)),
    Metric(
        name="wasl_answer_seconds",
        kind="histogram",
        help="From a message being accepted to its answer being stored.",
        buckets=SECONDS_BUCKETS,
    ),
    Metric(name="wasl_late_turns", kind="counter", help="Turns that were answered or closed late."),
    Metric(name="wasl_attempts", kind="counter", help="Calls to model candidates, by outcome.", labels=("candidate", "outcome")),
    Metric(
        name="wasl_attempt_seconds",
        kind="histogram",
        help="How long one call to a candidate took.",
        labels=("candidate",),
        buckets=SECONDS_BUCKETS,
    ),
    Metric(name="wasl_tokens", kind="counter", help="Tokens used, by candidate and direction.", labels=("candidate", "direction")),
    Metric(
        name="wasl_breaker_state",
        kind="gauge",
        help="Circuit of a candidate: 0 closed, 1 resting as it asked, 2 half-open, 3 open.",
        labels=("candidate",),
    ),
    Metric(name="wasl_deliveries", kind="counter", help="Deliveries by the state they came into.", labels=("channel", "state")),
    Metric(name="wasl_receipts", kind="counter", help="Receipts of platforms, by what they say.", labels=("channel", "state")),
    Metric(name="wasl_commit_rows", kind="counter", help="Writes that went into group commits."),
    Metric(name="wasl_commit_seconds", kind="histogram", help="How long one group commit took.", buckets=COMMIT_BUCKETS),
    Metric(name="wasl_store_failures", kind="counter", help="Times the store could not commit."),
    Metric(name="wasl_backlog_conversations", kind="gauge", help="Conversations with work, by where they stand.", labels=("state",)),
    Metric(name="wasl_backlog_oldest_seconds", kind="gauge", help="Age of the oldest work that waits."),
    Metric(name="wasl_backlog_limit", kind="gauge", help="Ready conversations above which this process says overloaded."),
    Metric(name="wasl_overloaded", kind="gauge", help="1 when more conversations wait than the limit."),
    Metric(name="wasl_open_deliveries", kind="gauge", help="Deliveries that are not settled, by state.", labels=("state",)),
    Metric(
        name="wasl_clock_behind_seconds", kind="gauge", help="By how much this clock is behind the latest time in the store; 0 is well."
    ),
    Metric(name="wasl_open_streams", kind="gauge", help="Pages that listen for live word."),
    Metric(
        name="wasl_budget_alarms",
        kind="counter",
        help="Times that a budget passed a mark or was used up.",
        labels=("budget", "what"),
    ),
    Metric(name="wasl_alarms", kind="counter", help="Alarms raised for the operator, by kind.", labels=("kind",)),
    Metric(name="wasl_faults", kind="counter", help="Unexpected errors caught at a border, by place.", labels=("place",)),
)


class _Spread:
    """Counts of a histogram for one set of labels."""

    __slots__ = ("buckets", "counts", "total")

    def __init__(self, buckets: Sequence[float]) -> None:
        self.buckets = buckets
        self.counts = [0] * (len(buckets) + 1)
        self.total = 0.0

    def add(self, value: float) -> None:
        self.counts[bisect_left(self.buckets, value)] += 1
        self.total += value

    def cumulative(self) -> list[tuple[str, float]]:
        rows: list[tuple[str, float]] = []
        running = 0
        for limit, count in zip((*(str(b) for b in self.buckets), "+Inf"), self.counts, strict=True):
            running += count
            rows.append((limit, running))
        return rows


class Observe:
    """The counters of one process. Not for threads: everything is reported from the event loop."""

    def __init__(self, *, spans: "Spans | None" = None) -> None:
        self._spans = spans
        self._counts: dict[str, dict[tuple[str, ...], float]] = {m.name: {} for m in METRICS if m.kind != "histogram"}
        self._spreads: dict[str, dict[tuple[str, ...], _Spread]] = {m.name: {} for m in METRICS if m.kind == "histogram"}
        self.overloaded = False

    # -- what others report ---------------------------------------------------------------------------------------------
    def webhook(self, *, channel: str, result: str) -> None:
        """A request reached a hook and ended so: accepted, duplicate, handshake, forged, malformed, too large, store down."""
        self._add("wasl_webhooks", (channel, result))

    def message(self, *, channel: str, author: str) -> None:
        """A message was stored."""
        self._add("wasl_messages", (channel, author))

    def turn(self, *, state: str, seconds: float | None = None) -> None:
        """A turn came into `state`; `seconds` since its message was accepted, where it was answered."""
        self._add("wasl_turns", (state,))
        if seconds is not None:
            self._spread("wasl_answer_seconds", (), seconds)

    def late(self, *, turns: int = 1) -> None:
        """Turns were answered or closed after the limit of lateness."""
        self._add("wasl_late_turns", (), turns)

    def attempt(self, *, candidate: str, outcome: str, seconds: float | None = None, input_tokens: int = 0, output_tokens: int = 0) -> None:
        """A candidate was called; `outcome` is "answered" or the failure's name."""
        self._add("wasl_attempts", (candidate, outcome))
        if seconds is not None:
            self._spread("wasl_attempt_seconds", (candidate,), seconds)
        if input_tokens:
            self._add("wasl_tokens", (candidate, "input"), input_tokens)
        if output_tokens:
            self._add("wasl_tokens", (candidate, "output"), output_tokens)

    def breaker(self, *, candidate: str, state: BreakerState) -> None:
        """The circuit of a candidate changed."""
        self._counts["wasl_breaker_state"][(candidate,)] = _BREAKER_VALUE[state]

    def delivery(self, *, channel: str, state: str) -> None:
        """A delivery came into `state`."""
        self._add("wasl_deliveries", (channel, state))

    def receipt(self, *, channel: str, state: str) -> None:
        """A platform told about a delivery."""
        self._add("wasl_receipts", (channel, state))

    def commit(self, *, rows: int, seconds: float) -> None:
        """One group commit of `rows` writes is durable after `seconds`."""
        self._add("wasl_commit_rows", (), rows)
        self._spread("wasl_commit_seconds", (), seconds)

    def store_failed(self) -> None:
        """The store could not commit."""
        self._add("wasl_store_failures", ())

    def budget(self, *, name: str, what: str) -> None:
        """A budget passed a mark or was used up."""
        self._add("wasl_budget_alarms", (name, what))

    def fault(self, *, place: str) -> None:
        """A border caught an error nobody had named."""
        self._add("wasl_faults", (place,))

    def alarm(self, *, kind: str) -> None:
        """Counts an alarm."""
        self._add("wasl_alarms", (kind,))

    def stream_opened(self) -> None:
        """A page began to listen."""
        self._add("wasl_open_streams", ())

    def stream_closed(self) -> None:
        """A page stopped listening."""
        self._add("wasl_open_streams", (), -1)

    def clock_behind(self, *, seconds: float) -> None:
        """Sets by how much this process's clock is behind the latest time that any process noted."""
        self._counts["wasl_clock_behind_seconds"] = {(): seconds}

    def backlog(self, backlog: Backlog, *, limit: int, now_ms: int) -> bool:
        """Takes how the work stands; says whether this is overload (more conversations are ready than `limit`)."""
        self.overloaded = backlog.ready > limit
        oldest = max(0.0, (now_ms - backlog.oldest_due_ms) / 1000) if backlog.oldest_due_ms is not None else 0.0
        self._counts["wasl_backlog_conversations"] = {
            ("ready",): backlog.ready,
            ("leased",): backlog.leased,
            ("backing_off",): backlog.backing_off,
        }
        self._counts["wasl_backlog_oldest_seconds"] = {(): oldest}
        self._counts["wasl_backlog_limit"] = {(): limit}
        self._counts["wasl_overloaded"] = {(): int(self.overloaded)}
        self._counts["wasl_open_deliveries"] = {(state,): count for state, count in backlog.deliveries.items()}
        return self.overloaded

    def span(self, name: str, **attributes: str | int | float | bool) -> AbstractContextManager[Any]:
        """Times a piece of work as an OpenTelemetry span; costs nothing when no endpoint is set."""
        return self._spans.span(name, attributes) if self._spans is not None else _NOTHING

    # -- what is read ---------------------------------------------------------------------------------------------------
    def value(self, name: str, *labels: str) -> float:
        """Gives one counter or gauge as it stands; of a histogram, how many values it took."""
        if name in self._spreads:
            found = self._spreads[name].get(labels)
            return float(sum(found.counts)) if found else 0.0
        return self._counts[name].get(labels, 0)

    def collect(self) -> "Iterator[Family]":
        """Gives everything as Prometheus families; called by the registry when `/metrics` is read."""
        from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

        for metric in METRICS:
            if metric.kind == "histogram":
                histogram = HistogramMetricFamily(metric.name, metric.help, labels=metric.labels)
                for labels, spread in self._spreads[metric.name].items():
                    histogram.add_metric(labels, spread.cumulative(), sum_value=spread.total)
                yield histogram
                continue
            family = (CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily)(
                metric.name, metric.help, labels=metric.labels
            )
            for labels, count in self._counts[metric.name].items():
                family.add_metric(labels, count)
            yield family

    def registry(self) -> "CollectorRegistry":
        """Makes a registry of its own with these metrics and those of the process (memory, CPU, open files)."""
        from prometheus_client import CollectorRegistry, ProcessCollector

        registry = CollectorRegistry()
        registry.register(self)
        ProcessCollector(registry=registry)
        return registry

    def _add(self, name: str, labels: tuple[str, ...], by: float = 1) -> None:
        counts = self._counts[name]
        if labels in counts:
            counts[labels] += by
        elif len(counts) < LABEL_SETS_MAX:
            counts[labels] = by
        else:
            rest = tuple("other" for _ in labels)
            counts[rest] = counts.get(rest, 0) + by

    def _spread(self, name: str, labels: tuple[str, ...], value: float) -> None:
        spreads = self._spreads[name]
        found = spreads.get(labels)
        if found is None:
            if len(spreads) >= LABEL_SETS_MAX:
                labels = tuple("other" for _ in labels)
            found = spreads.setdefault(labels, _Spread(next(m.buckets for m in METRICS if m.name == name)))
        found.add(value)
