"""Plans to leave a channel, whom they concern and who was told, for both databases."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec

from wasl.domain.ids import AddressId, ConversationId, MessageId, uuid7
from wasl.domain.message import plain_text
from wasl.domain.person import Address
from wasl.domain.sunset import MILESTONES, Audience, Lost, MilestoneName, Sunset, SunsetState, Telling
from wasl.store.rows import ADDRESS_COLUMNS, address_of, json_of, json_text, parts_of
from wasl.store.steps import Row, Steps, step

FIRST = "00000000-0000-0000-0000-000000000000"
HOUR_MS = 3_600_000
_HERE = "a.valid_to_ms is null and a.kind <> 'group'"
_ELSEWHERE = """exists (select 1 from address o where o.person_id = a.person_id and o.valid_to_ms is null and o.kind <> 'group'
and o.channel <> a.channel and coalesce(o.heard, 1) = 1)"""
_REFUSES = """exists (select 1 from consent c where c.channel = a.channel and c.address_scope = a.scope and c.handle = a.handle
and c.purpose = 'all' and not c.given)"""
_ANY = ", ".join(f"'{name}'" for name in MILESTONES)
SAID, OVERTAKEN = 1, 2
"""What became of a telling: its message is stored; a later milestone came before its message, or in its stead."""
OF_MEMBER = f"t.sunset_id = m.sunset_id and t.milestone in ({_ANY}) and t.address_id = m.address_id and t.said < {OVERTAKEN}"
"""What a member was told: the milestones are named, so that the primary key leads there and not to everybody's."""
_FAILED = f"""exists (select 1 from sunset_told t join delivery d on d.message_id = t.message_id where {OF_MEMBER}
and d.state = 'failed') and not exists (select 1 from sunset_told t join delivery d on d.message_id = t.message_id where {OF_MEMBER}
and d.state in ('sent', 'delivered', 'read'))"""


# -- plans ----------------------------------------------------------------------------------------------------------------------
def put(sunset: Sunset) -> Steps[None]:
    """Stores a plan."""
    yield step(
        "insert into sunset (id, channel, state, plan) values ($1, $2, $3, $4)"
        " on conflict (id) do update set state = excluded.state, plan = excluded.plan",
        sunset.id, sunset.channel, sunset.state, json_text(sunset),
    )  # fmt: skip


def find(sunset_id: str) -> Steps[Sunset | None]:
    """Finds a plan."""
    rows = yield step("select plan from sunset where id = $1", sunset_id)
    return _sunset_of(rows[0]) if rows else None


def plans(states: Sequence[SunsetState]) -> Steps[list[Sunset]]:
    """Lists plans, newest first: their ids sort by time."""
    where = " where state @t1" if states else ""
    rows = yield step(f"select plan from sunset{where} order by id desc", *([list(states)] if states else []))
    return [_sunset_of(r) for r in rows]


def _sunset_of(row: Row) -> Sunset:
    return msgspec.convert(json_of(row[0]), Sunset)


# -- whom it concerns -----------------------------------------------------------------------------------------------------------
def audience(channel: str, *, since_ms: int, after: str | None, limit: int) -> Steps[tuple[Counter[tuple[Any, ...]], str | None]]:
    """Counts the next addresses of a channel by kind; gives also the last of them, None when these were the last."""
    rows = yield step(
        f"""select region, language, win, other, ok, count(*), max(last) from (select cast(a.id as text) as last,
coalesce(a.country, '') as region, coalesce(a.language, '') as language, case when a.last_inbound_ms >= $2 then 1 else 0 end as win,
case when {_ELSEWHERE} then 1 else 0 end as other, case when {_REFUSES} then 0 else 1 end as ok from address a where a.id > $3
and a.channel = $1 and {_HERE} and coalesce(a.heard, 1) = 1 order by a.id limit $4) found group by region, language, win, other, ok""",
        channel, since_ms, after or FIRST, limit,
    )  # fmt: skip
    counted: Counter[tuple[Any, ...]] = Counter({tuple(r[:5]): int(r[5]) for r in rows})
    return counted, (None if sum(counted.values()) < limit else max(r[6] for r in rows))


