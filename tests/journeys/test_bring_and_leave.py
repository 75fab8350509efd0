"""A person's chats come in from another app, are brought again, leave, come home on another machine, and are forgotten."""

import io
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.postgres import database, server

from wasl.app import Installation, compose
from wasl.config import Backup, Settings
from wasl.domain.errors import OnHold
from wasl.domain.ids import ConversationId, PersonId
from wasl.ports.format import Choices, Order, Restores
from wasl.ports.people import PersonRecord
from wasl.service.back_up import put_back
from wasl.service.bring import Report
from wasl.service.differ import Differs, Opened, differ
from wasl.service.own import OWN_CONVERSATION, OWN_PERSON
from wasl.service.shelf import Leaving
from wasl.service.take_out import Wanted
from wasl.wire.bundle import Bundle, open_bundle

OWN = ConversationId(OWN_CONVERSATION)
PHOTO = b"\xff\xd8 a picture"
WASL = [sys.executable, "-m", "wasl"]


def whatsapp(messages: int, *, media: bool = True, edited: int | None = None) -> bytes:
    """Writes an export as an iPhone does; every tenth message has two lines, the third is a photo."""
    lines = []
    for n in range(messages):
        name, minute = ("Amal", "باسل")[n % 2], f"{8 + n // 600:02}:{n // 10 % 60:02}:{n % 10 * 5:02}"
        body = f"رسالة {n}" if n % 3 else f"message {n}"
        if n == edited:
            body = f"changed {n} \u200e<This message was edited>"
        if n % 10 == 9:
            body += "\nand a second line"
        if n == 3:
            body = "\u200e<attached: 00000003-PHOTO-2026-09-15-08-00-15.jpg>" if media else "\u200eimage omitted"
            lines.append(f"{'' if media else chr(0x200E)}[15/09/2026, {minute}] {name}: {body}")
        else:
            lines.append(f"[15/09/2026, {minute}] {name}: {body}")
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("_chat.txt", "\r\n".join(lines) + "\r\n")
        if media:
            made.writestr("00000003-PHOTO-2026-09-15-08-00-15.jpg", PHOTO)
    return data.getvalue()


def bundled(data: bytes, name: str = "WhatsApp Chat - Amal.zip") -> Bundle:
    return open_bundle(name, io.BytesIO(data), size_bytes=len(data))


@asynccontextmanager
async def installed(data: Path, *, store: str = "", **sections: object) -> AsyncIterator[Installation]:
    installation = compose(Settings(data=data, store=store, **sections))  # type: ignore[arg-type]
    async with installation.opened():
        now = installation.clock.now_ms()
        listed = {"id": OWN_CONVERSATION, "born_as": OWN_PERSON, "created_ms": now, "last_ms": now}
        record = PersonRecord(
            id=OWN_PERSON, name="Amal", extra={"kind": "person", "created_ms": now, "conversations": [listed], "places": {}}
        )
        if store != "empty" and not (data / "empty").exists():
            await installation.moving.people.adopt(record, now_ms=now)
        yield installation


async def brought(installation: Installation, data: bytes) -> Report:
    return await installation.moving.bring.run(bundled(data), owner=OWN, choices=Choices(zone="Asia/Riyadh"))


async def archived(installation: Installation, to: Path) -> Bundle:
    out = io.BytesIO()
    order = Order(scope="installation")
    await installation.moving.take_out.run(Wanted(leaving=Leaving(scope="installation"), format="archive", order=order), out)
    to.write_bytes(out.getvalue())  # noqa: ASYNC240  # a test may wait for its own disk
    return opened(to)


def opened(path: Path) -> Bundle:
    return open_bundle(path.name, io.BytesIO(path.read_bytes()), size_bytes=path.stat().st_size)


def fresh(folder: Path) -> Path:
    """Makes a folder in which nobody is at home yet."""
    folder.mkdir()
    (folder / "empty").touch()
    return folder


def kept(folder: Path) -> list[Path]:
    """Finds every file of media and vault."""
    return [p for tree in ("media", "vault") for p in (folder / tree).rglob("*") if p.is_file()]


def spoiled(folder: Path) -> None:
    """Changes a picture and a kept source behind Wasl's back."""
    (photo,) = [p for p in (folder / "media").rglob("*") if p.is_file()]
    photo.write_bytes(b"another")
    (source,) = [p for p in (folder / "vault" / "files").rglob("*") if p.is_file()]
    source.write_bytes(source.read_bytes()[:-5] + b"xxxxx")


