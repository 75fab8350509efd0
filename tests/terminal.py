"""The `wasl` command as a test types it, in the test's own process.

The command is made once for all tests of a process: making its ninety commands takes longer than most of them run, and a run changes
nothing in it.
"""

from functools import cache
from typing import Any
from unittest.mock import patch

import typer
from typer.testing import CliRunner, Result

from wasl.__main__ import Composition
from wasl.cli import build


@cache
def program() -> typer.Typer:
    """The whole of it."""
    return build(Composition())


@cache
def wasl_command() -> Any:
    """What typer makes of it, and would make anew for every run."""
    return typer.main.get_command(program())


def typed(*words: str, said: str | None = None, catch: bool = True) -> Result:
    """Runs it with these words; `said` is typed when it asks. What it raises is in the result, or comes through where `catch` is false."""
    with patch("typer.testing._get_command", lambda _: wasl_command()):
        return CliRunner().invoke(program(), list(words), input=said, catch_exceptions=catch)
