"""Reading who is who, for both databases."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from wasl.domain.errors import Malformed
from wasl.domain.identity import AuditRecord, By, Identity, LinkRecord, PersonView
from wasl.domain.ids import AddressId, ConversationId, PersonId
from wasl.domain.person import Address
from wasl.domain.turn import StoredMessage
from wasl.ports.people import Erasure
from wasl.store.message_rows import STORED, stored
from wasl.store.rows import ADDRESS_COLUMNS, address_of, json_of
from wasl.store.steps import Row, Steps, step
from wasl.wire.text import fold

PEOPLE_READ = 500
"""People looked through with one statement when somebody is searched for."""
_LINK = "select id, one, other, proof, made_by, at_ms, ended_ms, ended_by from link where"
_STORED = f"{STORED} where m.conversation_id = $1"
_IDENTITIES = """select c.id, coalesce(c.born_as, c.person_id), c.created_ms, c.last_ms,
(select count(*) from message m where m.conversation_id = c.id), (select min(m.stored_ms) from message m where m.conversation_id = c.id
and m.seq = (select min(n.seq) from message n where n.conversation_id = c.id)), c.person_id,
(select count(*) from chat k where k.owner = c.id)
from conversation c where c.person_id @1 order by c.id"""


def person_of(conversation_id: str) -> Steps[PersonId | None]:
    """Finds the person of a conversation."""
    rows = yield step("select person_id from conversation where id = $1", conversation_id)
    return PersonId(rows[0][0]) if rows else None


def siblings(conversation_id: str) -> Steps[Sequence[ConversationId]]:
    """Finds the conversations of the same person."""
    rows = yield step(
        "select o.id from conversation c join conversation o on o.person_id = c.person_id where c.id = $1 order by o.id", conversation_id
    )
    return [ConversationId(r[0]) for r in rows]


def addresses(person_id: str) -> Steps[Sequence[tuple[Address, ConversationId]]]:
    """Finds a person's open addresses, the one last written from first."""
    rows = yield step(
        f"select {ADDRESS_COLUMNS}, a.conversation_id from address a where a.person_id = $1 and a.valid_to_ms is null"
        " order by coalesce(a.last_inbound_ms, -1) desc, a.valid_from_ms desc, a.id desc",
        person_id,
    )
    return [(address_of(r), ConversationId(r[13])) for r in rows]


def link_of(row: Row) -> LinkRecord:
    """Reads a link."""
    return LinkRecord(
        id=row[0],
        one=ConversationId(row[1]),
        other=ConversationId(row[2]),
        proof=row[3],
        by=cast(By, row[4]),
        at_ms=row[5],
        ended_ms=row[6],
        ended_by=cast(By | None, row[7]),
    )


def find_link(link_id: str) -> Steps[LinkRecord | None]:
    """Finds a link by its id."""
    rows = yield step(f"{_LINK} id = $1", link_id)
    return link_of(rows[0]) if rows else None


def links_of(conversations: Sequence[str]) -> Steps[list[LinkRecord]]:
    """Finds every link, active or ended, that touches one of the conversations, oldest first."""
    ids = list(conversations)
    rows = yield step(f"{_LINK} one @1 union {_LINK} other @1 order by 6, 1", ids)
    return [link_of(r) for r in rows]


def view(person_id: str) -> Steps[PersonView | None]:
    """Gives a person with everything that is theirs."""
    found = yield from views([person_id])
    return found[0] if found else None


def views(people: Sequence[str]) -> Steps[Sequence[PersonView]]:
    """Gives several people, by id; whoever has no conversation is left out."""
    ids = list(people)
    rows = yield step(_IDENTITIES, ids)
    if not rows:
        return []
    named = yield step("select id, name, kind from person where id @1", ids)
    placed = yield step(
        f"select {ADDRESS_COLUMNS}, a.conversation_id from address a where a.person_id @1 order by a.valid_from_ms, a.id", ids
    )
    held = yield step("select person_id, reason from legal_hold where person_id @1", [*ids, *{r[1] for r in rows}])
    links = yield from links_of([r[0] for r in rows])
    holds = {r[0]: r[1] for r in held}
    names = {r[0]: (r[1], r[2]) for r in named}
    by_conversation: dict[str, list[Address]] = {}
    for row in placed:
        by_conversation.setdefault(row[13], []).append(address_of(row))
    return [
        _view(person_id, [r for r in rows if r[6] == person_id], names, by_conversation, links, holds)
        for person_id in sorted({r[6] for r in rows})
    ]


