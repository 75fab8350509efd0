"""Joining and parting people, for both databases. Whatever is refused is refused before the first change."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from wasl.domain.errors import Refused
from wasl.domain.identity import CONVERSATIONS_PER_PERSON_MAX, AuditRecord, By, LinkRecord, settled
from wasl.domain.ids import AddressId, ConversationId, PersonId
from wasl.store.people_read import everybody_of, find_link, links_of, must
from wasl.store.rows import json_text
from wasl.store.steps import PEOPLE_LOCK, Row, Steps, step

NewId = Callable[[], str]
_STANDING = """select id, person_id, coalesce(born_as, person_id), shared from conversation where person_id @1 order by id #lock#"""
# A holder of the lease may have prepared an answer out of what is somebody else's now: it is fenced. While something is on the wire the
# lease keeps its time, so that nobody takes a send that goes on for one whose sender died.
_FENCE = """update conversation set epoch = epoch + 1,
ready_at = case when owner is null or exists (select 1 from delivery d where d.conversation_id = conversation.id and d.state = 'sending')
then ready_at else $2 end,
owner = case when exists (select 1 from delivery d where d.conversation_id = conversation.id and d.state = 'sending') then owner end
where id @1"""


def link(wanted: LinkRecord, *, new_id: NewId, now: int) -> Steps[LinkRecord]:
    """Joins two people."""
    yield PEOPLE_LOCK
    known = yield from find_link(wanted.id)
    if known is not None:
        return known
    people = yield from _joinable(wanted)
    yield step(
        "insert into link (id, one, other, proof, made_by, at_ms) values ($1, $2, $3, $4, $5, $6)",
        wanted.id, wanted.one, wanted.other, wanted.proof, wanted.by, wanted.at_ms,
    )  # fmt: skip
    yield from settle(people, now=now, fence=False)
    yield from _tell_both(wanted, people, act="link", by=wanted.by, new_id=new_id, now=now)
    return wanted


def relink(link_id: str, *, by: By, new_id: NewId, now: int) -> Steps[LinkRecord]:
    """Opens an ended link again."""
    yield PEOPLE_LOCK
    known: LinkRecord = must((yield from find_link(link_id)), f"link {link_id!r}")
    if known.ended_ms is None:
        return known
    people = yield from _joinable(known)
    yield step("update link set ended_ms = null, ended_by = null where id = $1", link_id)
    yield from settle(people, now=now, fence=False)
    yield from _tell_both(known, people, act="relink", by=by, new_id=new_id, now=now)
    return must((yield from find_link(link_id)), "link")  # type: ignore[no-any-return]  # must gives what it was given


def unlink(link_id: str, *, by: By, new_id: NewId, now: int) -> Steps[LinkRecord]:
    """Ends a link."""
    yield PEOPLE_LOCK
    known: LinkRecord = must((yield from find_link(link_id)), f"link {link_id!r}")
    if known.ended_ms is not None:
        return known
    person = must((yield from _person_of(known.one)), f"conversation {known.one!r}")
    yield from _end([link_id], [person[0]], by=by, now=now)
    after = yield step("select distinct person_id from conversation where id @1", [known.one, known.other])
    yield from _tell_both(known, [r[0] for r in after], act="unlink", by=by, new_id=new_id, now=now)
    return must((yield from find_link(link_id)), "link")  # type: ignore[no-any-return]  # must gives what it was given


def _end(links: Sequence[str], people: Sequence[str], *, by: By, now: int) -> Steps[None]:
    for link_id in links:
        yield step("update link set ended_ms = $2, ended_by = $3 where id = $1", link_id, now, by)
    yield from settle(people, now=now, fence=True)


def _person_of(conversation_id: str) -> Steps[Row | None]:
    rows = yield step("select p.id, p.kind from conversation c join person p on p.id = c.person_id where c.id = $1", conversation_id)
    return rows[0] if rows else None


def _joinable(wanted: LinkRecord) -> Steps[list[str]]:
    """Gives the two people that a link would join. Raises Malformed, Refused."""
    one = must((yield from _person_of(wanted.one)), f"conversation {wanted.one!r}")
    other = must((yield from _person_of(wanted.other)), f"conversation {wanted.other!r}")
    people = sorted({one[0], other[0]})
    rows = yield step("select count(*) from conversation where person_id @1", people)
    refuse_link(kinds=(one[1], other[1]), people=len(people), conversations=rows[0][0])
    return people


def refuse_link(*, kinds: tuple[str, str], people: int, conversations: int) -> None:
    """Raises Refused for a link that must not be."""
    if "group" in kinds:
        raise Refused("a group is nobody's: its conversation is never linked", why="group")
    if people == 1:
        raise Refused("both conversations are one person's already", why="one already")
    if conversations > CONVERSATIONS_PER_PERSON_MAX:
        raise Refused(f"one person would have {conversations} conversations; at most {CONVERSATIONS_PER_PERSON_MAX} are joined", why="many")


