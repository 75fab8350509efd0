"""Walking JSON piece by piece: the same elements however the bytes arrive, and whatever is wrong with them."""

import io
import json
import time
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.measured import least

from wasl.domain.errors import Malformed
from wasl.testing.memory import peak_bytes
from wasl.wire.json_stream import Blank, Broken, Closed, Element, Line, Opened, Piece, Trouble, walk, walk_lines, whole_lines

leaves = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | st.text()
values = st.recursive(leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4), max_leaves=12)


def elements(data: bytes, into: tuple[str, ...] = ("",), **options: Any) -> list[Element]:
    return [p for p in walk(io.BytesIO(data), into, **options) if isinstance(p, Element)]


def broken(data: bytes, into: tuple[str, ...] = ("",), **options: Any) -> list[Broken]:
    return [p for p in walk(io.BytesIO(data), into, **options) if isinstance(p, Broken)]


def at(document: Any, pointer: str) -> Any:
    for step in pointer.split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        document = document[int(step)] if isinstance(document, list) else document[step]
    return document


@given(st.lists(values, max_size=6) | st.dictionaries(st.text(), values, max_size=6), st.integers(1, 9), st.booleans(), st.booleans())
def test_any_chunking_gives_the_elements_of_the_whole(document: Any, chunk_bytes: int, ascii: bool, indented: bool) -> None:
    data = json.dumps(document, ensure_ascii=ascii, indent=2 if indented else None).encode()
    found = elements(data, chunk_bytes=chunk_bytes)
    assert [e.value for e in found] == (document if isinstance(document, list) else list(document.values()))
    for element in found:
        assert json.loads(data[element.start : element.start + element.length]) == element.value == at(document, element.pointer)


@given(st.lists(values, min_size=1, max_size=5), st.data())
def test_a_file_cut_anywhere_keeps_everything_before_the_cut(document: list[Any], data: st.DataObject) -> None:
    whole = json.dumps(document).encode()
    cut = data.draw(st.integers(0, len(whole) - 1))
    before = [e for e in elements(whole) if e.start + e.length < cut]
    pieces = list(walk(io.BytesIO(whole[:cut]), chunk_bytes=3))
    found = [p for p in pieces if isinstance(p, Element)]
    assert found[: len(before)] == before
    assert len(found) <= len(before) + 1
    assert not pieces or any(isinstance(p, Trouble) and p.kind == "cut" for p in pieces)


@given(st.binary(max_size=200), st.integers(1, 7))
def test_no_bytes_raise_and_every_piece_stays_inside(data: bytes, chunk_bytes: int) -> None:
    for pieces in (list(walk(io.BytesIO(data), ("/a/*",), chunk_bytes=chunk_bytes)), list(walk_lines(io.BytesIO(data)))):
        for piece in pieces:
            if isinstance(piece, Element | Broken):
                assert 0 <= piece.start <= piece.start + piece.length <= len(data)
                assert piece.length > 0


@settings(max_examples=300)
@example("11[:]1", 1)
@example('{"a"}:]1', 1)
@given(st.text(alphabet='[]{}",:\\1a \n', max_size=60), st.integers(1, 5))
def test_chunking_changes_nothing_for_broken_text_either(text: str, chunk_bytes: int) -> None:
    def good(pieces: list[Piece]) -> list[Piece]:
        return [p for p in pieces if isinstance(p, Element)]

    data = text.encode()
    assert good(list(walk(io.BytesIO(data), chunk_bytes=chunk_bytes))) == good(list(walk(io.BytesIO(data))))


