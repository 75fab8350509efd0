"""A copy of the whole installation, and the way back."""

import json
import os
import sqlite3
import tarfile
from functools import partial
from pathlib import Path

import pyrage
import pytest

from wasl.domain.errors import Malformed, SettingWrong
from wasl.net.ledger import FileLedger
from wasl.net.seal import seal, unseal
from wasl.service.back_up import MANIFEST, BackUp, checked, newest_ms, put_back
from wasl.service.schedule import Schedule
from wasl.store.sqlite_copy import copy_database
from wasl.testing.clock import TestClock


class Copier:
    """A store that is one file of a row."""

    async def copy_to(self, path: Path) -> None:
        with sqlite3.connect(path) as db:
            db.execute("create table said (text)")
            db.execute("insert into said values ('hello')")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    for name, content in (
        ("media/sha256/ab/cd/abcd", b"picture"),
        ("vault/files/i/f", b"sealed"),
        ("vault/keys/i", b"key"),
        ("web.secret", b"secret"),
        ("media/half.part", b"half"),
        ("wasl.log", b"noise"),
    ):
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_bytes(content)
    return data


def back_up(data: Path, *, clock: TestClock | None = None) -> BackUp:
    return BackUp(copier=Copier(), data=data, clock=clock or TestClock(), version="1")


def files(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def one_file(first: Path, second: Path) -> bool:
    return os.path.samefile(first, second)


WHOLE = {"wasl.db", "media/sha256/ab/cd/abcd", "vault/files/i/f", "vault/keys/i", "web.secret"}


async def test_a_backup_holds_everything_that_counts_and_comes_back(data: Path, tmp_path: Path) -> None:
    made = await back_up(data).run(tmp_path / "backups")
    assert files(made.path) == {*WHOLE, MANIFEST}
    assert one_file(made.path / "vault/files/i/f", data / "vault/files/i/f")
    assert not one_file(made.path / "vault/keys/i", data / "vault/keys/i")
    told = put_back(made.path, tmp_path / "new")
    assert told["database"] is True
    assert files(tmp_path / "new") == WHOLE
    with sqlite3.connect(tmp_path / "new" / "wasl.db") as db:
        assert db.execute("select text from said").fetchall() == [("hello",)]


async def test_a_key_that_changes_later_does_not_change_in_the_backup(data: Path, tmp_path: Path) -> None:
    made = await back_up(data).run(tmp_path / "backups")
    with (data / "vault/keys/i").open("ab") as file:
        file.write(b" and another")
    assert checked(made.path)["files"]["vault/keys/i"]["bytes"] == 3


async def test_a_sealed_backup_opens_with_the_right_identity_only(data: Path, tmp_path: Path) -> None:
    mine, other = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    (tmp_path / "mine").write_text(f"# made by a test\n{mine}\n")
    (tmp_path / "other").write_text(str(other))
    made = await back_up(data).sealed(tmp_path / "backups", seal=partial(seal, recipients=[str(mine.to_public())]))
    assert [p.name for p in (tmp_path / "backups").iterdir()] == [made.path.name]
    assert made.path.name.endswith(".tar.age")
    assert b"picture" not in made.path.read_bytes()
    with pytest.raises(Malformed, match="cannot be opened"):
        put_back(made.path, tmp_path / "new", unseal=partial(unseal, identity=tmp_path / "other"))
    with pytest.raises(SettingWrong, match="--identity"):
        put_back(made.path, tmp_path / "new")
    put_back(made.path, tmp_path / "new", unseal=partial(unseal, identity=tmp_path / "mine"))
    assert files(tmp_path / "new") == WHOLE


def test_a_key_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "plain").write_bytes(b"x")
    with pytest.raises(SettingWrong, match=r"backup\.recipients"):
        seal(tmp_path / "plain", tmp_path / "sealed", recipients=["age1nonsense"])
    (tmp_path / "identity").write_text("nothing here")
    with pytest.raises(SettingWrong, match="AGE-SECRET-KEY-1"):
        unseal(tmp_path / "plain", tmp_path / "opened", identity=tmp_path / "identity")


