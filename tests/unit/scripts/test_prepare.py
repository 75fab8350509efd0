"""The first `make run`: what it makes, when it does nothing, and what it says when it cannot."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

WITHOUT = """
import importlib.util, runpy, sys
real = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name in {missing!r} else real(name, *rest)
sys.argv = ["prepare.py", "default"]
runpy.run_path("scripts/prepare.py", run_name="__main__")
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder with a space in its name, the script, a `wasl` that only says its name, and a lock that wants nothing."""
    folder = tmp_path / "my clone"
    (folder / "scripts").mkdir(parents=True)
    shutil.copy(ROOT / "scripts" / "prepare.py", folder / "scripts")
    (folder / "requirements").mkdir()
    (folder / "requirements" / "default.lock").write_text("# nothing\n")
    (folder / "src" / "wasl").mkdir(parents=True)
    (folder / "src" / "wasl" / "__init__.py").write_text("")
    (folder / "src" / "wasl" / "__main__.py").write_text("import sys\nprint('wasl', *sys.argv[1:])\n")
    return folder


def prepare(clone: Path, name: str = "default") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "scripts/prepare.py", name]
    return subprocess.run(command, cwd=clone, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)


def prepare_without(clone: Path, *missing: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", WITHOUT.format(missing=set(missing))]
    return subprocess.run(command, cwd=clone, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)


def run_wasl(clone: Path, *arguments: str) -> str:
    """Runs the command from elsewhere, without the tests' own import path."""
    command = [clone / ".venv" / "bin" / "wasl", *arguments]
    return subprocess.run(command, cwd="/", env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=True).stdout


def test_a_fresh_clone_gets_a_command_and_a_second_run_does_nothing(clone: Path) -> None:
    first = prepare(clone)
    assert first.returncode == 0, first.stdout + first.stderr
    assert run_wasl(clone, "serve", "it's") == "wasl serve it's\n"
    second = prepare(clone)
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")


def test_a_changed_lock_is_installed_and_a_moved_folder_is_made_anew(clone: Path) -> None:
    assert prepare(clone).returncode == 0
    (clone / "requirements" / "default.lock").write_text("# still nothing, said otherwise\n")
    assert "Installing 0 packages" in prepare(clone).stdout
    moved = clone.with_name("moved")
    clone.rename(moved)
    assert "Installing" in prepare(moved).stdout
    assert run_wasl(moved) == "wasl\n"


def test_a_linked_environment_is_left_alone(clone: Path) -> None:
    (clone / "other").mkdir()
    (clone / ".venv").symlink_to(clone / "other")
    assert prepare(clone).stdout == ""
    assert list((clone / "other").iterdir()) == []


def test_a_python_without_ensurepip_is_helped_by_a_pip_from_outside(clone: Path) -> None:
    result = prepare_without(clone, "ensurepip")
    assert result.returncode == 0, result.stdout + result.stderr
    assert (clone / ".venv" / "bin" / "wasl").exists()
    assert prepare(clone).stdout == ""


def test_a_python_without_both_says_what_to_install_and_leaves_nothing_half_made(clone: Path) -> None:
    result = prepare_without(clone, "ensurepip", "pip")
    assert result.returncode == 1
    assert "sudo apt-get install python3-venv" in result.stderr
    assert "Traceback" not in result.stderr
    assert not (clone / ".venv").exists()


def test_an_unhashed_package_is_not_installed(clone: Path) -> None:
    (clone / "requirements" / "default.lock").write_text("click==8.1.7\n")
    result = prepare(clone)
    assert result.returncode == 1
    assert "run the same command again" in result.stderr
    assert not (clone / ".venv" / ".installed-default").exists()


def test_an_unknown_lock_is_named_with_the_known_ones(clone: Path) -> None:
    result = prepare(clone, "nosuch")
    assert result.returncode == 1
    assert "known: default" in result.stderr


def test_find_python_takes_the_one_that_is_named_and_refuses_old_ones(tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    script = ROOT / "scripts" / "find_python"
    found = subprocess.run(
        ["sh", script], env={"PYTHON": sys.executable, "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False
    )
    assert found.stdout.strip() == sys.executable
    none = subprocess.run(["/bin/sh", script], env={"PYTHON": str(old), "PATH": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert none.returncode == 1
    assert "needs Python 3.11" in none.stderr
