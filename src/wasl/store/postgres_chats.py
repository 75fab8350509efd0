"""Imports, chats and entries on PostgreSQL: the statements of the library that imports write and pages read."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from wasl.domain.archive import Chat, Entry, Participant, words_print_of
from wasl.domain.errors import Malformed
from wasl.domain.findable import entry_words
from wasl.domain.ids import AddressId, ConversationId
from wasl.domain.portable import files_in
from wasl.ports.library import HeldChat, Import, ImportState, Line, Mark, Shelved
from wasl.store.entry_rows import (
    ENTRY_COLUMNS,
    chat_from,
    chat_json,
    entry_from,
    more_json,
    participant_from,
    participant_json,
    parts_from,
    parts_json,
    record_from,
    record_json,
    sound_value,
)
from wasl.store.library_rows import ALIKE_MAX, LAST_TEXT_CHARACTERS, SEQ_MAX, entry_limit, is_alike
from wasl.store.postgres_link import Connection
from wasl.store.postgres_search import REFER, Row, add, change
from wasl.store.rows import is_uuid
from wasl.wire.searching import search_key

DROPPED_ROWS_MAX = 5_000
"""Entries that are deleted in one transaction."""
_PUT_IMPORT = """insert into import (id, owner, state, key, bytes_read, bytes_total, record, address_id)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (id) do update set (owner, state, key, bytes_read, bytes_total, record)
= (excluded.owner, excluded.state, excluded.key, excluded.bytes_read, excluded.bytes_total, excluded.record)"""
_IMPORT = "select id, owner, state, key, bytes_read, bytes_total, record, address_id from import"
_PUT_CHAT = """insert into chat (id, owner, import_id, format, native_id, title, told) values ($1, $2, $3, $4, $5, $6, $7)
on conflict (id) do update set (owner, import_id, format, native_id, title, told)
= (excluded.owner, excluded.import_id, excluded.format, excluded.native_id, excluded.title, excluded.told) returning n"""
_CHAT = """select c.n, c.id, c.owner, c.import_id, c.format, c.entries, c.first_ms, c.last_ms, c.last_text, c.told,
(select array_agg(p.told order by p.key) from participant p where p.chat_n = c.n) from chat c"""
_STORED = ENTRY_COLUMNS.removesuffix(", seq")
_TYPES = ("text", "text", "text", "bigint", "bigint", "text", "text", "text", "text", "integer", "bigint", "bigint", "text")
_INSERT = f"""insert into entry (chat_n, import_n, seq, fingerprint, search_key, {_STORED})
select $1, $2, * from unnest($3::bigint[], $4::bytea[], $5::bigint[], {", ".join(f"${n}::{kind}[]" for n, kind in enumerate(_TYPES, 6))})"""
_CHANGE = f"""update entry set ({_STORED}) = ({", ".join(f"${n}" for n in range(3, 3 + len(_TYPES)))}) where chat_n = $1 and seq = $2
returning search_key"""
_COUNT = """update chat c set entries = c.entries + $2, first_ms = least(c.first_ms, $3), last_ms = greatest(c.last_ms, $4),
last_text = case when exists (select 1 from entry e where e.chat_n = c.n and e.seq > $5) then c.last_text else $6 end where c.n = $1"""
_LAST_TEXT = "update chat set last_text = $3 where n = $1 and not exists (select 1 from entry where chat_n = $1 and seq > $2)"
_RESETTLE = """update chat c set entries = f.count, first_ms = f.first, last_ms = f.last,
last_text = left((select text from entry e where e.chat_n = $1 order by e.seq desc limit 1), $3),
import_id = case when c.import_id = $2 then
(select max(i.id) from chat_import x join import i on i.n = x.import_n where x.chat_n = c.n) else c.import_id end
from (select count(*) as count, min(coalesce(instant_ms, wall_ms)) as first, max(coalesce(instant_ms, wall_ms)) as last
from entry where chat_n = $1) f where c.n = $1"""


async def put_import(db: Connection, held: Import) -> None:
    """Stores an import, or replaces it; its number stays."""
    h = cast(Import, sound_value(held))
    await db.execute(_PUT_IMPORT, h.record.id, h.owner, h.state, h.key, h.bytes_read, h.bytes_total, record_json(h.record), h.address_id)


def _import_of(row: Any) -> Import:
    record = record_from(row[6])
    return Import(
        record=record if record.owner is None else replace(record, owner=str(row[1])),
        owner=ConversationId(str(row[1])),
        state=cast(ImportState, row[2]),
        key=row[3],
        bytes_read=row[4],
        bytes_total=row[5],
        address_id=None if row[7] is None else AddressId(row[7]),
    )


async def imports(db: Connection, *, owners: Sequence[str] | None, limit: int, before: str | None) -> list[Import]:
    """Lists imports, newest first."""
    rows = await db.fetch(
        f"{_IMPORT} where id < $1 and ($2::uuid[] is null or owner = any($2)) order by id desc limit $3",
        "~" if before is None else before,
        known_ids(owners),
        max(0, limit),
    )
    return [_import_of(r) for r in rows]


def known_ids(ids: Sequence[str] | None) -> list[str] | None:
    """Gives the ids that can be ours; None stays None."""
    return None if ids is None else [i for i in ids if is_uuid(i)]


async def find_import(db: Connection, import_id: str) -> Import | None:
    """Gives one import."""
    row = await db.fetchrow(f"{_IMPORT} where id = $1", import_id)
    return None if row is None else _import_of(row)


async def _import_n(db: Connection, import_id: str) -> int:
    n = await db.fetchval("select n from import where id = $1", import_id)
    if n is None:
        raise Malformed(f"there is no import {import_id!r}; store it first")
    return int(n)


async def _chat_n(db: Connection, chat_id: str) -> tuple[int, str]:
    row = await db.fetchrow("select n, owner from chat where id = $1 for update", chat_id)
    if row is None:
        raise Malformed(f"there is no chat {chat_id!r}; store it first")
    return int(row[0]), str(row[1])


# -- taking back
async def drop_some(db: Connection, import_id: str, files: set[str]) -> bool:
    """Takes a part of an import back and adds the hashes of its files to `files`; says whether more is left."""
    import_n = await db.fetchval("select n from import where id = $1", import_id)
    if import_n is None:
        return False
    n = await db.fetchval("select chat_n from chat_import where import_n = $1 limit 1", import_n)
    if n is None:
        await db.execute("delete from chat where import_id = $1 and entries = 0", import_id)
        await db.execute("delete from import where n = $1", import_n)
        return False
    found = await db.fetch(
        "delete from entry where chat_n = $1 and seq in (select seq from entry where chat_n = $1 and import_n = $2 limit $3)"
        ' returning case when strpos(parts, \'"sha256":"\') > 0 then parts end',
        n,
        import_n,
        DROPPED_ROWS_MAX,
    )
    for (parts,) in found:
        files.update(files_in(parts_from(parts)))
    if len(found) < DROPPED_ROWS_MAX:
        await db.execute("delete from chat_import where chat_n = $1 and import_n = $2", n, import_n)
        await _resettle(db, n, without=import_id)
    return True


async def _resettle(db: Connection, n: int, *, without: str) -> None:
    """Counts a chat anew after entries left it; an empty one goes."""
    if await db.fetchval("select 1 from entry where chat_n = $1 limit 1", n) is None:
        await db.execute("delete from chat where n = $1", n)
    else:
        await db.execute(_RESETTLE, n, without, LAST_TEXT_CHARACTERS)


# -- chats
async def put_chat(db: Connection, chat: Chat, *, chat_id: str, owner: str, import_id: str, format: str) -> None:
    """Stores a chat, or replaces what is told of it."""
    import_n = await _import_n(db, import_id)
    told = cast(Chat, sound_value(chat))
    n = await db.fetchval(_PUT_CHAT, chat_id, owner, import_id, format, told.native_id, told.title, chat_json(told))
    await _touch(db, n, import_n)


async def _touch(db: Connection, n: int, import_n: int) -> None:
    await db.execute("insert into chat_import values ($1, $2) on conflict do nothing", n, import_n)


async def put_participants(db: Connection, chat_id: str, participants: Sequence[Participant]) -> None:
    """Stores participants by their keys."""
    n, _ = await _chat_n(db, chat_id)
    told = {p.key: participant_json(p) for p in (cast(Participant, sound_value(p)) for p in participants)}
    await db.execute(
        "insert into participant select $1, * from unnest($2::text[], $3::text[])"
        " on conflict (chat_n, key) do update set told = excluded.told",
        n,
        list(told),
        list(told.values()),
    )


def _held(row: Any) -> HeldChat:
    return HeldChat(
        id=row[1],
        owner=ConversationId(str(row[2])),
        chat=chat_from(row[9]),
        import_id=row[3],
        format=row[4],
        entries=row[5],
        first_ms=row[6],
        last_ms=row[7],
        last_text=row[8],
        participants=tuple(map(participant_from, row[10] or ())),
    )


async def alike(db: Connection, chat: Chat, *, person: str, format: str) -> list[HeldChat]:
    """Gives the person's chats that could be this one."""
    rows = await db.fetch(
        f"{_CHAT} join conversation o on o.id = c.owner where o.person_id = $1 and c.format = $2"
        " and ($3::text is null or c.native_id is null or c.native_id = $3) order by coalesce(c.last_ms, 0) desc, c.id desc",
        person,
        format,
        chat.native_id,
    )
    return [h for h in map(_held, rows) if is_alike(chat, h)][:ALIKE_MAX]