def audiences(counted: Counter[tuple[Any, ...]]) -> list[Audience]:
    """Gives what was counted, sorted."""
    return [Audience(k[0], k[1], bool(k[2]), bool(k[3]), bool(k[4]), n) for k, n in sorted(counted.items())]


def enrol(sunset: Sunset, *, after: str | None, limit: int) -> Steps[AddressId | None]:
    """Puts the next addresses among the members."""
    place = ""
    values: list[Any] = [sunset.channel, after or FIRST, limit]
    if sunset.regions:
        values.append(list(sunset.regions))
        place += f" and coalesce(a.country, '') @t{len(values)}"
    if sunset.regions_except:
        values.append(list(sunset.regions_except))
        place += f" and not (coalesce(a.country, '') @t{len(values)})"
    rows = yield step(
        f"select a.id, a.conversation_id, coalesce(a.country, ''), coalesce(a.language, ''), case when {_REFUSES} then 1 else 0 end"
        f" from address a where a.id > $2 and a.channel = $1 and {_HERE} and coalesce(a.heard, 1) = 1{place} order by a.id limit $3",
        *values,
    )
    yield step(
        "insert into sunset_member (sunset_id, address_id, conversation_id, region, language, lost) select $1, address_id,"
        " conversation_id, region, language, lost from #rows($2: address_id uuid, conversation_id uuid, region text, language text,"
        " lost text)# as given where true on conflict (sunset_id, address_id) do nothing",
        sunset.id, json_text([[r[0], r[1], r[2], r[3], "no consent" if r[4] else None] for r in rows]),
    )  # fmt: skip
    return AddressId(rows[-1][0]) if len(rows) == limit else None


def regions(sunset_id: str) -> Steps[list[str]]:
    """Names the countries of the members, each found by one step through the index."""
    found: list[str] = []
    after: str | None = None
    while True:
        where = "" if after is None else " and region > $2"
        rows = yield step(
            f"select region from sunset_member where sunset_id = $1{where} order by region limit 1",
            sunset_id, *([] if after is None else [after]),
        )  # fmt: skip
        if not rows:
            return found
        after = str(rows[0][0])
        found.append(after)


# -- telling --------------------------------------------------------------------------------------------------------------------
def intend(
    sunset: Sunset,
    milestone: MilestoneName,
    *,
    regions: Sequence[str] | None,
    free_since_ms: int,
    outside_max: int,
    limit: int,
    now_ms: int,
    tails: Sequence[bytes],
) -> Steps[list[Telling]]:
    """Chooses who is told now and notes it. `tails` are ten random bytes for each message id."""
    values: list[Any] = [sunset.id, now_ms - sunset.gap_hours * HOUR_MS, limit]
    place = ""
    if regions is not None:
        values.append(list(regions))
        place = " and m.region @t4"
    if outside_max <= 0:  # whoever may not be told today must not stand before those who may
        values.append(free_since_ms)
        place += f" and a.last_inbound_ms >= ${len(values)}"
    rows = yield step(
        f"select {ADDRESS_COLUMNS}, m.conversation_id, m.region, m.language from sunset_member m join address a on a.id = m.address_id"
        f" where m.sunset_id = $1 and m.moved_ms is null and m.lost is null and m.told_ms <= $2{place}"
        f" and {_HERE} and not exists (select 1 from sunset_told t where t.sunset_id = m.sunset_id and t.milestone in ({_from(milestone)})"
        f" and t.address_id = m.address_id) and not {_ELSEWHERE} and not {_REFUSES} order by m.told_ms, m.address_id limit $3",
        *values,
    )
    chosen: list[Telling] = []
    for row, tail in zip(rows, tails, strict=False):
        address = address_of(row)
        free = address.last_inbound_ms is not None and address.last_inbound_ms >= free_since_ms
        if not free and outside_max <= 0:
            continue
        outside_max -= not free
        made = MessageId(uuid7(unix_ms=now_ms, tail=tail))
        chosen.append(Telling(milestone, address, ConversationId(row[13]), made, row[14], row[15], free))
    return (yield from _note(sunset, milestone, chosen, now_ms=now_ms))


