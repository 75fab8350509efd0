"""What somebody gave us is opened so that nothing in it reaches outside or unpacks without end."""

import io
import struct
import warnings
import zipfile

import pytest

from wasl.domain.errors import Malformed, TooLarge, Unsafe
from wasl.wire.bundle import ENTRIES_MAX, FOR_OPERATORS, Bundle, Room, open_bundle

LISTED, END = b"PK\x01\x02", b"PK\x05\x06"


def packed(*files: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as packing, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, content in files:
            packing.writestr(name, content, method)
    return out.getvalue()


def bundle(data: bytes) -> Bundle:
    return open_bundle("x.zip", io.BytesIO(data), size_bytes=len(data))


def declared(data: bytes, *, size_bytes: int) -> bytes:
    """Lets the list of files claim another size for the last one."""
    at = data.rfind(LISTED) + 24
    return data[:at] + struct.pack("<I", size_bytes) + data[at + 4 :]


def listed(data: bytes, *, times: int, told: int) -> bytes:
    """Names the only file of a zip many times, and claims a number of files."""
    start, end = data.rfind(LISTED), data.rfind(END)
    entry = data[start : start + 20] + bytes(8) + data[start + 28 : end]
    tail = data[end : end + 8] + struct.pack("<2H2I", told, told, len(entry) * times, start) + data[end + 20 :]
    return data[:start] + entry * times + tail


@pytest.mark.parametrize(
    "name", ["../a", "a/../../b", "/etc/passwd", "..\\a", "a\\..\\..\\b", "\\\\server\\x", "C:\\x", "C:/x", "c:x", "./../a"]
)
def test_no_name_leads_outside(name: str) -> None:
    with pytest.raises(Unsafe, match="outside"):
        bundle(packed((name, b"hi")))


def test_links_locks_and_what_unpacks_beyond_reason_are_refused() -> None:
    link = zipfile.ZipInfo("chat.txt")
    link.external_attr = 0o120777 << 16
    with pytest.raises(Unsafe, match="link"):
        bundle(packed((link, b"/etc/passwd")))
    with pytest.raises(Unsafe, match="unpack"):
        bundle(packed(("chat.txt", bytes(8 << 20))))
    data = packed(("first.txt", b"kept?"), ("chat.txt", b"hi"))
    at = data.rfind(LISTED) + 8
    with pytest.raises(Malformed, match="locked"):
        bundle(data[:at] + b"\x01\x00" + data[at + 2 :])


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_no_packing_is_taken_whose_output_cannot_be_bounded(method: int) -> None:
    with pytest.raises(Malformed, match="plain zip"):
        bundle(declared(packed(("chat.txt", bytes(1 << 20)), method=method), size_bytes=1000))


@pytest.mark.parametrize("size_bytes", [0, 10, 1 << 19])
def test_a_file_larger_than_it_claims_is_cut_where_it_claims_to_end(size_bytes: int) -> None:
    made = bundle(declared(packed(("chat.txt", bytes(1 << 20))), size_bytes=size_bytes))
    read: list[bytes] = []
    with made.open("chat.txt") as file, pytest.raises(Malformed, match="broken"):
        read.extend(iter(lambda: file.read(1000), b""))
    assert sum(map(len, read)) <= size_bytes


def test_files_that_share_their_bytes_are_refused_however_they_are_named() -> None:
    data = packed(("one.txt", b"1" * 5_000), ("two.txt", b"2" * 5_000), method=zipfile.ZIP_STORED)
    at = data.rfind(LISTED) + 42
    with pytest.raises((Unsafe, Malformed)):
        bundle(data[:at] + struct.pack("<I", 10) + data[at + 4 :])
    with pytest.raises(Unsafe, match="over another"):
        bundle(listed(packed(("a.txt", b"")), times=5, told=5))


def test_two_different_files_of_one_name_are_refused_and_equal_ones_are_one() -> None:
    with pytest.raises(Unsafe, match="two different"):
        bundle(packed(("a.txt", b"1"), ("a.txt", b"2")))
    assert [m.name for m in bundle(packed(("a.txt", b"1"), ("a.txt", b"1"))).members()] == ["a.txt"]


@pytest.mark.parametrize("told", [1, 65_535])
def test_more_files_than_are_taken_are_refused_before_they_are_held_whatever_number_is_claimed(told: int) -> None:
    with pytest.raises(TooLarge, match="files"):
        bundle(listed(packed(("a", b"")), times=ENTRIES_MAX + 1, told=told))


def test_an_operator_may_open_more_files_than_anybody_and_no_more_than_there_is_room_for() -> None:
    data = packed(("a", b"1"), ("b", b"2"), ("c", b"3"))
    few = Room(files_max=2)
    with pytest.raises(TooLarge, match="more than 2 files"):
        open_bundle("few.zip", io.BytesIO(data), size_bytes=len(data), room=few)
    cut = data[: data.index(LISTED)]
    with pytest.raises(TooLarge, match="more than 2 files"):
        open_bundle("cut.zip", io.BytesIO(cut), size_bytes=len(cut), room=few)
    for whole in (data, cut):
        assert len(open_bundle("three.zip", io.BytesIO(whole), size_bytes=len(whole), room=FOR_OPERATORS).members()) == 3
    assert FOR_OPERATORS.files_max > ENTRIES_MAX


def test_asking_for_the_members_again_costs_nothing() -> None:
    made = bundle(packed(("a", b"1"), ("b", b"2")))
    assert made.members() is made.members()


def test_a_zip_in_a_zip_is_a_file_like_any_other() -> None:
    inner = packed(("../../etc/passwd", b"x"))
    made = bundle(packed(("inner.zip", inner)))
    assert [m.name for m in made.members()] == ["inner.zip"]
    assert made.open("inner.zip").read() == inner