async def chats(
    db: Connection, *, owners: Sequence[str] | None, limit: int, before_ms: int | None, import_id: str | None
) -> list[HeldChat]:
    """Lists chats, the newest word first."""
    rows = await db.fetch(
        f"{_CHAT} where ($1::bigint is null or coalesce(c.last_ms, 0) < $1) and ($2::uuid[] is null or c.owner = any($2))"
        " and ($3::text is null or exists"
        " (select 1 from chat_import x join import i on i.n = x.import_n where x.chat_n = c.n and i.id = $3))"
        " order by coalesce(c.last_ms, 0) desc, c.id desc limit $4",
        before_ms,
        known_ids(owners),
        import_id,
        max(0, limit),
    )
    return [_held(r) for r in rows]


async def find_chat(db: Connection, chat_id: str) -> HeldChat | None:
    """Gives one chat with its participants."""
    row = await db.fetchrow(f"{_CHAT} where c.id = $1", chat_id)
    return None if row is None else _held(row)


# -- entries
async def add_entries(db: Connection, chat_id: str, *, import_id: str, lines: Sequence[Line]) -> Shelved:
    """Stores entries that are not there yet, with their index."""
    if not lines:
        return Shelved(added=0, changed=0)
    by_seq = {line.seq: line for line in reversed(lines)}
    low, high = min(by_seq), max(by_seq)
    for seq in (low, high):
        entry_limit(seq)
    n, owner = await _chat_n(db, chat_id)
    import_n = await _import_n(db, import_id)
    there = {r[0] for r in await db.fetch("select seq from entry where chat_n = $1 and seq between $2 and $3", n, low, high)}
    new = [Line(s, cast(Entry, sound_value(by_seq[s].entry)), by_seq[s].fingerprint) for s in sorted(by_seq) if s not in there]
    if new:
        await _insert(db, new, n=n, import_n=import_n, scope=chat_id, owner=owner)
        await _touch(db, n, import_n)
    return Shelved(added=len(new), changed=0)


