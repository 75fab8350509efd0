"""How a plan to leave stands, and what became of each of its members, for both databases."""

from collections.abc import Mapping, Sequence

from wasl.domain.ids import AddressId, ConversationId
from wasl.domain.person import AddressKind
from wasl.domain.sunset import Fate, Member, Progress, Sunset
from wasl.store.steps import Steps, step
from wasl.store.sunset_steps import FIRST, OF_MEMBER, OVERTAKEN, find

_EXPORTED = """select m.address_id from audit u join conversation c on c.person_id = u.person_id join sunset_member m
on m.conversation_id = c.id and m.sunset_id = $1 where u.act = 'export' and u.at_ms >= $2
union select m.address_id from audit u join conversation c on c.born_as = u.person_id join sunset_member m
on m.conversation_id = c.id and m.sunset_id = $1 where u.act = 'export' and u.at_ms >= $2"""


def progress(sunset_id: str) -> Steps[Progress]:
    """Counts how it stands."""
    rows = yield step(
        "select case when moved_ms is not null then 'moved' when lost is not null then lost when told_ms > 0 then 'told' else 'waiting'"
        " end, count(*) from sunset_member where sunset_id = $1 group by 1",
        sunset_id,
    )
    counts = {str(r[0]): int(r[1]) for r in rows}
    states = yield step(
        f"select t.milestone, case when t.said = {OVERTAKEN} then 'overtaken' else coalesce(d.state, 'queued') end, count(distinct"
        " t.address_id) from sunset_told t left join delivery d on d.message_id = t.message_id where t.sunset_id = $1 group by 1, 2",
        sunset_id,
    )
    by_milestone: dict[str, dict[str, int]] = {}
    for name, state, count in states:
        by_milestone.setdefault(name, {})[state] = int(count)
    whole: Mapping[str, Mapping[str, int]] = by_milestone
    plan = yield from find(sunset_id)
    exported = yield step(f"select count(*) from ({_EXPORTED}) found", sunset_id, plan.made_ms if plan is not None else 0)
    return Progress(
        everyone=sum(counts.values()),
        moved=counts.pop("moved", 0),
        told=counts.pop("told", 0),
        waiting=counts.pop("waiting", 0),
        unreachable=counts,
        by_milestone=whole,
        exported=int(exported[0][0]),
    )


def member(sunset_id: str, conversation_id: str) -> Steps[Member | None]:
    """Finds the member whose conversation it is."""
    rows = yield step(
        "select m.address_id, m.conversation_id, m.region, m.language, a.last_inbound_ms from sunset_member m"
        " join address a on a.id = m.address_id where m.sunset_id = $1 and m.conversation_id = $2 order by m.address_id limit 1",
        sunset_id, conversation_id,
    )  # fmt: skip
    return Member(AddressId(rows[0][0]), ConversationId(rows[0][1]), *rows[0][2:]) if rows else None


def home(sunset_id: str, address_id: str) -> Steps[ConversationId | None]:
    """Gives the conversation of a member: the one in which the address is now, as it may have been parted since."""
    rows = yield step(
        "select a.conversation_id from sunset_member m join address a on a.id = m.address_id where m.sunset_id = $1 and m.address_id = $2"
        " and (m.lost is null or m.lost <> 'erased')",
        sunset_id, address_id,
    )  # fmt: skip
    return ConversationId(rows[0][0]) if rows else None


def bearers(sunset: Sunset, *, handles: Sequence[str], kind: AddressKind) -> Steps[list[Member]]:
    """Finds members by what they were called, with the conversation in which the address is now."""
    found: dict[str, Member] = {}
    for name, of_kind in (("handle", "kind"), ("alias", "alias_kind")):
        rows = yield step(
            "select m.address_id, a.conversation_id, m.region, m.language, a.last_inbound_ms from address a join sunset_member m"
            f" on m.sunset_id = $1 and m.address_id = a.id where a.channel = $2 and a.{name} @t3 and a.{of_kind} = $4"
            " and (a.valid_to_ms is null or a.valid_to_ms >= $5) order by a.id",
            sunset.id, sunset.channel, list(handles), kind, sunset.on_ms,
        )  # fmt: skip
        found |= {row[0]: Member(AddressId(row[0]), ConversationId(row[1]), *row[2:]) for row in rows}
    return list(found.values())


def rest(sunset_id: str, *, after: str | None, limit: int) -> Steps[list[tuple[AddressId, str, str]]]:
    """Names who did not move."""
    rows = yield step(
        "select m.address_id, a.handle, coalesce(m.lost, case when m.told_ms > 0 then 'told' else 'waiting' end) from sunset_member m"
        " join address a on a.id = m.address_id where m.sunset_id = $1 and m.address_id > $2 and m.moved_ms is null"
        " order by m.address_id limit $3",
        sunset_id, after or FIRST, limit,
    )  # fmt: skip
    return [(AddressId(r[0]), r[1], r[2]) for r in rows]


def fates(sunset_id: str, *, after: str | None, limit: int) -> Steps[list[Fate]]:
    """Tells of everybody, by id: what became of them and by what that is known."""
    rows = yield step(
        f"""select m.address_id, coalesce(a.handle, ''), case when m.moved_ms is not null then 'moved' else
coalesce(m.lost, case when m.told_ms > 0 then 'told' else 'waiting' end) end, m.told_ms, (select d.state from sunset_told t
join delivery d on d.message_id = t.message_id where {OF_MEMBER} order by t.at_ms desc limit 1), m.moved_ms
from sunset_member m left join address a on a.id = m.address_id where m.sunset_id = $1 and m.address_id > $2
order by m.address_id limit $3""",
        sunset_id, after or FIRST, limit,
    )  # fmt: skip
    plan = yield from find(sunset_id)
    taken = {
        row[0]
        for row in (
            yield step(
                f"select address_id from ({_EXPORTED}) found where address_id @3",
                sunset_id, plan.made_ms if plan is not None else 0, [row[0] for row in rows],
            )
        )
    }  # fmt: skip
    return [Fate(AddressId(r[0]), r[1], r[2], r[3] or None, r[4], r[5], r[0] in taken) for r in rows]


# -- the farewell ---------------------------------------------------------------------------------------------------------------
def farewell(sunset_id: str, address_id: str, *, turn_id: str, now_ms: int, gap_ms: int) -> Steps[bool]:
    """Notes that it is said, unless that was a short while ago for another turn."""
    rows = yield step(
        "insert into farewell (sunset_id, address_id, turn_id, at_ms) values ($1, $2, $3, $4) on conflict (sunset_id, address_id)"
        " do update set turn_id = excluded.turn_id, at_ms = excluded.at_ms"
        " where farewell.at_ms <= $5 or farewell.turn_id = excluded.turn_id returning turn_id",
        sunset_id, address_id, turn_id, now_ms, now_ms - gap_ms,
    )  # fmt: skip
    return bool(rows)
