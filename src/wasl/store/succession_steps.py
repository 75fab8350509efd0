"""Which candidates are replaced by which, for both databases."""

from collections.abc import Sequence

import msgspec

from wasl.domain.succession import Succession, SuccessionState
from wasl.store.rows import json_of, json_text
from wasl.store.steps import Row, Steps, step


def put(successions: Sequence[Succession]) -> Steps[None]:
    """Stores them."""
    for one in successions:
        yield step(
            "insert into succession (id, state, plan) values ($1, $2, $3)"
            " on conflict (id) do update set state = excluded.state, plan = excluded.plan",
            one.id, one.state, json_text(one),
        )  # fmt: skip


def find(succession_id: str) -> Steps[Succession | None]:
    """Finds one."""
    rows = yield step("select plan from succession where id = $1", succession_id)
    return _succession_of(rows[0]) if rows else None


def listed(state: SuccessionState | None, limit: int) -> Steps[list[Succession]]:
    """Lists them, newest first: their ids sort by time."""
    if state is None:
        rows = yield step("select plan from succession order by id desc limit $1", limit)
    else:
        rows = yield step("select plan from succession where state = $1 order by id desc limit $2", state, limit)
    return [_succession_of(row) for row in rows]


def _succession_of(row: Row) -> Succession:
    return msgspec.convert(json_of(row[0]), Succession)