async def restored(installation: Installation, bundle: Bundle) -> None:
    reader = installation.moving.formats["archive"]
    assert isinstance(reader, Restores)
    done = await installation.moving.restore_archive.run(bundle, reader)
    assert not done.problems


def differences(installation: Installation, first: Bundle, second: Bundle) -> list[Differs]:
    reader = installation.moving.formats["archive"]
    assert isinstance(reader, Restores)
    walk = differ(Opened(bundle=first, format=reader), Opened(bundle=second, format=reader))
    return [found for found in walk if isinstance(found, Differs)]


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    with server() as url:
        yield url


async def test_a_chat_comes_in_again_and_newer_and_everything_moves_house(tmp_path: Path) -> None:
    async with installed(tmp_path / "one") as one:
        first = await brought(one, whatsapp(200, media=False))
        assert first.counts["entries"] == first.counts["stored"] == 200
        assert first.coverage["tiles"] is True
        assert (await brought(one, whatsapp(200, media=False))).repeated is True
        newer = await brought(one, whatsapp(260, edited=7))
        assert (newer.counts["stored"], newer.counts["changed"], newer.counts["already"]) == (60, 2, 198)
        hits = await one.moving.library.search("رساله 251", conversations=[OWN], limit=5)
        assert [h.text for h in hits] == ["رسالة 251"]
        verified = await one.moving.verify.run()
        assert verified.findings == []
        assert (verified.counts["imports"], verified.counts["sources"]) == (2, 2)
        home = await archived(one, tmp_path / "one.zip")
        async with installed(fresh(tmp_path / "two")) as two:
            await restored(two, home)
            away = await archived(two, tmp_path / "two.zip")
            assert differences(two, home, away) == []
            assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
            assert (await two.moving.verify.run()).findings == []
            again = await brought(two, whatsapp(261, edited=7))
            assert again.counts["stored"] == 1


@pytest.mark.postgres
async def test_an_installation_moves_from_sqlite_to_postgresql_and_back(tmp_path: Path, postgres: str) -> None:
    with database(postgres) as url:
        async with installed(tmp_path / "one") as one:
            await brought(one, whatsapp(120))
            home = await archived(one, tmp_path / "one.zip")
        async with installed(fresh(tmp_path / "two"), store=url) as two:
            await restored(two, home)
            away = await archived(two, tmp_path / "two.zip")
            assert differences(two, home, away) == []
            assert (await two.moving.verify.run()).findings == []
            assert (await brought(two, whatsapp(121))).counts["stored"] == 1
            later = await archived(two, tmp_path / "three.zip")
    async with installed(fresh(tmp_path / "three")) as three:
        await restored(three, later)
        assert differences(three, later, await archived(three, tmp_path / "four.zip")) == []


async def test_verify_names_what_somebody_changed(tmp_path: Path) -> None:
    async with installed(tmp_path) as one:
        await brought(one, whatsapp(20))
        spoiled(tmp_path)
        found = await one.moving.verify.run()
        assert {f.where for f in found.findings} == {"_chat.txt", "00000003-PHOTO-2026-09-15-08-00-15.jpg"}


async def test_erasing_takes_everything_and_a_restored_backup_forgets_again(tmp_path: Path) -> None:
    person = PersonId(OWN_PERSON)
    data = tmp_path / "data"
    async with installed(data) as one:
        await brought(one, whatsapp(30))
        made = await one.moving.back_up.run(tmp_path / "backups")
        await one.moving.people.hold(person_id=person, reason="a court asked", by="operator", now_ms=1)
        with pytest.raises(OnHold, match="a court asked"):
            await one.moving.erase.run(person, by="operator")
        await one.moving.people.hold(person_id=person, reason=None, by="operator", now_ms=2)
        code, toll = await one.moving.erase.ask(person)
        assert (toll.counts["imported message"], toll.counts["source file"], toll.counts["file"]) == (30, 1, 1)
        receipt = await one.moving.erase.confirm(person, code=code.lower())
        assert receipt["counts"]["imported message"] == 30
        assert receipt["digests"] >= 1
        assert len(receipt["digest"]) == 64
        assert await one.moving.people.view(person) is None
        assert await one.moving.library.search("message", conversations=None, limit=9) == []
        assert kept(data) == []
        ledger = (data / "erasures.jsonl").read_text()
        assert "Amal" not in ledger
        assert json.loads(ledger)["person_id"] == person
    again = fresh(tmp_path / "again")
    (again / "erasures.jsonl").write_text(ledger)
    put_back(made.path, again)
    async with installed(again) as two:
        assert await two.moving.people.view(person) is not None
        assert await two.moving.erase.replay() == 1
        assert await two.moving.people.view(person) is None
        assert kept(again) == []
        assert await two.moving.erase.replay() == 0


