"""Shipped words: lists that come with Wasl, read from the package when they are first needed."""

from functools import cache
from importlib.resources import files


@cache
def shipped_words(name: str) -> tuple[str, ...]:
    """Gives the lines of a list; a line that begins with a number sign is a remark."""
    text = files("wasl.policy").joinpath("words").joinpath(f"{name}.txt").read_text(encoding="utf-8")
    return tuple(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))
