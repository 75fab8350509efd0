"""Makes .venv and installs a lock file into it, only when something changed. Standard library only.

    python scripts/prepare.py default|postgres|otel|dev

Every file is checked against the hashes in the lock. Wasl itself is not copied: the virtual environment points at `src`.
A `.venv` that is a link belongs to somebody else and is left alone.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")

NO_VENV = """\
This Python ({python}) cannot make a virtual environment: its `ensurepip` is missing.
  Debian, Ubuntu:  sudo apt-get install python3-venv      (or python{major}.{minor}-venv)
  others:          use a Python from python.org, your package manager or pyenv, and name it: make run PYTHON=/path/to/python3
Then run the same command again."""

NO_INSTALL = """\
Installing failed; pip's words are above. Common reasons: no network (pip must reach its package registry, or a mirror set in
pip's own configuration), no room on the disk, or a Python so new that a package has no build for it yet. Nothing is broken:
run the same command again once that is mended."""


def main(name: str) -> None:
    """Brings .venv in line with `requirements/<name>.lock`."""
    lock = ROOT / "requirements" / f"{name}.lock"
    if not lock.exists():
        known = ", ".join(sorted(p.stem for p in lock.parent.glob("*.lock")))
        sys.exit(f"There is no lock file called {name!r}; known: {known}.")
    if VENV.is_symlink():
        return
    stamp = VENV / f".installed-{name}"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest() + " " + str(VENV)
    if _usable() and stamp.exists() and stamp.read_text() == wanted:
        return
    pip = _make() if not _usable() else [str(PYTHON), "-m", "pip"]
    _install(pip, lock)
    _point_at_source()
    stamp.write_text(wanted)


def _usable() -> bool:
    """Says whether .venv has a Python that runs: not after an upgrade of the system's, nor after the folder was moved."""
    if not PYTHON.exists():
        return False
    probe = "import sys; print(sys.prefix); sys.exit(sys.version_info < (3, 11))"
    result = subprocess.run([PYTHON, "-I", "-c", probe], capture_output=True, text=True, check=False)
    return result.returncode == 0 and Path(result.stdout.strip()).resolve() == VENV.resolve()


def _make() -> list[str]:
    """Makes .venv anew and gives the pip command for it."""
    if VENV.exists():
        shutil.rmtree(VENV)
    if importlib.util.find_spec("ensurepip"):
        made = subprocess.run([sys.executable, "-m", "venv", VENV], check=False)
        if made.returncode == 0:
            return [str(PYTHON), "-m", "pip"]
        shutil.rmtree(VENV, ignore_errors=True)
    elif importlib.util.find_spec("pip"):
        made = subprocess.run([sys.executable, "-m", "venv", "--without-pip", VENV], check=False)
        if made.returncode == 0:
            return [sys.executable, "-m", "pip", "--python", str(PYTHON)]
        shutil.rmtree(VENV, ignore_errors=True)
    sys.exit(NO_VENV.format(python=sys.executable, major=sys.version_info.major, minor=sys.version_info.minor))


def _install(pip: list[str], lock: Path) -> None:
    packages = sum(1 for line in lock.read_text().splitlines() if "==" in line and not line.startswith((" ", "#")))
    print(f"Installing {packages} packages into .venv (only when {lock.name} changes) …", flush=True)
    began = time.monotonic()
    command = [*pip, "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes", "-r", str(lock)]
    if subprocess.run(command, check=False).returncode:
        sys.exit(NO_INSTALL)
    print(f"Installed in {time.monotonic() - began:.0f} s.", flush=True)


def _point_at_source() -> None:
    """Lets .venv import `wasl` from `src` and gives it the `wasl` command."""
    site = subprocess.run(
        [PYTHON, "-I", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], capture_output=True, text=True, check=True
    ).stdout.strip()
    (Path(site) / "wasl.pth").write_text(f"{ROOT / 'src'}\n", encoding="utf-8")
    if os.name == "nt":
        (BIN / "wasl.cmd").write_text(f'@"{PYTHON}" -P -m wasl %*\r\n', encoding="utf-8")
        return
    command = BIN / "wasl"
    quoted = str(PYTHON).replace("'", "'\\''")
    command.write_text(f"#!/bin/sh\nexec '{quoted}' -P -m wasl \"$@\"\n", encoding="utf-8")
    command.chmod(0o755)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "default")
