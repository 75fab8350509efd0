"""Live conversations as the archive holds them, on SQLite: on their way out, and home again."""

import sqlite3
from collections.abc import Sequence
from typing import Any, cast

from wasl.domain.errors import Malformed
from wasl.domain.findable import live_words
from wasl.domain.message import Author
from wasl.domain.portable import LiveMessage, live_entry, live_message, participants_of
from wasl.ports.library import LiveChat, LiveEntry
from wasl.store.entry_rows import sound_value
from wasl.store.library_rows import Found, delivery_rows, delivery_told, extra_of, extra_text
from wasl.store.rows import json_of, parts_of, parts_text
from wasl.store.sqlite_search import index_message, refer

_DELIVERY_NAMES = (
    "id, address_id, channel, position, state, attempt, native_id, created_ms, since_ms, due_ms, sent_ms, delivered_ms, read_ms,"
    " error, price, charge, verdict"
)
_CONVERSATION = """select c.id, c.person_id, p.name, c.created_ms, c.last_ms,
(select group_concat(distinct a.channel) from address a where a.conversation_id = c.id),
exists (select 1 from address a where a.conversation_id = c.id and a.kind = 'group')
from conversation c join person p on p.id = c.person_id"""
_MESSAGES = """select m.id, m.seq, m.author, m.parts, m.sent_ms, m.stored_ms, m.author_name, m.address_id, a.channel, m.native_id,
m.reply_to, m.model, m.extra from message m left join address a on a.id = m.address_id
where m.conversation_id = ?1 and m.seq > ?2 and (?4 is null or a.channel = ?4) order by m.seq limit ?3"""
_INSERT = """insert into message (id, conversation_id, seq, author, author_name, address_id, native_id, reply_to, sent_ms, stored_ms,
parts, model, extra, search_key) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""


def live_chats(
    db: sqlite3.Connection, *, people: Sequence[str] | None, channel: str | None, after: str | None, limit: int
) -> list[LiveChat]:
    """Gives live conversations by id."""
    asked = "true" if people is None else f"c.person_id in ({', '.join(f'?{n}' for n in range(4, 4 + len(people)))})"
    rows = db.execute(
        f"{_CONVERSATION} where c.id > ?1 and {asked}"
        " and (?2 is null or exists (select 1 from address a where a.conversation_id = c.id and a.channel = ?2)) order by c.id limit ?3",
        (after or "", channel, max(0, limit), *(people or ())),
    ).fetchall()
    return [_live_chat(db, r) for r in rows]


def _live_chat(db: sqlite3.Connection, row: Sequence[Any]) -> LiveChat:
    authors = db.execute("select distinct author, author_name from message where conversation_id = ?", (row[0],)).fetchall()
    group = bool(row[6])
    found = Found(
        id=row[0],
        person_id=row[1],
        name=row[2],
        group=group,
        created_ms=row[3],
        last_ms=row[4],
        channels=tuple(sorted(row[5].split(","))) if row[5] else (),
    )
    return found.live_chat(participants_of(row[0], authors, group=group, person=row[1]))


def live_entries(db: sqlite3.Connection, conversation_id: str, *, after: int, limit: int, channel: str | None) -> list[LiveEntry]:
    """Gives messages of a live conversation by seq, as entries."""
    group = db.execute("select 1 from address where conversation_id = ? and kind = 'group'", (conversation_id,)).fetchone() is not None
    rows = db.execute(_MESSAGES, (conversation_id, after, max(0, limit), channel)).fetchall()
    live = [_live(db, r) for r in rows]
    return [LiveEntry(id=m.id, seq=m.seq, entry=live_entry(m, group=group), address_id=m.address_id) for m in live]


def _live(db: sqlite3.Connection, row: Sequence[Any]) -> LiveMessage:
    parts = parts_of(row[3])
    return LiveMessage(
        id=row[0],
        seq=row[1],
        author=cast(Author, row[2]),
        parts=parts,
        sent_ms=row[4],
        stored_ms=row[5],
        author_name=row[6],
        address_id=row[7],
        channel=row[8],
        native_id=row[9],
        reply_to=row[10],
        model=row[11],
        extra=extra_of(row[12]),
        deliveries=() if row[2] == "person" else tuple(_deliveries(db, row[0], parts)),
    )


def _deliveries(db: sqlite3.Connection, message_id: str, whole: Any) -> list[dict[str, Any]]:
    names = _DELIVERY_NAMES.split(", ")
    rows = db.execute(f"select {_DELIVERY_NAMES}, parts, reply_to from delivery where message_id = ? order by position, id", (message_id,))
    return [
        delivery_told(
            dict(zip(names, [*r[:13], *map(json_of, r[13:17])], strict=True)),
            parts=parts_of(r[17]),
            whole=whole,
            reply_to=r[18],
        )
        for r in rows
    ]


def restore(db: sqlite3.Connection, conversation_id: str, entries: Sequence[LiveEntry]) -> int:
    """Stores messages of an archive in a live conversation, and wakes nobody."""
    if db.execute("select 1 from conversation where id = ?", (conversation_id,)).fetchone() is None:
        raise Malformed(f"there is no conversation {conversation_id!r} to restore messages in; adopt its person first")
    new = 0
    for each in cast(Sequence[LiveEntry], sound_value(tuple(entries))):
        there = "select 1 from message where id = ?1 union all select 1 from message where conversation_id = ?2 and seq = ?3"
        if db.execute(there, (each.id, conversation_id, each.seq)).fetchone() is None:
            _restore(db, conversation_id, live_message(each.entry, id=each.id, seq=each.seq, address_id=each.address_id))
            new += 1
    return new


def _restore(db: sqlite3.Connection, conversation_id: str, m: LiveMessage) -> None:
    key = index_message(db, message_id=m.id, conversation_id=conversation_id, seq=m.seq, at_ms=m.sent_ms, text=live_words(m.parts))
    said = (m.author, m.author_name, m.address_id, m.native_id, m.reply_to, m.sent_ms, m.stored_ms)
    db.execute(_INSERT, (m.id, conversation_id, m.seq, *said, parts_text(m.parts), m.model, extra_text(m.extra), key))
    refer(db, m.id, m.parts)
    db.execute(
        "update conversation set message_seq = max(message_seq, ?), last_ms = max(last_ms, ?) where id = ?",
        (m.seq, m.stored_ms, conversation_id),
    )
    for fields in delivery_rows(m, conversation_id=conversation_id):
        values = {**fields, "parts": parts_text(fields["parts"])}
        columns = ", ".join(values)
        db.execute(
            f"insert into delivery ({columns}) values ({', '.join(f':{name}' for name in values)}) on conflict (id) do nothing", values
        )
