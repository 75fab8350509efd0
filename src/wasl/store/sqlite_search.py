"""The index over everything that was said, on SQLite: an FTS5 table over words that we folded.

Rows are numbered backward in time (a place is KEY_MAX less the key), so the newest come first without sorting, and by the way on which
FTS5 is quick: backward it begins each page of a long list anew for every step. Each row holds the token of its conversation: a
search within a person is one more word that must occur, and costs what the rarer of the two lists costs. A beginning is spelled out
into the words that have it; FTS5's own way would merge the lists of all of them first, however long.

FTS5 writes out what it gathered at every commit, and a live message is a commit: its words are stored at once in a small table
(`fresh`), and wait there until some hundreds are handed over together. A search looks through those that wait.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from wasl.domain.message import Part
from wasl.domain.portable import files_in
from wasl.wire.searching import Query, index_within, parse, scope_token, search_key
from wasl.wire.text import light

SPELLED_OUT_MAX: Final = 48
"""Words with a beginning that are looked for one by one; finding each costs about 15 microseconds."""
LOOKS: Final = (60, 140, 300)
"""Rows that are looked through, newest first, for a beginning that too many words have, before FTS5 merges their lists."""
FRESH_ROWS_MAX: Final = 1_000
"""About so many live messages wait to be handed to FTS5: more cost every search a tenth of a microsecond each (half a one in the
searcher's own conversation), fewer cost every message more."""
KEY_MAX: Final = (1 << 62) - 1
"""No key is greater: 42 bits of milliseconds and 20 below them."""
_ADD = """insert into fresh select ?1, ?2, ?3, ?4, ?5 where not exists (select 1 from searchable where key = ?1)
on conflict (key) do nothing"""
_INDEX = f"insert into words (rowid, said, forms) values ({KEY_MAX} - ?, ?, ?)"
_INDEX_RANGE = f"""insert into words (rowid, said, forms) select {KEY_MAX} - key, said, forms from searchable where key between ? and ?
order by key desc"""
_KEEP_FRESH = "insert into searchable (key, message_id, said, forms) select key, message_id, said, forms from fresh order by key"
_INDEX_FRESH = f"insert into words (rowid, said, forms) select {KEY_MAX} - key, said, forms from fresh order by key desc"
_FRESH = """select key from (select key, conversation_id, forms, ' ' || said || ' ' said, ' ' || said || ' ' || forms || ' ' words
from fresh where key < ?) where {} order by key desc limit ?"""
_TABLES: Final = ("searchable", "fresh")
_TAKEN = "select key from {} where key in (select value from json_each(?))"
_PAGE = f"select {KEY_MAX} - rowid from words where words match ? and rowid > {KEY_MAX} - ? order by rowid limit ?"
_LOOK = f"""select s.key, s.said, s.forms from words w cross join searchable s on s.key = {KEY_MAX} - w.rowid
where w.words match ? and w.rowid > {KEY_MAX} - ? order by w.rowid limit ?"""
_EVERYTHING = "select key, said, forms from searchable where key < ? order by key desc limit ?"
_WORDS_OF = "create virtual table temp.word_list using fts5vocab(main, words, instance)"
_NEXT_WORD = "select term from temp.word_list where term >= ? limit 1"


NOTHING_TO_INDEX: Final = """update search_state set words_version = ?1 where words_version <> ?1
and not exists (select 1 from message) and not exists (select 1 from entry)"""
"""A new database has no words of another version: what is brought into it at once need not be looked through again."""


def prepare(db: sqlite3.Connection) -> None:
    """Makes ready a connection that will search; it must still be allowed to write."""
    db.execute(_WORDS_OF)


def index_message(db: sqlite3.Connection, *, message_id: str, conversation_id: str, seq: int, at_ms: int, text: str) -> int:
    """Indexes a live message in the transaction that stores it, and gives its key."""
    said, forms = index_within(text, scope_token(conversation_id))
    key = search_key(at_ms=at_ms, seq=seq, scope=conversation_id)
    while not db.execute(_ADD, (key, conversation_id, message_id, said, forms)).rowcount:
        key += 1
    if not (key ^ key >> 10) & 63 and db.execute("select count(*) from fresh").fetchone()[0] >= FRESH_ROWS_MAX:
        index_fresh(db)  # counted at every 64th message of a conversation, and of conversations at every 64th
    return key


def index_fresh(db: sqlite3.Connection) -> None:
    """Hands what waits to the large tables."""
    if db.execute("select 1 from fresh limit 1").fetchone() is not None:
        db.execute(_KEEP_FRESH)
        db.execute(_INDEX_FRESH)
        db.execute("delete from fresh")


def reindex_message(db: sqlite3.Connection, *, key: int, conversation_id: str, text: str) -> None:
    """Indexes a message or entry anew whose text has changed."""
    said, forms = index_within(text, scope_token(conversation_id))
    for table in ("searchable", "fresh"):
        db.execute(f"update {table} set said = ?1, forms = ?2 where key = ?3 and (said <> ?1 or forms <> ?2)", (said, forms, key))


def refer(db: sqlite3.Connection, message_id: str, parts: Sequence[Part]) -> None:
    """Notes which files of ours a message refers to."""
    for file in files_in(parts):
        db.execute("insert or ignore into file_use values (?, ?)", (file, message_id))


def index_entries(db: sqlite3.Connection, rows: Sequence[tuple[int, str, int]], *, owner: str) -> list[int]:
    """Indexes entries: (wished key, text, row id) each; gives their keys. A key that is taken moves on to the next free one."""
    keys, alone = _free_keys(db, [row[0] for row in rows])
    scope = scope_token(owner)
    indexed = [(key, row_id, *index_within(text, scope)) for key, (_, text, row_id) in zip(keys, rows, strict=True)]
    if any(later < earlier for earlier, later in pairwise(keys)):
        indexed.sort()
    db.executemany("insert into searchable values (?, null, ?, ?, ?)", indexed)
    if alone:  # in the order of places: FTS5 writes out what it gathered wherever a row comes before the last one
        db.execute(_INDEX_RANGE, (indexed[0][0], indexed[-1][0]))
    else:
        db.executemany(_INDEX, [(key, said, forms) for key, _, said, forms in reversed(indexed)])
    return keys


def _free_keys(db: sqlite3.Connection, wished: list[int]) -> tuple[list[int], bool]:
    """Gives free keys, and whether nothing else is between them."""
    between, given = "select 1 from {} where key between ? and ?", (min(wished), max(wished))
    alone = all(db.execute(between.format(table), given).fetchone() is None for table in _TABLES)
    taken: set[int] = set()  # stays empty for an older chat, or the first one: nothing else was said in that time
    if not alone:
        taken = {row[0] for table in _TABLES for row in db.execute(_TAKEN.format(table), (repr(wished),))}
    if not taken and len(set(wished)) == len(wished):
        return wished, alone
    used: set[int] = set()
    keys: list[int] = []
    after: dict[int, int] = {}  # where the search for a free key went on, so that a thousand equal times stay quick
    for key in wished:
        free = max(key, after.get(key, key))
        while free in used or free in taken or _is_taken(db, free):
            free = _after_run(db, free) if free - key > 64 and free not in used else free + 1
        after[key] = free + 1
        used.add(free)
        keys.append(free)
    return keys, False


def _is_taken(db: sqlite3.Connection, key: int) -> bool:
    return any(db.execute(f"select 1 from {table} where key = ?", (key,)).fetchone() is not None for table in _TABLES)


def _after_run(db: sqlite3.Connection, key: int) -> int:
    """Gives a key after many that are taken: after the last one of that millisecond."""
    asked = "select max(key) from {} where key between ? and ?"
    last = [db.execute(asked.format(table), (key, key | ((1 << 20) - 1))).fetchone()[0] for table in _TABLES]
    return max([key, *(int(found) for found in last if found is not None)]) + 1


def found_keys(
    db: sqlite3.Connection, text: str, *, conversations: Sequence[str] | None, limit: int, before: int | None
) -> tuple[Query, list[int]]:
    """Gives the query and the keys of what is found, newest first."""
    query = parse(text)
    if not query or limit <= 0 or (conversations is not None and not conversations):
        return query, []
    until = KEY_MAX + 1 if before is None else max(0, min(before, KEY_MAX + 1))
    # Those that wait first: what is handed over meanwhile is found twice then, never missed.
    waiting = _waiting(db, query, conversations, until, limit)
    keys = _listed(db, query, conversations, until, limit)
    return query, sorted({*waiting, *keys}, reverse=True)[:limit] if waiting else keys


def _waiting(db: sqlite3.Connection, query: Query, conversations: Sequence[str] | None, until: int, limit: int) -> list[int]:
    """Looks through what is not handed to FTS5 yet."""
    pieces, given = ["true"], []
    if conversations is not None:
        pieces.append("conversation_id in (select value from json_each(?))")
        given.append(json.dumps(list(conversations)))
    for word in query.words:
        pieces.append("(instr(words, ?) or instr(words, ?))")
        given += [f" {word} ", f" {light(word)} "]
    for phrase in query.phrases:
        pieces.append("instr(said, ?)")
        given.append(f" {' '.join(phrase)} ")
    if query.beginning is not None:
        pieces.append("(instr(words, ?) or instr(words, ?))")
        given += [f" {query.beginning}", f" {light(query.beginning)} "]
    return [row[0] for row in db.execute(_FRESH.format(" and ".join(pieces)), (until, *given, limit))]


def _listed(db: sqlite3.Connection, query: Query, conversations: Sequence[str] | None, until: int, limit: int) -> list[int]:
    """Asks FTS5."""
    asked = _Asked(conversations, query)
    if query.beginning is None:
        return _page(db, asked.without_beginning(), until, limit)
    stem = light(query.beginning)
    spelled = _spelled_out(db, query.beginning)
    if spelled is not None:
        words = dict.fromkeys([*spelled, stem])
        return _page(db, asked.with_words(words), until, limit)
    keys, looked_to = _looked_through(db, asked, query.beginning, stem, until, limit)
    if looked_to is None or len(keys) >= limit:
        return keys[:limit]
    merged = f'("{query.beginning}" * OR "{stem}")'
    return keys + _page(db, asked.and_(merged), looked_to, limit - len(keys))


class _Asked(NamedTuple):
    """What FTS5 is asked, piece by piece. Tokens hold no quote, so a quoted token is always a token."""

    conversations: Sequence[str] | None
    query: Query

    def without_beginning(self) -> str:
        pieces = []
        if self.conversations is not None:
            pieces.append("(" + " OR ".join(f'"{scope_token(c)}"' for c in self.conversations) + ")")
        pieces += ['said : "' + " ".join(phrase) + '"' for phrase in self.query.phrases]
        for word in self.query.words:
            stem = light(word)
            pieces.append(f'"{word}"' if stem == word else f'("{word}" OR "{stem}")')
        return " AND ".join(pieces)

    def with_words(self, words: dict[str, None]) -> str:
        return self.and_("(" + " OR ".join(f'"{w}"' for w in words) + ")")

    def and_(self, more: str) -> str:
        rest = self.without_beginning()
        return f"{rest} AND {more}" if rest else more


def _page(db: sqlite3.Connection, asked: str, until: int, limit: int) -> list[int]:
    return [row[0] for row in db.execute(_PAGE, (asked, until, limit))]


def _spelled_out(db: sqlite3.Connection, beginning: str) -> list[str] | None:
    """Gives the indexed words with a beginning, None when they are too many."""
    words: list[str] = []
    for word in _words_from(db, beginning):
        if not word.startswith(beginning):
            return words
        if len(words) == SPELLED_OUT_MAX:
            return None
        words.append(word)
    return words


def _words_from(db: sqlite3.Connection, first: str) -> Iterator[str]:
    at = first
    while (row := db.execute(_NEXT_WORD, (at,)).fetchone()) is not None:
        yield row[0]
        at = row[0] + "\x01"


def _looked_through(
    db: sqlite3.Connection, asked: _Asked, beginning: str, stem: str, until: int, limit: int
) -> tuple[list[int], int | None]:
    """Looks through the newest rows; gives the keys found and where it stopped, None when nothing is left."""
    rest, needle, whole = asked.without_beginning(), " " + beginning, f" {stem} "
    keys: list[int] = []
    for rows_max in LOOKS:
        given = (until, rows_max)
        rows = (db.execute(_LOOK, (rest, *given)) if rest else db.execute(_EVERYTHING, given)).fetchall()
        keys += [key for key, said, forms in rows if needle in (padded := f" {said} {forms} ") or whole in padded]
        if len(rows) < rows_max:
            return keys, None
        until = rows[-1][0]
        if len(keys) >= limit:
            break
    return keys, until
