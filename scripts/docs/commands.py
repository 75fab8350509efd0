"""The reference page of commands."""

from typing import Any

import typer
from scripts.docs.tables import table

from wasl.__main__ import app


def page() -> str:
    """Writes the page."""
    head = "# Commands\n\nAfter `make run` or `make install` the command is `.venv/bin/wasl`; every one says more with `--help`."
    return "\n\n".join([head, *_one("wasl", typer.main.get_command(app))])


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
        names = (
            " ".join(f"`{o}`" for o in (*parameter.opts, *parameter.secondary_opts)) if option else f"`{(parameter.name or '').upper()}`"
        )
        rows.append((names, _default(parameter), getattr(parameter, "help", "") or ""))
    return table(("option", "default", "meaning"), rows) if rows else ""


def _default(parameter: Any) -> str:
    if parameter.required:
        return "**must be given**"
    shown = getattr(parameter, "show_default", None)
    value = shown if isinstance(shown, str) else parameter.default
    return "—" if value in (None, False, "", ()) or callable(value) else f"`{value}`"
