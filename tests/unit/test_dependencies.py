"""What the default install brings: few packages, small, permissive, and each with a reason."""

import ast
import importlib.metadata
import re
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PACKAGES_MAX = 60
MEGABYTES_MAX = 200
PERMISSIVE = re.compile(r"\b(MIT|BSD|Apache|ISC|PSF|Python Software Foundation|Unlicense|MPL|Mozilla Public|0BSD|Zlib|CC0)", re.IGNORECASE)
"""MPL is weak copyleft by the file: using such a package unchanged binds nothing of ours."""
STRONG = re.compile(
    r"(?<!L)\bA?GPL|Affero|\bLGPL|Lesser General Public|General Public License|SSPL|Business Source|Commons Clause", re.IGNORECASE
)
FACES = [
    {"sys_platform": platform, "platform_system": system, "python_version": version, "python_full_version": f"{version}.0"}
    for platform, system in (("linux", "Linux"), ("darwin", "Darwin"))
    for version in ("3.11", "3.12", "3.13", "3.14")
]


def locked(name: str = "default") -> dict[str, str]:
    text = (ROOT / "requirements" / f"{name}.lock").read_text(encoding="utf-8")
    return {canonicalize_name(m[1]): m[2] for m in re.finditer(r"^([\w.-]+)(?:\[[\w,-]+\])?==([^\s\\;]+)", text, re.MULTILINE)}


def project() -> dict[str, object]:
    found = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert isinstance(found, dict)
    return found


def named(lines: object) -> set[str]:
    assert isinstance(lines, list)
    return {canonicalize_name(Requirement(line).name) for line in lines}


def licence(name: str) -> str:
    metadata = importlib.metadata.metadata(name)
    words = [metadata.get("License-Expression") or "", *(c for c in metadata.get_all("Classifier") or [] if c.startswith("License"))]
    if not "".join(words):
        words = [(metadata.get("License") or "")[:200]]
    return " | ".join(w for w in words if w)


def test_the_default_install_has_few_packages() -> None:
    assert 20 < len(locked()) <= PACKAGES_MAX


def test_the_default_install_is_small() -> None:
    files = [f for name in locked() for f in importlib.metadata.files(name) or []]
    megabytes = sum(path.stat().st_size for f in files if (path := Path(str(f.locate()))).exists()) / 1e6
    assert 50 < megabytes <= MEGABYTES_MAX


@pytest.mark.parametrize("name", sorted(locked()))
def test_every_package_of_the_default_install_is_permissive(name: str) -> None:
    words = licence(name)
    assert PERMISSIVE.search(words), f"{name} says {words!r}"
    assert not STRONG.search(words), f"{name} says {words!r}"


@pytest.mark.parametrize("lock", ["default", "postgres", "otel", "dev"])
def test_a_lock_pins_every_file_and_names_no_place(lock: str) -> None:
    text = (ROOT / "requirements" / f"{lock}.lock").read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text
    blocks = re.split(r"\n(?=[\w])", text)
    unpinned = [block.splitlines()[0] for block in blocks if block[:1].isalnum() and "--hash=sha256:" not in block]
    assert unpinned == []


def test_the_locks_agree_with_each_other() -> None:
    default = locked()
    for name in ("postgres", "otel", "dev"):
        other = locked(name)
        assert {p: v for p, v in other.items() if p in default} == default


def test_the_locks_hold_what_the_project_names() -> None:
    facts = project()
    extras = facts["optional-dependencies"]
    assert isinstance(extras, dict)
    assert named(facts["dependencies"]) <= set(locked())
    for extra, lines in extras.items():
        assert named(lines) <= set(locked("dev" if extra == "testing" else extra))


@pytest.mark.parametrize("face", FACES, ids=lambda f: f"{f['sys_platform']}-{f['python_version']}")
def test_the_default_lock_is_whole_on_every_supported_machine(face: dict[str, str]) -> None:
    environment = {**{k: str(v) for k, v in default_environment().items()}, **face, "extra": ""}
    have = set(locked())
    lacking = [
        f"{name} needs {line}"
        for name in have
        for line in importlib.metadata.requires(name) or []
        if (needs := Requirement(line)).marker is None or needs.marker.evaluate(environment)
        if canonicalize_name(needs.name) not in have
    ]
    assert lacking == []


@pytest.mark.parametrize("name", sorted(locked()))
def test_what_is_locked_has_wheels_for_macos_and_other_pythons(name: str) -> None:
    """A pure package has one wheel; a compiled one must be locked with the files of many platforms, not of this machine only."""
    text = (ROOT / "requirements" / "default.lock").read_text(encoding="utf-8")
    block = next(b for b in re.split(r"\n(?=[\w])", text) if canonicalize_name(re.split(r"[=\[]", b, maxsplit=1)[0]) == name)
    compiled = any(str(f).endswith(".so") for f in importlib.metadata.files(name) or [])
    assert block.count("--hash=") >= (8 if compiled else 1)


def test_every_direct_dependency_has_a_reason_and_a_licence() -> None:
    rows = re.findall(
        r"^\| `([\w.-]+)` \| ([^|]+) \| ([^|]+) \|$", (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    told = {canonicalize_name(name): (reason.strip(), licence.strip()) for name, reason, licence in rows}
    facts = project()
    extras = facts["optional-dependencies"]
    assert isinstance(extras, dict)
    wanted = named(facts["dependencies"]).union(*(named(lines) for lines in extras.values()))
    assert set(told) == wanted
    assert [n for n, (reason, words) in told.items() if len(reason) < 15 or not words] == []


def imported(folder: str) -> set[str]:
    """Names the top-level modules that the files of a folder import."""
    found: set[str] = set()
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names) - {"wasl", "tests", "scripts", "ensure_tools"}


@pytest.mark.parametrize(
    ("folder", "extras"),
    [
        ("src", ("postgres", "otel", "passkeys", "pdf", "testing")),
        ("tests", ("postgres", "otel", "age", "testing", "dev")),
        ("scripts", ("testing", "dev")),
    ],
)
def test_what_is_imported_is_asked_for_by_name(folder: str, extras: tuple[str, ...]) -> None:
    """A package that only happens to be there, brought by another or left over, is missing on somebody else's machine."""
    facts = project()
    optional = facts["optional-dependencies"]
    assert isinstance(optional, dict)
    asked = named(facts["dependencies"]).union(*(named(optional[extra]) for extra in extras))
    providers = importlib.metadata.packages_distributions()
    unasked = {module for module in imported(folder) if not {canonicalize_name(name) for name in providers.get(module, [module])} & asked}
    assert unasked == set()
