"""Counting, for both databases: the rows of `tally` and `reached`, read and written for many sends at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from wasl.domain.value import value
from wasl.ports.counting import Asked, Bucket, Circle, Counted, at_once
from wasl.store.rows import json_text
from wasl.store.steps import COUNTING_LOCK, Steps, step

_READ = "select key, at_us, paused_ms, number from tally where key @t1"
_SAVE = (
    "insert into tally (key, address_id, at_us, paused_ms, number, used_ms) select key, address_id, at_us, paused_ms, number, used_ms"
    " from #rows($1: key text, address_id text, at_us bigint, paused_ms bigint, number bigint, used_ms bigint)# as given where true"
    " on conflict (key) do update set at_us = excluded.at_us, paused_ms = excluded.paused_ms, number = excluded.number,"
    " used_ms = excluded.used_ms"
)


@dataclass(slots=True)
class _Row:
    key: str
    address_id: str | None = None
    at_us: int = 0
    paused_ms: int = 0
    number: int = 0
    used_ms: int = 0


@value(frozen=True, slots=True, kw_only=True)
class Note:
    """What came in meanwhile and is counted in any case."""

    bucket: Bucket
    messages: int
    now_ms: int


class Counts(NamedTuple):
    """What a write gives in place of its result where something is to be counted: last in the transaction, with all that is counted in
    it. `after` is told what came of it, may write once more, and gives the result."""

    asked: Asked
    after: Callable[[Counted], object]


def counts(asked: Asked, *, undo: Callable[[], object], result: Callable[[Counted, bool], object]) -> Counts:
    """Says what is to be counted for what is stored as begun already; `undo` takes that back where it may not go out at once."""

    def after(counted: Counted) -> object:
        begun = at_once(asked, counted)
        if not begun:
            undo()
        return result(counted, begun)

    return Counts(asked, after)


def count(asked: Sequence[Asked], notes: Sequence[Note] = ()) -> Steps[list[Counted]]:
    """Counts sends one after the other, all in one transaction."""
    yield COUNTING_LOCK
    keys = {b.key for a in asked for b in a.buckets} | {key for a in asked for key in a.totals} | {n.bucket.key for n in notes}
    keys |= {a.circle.key for a in asked if a.circle is not None}
    rows = {r[0]: _Row(r[0], None, r[1], r[2], r[3]) for r in (yield step(_READ, sorted(keys)))}
    touched: dict[str, _Row] = {}
    for note in notes:
        row = _row(rows, touched, note.bucket.key, note.bucket.address_id, note.now_ms)
        row.at_us = max(row.at_us, note.now_ms * 1000) + note.messages * note.bucket.interval_us
    found: list[Counted] = []
    for one in asked:
        found.append((yield from _one(one, rows, touched)))
    if touched:
        saved = [[r.key, r.address_id, r.at_us, r.paused_ms, r.number, r.used_ms] for r in touched.values()]
        yield step(_SAVE, json_text(saved))
    return found


def _one(asked: Asked, rows: dict[str, _Row], touched: dict[str, _Row]) -> Steps[Counted]:
    at_us, full = _earliest(asked, rows)
    wait_ms = -((asked.now_ms * 1000 - at_us) // 1000)
    if not asked.forced and wait_ms > asked.patience_ms:
        assert full is not None, "who waits, waits for a bucket"
        return Counted(full=full.key, until_ms=-(-at_us // 1000))
    joined = False
    if asked.circle is not None:
        room, joined, until_ms = yield from _join(asked.circle, asked, rows, touched)
        if not room and not asked.forced:
            return Counted(full=asked.circle.key, until_ms=until_ms)
    for bucket in asked.buckets:
        row = _row(rows, touched, bucket.key, bucket.address_id, asked.now_ms)
        row.at_us = max(row.at_us, at_us) + asked.messages * bucket.interval_us
        if bucket.pauses and row.at_us - at_us > (bucket.burst - 1) * bucket.interval_us:
            row.paused_ms = -(-row.at_us // 1000)  # that was the last of the burst
    before = {}
    for key, number in asked.totals.items():
        row = _row(rows, touched, key, None, asked.now_ms)
        before[key] = row.number
        row.number += number
    return Counted(wait_ms=max(0, wait_ms), before=before, joined=joined)


def _earliest(asked: Asked, rows: dict[str, _Row]) -> tuple[int, Bucket | None]:
    """Gives when it may go (microseconds), and the bucket that says so."""
    now_us = at_us = asked.now_ms * 1000
    slowest: Bucket | None = None
    for bucket in asked.buckets:
        row = rows.get(bucket.key)
        if row is None:
            continue
        most = max(0, bucket.burst - asked.messages)
        earliest = row.at_us - most * bucket.interval_us
        if bucket.pauses and (earliest > now_us or row.paused_ms > asked.now_ms):
            earliest = max(row.at_us, row.paused_ms * 1000)  # the burst is used up: all of it is paid back first
        if earliest > at_us:
            at_us, slowest = earliest, bucket
    return at_us, slowest


def _join(circle: Circle, asked: Asked, rows: dict[str, _Row], touched: dict[str, _Row]) -> Steps[tuple[bool, bool, int]]:
    """Says whether there is room, whether the person is new in it, and until when there is none."""
    since_ms = asked.now_ms - circle.window_ms
    gone = yield step("delete from reached where circle = $1 and at_ms <= $2 returning at_ms", circle.key, since_ms)
    row = _row(rows, touched, circle.key, None, asked.now_ms)
    row.number -= len(gone)
    known = yield step("select at_ms from reached where circle = $1 and address_id = $2", circle.key, circle.address_id)
    if known:  # they stay for as long as the last of them asks, not the first
        latest = "update reached set at_ms = $3 where circle = $1 and address_id = $2 and at_ms < $3"
        yield step(latest, circle.key, circle.address_id, asked.now_ms)
        return True, False, 0
    if row.number >= circle.most and not asked.forced:
        oldest = yield step("select min(at_ms) from reached where circle = $1", circle.key)
        return False, False, (oldest[0][0] or asked.now_ms) + circle.window_ms
    yield step("insert into reached (circle, address_id, at_ms) values ($1, $2, $3)", circle.key, circle.address_id, asked.now_ms)
    row.number += 1
    return True, True, 0


def give_back(asked: Asked, counted: Counted) -> Steps[None]:
    """Takes totals and the place in the circle back."""
    yield COUNTING_LOCK
    for key, number in sorted(asked.totals.items()):
        yield step("update tally set number = case when number > $2 then number - $2 else 0 end where key = $1", key, number)
    if asked.circle is not None and counted.joined:
        circle = asked.circle
        gone = yield step("delete from reached where circle = $1 and address_id = $2 returning at_ms", circle.key, circle.address_id)
        yield step("update tally set number = number - $2 where key = $1", circle.key, len(gone))


def totals(keys: Sequence[str]) -> Steps[dict[str, int]]:
    """Reads totals."""
    return {r[0]: int(r[1]) for r in (yield step("select key, number from tally where key @t1", list(keys)))}


def prune(*, before_ms: int, limit: int) -> Steps[int]:
    """Forgets what was last counted before a time."""
    gone = yield step(
        "delete from tally where key in (select key from tally where used_ms < $1 order by used_ms limit $2) returning key",
        before_ms,
        limit,
    )
    return len(gone)


def forget(addresses: Sequence[str], *, new_id: Callable[[], str]) -> Steps[None]:
    """Forgets how often people were written to. They still fill their place in a circle, without a name, until the day has passed."""
    yield step("delete from tally where address_id @t1", list(addresses))
    for address_id in addresses:
        yield step("update reached set address_id = $2 where address_id = $1", address_id, new_id())


def _row(rows: dict[str, _Row], touched: dict[str, _Row], key: str, address_id: str | None, now_ms: int) -> _Row:
    row = rows.get(key)
    if row is None:
        row = rows[key] = _Row(key)
    row.address_id = address_id
    row.used_ms = now_ms
    touched[key] = row
    return row
