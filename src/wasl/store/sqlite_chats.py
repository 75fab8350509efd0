"""Imports, chats and entries on SQLite: the statements of the library that imports write and pages read."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from wasl.domain.archive import PLAIN, ArchivePart, Chat, Entry, Participant, words_print_of
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
    sound,
    sound_value,
)
from wasl.store.library_rows import ALIKE_MAX, LAST_TEXT_CHARACTERS, SEQ_BITS, SEQ_MAX, entry_limit, is_alike
from wasl.store.sqlite_search import index_entries, reindex_message
from wasl.wire.searching import AT_MS_MAX, KEY_BITS, search_floor, search_key

DROPPED_ROWS_MAX = 1_000
"""Entries that are deleted in one transaction."""
_IMPORT = "select id, owner, state, key, bytes_read, bytes_total, record, address_id from import"
_CHAT = "select n, id, owner, import_id, format, entries, first_ms, last_ms, last_text, told from chat"
_READ = ENTRY_COLUMNS.replace(", seq", f", id & {SEQ_MAX}") + ", fingerprint"
_INSERT = f"""insert into entry (id, {ENTRY_COLUMNS.removesuffix(", seq")}, fingerprint, import_n, search_key)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_CHANGE = "update entry set ({}) = ({}) where id = ?".format(
    ENTRY_COLUMNS.removesuffix(", seq"), ", ".join("?" * (ENTRY_COLUMNS.count(",")))
)


def put_import(db: sqlite3.Connection, held: Import) -> None:
    """Stores an import, or replaces it; its number stays."""
    h = cast(Import, sound_value(held))
    db.execute(
        "insert into import (id, owner, state, key, bytes_read, bytes_total, record, address_id) values (?, ?, ?, ?, ?, ?, ?, ?)"
        " on conflict (id) do update set (owner, state, key, bytes_read, bytes_total, record)"
        " = (excluded.owner, excluded.state, excluded.key, excluded.bytes_read, excluded.bytes_total, excluded.record)",
        (h.record.id, h.owner, h.state, h.key, h.bytes_read, h.bytes_total, record_json(h.record), h.address_id),
    )


def _import_of(row: Sequence[Any]) -> Import:
    record = record_from(row[6])
    return Import(
        record=record if record.owner is None else replace(record, owner=row[1]),
        owner=ConversationId(row[1]),
        state=cast(ImportState, row[2]),
        key=row[3],
        bytes_read=row[4],
        bytes_total=row[5],
        address_id=None if row[7] is None else AddressId(row[7]),
    )


def imports(db: sqlite3.Connection, *, owners: Sequence[str] | None, limit: int, before: str | None) -> list[Import]:
    """Lists imports, newest first."""
    rows = db.execute(
        f"{_IMPORT} where id < ?1 and {_among('owner', owners)} order by id desc limit ?2",
        ("~" if before is None else before, max(0, limit), *(owners or ())),
    )
    return [_import_of(r) for r in rows]


def _among(column: str, owners: Sequence[str] | None, *, first: int = 3) -> str:
    """A condition on the owner, whose values are the parameters from the `first` on."""
    if owners is None:
        return "true"
    return f"{column} in ({', '.join(f'?{n}' for n in range(first, first + len(owners)))})"


def find_import(db: sqlite3.Connection, import_id: str) -> Import | None:
    """Gives one import."""
    row = db.execute(f"{_IMPORT} where id = ?", (import_id,)).fetchone()
    return None if row is None else _import_of(row)


def _import_n(db: sqlite3.Connection, import_id: str) -> int:
    row = db.execute("select n from import where id = ?", (import_id,)).fetchone()
    if row is None:
        raise Malformed(f"there is no import {import_id!r}; store it first")
    return int(row[0])


def _chat_n(db: sqlite3.Connection, chat_id: str) -> tuple[int, str]:
    row = db.execute("select n, owner from chat where id = ?", (chat_id,)).fetchone()
    if row is None:
        raise Malformed(f"there is no chat {chat_id!r}; store it first")
    return int(row[0]), str(row[1])


def _ids(n: int, *, after: int = 0, before: int | None = None) -> tuple[int, int]:
    """The first and the last id of entries of a chat between two seqs."""
    last = SEQ_MAX if before is None else min(SEQ_MAX, before - 1)
    return (n << SEQ_BITS) + max(0, min(after, SEQ_MAX)) + 1, (n << SEQ_BITS) + max(0, last)


