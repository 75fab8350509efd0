"""Signs of trouble, as statements for both databases."""

from collections.abc import Callable, Sequence
from typing import Any, cast

from wasl.domain.trouble import Gravity, Trouble
from wasl.ports.troubles import SIGNALS_LOOKED_AT, Weigh
from wasl.store.steps import Row, Steps, step

_COLUMNS = "id, channel, scope, kind, gravity, first_ms, last_ms, times, told_ms, cleared_ms, cleared_by"
_FRESH = "select id, channel, scope, kind, grave, at_ms from signal order by id desc limit $1"


def gather(*, weigh: Weigh, new_id: Callable[[], str], now: int) -> Steps[int]:
    """Notes every sign among the newest signals that was not noted before."""
    rows = yield step(_FRESH, SIGNALS_LOOKED_AT)
    signs = [(r, gravity) for r in reversed(rows) if (gravity := weigh(str(r[1]), str(r[3]), bool(r[4]))) is not None]
    if not signs:
        return 0
    known = {r[0] for r in (yield step("select signal_id from trouble_signal where signal_id >= $1", int(signs[0][0][0])))}
    count = 0
    for row, gravity in signs:
        if row[0] in known:
            continue
        # Of two processes that look at once, one writes the row.
        taken = yield step("insert into trouble_signal (signal_id) values ($1) on conflict do nothing returning signal_id", row[0])
        if taken:
            at = int(row[5]) or now
            yield from note(row[1], row[2], row[3], gravity, at=at, new_id=new_id)
            count += 1
    return count


def note(channel: str, scope: str, kind: str, gravity: Gravity, *, at: int, new_id: Callable[[], str]) -> Steps[Trouble]:
    """Opens the trouble of a channel and kind, or counts it."""
    rows = yield step(
        "insert into trouble (id, channel, scope, kind, gravity, first_ms, last_ms, times) values ($1, $2, $3, $4, $5, $6, $6, 1)"
        " on conflict (channel, kind) where cleared_ms is null do update set times = trouble.times + 1, last_ms ="
        f" case when excluded.last_ms > trouble.last_ms then excluded.last_ms else trouble.last_ms end returning {_COLUMNS}",
        new_id(), channel, scope, kind, gravity, at,
    )  # fmt: skip
    return trouble_of(rows[0])


def listed() -> Steps[Sequence[Trouble]]:
    """Lists open troubles."""
    rows = yield step(f"select {_COLUMNS} from trouble where cleared_ms is null order by gravity, last_ms desc")
    return [trouble_of(r) for r in rows]


def past(*, limit: int) -> Steps[Sequence[Trouble]]:
    """Lists cleared troubles."""
    rows = yield step(f"select {_COLUMNS} from trouble where cleared_ms is not null order by cleared_ms desc limit $1", limit)
    return [trouble_of(r) for r in rows]


def told(trouble_id: str, *, now: int) -> Steps[None]:
    """Remembers that the operator was told."""
    yield step("update trouble set told_ms = $2 where id = $1", trouble_id, now)


def clear(trouble_id: str, *, by: str, now: int) -> Steps[Trouble | None]:
    """Clears a trouble."""
    rows = yield step(
        f"update trouble set cleared_ms = $2, cleared_by = $3 where id = $1 and cleared_ms is null returning {_COLUMNS}",
        trouble_id, now, by,
    )  # fmt: skip
    return trouble_of(rows[0]) if rows else None


def trouble_of(row: Row) -> Trouble:
    """Reads a trouble from the columns in their order."""
    value: Sequence[Any] = row
    return Trouble(
        id=value[0],
        channel=value[1],
        scope=value[2],
        kind=value[3],
        gravity=cast(Gravity, value[4]),
        first_ms=value[5],
        last_ms=value[6],
        times=value[7],
        told_ms=value[8],
        cleared_ms=value[9],
        cleared_by=value[10],
    )
