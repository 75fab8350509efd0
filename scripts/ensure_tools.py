"""Sees to it that the tests find PostgreSQL and Chromium: what is there is used, what is missing is installed where it may be.

It installs only through apt-get, and only as root or with a sudo that asks for no password; elsewhere it says in one line what
to install. Standard library only.
"""

import glob
import os
import shutil
import subprocess
import sys
from pathlib import Path

POSTGRES_FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
CHROMIUM_FILES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
ADVICE = {
    "apt-get": {"postgresql": "sudo apt-get install postgresql", "chromium": "sudo apt-get install chromium"},
    "dnf": {"postgresql": "sudo dnf install postgresql-server", "chromium": "sudo dnf install chromium"},
    "pacman": {"postgresql": "sudo pacman -S postgresql", "chromium": "sudo pacman -S chromium"},
    "zypper": {"postgresql": "sudo zypper install postgresql-server", "chromium": "sudo zypper install chromium"},
    "apk": {"postgresql": "sudo apk add postgresql", "chromium": "sudo apk add chromium"},
    "brew": {"postgresql": "brew install postgresql", "chromium": "brew install --cask chromium"},
}


def find_postgres() -> Path | None:
    """Gives the folder with `initdb` and `postgres`, the newest where there are several."""
    on_path = shutil.which("initdb")
    if on_path and shutil.which("postgres", path=str(Path(on_path).parent)):
        return Path(on_path).parent
    found = [Path(folder) for pattern in POSTGRES_FOLDERS for folder in glob.glob(pattern)]
    usable = [folder for folder in found if (folder / "initdb").exists() and (folder / "postgres").exists()]
    return max(usable, key=_version, default=None)


def find_chromium() -> Path | None:
    """Gives a browser that playwright can drive."""
    named = os.environ.get("WASL_CHROMIUM")
    if named and Path(named).exists():
        return Path(named)
    for name in CHROMIUM_NAMES:
        found = shutil.which(name)
        if found:
            return Path(found)
    for file in CHROMIUM_FILES:
        if Path(file).exists():
            return Path(file)
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    kept = sorted(cache.glob("chromium-*/chrome-*/chrome"))
    return kept[-1] if kept else None


def missing() -> list[str]:
    """Names what is not there, by its package."""
    return [name for name, found in (("postgresql", find_postgres()), ("chromium", find_chromium())) if found is None]


def main() -> int:
    """Installs what is missing where it may; says what a person must install. Never fails: the tests then say what they did not run."""
    wanted = missing()
    if wanted and shutil.which("apt-get"):
        _apt_get(wanted)
        wanted = missing()
    for name in wanted:
        print(f"The tests want {name}, which is not on this machine: {_advice(name)}", flush=True)
    return 0


def _apt_get(packages: list[str]) -> None:
    prefix: list[str] = []
    if os.geteuid() != 0:
        if not shutil.which("sudo") or subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode:
            return
        prefix = ["sudo", "-n"]
    quiet = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o", "Dpkg::Use-Pty=0", "-o", "DPkg::Lock::Timeout=120"]
    print(f"Installing for the tests, through apt-get: {', '.join(packages)} …", flush=True)
    subprocess.run([*quiet, "update"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False)
    for package in packages:  # one by one: a package that this system does not have must not keep the other away
        subprocess.run(
            [*quiet, "install", "-y", "--no-install-recommends", package], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False
        )


def _advice(name: str) -> str:
    for tool, lines in ADVICE.items():
        if shutil.which(tool):
            return lines[name]
    return f"install {name} with your package manager"


def _version(folder: Path) -> tuple[int, ...]:
    digits = "".join(c if c.isdigit() else " " for c in str(folder)).split()
    return tuple(int(d) for d in digits) or (0,)


if __name__ == "__main__":
    sys.exit(main())
