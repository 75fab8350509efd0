from pathlib import Path

import pytest

from wasl.net.blobs import FolderBlobs


def files_below(folder: Path) -> int:
    return len([p for p in folder.rglob("*") if p.is_file()])


async def test_the_same_bytes_are_kept_once_under_their_hash(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path)
    first, second = await blobs.put(b"abc"), await blobs.put(b"abc")
    assert first == second == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert await blobs.get(first) == b"abc"
    assert b"".join([piece async for piece in blobs.read(first)]) == b"abc"
    assert files_below(tmp_path) == 1
    await blobs.delete(first)
    assert not await blobs.has(first)


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "A" * 64, "0" * 63])
async def test_a_name_that_is_no_hash_is_not_looked_for(tmp_path: Path, name: str) -> None:
    with pytest.raises(KeyError):
        await FolderBlobs(tmp_path).get(name)
