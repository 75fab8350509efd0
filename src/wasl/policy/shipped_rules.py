"""The rulebook that comes with Wasl, read from the package when it is first needed."""

from functools import cache
from importlib.resources import files

from wasl.policy.rulebook import Rulebook, read_book


def shipped_texts() -> dict[str, str]:
    """Gives the text of every shipped rule file by its name."""
    folder = files("wasl.policy").joinpath("rules")
    return {f"rules/{one.name}": one.read_text(encoding="utf-8") for one in folder.iterdir() if one.name.endswith(".toml")}


@cache
def shipped_book() -> Rulebook:
    """Reads the shipped rulebook."""
    return read_book(shipped_texts())