def _note(sunset: Sunset, milestone: MilestoneName, chosen: Sequence[Telling], *, now_ms: int) -> Steps[list[Telling]]:
    """Notes who is told; gives those whom nobody else told meanwhile. Each is taken first: two who tell of two milestones at one time do
    not both reach one person. Earlier milestones that somebody was not told of are overtaken by this one, and that is noted too."""
    if not chosen:
        return []
    taken = yield step(
        "update sunset_member set told_ms = $2 where sunset_id = $1 and address_id @3 and told_ms <= $4 returning address_id",
        sunset.id, now_ms, sorted(t.address.id for t in chosen), now_ms - sunset.gap_hours * HOUR_MS,
    )  # fmt: skip
    ours = {row[0] for row in taken}
    chosen = [one for one in chosen if one.address.id in ours]
    if not chosen:
        return []
    noted = yield step(
        "insert into sunset_told (sunset_id, milestone, address_id, conversation_id, message_id, free, at_ms) select $1, $2,"
        " address_id, conversation_id, message_id, free, $3 from #rows($4: address_id uuid, conversation_id uuid, message_id uuid,"
        " free smallint)# as given where true on conflict (sunset_id, milestone, address_id) do nothing returning address_id",
        sunset.id, milestone, now_ms, json_text([[t.address.id, t.conversation_id, t.message_id, int(t.free)] for t in chosen]),
    )  # fmt: skip
    ours = {row[0] for row in noted}
    chosen = [one for one in chosen if one.address.id in ours]
    if chosen and (earlier := _before(sunset, milestone)):
        rows = [[name, t.address.id, t.conversation_id, t.message_id] for name in earlier for t in chosen]
        yield step(
            "insert into sunset_told (sunset_id, milestone, address_id, conversation_id, message_id, free, at_ms, said) select $1,"
            f" milestone, address_id, conversation_id, message_id, 1, $2, {OVERTAKEN} from #rows($3: milestone text, address_id uuid,"
            " conversation_id uuid, message_id uuid)# as given where true on conflict (sunset_id, milestone, address_id) do nothing",
            sunset.id, now_ms, json_text(rows),
        )  # fmt: skip
    return chosen


def _before(sunset: Sunset, milestone: MilestoneName) -> list[MilestoneName]:
    """Names the milestones of a plan that come before one."""
    return [one.name for one in sunset.milestones if MILESTONES.index(one.name) < MILESTONES.index(milestone)]


def _from(milestone: MilestoneName) -> str:
    """Names a milestone and all that come after it: who was told of one of them is not told of it any more."""
    return ", ".join(f"'{name}'" for name in MILESTONES[MILESTONES.index(milestone) :])


def still_due(sunset_id: str, delivery_id: str, *, now_ms: int) -> Steps[bool]:
    """Says whether a delivery that is late may still tell what it was to tell. If so, what comes next keeps its distance from now on;
    if a later milestone was told meanwhile, it is overtaken, and noted so."""
    rows = yield step(
        "select t.milestone, t.address_id from delivery d join sunset_told t on t.message_id = d.message_id where d.id = $1"
        f" and t.sunset_id = $2 and t.said < {OVERTAKEN}",
        delivery_id, sunset_id,
    )  # fmt: skip
    if not rows:
        return True
    milestone, address_id = rows[0]
    later = list(MILESTONES[MILESTONES.index(milestone) + 1 :])
    told = yield step(
        f"select 1 from sunset_told where sunset_id = $1 and address_id = $2 and milestone @t3 and said < {OVERTAKEN} limit 1",
        sunset_id, address_id, later,
    )  # fmt: skip
    if not told:
        yield step("update sunset_member set told_ms = $3 where sunset_id = $1 and address_id = $2", sunset_id, address_id, now_ms)
        return True
    yield step(
        f"update sunset_told set said = {OVERTAKEN} where sunset_id = $1 and milestone = $2 and address_id = $3",
        sunset_id, milestone, address_id,
    )  # fmt: skip
    return False


