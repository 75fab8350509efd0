"""Asks whether to go ahead, and takes the answer in either language."""

from typing import Final

import typer

from wasl.cli.tongue import spoken
from wasl.wire.isolate import set_apart

YES: Final = frozenset({"y", "yes", "نعم", "ن"})
NO: Final = frozenset({"", "n", "no", "لا", "ل"})


def confirm(text: str, *, abort: bool = False, err: bool = False) -> bool:
    """Says whether the person agrees; nothing at all means no. Raises typer.Abort where they do not, with `abort`."""
    arabic = spoken() == "ar"
    shown = f"{set_apart(text)} [{set_apart('y نعم')} / {set_apart('N لا')}]" if arabic else f"{text} [y/N]"
    while True:
        said = str(typer.prompt(shown, default="", show_default=False, err=err)).strip().lower()
        if said in YES:
            return True
        if said in NO:
            break
        typer.echo(set_apart("اكتب نعم أو لا (y أو n)") if arabic else "Say y or n.", err=err)
    if abort:
        raise typer.Abort
    return False
