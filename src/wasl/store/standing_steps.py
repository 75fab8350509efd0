"""How people stand with us, as statements for both databases."""

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any, cast

from wasl.domain.handoff import Handoff, HandoffEnd, HandoffWhy, Permission, Standing
from wasl.domain.ids import ConversationId
from wasl.domain.person import AddressKey
from wasl.ports.standing import EMERGENCY_NOTE, EVERYTHING, OPT_OUT_NOTE
from wasl.store.steps import Row, Steps, step

_COLUMNS = "h.id, h.conversation_id, h.channel, h.why, h.asked_ms, h.returns_ms, h.note, h.taken_ms, h.taken_by, h.ended_ms, h.ended_by"
_SAID = "given, at_ms from consent where channel = $2 and address_scope = $3 and purpose = 'all' and handle ="
_STANDING = f"""select 'said', {_SAID} $4 union all select 'said', {_SAID} $5
union all select 'returned', null, max(ended_ms) from handoff where conversation_id = $1
union all select 'open', null, asked_ms from handoff where conversation_id = $1 and ended_ms is null
union all select 'disclosed', null, at_ms from disclosure where conversation_id = $1 and channel = $2"""
"""Facts, one a row. A row of many subqueries costs SQLite three times as much; nearly always there is no consent and no handoff."""
_ALLOWS = "select purpose, given, at_ms from consent where channel = $1 and address_scope = $2 and handle ="
_ALLOWED = f"{_ALLOWS} $3 union all {_ALLOWS} $4"
_ELSEWHERE = f"""select {_COLUMNS} from conversation m join conversation o on o.person_id = m.person_id
join handoff h on h.conversation_id = o.id and h.ended_ms is null where m.id = $1 order by h.asked_ms limit 1"""
_OPEN = f"select {_COLUMNS} from handoff h where h.conversation_id = $1 and h.ended_ms is null"
_FAREWELL = """select 1 from delivery d join turn t on t.conversation_id = d.conversation_id and t.reply_id = d.message_id
where d.id = $1 and t.conversation_id = $2 and (t.note = $3 or t.note like $4)"""
_HUMAN_HELP = """select 1 from delivery d join message m on m.id = d.message_id
join handoff h on h.conversation_id = d.conversation_id and h.ended_ms is null and h.why = 'emergency'
where d.id = $1 and d.conversation_id = $2 and m.author = 'operator'"""


_when: Callable[[Row], int] = itemgetter(2)


def standing(conversation_id: str, key: AddressKey, *, shared: bool) -> Steps[Standing]:
    """Reads what a turn must know."""
    rows = yield step(_STANDING, conversation_id, key.channel, key.scope, key.handle, key.alias or key.handle)
    said = max((row for row in rows if row[0] == "said"), key=_when, default=None)
    facts = {fact: at_ms for fact, _, at_ms in rows}
    handoff = (yield from open_handoff(conversation_id)) if "open" in facts else None
    if handoff is None and shared:
        elsewhere = yield step(_ELSEWHERE, conversation_id)
        handoff = handoff_of(elsewhere[0]) if elsewhere else None
    return Standing(
        opted_out_ms=None if said is None or said[1] else said[2] or None,
        handoff=handoff,
        returned_ms=facts["returned"],
        disclosed_ms=facts.get("disclosed"),
    )


def permission(key: AddressKey, *, conversation_id: str | None, delivery_id: str | None) -> Steps[Permission]:
    """Reads what a person allows."""
    rows = yield step(_ALLOWED, key.channel, key.scope, key.handle, key.alias or key.handle)
    said = {r[0]: bool(r[1]) for r in sorted(rows, key=_when)}  # the newest word of each purpose comes last
    opted_out = said.get(EVERYTHING) is False
    if opted_out and conversation_id is not None and delivery_id is not None:
        owed = yield step(_FAREWELL, delivery_id, conversation_id, OPT_OUT_NOTE, f"{EMERGENCY_NOTE}%")
        if not owed:
            owed = yield step(_HUMAN_HELP, delivery_id, conversation_id)
        opted_out = not owed
    return Permission(opted_out=opted_out, marketing=False if said.get(EVERYTHING) is False else said.get("marketing"))


