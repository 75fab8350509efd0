"""Pages of help in Arabic and English: every one of them, found by walking all commands."""

import itertools
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest
from tests.marks import seen
from tests.terminal import typed, wasl_command
from typer.testing import Result

from wasl.cli.help_commands_ar import COMMANDS
from wasl.cli.help_options_ar import DEFAULTS, OPTIONS
from wasl.wire.isolate import FSI, PDI, RLI, is_arabic, set_apart

WIDTH = 80


def walked(command: Any, *names: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield names, command
    for name, one in getattr(command, "commands", {}).items():
        yield from walked(one, *names, name)


EVERY = dict(walked(wasl_command()))


def run(*arguments: str) -> Result:
    return typed(*arguments, catch=False)


def plain(text: str | None) -> str:
    return " ".join((text or "").split())


def said_in_english() -> dict[str, set[str]]:
    """Every sentence that a page of help may say, by the table in which its Arabic stands."""
    said: dict[str, set[str]] = {"commands": set(), "options": {"Show this message and exit."}, "defaults": set()}
    for command in EVERY.values():
        said["commands"].add(plain(command.help))
        for one in command.params:
            said["options"].add(plain(one.help))
            if isinstance(one.show_default, str):
                said["defaults"].add(one.show_default)
    return said


def test_every_sentence_of_every_page_has_its_arabic_and_no_arabic_is_left_over() -> None:
    said = said_in_english()
    assert set(COMMANDS) == said["commands"]
    assert set(OPTIONS) == said["options"]
    assert set(DEFAULTS) == said["defaults"]


def english(line: str) -> list[str]:
    """The English words of a line's Arabic part: two in a row that are not typed."""
    part = re.sub("`[^`]*`", "", line[line.find(RLI) :]) if RLI in line else ""
    words = [word.strip("()[].،؛:\u2068\u2069\u200e") for word in part.split()]
    return [f"{a} {b}" for a, b in itertools.pairwise(words) if all(w.isascii() and w.isalpha() and w.islower() for w in (a, b))]


@pytest.mark.parametrize("names", sorted(EVERY), ids=" ".join)
def test_a_page_speaks_arabic_beside_what_is_typed(names: tuple[str, ...]) -> None:
    result = run(*names, "--help", "--language", "ar")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == set_apart("الاستعمال:")
    assert lines[1].startswith(f"  {' '.join(['wasl', *names])} {set_apart('[خيارات]')}")
    assert not any(placeholder in lines[1] for placeholder in ("OPTIONS", "COMMAND", "ARGS"))
    for line in lines:
        assert not english(line), line
        for head in ("Usage", "Options:", "Arguments:", "Commands:", "default", "env var", "required", "Show this"):
            assert head not in line


@pytest.mark.parametrize("names", sorted(EVERY), ids=" ".join)
def test_every_line_of_an_arabic_page_keeps_its_directions_and_its_width(names: tuple[str, ...]) -> None:
    for line in run(*names, "--help", "--language", "ar").stdout.splitlines():
        opened = 0
        for letter in line:
            opened += (letter in (FSI, RLI)) - (letter == PDI)
            assert opened >= 0
            assert opened > 0 or not is_arabic(letter), line
        assert opened == 0
        assert sum(not unicodedata.combining(letter) for letter in seen(line)) <= WIDTH + 2, line


@pytest.mark.parametrize("names", sorted(EVERY), ids=" ".join)
def test_an_english_page_holds_all_and_nothing_in_arabic(names: tuple[str, ...]) -> None:
    result = run(*names, "--help")
    assert result.stdout.startswith(f"Usage: {' '.join(['wasl', *names])} [OPTIONS]")
    assert not is_arabic(result.stdout)
    assert plain(EVERY[names].help) in plain(result.stdout)
    for one in EVERY[names].params:
        assert all(option in result.stdout for option in one.opts if option.startswith("-"))


def test_the_language_may_be_said_before_the_command_and_after_it() -> None:
    for arguments in (("--language", "ar", "status", "-h"), ("status", "-h", "--language=ar"), ("--help", "--language", "ar")):
        assert is_arabic(run(*arguments).stdout), arguments
    assert not is_arabic(run("--language", "ar", "status", "--help", "--language", "en").stdout)
    assert not is_arabic(run("status", "--help", "--", "--language", "ar").stdout)


def test_the_page_is_in_the_language_of_the_variable_the_settings_and_the_locale(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("help")
    monkeypatch.chdir(folder)
    assert not is_arabic(run("--help").stdout)
    monkeypatch.setenv("LC_ALL", "ar_SA.UTF-8")
    assert is_arabic(run("--help").stdout)
    (folder / "wasl.toml").write_text('language = "en"\n', encoding="utf-8")
    assert not is_arabic(run("--help").stdout)
    (folder / "other.toml").write_text('language = "ar"\n', encoding="utf-8")
    assert is_arabic(run("status", "-c", "other.toml", "--help").stdout)
    monkeypatch.setenv("WASL_LANGUAGE", "ar")
    assert is_arabic(run("--help").stdout)


def test_no_command_at_all_shows_the_page_in_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Usage: wasl" in run().stderr
    monkeypatch.setenv("WASL_LANGUAGE", "ar")
    assert "الأوامر:" in run().stderr
    assert "الأوامر:" in run("key").stderr


def test_what_holds_for_a_value_is_told_in_words() -> None:
    shown = seen(run("rules", "explain", "--help", "--language", "ar").stdout)
    assert "لا بد منه" in shown
    assert "المبدئي: business" in shown
    assert "لا يقل عن 1" in shown
    told = run("status", "--help").stdout
    assert "from 1 to 8784" in plain(told)
    assert "env var: WASL_CONFIG" in plain(told)
    assert "default: shadow" in plain(run("drill", "--help").stdout)


def test_a_value_is_named_for_people_and_not_for_programmers() -> None:
    for names in EVERY:
        page = run(*names, "--help").stdout
        assert not any(kind in page for kind in ("<str>", "<int", "<float", "<path>", "<list", "<file>", "<dir>", "<%")), names
