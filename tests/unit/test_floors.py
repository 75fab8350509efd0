"""The floors of the house: who may import whom, and who may name whom."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WASL = ROOT / "src" / "wasl"
LINES_MAX = 400
FUNCTION_LINES_MAX = 70


def sources() -> Iterator[Path]:
    yield from sorted(WASL.rglob("*.py"))


@cache
def tree(path: Path) -> ast.Module:
    """Reads a file once for all tests that look at it."""
    return ast.parse(path.read_text(encoding="utf-8"))


def channel_names() -> set[str]:
    """The kinds that adapters declare, read from their files and not from a list."""
    names: set[str] = set()
    for path in (WASL / "channels").glob("*.py"):
        for node in ast.walk(tree(path)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
            if any(isinstance(t, ast.Name) and t.id == "kind" for t in targets):
                value = getattr(node, "value", None)
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    names.add(value.value)
    return names


def test_every_import_contract_is_kept() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache"]
    result = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(ROOT / "src"), "PATH": ""}
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "0 broken" in result.stdout


def test_every_room_stands_on_a_floor() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    floors = next(c for c in contracts if c["type"] == "layers")["layers"]
    placed = {room.strip() for floor in floors for room in floor.split("|")}
    beside = {"wasl.adapters", "wasl.config", "wasl.testing"}
    rooms = {f"wasl.{p.name}" for p in WASL.iterdir() if p.is_dir() and (p / "__init__.py").exists()} | {
        f"wasl.{p.stem}" for p in WASL.glob("*.py") if p.stem != "__init__" and not p.stem.startswith("config_")
    }
    assert rooms == placed | beside


def test_no_file_outside_channels_names_a_channel() -> None:
    names = channel_names()
    assert len(names) >= 3
    found: list[str] = []
    for path in sources():
        room = path.relative_to(WASL).parts[0]
        if room in ("channels", "testing"):
            continue
        for node in ast.walk(tree(path)):
            if not (isinstance(node, ast.Constant) and isinstance(node.value, str)):
                continue
            # A format says in its title whose files it reads ("Telegram"); the name of a channel it may not say either.
            said = node.value.strip() if room == "formats" else node.value.strip().lower()
            if said in names:
                found.append(f"{path.relative_to(ROOT)}:{node.lineno} names {node.value!r}")
    assert found == []


def test_no_page_or_script_names_a_channel() -> None:
    quoted = {f"{q}{name}{q}" for name in channel_names() for q in "\"'`"}
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in (WASL / "web").rglob("*")
        if path.suffix in (".html", ".js", ".css")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if any(q in line.lower() for q in quoted)
    ]
    assert found == []


@pytest.mark.parametrize("path", list(sources()), ids=lambda p: str(p.relative_to(WASL)))
def test_files_and_functions_stay_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LINES_MAX
    long = [
        f"{node.name} ({(node.end_lineno or 0) - node.lineno + 1} lines)"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (node.end_lineno or 0) - node.lineno + 1 > FUNCTION_LINES_MAX
    ]
    assert long == []


def test_no_name_is_an_empty_word() -> None:
    empty = ("Manager", "Helper", "Util", "Utils", "Handler", "Processor", "Info", "Data")
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in sources()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef) and node.name.endswith(empty)
    ]
    assert found == []


def test_nobody_catches_everything_but_the_borders() -> None:
    """Two borders may: one worker iteration and one web request. Each says beside its `except` that it is one, and why."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sources()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException")))
        and not re.search("BLE001", path.read_text(encoding="utf-8").splitlines()[node.lineno - 1])
        and not any(isinstance(inner, ast.Raise) and inner.exc is None for inner in ast.walk(node))
    ]
    assert found == []