# -- taking back
def drop_some(db: sqlite3.Connection, import_id: str, files: set[str]) -> bool:
    """Takes a part of an import back and adds the hashes of its files to `files`; says whether more is left."""
    row = db.execute("select n from import where id = ?", (import_id,)).fetchone()
    if row is None:
        return False
    (import_n,) = row
    chat = db.execute("select chat_n from chat_import where import_n = ? limit 1", (import_n,)).fetchone()
    if chat is None:
        db.execute("delete from chat where import_id = ? and entries = 0", (import_id,))
        db.execute("delete from import where n = ?", (import_n,))
        return False
    (n,) = chat
    found = db.execute(
        "select id, parts from entry where id between ? and ? and import_n = ? limit ?", (*_ids(n), import_n, DROPPED_ROWS_MAX)
    ).fetchall()
    for _, parts in found:
        if parts and '"sha256":"' in parts:
            files.update(files_in(parts_from(parts)))
    db.executemany("delete from entry where id = ?", [(r[0],) for r in found])
    if len(found) < DROPPED_ROWS_MAX:
        db.execute("delete from chat_import where chat_n = ? and import_n = ?", (n, import_n))
        _resettle(db, n, without=import_id)
    return True


def _resettle(db: sqlite3.Connection, n: int, *, without: str) -> None:
    """Counts a chat anew after entries left it; an empty one goes."""
    count, first, last = db.execute(
        "select count(*), min(coalesce(instant_ms, wall_ms)), max(coalesce(instant_ms, wall_ms)) from entry where id between ? and ?",
        _ids(n),
    ).fetchone()
    if not count:
        db.execute("delete from chat where n = ?", (n,))
        return
    (text,) = db.execute("select text from entry where id between ? and ? order by id desc limit 1", _ids(n)).fetchone()
    db.execute(
        "update chat set entries = ?, first_ms = ?, last_ms = ?, last_text = ?, import_id = case when import_id = ? then"
        " (select max(i.id) from chat_import c join import i on i.n = c.import_n where c.chat_n = chat.n) else import_id end where n = ?",
        (count, first, last, text[:LAST_TEXT_CHARACTERS], without, n),
    )


# -- chats
def put_chat(db: sqlite3.Connection, chat: Chat, *, chat_id: str, owner: str, import_id: str, format: str) -> None:
    """Stores a chat, or replaces what is told of it."""
    import_n = _import_n(db, import_id)
    told = cast(Chat, sound_value(chat))
    (n,) = db.execute(
        "insert into chat (id, owner, import_id, format, native_id, title, told) values (?, ?, ?, ?, ?, ?, ?) on conflict (id) do update"
        " set (owner, import_id, format, native_id, title, told)"
        " = (excluded.owner, excluded.import_id, excluded.format, excluded.native_id, excluded.title, excluded.told) returning n",
        (chat_id, owner, import_id, format, told.native_id, told.title, chat_json(told)),
    ).fetchone()
    db.execute("insert or ignore into chat_import values (?, ?)", (n, import_n))


def put_participants(db: sqlite3.Connection, chat_id: str, participants: Sequence[Participant]) -> None:
    """Stores participants by their keys."""
    n, _ = _chat_n(db, chat_id)
    told = [cast(Participant, sound_value(p)) for p in participants]
    db.executemany("insert or replace into participant values (?, ?, ?)", [(n, p.key, participant_json(p)) for p in told])


def participants(db: sqlite3.Connection, n: int) -> tuple[Participant, ...]:
    """Gives a chat's participants by key."""
    return tuple(participant_from(r[0]) for r in db.execute("select told from participant where chat_n = ? order by key", (n,)))


def _held(db: sqlite3.Connection, row: Sequence[Any]) -> HeldChat:
    return HeldChat(
        id=row[1],
        owner=ConversationId(row[2]),
        chat=chat_from(row[9]),
        import_id=row[3],
        format=row[4],
        entries=row[5],
        first_ms=row[6],
        last_ms=row[7],
        last_text=row[8],
        participants=participants(db, row[0]),
    )


def alike(db: sqlite3.Connection, chat: Chat, *, person: str, format: str) -> list[HeldChat]:
    """Gives the person's chats that could be this one."""
    rows = db.execute(
        f"{_CHAT} where format = ? and owner in (select id from conversation where person_id = ?)"
        " and (?3 is null or native_id is null or native_id = ?3) order by coalesce(last_ms, 0) desc, id desc",
        (format, person, chat.native_id),
    )
    found: list[HeldChat] = []
    for row in rows:
        held = _held(db, row)
        if is_alike(chat, held):
            found.append(held)
        if len(found) == ALIKE_MAX:
            break
    return found


