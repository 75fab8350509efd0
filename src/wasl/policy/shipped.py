"""Shipped: the packs that come with Wasl, read from the package when they are first needed."""

from functools import cache
from importlib.resources import files

from wasl.policy.packs import Packs, Prompt, read_pack
from wasl.policy.purpose import Classifier, Scope, learn_purpose


@cache
def shipped_packs() -> Packs:
    """Reads the packs of the package."""
    folder = files("wasl.policy").joinpath("packs")
    read = {name: read_pack(folder.joinpath(f"{name}.txt").read_text(encoding="utf-8"), name=f"packs/{name}.txt") for name in Packs._fields}
    return Packs(**read)


def learn_with_shipped(scope: Scope) -> Classifier:
    """Learns a scope with the shipped packs: a function with nothing but values, for a process of its own."""
    return learn_purpose(scope, shipped_packs())


@cache
def shipped_suite() -> tuple[Prompt, ...]:
    """Reads the refusal suite: prompts from which nothing is ever learnt."""
    path = files("wasl.policy").joinpath("packs", "suite.txt")
    return read_pack(path.read_text(encoding="utf-8"), name="packs/suite.txt")
