"""The stream reader gives the same events however the bytes are cut."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasl.domain.errors import CutShort
from wasl.wire import sse
from wasl.wire.sse import ServerEvent, SseReader


def read(*pieces: bytes) -> list[ServerEvent]:
    reader = SseReader()
    return [event for piece in pieces for event in reader.feed(piece)]


def test_an_event_has_a_name_and_its_data_lines_joined() -> None:
    assert read(b"event: x\ndata: one\ndata: two\n\n") == [ServerEvent(b"x", b"one\ntwo")]


def test_without_a_name_it_is_a_message_and_the_name_does_not_stick() -> None:
    assert read(b"event: x\ndata: 1\n\ndata: 2\n\n") == [ServerEvent(b"x", b"1"), ServerEvent(b"message", b"2")]


def test_comments_ids_hints_and_unknown_fields_are_passed_over() -> None:
    assert read(b": hi\nid: 4\nretry: 10\nwhat\ncolour: blue\ndata: x\n\n") == [ServerEvent(b"message", b"x")]


def test_an_event_without_data_is_none() -> None:
    assert read(b"event: ping\n\ndata: x\n\n") == [ServerEvent(b"message", b"x")]


def test_one_space_after_the_colon_is_taken_away_and_no_more() -> None:
    assert read(b"data:x\n\ndata:  y\n\n") == [ServerEvent(b"message", b"x"), ServerEvent(b"message", b" y")]


def test_an_empty_data_line_is_data() -> None:
    assert read(b"data\ndata:\n\n") == [ServerEvent(b"message", b"\n")]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_every_line_end_is_taken_in_any_cut(end: bytes) -> None:
    text = b"event: x" + end + b"data: one" + end + b"data: two" + end + end + b"data: three" + end + end
    whole = [ServerEvent(b"x", b"one\ntwo"), ServerEvent(b"message", b"three")]
    assert read(text) == whole
    for cut in range(len(text)):
        assert read(text[:cut], text[cut:]) == whole
    assert read(*(text[i : i + 1] for i in range(len(text)))) == whole


def test_a_byte_order_mark_is_passed_over_at_the_start_only() -> None:
    text = b"\xef\xbb\xbfdata: x\n\n\xef\xbb\xbfdata: y\n\n"
    for cut in range(len(text)):
        assert read(text[:cut], text[cut:]) == [ServerEvent(b"message", b"x")]


def test_what_is_not_ended_by_an_empty_line_is_no_event() -> None:
    assert read(b"data: x\n") == []


def test_arabic_survives_cuts_inside_a_letter() -> None:
    text = "data: مرحبا بك\n\n".encode()
    for cut in range(len(text)):
        assert read(text[:cut], text[cut:]) == [ServerEvent(b"message", "مرحبا بك".encode())]


@pytest.mark.parametrize("piece", [b"x" * 10, b"data: x\n", b": y\n"])
def test_more_bytes_than_the_limit_without_an_event_are_refused(monkeypatch: pytest.MonkeyPatch, piece: bytes) -> None:
    monkeypatch.setattr(sse, "OPEN_BYTES_MAX", 100)
    reader = SseReader()
    with pytest.raises(CutShort, match="without completing an event"):
        list(map(reader.feed, [piece] * 100))


@given(data=st.binary(max_size=200) | st.text("dat:ev n\r\n", max_size=100).map(str.encode), cuts=st.lists(st.integers(0, 200), max_size=5))
def test_cuts_never_change_what_is_read(data: bytes, cuts: list[int]) -> None:
    places = [0, *sorted(min(c, len(data)) for c in cuts), len(data)]
    assert read(*(data[a:b] for a, b in pairwise(places))) == read(data)
