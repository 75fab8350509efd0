"""The index over everything that was said, on PostgreSQL: a tsvector of words that we folded, with GIN; and the rows by time.

There are two ways to find the newest rows that match, and each is slow where the other is quick. The list of a word that few texts
have is read through (GIN) and sorted. For words that many texts have, the newest rows of the conversations are looked through, which
comes upon enough of them soon. Which is which is told by the words' numbers as PostgreSQL's statistics have them.
"""

import math
from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate
from typing import Any, Final, NamedTuple

from wasl.store.postgres_link import Connection
from wasl.wire.searching import Query, index_words
from wasl.wire.text import light

RARE_ROWS: Final = 1_000
"""Up to so many rows are likely to match: they are all read, each from a page of its own."""
LOOKED_THROUGH_MIN: Final = 400
LOOKED_THROUGH_MAX: Final = 60_000
"""Rows that are looked through, newest first, before the lists are read after all."""
READ_US: Final = 10.0
"""What a row costs that is read by the list of a word: it lies on a page of its own, which may not be in memory."""
LOOK_US: Final = 0.35
"""What a row costs that is looked through: it lies beside the one before."""
TOGETHER: Final = 4.0
"""How much oftener than by chance words stand together that people search together."""
KEY_MAX: Final = (1 << 63) - 1
_ADD = """insert into searchable (key, conversation_id, message_id, chat_n, seq, said, words)
select k, c, m, h, s, said, array_to_tsvector(string_to_array(f, ' '))
from unnest($1::bigint[], $2::uuid[], $3::uuid[], $4::integer[], $5::bigint[], $6::text[], $7::text[]) n (k, c, m, h, s, said, f)
on conflict (key) do nothing returning key"""
_NEXT_FREE = "select max(key) + 1 from searchable where key between $1 and $1 | 1048575"
_CHANGE = """update searchable set said = $2, words = array_to_tsvector(string_to_array($3, ' '))
where key = $1 and (said <> $2 or words <> array_to_tsvector(string_to_array($3, ' ')))"""
# The newest that match among so many rows, and the row after those where too few do. A row that was found ends the walk, so that common
# words cost little. Both columns are in the order, so that no plan walks through everybody's rows for one person's.
_LOOK = """with found as materialized (select key from ({rows} limit $5) r where {match} limit $6)
select array(select key from found), case when (select count(*) from found) < $6 then (select key from ({rows} offset $5 limit 1) r) end"""
_ROWS_OF_ONE = """select key, said, words from searchable where (conversation_id, key) < (($3::uuid[])[1], $4::bigint)
and (conversation_id, key) >= (($3::uuid[])[1], 0::bigint) order by conversation_id desc, key desc"""
_ROWS_OF_SOME = """select s.* from unnest($3::uuid[]) c (id) cross join lateral
(select key, said, words from searchable where (conversation_id, key) < (c.id, $4::bigint) and (conversation_id, key) >= (c.id, 0::bigint)
order by conversation_id desc, key desc limit $5 + 1) s order by s.key desc"""
_ROWS_OF_ALL = "select key, said, words from searchable where $3::uuid[] is null and key < $4::bigint order by key desc"
# `key + 0`, so that no plan reads the keys of all rows to hold them against the few that match.
_READ = """with found as materialized (select key, conversation_id from searchable where {match} and key + 0 < $4)
select key from found where $3::uuid[] is null or conversation_id = any($3) order by key desc limit $5"""
_STATISTICS = """select most_common_elems::text::text[], most_common_elem_freqs,
(select reltuples from pg_class where oid = 'searchable'::regclass)
from pg_stats where schemaname = current_schema() and tablename = 'searchable' and attname = 'words'"""

NOTHING_TO_INDEX: Final = """update search_state set words_version = $1 where words_version <> $1
and not exists (select 1 from message) and not exists (select 1 from entry)"""
"""A new database has no words of another version: what is brought into it at once need not be looked through again."""

REFER = "insert into file_use select * from unnest($1::text[], $2::text[]) on conflict do nothing"
"""Notes who refers to which file."""


class Row(NamedTuple):
    """What is to be indexed: at a key, of a conversation, a message or an entry."""

    key: int
    conversation_id: str
    message_id: str | None
    chat_n: int | None
    seq: int | None
    text: str


async def add(db: Connection, rows: Sequence[Row]) -> list[int]:
    """Indexes rows and gives their keys; one whose key is taken gets the next free one."""
    words = [index_words(r.text) for r in rows]
    forms = [f"{w.said} {w.forms}".strip() for w in words]
    keys = _distinct([r.key for r in rows])
    waiting = list(range(len(rows)))
    while waiting:
        columns: list[list[Any]] = [
            [keys[n] for n in waiting],
            [rows[n].conversation_id for n in waiting],
            [rows[n].message_id for n in waiting],
            [rows[n].chat_n for n in waiting],
            [rows[n].seq for n in waiting],
            [words[n].said for n in waiting],
            [forms[n] for n in waiting],
        ]
        stored = {r[0] for r in await db.fetch(_ADD, *columns)}
        waiting = [n for n in waiting if keys[n] not in stored]
        free: dict[int, int] = {}
        for n in waiting:
            first = keys[n] & ~1_048_575
            if first not in free:
                free[first] = int(await db.fetchval(_NEXT_FREE, first) or keys[n] + 1)
            keys[n] = free[first]
            free[first] += 1
    return keys


def _distinct(keys: list[int]) -> list[int]:
    if len(set(keys)) == len(keys):
        return keys
    used: set[int] = set()
    after: dict[int, int] = {}
    for place, key in enumerate(keys):
        free = max(key, after.get(key, key))
        while free in used:
            free += 1
        after[key] = free + 1
        used.add(free)
        keys[place] = free
    return keys


