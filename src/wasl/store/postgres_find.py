"""Finding the newest rows that match, on PostgreSQL.

There are three ways, and each is slow where another is quick. Words that many texts have are found by looking through the newest rows of
the conversations. The list of a word that few texts have is read through (GIN) and sorted. What lies between, pairs and phrases of
common words above all, is read by the lists for the newest stretch of time, then for older and longer ones, until there are enough.
Which way is quickest is told by the statistics, and by what was come upon so far.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from wasl.store.postgres_link import Connection
from wasl.store.postgres_numbers import Numbers
from wasl.store.postgres_search import STRETCHES, TIMES
from wasl.wire.searching import Query
from wasl.wire.text import light

KEY_MAX: Final = (1 << 63) - 1
RARE_ROWS: Final = 1_000
"""Up to so many rows are likely to match: they are all read, each from a page of its own."""
UNKNOWN_ROWS: Final = 400
"""Looked through first where nothing is known."""
LOOKED_THROUGH_MIN: Final = 1_000
LOOKED_THROUGH_MAX: Final = 60_000
"""Rows that are looked through, newest first, before the lists are read after all."""
LOOKED_AT_ONCE: Final = 8_000
"""Where more would have to be looked through for enough hits, only a sample is, to see how often they come."""
SAMPLE_ROWS: Final = 2_000
READ_US: Final = 3.0
"""What a row costs that is read by the list of a word: it lies on a page of its own."""
LOOK_US: Final = 0.35
"""What a row costs that is looked through: it lies beside the one before."""
MERGE_US: Final = 0.06
"""What a place costs in the lists of a beginning, which are merged before the first row is read."""
PHRASE: Final = 4.0
"""How many texts that hold the words of a phrase hold them side by side: one in so many, to begin with."""
ENOUGH: Final = 1.5
"""Hits come in no even order: so much more is read than would be enough if they did."""
STRETCHES_MAX: Final = 16
"""Stretches of one length that are read together."""

# The newest that match among so many rows; and where too few do, the row after those, the first of them, and how many held the words.
# A row that was found ends the walk, so that common words cost little; for phrases the rows that hold the words are gathered first.
# Both columns are in the order, so that no plan walks through everybody's rows for one person's.
_LOOK = """with found as materialized (select key from ({rows} limit $5) r where {words} and {phrases} limit $6)
select array(select key from found),
case when (select count(*) from found) < $6 then (select key from ({rows} offset $5 limit 1) r) end,
case when (select count(*) from found) < $6 then (select key from ({first} limit 1) r) end, (select count(*) from found)"""
_LOOK_FOR_PHRASES = """with held as materialized (select key, {phrases} as found from ({rows} limit $5) r where {words})
select array(select key from held where found limit $6),
case when (select count(*) from held where found) < $6 then (select key from ({rows} offset $5 limit 1) r) end,
case when (select count(*) from held where found) < $6 then (select key from ({first} limit 1) r) end, (select count(*) from held)"""
_ROWS_OF_ONE = """select key, said, words from searchable where (conversation_id, key) < (($3::uuid[])[1], $4::bigint)
and (conversation_id, key) >= (($3::uuid[])[1], 0::bigint) order by conversation_id desc, key desc"""
_ROWS_OF_SOME = """select s.* from unnest($3::uuid[]) c (id) cross join lateral
(select key, said, words from searchable where (conversation_id, key) < (c.id, $4::bigint) and (conversation_id, key) >= (c.id, 0::bigint)
order by conversation_id desc, key desc limit {most}) s order by s.key desc"""
_ROWS_OF_ALL = "select key, said, words from searchable where $3::uuid[] is null and key < $4::bigint order by key desc"
_WORDS = "words @@ $1::tsquery"
_NO_PHRASE = "$2::text[] is not null"
# `key + 0`, so that no plan reads the keys of all rows to hold them against the few that match.
_READ = """with found as materialized (select key, conversation_id from searchable where {match} and key + 0 < $4)
select key from found where $3::uuid[] is null or conversation_id = any($3) order by key desc limit $5"""


class _Reach(NamedTuple):
    """How far has been come: everything from the key `until` on is done."""

    keys: list[int]
    """What was found, newest first."""
    until: int
    looked: float
    """Rows of the conversations that are done, as far as is known."""
    newest: int
    """The key of the newest row that was looked through."""
    held: int
    """Rows among those that were looked through that hold all the words."""
    seen: int
    """Rows that were looked through."""


class _Stretch(NamedTuple):
    """A stretch of time as it is read: from a key on, by the numbers that stand in the index."""

    floor: int
    times: list[int]


async def found_keys(
    db: Connection, query: Query, *, conversations: Sequence[str] | None, limit: int, before: int | None, known: Numbers
) -> list[int]:
    """Gives the keys of what is found, newest first."""
    likely = known.likely(query)
    asked = _Asked(db, query, conversations)
    reach = _Reach([], KEY_MAX if before is None else before, 0.0, 0, 0, 0)
    if likely is None or likely > RARE_ROWS:
        found = await asked.look(reach, rows=_first_look(likely, known, limit), limit=limit)
        while isinstance(found, _Reach):
            reach = found
            step = None if likely is None else _next(reach, query, likely=likely, known=known, limit=limit)
            if step is None:
                break
            found = await asked.look(reach, rows=step, limit=limit) if isinstance(step, int) else await asked.read(reach, step, limit=limit)
        else:
            return found
    rest = await asked.read(reach, None, limit=limit)
    return rest if isinstance(rest, list) else rest.keys


def _first_look(likely: float | None, known: Numbers, limit: int) -> int:
    if likely is None:
        return UNKNOWN_ROWS
    wanted = ENOUGH * limit * known.rows / likely
    return SAMPLE_ROWS if wanted > LOOKED_AT_ONCE else max(LOOKED_THROUGH_MIN, int(wanted))


def _next(reach: _Reach, query: Query, *, likely: float, known: Numbers, limit: int) -> int | _Stretch | None:
    """Gives the quickest step: rows that are looked through, a stretch of time that is read, or None, where all the rest is read."""
    a_hit = known.rows / likely * (PHRASE if query.phrases else 1.0)
    wanted = ENOUGH * (limit - len(reach.keys)) * (reach.looked + a_hit) / (len(reach.keys) + 1)
    wanted = max(wanted, reach.looked)  # as far again as all before, at least: few steps
    merging = known.merged(query) * MERGE_US
    per_row = (reach.held + 1) / (reach.seen + known.rows / likely) * READ_US
    rest = merging + known.rows_between(0, reach.until) * per_row
    back = int(wanted * (reach.newest - reach.until) / max(1.0, reach.looked)) + 1
    stretch = _stretch(reach.until, reach.until - back) if known.timed else None
    read = rest if stretch is None else merging + known.rows_between(stretch.floor, reach.until) * per_row
    if reach.looked + wanted <= LOOKED_THROUGH_MAX and wanted * LOOK_US <= read:
        return int(wanted)
    return stretch if 2 * read < rest else None


def _stretch(until: int, floor: int) -> _Stretch | None:
    """Gives the stretches from `floor`, or something before it, to `until`; None where they are too many, or everything."""
    for place, bits in enumerate(STRETCHES):
        first, last = max(0, floor) >> bits, (until - 1) >> bits
        if last - first < STRETCHES_MAX:
            return _Stretch(first << bits, [n << 2 | place for n in range(first, last + 1)]) if first else None
    return None


class _Asked:
    """The statements of one search."""

    def __init__(self, db: Connection, query: Query, conversations: Sequence[str] | None) -> None:
        self._db = db
        self._conversations = conversations
        self._phrases = [f" {' '.join(p)} " for p in query.phrases]
        self._given: tuple[Any, ...] = (_tsquery(query), self._phrases, conversations)

    async def look(self, reach: _Reach, *, rows: int, limit: int) -> _Reach | list[int]:
        """Looks through the next rows; gives all that was found where that is enough or nothing is left."""
        look = _LOOK_FOR_PHRASES if self._phrases else _LOOK
        pieces = {"words": _WORDS, "phrases": _side_by_side(len(self._phrases)), "rows": self._rows("$5 + 1"), "first": self._rows("1")}
        row = await self._db.fetchrow(look.format(**pieces), *self._given, reach.until, rows, limit - len(reach.keys))
        assert row is not None, "a select without a table gives a row"
        keys: list[int] = reach.keys + row[0]
        if row[1] is None:
            return keys
        return _Reach(keys, row[1] + 1, reach.looked + rows, reach.newest or row[2], reach.held + row[3], reach.seen + rows)

    def _rows(self, most: str) -> str:
        if self._conversations is None:
            return _ROWS_OF_ALL
        return _ROWS_OF_ONE if len(self._conversations) == 1 else _ROWS_OF_SOME.format(most=most)

    async def read(self, reach: _Reach, stretch: _Stretch | None, *, limit: int) -> _Reach | list[int]:
        """Reads the lists for a stretch of time, or for all the rest; gives all that was found where that is enough."""
        match, given = f"{_WORDS} and {_side_by_side(len(self._phrases))}", [*self._given, reach.until, limit - len(reach.keys)]
        if stretch is not None:
            match, given = f"{match} and {TIMES} && $6::bigint[]", [*given, stretch.times]
        rows = await self._db.fetch(_READ.format(match=match), *given)
        keys = reach.keys + [r[0] for r in rows]
        if stretch is None or len(keys) >= limit:
            return keys
        span = max(1, reach.newest - reach.until)
        return reach._replace(keys=keys, until=stretch.floor, looked=reach.looked * (reach.newest - stretch.floor) / span)


def _side_by_side(phrases: int) -> str:
    """Phrases in the words as they stand; `$2` is named even where there are none."""
    asked = [f"strpos(' ' || said || ' ', ($2::text[])[{n}]) > 0" for n in range(1, phrases + 1)]
    return " and ".join(asked) or _NO_PHRASE


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
