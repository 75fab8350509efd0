"""The language of the terminal: one way for every command, found by walking all of them."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.terminal import typed, wasl_command
from typer.testing import Result

from wasl.cli import tongue
from wasl.cli.border import EXIT_SETTINGS
from wasl.wire.isolate import is_arabic

FRESH: dict[str, tuple[str, ...]] = {
    "audit": ("--channel", "webchat", "--month", "2026-10", "--rater", "Mona"),
    "backup": ("copy",),
    "budget": (),
    "check": (),
    "connect": ("webchat",),
    "cost": (),
    "diff": ("empty.zip", "empty.zip"),
    "drill": (),
    "erase": ("nobody", "--dry-run"),
    "evidence": ("--channel", "webchat", "--month", "2026-10", "--figure"),
    "export": ("everything.zip", "--all"),
    "exposure": (),
    "formats": (),
    "import": ("chat.txt", "--dry-run"),
    "imports": (),
    "key add": ("Mona",),
    "key list": (),
    "key revoke": ("nobody",),
    "login": (),
    "person list": (),
    "person erase": ("nobody",),
    "person erase-again": (),
    "person hold": ("nobody", "why"),
    "person link": ("nobody", "none"),
    "person merge": ("nobody", "none"),
    "person show": ("nobody",),
    "person split": ("nobody",),
    "person unlink": ("nobody",),
    "read": ("chat.txt", "--as", "summary"),
    "register check": (),
    "register list": (),
    "register show": ("nowhere",),
    "restore": ("nowhere",),
    "rules add": ("nowhere.toml",),
    "rules at": ("2026-10-01", "--channel", "telegram"),
    "rules explain": ("--channel", "telegram"),
    "rules list": ("--channel", "telegram"),
    "rules test": ("nowhere.toml",),
    "scope check": (),
    "scope init": (),
    "scope train": (),
    "scope try": ("hello",),
    "search": ("pizza",),
    "status": (),
    "sunset list": (),
    "sunset model": ("old", "--on", "2027-01-01", "--with", "new", "--yes"),
    "sunset model-undo": ("nothing",),
    "sunset models": (),
    "sunset pause": ("nothing",),
    "sunset plan": ("webchat", "--on", "2027-01-01"),
    "sunset postpone": ("nothing", "--on", "2027-01-01"),
    "sunset provider": ("nobody", "--on", "2027-01-01", "--with", "new", "--yes"),
    "sunset report": ("nothing",),
    "sunset show": ("nothing",),
    "sunset start": ("nothing", "--yes"),
    "sunset status": ("nothing",),
    "sunset undo": ("nothing",),
    "templates": (),
    "terms aside": ("nothing",),
    "terms bring": ("nothing", "chat.txt"),
    "terms check": (),
    "terms confirm": ("nothing", "--by", "Mona", "--yes"),
    "terms diff": ("nothing",),
    "terms draft": ("nothing",),
    "terms export": ("folder",),
    "terms import": (".",),
    "terms list": (),
    "terms reject": ("nothing",),
    "terms rules": (),
    "terms run": (),
    "terms show": (),
    "trouble clear": ("all",),
    "trouble list": (),
    "verify": (),
    "why": ("nothing",),
}
"""Every command that prints a sentence, with what makes it print one in a fresh installation."""
APART = {"serve", "simulate", "chat", "init", "version", "rules export"}
"""Those that run until they are stopped (their words are tested on their own), or print no sentence."""


def walked(group: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    for one, command in group.commands.items():
        full = f"{name} {one}".strip()
        if hasattr(command, "commands"):
            yield from walked(command, full)
        else:
            yield full, command


COMMANDS = dict(walked(wasl_command()))


def run(*arguments: str) -> Result:
    return typed(*arguments, catch=False)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation that was just made, with its tables: what takes longest is done once."""
    folder = tmp_path_factory.mktemp("fresh")
    (folder / "chat.txt").write_text("[1/2/24, 10:00:00] Mona: hello\n[13/2/24, 10:00:01] Sami: hi\n", encoding="utf-8")
    (folder / "wasl.toml").write_text("[server]\nport = 1\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(
            "wasl.service.logs.configure", lambda **_: None
        )  # this runs before a test's own fixtures keep the logs as they were
        run("status", "--config", str(folder / "wasl.toml"))
    return folder


@pytest.fixture
def fresh(installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "fresh"
    shutil.copytree(installed, folder)
    monkeypatch.chdir(folder)
    return folder


def arabic(text: str) -> bool:
    return any(is_arabic(line) for line in text.splitlines())


def test_every_command_is_walked() -> None:
    assert set(FRESH) | APART == set(COMMANDS)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_takes_a_language(name: str) -> None:
    (found,) = [one for one in COMMANDS[name].params if "--language" in one.opts]
    assert found.default is None or name == "init"


@pytest.mark.parametrize("name", sorted(FRESH))
def test_a_command_speaks_the_language_that_it_is_asked_for(name: str, fresh: Path) -> None:
    (fresh / "wasl.toml").write_text('language = "en"\n[server]\nport = 1\n', encoding="utf-8")
    spoken = run(*name.split(), *FRESH[name], "--language", "ar").output
    assert arabic(spoken), spoken


@pytest.mark.parametrize("name", ["rules explain", "status", "terms list", "person list"])
def test_the_settings_the_variable_and_the_locale_name_the_language_too(name: str, fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = [*name.split(), *FRESH[name]]
    assert not arabic(run(*words).output)
    monkeypatch.setenv("LANG", "ar_EG.UTF-8")
    assert arabic(run(*words).output)
    (fresh / "wasl.toml").write_text('language = "en"\n')
    assert not arabic(run(*words).output)
    monkeypatch.setenv("WASL_LANGUAGE", "ar")
    assert arabic(run(*words).output)
    assert not arabic(run(*words, "--language", "en").output)


def test_the_settings_file_that_is_named_says_the_language(fresh: Path) -> None:
    (fresh / "other.toml").write_text('language = "ar-EG"\n')
    assert arabic(run("status", "--config", "other.toml").output)
    assert not arabic(run("status").output)


@pytest.mark.parametrize("text", ['language = "ar"\nprot = 1\n', 'language = "ar"\nport = = 1\n'])
def test_what_is_wrong_with_the_settings_is_said_in_their_language(text: str, fresh: Path) -> None:
    (fresh / "wasl.toml").write_text(text)
    result = run("status")
    assert result.exit_code == EXIT_SETTINGS
    assert arabic(result.stderr), result.stderr


def test_one_command_does_not_inherit_the_language_of_another(fresh: Path) -> None:
    del fresh
    assert arabic(run("trouble", "list", "--language", "ar").output)
    assert not arabic(run("trouble", "list").output)


def test_the_language_is_found_without_any_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [one for one in os.environ if one.startswith(("WASL_", "LC_", "LANG"))]:
        monkeypatch.delenv(name)
    tongue.heard([])
    assert tongue.spoken() == "en"


@pytest.mark.parametrize(
    "words",
    [
        "sunset plan webchat --on 2027-01-01 --awake late", "sunset plan webchat --on 2027-01-01 --template en",
        "sunset provider nobody --on 2027-01-01 --with a --with b", "import",
    ],
)  # fmt: skip
def test_an_option_that_cannot_be_is_told_in_the_language_too(words: str, fresh: Path) -> None:
    del fresh
    result = run(*words.split(), "--language", "ar")
    assert result.exit_code == EXIT_SETTINGS
    assert arabic(result.stderr), result.stderr
