"""Moving house: people as an archive holds them, out and in, for both databases.

`extra` of a record holds what is ours alone: "kind", "created_ms", "hold", "conversations" (id, born_as, created_ms, last_ms) and
"places" (address id to conversation id).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from wasl.domain.identity import AuditRecord, LinkRecord, PersonView
from wasl.domain.person import Address
from wasl.ports.format import PersonRecord
from wasl.store.people_forget import consents_of, processor
from wasl.store.people_join import note, settle
from wasl.store.people_read import audit, views
from wasl.store.steps import PEOPLE_LOCK, Steps, step

NewId = Callable[[], str]
AUDIT_PER_PERSON_MAX = 10_000


def records(people: Sequence[str] | None, *, after: str | None, limit: int) -> Steps[Sequence[PersonRecord]]:
    """Gives people as an archive holds them, by id."""
    found = yield from page(people, after=after, limit=limit)
    shown = yield from views(found)
    made = []
    for one in shown:
        made.append((yield from _record(one)))
    return made


def page(people: Sequence[str] | None, *, after: str | None, limit: int) -> Steps[list[str]]:
    """Gives the next ids of people that have a conversation."""
    since = after or "00000000-0000-0000-0000-000000000000"
    if people is not None:
        return sorted(p for p in set(people) if p > since)[:limit]
    rows = yield step(
        "select p.id from person p where p.id > $1 and exists"
        " (select 1 from conversation c where c.person_id = p.id) order by p.id limit $2",
        since, limit,
    )  # fmt: skip
    return [r[0] for r in rows]


def _record(one: PersonView) -> Steps[PersonRecord]:
    ids = [i.conversation_id for i in one.identities]
    created = yield step("select created_ms from person where id = $1", one.id)
    times = yield step("select id, created_ms, last_ms from conversation where id @1 order by id", ids)
    calls = yield step(
        "select candidate, provider, region, count(*), sum(input_tokens), sum(output_tokens), min(started_ms), max(started_ms) from usage"
        " where conversation_id @1 group by candidate, provider, region order by candidate, provider, region",
        ids,
    )
    places = [(a.key.channel, a.key.scope, a.key.handle, a.key.alias) for i in one.identities for a in i.addresses]
    consents = yield from consents_of(places)
    steps = yield from audit(one.id, limit=AUDIT_PER_PERSON_MAX, before=None)
    born = {i.conversation_id: i.born_as for i in one.identities}
    return PersonRecord(
        id=one.id,
        name=one.name,
        addresses=tuple(a for i in one.identities for a in i.addresses),
        links=tuple(asdict(link) for link in one.links),
        consents=tuple(consents),
        processors=tuple(processor(r) for r in calls),
        audit=tuple(asdict(s) for s in reversed(steps)),
        extra=extra_of(one, created_ms=created[0][0] if created else 0, times=[(t[0], born[t[0]], t[1], t[2]) for t in times]),
    )


def extra_of(one: PersonView, *, created_ms: int, times: Sequence[tuple[str, str, int, int]]) -> Mapping[str, Any]:
    """Writes what is ours alone of a person."""
    return {
        "kind": one.kind,
        "created_ms": created_ms,
        "hold": one.hold,
        "conversations": [{"id": t[0], "born_as": t[1], "created_ms": t[2], "last_ms": t[3]} for t in times],
        "places": {a.id: i.conversation_id for i in one.identities for a in i.addresses},
    }


def adopt(record: PersonRecord, *, now: int) -> Steps[bool]:
    """Stores a person from an archive; what is here already stays as it is."""
    yield PEOPLE_LOCK
    extra = record.extra
    kind, created = extra.get("kind", "person"), extra.get("created_ms", now)
    listed: Sequence[Mapping[str, Any]] = extra.get("conversations", ())
    people = sorted({record.id, *(c["born_as"] for c in listed)})
    new = False
    for person in people:
        name = record.name if person == record.id else None
        rows = yield step(
            "insert into person (id, kind, name, created_ms) values ($1, $2, $3, $4) on conflict (id) do nothing returning id",
            person, kind, name, created,
        )  # fmt: skip
        new = new or (bool(rows) and person == record.id)
    for c in listed:
        yield step(
            "insert into conversation (id, person_id, born_as, created_ms, last_ms) values ($1, $2, $3, $4, $5)"
            " on conflict (id) do nothing",
            c["id"], record.id, c["born_as"], c["created_ms"], c["last_ms"],
        )  # fmt: skip
    here = {r[0] for r in (yield step("select id from conversation where id @1", [c["id"] for c in listed]))}
    for address in record.addresses:
        where = extra.get("places", {}).get(address.id)
        if where in here:
            yield from _adopt_address(address, where, record.id, now=now)
    yield from _adopt_rest(record)
    standing = yield step("select distinct person_id from conversation where id @1", sorted(here))
    yield from settle([r[0] for r in standing], now=now, fence=False)
    return new


def _adopt_address(a: Address, where: str, person: str, *, now: int) -> Steps[None]:
    """Stores an address; one whose handle is somebody's here already comes in closed."""
    taken = yield step(
        "select id from address where channel = $1 and scope = $2 and handle = $3 and valid_to_ms is null",
        a.key.channel, a.key.scope, a.key.handle,
    )  # fmt: skip
    until = now if taken and a.valid_to_ms is None else a.valid_to_ms
    yield step(
        "insert into address (id, person_id, conversation_id, channel, scope, handle, kind, alias, alias_kind, name, language,"
        " valid_from_ms, valid_to_ms, last_inbound_ms) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
        " on conflict (id) do nothing",
        a.id, person, where, a.key.channel, a.key.scope, a.key.handle, a.key.kind, a.key.alias, a.key.alias_kind, a.name, a.language,
        a.valid_from_ms, until, a.last_inbound_ms,
    )  # fmt: skip


def _adopt_rest(record: PersonRecord) -> Steps[None]:
    for told in record.links:
        k = LinkRecord(**told)
        yield step(
            "insert into link (id, one, other, proof, made_by, at_ms, ended_ms, ended_by) values ($1, $2, $3, $4, $5, $6, $7, $8)"
            " on conflict (id) do nothing",
            k.id, k.one, k.other, k.proof, k.by, k.at_ms, k.ended_ms, k.ended_by,
        )  # fmt: skip
    for c in record.consents:
        found = yield step(
            "select 1 from consent where channel = $1 and address_scope = $2 and handle = $3 and purpose = $4",
            c["channel"], c["scope"], c["handle"], c["purpose"],
        )  # fmt: skip
        if not found:
            given = "true" if c["given"] else "false"
            yield step(
                f"insert into consent (channel, address_scope, handle, purpose, given, at_ms) values ($1, $2, $3, $4, {given}, $5)",
                c["channel"], c["scope"], c["handle"], c["purpose"], c["at_ms"],
            )  # fmt: skip
    for s in record.audit:
        yield from note(AuditRecord(**s))
    if reason := record.extra.get("hold"):
        yield step(
            "insert into legal_hold (person_id, reason, made_by, at_ms) values ($1, $2, 'system', $3) on conflict (person_id) do nothing",
            record.id, reason, record.extra.get("created_ms", 0),
        )  # fmt: skip
