"""Names of processes: an owner's name says on which machine and in which life of which process it was given."""

import os
import socket
from pathlib import Path


def owner_name() -> str:
    """Names this process: host, process id, and the moment it started (in clock ticks since boot)."""
    return f"{socket.gethostname()}:{os.getpid()}:{_started(os.getpid())}"


def is_dead(owner: str) -> bool:
    """Says whether the process is surely gone; False for one on another machine."""
    host, _, rest = owner.partition(":")
    pid, _, started = rest.partition(":")
    if host != socket.gethostname() or not pid.isdigit():
        return False
    return _started(int(pid)) != started


def _started(pid: int) -> str:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return _without_proc(pid)
    # The name in parentheses may hold spaces; the start time is the 20th field after it. A zombie is dead for our purpose.
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] in "ZX" else fields[19]


def _without_proc(pid: int) -> str:
    """On systems without /proc the process id alone must do."""
    if Path("/proc/self").exists():
        return ""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return ""
    except PermissionError:
        pass
    return "0"