def chats(
    db: sqlite3.Connection, *, owners: Sequence[str] | None, limit: int, before_ms: int | None, import_id: str | None
) -> list[HeldChat]:
    """Lists chats, the newest word first."""
    of_import = (
        "" if import_id is None else (" and n in (select c.chat_n from chat_import c join import i on i.n = c.import_n where i.id = ?3)")
    )
    given = () if import_id is None else (import_id,)
    rows = db.execute(
        f"{_CHAT} where (?1 is null or coalesce(last_ms, 0) < ?1){of_import} and {_among('owner', owners, first=3 + len(given))}"
        " order by coalesce(last_ms, 0) desc, id desc limit ?2",
        (before_ms, max(0, limit), *given, *(owners or ())),
    ).fetchall()
    return [_held(db, r) for r in rows]


def find_chat(db: sqlite3.Connection, chat_id: str) -> HeldChat | None:
    """Gives one chat with its participants."""
    row = db.execute(f"{_CHAT} where id = ?", (chat_id,)).fetchone()
    return None if row is None else _held(db, row)


# -- entries
def add_entries(db: sqlite3.Connection, chat_id: str, *, import_id: str, lines: Sequence[Line]) -> Shelved:
    """Stores entries that are not there yet, with their index."""
    if not lines:
        return Shelved(added=0, changed=0)
    for seq in (min(line[0] for line in lines), max(line[0] for line in lines)):
        entry_limit(seq)
    n, owner = _chat_n(db, chat_id)
    import_n = _import_n(db, import_id)
    new = _new_lines(db, n, lines)
    if new:
        if not _is_sound(new):
            new = [Line(seq, cast(Entry, sound_value(entry)), mark) for seq, entry, mark in new]
        _insert(db, new, n=n, import_n=import_n, scope=chat_id, owner=owner)
        db.execute("insert or ignore into chat_import values (?, ?)", (n, import_n))
    return Shelved(added=len(new), changed=0)


def _new_lines(db: sqlite3.Connection, n: int, lines: Sequence[Line]) -> list[Line]:
    by_seq = {line[0]: line for line in reversed(lines)}
    low, high = (n << SEQ_BITS) + min(by_seq), (n << SEQ_BITS) + max(by_seq)
    there = {r[0] & SEQ_MAX for r in db.execute("select id from entry where id between ? and ?", (low, high))}
    return [by_seq[seq] for seq in sorted(by_seq) if seq not in there]


def _is_sound(lines: Sequence[Line]) -> bool:
    texts = "".join([e[2] for _, e, _ in lines])
    beside = {text for _, e, _ in lines for text in (e[0], e[6], e[12]) if text}  # author, native id, pointer
    return sound(texts) is texts and all(sound(text) is text for text in beside)


def _insert(db: sqlite3.Connection, lines: Sequence[Line], *, n: int, import_n: int, scope: str, owner: str) -> None:
    base = n << SEQ_BITS
    keys = index_entries(db, _wished(lines, base=base, scope=scope), owner=owner)
    rows = [
        (
            base + seq, author, role, text, wall_ms, instant_ms, resolution, native_id, parts_json(parts) if parts else None,
            None if more is PLAIN else more_json(more), source, start, length, pointer, mark, import_n, key,
        )
        for (seq, e, mark), key in zip(lines, keys, strict=True)
        for author, role, text, wall_ms, instant_ms, resolution, native_id, parts, more, source, start, length, pointer, _ in (e,)
    ]  # fmt: skip
    db.executemany(_INSERT, rows)
    _refer(db, [(base + line[0], line[1].parts) for line in lines if line[1][7]])
    times = [t for line in lines if (t := line[1][4] if line[1][4] is not None else line[1][3]) is not None]
    first, last = (min(times), max(times)) if times else (None, None)
    db.execute(
        "update chat set entries = entries + ?1, first_ms = min(coalesce(first_ms, ?2), coalesce(?2, first_ms)),"
        " last_ms = max(coalesce(last_ms, ?3), coalesce(?3, last_ms)),"
        " last_text = case when exists (select 1 from entry where id > ?4 and id <= ?5) then last_text else ?6 end where n = ?7",
        (len(lines), first, last, base + lines[-1][0], _ids(n)[1], lines[-1][1].text[:LAST_TEXT_CHARACTERS], n),
    )


