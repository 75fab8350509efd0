"""Counting who is reachable where, and drills, for both databases."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, cast

from wasl.domain.days import DAY_MS
from wasl.domain.exposure import Asked, Drill, DrillMode, Fault, OnlyThere, Outcome, Reach, Seen, Traffic, Unseen
from wasl.domain.ids import AddressId, ConversationId, PersonId, uuid7
from wasl.store.rows import ADDRESS_COLUMNS, address_of, json_of, json_text, parts_of
from wasl.store.steps import DRILLS_LOCK, Row, Steps, step

FIRST = "00000000-0000-0000-0000-000000000000"
_OPEN = "valid_to_ms is null and kind <> 'group'"
_HEARD = "coalesce(heard, 1) = 1"
_REACH = f"""select ways, country, count(*), max(last) from (
select cast(person_id as text) as last, #joined(case when {_HEARD} then channel else '' end)# as ways,
max(coalesce(country, '')) as country from address where {_OPEN} and person_id > $1 group by person_id order by person_id limit $2) people
group by ways, country"""
_COUNTRIES = "#joined(coalesce(country, ''))#"


def reach(after: str | None, *, limit: int) -> Steps[tuple[list[Reach], str | None]]:
    """Counts the next people by id; gives also the last of them, None when these were the last."""
    rows = yield step(_REACH, after or FIRST, limit)
    found = [Reach(frozenset(w for w in r[0].split("\n") if w), r[1], r[2]) for r in rows]
    complete = sum(r[2] for r in rows) < limit
    return found, None if complete else max(r[3] for r in rows)


def through(ways: Sequence[str], *, only: bool, countries: Sequence[str] | None, after: str | None, limit: int) -> Steps[list[OnlyThere]]:
    """Gives the next people who are reachable through these ways, only or also through another."""
    here = f"max(case when {_HEARD} and channel @t2 then 1 else 0 end) = 1"
    elsewhere = f"max(case when {_HEARD} and not (channel @t2) then 1 else 0 end) = {0 if only else 1}"
    place = "" if countries is None else " and max(case when coalesce(country, '') @t4 then 1 else 0 end) = 1"
    rows = yield step(
        f"select person_id, {_COUNTRIES} from address where {_OPEN} and person_id > $1 group by person_id"
        f" having {here} and {elsewhere}{place} order by person_id limit $3",
        after or FIRST, list(ways), limit, *([] if countries is None else [list(countries)]),
    )  # fmt: skip
    return [OnlyThere(PersonId(r[0]), tuple(sorted({c for c in r[1].split("\n") if c}))) for r in rows]


def unseen(limit: int) -> Steps[list[Unseen]]:
    """Finds addresses to be looked at."""
    columns = "id, handle, kind, alias, alias_kind, case when last_inbound_ms is null then 0 else 1 end"
    rows = yield step(f"select {columns} from address where country is null order by id limit $1", limit)
    if len(rows) < limit:
        rows = [*rows, *(yield step(f"select {columns} from address where heard = 0 and last_inbound_ms is not null order by id limit $1",
                                    limit - len(rows)))]  # fmt: skip
    return [Unseen(AddressId(r[0]), r[1], r[2], r[3], r[4], bool(r[5])) for r in rows]


def note_seen(seen: Sequence[Seen]) -> Steps[None]:
    """Writes what looking told, one statement for each answer that was given."""
    told: dict[tuple[str, int], list[str]] = {}
    for one in seen:
        told.setdefault((one.country, int(one.heard)), []).append(one.id)
    for (country, heard), ids in sorted(told.items()):
        yield step("update address set country = $1, heard = $2 where id @3", country, heard, sorted(ids))


def day(day_ms: int, *, until_ms: int | None) -> Steps[list[Traffic]]:
    """Sums a day by the ids of its turns, which sort by time, and by the beginning of its calls."""
    until = min(day_ms + DAY_MS, until_ms) if until_ms is not None else day_ms + DAY_MS
    first, last = (uuid7(unix_ms=max(0, at), tail=bytes(10)) for at in (day_ms, until))
    rows = yield step(
        "select a.channel, count(*), count(distinct t.conversation_id), sum(case when t.state = 'answered' then 1 else 0 end) from turn t"
        " join message m on m.id = t.message_id join address a on a.id = m.address_id where t.id >= $1 and t.id < $2 group by a.channel",
        first, last,
    )  # fmt: skip
    calls = yield step(
        "select candidate, count(*) from usage where started_ms >= $1 and started_ms < $2 and outcome = 'answered' and turn_id is not null"
        " group by candidate",
        day_ms, until,
    )  # fmt: skip
    all_ = yield step("select count(*), count(distinct conversation_id) from turn where id >= $1 and id < $2", first, last)
    found = [Traffic(day_ms, "channel", r[0], int(r[1]), int(r[2]), int(r[3])) for r in rows]
    found += [Traffic(day_ms, "candidate", r[0], int(r[1]), 0, int(r[1])) for r in calls]
    return [*found, Traffic(day_ms, "all", "", int(all_[0][0]), int(all_[0][1]), sum(t.answered for t in found if t.kind == "channel"))]


_OUTCOMES = """select a.channel, t.state, t.accepted_ms, t.closed_ms, r.model, d.state, d.channel,
case when d.address_id is null or d.address_id = m.address_id then 1 else 0 end from turn t
join message m on m.id = t.message_id join address a on a.id = m.address_id left join message r on r.id = t.reply_id
left join delivery d on d.message_id = r.id and d.position = 0 where t.id >= $1 and t.id < $2 order by t.id limit $3"""


def outcomes(*, since_ms: int, until_ms: int, limit: int) -> Steps[list[Outcome]]:
    """Reads what became of the questions of a time."""
    first, last = (uuid7(unix_ms=max(0, at), tail=bytes(10)) for at in (since_ms, until_ms))
    rows = yield step(_OUTCOMES, first, last, limit)
    return [Outcome(r[0], r[1], r[2], r[3], r[4], r[5], r[6], bool(r[7])) for r in rows]


def asked(*, before_ms: int, limit: int) -> Steps[list[Asked]]:
    """Reads the newest questions, one a conversation."""
    rows = yield step(
        f"select {ADDRESS_COLUMNS}, m.conversation_id, m.seq, m.parts, t.accepted_ms from turn t join message m on m.id = t.message_id"
        " join address a on a.id = m.address_id where t.id < $1 order by t.id desc limit $2",
        uuid7(unix_ms=max(0, before_ms), tail=bytes(10)), limit,
    )  # fmt: skip
    found: dict[str, Asked] = {}
    for r in rows:
        address = address_of(r)
        if r[13] not in found:
            found[r[13]] = Asked(address.person_id, ConversationId(r[13]), r[14], address, parts_of(r[15]), r[16])
    return list(found.values())


def keep_day(traffic: Sequence[Traffic]) -> Steps[None]:
    """Keeps sums."""
    for t in traffic:
        yield step(
            "insert into traffic (day_ms, kind, name, turns, conversations, answered, money) values ($1, $2, $3, $4, $5, $6, $7)"
            " on conflict (day_ms, kind, name) do update set turns = excluded.turns, conversations = excluded.conversations,"
            " answered = excluded.answered, money = excluded.money",
            *t[:6],
            json_text({currency: str(amount) for currency, amount in t.money}),
        )


def days(since_ms: int) -> Steps[list[Traffic]]:
    """Reads sums."""
    rows = yield step(
        "select day_ms, kind, name, turns, conversations, answered, money from traffic where day_ms >= $1 order by day_ms, kind, name",
        since_ms,
    )
    return [Traffic(r[0], r[1], r[2], r[3], r[4], r[5], tuple((c, Decimal(a)) for c, a in sorted(json_of(r[6]).items()))) for r in rows]


def last_act(act: str) -> Steps[int | None]:
    """Finds the newest step of a kind."""
    rows = yield step("select at_ms from audit where act = $1 order by at_ms desc limit 1", act)
    return int(rows[0][0]) if rows else None


def keep_figures(day_ms: int, record: Mapping[str, Any]) -> Steps[None]:
    """Keeps the figures of a day."""
    yield step(
        "insert into exposure (day_ms, record) values ($1, $2) on conflict (day_ms) do update set record = excluded.record",
        day_ms, json_text(record),
    )  # fmt: skip


def figures(since_ms: int) -> Steps[list[tuple[int, Mapping[str, Any]]]]:
    """Reads figures."""
    rows = yield step("select day_ms, record from exposure where day_ms >= $1 order by day_ms", since_ms)
    return [(int(r[0]), json_of(r[1])) for r in rows]


# -- drills -------------------------------------------------------------------------------------------------------------------
_DRILL = "select id, mode, started_ms, until_ms, ended_ms, asked, report from drill"


def put_drill(d: Drill) -> Steps[None]:
    """Stores a drill."""
    asked = json_text({"lost": list(d.lost), "how": d.how, "candidates": list(d.candidates)})
    yield step(
        "insert into drill (id, mode, started_ms, until_ms, ended_ms, asked, report) values ($1, $2, $3, $4, $5, $6, $7)"
        " on conflict (id) do update set until_ms = excluded.until_ms, ended_ms = excluded.ended_ms, asked = excluded.asked,"
        " report = excluded.report",
        d.id, d.mode, d.started_ms, d.until_ms, d.ended_ms, asked, json_text(d.report) if d.report else None,
    )  # fmt: skip


def begin_drill(d: Drill, *, now_ms: int) -> Steps[Drill | None]:
    """Stores a drill, unless another is running."""
    yield DRILLS_LOCK
    rows = yield step(f"{_DRILL} where ended_ms is null and until_ms > $1 order by until_ms limit 1", now_ms)
    if rows:
        return _drill_of(rows[0])
    yield from put_drill(d)
    return None


def prolong_drill(drill_id: str, *, until_ms: int, report: Mapping[str, Any] | None) -> Steps[bool]:
    """Moves the end of a drill that was not ended, and keeps how far it came."""
    told = json_text(report) if report is not None else None
    rows = yield step(
        "update drill set until_ms = $2, report = coalesce($3, report) where id = $1 and ended_ms is null returning id",
        drill_id, until_ms, told,
    )  # fmt: skip
    return bool(rows)


def end_drill(drill_id: str, *, at_ms: int, report: Mapping[str, Any]) -> Steps[None]:
    """Ends a drill."""
    yield step("update drill set ended_ms = $2, report = $3 where id = $1", drill_id, at_ms, json_text(report))


def find_drill(drill_id: str) -> Steps[Drill | None]:
    """Finds a drill."""
    rows = yield step(f"{_DRILL} where id = $1", drill_id)
    return _drill_of(rows[0]) if rows else None


def open_drills() -> Steps[list[Drill]]:
    """Finds drills that were not ended."""
    rows = yield step(f"{_DRILL} where ended_ms is null and until_ms > 0 order by until_ms")
    return [_drill_of(r) for r in rows]


def past_drills(limit: int) -> Steps[list[Drill]]:
    """Lists drills, newest first: their ids sort by time."""
    rows = yield step(f"{_DRILL} order by id desc limit $1", limit)
    return [_drill_of(r) for r in rows]


def _drill_of(r: Row) -> Drill:
    asked = json_of(r[5])
    return Drill(
        id=r[0],
        mode=cast(DrillMode, r[1]),
        lost=tuple(asked["lost"]),
        how=cast(Fault, asked["how"]),
        candidates=tuple(asked["candidates"]),
        started_ms=r[2],
        until_ms=r[3],
        ended_ms=r[4],
        report=json_of(r[6]) or {},
    )
