"""Live conversations as the archive holds them, on PostgreSQL: on their way out, and home again."""

from collections.abc import Sequence
from typing import Any, cast

from wasl.domain.errors import Malformed
from wasl.domain.findable import live_words
from wasl.domain.message import Author
from wasl.domain.portable import LiveMessage, files_in, live_entry, live_message, participants_of
from wasl.ports.library import LiveChat, LiveEntry
from wasl.store.entry_rows import sound_value
from wasl.store.library_rows import Found, delivery_rows, delivery_told, extra_of, extra_text
from wasl.store.postgres_chats import known_ids
from wasl.store.postgres_link import Connection
from wasl.store.postgres_search import REFER, Row, add
from wasl.store.rows import is_uuid, json_of, parts_of, parts_text
from wasl.wire.searching import search_key

_CONVERSATIONS = """select c.id, c.person_id, p.name, c.created_ms, c.last_ms,
(select array_agg(distinct a.channel) from address a where a.conversation_id = c.id),
exists (select 1 from address a where a.conversation_id = c.id and a.kind = 'group')
from conversation c join person p on p.id = c.person_id where c.id > $1 and ($2::uuid[] is null or c.person_id = any($2))
and ($3::text is null or exists (select 1 from address a where a.conversation_id = c.id and a.channel = $3)) order by c.id limit $4"""
_AUTHORS = "select distinct conversation_id, author, author_name from message where conversation_id = any($1::uuid[])"
_MESSAGES = """select m.id, m.seq, m.author, m.parts, m.sent_ms, m.stored_ms, m.author_name, m.address_id, a.channel, m.native_id,
m.reply_to, m.model, m.extra from message m left join address a on a.id = m.address_id
where m.conversation_id = $1 and m.seq > $2 and ($4::text is null or a.channel = $4) order by m.seq limit $3"""
_DELIVERIES = """select id, address_id, channel, position, state, attempt, native_id, created_ms, since_ms, due_ms, sent_ms, delivered_ms,
read_ms, error, price, charge, verdict, parts, reply_to, message_id from delivery
where message_id = any($1::uuid[]) order by position, id"""
_INSERT = """insert into message (id, conversation_id, seq, author, author_name, address_id, native_id, reply_to, sent_ms, stored_ms,
parts, model, extra, search_key) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"""
_NOWHERE = "00000000-0000-0000-0000-000000000000"


async def live_chats(db: Connection, *, people: Sequence[str] | None, channel: str | None, after: str | None, limit: int) -> list[LiveChat]:
    """Gives live conversations by id."""
    since = after if is_uuid(after) else _NOWHERE
    rows = await db.fetch(_CONVERSATIONS, since, known_ids(people), channel, max(0, limit))
    authors: dict[str, list[tuple[str, str | None]]] = {}
    for conversation_id, author, name in await db.fetch(_AUTHORS, [r[0] for r in rows]):
        authors.setdefault(str(conversation_id), []).append((author, name))
    return [_live_chat(r, authors.get(str(r[0]), [])) for r in rows]


def _live_chat(row: Any, authors: Sequence[tuple[str, str | None]]) -> LiveChat:
    found = Found(
        id=str(row[0]),
        person_id=str(row[1]),
        name=row[2],
        group=row[6],
        created_ms=row[3],
        last_ms=row[4],
        channels=tuple(sorted(row[5] or ())),
    )
    return found.live_chat(participants_of(found.id, authors, group=found.group, person=found.person_id))


async def live_entries(db: Connection, conversation_id: str, *, after: int, limit: int, channel: str | None) -> list[LiveEntry]:
    """Gives messages of a live conversation by seq, as entries."""
    group = await db.fetchval("select 1 from address where conversation_id = $1 and kind = 'group' limit 1", conversation_id) is not None
    rows = await db.fetch(_MESSAGES, conversation_id, after, max(0, limit), channel)
    deliveries: dict[str, list[Any]] = {}
    for row in await db.fetch(_DELIVERIES, [r[0] for r in rows if r[2] != "person"]):
        deliveries.setdefault(str(row["message_id"]), []).append(row)
    live = [_live(r, deliveries.get(str(r[0]), ())) for r in rows]
    return [LiveEntry(id=m.id, seq=m.seq, entry=live_entry(m, group=group), address_id=m.address_id) for m in live]


def _live(row: Any, deliveries: Sequence[Any]) -> LiveMessage:
    parts = parts_of(row[3])
    return LiveMessage(
        id=str(row[0]),
        seq=row[1],
        author=cast(Author, row[2]),
        parts=parts,
        sent_ms=row[4],
        stored_ms=row[5],
        author_name=row[6],
        address_id=str(row[7]) if row[7] else None,
        channel=row[8],
        native_id=row[9],
        reply_to=row[10],
        model=row[11],
        extra=extra_of(row[12]),
        deliveries=tuple(_told(d, parts) for d in deliveries),
    )


def _told(row: Any, whole: Any) -> dict[str, Any]:
    told = {
        **row,
        "id": str(row["id"]),
        "address_id": str(row["address_id"]),
        **{name: json_of(row[name]) for name in ("error", "price", "charge", "verdict")},
    }
    for name in ("parts", "reply_to", "message_id"):
        del told[name]
    return delivery_told(told, parts=parts_of(row["parts"]), whole=whole, reply_to=row["reply_to"])


async def restore(db: Connection, conversation_id: str, entries: Sequence[LiveEntry]) -> int:
    """Stores messages of an archive in a live conversation, and wakes nobody."""
    locked = "select 1 from conversation where id = $1 for update"
    if not is_uuid(conversation_id) or await db.fetchval(locked, conversation_id) is None:
        raise Malformed(f"there is no conversation {conversation_id!r} to restore messages in; adopt its person first")
    new = 0
    for each in cast(Sequence[LiveEntry], sound_value(tuple(entries))):
        there = "select 1 from message where id = $1 union all select 1 from message where conversation_id = $2 and seq = $3 limit 1"
        if is_uuid(each.id) and await db.fetchval(there, each.id, conversation_id, each.seq) is None:
            await _restore(db, conversation_id, live_message(each.entry, id=each.id, seq=each.seq, address_id=each.address_id))
            new += 1
    return new


async def _restore(db: Connection, conversation_id: str, m: LiveMessage) -> None:
    wished = search_key(at_ms=m.sent_ms, seq=m.seq, scope=conversation_id)
    (key,) = await add(db, [Row(wished, conversation_id, m.id, None, None, live_words(m.parts))])
    address = m.address_id if is_uuid(m.address_id) else None
    said = (m.author, m.author_name, address, m.native_id, m.reply_to, m.sent_ms, m.stored_ms)
    await db.execute(_INSERT, m.id, conversation_id, m.seq, *said, parts_text(m.parts), m.model, extra_text(m.extra), key)
    files = files_in(m.parts)
    if files:
        await db.execute(REFER, list(files), [m.id] * len(files))
    await db.execute(
        "update conversation set message_seq = greatest(message_seq, $2), last_ms = greatest(last_ms, $3) where id = $1",
        conversation_id,
        m.seq,
        m.stored_ms,
    )
    for fields in delivery_rows(m, conversation_id=conversation_id):
        if is_uuid(fields["id"]):
            place = fields["address_id"]
            values = {**fields, "parts": parts_text(fields["parts"]), "address_id": place if is_uuid(place) else _NOWHERE}
            marks = ", ".join(f"${n}" for n in range(1, 1 + len(values)))
            await db.execute(f"insert into delivery ({', '.join(values)}) values ({marks}) on conflict (id) do nothing", *values.values())
