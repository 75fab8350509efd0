"""Importing any module does nothing: no file, no socket, no environment read, no thread, no process."""

import json
import subprocess
import sys
from pathlib import Path

SRC = Path(__file__).resolve().parents[2] / "src"

WATCH = r"""
import importlib, json, os, pkgutil, sys

src, own = sys.argv[1], sys.argv[1] + os.sep + "wasl"
deeds = []


def asked_by():
    # Walks outward: through the standard library to one of our files. An import on the way means that Python does it, not we.
    frame = sys._getframe(2)
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith("<frozen importlib") or "site-packages" in name:
            return None
        if name.startswith(own):
            return f"{os.path.relpath(name, src)}:{frame.f_lineno}"
        frame = frame.f_back
    return None


WORLD = ("open", "socket.", "subprocess.", "sqlite3.", "os.", "shutil.", "tempfile.", "signal.", "_thread.start", "time.sleep")


def watch(event, arguments):
    if event.startswith(WORLD):
        where = asked_by()
        if where:
            deeds.append(f"{where} did {event} {str(arguments)[:80]}")


class Watched(type(os.environ)):
    def __init__(self, real):
        self.__dict__.update(real.__dict__)

    def __getitem__(self, key):
        where = asked_by()
        if where:
            deeds.append(f"{where} read the environment variable {key}")
        return super().__getitem__(key)

    def __iter__(self):
        where = asked_by()
        if where:
            deeds.append(f"{where} walked the environment")
        return super().__iter__()


os.environ = Watched(os.environ)
sys.path.insert(0, src)
sys.addaudithook(watch)
import wasl

names = [m.name for m in pkgutil.walk_packages(wasl.__path__, "wasl.") if not m.name.endswith("__main__")]
for name in names:
    importlib.import_module(name)
import threading
print(json.dumps({"modules": len(names), "deeds": deeds, "threads": threading.active_count()}))
"""


def watched(src: Path) -> dict[str, object]:
    result = subprocess.run([sys.executable, "-c", WATCH, str(src)], capture_output=True, text=True, check=False, cwd="/")
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout)
    assert isinstance(found, dict)
    return found


def test_importing_wasl_does_nothing() -> None:
    found = watched(SRC)
    assert isinstance(found["modules"], int)
    assert found["modules"] > 30
    assert found["deeds"] == []
    assert found["threads"] == 1


def test_a_module_that_does_something_is_caught(tmp_path: Path) -> None:
    package = tmp_path / "wasl"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "bad.py").write_text(
        "import os, socket, pathlib\n"
        "home = os.environ.get('HOME')\n"
        "other = os.getenv('PATH')\n"
        "text = pathlib.Path(__file__).read_text()\n"
        "door = socket.socket()\n"
    )
    deeds = watched(tmp_path)["deeds"]
    assert isinstance(deeds, list)
    assert [d.split(" did ")[0].split(" read ")[0] for d in deeds] == ["wasl/bad.py:2", "wasl/bad.py:3", "wasl/bad.py:4", "wasl/bad.py:5"]
