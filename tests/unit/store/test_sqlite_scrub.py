"""Nothing of what was erased stays in the files of a SQLite database."""

from pathlib import Path

import pytest
from tests.unit.service.shelf_house import House, zipped

from wasl.net.blobs import FolderBlobs
from wasl.net.ledger import FileLedger
from wasl.service.erase import Erase
from wasl.store.sqlite import SqliteStore
from wasl.testing.clock import TestClock

SECRET = "zanzibarquokka"


@pytest.mark.parametrize("waiting", [False, True])
async def test_no_byte_of_an_erased_persons_words_stays_on_the_disk(tmp_path: Path, waiting: bool) -> None:
    clock = TestClock()
    store = SqliteStore(tmp_path / "wasl.sqlite", clock=clock)
    await store.open()
    house = House(store=store, blobs=FolderBlobs(tmp_path / "media"), clock=clock)  # type: ignore[arg-type]  # any store will do
    ann, bob = await house.person("ann"), await house.person("bob")
    for owner, word in ((ann, SECRET), (bob, "ordinary")):
        lines = "".join(f"{n}|Ann|{word}{n} and {word} again\n" for n in range(1, 3_000))
        await house.bring().run(zipped("a.zip", {"Ann.lines.txt": lines, "a.jpg": b"picture"}), owner=owner)
    if waiting:  # the index is in several segments, and the log was begun anew
        await store.close()
        await store.open()
    assert SECRET.encode() in everything(tmp_path)
    person = await store.people.person_of(ann)
    assert person is not None
    erase = Erase(
        store=store, library=store.library, people=store.people, vault=house.vault, blobs=house.blobs, clock=clock,
        ledger=FileLedger(tmp_path / "erasures.jsonl"),
    )  # fmt: skip
    await erase.run(person, by="operator")
    assert SECRET.encode() not in everything(tmp_path)
    assert b"ordinary" in everything(tmp_path)
    assert len(await store.library.search("ordinary", conversations=[bob], limit=5)) == 5
    await store.close()


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
