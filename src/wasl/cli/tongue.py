"""In which language a command speaks, one way for all of them, and how values stand in an Arabic sentence.

`--language`, else WASL_LANGUAGE, else the language that wasl.toml names, else the locale; English where nothing says.
"""

import functools
import inspect
import os
import tomllib
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import typer

Language = Literal["en", "ar"]
Spoken = Annotated[
    Language | None,
    typer.Option("--language", help="Language of the sentences.", show_default="WASL_LANGUAGE, then wasl.toml's, then the locale's"),
]

VARIABLE: Final = "WASL_LANGUAGE"
CONFIG_VARIABLE: Final = "WASL_CONFIG"
LOCALE_VARIABLES: Final = ("LC_ALL", "LC_MESSAGES", "LANG")
DEFAULT_FILE: Final = Path("wasl.toml")
FILE_BYTES_MAX: Final = 1 << 20


@dataclass(slots=True, kw_only=True)
class _Asked:
    """What the command that runs was told; `found` once it was looked up."""

    language: Language | None = None
    config: Path | None = None
    found: Language | None = None


_ASKED: ContextVar[_Asked | None] = ContextVar("wasl_language", default=None)


def spoken() -> Language:
    """Gives the language in which the running command speaks. Never raises: it must also be known to say what is wrong."""
    asked = _ASKED.get() or _Asked()
    if asked.found is None:
        asked.found = asked.language or _named(os.environ.get(VARIABLE)) or _named(_in_file(asked.config)) or _of_locale()
    return asked.found


def heard(arguments: Sequence[str]) -> None:
    """Lets `spoken` know what a command line says before it is read: its page of help and its errors are in that language, too."""
    _ASKED.set(_Asked(language=_named(_given(arguments, "--language")), config=_path(_given(arguments, "--config", "-c"))))


def listens(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command the option --language, unless it has one of its own; what it says was heard before."""
    signature = inspect.signature(command)
    if "language" in signature.parameters:
        return command

    @functools.wraps(command)
    def run(*arguments: Any, language: Language | None = None, **options: Any) -> None:
        del language
        command(*arguments, **options)

    added = inspect.Parameter("language", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Spoken)
    run.__signature__ = signature.replace(parameters=[*signature.parameters.values(), added])  # type: ignore[attr-defined]  # typer reads it
    run.__annotations__ = {**command.__annotations__, "language": Spoken}
    return run


def listen(app: typer.Typer) -> None:
    """Gives the option to a program, to its groups and to every command, and pages of help in the language."""
    from wasl.cli.help_page import Command, Group

    groups = [app]
    while groups:
        group = groups.pop()
        group.callback()(listens(_nothing))
        for command in group.registered_commands:
            assert command.callback is not None
            command.callback, command.cls = listens(command.callback), Command
        for one in group.registered_groups:
            assert one.typer_instance is not None
            one.cls = Group
            groups.append(one.typer_instance)


def _nothing() -> None:
    """A group does nothing by itself."""


def _given(arguments: Sequence[str], *names: str) -> str | None:
    """Finds the value of an option among words that nobody has read yet; the last one counts."""
    found = None
    for place, word in enumerate(arguments):
        if word == "--":
            break
        name, assigned, value = word.partition("=")
        if name in names and (assigned or place + 1 < len(arguments)):
            found = value if assigned else arguments[place + 1]
    return found


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None


def _named(text: object) -> Language | None:
    """Reads a language's name, such as ar or ar-EG; None where there is none. Whoever names another one is spoken to in English."""
    if not isinstance(text, str) or not text.strip():
        return None
    return "ar" if text.strip().lower().replace("_", "-").split("-")[0] == "ar" else "en"


def _in_file(config: Path | None) -> object:
    """Reads the one key of wasl.toml, whatever else may be wrong in it."""
    file = config or Path(os.environ.get(CONFIG_VARIABLE) or DEFAULT_FILE)
    try:
        if file.stat().st_size > FILE_BYTES_MAX:
            return None
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None
    try:
        return tomllib.loads(text).get("language")
    except tomllib.TOMLDecodeError:
        return _first_line_that_says(text)


def _first_line_that_says(text: str) -> object:
    """Finds the language in a file that is no valid TOML, so that this can be said in it."""
    for line in text.splitlines():
        if line.lstrip().startswith("["):
            return None
        key, _, value = line.partition("=")
        if key.strip() == "language":
            return value.split("#")[0].strip().strip("\"'")
    return None


def _of_locale() -> Language:
    locale = next((found for name in LOCALE_VARIABLES if (found := os.environ.get(name))), "")
    return _named(locale.split(".")[0]) or "en"
