"""CSV comes record by record with its bytes."""

import io

from hypothesis import given
from hypothesis import strategies as st

from wasl.wire.csv_records import RECORD_BYTES_MAX, Row, rows


def test_a_newline_in_quotes_does_not_end_a_record() -> None:
    content = 'a,"b\nج ""q""",c\r\nd,e,f\n'.encode()
    found = [row for row in rows(io.BytesIO(content)) if isinstance(row, Row)]
    assert [row.fields for row in found] == [["a", 'b\nج "q"', "c"], ["d", "e", "f"]]
    assert found[1].start == found[0].length


@given(st.binary(max_size=300))
def test_any_bytes_are_tiled_by_records(content: bytes) -> None:
    at = 0
    for row in rows(io.BytesIO(content)):
        assert isinstance(row, Row)
        assert row.start == at
        at += row.length
    assert at == len(content)


def test_a_quote_that_never_closes_costs_a_bounded_stretch() -> None:
    content = b'"' + b"x\n" * RECORD_BYTES_MAX + b"a,b\n"
    found = [row for row in rows(io.BytesIO(content)) if isinstance(row, Row)]
    assert found[0].fields is None
    assert found[0].length <= RECORD_BYTES_MAX + 2
    assert found[-1].fields == ["a", "b"]