def settle(people: Sequence[str], *, now: int, fence: bool) -> Steps[None]:
    """Lets conversations name the person that the active links make them: those that are now named by `people`."""
    rows = yield step(_STANDING, list(people))
    links = yield from links_of([r[0] for r in rows])
    born = {ConversationId(r[0]): PersonId(r[2]) for r in rows}
    placed = settled(list(born), links, born=born)
    sizes = Counter(placed.values())
    if fence:
        yield step(_FENCE, [r[0] for r in rows], now)
    for row in rows:
        person = placed[row[0]]
        shared = int(sizes[person] > 1)
        if (person, shared) != (row[1], row[3]):
            yield step(
                "update conversation set born_as = coalesce(born_as, person_id), person_id = $2, shared = $3,"
                " identity_epoch = identity_epoch + 1 where id = $1",
                row[0], person, shared,
            )  # fmt: skip
            yield step("update address set person_id = $2 where conversation_id = $1", row[0], person)
    if fence:
        for row in rows:
            yield from call_back(row[0], placed[row[0]])


_ASTRAY = """select d.id from delivery d join address a on a.id = d.address_id where d.conversation_id = $1
and d.state in ('queued', 'sending', 'unknown') and a.conversation_id <> $1 and a.person_id <> $2"""
_OWN = """select id, channel from address where conversation_id = $1
order by case when valid_to_ms is null then 0 else 1 end, coalesce(last_inbound_ms, -1) desc, id desc limit 1"""


def call_back(conversation_id: str, person_id: str) -> Steps[None]:
    """Brings home what is still to be sent to an address that is somebody else's since a link ended."""
    astray = yield step(_ASTRAY, conversation_id, person_id)
    if astray:
        own = yield step(_OWN, conversation_id)
        for address_id, channel in own:
            yield step("update delivery set address_id = $2, channel = $3 where id @1", [r[0] for r in astray], address_id, channel)


def split(address_id: str, *, by: By, new_id: NewId, now: int) -> Steps[ConversationId]:
    """Parts an address from its conversation, or from those it is linked with."""
    yield PEOPLE_LOCK
    found = yield step("select a.conversation_id, a.person_id, p.kind from address a join person p on p.id = a.person_id"
                       " where a.id = $1", address_id)  # fmt: skip
    conversation_id, person_id, kind = must(found[0] if found else None, f"address {address_id!r}")
    others = yield step("select count(*) from address where conversation_id = $1 and id <> $2", conversation_id, address_id)
    if others[0][0]:
        new = yield from _part(conversation_id, address_id, kind=kind, new_id=new_id, now=now)
    else:
        links = yield from links_of([conversation_id])
        yield from _end([k.id for k in links if k.ended_ms is None], [person_id], by=by, now=now)
        new = conversation_id
    after = yield step("select person_id from conversation where id = $1", new)
    for whose, where in {person_id: conversation_id, after[0][0]: new}.items():
        detail = {"from": conversation_id, "to": new}
        yield from note(_step("split", by, whose, where, new_id, now, detail, address_id=address_id))
    return ConversationId(new)


def _part(old: str, address_id: str, *, kind: str, new_id: NewId, now: int) -> Steps[str]:
    """Moves an address with all that was said through it into a new conversation of a new person."""
    rows = yield step("select owner, ready_at from conversation where id = $1 #lock#", old)
    owner, lease_until = rows[0]
    person, new = new_id(), new_id()
    named = yield step("select name from address where id = $1", address_id)
    yield step("insert into person (id, kind, name, created_ms) values ($1, $2, $3, $4)", person, kind, named[0][0], now)
    yield step("insert into conversation (id, person_id, created_ms, last_ms) values ($1, $2, $3, $3)", new, person, now)
    yield step("update address set person_id = $2, conversation_id = $3 where id = $1", address_id, person, new)
    yield step(
        "update message set conversation_id = $2, seq = n.place from (select m.id, row_number() over (order by m.seq) as place"
        " from message m where m.conversation_id = $1 and m.address_id = $3) n where message.id = n.id",
        old, new, address_id,
    )  # fmt: skip
    yield step(
        "update turn set conversation_id = $2, seq = n.place from (select t.id, row_number() over (order by t.seq) as place"
        " from turn t join message m on m.id = t.message_id where t.conversation_id = $1 and m.conversation_id = $2) n"
        " where turn.id = n.id",
        old, new,
    )  # fmt: skip
    yield step(
        "update delivery set conversation_id = $2, seq = n.seq from (select m.id, m.seq from message m where m.conversation_id = $2) n"
        " where delivery.message_id = n.id and delivery.conversation_id = $1",
        old, new,
    )  # fmt: skip
    yield step(
        "update usage set conversation_id = $2 where conversation_id = $1 and turn_id in (select id from turn where conversation_id = $2)",
        old, new,
    )  # fmt: skip
    yield from _part_chats(old, new, address_id)
    yield from _both_in_raw(old, new)
    sending = yield step("select 1 from delivery where conversation_id = $1 and state = 'sending' limit 1", new)
    # What is on the wire is not taken for lost before its sender's lease has run out.
    ready = lease_until if sending and owner is not None else now
    yield step(_STAND_ANEW, new, ready)
    yield step(_FENCE, [old], now)
    yield step(
        "update conversation set identity_epoch = identity_epoch + 1, closed_seq = coalesce((select min(t.seq) - 1 from turn t"
        " where t.conversation_id = conversation.id and t.state = 'due' and t.seq > conversation.closed_seq), turn_seq) where id = $1",
        old,
    )  # fmt: skip
    return new


