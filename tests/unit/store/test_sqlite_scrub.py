"""Nothing of what was erased stays in the files of a SQLite database."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.unit.service.shelf_house import House, zipped

from wasl.net.blobs import FolderBlobs
from wasl.net.ledger import FileLedger
from wasl.service.erase import Erase
from wasl.store.migrate import _rows, back_up
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
    back_up(tmp_path / "wasl.sqlite", rows=counted(tmp_path / "wasl.sqlite"), now_ms=clock.now_ms(), before=7)
    (tmp_path / "another.sqlite.20261122T180000Z.before-0007.backup").write_bytes(b"another's")
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
    assert copies(tmp_path) == ["another.sqlite.20261122T180000Z.before-0007.backup"]
    assert len(await store.library.search("ordinary", conversations=[bob], limit=5)) == 5
    await store.close()


def copies(folder: Path) -> list[str]:
    return [path.name for path in folder.glob("*.backup")]


def counted(path: Path) -> dict[str, int]:
    with closing(sqlite3.connect(path)) as db:
        return _rows(db)


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