def test_patterns_lead_into_containers_and_everything_else_comes_whole() -> None:
    document = {"about": "x", "chats": {"list": [{"id": 1, "messages": [{"n": 1}, {"n": 2}]}, {"messages": []}]}, "a/b": [1]}
    pieces = list(walk(io.BytesIO(json.dumps(document).encode()), ("/chats/list/*/messages",)))
    assert [p.pointer for p in pieces if isinstance(p, Opened)] == [
        "", "/chats", "/chats/list", "/chats/list/0", "/chats/list/0/messages", "/chats/list/1", "/chats/list/1/messages",
    ]  # fmt: skip
    assert {p.pointer: p.value for p in pieces if isinstance(p, Element)} == {
        "/about": "x", "/chats/list/0/id": 1, "/chats/list/0/messages/0": {"n": 1}, "/chats/list/0/messages/1": {"n": 2}, "/a~1b": [1],
    }  # fmt: skip
    assert [p.pointer for p in pieces if isinstance(p, Closed)][-1] == ""
    second = next(p for p in pieces if isinstance(p, Element) and p.key == 1)
    assert second.within == "/chats/list/0/messages"


def test_a_broken_element_costs_only_itself() -> None:
    data = b'[{"a":1},{"a":tru},{"a":2},nul,}{"a":3}]'
    assert [e.value for e in elements(data)] == [{"a": 1}, {"a": 2}, {"a": 3}]
    assert len(broken(data)) == 3


def test_two_exports_joined_are_read_one_after_the_other() -> None:
    found = elements(b'[{"a":1}]\n[{"a":2}]')
    assert [(e.pointer, e.value) for e in found] == [("/0", {"a": 1}), ("/1", {"a": 2})]


@pytest.mark.parametrize(
    ("written", "value", "repair"),
    [
        (b'["a\\x1Fb \\\\x1F"]', "a\x1fb \\x1F", "hex-escapes"),
        (b'["a\x00b"]', "a\x00b", "control-characters"),
        (b'["a\nb"]', "a\nb", "control-characters"),
        (b'["caf\xe9"]', "caf\ufffd", "invalid-utf8"),
        (b'["\\ud83d\\ude00 \\ud83d"]', "😀 \ufffd", "lone-surrogates"),
        (b"[NaN]", None, "numbers"),
        (b"[1e999]", "1e999", "numbers"),
    ],
)
def test_known_faults_of_writers_are_mended_and_named(written: bytes, value: Any, repair: str) -> None:
    (element,) = elements(written)
    assert element.value == value
    assert element.repairs == (repair,)


def test_a_byte_order_mark_is_told_and_passed_over() -> None:
    pieces = list(walk(io.BytesIO(b"\xef\xbb\xbf[1]"), chunk_bytes=1))
    assert [p.kind for p in pieces if isinstance(p, Trouble)] == ["bom"]
    assert [(p.value, p.start) for p in pieces if isinstance(p, Element)] == [(1, 4)]


@pytest.mark.parametrize("opener", [b"[", b'{"a":'])
def test_a_hundred_thousand_brackets_are_named_and_not_followed(opener: bytes) -> None:
    deep = opener * 100_000
    assert "ends inside" in broken(b"[" + deep)[0].why
    closed = b"[1," + b"[" * 100_000 + b"]" * 100_000 + b",2]"
    assert [e.value for e in elements(closed)] == [1, 2]
    assert "deeper than 100" in broken(closed)[0].why
    assert "deeper than 100" in next(p for p in walk_lines(io.BytesIO(b"[" * 500 + b"]" * 500)) if isinstance(p, Broken)).why


def test_an_element_over_the_limit_is_passed_over_with_its_length() -> None:
    data = b'[1,{"a":"' + b"x" * 5_000 + b'"},2]'
    assert [e.value for e in elements(data, element_bytes_max=1_000, chunk_bytes=100)] == [1, 2]
    (long,) = broken(data, element_bytes_max=1_000, chunk_bytes=100)
    assert (long.start, long.length) == (3, 5_008)
    assert "longer than 1000 bytes" in long.why
    assert broken(b"[" + b"1" * 5_000 + b"]", element_bytes_max=1_000, chunk_bytes=100)[0].length == 5_000