async def test_a_backup_that_was_changed_or_lost_something_is_refused_by_its_file(data: Path, tmp_path: Path) -> None:
    made = await back_up(data).run(tmp_path / "backups")
    (made.path / "web.secret").write_bytes(b"other")
    with pytest.raises(Malformed, match=r"web\.secret"):
        put_back(made.path, tmp_path / "new")
    (made.path / "web.secret").unlink()
    with pytest.raises(Malformed, match="lost"):
        put_back(made.path, tmp_path / "new")
    assert not (tmp_path / "new" / "wasl.db").exists()
    told = json.loads((made.path / MANIFEST).read_text())
    told["files"]["../evil"] = told["files"].pop("web.secret")
    (made.path / MANIFEST).write_text(json.dumps(told))
    with pytest.raises(Malformed, match="outside"):
        put_back(made.path, tmp_path / "new")


async def test_what_is_here_is_never_overwritten(data: Path, tmp_path: Path) -> None:
    made = await back_up(data).sealed(tmp_path / "backups", seal=None)
    put_back(made.path, tmp_path / "new")
    with pytest.raises(SettingWrong, match="already"):
        put_back(made.path, tmp_path / "new")


def test_a_tar_that_leads_outside_is_refused(tmp_path: Path) -> None:
    (tmp_path / "evil").write_bytes(b"x")
    with tarfile.open(tmp_path / "b.tar", "w") as made:
        made.add(tmp_path / "evil", arcname="../../evil2")
    with pytest.raises(Malformed):
        put_back(tmp_path / "b.tar", tmp_path / "new")
    assert not (tmp_path.parent / "evil2").exists()


async def test_a_schedule_waits_its_time_keeps_the_newest_and_can_send_away(data: Path, tmp_path: Path) -> None:
    clock, to, sent = TestClock(), tmp_path / "backups", list[str]()
    schedule = Schedule(back_up=back_up(data, clock=clock), clock=clock, to=to, every_hours=24, keep=2)
    for _ in range(4):
        assert await schedule.run() is not None
        assert await schedule.run() is None
        await clock.advance(24 * 3600)
    assert len(list(to.iterdir())) == 2
    assert newest_ms(to) == clock.now_ms() - 24 * 3_600_000

    async def send(path: Path) -> None:
        sent.append(path.name)

    away = Schedule(back_up=back_up(data, clock=clock), clock=clock, to=tmp_path / "away", every_hours=24, keep=2, send=send)
    assert await away.run() is not None
    assert await away.run() is None
    assert len(sent) == 1
    assert files(tmp_path / "away") == {"last-sent"}
    await clock.advance(24 * 3600)
    assert await away.run() is not None


def test_a_database_is_copied_while_somebody_writes(tmp_path: Path) -> None:
    writer = sqlite3.connect(tmp_path / "wasl.db", isolation_level=None)
    writer.execute("pragma journal_mode = wal")
    writer.execute("create table said (n)")
    writer.execute("insert into said values (1)")
    writer.execute("begin immediate")
    writer.execute("insert into said values (2)")
    copy_database(tmp_path / "wasl.db", tmp_path / "copy.db")
    writer.execute("commit")
    with sqlite3.connect(tmp_path / "copy.db") as copy:
        assert copy.execute("select n from said").fetchall() == [(1,)]
    writer.close()


def test_half_a_line_of_a_ledger_does_not_swallow_the_next(tmp_path: Path) -> None:
    ledger = FileLedger(tmp_path / "erasures.jsonl")
    assert ledger.lines() == []
    ledger.add(b"one")
    with (tmp_path / "erasures.jsonl").open("ab") as file:
        file.write(b"tw")
    ledger.add(b"three")
    assert ledger.lines() == [b"one", b"tw", b"three"]
    with pytest.raises(ValueError, match="no line end"):
        ledger.add(b"a\nb")
