"""Google's activity page: cells from the oldest to the newest, every byte accounted for."""

import io
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from wasl.wire import activity_page
from wasl.wire.activity_page import MARK, Cell, cells


def cell(body: str) -> bytes:
    return MARK + f' x"><div class="content-cell a">{body}</div></div>'.encode()


def read(data: bytes) -> list[Cell]:
    return [one for one in cells(partial(io.BytesIO, data), size_bytes=len(data)) if isinstance(one, Cell)]


@given(st.binary(max_size=40), st.lists(st.text(alphabet="ab<>/ br\n", max_size=20), max_size=5), st.integers(0, 400))
def test_every_byte_of_a_page_cut_anywhere_is_in_a_cell_or_around_them(head: bytes, bodies: list[str], cut: int) -> None:
    data = (head + b"".join(cell(body) for body in bodies))[:cut]
    ranges = sorted((one.start, one.length) for one in cells(partial(io.BytesIO, data), size_bytes=len(data)))
    at = 0
    for start, length in ranges:
        assert start == at
        at += length
    assert at == len(data)


def test_a_mark_across_two_reads_is_found(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    data = b"".join(cell(f"n{number}") for number in range(20))
    whole = read(data)
    for size in (1, 7, 30):
        monkeypatch.setattr(activity_page, "CHUNK_BYTES", size)
        assert read(data) == whole
    assert [one.title for one in whole] == [f"n{number}" for number in reversed(range(20))]


def test_the_time_is_read_where_it_is_english_and_the_instant_where_it_is_utc() -> None:
    (utc,) = read(cell("Prompted tea<br>Sep 15, 2026, 12:46:01 AM UTC<br><p>leaf</p>"))
    assert (utc.title, utc.answer, utc.instant_ms) == ("Prompted tea", "<p>leaf</p></div></div>", 1_789_433_161_000)
    (other,) = read(cell("Prompted tea<br>Sep 15, 2026, 12:46:01 AM EET<br>"))
    assert (other.wall_ms, other.instant_ms, other.zone, other.answer) == (1_789_433_161_000, None, "EET", None)
    (unknown,) = read(cell("شاي<br>١٥ سبتمبر<br>ورق"))
    assert (unknown.title, unknown.wall_ms) == ("شاي\n١٥ سبتمبر\nورق", None)
    (empty,) = read(MARK + b'"></div>')
    assert empty.title is None


def test_times_are_read_with_the_month_first_and_with_the_day_first() -> None:
    for time in ("Sep 15, 2026, 8:46:01\u202fPM UTC", "15 Sept 2026, 20:46:01 UTC", "15 Sep 2026, 20:46:01 GMT"):
        (found,) = read(cell(f"Prompted\u00a0sums<br>{time}<br><p>4</p>"))
        assert (found.title, found.answer, found.instant_ms) == ("Prompted\u00a0sums", "<p>4</p></div></div>", 1_789_505_161_000)
    (found,) = read(cell("Prompted sums<br>31 Feb 2026, 20:46:01 UTC<br>4"))
    assert found.wall_ms is None
