"""Standing: what is known of a candidate from its earlier answers; a small state object, the time passed in."""

from dataclasses import dataclass, field

from wasl.domain.errors import (
    ContentRefused,
    ContextTooLong,
    CutShort,
    Refused,
    RetryLater,
    Throttled,
    Unauthorised,
    Unavailable,
    Unclear,
    WaslError,
)
from wasl.routing import breaker as circuit
from wasl.routing import budget as retry_budget

REST_SECONDS_FIRST = 1.0
REST_SECONDS_MAX = 60.0
"""Rest of a candidate that asks to slow down and names no time; doubles from first to max while it goes on."""
NOT_FOUND = 404


@dataclass(slots=True, kw_only=True)
class Standing:
    """One candidate's circuit breaker, retry budget and rest. Times in monotonic seconds."""

    breaker: circuit.Breaker = circuit.CLOSED
    budget: retry_budget.Budget = field(default_factory=retry_budget.Budget)
    rests_until: float = 0.0
    throttles: int = 0
    rejects_prefill: bool = False

    def state(self, *, now: float) -> str:
        """Names it: "resting" (as it asked to), or the breaker's state."""
        return "resting" if self.rests_until > now else circuit.state(self.breaker, now=now)

    def ready_at(self, *, now: float) -> float:
        """Gives the earliest moment at which it may be asked."""
        return max(circuit.opens_at(self.breaker, now=now), self.rests_until)

    def start(self, *, now: float) -> None:
        """Notes that a call starts."""
        self.breaker = circuit.started(self.breaker, now=now)

    def abandon(self) -> None:
        """Notes that a call was given up before it told anything."""
        self.breaker = circuit.abandoned(self.breaker)

    def earn(self, *, now: float) -> None:
        """Notes a first try, which earns a part of a retry."""
        self.budget = retry_budget.earned(self.budget, now=now)

    def pay(self, *, now: float) -> bool:
        """Pays for one retry; says whether there was enough."""
        paid = retry_budget.spent(self.budget, now=now)
        if paid is None:
            return False
        self.budget = paid
        return True

    def note(self, failure: WaslError | None, *, now: float, jitter: float) -> None:
        """Notes what came of a call: None for a whole answer. `jitter` from 0 to 1 spreads pauses.

        A prompt's fault (too long, refused) says nothing bad about the candidate; a missing model or a refused key will
        not mend by itself soon, so the breaker opens at once.
        """
        if isinstance(failure, RetryLater) and failure.seconds:
            self.rests_until = max(self.rests_until, now + failure.seconds)
        match failure:
            case None:
                self.throttles = 0
                self.breaker = circuit.succeeded(self.breaker)
            case ContextTooLong() | ContentRefused():
                self.breaker = circuit.succeeded(self.breaker)
            case Throttled():
                self.throttles += 1
                self.breaker = circuit.abandoned(self.breaker)
                if failure.seconds is None:
                    pause = min(REST_SECONDS_MAX, REST_SECONDS_FIRST * 2 ** min(self.throttles - 1, 10))
                    self.rests_until = max(self.rests_until, now + pause * (1 + jitter / 5))
            case Unauthorised():
                self.breaker = circuit.failed(self.breaker, now=now, jitter=jitter, at_once=True)
            case Refused() if failure.facts.get("status") == NOT_FOUND:
                self.breaker = circuit.failed(self.breaker, now=now, jitter=jitter, at_once=True)
            case Unavailable() | Unclear() | CutShort():
                self.breaker = circuit.failed(self.breaker, now=now, jitter=jitter)
            case _:
                self.breaker = circuit.abandoned(self.breaker)