async def _insert(db: Connection, lines: Sequence[Line], *, n: int, import_n: int, scope: str, owner: str) -> None:
    rows = [Row(search_key(at_ms=e.at_ms, seq=seq >> 16, scope=scope), owner, None, n, seq, entry_words(e)) for seq, e, _ in lines]
    keys = await add(db, rows)
    columns = list(map(list, zip(*(_columns(line.entry) for line in lines), strict=True)))
    await db.execute(_INSERT, n, import_n, [line.seq for line in lines], [line.fingerprint for line in lines], keys, *columns)
    await _refer(db, [(f"{n}/{line.seq}", line.entry) for line in lines if line.entry.parts])
    times = [t for _, e, _ in lines if (t := e.wall_ms if e.instant_ms is None else e.instant_ms) is not None]
    last = lines[-1]
    await db.execute(
        _COUNT, n, len(lines), min(times, default=None), max(times, default=None), last.seq, last.entry.text[:LAST_TEXT_CHARACTERS]
    )


def _columns(e: Entry) -> tuple[Any, ...]:
    return (*e[:7], parts_json(e.parts), more_json(e.more), *e[9:13])


async def _refer(db: Connection, found: Sequence[tuple[str, Entry]]) -> None:
    uses = [(file, place) for place, entry in found for file in files_in(entry.parts)]
    if uses:
        await db.execute(REFER, [u[0] for u in uses], [u[1] for u in uses])


