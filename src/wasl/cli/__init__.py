"""The command line: one file a group of commands. `build` is given the composition root, which it may not name."""

from collections.abc import Sequence
from importlib import import_module
from typing import Protocol, cast

import typer

from wasl.cli.border import Border
from wasl.cli.context import Compose
from wasl.cli.tongue import listen

__all__ = ["build", "groups_for"]

GROUPS = (
    "init", "check", "serve", "chat", "status", "why", "cost", "keys", "login", "read", "bring", "export", "person", "verify", "backup",
    "exposure", "drill", "register", "sunset", "terms", "simulate", "evidence", "audit", "scope", "trouble", "templates", "rules",
)  # fmt: skip
"""The files of commands, in the order of the help."""


class _Group(Protocol):
    """A file of commands."""

    def add(self, app: typer.Typer, compose: Compose) -> None:
        """Adds them."""
        ...


def groups_for(arguments: Sequence[str]) -> Sequence[str]:
    """Says which files of commands a command line needs: a server, which lives long, carries only its own."""
    return ("serve",) if arguments[:1] == ["serve"] else GROUPS


def build(compose: Compose, *, groups: Sequence[str] = GROUPS) -> typer.Typer:
    """Makes the `wasl` command. Nothing is read, composed or opened before a command runs."""
    app = typer.Typer(
        name="wasl",
        cls=Border,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        help="Wasl: one assistant on every channel, that no platform can take off the air.",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for name in groups:
        cast(_Group, import_module(f"wasl.cli.{name}")).add(app, compose)

    @app.command()
    def version() -> None:
        """Prints the version."""
        from wasl import __version__

        typer.echo(f"wasl {__version__}")

    listen(app)
    return app
