"""What PostgreSQL's statistics tell of the index: how common words are, and how many rows lie in a stretch of time."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Final, NamedTuple

from wasl.store.postgres_link import Connection
from wasl.store.postgres_search import HAS_TIMES
from wasl.wire.searching import Query
from wasl.wire.text import light

KNOWN_ROWS_MIN: Final = 1_000
"""Of fewer rows the statistics tell nothing."""
TOGETHER: Final = 4.0
"""How much oftener than by chance words stand together that people search together."""
_STATISTICS = f"""select most_common_elems::text::text[], most_common_elem_freqs,
(select reltuples from pg_class where oid = 'searchable'::regclass),
(select histogram_bounds::text::bigint[] from pg_stats
where schemaname = current_schema() and tablename = 'searchable' and attname = 'key'), {HAS_TIMES}
from pg_stats where schemaname = current_schema() and tablename = 'searchable' and attname = 'words'"""


class Numbers(NamedTuple):
    """How common words are, as the statistics have it: the share of rows of the common ones, that of any other, and the rows.

    `words` are the common ones in order, `sums` the shares of all before each of them; between each two `bounds` lie as many keys;
    `timed` says that the index holds the times of rows.
    """

    shares: dict[str, float]
    other: float
    rows: float
    words: Sequence[str] = ()
    sums: Sequence[float] = (0.0,)
    bounds: Sequence[int] = ()
    timed: bool = False

    def likely(self, query: Query) -> float | None:
        """Guesses how many rows hold all the words, None where nothing is known: rather more than chance would have it."""
        if self.rows < KNOWN_ROWS_MIN:
            return None
        shares = [self._share({w, light(w)}) for w in (*query.words, *(w for p in query.phrases for w in p))]
        if query.beginning is not None:
            shares.append(self._share_of_beginning(query.beginning))
        by_chance = math.prod(min(1.0, share) for share in shares)
        return min(*shares, by_chance if len(shares) == 1 else TOGETHER * by_chance) * self.rows

    def merged(self, query: Query) -> float:
        """Guesses how many places the lists hold that are merged before the first one is read: those of a beginning."""
        return 0.0 if query.beginning is None else self._share_of_beginning(query.beginning) * self.rows

    def rows_between(self, low: int, high: int) -> float:
        """Guesses how many rows have their keys there; all, where nothing is known."""
        if len(self.bounds) < 2:
            return self.rows
        return (self._before(high) - self._before(low)) / (len(self.bounds) - 1) * self.rows

    def _before(self, key: int) -> float:
        n = bisect_right(self.bounds, key)
        if not 0 < n < len(self.bounds):
            return float(max(0, n - 1))
        within = (key - self.bounds[n - 1]) / (self.bounds[n] - self.bounds[n - 1])
        return n - 1 + within

    def _share(self, forms: set[str]) -> float:
        return sum(self.shares.get(form, self.other) for form in forms)

    def _share_of_beginning(self, beginning: str) -> float:
        stem = light(beginning)
        first, end = bisect_left(self.words, beginning), bisect_left(self.words, beginning + "\U0010ffff")
        known = self.sums[end] - self.sums[first] + (0.0 if stem.startswith(beginning) else self.shares.get(stem, 0.0))
        # Of the words that are not common, the more have a beginning the shorter it is.
        return known + self.other * 4.0 ** max(0, 6 - len(beginning))


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
    sums = [0.0, *accumulate(shares[word] for word in words)]
    return Numbers(shares, least / 2, float(row[2]), words, sums, list(row[3] or ()), bool(row[4]))
