"""Forgetting people, for both databases: what an erasure takes, what retention takes."""

import hmac
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from wasl.domain.errors import Malformed, OnHold
from wasl.domain.identity import AuditRecord
from wasl.domain.ids import ConversationId, PersonId, uuid7
from wasl.ports.people import Erasure, Forgotten
from wasl.store.counting_steps import forget as forget_counts
from wasl.store.ledger_keep import keep_costs
from wasl.store.people_join import note, settle
from wasl.store.people_read import links_of
from wasl.store.purpose_steps import forget_who, part_from_words
from wasl.store.rows import json_text, parts_of
from wasl.store.steps import PEOPLE_LOCK, Row, Steps, step

NewId = Callable[[], str]
HANDLE_CHARACTERS_MIN = 6
"""A shorter handle is looked for in raw bodies as a whole JSON text only: three letters stand in many."""
DIGEST_ROWS = 1_000
"""Messages read with one statement for the digest of what was erased."""
_FILE = '#at(parts, \'"sha256":"\')# > 0'
_BY_CONVERSATION = ("message", "turn", "delivery", "handoff")


def weigh(person_id: str) -> Steps[Forgotten]:
    """Counts what erasing a person would take."""
    rows = yield step("select id from conversation where person_id = $1 order by id", person_id)
    if not rows:
        raise Malformed(f"there is no person {person_id!r}")
    return (yield from _weigh(person_id, [r[0] for r in rows]))


def _weigh(person_id: str, conversations: list[str]) -> Steps[Forgotten]:
    counts: dict[str, int] = {"conversation": len(conversations)}
    for table in _BY_CONVERSATION:
        counts[table] = yield from _count(f"select count(*) from {table} where conversation_id @1", conversations)
    counts["address"] = yield from _count("select count(*) from address where conversation_id @1", conversations)
    counts["link"] = yield from _count("select count(*) from link where one @1 or other @1", conversations)
    places = yield from _places(conversations)
    counts["raw"] = len((yield from _raw(conversations, places)))
    counts["consent"] = len((yield from _consents(places)))
    people = yield from _born(conversations, person_id)
    named = _names(conversations, people, places)
    counts["token"] = len((yield from _naming("token", "sha256", named)))
    counts["timer"] = len((yield from _naming("timer", "key", named)))
    calls = yield step(
        "select candidate, provider, region, count(*), sum(input_tokens), sum(output_tokens), min(started_ms), max(started_ms) from usage"
        " where conversation_id @1 group by candidate, provider, region order by candidate, provider, region",
        conversations,
    )
    counts["usage"] = sum(r[3] for r in calls)
    brought = yield step("select n, entries from chat where owner @1", conversations)
    counts["chat"], counts["entry"] = len(brought), sum(r[1] for r in brought)
    imports = yield step("select key from import where owner @1 order by key", conversations)
    counts["import"] = len(imports)
    files = yield from _files(conversations, {r[0] for r in brought})
    return Forgotten(
        person_id=PersonId(person_id),
        conversations=tuple(ConversationId(c) for c in conversations),
        counts=counts,
        files=tuple(files),
        sources=tuple(r[0] for r in imports),
        providers=tuple(processor(r) for r in calls),
    )


def processor(r: Row) -> Mapping[str, Any]:
    """Tells who received somebody's words, and how many."""
    names = ("candidate", "provider", "region", "calls", "input_tokens", "output_tokens", "since_ms", "until_ms")
    return {name: int(value) if place > 2 else value for place, (name, value) in enumerate(zip(names, r, strict=True))}


def _count(sql: str, values: list[str]) -> Steps[int]:
    rows = yield step(sql, values)
    return int(rows[0][0])


def _places(conversations: list[str]) -> Steps[list[Row]]:
    return (yield step("select channel, scope, handle, alias, id from address where conversation_id @1 order by id", conversations))


