"""Processes under measurement: starting them, and reading their CPU time and memory from /proc, children included."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    """Gives a loopback port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _stat(pid: int) -> list[str] | None:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def children(pid: int) -> list[int]:
    """Gives the pids of a process tree, root first."""
    parents: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (fields := _stat(int(entry))) is not None:
            parents.setdefault(int(fields[1]), []).append(int(entry))
    tree = [pid]
    for one in tree:
        tree.extend(parents.get(one, ()))
    return tree


def cpu_seconds(pid: int) -> float:
    """Sums user and system time of the tree, children that ended and were waited for included."""
    ticks = 0
    for one in children(pid):
        if (fields := _stat(one)) is not None:
            ticks += sum(int(fields[i]) for i in (11, 12, 13, 14))
    return ticks / TICKS_PER_SECOND


def rss_bytes(pid: int) -> int:
    """Sums resident memory of the tree (shared pages count in each process)."""
    total = 0
    for one in children(pid):
        try:
            total += int(Path(f"/proc/{one}/statm").read_text().split()[1]) * PAGE_BYTES
        except (FileNotFoundError, ProcessLookupError):
            continue
    return total


class Process:
    """A program under test: its own session, output to a file, ended by pid."""

    def __init__(self, command: Sequence[str], *, env: Mapping[str, str], cwd: Path, log: Path) -> None:
        self.log = log
        self.started_at = time.perf_counter()
        with log.open("ab") as out:
            self.popen = subprocess.Popen(
                command, env=dict(env), cwd=cwd, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
            )

    @property
    def pid(self) -> int:
        return self.popen.pid

    def running(self) -> bool:
        return self.popen.poll() is None

    def tail(self, characters: int = 3000) -> str:
        """Gives the end of what it printed."""
        return self.log.read_text(errors="replace")[-characters:]

    async def ready(self, port: int, path: str, *, seconds: float = 30.0) -> float:
        """Waits until `path` answers 200; gives the seconds since the start. Raises RuntimeError with the output otherwise."""
        request = f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n".encode()
        while time.perf_counter() - self.started_at < seconds:
            if not self.running():
                break
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(request)
                line = await reader.readline()
                writer.close()
                if b" 200 " in line:
                    return time.perf_counter() - self.started_at
            except OSError:
                pass
            await asyncio.sleep(0.01)
        raise RuntimeError(f"not ready on port {port} after {seconds} s (exit status {self.popen.poll()}):\n{self.tail()}")

    async def listening(self, port: int, *, seconds: float = 30.0) -> None:
        """Waits until the port takes connections."""
        while time.perf_counter() - self.started_at < seconds and self.running():
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.02)
            else:
                writer.close()
                return
        raise RuntimeError(f"nothing listens on port {port} (exit status {self.popen.poll()}):\n{self.tail()}")

    def kill(self) -> None:
        """SIGKILL to the process and what it started, then waits for the body."""
        if self.running():
            for one in reversed(children(self.pid)):
                try:
                    os.kill(one, signal.SIGKILL)
                except ProcessLookupError:
                    continue
        self.popen.wait()

    async def stop(self, *, seconds: float = 20.0) -> int:
        """Asks it to end and gives its exit status; kills it when it does not."""
        if self.running():
            self.popen.terminate()
            try:
                await asyncio.to_thread(self.popen.wait, seconds)
            except subprocess.TimeoutExpired:
                self.kill()
        return self.popen.wait()


def python() -> str:
    return sys.executable


def base_env(**more: str) -> dict[str, str]:
    """Gives the environment for a process under test: this one's, with the source on the path. Modules are compiled once, as they are
    where Wasl is installed, whatever the shell of a tester says."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("WASL_") and k != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPATH": str(ROOT / "src"), "PYTHONUNBUFFERED": "1", **more}