def _wished(lines: Sequence[Line], *, base: int, scope: str) -> list[tuple[int, str, int]]:
    """Gives what the index is told of each entry: what `search_key` and `entry_words` give, without the calls where they give the usual,
    for an export has millions."""
    bits = search_key(at_ms=0, seq=0, scope=scope)
    wished = []
    for seq, e, _ in lines:
        _, _, text, wall_ms, at_ms, _, _, parts, more, *_ = e
        if at_ms is None:
            at_ms = wall_ms or 0
        floor = at_ms << KEY_BITS if 0 <= at_ms <= AT_MS_MAX else search_floor(at_ms)
        words = text if not parts and more is PLAIN else entry_words(e)
        wished.append((floor | bits | (seq >> 16 & 0x3FF) << 10, words, base + seq))
    return wished


def _refer(db: sqlite3.Connection, found: Sequence[tuple[int, tuple[ArchivePart, ...]]]) -> None:
    uses = [(file, str(row_id)) for row_id, parts in found for file in files_in(parts)]
    if uses:
        db.executemany("insert or ignore into file_use values (?, ?)", uses)


def change_entry(db: sqlite3.Connection, chat_id: str, *, seq: int, entry: Entry) -> None:
    """Replaces an entry by a later state of it, in the index too; its fingerprint stays."""
    n, owner = _chat_n(db, chat_id)
    row_id = (n << SEQ_BITS) + seq
    asked = "select search_key, coalesce(instant_ms, wall_ms) from entry where id = ?"
    row = db.execute(asked, (row_id,)).fetchone() if 0 < seq <= SEQ_MAX else None
    if row is None:
        raise Malformed(f"chat {chat_id!r} has no entry {seq}; nothing was changed")
    e = cast(Entry, sound_value(entry))
    db.execute(_CHANGE, (*e[:7], parts_json(e.parts), more_json(e.more), *e[9:13], row_id))
    db.execute("delete from file_use where place = ?", (str(row_id),))
    _refer(db, [(row_id, e.parts)])
    if row[1] == (e.wall_ms if e.instant_ms is None else e.instant_ms):
        if row[0] is not None:
            reindex_message(db, key=row[0], conversation_id=owner, text=entry_words(e))
        last = "update chat set last_text = ? where n = ? and not exists (select 1 from entry where id > ? and id <= ?)"
        db.execute(last, (e.text[:LAST_TEXT_CHARACTERS], n, row_id, _ids(n)[1]))
        return
    db.execute("delete from searchable where key = ? and entry_id = ?", (row[0], row_id))  # another time is another place in the index
    wished = search_key(at_ms=e.at_ms, seq=seq >> 16, scope=chat_id)
    (key,) = index_entries(db, [(wished, entry_words(e), row_id)], owner=owner)
    db.execute("update entry set search_key = ? where id = ?", (key, row_id))
    _resettle(db, n, without="")


def marks(db: sqlite3.Connection, chat_id: str, *, after: int, limit: int) -> list[Mark]:
    """Gives what a later import compares with."""
    row = db.execute("select n from chat where id = ?", (chat_id,)).fetchone()
    if row is None:
        return []
    rows = db.execute(
        f"select id & {SEQ_MAX}, wall_ms, fingerprint, text, native_id from entry where id between ? and ? order by id limit ?",
        (*_ids(row[0], after=after), max(0, limit)),
    )
    return [Mark(r[0], None if r[1] is None else r[1] // 60_000, r[2], words_print_of(r[3]), r[4]) for r in rows]


def entries(
    db: sqlite3.Connection, chat_id: str, *, after: int | None, before: int | None, limit: int, import_id: str | None
) -> list[Line]:
    """Gives the first entries after a seq, or the last ones before one."""
    row = db.execute("select n from chat where id = ?", (chat_id,)).fetchone()
    if row is None:
        return []
    backward = before is not None and after is None
    of_import = "" if import_id is None else " and import_n = (select n from import where id = ?4)"
    rows = db.execute(
        f"select {_READ} from entry where id between ?1 and ?2{of_import} order by id {'desc' if backward else 'asc'} limit ?3",
        (*_ids(row[0], after=after or 0, before=before), max(0, limit), *(() if import_id is None else (import_id,))),
    ).fetchall()
    found = [Line(r[13], entry_from(r), r[14]) for r in rows]
    return found[::-1] if backward else found


def references(db: sqlite3.Connection, sha256: Sequence[str]) -> Mapping[str, int]:
    """Counts who refers to each file."""
    counts = dict.fromkeys(sha256, 0)
    for file in counts:
        (counts[file],) = db.execute("select count(*) from file_use where sha256 = ?", (file,)).fetchone()
    return counts