def _view(
    person_id: str,
    rows: Sequence[Row],
    names: Mapping[str, tuple[str | None, str]],
    places: Mapping[str, Sequence[Address]],
    links: Sequence[LinkRecord],
    holds: Mapping[str, str],
) -> PersonView:
    own = {r[0] for r in rows}
    name, kind = names.get(person_id, (None, "person"))
    return PersonView(
        id=PersonId(person_id),
        name=name,
        kind=kind,
        identities=tuple(
            Identity(
                conversation_id=ConversationId(r[0]),
                born_as=PersonId(r[1]),
                addresses=tuple(places.get(r[0], ())),
                messages=r[4],
                chats=r[7],
                first_ms=r[2] if r[5] is None else r[5],
                last_ms=r[3],
            )
            for r in rows
        ),
        links=tuple(link for link in links if link.one in own or link.other in own),
        hold=next((holds[p] for p in sorted({person_id, *(r[1] for r in rows)}) if p in holds), None),
    )


def find_page(after: str | None) -> Steps[Sequence[tuple[str, str]]]:
    """Gives the next people by id, each with everything that they may be found by, folded."""
    rows = yield step(
        f"select id, name from person where id > $1 order by id limit {PEOPLE_READ}", after or "00000000-0000-0000-0000-000000000000"
    )
    if not rows:
        return []
    ids = [r[0] for r in rows]
    words: dict[str, list[str]] = {r[0]: [r[0], r[1] or ""] for r in rows}
    for r in (yield step("select person_id, handle, alias, name from address where person_id @1", ids)):
        words[r[0]] += [w for w in r[1:] if w]
    for r in (yield step("select person_id, id from conversation where person_id @1", ids)):
        words[r[0]].append(r[1])
    return [(person_id, fold("\n".join(words[person_id]))) for person_id in ids]


def timeline(conversations: Sequence[str], *, before: str | None, after: str | None, limit: int) -> Steps[Sequence[StoredMessage]]:
    """Gives messages of several conversations by id, oldest first."""
    rows: list[Row] = []
    for conversation_id in conversations:
        if after is not None:
            rows += yield step(f"{_STORED} and m.id > $2 order by m.id limit $3", conversation_id, after, limit)
        elif before is not None:
            rows += yield step(f"{_STORED} and m.id < $2 order by m.id desc limit $3", conversation_id, before, limit)
        else:
            rows += yield step(f"{_STORED} order by m.id desc limit $2", conversation_id, limit)
    rows.sort(key=lambda r: str(r[0]))
    kept = rows[:limit] if after is not None else rows[max(0, len(rows) - limit) :]
    return [stored(r) for r in kept]


_AUDIT = "select id, at_ms, made_by, act, person_id, conversation_id, address_id, detail from audit"


def audit(person_id: str | None, *, limit: int, before: str | None) -> Steps[Sequence[AuditRecord]]:
    """Lists steps, newest first: of a person and of everybody who was born in their conversations, or of all."""
    until = before or "g"  # greater than every id, which is hexadecimal
    if person_id is None:
        rows = yield step(f"{_AUDIT} where id < $1 order by id desc limit $2", until, limit)
    else:
        people = yield from everybody_of(person_id)
        rows = yield step(f"{_AUDIT} where person_id @1 and id < $2 order by id desc limit $3", people, until, limit)
    return [audit_of(r) for r in rows]


def audit_of(r: Row) -> AuditRecord:
    """Reads a step."""
    return AuditRecord(
        id=r[0],
        at_ms=r[1],
        by=cast(By, r[2]),
        act=r[3],
        person_id=PersonId(r[4]),
        conversation_id=ConversationId(r[5]) if r[5] else None,
        address_id=AddressId(r[6]) if r[6] else None,
        detail=json_of(r[7]),
    )


def everybody_of(person_id: str) -> Steps[list[str]]:
    """Gives a person's id and the ids that their conversations were born under."""
    rows = yield step("select coalesce(born_as, person_id) from conversation where person_id = $1", person_id)
    return sorted({person_id, *(r[0] for r in rows)})


def erasures() -> Steps[Sequence[Erasure]]:
    """Lists what was erased, oldest first."""
    rows = yield step("select id, at_ms, made_by, person_id, conversations, addresses, receipt from erasure order by at_ms, id")
    return [
        Erasure(
            id=r[0],
            at_ms=r[1],
            by=cast(By, r[2]),
            person_id=PersonId(r[3]),
            conversations=tuple(json_of(r[4])),
            addresses=tuple(json_of(r[5])),
            receipt=json_of(r[6]),
        )
        for r in rows
    ]


def must(found: Any, what: str) -> Any:
    """Refuses an id of something that is not there."""
    if found is None:
        raise Malformed(f"there is no {what}; nothing was changed")
    return found
