"""The reference page of formats, and the table of the READMEs: what can be brought in, and in what everything can leave."""

import inspect
from typing import Any

from scripts.docs.tables import adapters, table

import wasl.formats

HEADS = {"en": ("format", "kind", "reads", "writes"), "ar": ("الصيغة", "الاسم في الأوامر", "تُقرأ", "تُكتب")}
YES = {"en": "yes", "ar": "نعم"}


def reads(cls: type[Any]) -> bool:
    """Says whether conversations can come in from a format."""
    return hasattr(cls, "read")


def writes(cls: type[Any]) -> bool:
    """Says whether conversations can leave in a format."""
    return hasattr(cls, "write")


def block(language: str) -> str:
    """Writes the table: what goes both ways first, then what leaves, then what comes."""
    rows = []
    for cls in sorted(adapters(wasl.formats), key=lambda c: (not (reads(c) and writes(c)), not writes(c), c.title.lower())):
        rows.append((cls.title, f"`{cls.kind}`", YES[language] if reads(cls) else "—", f"`{cls.suffix}`" if writes(cls) else "—"))
    return table(HEADS[language], rows)


def page() -> str:
    """Writes the page."""
    parts = [
        """# Formats

One format is one file in `src/wasl/formats/`; the file's name is its kind, as `--format` takes it. What is brought is recognised by
what is in it, never by its name. Everything that is read is counted: stored, here already, changed, or refused with its place.
[How to bring and take](../how-to/import-and-export.md) · [The archive and its records](archive.md)""",
        block("en"),
        "*Writes* gives the file's ending. What a format cannot hold is also said in every file that leaves in it, with counts.",
    ]
    for cls in adapters(wasl.formats):
        parts += [f"## {cls.title}", f"`{cls.kind}`", inspect.cleandoc(inspect.getmodule(cls).__doc__ or "")]  # type: ignore[union-attr]
        if writes(cls):
            lost = ", ".join(sorted(name.replace("_", " ") for name in cls.loses))
            parts.append(f"**Leaves out:** {lost}." if lost else "**Leaves out:** nothing.")
    return "\n\n".join(parts)
