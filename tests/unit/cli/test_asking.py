"""Agreeing to something, in either language."""

import pytest
import typer
from typer.testing import CliRunner, Result

from wasl.cli import tongue
from wasl.cli.asking import confirm


def asked(answers: str, *, language: str, abort: bool = False) -> Result:
    app = typer.Typer()

    @app.command()
    def ask() -> None:
        tongue.heard(["--language", language])
        typer.echo(f"agreed: {confirm('هل نبدأ؟' if language == 'ar' else 'Go ahead?', abort=abort)}")

    return CliRunner().invoke(app, [], input=answers)


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize(
    ("answer", "agreed"), [("y", True), ("YES", True), ("نعم", True), ("n", False), ("", False), ("لا", False), ("no", False)]
)
def test_yes_and_no_are_understood_in_both_languages(language: str, answer: str, agreed: bool) -> None:
    assert f"agreed: {agreed}" in asked(answer + "\n", language=language).stdout


def test_another_word_is_asked_about_again() -> None:
    told = asked("maybe\ny\n", language="en").stdout
    assert "Say y or n." in told
    assert "agreed: True" in told
    told = asked("ربما\nنعم\n", language="ar").stdout
    assert "اكتب نعم أو لا" in told
    assert "agreed: True" in told


def test_who_does_not_agree_ends_the_command_where_it_would_go_on_otherwise() -> None:
    assert asked("n\n", language="ar", abort=True).exit_code == 1
    assert asked("y\n", language="ar", abort=True).exit_code == 0