async def test_a_schedule_makes_a_backup_when_it_is_time_and_keeps_the_newest(tmp_path: Path) -> None:
    wanted = Backup(to=str(tmp_path / "backups"), every_hours=1e-9, keep=2)
    async with installed(tmp_path / "data", backup=wanted) as one:
        schedule = one.moving.schedule
        assert schedule is not None
        for _ in range(3):
            assert await schedule.run() is not None
        assert len(list((tmp_path / "backups").iterdir())) == 2
    async with installed(tmp_path / "data", backup=wanted.model_copy(update={"every_hours": 24.0})) as one:
        assert one.moving.schedule is not None
        assert await one.moving.schedule.run() is None


# -- real processes
def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*WASL, *arguments], cwd=folder, env=_environment(), capture_output=True, text=True, timeout=120, check=False)


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2] / "src")}


@pytest.mark.crash
def test_an_import_that_is_killed_is_run_again_without_doubles(tmp_path: Path) -> None:
    (tmp_path / "chat.zip").write_bytes(whatsapp(5_000))
    kills = 0
    for wait in (0.6, 0.9, 1.2, 1.5):
        process = subprocess.Popen(
            [*WASL, "import", "chat.zip", "-y", "--zone", "Asia/Riyadh"], cwd=tmp_path, env=_environment(), stdout=subprocess.DEVNULL
        )
        time.sleep(wait)  # where it stands then is the point
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            kills += 1
        process.wait()
    assert kills
    last = _run(tmp_path, "import", "chat.zip", "-y", "--zone", "Asia/Riyadh")
    assert last.returncode == 0, last.stderr
    assert _run(tmp_path, "export", "--all", "--format", "jsonl", "out.jsonl").returncode == 0
    messages = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines() if '"type":"message"' in line]
    assert len(messages) == 5_000
    assert len({m["id"] for m in messages}) == 5_000
    told = [m.get("text", "").splitlines()[:1] for m in messages]
    assert told[1:3] == [["رسالة 1"], ["رسالة 2"]]
    assert _run(tmp_path, "verify").returncode == 0


def test_two_processes_that_bring_the_same_chat_at_once_bring_it_once(tmp_path: Path) -> None:
    (tmp_path / "chat.zip").write_bytes(whatsapp(3_000))
    (tmp_path / "newer.zip").write_bytes(whatsapp(3_200))
    both = [
        subprocess.Popen(
            [*WASL, "import", name, "-y", "--zone", "Asia/Riyadh"], cwd=tmp_path, env=_environment(), stdout=subprocess.DEVNULL
        )
        for name in ("chat.zip", "newer.zip")
    ]
    assert [process.wait(timeout=120) for process in both] == [0, 0]
    assert _run(tmp_path, "export", "--all", "--format", "jsonl", "out.jsonl").returncode == 0
    lines = (tmp_path / "out.jsonl").read_text().splitlines()
    assert sum('"type":"message"' in line for line in lines) == 3_200
    imports = json.loads(_run(tmp_path, "imports", "--json").stdout)
    assert sum(i["stored"] for i in imports) == 3_200
    assert _run(tmp_path, "verify").returncode == 0


def test_commands_work_beside_a_running_server(tmp_path: Path) -> None:
    (tmp_path / "chat.zip").write_bytes(whatsapp(2_000))
    serving = subprocess.Popen(
        [*WASL, "serve", "--port", "0"], cwd=tmp_path, env=_environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert serving.stdout is not None
        said = ""
        while "Operator" not in said:
            said = serving.stdout.readline()
            assert said, "the server ended"
        imported = _run(tmp_path, "import", "chat.zip", "-y", "--zone", "Asia/Riyadh")
        assert imported.returncode == 0, imported.stderr
        assert "2000" in imported.stdout
        found = _run(tmp_path, "search", "message 1998", "--json")
        assert [hit["text"] for hit in json.loads(found.stdout)] == ["message 1998"]
        assert _run(tmp_path, "backup", "backups").returncode == 0
        assert _run(tmp_path, "verify").returncode == 0
        assert serving.poll() is None
    finally:
        serving.terminate()
        assert serving.wait(timeout=30) == 0
