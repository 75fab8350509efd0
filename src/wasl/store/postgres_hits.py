"""Hits on PostgreSQL: from the keys that the index gives to what was said, by whom and where; and the index brought up to date."""

from collections.abc import Sequence
from typing import Any

from wasl.domain.ids import ConversationId, PersonId
from wasl.domain.message import plain_text
from wasl.domain.portable import ORIGIN
from wasl.ports.library import Hit
from wasl.store.entry_rows import chat_from, participant_from
from wasl.store.postgres_link import Connection
from wasl.store.postgres_search import Numbers, Row, add, change, found_keys
from wasl.store.rows import parts_of
from wasl.wire.searching import WORDS_VERSION, Query, cut, marks, parse, search_key

ROWS_A_COMMIT = 1_000
_MESSAGES = """select s.key, m.id, m.conversation_id, m.seq, m.author, m.author_name, m.parts, m.sent_ms, a.channel, c.person_id
from unnest($1::bigint[]) k (key) join searchable s on s.key = k.key join message m on m.id = s.message_id
join conversation c on c.id = m.conversation_id left join address a on a.id = m.address_id"""
_ENTRIES = """select s.key, h.id, h.owner, h.told, e.author, e.role, e.text, coalesce(e.instant_ms, e.wall_ms, 0), c.person_id, p.told,
h.title, e.seq from unnest($1::bigint[]) k (key) join searchable s on s.key = k.key
join entry e on e.chat_n = s.chat_n and e.seq = s.seq join chat h on h.n = e.chat_n left join conversation c on c.id = h.owner
left join participant p on p.chat_n = h.n and p.key = e.author where s.message_id is null"""
_OLD_MESSAGES = """select m.id, m.conversation_id, m.seq, m.sent_ms, m.parts, s.key from message m
left join searchable s on s.key = m.search_key and s.message_id = m.id where m.id > $1 order by m.id limit $2"""
_UNSEARCHED = """select id, conversation_id, seq, sent_ms, parts, null::bigint from message where search_key is null
and id > $1 order by id limit $2"""
_OLD_ENTRIES = """select e.chat_n, e.seq, e.text, coalesce(e.instant_ms, e.wall_ms, 0), s.key, c.id, c.owner from entry e
join chat c on c.n = e.chat_n left join searchable s on s.key = e.search_key and s.chat_n = e.chat_n and s.seq = e.seq
where (e.chat_n, e.seq) > ($1, $2) order by e.chat_n, e.seq limit $3"""


async def search(
    db: Connection, text: str, *, conversations: Sequence[str] | None, limit: int, before: int | None, known: Numbers
) -> list[Hit]:
    """Finds what was said, newest first."""
    query = parse(text)
    if not query or limit <= 0 or (conversations is not None and not conversations):
        return []
    keys = await found_keys(db, query, conversations=conversations, limit=limit, before=before, known=known)
    hits: dict[int, Hit] = {}
    if keys:
        hits = {r[0]: _said(r, query) for r in await db.fetch(_MESSAGES, keys)}
    if len(hits) < len(keys):
        hits |= {r[0]: _brought(r, query) for r in await db.fetch(_ENTRIES, keys)}
    return [hits[key] for key in keys if key in hits]


def _said(r: Any, query: Query) -> Hit:
    text = plain_text(parts_of(r[6]))
    shown, found = cut(text, marks(text, query))
    return Hit(
        conversation_id=ConversationId(str(r[2])),
        person_id=PersonId(str(r[9])),
        origin=r[8] or ORIGIN,
        author=r[4],
        author_name=r[5],
        at_ms=r[7],
        text=shown,
        marks=found,
        cursor=r[0],
        message_id=str(r[1]),
        seq=r[3],
    )


def _brought(r: Any, query: Query) -> Hit:
    shown, found = cut(r[6], marks(r[6], query))
    return Hit(
        conversation_id=ConversationId(str(r[2])),
        person_id=PersonId(str(r[8] or "")),
        origin=chat_from(r[3]).origin,
        author=r[4] or r[5],
        author_name=participant_from(r[9]).name if r[9] else None,
        at_ms=r[7],
        text=shown,
        marks=found,
        cursor=r[0],
        chat_id=r[1],
        chat_title=r[10],
        seq=r[11],
    )


# -- bringing the index up to date: every row is compared with what it should be, the index is never emptied
async def index_messages(db: Connection, after: str, *, only_new: bool) -> tuple[int, str]:
    """Indexes the next messages; gives how many there were and the last one's id."""
    rows = await db.fetch(_UNSEARCHED if only_new else _OLD_MESSAGES, after, ROWS_A_COMMIT)
    texts = {r[0]: plain_text(parts_of(r[4])) for r in rows}
    new = [r for r in rows if r[5] is None]
    keys = await add(
        db, [Row(search_key(at_ms=r[3], seq=r[2], scope=str(r[1])), str(r[1]), str(r[0]), None, None, texts[r[0]]) for r in new]
    )
    await db.execute(
        "update message m set search_key = n.key from unnest($1::uuid[], $2::bigint[]) n (id, key) where m.id = n.id",
        [r[0] for r in new],
        keys,
    )
    for r in rows:
        if r[5] is not None:
            await change(db, key=r[5], text=texts[r[0]])
    return len(rows), str(rows[-1][0]) if rows else after


async def index_entries(db: Connection, after: tuple[int, int]) -> tuple[int, tuple[int, int]]:
    """Compares the next entries with the index; gives how many there were and the last one's place."""
    rows = await db.fetch(_OLD_ENTRIES, *after, ROWS_A_COMMIT)
    new = [r for r in rows if r[4] is None]
    keys = await add(db, [Row(search_key(at_ms=r[3], seq=r[1] >> 16, scope=r[5]), str(r[6]), None, r[0], r[1], r[2]) for r in new])
    await db.execute(
        "update entry e set search_key = n.key from unnest($1::integer[], $2::bigint[], $3::bigint[]) n (chat_n, seq, key)"
        " where e.chat_n = n.chat_n and e.seq = n.seq",
        [r[0] for r in new],
        [r[1] for r in new],
        keys,
    )
    for r in rows:
        if r[4] is not None:
            await change(db, key=r[4], text=r[2])
    return len(rows), (rows[-1][0], rows[-1][1]) if rows else after


async def words_version(db: Connection) -> int:
    """Gives the version of the words in the index; 0 while some are older."""
    return int(await db.fetchval("select words_version from search_state"))


async def all_indexed(db: Connection) -> None:
    """Notes that the index is up to date."""
    await db.execute("update search_state set words_version = $1", WORDS_VERSION)