def set_consent(key: AddressKey, *, purpose: str, given: bool, at_ms: int) -> Steps[None]:
    """Stores what a person allows."""
    word = "true" if given else "false"
    yield step(
        f"insert into consent (channel, address_scope, handle, purpose, given, at_ms) values ($1, $2, $3, $4, {word}, $5)"
        " on conflict (channel, address_scope, handle, purpose) do update set given = excluded.given, at_ms = excluded.at_ms"
        " where excluded.at_ms >= consent.at_ms",
        key.channel, key.scope, key.handle, purpose, at_ms,
    )  # fmt: skip


def hand_over(handoff: Handoff) -> Steps[Handoff]:
    """Opens a handoff, unless one is open; one that nobody took yet becomes an emergency by one."""
    yield step(
        "insert into handoff (id, conversation_id, channel, why, asked_ms, returns_ms, note, taken_ms, taken_by) values"
        " ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (conversation_id) where ended_ms is null do update set why = excluded.why"
        " where excluded.why = 'emergency' and handoff.taken_ms is null",
        handoff.id, handoff.conversation_id, handoff.channel, handoff.why, handoff.asked_ms, handoff.returns_ms, handoff.note,
        handoff.taken_ms, handoff.taken_by,
    )  # fmt: skip
    rows = yield step(_OPEN, handoff.conversation_id)
    return handoff_of(rows[0])


def take(conversation_id: str, *, by: str, now: int, returns: int) -> Steps[Handoff | None]:
    """Notes who has it."""
    yield step(
        "update handoff set taken_ms = coalesce(taken_ms, $2), taken_by = coalesce(taken_by, $3), returns_ms ="
        " case when returns_ms < $4 then $4 else returns_ms end where conversation_id = $1 and ended_ms is null",
        conversation_id, now, by, returns,
    )  # fmt: skip
    return (yield from open_handoff(conversation_id))


def give_back(conversation_id: str, *, by: HandoffEnd, now: int) -> Steps[Handoff | None]:
    """Ends the open handoff."""
    rows = yield step(
        "update handoff set ended_ms = $2, ended_by = $3 where conversation_id = $1 and ended_ms is null"
        " returning id, conversation_id, channel, why, asked_ms, returns_ms, note, taken_ms, taken_by, ended_ms, ended_by",
        conversation_id, now, by,
    )  # fmt: skip
    return handoff_of(rows[0]) if rows else None


def open_handoff(conversation_id: str) -> Steps[Handoff | None]:
    """Reads the open handoff."""
    rows = yield step(_OPEN, conversation_id)
    return handoff_of(rows[0]) if rows else None


def handoffs(*, limit: int, ended: bool) -> Steps[Sequence[Handoff]]:
    """Lists handoffs."""
    if ended:
        sql = f"select {_COLUMNS} from handoff h where h.ended_ms is not null order by h.ended_ms desc limit $1"
    else:
        sql = f"select {_COLUMNS} from handoff h where h.ended_ms is null order by h.asked_ms limit $1"
    rows = yield step(sql, limit)
    return [handoff_of(r) for r in rows]


def waiting() -> Steps[int]:
    """Counts the handoffs that nobody has taken."""
    rows = yield step("select count(*) from handoff where ended_ms is null and taken_ms is null")
    return int(rows[0][0])


def disclosed(conversation_id: str, *, channel: str, at: int) -> Steps[None]:
    """Remembers a disclosure."""
    yield step(
        "insert into disclosure (conversation_id, channel, at_ms) values ($1, $2, $3)"
        " on conflict (conversation_id, channel) do update set at_ms = excluded.at_ms where excluded.at_ms > disclosure.at_ms",
        conversation_id, channel, at,
    )  # fmt: skip


def handoff_of(row: Row) -> Handoff:
    """Reads a handoff from the columns in their order."""
    value: Sequence[Any] = row
    return Handoff(
        id=value[0],
        conversation_id=ConversationId(str(value[1])),
        channel=value[2],
        why=cast(HandoffWhy, value[3]),
        asked_ms=value[4],
        returns_ms=value[5],
        note=value[6],
        taken_ms=value[7],
        taken_by=value[8],
        ended_ms=value[9],
        ended_by=cast(HandoffEnd | None, value[10]),
    )
