"""The reference page of commands."""

import importlib
from typing import Any

import typer
from scripts.docs.tables import table


def page() -> str:
    """Writes the page."""
    root = _root()
    parts = ["# Commands\n\nAfter `make run` or `make install` the command is `.venv/bin/wasl`."]
    if root is None:
        return parts[0]
    parts += [*_one("wasl", root)]
    return "\n\n".join(parts)


def _root() -> Any | None:
    for name in ("wasl.cli.main", "wasl.cli", "wasl.__main__"):
        try:
            module = importlib.import_module(name)
        except ModuleNotFoundError:
            continue
        for thing in vars(module).values():
            if isinstance(thing, typer.Typer):
                return typer.main.get_command(thing)
    return None


def _one(path: str, command: Any) -> list[str]:
    # The classes of commands and options are private to typer; what they hold is told apart by their fields.
    parts: list[str] = []
    group = hasattr(command, "commands")
    if not group or path == "wasl":
        parts += [f"## `{path}`", (command.help or "").strip()]
        rows = []
        for parameter in command.params:
            if getattr(parameter, "hidden", False) or parameter.name == "help":
                continue
            if parameter.param_type_name == "option":
                rows.append(
                    (" ".join(f"`{o}`" for o in (*parameter.opts, *parameter.secondary_opts)), _default(parameter), parameter.help or "")
                )
            else:
                rows.append((f"`{(parameter.name or '').upper()}`", _default(parameter), getattr(parameter, "help", "") or ""))
        if rows:
            parts.append(table(("option", "default", "meaning"), rows))
    if group:
        for name, inner in sorted(command.commands.items()):
            if not inner.hidden:
                parts += _one(f"{path} {name}", inner)
    return [p for p in parts if p]


def _default(parameter: Any) -> str:
    value = shown if isinstance(shown := getattr(parameter, "show_default", None), str) else parameter.default
    return (
        "—" if value is None or value is False or callable(value) or str(value) in ("", "()") or "Sentinel" in repr(value) else f"`{value}`"
    )