def _born(conversations: list[str], person_id: str) -> Steps[list[str]]:
    rows = yield step("select coalesce(born_as, person_id), person_id from conversation where id @1", conversations)
    return sorted({person_id, *(r[0] for r in rows), *(r[1] for r in rows)})


def _raw(conversations: list[str], places: Sequence[Row]) -> Steps[list[int]]:
    """Finds raw bodies that hold the words or the handle of the bearer of one of these conversations."""
    found = {r[0] for r in (yield step("select id from raw where length(conversations) = 36 and conversations @t1", conversations))}
    for conversation_id in conversations:
        rows = yield step("select id from raw where length(conversations) > 36 and #at(conversations, $1)# > 0", conversation_id)
        found |= {r[0] for r in rows}
    for channel, handle in sorted({(p[0], h) for p in places for h in (p[2], p[3]) if h}):
        rows = yield step(
            "select id from raw where conversations is null and channel = $1 and #in($2, body)#", channel, handle_told(handle)
        )
        found |= {r[0] for r in rows}
    return sorted(found)


def handle_told(handle: str) -> bytes:
    """Gives a handle as a platform's request holds it: a phone number there has no plus."""
    bare = handle.removeprefix("+")
    return (bare if len(bare) >= HANDLE_CHARACTERS_MIN else f'"{handle}"').encode("utf-8", "replace")


def _consents(places: Sequence[Row]) -> Steps[list[Row]]:
    found: list[Row] = []
    for channel, scope, handle in sorted({(p[0], p[1], h) for p in places for h in (p[2], p[3]) if h}):
        found += yield step(
            "select channel, address_scope, handle, purpose from consent where channel = $1 and address_scope = $2 and handle = $3",
            channel, scope, handle,
        )  # fmt: skip
    return found


def _names(conversations: Sequence[str], people: Sequence[str], places: Sequence[Row]) -> list[str]:
    """Gives everything by which a token or a timer may name somebody: ids, and handles that are long enough to mean nobody else."""
    handles = [h for p in places for h in (p[2], p[3]) if h and len(h) >= HANDLE_CHARACTERS_MIN]
    return [*conversations, *people, *(p[4] for p in places), *handles]


def _naming(table: str, key: str, ids: Sequence[str]) -> Steps[list[Row]]:
    """Finds tokens or timers whose key or payload names one of the ids. Both tables are small: what ended is pruned."""
    rows = yield step(f"select kind, {key}, payload from {table}")
    return [r for r in rows if any(i in r[2] or i in r[1] for i in ids)]


def _files(conversations: list[str], chats: set[int]) -> Steps[list[str]]:
    """Finds the files of these conversations' messages that nothing of anybody else refers to."""
    rows = yield step(f"select id, parts from message where conversation_id @1 and {_FILE}", conversations)
    own = {sha for r in rows for sha in held_files(r[1])}
    gone = {r[0] for r in rows}
    if own:
        for sha256, place in (yield step("select sha256, place from file_use where sha256 @t1", sorted(own))):
            if place not in gone and _chat_of(place) not in chats:
                own.discard(sha256)
    return sorted(own)


def _chat_of(place: str) -> int | None:
    """Gives the number of the chat that a file's place is in, None for a message's: "chat/seq", or chat << 41 | seq."""
    if "-" in place:
        return None
    return int(place.partition("/")[0]) if "/" in place else int(place) >> 41


def held_files(parts: str) -> list[str]:
    """Gives the hashes of the files that a message refers to."""
    return [p.sha256 for p in parts_of(parts) if p.type == "media" and p.sha256]


