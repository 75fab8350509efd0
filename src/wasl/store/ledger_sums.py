"""Sums for reports, for both databases: calls and deliveries that are alike, by quarter of an hour. What is billed stays exact."""

from collections.abc import Sequence

from wasl.domain.cost import AnswerSample, CallSum, MessageSum, from_pico
from wasl.domain.errors import TooLarge
from wasl.domain.ids import uuid7
from wasl.ports.ledger import SLOT_MS, SUMS_MAX, By
from wasl.store.cost_rows import charge_of, word_in
from wasl.store.rows import parts_of
from wasl.store.steps import Row, Steps, step
from wasl.wire.region import region_of_address

_HALF = 1_000_000
"""Amounts are summed in two halves, so that no sum of 10⁻¹² passes 64 bits."""
_SUBJECT = {
    "": "''",
    "person": "coalesce(cast(c.person_id as text), '')",
    "conversation": "coalesce(cast({x}.conversation_id as text), '')",
}
_JOIN = "left join conversation c on c.id = {x}.conversation_id"


def calls(since_ms: int, until_ms: int, *, by: By) -> Steps[Sequence[CallSum]]:
    """Sums calls. Raises TooLarge."""
    rows = yield step(
        f"select u.started_ms / {SLOT_MS}, u.work, u.channel, u.country, u.candidate, u.provider, u.model, u.price_class, u.outcome,"
        f" u.currency, u.card, {_SUBJECT[by].format(x='u')}, count(*), sum(u.input_tokens), sum(u.output_tokens), sum(u.cached_tokens),"
        " sum(u.reasoning_tokens), sum(case when u.estimated then 1 else 0 end), sum(case when u.amount is null then 1 else 0 end),"
        f" sum(coalesce(u.amount, 0) / {_HALF}), sum(coalesce(u.amount, 0) % {_HALF})"
        f" from usage u {_JOIN.format(x='u') if by == 'person' else ''} where u.started_ms >= $1 and u.started_ms < $2"
        " group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 order by 1 limit $3",
        since_ms, until_ms, SUMS_MAX + 1,
    )  # fmt: skip
    _bounded(rows)
    return [
        CallSum._make((r[0] * SLOT_MS, *r[1:12], *(int(n) for n in r[12:19]), from_pico(int(r[19]) * _HALF + int(r[20])))) for r in rows
    ]


def messages(since_ms: int, until_ms: int, *, by: By) -> Steps[Sequence[MessageSum]]:
    """Counts deliveries that went out, by the time that their ids carry. Raises TooLarge."""
    rows = yield step(
        f"select d.created_ms / {SLOT_MS}, d.channel, a.scope, d.state, d.charge, d.price, {_SUBJECT[by].format(x='d')}, count(*)"
        f" from delivery d left join address a on a.id = d.address_id {_JOIN.format(x='d') if by == 'person' else ''}"
        " where d.id >= $1 and d.id < $2 and d.state in ('sent', 'delivered', 'read', 'failed', 'unknown')"
        " group by 1, 2, 3, 4, 5, 6, 7 order by 1 limit $3",
        uuid7(unix_ms=max(0, since_ms), tail=bytes(10)), uuid7(unix_ms=max(0, until_ms), tail=bytes(10)), SUMS_MAX + 1,
    )  # fmt: skip
    _bounded(rows)
    return [
        MessageSum(
            r[0] * SLOT_MS, r[1], r[2] or "", r[3], charge_of(r[4]) if r[4] else None, word_in(r[5]) if r[5] else None, r[6], int(r[7])
        )
        for r in rows
    ]


def answers(since_ms: int, until_ms: int, *, limit: int) -> Steps[tuple[int, Sequence[AnswerSample]]]:
    """Counts what went out, and gives the newest of it whole."""
    bounds = uuid7(unix_ms=max(0, since_ms), tail=bytes(10)), uuid7(unix_ms=max(0, until_ms), tail=bytes(10))
    sent = "d.id >= $1 and d.id < $2 and d.position = 0 and d.state in ('sent', 'delivered', 'read', 'unknown')"
    counted = yield step(f"select count(*) from delivery d where {sent}", *bounds)
    rows = yield step(
        "select m.parts, a.handle, a.kind, a.alias, a.alias_kind from delivery d join message m on m.id = d.message_id"
        f" join address a on a.id = d.address_id where {sent} order by d.id desc limit $3",
        *bounds,
        limit,
    )
    found = [AnswerSample(parts_of(r[0]), region_of_address(handle=r[1], kind=r[2], alias=r[3], alias_kind=r[4]) or "") for r in rows]
    return int(counted[0][0]), found


def _bounded(rows: Sequence[Row]) -> None:
    if len(rows) > SUMS_MAX:
        raise TooLarge(f"more than {SUMS_MAX} sums; ask for a shorter time, or not by person")
