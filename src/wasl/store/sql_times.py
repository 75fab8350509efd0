"""The latest time of day that was seen, in a database: one row beside the cursors, under the name that no channel has."""

from wasl.store.rows import put_off_since
from wasl.store.sql_people import Carry
from wasl.store.steps import COUNTING_LOCK, Steps, step

_SEEN = "select value from cursor where channel = ''"
_NOTE = "insert into cursor (channel, value) values ('', $1) on conflict (channel) do update set value = excluded.value"
_PACES = """update tally set at_us = case when at_us <= $3 then at_us when at_us - $1 > $2 then at_us - $1 else $2 end,
paused_ms = case when paused_ms * 1000 <= $3 then paused_ms when paused_ms * 1000 - $1 > $2 then paused_ms - $1 / 1000 else $2 / 1000 end
where at_us > $3 or paused_ms * 1000 > $3"""
_APART = "update apart set until_ms = case when until_ms - $1 > $2 then until_ms - $1 else $2 end where until_ms > $3"


class SqlTimes:
    """Notes, and sets back."""

    def __init__(self, *, write: Carry) -> None:
        self._write = write

    async def note(self, *, now_ms: int) -> int:
        """Notes a time; gives the latest before."""
        return await self._write(lambda: _note(now_ms))

    async def set_back(self, *, by_ms: int, now_ms: int) -> None:
        """Forgets later times."""
        await self._write(lambda: _set_back(by_ms, now_ms))


def _note(now_ms: int) -> Steps[int]:
    rows = yield step(_SEEN)
    latest = int(rows[0][0] or 0) if rows else 0
    if now_ms > latest:
        yield step(_NOTE, str(now_ms))
    return latest


def _set_back(by_ms: int, now_ms: int) -> Steps[None]:
    yield COUNTING_LOCK
    yield step(_NOTE, str(now_ms))
    yield step(_APART, by_ms, now_ms, put_off_since(now_ms=now_ms, by_ms=by_ms))
    yield step(_PACES, by_ms * 1000, now_ms * 1000, put_off_since(now_ms=now_ms, by_ms=by_ms) * 1000)
