"""The declarations that come with Wasl, read from the package when they are first needed."""

from functools import cache
from importlib.resources import files

from wasl.terms.declaration import Declaration, by_id, read_declarations


def shipped_declaration_texts() -> dict[str, str]:
    """Gives the text of every shipped declaration file by its name."""
    folder = files("wasl.terms").joinpath("declarations")
    return {f"declarations/{one.name}": one.read_text(encoding="utf-8") for one in folder.iterdir() if one.name.endswith(".toml")}


@cache
def shipped_declarations() -> tuple[Declaration, ...]:
    """Reads the shipped declarations."""
    texts = shipped_declaration_texts()
    return by_id((one for name in sorted(texts) for one in read_declarations(texts[name], at=name)), at="declarations")
