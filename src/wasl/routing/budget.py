"""Retry budget: a token bucket per candidate, so that retries stay a small part of its calls when it is in trouble.

Pure: a frozen state, the time (monotonic seconds) passed in, a new state given back.
"""

from wasl.domain.value import value

TOKENS_MAX = 10.0
TOKENS_PER_CALL = 0.2
"""Each first try earns so much: in the long run one retry for five calls."""
TOKENS_PER_SECOND = 0.1
"""And so much comes with time, so that a quiet process may retry too."""


@value(frozen=True, slots=True, kw_only=True)
class Budget:
    """Tokens left at a time."""

    tokens: float = TOKENS_MAX
    at: float = 0.0


def earned(budget: Budget, *, now: float) -> Budget:
    """Notes a first try."""
    return Budget(tokens=min(TOKENS_MAX, _now(budget, now=now) + TOKENS_PER_CALL), at=max(now, budget.at))


def spent(budget: Budget, *, now: float) -> Budget | None:
    """Pays for one retry; None when there is not enough."""
    tokens = _now(budget, now=now)
    return Budget(tokens=tokens - 1.0, at=max(now, budget.at)) if tokens >= 1.0 else None


def _now(budget: Budget, *, now: float) -> float:
    return min(TOKENS_MAX, budget.tokens + max(0.0, now - budget.at) * TOKENS_PER_SECOND)