def awaits(sunset: Sunset, address_id: AddressId, *, begun: Sequence[MilestoneName], told_before_ms: int) -> Steps[MilestoneName | None]:
    """Gives the last of the milestones that have begun if an address was not told of it, None for whoever is not to be told now."""
    member = yield step("select moved_ms, lost, told_ms from sunset_member where sunset_id = $1 and address_id = $2", sunset.id, address_id)
    if member and (member[0][0] is not None or member[0][1] == "erased" or member[0][2] > told_before_ms):
        return None
    told = yield step(
        "select 1 from sunset_told where sunset_id = $1 and milestone = $3 and address_id = $2", sunset.id, address_id, begun[-1]
    )
    return None if told else begun[-1]


def intend_here(
    sunset: Sunset, milestone: MilestoneName, address: Address, *, conversation_id: ConversationId, region: str, free_since_ms: int,
    now_ms: int, tail: bytes,
) -> Steps[Telling | None]:  # fmt: skip
    """Chooses one address to be told now and notes it; whoever came since the last look becomes a member, and whoever was lost and wrote
    is lost no more."""
    yield step(
        "insert into sunset_member (sunset_id, address_id, conversation_id, region, language) values ($1, $2, $3, $4, $5)"
        " on conflict (sunset_id, address_id) do nothing",
        sunset.id, address.id, conversation_id, region, address.language or "",
    )  # fmt: skip
    rows = yield step(
        f"select {ADDRESS_COLUMNS}, m.conversation_id, m.region, m.language from sunset_member m join address a on a.id = m.address_id"
        " join sunset s on s.id = m.sunset_id and s.state = 'running' where m.sunset_id = $1 and m.address_id = $2 and m.moved_ms is null"
        " and (m.lost is null or m.lost <> 'erased')"
        f" and m.told_ms <= $3 and a.last_inbound_ms >= $4 and {_HERE} and not {_ELSEWHERE} and not {_REFUSES}",
        sunset.id, address.id, now_ms - sunset.gap_hours * HOUR_MS, free_since_ms,
    )  # fmt: skip
    made = MessageId(uuid7(unix_ms=now_ms, tail=tail))
    chosen = [Telling(milestone, address_of(r), ConversationId(r[13]), made, r[14], r[15], True) for r in rows]
    noted = yield from _note(sunset, milestone, chosen, now_ms=now_ms)
    if noted:
        yield step("update sunset_member set lost = null where sunset_id = $1 and address_id = $2", sunset.id, address.id)
    return noted[0] if noted else None


def words(conversations: Sequence[ConversationId], *, limit: int) -> Steps[dict[ConversationId, list[str]]]:
    """Gives the last few things that the people of conversations wrote, the newest first."""
    latest = ", ".join(
        "(select p.parts from message p where p.conversation_id = given.id and p.author = 'person' order by p.seq desc limit 1"
        f" offset {place})"
        for place in range(limit)
    )
    rows = yield step(f"select given.id, {latest} from #rows($1: id uuid)# as given", json_text([[one] for one in conversations]))
    return {ConversationId(r[0]): [plain_text(parts_of(parts)) for parts in r[1:] if parts is not None] for r in rows}