def erase(erasure: Erasure, *, salt: bytes, new_id: NewId) -> Steps[Forgotten]:
    """Erases what an Erasure names and keeps it."""
    yield PEOPLE_LOCK
    kept = yield step("select 1 from erasure where id = $1", erasure.id)
    wanted: list[str] = list(erasure.conversations)
    if not wanted:
        wanted = [r[0] for r in (yield step("select id from conversation where person_id = $1", erasure.person_id))]
    rows = yield step("select id, person_id from conversation where id @1 order by id #lock#", wanted)
    conversations: list[str] = [r[0] for r in rows]
    people = yield from _born(conversations, erasure.person_id)
    held = yield step("select reason from legal_hold where person_id @1 limit 1", people)
    if held:
        raise OnHold(f"a legal hold forbids erasing person {erasure.person_id!r}: {held[0][0]}", reason=held[0][0])
    forgotten = yield from _weigh(erasure.person_id, conversations)
    digests = yield from _digests(conversations, salt=salt)
    yield from forget_who(conversations, people, new_id=new_id)
    yield from _delete(conversations, people, new_id=new_id)
    left = yield step("select distinct person_id from conversation where person_id @1", people)
    yield from settle([r[0] for r in left], now=erasure.at_ms, fence=True)
    yield step(
        "delete from person where id @1 and not exists"
        " (select 1 from conversation c where c.person_id = person.id or c.born_as = person.id)",
        people,
    )
    if not kept:
        yield step(
            "insert into erasure (id, at_ms, made_by, person_id, conversations, addresses, receipt) values ($1, $2, $3, $4, $5, $6, $7)",
            erasure.id, erasure.at_ms, erasure.by, erasure.person_id, json_text(conversations), json_text(erasure.addresses),
            json_text(erasure.receipt),
        )  # fmt: skip
    detail = {"erasure": erasure.id, "counts": forgotten.counts}
    yield from note(AuditRecord(id=new_id(), at_ms=erasure.at_ms, by=erasure.by, act="erase", person_id=erasure.person_id, detail=detail))
    return Forgotten(
        person_id=forgotten.person_id,
        conversations=forgotten.conversations,
        counts=forgotten.counts,
        files=forgotten.files,
        sources=forgotten.sources,
        providers=forgotten.providers,
        digests=tuple(digests),
    )


def _digests(conversations: list[str], *, salt: bytes) -> Steps[list[str]]:
    """Makes one keyed digest of each conversation's messages, in order: it proves what was erased to who still has it."""
    made: list[str] = []
    for conversation_id in conversations:
        digest = hmac.new(salt, conversation_id.encode(), "sha256")
        after = -1
        while True:
            rows = yield step(
                "select seq, id, parts from message where conversation_id = $1 and seq > $2 order by seq limit $3",
                conversation_id, after, DIGEST_ROWS,
            )  # fmt: skip
            if not rows:
                break
            after = rows[-1][0]
            for row in rows:
                digest.update(f"\n{row[1]} {row[2]}".encode())
        made.append(digest.hexdigest())
    return made


def _delete(conversations: list[str], people: list[str], *, new_id: Callable[[], str]) -> Steps[None]:
    places = yield from _places(conversations)
    raw = yield from _raw(conversations, places)
    for start in range(0, len(raw), DIGEST_ROWS):
        yield step("delete from raw where id between $1 and $2 and id in (" + _numbers(raw[start : start + DIGEST_ROWS]) + ")",
                   raw[start], raw[start : start + DIGEST_ROWS][-1])  # fmt: skip
    for row in (yield from _consents(places)):
        yield step("delete from consent where channel = $1 and address_scope = $2 and handle = $3 and purpose = $4", *row)
    named = _names(conversations, people, places)
    for row in (yield from _naming("token", "sha256", named)):
        yield step("delete from token where kind = $1 and sha256 = $2", row[0], row[1])
    for row in (yield from _naming("timer", "key", named)):
        yield step("delete from timer where kind = $1 and key = $2", row[0], row[1])
    yield step(
        "delete from early_receipt where exists (select 1 from delivery d where d.conversation_id @1 and d.native_id is not null"
        " and d.channel = early_receipt.channel and d.native_id = early_receipt.native_id)",
        conversations,
    )
    yield step("update usage set turn_id = null, conversation_id = null where conversation_id @1", conversations)
    yield from keep_costs("d.conversation_id", conversations, new_id=new_id)
    yield step("delete from budget_account where subject @t1", people)
    for person_id in people:  # what is still held runs out by itself
        yield step("delete from budget_hold where settled is not null and #at(shares, $1)# > 0", person_id)
    # A plan's sum stays right: somebody was there and is forgotten, but not who or where.
    yield step("update sunset_member set lost = 'erased', region = '', language = '' where conversation_id @1", conversations)
    addresses = yield step("select id from address where conversation_id @1", conversations)
    yield step("delete from farewell where address_id @1", [str(r[0]) for r in addresses])
    yield from forget_counts([str(r[0]) for r in addresses], new_id=new_id)
    for table in ("delivery", "turn", "message", "handoff", "disclosure", "address"):
        yield step(f"delete from {table} where conversation_id @1", conversations)
    for link in (yield from links_of(conversations)):
        yield step("delete from link where id = $1", link.id)
    # What tells who it was: steps noted before, in which handles or reasons may stand.
    yield step("delete from audit where conversation_id @1", conversations)
    yield step("delete from conversation where id @1", conversations)


