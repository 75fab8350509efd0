"""The books read out and taken in, for both databases, from the tables of `wire.archive_work`: each attribute there is a column here."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from wasl.domain.work import WorkRecord
from wasl.ports.works import WORK_MAX, WorkPage, WorkTaken
from wasl.store.entry_rows import sound_value
from wasl.store.rows import json_of, json_text
from wasl.store.steps import Row, Steps, step
from wasl.wire.archive_shapes import AT, ID, SMALL, WHOLE
from wasl.wire.archive_work import TABLES
from wasl.wire.record import FLAG, NUMBER, OBJECT

AGAIN: Final = "again"
_TYPES: Final[tuple[tuple[object, str], ...]] = (
    (ID, "uuid"), (AT, "bigint"), (WHOLE, "bigint"), (SMALL, "bigint"), (NUMBER, "float8"), (FLAG, "boolean"),
)  # fmt: skip
_CHANNEL_OF_TURN: Final = (
    "exists (select 1 from message m join address a on a.id = m.address_id where m.id = t.message_id and a.channel = $)"
)
_SAME_CALL: Final = (
    "o.started_ms = {r}.started_ms and o.candidate = {r}.candidate and o.work = {r}.work and o.outcome = {r}.outcome and o.took_ms ="
    " {r}.took_ms and o.input_tokens = {r}.input_tokens and o.output_tokens = {r}.output_tokens and o.turn_id is not distinct from"
    " {r}.turn_id and o.conversation_id is not distinct from {r}.conversation_id and o.request_id is not distinct from {r}.request_id"
)


class _Place(NamedTuple):
    """Where a kind stands: its table, the order in which it is read (columns with their types), which rows are meant, and how those of
    a channel are told; `fixed` columns are no field, and come in with a value of their own."""

    table: str
    order: tuple[str, ...]
    only: str = "true"
    channel: str = "t.channel = $"
    fixed: Mapping[str, str] = {}
    casts: Mapping[str, str] = {}


_PLACES: Final[Mapping[str, _Place]] = {
    "turn": _Place("turn", ("id",), only="t.state <> 'due'", channel=_CHANNEL_OF_TURN),
    "call": _Place("usage", ("started_ms", "id")),
    "purpose": _Place("purpose", ("id",), casts={"inherited": "smallint"}),
    "rating": _Place("purpose_rating", ("id",)),
    "redirect": _Place("redirect", ("turn_id",)),
    "handoff": _Place("handoff", ("id",)),
    "disclosure": _Place("disclosure", ("conversation_id", "channel")),
    "cost": _Place("cost_line", ("id",)),
    "budget": _Place("budget_account", ("budget", "period", "subject"), fixed={"held": "'0'"}),
    "evidence": _Place("evidence", ("id",)),
    "rulebook": _Place("rulebook", ("digest",)),
    "trouble": _Place("trouble", ("id",)),
    "tally": _Place("tally", ("key",)),
    "reached": _Place("reached", ("circle", "address_id")),
}
_LEFT: Final[Mapping[str, str]] = {
    "open_turns": "turn where state = 'due'",
    "budget_reservations": "budget_hold where settled is null",
    "plans_to_leave": "sunset",
    "successions": "succession",
    "drills": "drill",
    "days_of_exposure": "exposure",
    "watched_documents": "terms_source",
    "changes_of_terms": "terms_change",
    "raw_webhooks": "raw",
    "keys_and_logins": "token",
}
"""What no archive carries, and where it stands. Plans and open turns would be carried out on two machines at once; keys are secrets."""


def columns_of(kind: str) -> list[tuple[str, str]]:
    """Gives the columns of a kind with their types."""
    place, fields = _PLACES[kind], TABLES[kind].record.fields
    return [(f.name, place.casts.get(f.name) or _type(f.shape)) for f in fields if f.name != AGAIN]


def _type(shape: object) -> str:
    """Gives the type of a column: text where the shape is of no other."""
    return next((sql for known, sql in _TYPES if shape is known), "text")


# -- reading
def rows(kind: str, *, after: tuple[Any, ...] | None, conversation: str | None, channel: str | None) -> Steps[WorkPage]:
    """Gives a page of records in their order."""
    place, columns = _PLACES[kind], columns_of(kind)
    values: list[Any] = []

    def put(value: Any) -> str:
        values.append(value)
        return f"${len(values)}"

    where = [place.only]
    if after is not None:
        where.append(f"({', '.join(f't.{name}' for name in place.order)}) > ({', '.join(map(put, after))})")
    if conversation is not None:
        where.append(f"t.conversation_id = {put(conversation)}")
    if channel is not None:
        where.append(place.channel.replace("$", put(channel)))
    again = f", (select count(*) from usage o where o.id < t.id and {_SAME_CALL.format(r='t')})" if kind == "call" else ""
    found = yield step(
        f"select {', '.join(f't.{name}' for name in place.order)}, {', '.join(f't.{name}' for name, _ in columns)}{again}"
        f" from {place.table} t where {' and '.join(where)} order by {', '.join(f't.{name}' for name in place.order)} limit {WORK_MAX}",
        *values,
    )  # fmt: skip
    size = len(place.order)
    records = [_record(kind, row[size:]) for row in found]
    return WorkPage(records=records, after=tuple(found[-1][:size]) if len(found) == WORK_MAX else None)


def _record(kind: str, row: Row) -> WorkRecord:
    fields = TABLES[kind].record.fields
    values = {field.name: _read(field.shape, value) for field, value in zip(fields, row, strict=True)}
    return WorkRecord(kind, values)


def _read(shape: Any, value: Any) -> Any:
    if value is None:
        return None
    if shape is OBJECT:
        return json_of(value)
    return bool(value) if shape is FLAG else value


# -- taking
def take(records: Sequence[WorkRecord]) -> Steps[WorkTaken]:
    """Stores records of one kind; what is here already stays as it is."""
    if not records:
        return WorkTaken(added=0)
    kind = records[0].kind
    place, table, columns = _PLACES[kind], TABLES[kind], columns_of(kind)
    names = [name for name, _ in columns]
    typed = [f"{name} {sql}" for name, sql in columns]
    if kind == "call":
        typed.append(f"{AGAIN} bigint")
    given = f"#rows($1: {', '.join(typed)})# as r"
    told = json_text([_row(record, columns) for record in records])
    known = _known(kind)
    strange = 0
    if known != "true":
        strange = int((yield step(f"select count(*) from {given} where not ({known})", told))[0][0])
    added = yield step(
        f"insert into {place.table} ({', '.join([*names, *place.fixed])})"
        f" select {', '.join([*(f'r.{name}' for name in names), *place.fixed.values()])} from {given} where {known}"
        + (f" and (select count(*) from usage o where {_SAME_CALL.format(r='r')}) <= r.{AGAIN}" if kind == "call" else "")
        + f" on conflict do nothing returning {table.key[0]}",
        told,
    )
    if kind == "turn":
        yield from _count_turns(records)
    elif kind == "redirect":
        yield from _point_slots(records)
    return WorkTaken(added=len(added), strange=strange)


def _row(record: WorkRecord, columns: Sequence[tuple[str, str]]) -> list[Any]:
    found = []
    for name, sql in columns:
        value = sound_value(record.values.get(name))
        if isinstance(value, Mapping):
            value = json_text(value)
        found.append(int(value) if sql == "smallint" else value)
    return [*found, record.values[AGAIN] or 0] if record.kind == "call" else found


def _known(kind: str) -> str:
    """Says which of the rows `r` may come in: those of conversations that are here, and turns of which no later one is open."""
    fields = {field.name: field for field in TABLES[kind].record.fields}
    if kind == "rating":
        return "exists (select 1 from purpose p where p.id = r.purpose_id)"
    if "conversation_id" not in fields:
        return "true"
    here = "exists (select 1 from conversation c where c.id = r.conversation_id)"
    if kind == "turn":
        return here[:-1] + " and (r.seq <= c.closed_seq or c.turn_seq = c.closed_seq))"
    return here if fields["conversation_id"].needed else f"(r.conversation_id is null or {here})"


def _count_turns(records: Sequence[WorkRecord]) -> Steps[None]:
    """Lets the next turn of a conversation follow those that came, and leaves a conversation with open turns alone."""
    last: dict[str, int] = {}
    for record in records:
        held = record.values
        last[held["conversation_id"]] = max(last.get(held["conversation_id"], 0), held["seq"])
    for conversation in sorted(last):
        yield step(
            "update conversation set turn_seq = $2, closed_seq = $2 where id = $1 and turn_seq = closed_seq and turn_seq < $2",
            conversation, last[conversation],
        )  # fmt: skip


def _point_slots(records: Sequence[WorkRecord]) -> Steps[None]:
    """Lets nobody be pointed elsewhere anew who was pointed there a moment before the move."""
    newest: dict[str, Mapping[str, Any]] = {}
    for record in sorted(records, key=lambda one: int(one.values["at_ms"])):
        newest[record.values["person_id"]] = record.values
    told = json_text([[person, held["turn_id"], held["at_ms"]] for person, held in sorted(newest.items())])
    yield step(
        "insert into redirect_slot (person_id, turn_id, at_ms) select r.person_id, r.turn_id, r.at_ms"
        " from #rows($1: person_id uuid, turn_id uuid, at_ms bigint)# as r"
        " where exists (select 1 from redirect d where d.turn_id = r.turn_id) on conflict (person_id) do update"
        " set turn_id = excluded.turn_id, at_ms = excluded.at_ms where redirect_slot.at_ms < excluded.at_ms",
        told,
    )


def left() -> Steps[dict[str, int]]:
    """Counts what no archive carries."""
    found: dict[str, int] = {}
    for name, where in _LEFT.items():
        found[name] = int((yield step(f"select count(*) from {where}"))[0][0])
    return found
