"""The command line: one file a group of commands. `build` is given the composition root, which it may not name."""

import typer

from wasl.cli import (
    audit,
    backup,
    bring,
    chat,
    check,
    cost,
    drill,
    evidence,
    export,
    exposure,
    init,
    keys,
    login,
    person,
    read,
    register,
    rules,
    scope,
    serve,
    simulate,
    status,
    sunset,
    templates,
    terms,
    trouble,
    verify,
    why,
)
from wasl.cli.border import Border
from wasl.cli.context import Compose
from wasl.cli.tongue import listen

__all__ = ["build"]


def build(compose: Compose) -> typer.Typer:
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
    for group in (
        init,
        check,
        serve,
        chat,
        status,
        why,
        cost,
        keys,
        login,
        read,
        bring,
        export,
        person,
        verify,
        backup,
        exposure,
        drill,
        register,
        sunset,
        terms,
        simulate,
        evidence,
        audit,
        scope,
        trouble,
        templates,
    ):
        group.add(app, compose)
    rules.add(app)

    @app.command()
    def version() -> None:
        """Prints the version."""
        from wasl import __version__

        typer.echo(f"wasl {__version__}")

    listen(app)
    return app
