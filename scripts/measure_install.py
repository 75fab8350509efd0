"""Measures what the default install takes: packages and megabytes of a throwaway virtual environment.

    .venv/bin/python scripts/measure_install.py [--wheel]

`--wheel` also builds Wasl's own wheel, installs it there, and sees that it starts: so the wheel holds every page and catalogue.
Needs the dev packages (flit_core) in the Python that runs it.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BESIDE = {"pip", "setuptools", "wheel"}
"""What a virtual environment brings along: measured in megabytes, not counted as packages of ours."""


def measure(*, wheel: bool = True) -> dict[str, float]:
    """Gives `install_mb` (10^6 bytes on disk of the whole virtual environment) and `install_packages`."""
    with tempfile.TemporaryDirectory(prefix="wasl-install-") as folder:
        venv = Path(folder) / "venv"
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        python = venv / "bin" / "python"
        _pip(python, "--require-hashes", "-r", str(ROOT / "requirements" / "default.lock"))
        if wheel:
            _pip(python, str(_build_wheel(Path(folder))))
            subprocess.run([venv / "bin" / "wasl", "--help"], check=True, capture_output=True, cwd=folder)
        size_bytes = sum(_bytes_on_disk(path) for path in venv.rglob("*") if not path.is_symlink())
        return {"install_mb": round(size_bytes / 1e6, 1), "install_packages": _count(python)}


def _pip(python: Path, *what: str) -> None:
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", *what]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)


def _build_wheel(folder: Path) -> Path:
    code = "import sys; from flit_core.buildapi import build_wheel; print(build_wheel(sys.argv[1]))"
    built = subprocess.run([sys.executable, "-c", code, folder], cwd=ROOT, check=True, capture_output=True, text=True)
    return folder / built.stdout.strip().splitlines()[-1]


def _bytes_on_disk(path: Path) -> int:
    return path.lstat().st_blocks * 512 if hasattr(os.stat_result, "st_blocks") else path.lstat().st_size


def _count(python: Path) -> int:
    code = "import importlib.metadata as m, json; print(json.dumps([d.metadata['Name'].lower() for d in m.distributions()]))"
    names = json.loads(subprocess.run([python, "-I", "-c", code], check=True, capture_output=True, text=True).stdout)
    return len(set(names) - BESIDE)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wheel", action="store_true")
    print(json.dumps(measure(wheel=parser.parse_args().wheel)))