async def change(db: Connection, *, key: int, text: str) -> None:
    """Indexes anew a row whose text has changed."""
    said, forms = index_words(text)
    await db.execute(_CHANGE, key, said, f"{said} {forms}".strip())


class Numbers(NamedTuple):
    """How common words are, as the statistics have it: the share of rows of the common ones, that of any other, and the rows.

    `words` are the common ones in order, `sums` the shares of all before each of them.
    """

    shares: dict[str, float]
    other: float
    rows: float
    words: Sequence[str] = ()
    sums: Sequence[float] = (0.0,)

    def likely(self, query: Query) -> float | None:
        """Guesses how many rows match, None where nothing is known: rather more than chance would have it."""
        if self.rows < RARE_ROWS:
            return None
        shares = [self._share({w, light(w)}) for w in (*query.words, *(w for p in query.phrases for w in p))]
        if query.beginning is not None:
            beginning, stem = query.beginning, light(query.beginning)
            first, end = bisect_left(self.words, beginning), bisect_left(self.words, beginning + "\U0010ffff")
            known = self.sums[end] - self.sums[first] + (0.0 if stem.startswith(beginning) else self.shares.get(stem, 0.0))
            # Of the words that are not common, the more have a beginning the shorter it is.
            shares.append(known + self.other * 4 ** max(0, 6 - len(beginning)))
        by_chance = math.prod(min(1.0, share) for share in shares)
        return min(*shares, by_chance if len(shares) == 1 else TOGETHER * by_chance) * self.rows

    def _share(self, forms: set[str]) -> float:
        return sum(self.shares.get(form, self.other) for form in forms)


NOTHING_KNOWN: Final = Numbers({}, 0.0, 0.0)


async def numbers(db: Connection) -> Numbers:
    """Reads the statistics; PostgreSQL keeps them by itself."""
    row = await db.fetchrow(_STATISTICS)
    if row is None or not row[0]:
        return NOTHING_KNOWN
    frequencies = list(row[1])  # one a word, then the least, the greatest and that of null
    least = frequencies[len(row[0])] if len(frequencies) > len(row[0]) else min(frequencies)
    shares = dict(zip(row[0], frequencies, strict=False))
    words = sorted(shares)
    return Numbers(shares, least / 2, float(row[2]), words, [0.0, *accumulate(shares[word] for word in words)])


async def found_keys(
    db: Connection, query: Query, *, conversations: Sequence[str] | None, limit: int, before: int | None, known: Numbers
) -> list[int]:
    """Gives the keys of what is found, newest first."""
    until = KEY_MAX if before is None else before
    asked, phrases = _tsquery(query), [f" {' '.join(p)} " for p in query.phrases]
    likely = known.likely(query)
    keys: list[int] = []
    if likely is None or likely > RARE_ROWS:
        look = _look(phrases=len(phrases), conversations=None if conversations is None else len(conversations))
        looked = 0
        step: int | None = _worth_looking(likely)
        while step is not None:
            row = await db.fetchrow(look, asked, phrases, conversations, until, step, limit - len(keys))
            assert row is not None, "a select without a table gives a row"
            keys += row[0]
            if row[1] is None:
                return keys
            until, looked = row[1] + 1, looked + step
            step = _worth_looking_on(likely, looked=looked, found=len(keys), limit=limit)
    rows = await db.fetch(_READ.format(match=_match(len(phrases))), asked, phrases, conversations, until, limit - len(keys))
    return keys + [r[0] for r in rows]


def _worth_looking(likely: float | None) -> int:
    """Gives how many rows are looked through in the time in which the words' lists are read."""
    return LOOKED_THROUGH_MIN if likely is None else int(max(LOOKED_THROUGH_MIN, min(likely * READ_US / LOOK_US, LOOKED_THROUGH_MAX)))


def _worth_looking_on(likely: float | None, *, looked: int, found: int, limit: int) -> int | None:
    """Gives how many more rows are looked through, as many as were looked through for what was found; None where it is quicker to
    read the lists."""
    more = looked * (limit - found) / max(found, 0.5)
    if likely is None or looked >= LOOKED_THROUGH_MAX or more * LOOK_US > likely * READ_US:
        return None
    return int(max(LOOKED_THROUGH_MIN, min(1.3 * more, LOOKED_THROUGH_MAX)))


def _look(*, phrases: int, conversations: int | None) -> str:
    rows = _ROWS_OF_ALL if conversations is None else _ROWS_OF_ONE if conversations == 1 else _ROWS_OF_SOME
    return _LOOK.format(match=_match(phrases), rows=rows)


def _match(phrases: int) -> str:
    """Words by the index, then phrases in the words as they stand; `$2` is named even where there are none."""
    asked = "".join(f" and strpos(' ' || said || ' ', ($2::text[])[{n}]) > 0" for n in range(1, phrases + 1))
    return f"words @@ $1::tsquery{asked or ' and $2::text[] is not null'}"


def _tsquery(query: Query) -> str:
    pieces = [_either(word) for word in query.words]
    pieces += [_quoted(word) for phrase in query.phrases for word in phrase]
    if query.beginning is not None:
        pieces.append(f"({_quoted(query.beginning)}:*|{_quoted(light(query.beginning))})")
    return "&".join(pieces)


def _either(word: str) -> str:
    stem = light(word)
    return _quoted(word) if stem == word else f"({_quoted(word)}|{_quoted(stem)})"


def _quoted(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"
