"""What the command line shows of an error: what was typed there as it was typed, other people's numbers never."""

from collections.abc import Callable

import pytest
import typer
from typer.testing import CliRunner

from wasl.cli.border import Border
from wasl.domain.errors import Refused

NUMBER, OTHER = "+966501234567", "+201001234567"


def failing(error: Callable[[], Exception]) -> typer.Typer:
    app = typer.Typer(cls=Border)

    @app.callback()
    def nothing() -> None:
        """Groups."""

    @app.command()
    def find() -> None:
        """Fails."""
        raise error()

    return app


@pytest.mark.parametrize("typed", [NUMBER, "ann@shop.example"])
def test_an_error_names_what_was_typed_whole_and_hides_what_was_not(typed: str) -> None:
    app = failing(lambda: Refused(f"nobody is {typed!r}, the nearest is {OTHER}", typed=typed))
    said = CliRunner().invoke(app, ["find"]).stderr
    assert repr(typed) in said
    assert OTHER not in said


def test_an_error_that_says_nothing_of_what_was_typed_hides_every_number() -> None:
    said = CliRunner().invoke(failing(lambda: Refused(f"nobody is {NUMBER!r}")), ["find"]).stderr
    assert "nobody is" in said
    assert NUMBER not in said
