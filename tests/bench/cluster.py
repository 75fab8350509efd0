"""A throwaway PostgreSQL cluster: its own folder and port, durable settings, made to be killed."""

import asyncio
import glob
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from tests.bench.process import children, cpu_seconds, free_port

START_SECONDS_MAX = 30.0


class NoPostgres(RuntimeError):
    """No PostgreSQL server program is installed: install the system's `postgresql` package."""


def binaries() -> Path:
    """Finds the folder with initdb and postgres; the newest version where there are several. Raises NoPostgres."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"), key=lambda p: int(p.split("/")[4]))
    if not versions:
        raise NoPostgres(NoPostgres.__doc__)
    return Path(versions[-1]).parent


def _bearer() -> str | None:
    """Names the account the server runs as where we are root, which it refuses to run as."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise NoPostgres("PostgreSQL refuses to run as root and there is no account `postgres` or `nobody`")


class Cluster:
    """One server with one database after another; `kill` is SIGKILL to the postmaster, `start` recovers."""

    def __init__(self) -> None:
        self.port = free_port()
        self._bin = binaries()
        self._user = _bearer()
        self._folder = Path(tempfile.mkdtemp(prefix="wasl-pg-"))
        self._server: subprocess.Popen[bytes] | None = None
        self._databases = 0
        if self._user is not None:
            shutil.chown(self._folder, self._user)
        self._run("initdb", "-D", str(self._folder / "data"), "-A", "trust", "-U", "wasl", "--no-sync", "-E", "UTF8", "--no-locale")

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._bin / program), *arguments]
        done = subprocess.run(command, user=self._user, cwd="/", capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr[-2000:]}")

    @property
    def pid(self) -> int:
        assert self._server is not None
        return self._server.pid

    async def start(self) -> None:
        """Starts the server and waits until it takes connections (after recovery where it was killed)."""
        self._server = self._launch()
        for _ in range(int(START_SECONDS_MAX / 0.05)):
            ready = [str(self._bin / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
            if (await asyncio.to_thread(subprocess.run, ready, check=False)).returncode == 0:
                return
            if self._server.poll() is not None:
                break
            await asyncio.sleep(0.05)
        raise RuntimeError(f"PostgreSQL did not start: {(self._folder / 'log').read_text()[-2000:]}")

    def _launch(self) -> "subprocess.Popen[bytes]":
        settings = {"port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "shared_buffers": "64MB"}
        options = [part for k, v in settings.items() for part in ("-c", f"{k}={v}")]
        command = [str(self._bin / "postgres"), "-D", str(self._folder / "data"), *options]
        with (self._folder / "log").open("ab") as log:
            return subprocess.Popen(command, user=self._user, cwd="/", stdout=log, stderr=log, start_new_session=True)

    def new_database(self) -> str:
        """Makes an empty database and gives its address."""
        self._databases += 1
        name = f"wasl{self._databases}"
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "wasl", name)
        return f"postgresql://wasl@127.0.0.1:{self.port}/{name}"

    def cpu_seconds(self) -> float:
        """Sums the CPU time of the server's processes, those that ended included."""
        return cpu_seconds(self.pid)

    def kill(self) -> None:
        """SIGKILL to the postmaster; its backends notice and end by themselves, as after a crash."""
        assert self._server is not None
        backends = children(self.pid)[1:]
        self._server.kill()
        self._server.wait()
        for pid in backends:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue

    def stop(self) -> None:
        """Ends the server and removes its folder."""
        if self._server is not None and self._server.poll() is None:
            self._server.send_signal(signal.SIGINT)
            try:
                self._server.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)
