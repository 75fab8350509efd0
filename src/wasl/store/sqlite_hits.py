"""Hits on SQLite: from the keys that the index gives to what was said, by whom and where."""

import sqlite3
from collections.abc import Sequence
from typing import Any

from wasl.domain.findable import live_words
from wasl.domain.ids import ConversationId, PersonId
from wasl.domain.portable import ORIGIN
from wasl.ports.library import Hit
from wasl.store.entry_rows import Told, words_of_row
from wasl.store.library_rows import SEQ_MAX
from wasl.store.rows import parts_of
from wasl.store.sqlite_search import found_keys
from wasl.wire.searching import Query, cut, marks

_MESSAGE = """select m.id, m.conversation_id, m.seq, m.author, m.author_name, m.parts, m.sent_ms, a.channel, c.person_id
from message m join conversation c on c.id = m.conversation_id left join address a on a.id = m.address_id where m.id = ?"""
_ENTRY = """select s.message_id, h.id, h.owner, h.told, e.author, e.role, e.text, coalesce(e.instant_ms, e.wall_ms, 0), c.person_id, p.told,
h.title, s.entry_id, e.parts, e.more from searchable s left join entry e on e.id = s.entry_id left join chat h on h.n = s.entry_id >> 41
left join conversation c on c.id = h.owner left join participant p on p.chat_n = h.n and p.key = e.author where s.key = ?"""


_FRESH = "select message_id from fresh where key = ?"


def search(db: sqlite3.Connection, text: str, *, conversations: Sequence[str] | None, limit: int, before: int | None) -> list[Hit]:
    """Finds what was said, newest first."""
    query, keys = found_keys(db, text, conversations=conversations, limit=limit, before=before)
    told = Told()
    hits = [_hit(db, key, query, told) for key in keys]
    return [hit for hit in hits if hit is not None]


def _hit(db: sqlite3.Connection, key: int, query: Query, told: Told) -> Hit | None:
    row = db.execute(_ENTRY, (key,)).fetchone() or db.execute(_FRESH, (key,)).fetchone()
    if row is None:
        return None
    return _said(db, key, row[0], query) if row[0] is not None else _brought(key, row, query, told)


def _said(db: sqlite3.Connection, key: int, message_id: str, query: Query) -> Hit | None:
    row = db.execute(_MESSAGE, (message_id,)).fetchone()
    if row is None:
        return None
    text = live_words(parts_of(row[5]))
    shown, found = cut(text, marks(text, query))
    return Hit(
        conversation_id=ConversationId(row[1]),
        person_id=PersonId(row[8]),
        origin=row[7] or ORIGIN,
        author=row[3],
        author_name=row[4],
        at_ms=row[6],
        text=shown,
        marks=found,
        cursor=key,
        message_id=row[0],
        seq=row[2],
    )


def _brought(key: int, row: Sequence[Any], query: Query, told: Told) -> Hit:
    _, chat_id, owner, chat, author, role, text, at_ms, person, participant, title, entry_id, parts, more = row
    text = words_of_row(text, parts, more)
    shown, found = cut(text, marks(text, query))
    return Hit(
        conversation_id=ConversationId(owner),
        person_id=PersonId(person or ""),
        origin=told.origin(chat),
        author=author or role,
        author_name=told.name(participant),
        at_ms=at_ms,
        text=shown,
        marks=found,
        cursor=key,
        chat_id=chat_id,
        chat_title=title,
        seq=entry_id & SEQ_MAX,
    )