def _numbers(ids: Sequence[int]) -> str:
    return ", ".join(str(int(i)) for i in ids)


# -- retention ----------------------------------------------------------------------------------------------------------------
_OLD = """select m.id, m.conversation_id from message m join conversation c on c.id = m.conversation_id
left join address a on a.id = m.address_id where m.id < $1 and ($2 = '' or a.channel = $2)
and not exists (select 1 from turn t where t.conversation_id = m.conversation_id and t.state = 'due' and t.seq > c.closed_seq
and t.message_id = m.id)
and not exists (select 1 from delivery d where d.message_id = m.id and d.state in ('queued', 'sending', 'unknown'))
and not exists (select 1 from legal_hold h where h.person_id = c.person_id or h.person_id = c.born_as)
order by m.id limit $3"""

_OLD_HANDOFFS = """delete from handoff where conversation_id @3 and ended_ms is not null and ended_ms < $1
and ($2 = '' or channel = $2) returning id"""


def retire(channel: str | None, *, before_ms: int, limit: int, new_id: Callable[[], str]) -> Steps[Mapping[str, int]]:
    """Deletes old messages whose turns are closed."""
    oldest_kept = uuid7(unix_ms=max(0, before_ms), tail=bytes(10))
    rows = yield step(_OLD, oldest_kept, channel or "", limit)
    counts = {"message": len(rows), "turn": 0, "delivery": 0}
    if not rows:
        return counts
    messages = [r[0] for r in rows]
    locked = sorted({r[1] for r in rows})
    yield step("select id from conversation where id @1 order by id #lock#", locked)
    gone = yield step("delete from turn where conversation_id @1 and message_id @2 and state <> 'due' returning id", locked, messages)
    counts["turn"] = len(gone)
    yield from part_from_words([r[0] for r in gone])
    yield step("update usage set turn_id = null where conversation_id @1 and turn_id @2", locked, [r[0] for r in gone])
    yield from keep_costs("d.message_id", messages, new_id=new_id)
    gone = yield step("delete from delivery where message_id @1 returning id", messages)
    counts["delivery"] = len(gone)
    yield step("delete from message where id @1", messages)
    if gone := (yield step(_OLD_HANDOFFS, before_ms, channel or "", locked)):
        counts["handoff"] = len(gone)
    return counts


def consents_of(places: Sequence[Row]) -> Steps[list[Mapping[str, Any]]]:
    """Gives the consents of addresses as an archive holds them."""
    found: list[Mapping[str, Any]] = []
    for channel, scope, handle, purpose in (yield from _consents(places)):
        rows = yield step(
            "select given, at_ms from consent where channel = $1 and address_scope = $2 and handle = $3 and purpose = $4",
            channel, scope, handle, purpose,
        )  # fmt: skip
        found += [
            {"channel": channel, "scope": scope, "handle": handle, "purpose": purpose, "given": bool(r[0]), "at_ms": r[1]} for r in rows
        ]
    return found