async def change_entry(db: Connection, chat_id: str, *, seq: int, entry: Entry) -> None:
    """Replaces an entry by a later state of it, in the index too; its fingerprint stays."""
    n, owner = await _chat_n(db, chat_id)
    e = cast(Entry, sound_value(entry))
    before = await db.fetchval("select coalesce(instant_ms, wall_ms) from entry where chat_n = $1 and seq = $2", n, seq)
    row = await db.fetchrow(_CHANGE, n, seq, *_columns(e)) if 0 < seq <= SEQ_MAX else None
    if row is None:
        raise Malformed(f"chat {chat_id!r} has no entry {seq}; nothing was changed")
    await db.execute("delete from file_use where place = $1", f"{n}/{seq}")
    await _refer(db, [(f"{n}/{seq}", e)])
    if before == (e.wall_ms if e.instant_ms is None else e.instant_ms):
        if row[0] is not None:
            await change(db, key=row[0], text=entry_words(e))
        await db.execute(_LAST_TEXT, n, seq, e.text[:LAST_TEXT_CHARACTERS])
        return
    await db.execute("delete from searchable where key = $1 and chat_n = $2 and seq = $3", row[0], n, seq)  # another time, another place
    wished = search_key(at_ms=e.at_ms, seq=seq >> 16, scope=chat_id)
    (key,) = await add(db, [Row(wished, owner, None, n, seq, entry_words(e))])
    await db.execute("update entry set search_key = $3 where chat_n = $1 and seq = $2", n, seq, key)
    await _resettle(db, n, without="")


async def marks(db: Connection, chat_id: str, *, after: int, limit: int) -> list[Mark]:
    """Gives what a later import compares with."""
    rows = await db.fetch(
        "select e.seq, e.wall_ms, e.fingerprint, e.text, e.native_id from entry e"
        " where e.chat_n = (select n from chat where id = $1) and e.seq > $2 order by e.seq limit $3",
        chat_id,
        after,
        max(0, limit),
    )
    return [Mark(r[0], None if r[1] is None else r[1] // 60_000, bytes(r[2]), words_print_of(r[3]), r[4]) for r in rows]


async def entries(db: Connection, chat_id: str, *, after: int | None, before: int | None, limit: int, import_id: str | None) -> list[Line]:
    """Gives the first entries after a seq, or the last ones before one."""
    backward = before is not None and after is None
    rows = await db.fetch(
        f"select {ENTRY_COLUMNS}, fingerprint from entry where chat_n = (select n from chat where id = $1) and seq > $2 and seq < $3"
        " and ($5::text is null or import_n = (select n from import where id = $5))"
        f" order by seq {'desc' if backward else 'asc'} limit $4",
        chat_id,
        after or 0,
        SEQ_MAX + 1 if before is None else before,
        max(0, limit),
        import_id,
    )
    found = [Line(r[13], entry_from(tuple(r)), bytes(r[14])) for r in rows]
    return found[::-1] if backward else found


async def references(db: Connection, sha256: Sequence[str]) -> Mapping[str, int]:
    """Counts who refers to each file."""
    counts = dict.fromkeys(sha256, 0)
    rows = await db.fetch("select sha256, count(*) from file_use where sha256 = any($1::text[]) group by sha256", list(counts))
    return counts | {r[0]: r[1] for r in rows}