def unsaid(sunset_id: str, *, before_ms: int, limit: int) -> Steps[list[Telling]]:
    """Notes which messages are stored after all, and gives those that are not."""
    yield step(
        "update sunset_told set said = 1 where sunset_id = $1 and said = 0 and exists (select 1 from message m"
        " where m.id = sunset_told.message_id)",
        sunset_id,
    )
    rows = yield step(
        f"select {ADDRESS_COLUMNS}, t.conversation_id, t.message_id, m.region, m.language, t.free, t.milestone from sunset_told t"
        " join sunset_member m on m.sunset_id = t.sunset_id and m.address_id = t.address_id join address a on a.id = t.address_id"
        " where t.sunset_id = $1 and t.said = 0 and t.at_ms < $3 order by t.address_id limit $2",
        sunset_id, limit, before_ms,
    )  # fmt: skip
    return [Telling(r[18], address_of(r), ConversationId(r[13]), MessageId(r[14]), r[15], r[16], bool(r[17])) for r in rows]


def said(sunset_id: str, tellings: Sequence[Telling]) -> Steps[None]:
    """Notes that messages are stored."""
    yield step(
        "update sunset_told set said = 1 where sunset_id = $1 and said = 0 and address_id @2", sunset_id, [t.address.id for t in tellings]
    )


def outside(channel: str, *, since_ms: int) -> Steps[int]:
    """Counts who was told outside the window."""
    rows = yield step(
        "select count(*) from sunset_told t join sunset s on s.id = t.sunset_id where t.at_ms > $2 and t.free = 0 and s.channel = $1",
        channel, since_ms,
    )  # fmt: skip
    return int(rows[0][0])


def left(sunset: Sunset, milestone: MilestoneName) -> Steps[int]:
    """Counts who may still be told."""
    rows = yield step(
        "select count(*) from sunset_member m where m.sunset_id = $1 and m.moved_ms is null and m.lost is null and not exists"
        " (select 1 from sunset_told t where t.sunset_id = m.sunset_id and t.milestone = $2 and t.address_id = m.address_id)",
        sunset.id, milestone,
    )  # fmt: skip
    return int(rows[0][0])


def lose(sunset_id: str, address_id: str, *, why: Lost) -> Steps[None]:
    """Notes that a member cannot be told."""
    yield step("update sunset_member set lost = $3 where sunset_id = $1 and address_id = $2", sunset_id, address_id, why)


def mark(sunset_id: str, *, after: str | None, limit: int, now_ms: int) -> Steps[AddressId | None]:
    """Notes what became of the next members. Who moves after all is no longer lost."""
    rows = yield step(
        f"select m.address_id, case when {_ELSEWHERE} then 1 else 0 end, case when {_REFUSES} then 1 else 0 end,"
        f" case when m.told_ms > 0 and {_FAILED} then 1 else 0 end, m.lost from sunset_member m join address a on a.id = m.address_id"
        " where m.sunset_id = $1 and m.address_id > $2 and m.moved_ms is null order by m.address_id limit $3",
        sunset_id, after or FIRST, limit,
    )  # fmt: skip
    moved = [r[0] for r in rows if r[1]]
    if moved:
        yield step("update sunset_member set moved_ms = $2, lost = null where sunset_id = $1 and address_id @3", sunset_id, now_ms, moved)
    for why, ids in (
        ("no consent", [r[0] for r in rows if not r[1] and r[2] and not r[4]]),
        ("failed", [r[0] for r in rows if not r[1] and not r[2] and r[3] and not r[4]]),
    ):
        if ids:
            yield step("update sunset_member set lost = $2 where sunset_id = $1 and address_id @3", sunset_id, why, ids)
    return AddressId(rows[-1][0]) if len(rows) == limit else None


def close_addresses(sunset_id: str, *, at_ms: int, limit: int) -> Steps[int]:
    """Ends the validity of members' addresses."""
    rows = yield step(
        "update address set valid_to_ms = $2 where id in (select m.address_id from sunset_member m join address a on a.id = m.address_id"
        " where m.sunset_id = $1 and a.valid_to_ms is null order by m.address_id limit $3) returning id",
        sunset_id, at_ms, limit,
    )  # fmt: skip
    return len(rows)
