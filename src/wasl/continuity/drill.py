"""A drill's report: what a person would have seen, from what became of the questions with the loss and without it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from wasl.domain.exposure import Asked, Outcome
from wasl.domain.ids import PersonId

NOBODY: Final = "nobody"
OURSELVES: Final = "ourselves"
"""A reply that no model wrote: a notice, a command's answer."""
_OUT: Final = ("sent", "delivered", "read")
COMPARED: Final = ("answered", "unanswered", "stored_for_later", "told_elsewhere", "delay_p95_ms")


def summary(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Sums outcomes: answered by whom, after how long, how many wait, and how many answers lie stored for later."""
    answered = [o for o in outcomes if o.state == "answered" and o.closed_ms is not None]
    delays = sorted(o.closed_ms - o.accepted_ms for o in answered if o.closed_ms is not None)
    return {
        "asked": len(outcomes),
        "answered": len(answered),
        "answered_by": dict(Counter(o.answered_by or OURSELVES for o in answered).most_common()),
        "unanswered": len(outcomes) - len(answered),
        "stored_for_later": sum(1 for o in answered if o.delivery is not None and o.delivery not in (*_OUT, "failed")),
        "not_delivered": sum(1 for o in answered if o.delivery == "failed"),
        "told_elsewhere": sum(1 for o in answered if o.delivery in _OUT and not o.address_kept),
        "delay_p50_ms": _at(delays, 50),
        "delay_p95_ms": _at(delays, 95),
        "delay_worst_ms": delays[-1] if delays else 0,
    }


def report(
    before: Sequence[Outcome],
    after: Sequence[Outcome],
    *,
    lost: Sequence[str],
    how: str,
    stand_ins: Sequence[str] = (),
    cost: Mapping[str, Any] | None = None,
    turned_away: int = 0,
    could_be_told_elsewhere: int = 0,
) -> dict[str, Any]:
    """Puts what was seen with the loss beside what is seen without it.

    `turned_away` counts requests that were answered "try again" while nothing could be stored, `could_be_told_elsewhere` people whose
    answer lies stored and who have another confirmed way.
    """
    usual, seen = summary(before), summary(after)
    return {
        "lost": list(lost),
        "how": how,
        **seen,
        "usual": usual,
        "delay_added_p50_ms": seen["delay_p50_ms"] - usual["delay_p50_ms"],
        "delay_added_p95_ms": seen["delay_p95_ms"] - usual["delay_p95_ms"],
        "turned_away": turned_away,
        "could_be_told_elsewhere": could_be_told_elsewhere,
        "cost": dict(cost or {}),
        "stand_ins": list(stand_ins),
    }


def by_person(questions: Sequence[Asked]) -> list[list[Asked]]:
    """Puts questions together by who asked, oldest first: an answer goes where its person wrote last, so their order decides where."""
    asked: dict[PersonId, list[Asked]] = {}
    for q in sorted(questions, key=lambda q: (q.accepted_ms, q.seq)):
        asked.setdefault(q.person_id, []).append(q)
    return list(asked.values())


def compared(now: Mapping[str, Any], last: Mapping[str, Any] | None) -> dict[str, tuple[float, float]]:
    """Gives what changed since the last drill of the same loss, as shares of what was asked (delays as they are): then, now."""
    if not last:
        return {}
    found: dict[str, tuple[float, float]] = {}
    for name in COMPARED:
        then, this = (_share(one, name) for one in (last, now))
        if then is not None and this is not None and then != this:
            found[name] = then, this
    return found


def _share(told: Mapping[str, Any], name: str) -> float | None:
    value, asked = told.get(name), told.get("asked")
    if not isinstance(value, int | float) or not isinstance(asked, int) or not asked:
        return None
    return float(value) if name.endswith("_ms") else round(value / asked, 4)


def _at(values: Sequence[int], percent: int) -> int:
    """Gives the value below which so many of a hundred lie; 0 of none."""
    return values[min(len(values) - 1, len(values) * percent // 100)] if values else 0
