"""The outline of a JSON text from its first bytes."""

import io
import json

from hypothesis import given
from hypothesis import strategies as st

from wasl.domain.errors import Malformed
from wasl.wire.json_outline import outline, outline_of


def test_names_are_found_where_they_stand_with_their_first_plain_value() -> None:
    found = outline_of(b'[{"title":"T","mapping":{"a":{"id":1}}},{"title":"U"}]')
    assert found.kind == "array"
    assert found.has("/*/title", "/*/mapping", "/*/mapping/a/id")
    assert (found.paths["/*/title"], found.paths["/*/mapping"]) == ("T", None)
    assert not found.has("/title")


def test_lines_are_counted_and_share_their_paths() -> None:
    found = outline_of(b'{"messages":[{"role":"user"}]}\n{"messages":[]}\n')
    assert (found.kind, found.texts) == ("object", 2)
    assert found.paths["/messages/*/role"] == "user"


@given(st.data())
def test_a_beginning_cut_anywhere_gives_what_it_shows(data: st.DataObject) -> None:
    whole = json.dumps({"a": {"b": [1, {"c": "d"}]}, "e": None}).encode()
    cut = outline_of(whole[: data.draw(st.integers(0, len(whole)))])
    assert set(cut.paths) <= set(outline_of(whole).paths)


@given(st.binary(max_size=100))
def test_no_bytes_raise(start: bytes) -> None:
    outline_of(start)


def test_what_is_not_json_or_cannot_be_read_has_an_empty_outline() -> None:
    class Breaking(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise Malformed("broken")

    assert outline(Breaking()).paths == {}
    assert outline(io.BytesIO(b"Dear diary")).kind is None
    assert outline(io.BytesIO(b"\xef\xbb\xbf[" + b"[" * 100_000)).kind == "array"
