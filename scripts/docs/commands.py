"""The reference page of commands."""

from typing import Any

import typer
from scripts.docs.tables import table

from wasl.__main__ import Composition
from wasl.cli import build
from wasl.cli.border import EXITS

LANGUAGE = """\
## In which language

Every command speaks English or Arabic, its page of help and its errors, too, also those for a command that was typed wrong. It takes
the first of these that says something: `--language ar` (or `en`; before the command or after it), the environment variable
`WASL_LANGUAGE`, `language` in `wasl.toml` (the one that `--config` or `WASL_CONFIG` names), and the locale (`LC_ALL`,
`LC_MESSAGES`, `LANG`). English is spoken where none of them names Arabic. `--json` and `--csv` are the same in every language.

In Arabic an id, a date, an amount, a command or an option stands between marks that keep its direction and that are not seen. In a
table an id stands without them, so that it can be copied; a pipe gets one row a line, with no colour and no word broken.

## What needs the secrets

A secret that `wasl.toml` names must be there when it is used. `serve`, `chat`, `connect`, `templates --refresh`,
`import --history`, trials of a model, the refusal suite and backups into a bucket name a missing one before they begin. All other
commands work without; should one need it after all, nothing is sent, and the same error names it. `check` names every missing
one and looks at the rest."""


def page() -> str:
    """Writes the page."""
    head = "# Commands\n\nAfter `make run` or `make install` the command is `.venv/bin/wasl`; every one says more with `--help`."
    return "\n\n".join([head, LANGUAGE, _ends(), *_one("wasl", typer.main.get_command(build(Composition())))])


def _ends() -> str:
    """Writes what a command ends with."""
    rows = [(f"`{code}`", meaning) for code, meaning in sorted(EXITS.items())]
    return "\n\n".join(["## What a command ends with", table(("code", "meaning"), rows)])


def _one(path: str, command: Any) -> list[str]:
    inner = getattr(command, "commands", None)
    parts: list[str] = []
    if inner is None:
        parts += [f"## `{path}`", (command.help or "").strip(), _parameters(command)]
    for name, one in sorted((inner or {}).items()):
        if not one.hidden:
            parts += _one(f"{path} {name}", one)
    return [p for p in parts if p]


def _parameters(command: Any) -> str:
    rows = []
    for parameter in command.params:
        if parameter.name == "help" or getattr(parameter, "hidden", False):
            continue
        option = parameter.param_type_name == "option"
        names = " ".join(f"`{o}`" for o in (*parameter.opts, *parameter.secondary_opts)) if option else f"`{parameter.display_name_raw}`"
        rows.append((names, _default(parameter), getattr(parameter, "help", "") or ""))
    return table(("option", "default", "meaning"), rows) if rows else ""


def _default(parameter: Any) -> str:
    if parameter.required:
        return "**must be given**"
    shown = getattr(parameter, "show_default", None)
    value = shown if isinstance(shown, str) else parameter.default
    return "—" if value in (None, False, "", ()) or callable(value) else f"`{value}`"
