"""Files that break off: everything before the break is read, in pieces of any size."""

import io
from collections.abc import Iterator

import pytest

from wasl.domain.errors import Malformed
from wasl.wire.streamed import UpToBreak, _Pieces


def broken() -> Iterator[bytes]:
    yield b"abc"
    yield b"defgh"
    raise Malformed("it is cut off")


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 9, 1000, -1, None])
def test_nothing_before_a_break_is_lost(size: int | None) -> None:
    file, found = UpToBreak(_Pieces(broken())), list[bytes]()
    with pytest.raises(Malformed):
        found.extend(iter(lambda: file.read(size), b""))
    assert b"".join(found) == b"abcdefgh"
    with pytest.raises(Malformed):
        file.read(1)


def test_a_whole_file_is_read_as_any_other() -> None:
    file = UpToBreak(io.FileIO(__file__))
    begin, rest = file.read(5), file.read()
    assert begin == b'"""Fi'
    assert begin + rest == open(__file__, "rb").read()  # noqa: SIM115
    assert file.read(1) == b""
