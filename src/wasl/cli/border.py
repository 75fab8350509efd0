"""The border of the command line: a named error becomes one clear line and an exit code, never a traceback."""

import errno
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import typer
from typer.exceptions import TyperException

from wasl.cli.help_page import Group

if TYPE_CHECKING:
    from wasl.domain.errors import WaslError

EXIT_PROBLEM = 1
EXIT_SETTINGS = 2
EXIT_UNDECIDED = 3
EXIT_REFUSED = 4
EXIT_LATER = 75
EXIT_INTERRUPTED = 130
EXITS: Final[Mapping[int, str]] = {
    0: "Done; what was looked at is right.",
    EXIT_PROBLEM: ("Something did not work, or what was looked at is not right (`check`, `verify`, `diff`, `rules test`, `scope check`)."),
    EXIT_SETTINGS: "An option, a setting or a credential must be changed first.",
    EXIT_UNDECIDED: "Something in the file could be read in two ways, and nobody decided (`read`, `import`).",
    EXIT_REFUSED: "What was asked about is not allowed (`rules explain`).",
    EXIT_LATER: "The same command may succeed later: the database, a platform or a provider is away, or (`rules explain`) not yet.",
    EXIT_INTERRUPTED: "Ended by Ctrl-C.",
}
"""What a command ends with."""


class Border(Group):
    """The root command."""

    def make_context(self, info_name: str | None, args: list[str], *more: Any, **extra: Any) -> Any:  # its class is private to typer
        """Reads the command line; its language is known before anything can be wrong with it."""
        from wasl.cli.tongue import heard

        heard(args)
        try:
            return super().make_context(info_name, args, *more, **extra)
        except TyperException as error:
            _say_misused(error)
            raise

    def invoke(self, ctx: Any) -> Any:
        """Runs a command and names what went wrong."""
        from wasl.domain.errors import FixSettings, RetryLater, WaslError

        try:
            return super().invoke(ctx)
        except TyperException as error:
            _say_misused(error)
            raise
        except typer.Abort as error:
            _say_ended(error)
            raise
        except FixSettings as error:
            raise _told(error, EXIT_SETTINGS) from error
        except RetryLater as error:
            raise _told(error, EXIT_LATER) from error
        except WaslError as error:
            raise _told(error, EXIT_PROBLEM) from error
        except BrokenPipeError:
            raise _read_enough() from None
        except OSError as error:
            raise _said(_system(error), EXIT_PROBLEM) from error
        except KeyboardInterrupt:
            raise typer.Exit(EXIT_INTERRUPTED) from None


def _told(error: "WaslError", code: int) -> typer.Exit:
    """Says an error; what the operator typed is shown as it was typed, whereas logs never hold it."""
    return _said(error.message, code, typed=str(error.facts.get("typed", "")))


def _said(message: str, code: int, *, typed: str = "") -> typer.Exit:
    from wasl.cli.tongue import spoken
    from wasl.service.logs import masked_text
    from wasl.service.phrases import told
    from wasl.wire.isolate import set_apart

    pieces = message.split(typed) if typed else [message]
    said = told(typed.join(map(masked_text, pieces)), spoken())
    typer.secho("wasl: " + "\n      ".join(map(set_apart, said.split("\n"))), fg="red", err=True)
    return typer.Exit(code)


def _say_misused(error: TyperException) -> None:
    """Says in Arabic what is wrong with how a command was typed, and ends; in English typer says it itself."""
    from wasl.cli.tongue import spoken

    if spoken() == "ar":
        from wasl.cli.usage import told

        typer.echo(told(error), err=True)
        raise typer.Exit(error.exit_code) from error


def _say_ended(error: typer.Abort) -> None:
    """Says in Arabic that nothing goes on, and ends; in English typer says it itself."""
    from wasl.cli.tongue import spoken

    if spoken() == "ar":
        typer.echo("أُلغي.", err=True)
        raise typer.Exit(EXIT_PROBLEM) from error


def _read_enough() -> typer.Exit:
    """Ends without a word: who read the output, such as `head`, wants no more of it."""
    import os
    import sys

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is still to be flushed goes nowhere
    return typer.Exit(EXIT_PROBLEM)


def _system(error: OSError) -> str:
    what = error.strerror or str(error)
    where = f" ({error.filename})" if error.filename else ""
    if error.errno == errno.EADDRINUSE:
        return f"the address is in use already{where}; stop the other program, or choose another with --port"
    if error.errno == errno.ENOSPC:
        return f"the disk is full{where}; make room and try again"
    return f"{error.filename}: {what}; mend the path, or its rights" if error.filename else what