def _part_chats(old: str, new: str, address_id: str) -> Steps[None]:
    """Moves what was brought from the address. A conversation does not go on from a chat that is somebody else's now."""
    yield step("update import set owner = $2 where owner = $1 and address_id = $3", old, new, address_id)
    yield step("update chat set owner = $2 where owner = $1 and import_id in (select id from import where owner = $2)", old, new)
    yield step("update conversation set continues = null where id = $1 and continues in (select id from chat where owner = $2)", old, new)


_STAND_ANEW = """update conversation set
message_seq = (select coalesce(max(m.seq), 0) from message m where m.conversation_id = conversation.id),
last_ms = coalesce((select max(m.stored_ms) from message m where m.conversation_id = conversation.id), last_ms),
turn_seq = (select coalesce(max(t.seq), 0) from turn t where t.conversation_id = conversation.id),
closed_seq = coalesce((select min(t.seq) - 1 from turn t where t.conversation_id = conversation.id and t.state = 'due'),
(select coalesce(max(t.seq), 0) from turn t where t.conversation_id = conversation.id)),
ready_at = case when exists (select 1 from turn t where t.conversation_id = conversation.id and t.state = 'due')
or exists (select 1 from delivery d where d.conversation_id = conversation.id and d.state in ('queued', 'sending', 'unknown'))
then cast($2 as bigint) end where id = $1"""


def _both_in_raw(old: str, new: str) -> Steps[None]:
    """Lets raw bodies that may hold the words of either name both: whoever is erased first takes them along."""
    yield step("update raw set conversations = conversations || ' ' || $2 where length(conversations) > 36"
               " and #at(conversations, $1)# > 0", old, new)  # fmt: skip
    yield step("update raw set conversations = conversations || ' ' || $2 where length(conversations) = 36"
               " and conversations = $1", old, new)  # fmt: skip


def continue_chat(conversation_id: str, chat_id: str | None, *, by: By, new_id: NewId, now: int) -> Steps[None]:
    """Names the imported chat that is a conversation's beginning."""
    rows = yield step("select person_id, continues from conversation where id = $1 #lock#", conversation_id)
    person_id, before = must(rows[0] if rows else None, f"conversation {conversation_id!r}")
    if before != chat_id:
        yield step("update conversation set continues = $2 where id = $1", conversation_id, chat_id)
        yield from note(_step("continue", by, person_id, conversation_id, new_id, now, {"chat": chat_id}))


# -- the audit log and legal holds ------------------------------------------------------------------------------------------
def note(record: AuditRecord) -> Steps[None]:
    """Stores a step."""
    yield step(
        "insert into audit (id, at_ms, made_by, act, person_id, conversation_id, address_id, detail)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8)"
        " on conflict (id) do nothing",
        record.id, record.at_ms, record.by, record.act, record.person_id, record.conversation_id, record.address_id,
        json_text(record.detail),
    )  # fmt: skip


def _step(
    act: str,
    by: By,
    person: str,
    conversation: str | None,
    new_id: NewId,
    now: int,
    detail: Mapping[str, Any],
    address_id: str | None = None,
) -> AuditRecord:
    return AuditRecord(
        id=new_id(),
        at_ms=now,
        by=by,
        act=act,
        person_id=PersonId(person),
        conversation_id=None if conversation is None else ConversationId(conversation),
        address_id=None if address_id is None else AddressId(address_id),
        detail=detail,
    )


def _tell_both(record: LinkRecord, people: Sequence[str], *, act: str, by: By, new_id: NewId, now: int) -> Steps[None]:
    """Notes a step once for each of the people it joined or parted."""
    detail = {"link": record.id, "one": record.one, "other": record.other, "proof": record.proof}
    for person in sorted(people):
        yield from note(_step(act, by, person, record.one, new_id, now, detail))


def hold(person_id: str, *, reason: str | None, by: By, new_id: NewId, now: int) -> Steps[None]:
    """Puts or lifts a legal hold; it covers everybody who was born in the person's conversations, however links come and go."""
    yield PEOPLE_LOCK
    rows = yield step("select 1 from conversation where person_id = $1 limit 1", person_id)
    must(rows or None, f"person {person_id!r}")
    people = yield from everybody_of(person_id)
    yield step("delete from legal_hold where person_id @1", people)
    if reason is not None:
        for one in people:
            yield step("insert into legal_hold (person_id, reason, made_by, at_ms) values ($1, $2, $3, $4)", one, reason, by, now)
    yield from note(_step("hold" if reason is not None else "hold lifted", by, person_id, None, new_id, now, {"reason": reason}))
