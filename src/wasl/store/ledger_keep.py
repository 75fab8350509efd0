"""Keeping sums when what they were about is deleted: a delivery that goes leaves a line in the books, and nobody's name."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from wasl.domain.cost import Charge, Line, PlatformWord, settled
from wasl.store.cost_rows import charge_of, word_in
from wasl.store.ledger_steps import write
from wasl.store.steps import Steps, step

HOUR_MS = 3_600_000
"""Lines are of an hour at the finest: they do not tell when one person was written to."""


def keep_costs(column: str, ids: Sequence[str], *, new_id: Callable[[], str]) -> Steps[None]:
    """Writes lines for the deliveries that are about to be deleted: those whose `column` is one of `ids`."""
    rows = yield step(
        f"select d.created_ms / {HOUR_MS}, d.channel, a.scope, d.state, d.charge, d.price, count(*)"
        f" from delivery d left join address a on a.id = d.address_id where {column} @1 and (d.charge is not null or d.price is not null)"
        " and d.state in ('sent', 'delivered', 'read', 'failed', 'unknown') group by 1, 2, 3, 4, 5, 6",
        list(ids),
    )
    lines = [
        line_of(
            new_id(), at_ms=r[0] * HOUR_MS, channel=r[1], scope=r[2] or "", state=r[3], charge=charge_of(r[4]) if r[4] else None,
            word=word_in(r[5]) if r[5] else None, number=int(r[6]),
        )
        for r in rows
    ]  # fmt: skip
    yield from write(lines)


def line_of(
    line_id: str, *, at_ms: int, channel: str, scope: str, state: str, charge: Charge | None, word: PlatformWord | None, number: int
) -> Line:
    """Makes the line for so many deliveries that were alike."""
    paid = settled(charge, word, state=state)
    whole: Decimal | None = None if paid.cost.amount is None else paid.cost.amount * number
    return Line(
        id=line_id,
        at_ms=at_ms,
        kind="message",
        basis="truth" if paid.sure else "estimate",
        amount=whole,
        currency=paid.cost.currency,
        channel=channel,
        scope=scope,
        country=charge.country if charge else "",
        category=paid.category,
        count=number,
        card=paid.cost.card,
        note="the message was deleted",
    )
