"""Hits on PostgreSQL: from the keys that the index gives to what was said, by whom and where; and the index brought up to date."""

from collections.abc import Sequence
from typing import Any

from wasl.domain.findable import live_words
from wasl.domain.ids import ConversationId, PersonId
from wasl.domain.portable import ORIGIN
from wasl.ports.library import Hit
from wasl.store.entry_rows import Told, words_of_row
from wasl.store.postgres_find import found_keys
from wasl.store.postgres_link import Connection
from wasl.store.postgres_numbers import Numbers
from wasl.store.postgres_search import Row, add, change
from wasl.store.rows import parts_of
from wasl.wire.searching import WORDS_VERSION, Query, cut, marks, parse, search_key

ROWS_A_COMMIT = 1_000
_HITS = """select s.key, s.message_id, s.conversation_id, c.person_id, h.id, h.told, h.title, e.seq, e.author, e.role, e.text,
coalesce(e.instant_ms, e.wall_ms, 0), p.told, m.seq, m.author, m.author_name, m.parts, m.sent_ms, a.channel, e.parts, e.more
from unnest($1::bigint[]) k (key) join searchable s on s.key = k.key left join conversation c on c.id = s.conversation_id
left join message m on m.id = s.message_id left join address a on a.id = m.address_id
left join entry e on s.message_id is null and e.chat_n = s.chat_n and e.seq = s.seq left join chat h on h.n = e.chat_n
left join participant p on p.chat_n = h.n and p.key = e.author"""
_STALE = """select n_live_tup > 1000 and n_mod_since_analyze * 2 > n_live_tup from pg_stat_user_tables
where relid = 'searchable'::regclass"""
_OLD_MESSAGES = """select m.id, m.conversation_id, m.seq, m.sent_ms, m.parts, s.key from message m
left join searchable s on s.key = m.search_key and s.message_id = m.id where m.id > $1 order by m.id limit $2"""
_UNSEARCHED = """select id, conversation_id, seq, sent_ms, parts, null::bigint from message where search_key is null
and id > $1 order by id limit $2"""
_OLD_ENTRIES = """select e.chat_n, e.seq, e.text, coalesce(e.instant_ms, e.wall_ms, 0), s.key, c.id, c.owner, e.parts, e.more from entry e
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
    if not keys:
        return []
    told = Told()
    rows = {r[0]: r for r in await db.fetch(_HITS, keys)}
    hits = [_hit(rows[key], query, told) for key in keys if key in rows]
    return [hit for hit in hits if hit is not None]


def _hit(r: Any, query: Query, told: Told) -> Hit | None:
    if r[1] is not None:
        return _said(r, query) if r[16] is not None else None
    return _brought(r, query, told) if r[10] is not None else None


def _said(r: Any, query: Query) -> Hit:
    text = live_words(parts_of(r[16]))
    shown, found = cut(text, marks(text, query))
    return Hit(
        conversation_id=ConversationId(str(r[2])),
        person_id=PersonId(str(r[3])),
        origin=r[18] or ORIGIN,
        author=r[14],
        author_name=r[15],
        at_ms=r[17],
        text=shown,
        marks=found,
        cursor=r[0],
        message_id=str(r[1]),
        seq=r[13],
    )


def _brought(r: Any, query: Query, told: Told) -> Hit:
    text = words_of_row(r[10], r[19], r[20])
    shown, found = cut(text, marks(text, query))
    return Hit(
        conversation_id=ConversationId(str(r[2])),
        person_id=PersonId(str(r[3] or "")),
        origin=told.origin(r[5]),
        author=r[8] or r[9],
        author_name=told.name(r[12]),
        at_ms=r[11],
        text=shown,
        marks=found,
        cursor=r[0],
        chat_id=r[4],
        chat_title=r[6],
        seq=r[7],
    )


# -- bringing the index up to date: every row is compared with what it should be, the index is never emptied
async def index_messages(db: Connection, after: str, *, only_new: bool) -> tuple[int, str]:
    """Indexes the next messages; gives how many there were and the last one's id."""
    rows = await db.fetch(_UNSEARCHED if only_new else _OLD_MESSAGES, after, ROWS_A_COMMIT)
    texts = {r[0]: live_words(parts_of(r[4])) for r in rows}
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
    texts = {(r[0], r[1]): words_of_row(r[2], r[7], r[8]) for r in rows}
    new = [r for r in rows if r[4] is None]
    keys = await add(
        db, [Row(search_key(at_ms=r[3], seq=r[1] >> 16, scope=r[5]), str(r[6]), None, r[0], r[1], texts[r[0], r[1]]) for r in new]
    )
    await db.execute(
        "update entry e set search_key = n.key from unnest($1::integer[], $2::bigint[], $3::bigint[]) n (chat_n, seq, key)"
        " where e.chat_n = n.chat_n and e.seq = n.seq",
        [r[0] for r in new],
        [r[1] for r in new],
        keys,
    )
    for r in rows:
        if r[4] is not None:
            await change(db, key=r[4], text=texts[r[0], r[1]])
    return len(rows), (rows[-1][0], rows[-1][1]) if rows else after


async def words_version(db: Connection) -> int:
    """Gives the version of the words in the index; 0 while some are older."""
    return int(await db.fetchval("select words_version from search_state"))


async def all_indexed(db: Connection) -> None:
    """Notes that the index is up to date."""
    await db.execute("update search_state set words_version = $1", WORDS_VERSION)


async def tidy(db: Connection) -> None:
    """Empties GIN's waiting list and takes the statistics of words anew where there are none or the rows have doubled."""
    await db.execute("select gin_clean_pending_list('searchable_words')")
    if await db.fetchval(_STALE):
        await db.execute("analyze searchable")
