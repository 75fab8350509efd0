"""Back up: a copy of the whole installation while it runs, and the way back from it.

A backup is a folder: the database, media and vault (hard links where that is possible: neither is ever changed in place), the
secrets made here, and manifest.json with every file's SHA-256. Sealed for somebody's key, or sent away, it is one tar file.
"""

import asyncio
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import structlog

from wasl.domain.errors import Malformed, SettingWrong
from wasl.ports.clock import Clock
from wasl.ports.store import CopiesItself

log = structlog.get_logger(__name__)

DATABASE: Final = "wasl.db"
MANIFEST: Final = "manifest.json"
TREES: Final = ("media", "vault")
BESIDE: Final = ("*.secret", "erasures.jsonl")
LEDGER: Final = "erasures.jsonl"
PREFIX: Final = "wasl-"
MANIFEST_BYTES_MAX: Final = 256 << 20
PIECE_BYTES: Final = 1 << 20
DATABASE_NOT_THERE: Final = "the database is PostgreSQL: this holds media, vault and secrets; make the database's own backup with pg_dump"

Seal = Callable[[Path, Path], None]
"""Encrypts the first file into the second. Blocks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backed:
    """A backup that was made: where, of how many files and bytes, and what should be known of it."""

    path: Path
    files: int
    size_bytes: int
    note: str = ""


class BackUp:
    """Backups of one installation. `copier` is its store, where that can copy itself."""

    def __init__(self, *, copier: CopiesItself | None, data: Path, clock: Clock, version: str) -> None:
        self._copier = copier
        self._data = data
        self._clock = clock
        self._version = version

    async def run(self, to: Path, *, keep: int | None = None) -> Backed:
        """Makes a backup in a new folder below `to`, and takes away all but the newest `keep` ones. Raises StoreDown, OSError."""
        made = await self._folder(to)
        if keep is not None:
            await asyncio.to_thread(_thin, to, keep)
        return made

    async def sealed(self, to: Path, *, seal: Seal | None, keep: int | None = None) -> Backed:
        """Makes a backup as one file below `to`: a tar, encrypted when there is a `seal`."""
        made = await self._folder(to)
        try:
            path = await asyncio.to_thread(_packed, made.path, seal)
        finally:
            await asyncio.to_thread(shutil.rmtree, made.path, ignore_errors=True)
        if keep is not None:
            await asyncio.to_thread(_thin, to, keep)
        return Backed(path=path, files=made.files, size_bytes=path.stat().st_size, note=made.note)

    async def _folder(self, to: Path) -> Backed:
        stamp = datetime.fromtimestamp(self._clock.now_ms() / 1000, tz=UTC).strftime("%Y%m%dT%H%M%SZ")
        path = to / f"{PREFIX}{stamp}-{self._clock.new_id()[-6:]}"
        part = path.with_name(path.name + ".part")
        await asyncio.to_thread(part.mkdir, mode=0o700, parents=True)
        try:
            # The database first: media and vault only grow, so whatever it points at is there when they are copied after it.
            if self._copier is not None:
                await self._copier.copy_to(part / DATABASE)
            made = await asyncio.to_thread(self._copy, part)
            await asyncio.to_thread(part.rename, path)
        except BaseException:
            await asyncio.to_thread(shutil.rmtree, part, ignore_errors=True)
            raise
        note = "" if self._copier is not None else DATABASE_NOT_THERE
        log.info("made a backup", path=str(path), files=len(made))
        return Backed(path=path, files=len(made), size_bytes=sum(size for _, size in made.values()), note=note)

    def _copy(self, part: Path) -> Mapping[str, tuple[str, int]]:
        for tree in TREES:
            for file in _files(self._data / tree):
                if not file.name.endswith(".part"):
                    name = file.relative_to(self._data)
                    _link(file, part / name, copied="keys" in name.parts)  # a key file grows, and must not be changed here with it
        for pattern in BESIDE:
            for file in sorted(self._data.glob(pattern)):
                shutil.copy2(file, part / file.name)  # small, and the ledger grows in place: never a link
        found = {file.relative_to(part).as_posix(): _digest(file) for file in _files(part)}
        told = {
            "wasl": self._version,
            "made_ms": self._clock.now_ms(),
            "database": self._copier is not None,
            "files": {name: {"sha256": sha256, "bytes": size} for name, (sha256, size) in sorted(found.items())},
        }
        (part / MANIFEST).write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
        return found


def put_back(source: Path, data: Path, *, unseal: Seal | None = None) -> Mapping[str, Any]:
    """Puts a backup into a data folder that has no database yet; gives its manifest. Blocks.

    What was erased here since stays known: the ledger of erasures is joined, so that they can be carried out again.
    Raises SettingWrong when there is a database, Malformed for a backup that is not what its manifest says.
    """
    if (data / DATABASE).exists():
        raise SettingWrong(f"there is a database in {str(data)!r} already; name an empty folder with `data`, or move that one away")
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    unpacked = data / "restore.part"
    shutil.rmtree(unpacked, ignore_errors=True)
    try:
        folder = source if source.is_dir() else _unpacked(source, unpacked, unseal)
        told = checked(folder)
        ledger = (data / LEDGER).read_bytes() if (data / LEDGER).exists() else b""
        # The database last: it is what makes a folder an installation.
        for name in sorted(told["files"], key=lambda name: (name == DATABASE, name)):
            target = data / name
            target.parent.mkdir(parents=True, exist_ok=True)
            part = target.with_name(target.name + ".part")
            shutil.copy2(folder / name, part)
            part.replace(target)
        if ledger:
            (data / LEDGER).write_bytes(_joined(ledger, (data / LEDGER).read_bytes() if LEDGER in told["files"] else b""))
    finally:
        shutil.rmtree(unpacked, ignore_errors=True)
    return told


def checked(folder: Path) -> Mapping[str, Any]:
    """Compares every file of a backup with its manifest, and gives that. Raises Malformed naming what differs."""
    try:
        with (folder / MANIFEST).open("rb") as file:
            told = json.loads(file.read(MANIFEST_BYTES_MAX))
        files = {str(name): (str(f["sha256"]), int(f["bytes"])) for name, f in told["files"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Malformed(f"{folder.name!r} is no backup of Wasl: its {MANIFEST} cannot be read ({error})") from error
    for name, expected in files.items():
        if name.startswith("/") or ".." in name.split("/"):
            raise Malformed(f"the backup names a file outside of itself ({name!r}); nothing was restored")
        try:
            found = _digest(folder / name)
        except OSError as error:
            raise Malformed(f"the backup has lost {name!r} ({error.strerror}); take another one") from error
        if found != expected:
            raise Malformed(f"{name!r} in the backup is not what it was; take another one")
    return dict(told)


def _packed(folder: Path, seal: Seal | None) -> Path:
    import tarfile  # late: a backup is made once a day

    tar = folder.with_name(folder.name + ".tar")
    part = tar.with_name(tar.name + ".part")
    target = tar if seal is None else tar.with_name(tar.name + ".age")
    sealed = target.with_name(target.name + ".part")
    try:
        with open(part, "wb", opener=_privately) as file, tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as made:
            made.add(folder, arcname=".")
        if seal is not None:
            seal(part, sealed)
            sealed.replace(target)
        else:
            part.replace(target)
    finally:
        part.unlink(missing_ok=True)
        sealed.unlink(missing_ok=True)
    return target


def _unpacked(source: Path, to: Path, unseal: Seal | None) -> Path:
    import tarfile  # late: a backup is opened once in a while

    to.mkdir(mode=0o700, parents=True)
    tar = source
    if source.suffix == ".age":
        if unseal is None:
            raise SettingWrong(f"{source.name!r} is encrypted; name the file with your age identity with --identity")
        tar = to / "opened.tar"
        unseal(source, tar)
    try:
        with tarfile.open(tar) as packed:
            packed.extractall(to / "files", filter="data")
    except (tarfile.TarError, EOFError) as error:
        raise Malformed(f"{source.name!r} is no backup, or it is broken ({error})") from error
    return to / "files"


def _thin(to: Path, keep: int) -> None:
    """Takes the oldest backups away; their names sort by time."""
    made = sorted(p for p in to.glob(f"{PREFIX}*") if not p.name.endswith(".part"))
    for old in made[: max(0, len(made) - keep)]:
        if old.is_dir():
            shutil.rmtree(old)
        else:
            old.unlink()


def _files(folder: Path) -> Iterator[Path]:
    return (p for p in sorted(folder.rglob("*")) if p.is_file() and not p.is_symlink())


def _link(source: Path, target: Path, *, copied: bool) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        if copied:
            shutil.copy2(source, target)
        else:
            os.link(source, target)
    except FileNotFoundError:
        return  # forgotten since the folder was listed
    except OSError:
        shutil.copy2(source, target)


def _digest(file: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with file.open("rb") as opened:
        while piece := opened.read(PIECE_BYTES):
            digest.update(piece)
            size += len(piece)
    return digest.hexdigest(), size


def _joined(*ledgers: bytes) -> bytes:
    lines: Sequence[bytes] = list(dict.fromkeys(line for ledger in ledgers for line in ledger.split(b"\n") if line))
    return b"".join(line + b"\n" for line in lines)


def _privately(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def newest_ms(to: Path) -> int | None:
    """Gives the time of the newest backup in a folder, None when there is none."""
    stamps = sorted(p.name.removeprefix(PREFIX)[:16] for p in to.glob(f"{PREFIX}*") if not p.name.endswith(".part"))
    for stamp in reversed(stamps):
        try:
            return int(datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp() * 1000)
        except ValueError:
            continue
    return None
