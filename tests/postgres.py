"""A real PostgreSQL for tests: a throwaway cluster on loopback, one database per test module, everything gone at the end."""

import asyncio
import ctypes
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

import asyncpg

ENVIRONMENT = "WASL_TEST_POSTGRES"
ROLE = "wasl"
READY_SECONDS = 30.0
MISSING = (
    "no PostgreSQL found for the tests: install it (Debian, Ubuntu: apt-get install postgresql; macOS: brew install postgresql), "
    f"or name a server whose role may create databases in {ENVIRONMENT}=postgresql://role:password@host:port/postgres"
)

T = TypeVar("T")


def find_binaries() -> Path | None:
    """Finds the folder that holds initdb and postgres."""
    folders: list[Path] = []
    pg_config = shutil.which("pg_config")
    if pg_config:
        said = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=False).stdout.strip()
        folders.append(Path(said))
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name.split(".")[0]), reverse=True)
    folders += [Path(p) for p in ("/opt/homebrew/opt/postgresql/bin", "/usr/local/opt/postgresql/bin", "/usr/local/pgsql/bin")]
    on_path = shutil.which("initdb")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    return next((f for f in folders if (f / "initdb").exists() and (f / "postgres").exists()), None)


@contextmanager
def server(*, options: tuple[str, ...] = ()) -> Iterator[str]:
    """Gives the address of a server; starts one unless the environment names one. Fails, never skips, when there is none."""
    named = os.environ.get(ENVIRONMENT)
    if named:
        yield named
        return
    binaries = find_binaries()
    if binaries is None:
        raise RuntimeError(MISSING)
    folder = Path(tempfile.mkdtemp(prefix="wasl-pg-"))
    try:
        with _cluster(binaries, folder, options) as url:
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _cluster(binaries: Path, folder: Path, options: tuple[str, ...]) -> Iterator[str]:
    unprivileged = _unprivileged(folder)
    data = folder / "data"
    initdb = [binaries / "initdb", "-D", data, "-U", ROLE, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions"]
    made = subprocess.run([str(a) for a in initdb], capture_output=True, text=True, check=False, cwd=folder, **unprivileged)
    if made.returncode:
        raise RuntimeError(f"initdb failed: {made.stderr.strip() or made.stdout.strip()}")
    port = _free_port()
    settings = ("fsync=on", "shared_buffers=64MB", "max_connections=60", "listen_addresses=127.0.0.1", f"unix_socket_directories={folder}")
    command = [str(binaries / "postgres"), "-D", str(data), "-p", str(port)]
    for setting in (*settings, *options):
        command += ["-c", setting]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, preexec_fn=_die_with_us, **unprivileged)
        try:
            url = f"postgresql://{ROLE}@127.0.0.1:{port}/postgres"
            run(_ready(url, process, folder / "log"))
            yield url
        finally:
            process.send_signal(signal.SIGINT)  # "fast": ends sessions, then stops
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _unprivileged(folder: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root: then it runs as its own user, or as nobody."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return {}
    import pwd

    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        os.chown(folder, user.pw_uid, user.pw_gid)
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise RuntimeError(
        "PostgreSQL does not run as root, and there is neither a user `postgres` nor `nobody`; run the tests as another user"
    )


def _die_with_us() -> None:
    """Has Linux stop the server when the tests are killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGINT)  # PR_SET_PDEATHSIG


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _ready(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = asyncio.get_running_loop().time() + READY_SECONDS
    while True:
        if process.poll() is not None or asyncio.get_running_loop().time() > deadline:
            raise RuntimeError(f"PostgreSQL did not start: {_end_of(log)}")
        try:
            db = await asyncpg.connect(url, timeout=5)
        except (OSError, asyncpg.PostgresError):
            await asyncio.sleep(0.05)
        else:
            await db.close()
            return


def _end_of(log: Path) -> str:
    return log.read_text(errors="replace")[-2000:]


@contextmanager
def database(server_url: str) -> Iterator[str]:
    """Makes an empty database and gives its address; drops it at the end, whoever is still connected."""
    name = f"wasl_test_{secrets.token_hex(6)}"
    run(_execute(server_url, f'create database "{name}"'))
    try:
        yield urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))
    finally:
        run(_execute(server_url, f'drop database "{name}" with (force)'))


async def _execute(url: str, statement: str) -> None:
    db = await asyncpg.connect(url, timeout=10)
    try:
        await db.execute(statement)
    finally:
        await db.close()


async def empty(url: str) -> None:
    """Deletes every row of every table, if there are tables."""
    db = await asyncpg.connect(url, timeout=10)
    try:
        names = "select tablename from pg_tables where schemaname = 'public' and tablename not in ('migration', 'search_state')"
        tables = [r[0] for r in await db.fetch(names)]
        last = ["address", "conversation", "person"]  # in the order that their references allow
        ordered = [t for t in tables if t not in last] + [t for t in last if t in tables]
        if ordered:
            await db.execute(";".join(f'delete from "{t}"' for t in ordered))
    finally:
        await db.close()


def run(work: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine to its end in a thread of its own, whether or not a loop runs here."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(asyncio.run, work).result()