def test_lines_are_elements_and_a_broken_line_costs_itself() -> None:
    pieces = list(
        walk_lines(
            io.BytesIO(b'{"a":1}\r\n\n  {"a":2}\nnot json\n{"a":"' + b"y" * 600 + b'"}\n{"a":3}'), element_bytes_max=500, chunk_bytes=50
        )
    )
    assert [(p.pointer, p.value, p.start) for p in pieces if isinstance(p, Element)] == [
        ("/0", {"a": 1}, 0), ("/1", {"a": 2}, 12), ("/4", {"a": 3}, 638),
    ]  # fmt: skip
    assert [(p.pointer, p.length) for p in pieces if isinstance(p, Broken)] == [("/2", 8), ("/3", 608)]


def test_a_container_that_breaks_keeps_what_came_before() -> None:
    class Breaking(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() >= 10:
                raise Malformed("broken in the middle")
            return super().read(5)

    pieces = list(walk(Breaking(b"[1,2,3,4,5,6,7,8]"), chunk_bytes=5))
    assert [p.value for p in pieces if isinstance(p, Element)][:4] == [1, 2, 3, 4]
    assert {p.kind for p in pieces if isinstance(p, Trouble)} == {"cut", "container"}


class Endless(io.RawIOBase):
    """So many bytes of one kind, made as they are read."""

    def __init__(self, start: bytes, again: bytes, size_bytes: int) -> None:
        self._start, self._again, self._left = start, again * (1 + (1 << 16) // len(again)), size_bytes

    def read(self, size: int | None = -1) -> bytes:
        if self._start:
            first, self._start = self._start, b""
            return first
        piece = self._again[: min(self._left, len(self._again))]
        self._left -= len(piece)
        return piece


@pytest.mark.parametrize(
    ("start", "again"),
    [
        (b'["', b"x"), (b"[", b"1"), (b'["', b'\\"'), (b"[", b"}"), (b"[", b"["), (b"", b"\x00"), (b"[", b'"a",'),
        (b"[{", b'"a" '), (b"", b"x"), (b"[", b'["a"],'), (b"[[", b'{"a":[1]},'),
    ],
)  # fmt: skip
def test_bytes_of_one_kind_take_linear_time_and_flat_memory(start: bytes, again: bytes) -> None:
    def seconds(size_bytes: int) -> float:
        before = time.process_time()
        for _ in walk(Endless(start, again, size_bytes), element_bytes_max=1 << 20):  # type: ignore[arg-type]
            pass
        return time.process_time() - before

    limit = 12 * max(seconds(1 << 18), 0.02)
    assert least(lambda: seconds(1 << 20), enough=limit) < limit

    def walked() -> None:
        for _ in walk(Endless(start, again, 1 << 19), element_bytes_max=1 << 17, chunk_bytes=1 << 15):  # type: ignore[arg-type]
            pass

    assert peak_bytes(walked)[1] < 1 << 20


@settings(max_examples=30)
@given(st.lists(st.dictionaries(st.text(), leaves, max_size=3), max_size=5))
def test_lines_give_what_was_written(rows: list[dict[str, Any]]) -> None:
    data = "".join(json.dumps(row) + "\n" for row in rows).encode()
    assert [p.value for p in walk_lines(io.BytesIO(data), chunk_bytes=7) if isinstance(p, Element)] == rows


@given(st.lists(st.sampled_from(["", " ", '{"a":1}', "x", "\r", '{"b":"' + "y" * 50 + '"}']), max_size=8), st.booleans(), st.integers(1, 9))
def test_whole_lines_and_blanks_cover_every_byte(lines: list[str], ended: bool, chunk_bytes: int) -> None:
    data = ("\n".join(lines) + ("\n" if ended else "")).encode()
    at = 0
    for piece in whole_lines(io.BytesIO(data), element_bytes_max=40, chunk_bytes=chunk_bytes):
        assert isinstance(piece, Line | Blank)
        assert piece.start == at
        at += piece.length
    assert at == len(data)
