"""A zip whose end is lost is read as far as it goes."""

import io
import zipfile

import pytest

from wasl.domain.errors import Malformed, RefusedInput, Unsafe
from wasl.testing.contracts.format_writing import ForwardOnly
from wasl.wire.bundle import CutBundle, ZipBundle, open_bundle
from wasl.wire.zip_out import LEVEL_PACKED, ZipOut

FILES = {"a.txt": b"first " * 50, "dir/empty": b"", "b.bin": bytes(range(256)) * 300, "مرحبا.txt": "أهلا".encode()}


def ours() -> bytes:
    out = ForwardOnly()
    zip_ = ZipOut(out)  # type: ignore[arg-type]
    for name, content in FILES.items():
        zip_.add(name, content, level=LEVEL_PACKED if name.endswith("bin") else 1)
    zip_.close()
    return b"".join(out.pieces)


def theirs(method: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as packing:
        for name, content in FILES.items():
            packing.writestr(name, content)
    return out.getvalue()


def opened(content: bytes) -> ZipBundle | CutBundle:
    bundle = open_bundle("x.zip", io.BytesIO(content), size_bytes=len(content))
    assert isinstance(bundle, ZipBundle | CutBundle)
    return bundle


@pytest.mark.parametrize("content", [ours(), theirs(zipfile.ZIP_DEFLATED), theirs(zipfile.ZIP_STORED)], ids=["ours", "deflated", "stored"])
def test_every_cut_gives_the_files_before_it_whole_and_the_last_one_as_far_as_it_goes(content: bytes) -> None:
    directory = content.index(b"PK\x01\x02")
    seen = set()
    for end in [*range(40, directory, 97), directory]:
        try:
            bundle = opened(content[:end])
        except Malformed:
            continue
        assert isinstance(bundle, CutBundle)
        names = [member.name for member in bundle.members()]
        assert names == list(FILES)[: len(names)]
        seen.add(len(names))
        for name in names[:-1]:
            assert bundle.open(name).read() == FILES[name]
        last, got = bundle.open(names[-1]), b""
        try:
            while piece := last.read1(64):  # type: ignore[attr-defined]
                got += piece
            assert got == FILES[names[-1]]
        except Malformed:
            assert FILES[names[-1]].startswith(got)
    assert max(seen) == len(FILES)


def test_a_whole_zip_is_read_by_its_list() -> None:
    bundle = opened(ours())
    assert isinstance(bundle, ZipBundle)
    assert {member.name: bundle.open(member.name).read() for member in bundle.members()} == FILES


def test_what_leads_outside_or_unpacks_without_end_is_refused_in_a_cut_zip_too() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packing:
        packing.writestr("../../outside", b"x")
    with pytest.raises(Unsafe):
        opened(out.getvalue()[:-30])
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packing:
        packing.writestr("bomb", b"\0" * (32 << 20))
    with pytest.raises(Unsafe):
        opened(out.getvalue()[:-30])


@pytest.mark.parametrize("damage", [b"\x00\x00", b"\xff" * 12, b"PK\x03\x04"])
def test_damage_anywhere_is_refused_by_name_or_read(damage: bytes) -> None:
    content = ours()[:-60]
    for at in range(4, 2000, 7):
        try:
            bundle = opened(content[:at] + damage + content[at + 1 :])
            for member in bundle.members():
                bundle.open(member.name).read()
        except RefusedInput:
            continue
