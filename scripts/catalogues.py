#!/usr/bin/env python3
"""Refresh the pages' catalogues from the sources: new words are added without a translation, words that are gone are dropped.

Run `.venv/bin/python scripts/catalogues.py` after changing a word, then translate what it lists.
"""

import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

WEB = Path(__file__).resolve().parent.parent / "src/wasl/web"
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2.ext:babel_extract")]
KEYWORDS: dict[str, tuple[int, ...] | None] = {"_": None, "mark": None, "mark_counting": (1, 2), "say": None, "n_": (1, 2), "count": (1, 2)}
SOURCE = "en"
CHANGING = ('"POT-Creation-Date', '"PO-Revision-Date', '"Last-Translator', '"Language-Team', '"Report-Msgid')
"""Header lines that would differ at every run."""


def found_words() -> set[str | tuple[str, str]]:
    """Gives every message id that the pages use; one with a plural as a pair."""
    return {words for _, _, words, _, _ in extract_from_dir(str(WEB), METHODS, keywords=KEYWORDS, options_map={})}


def untranslated(path: Path, *, locale: str) -> list[str]:
    """Lists the message ids that a catalogue does not hold, or holds without a translation in every plural form."""
    with path.open("rb") as file:
        catalogue = read_po(file, locale=locale)
    missing = []
    for words in found_words():
        first = words if isinstance(words, str) else words[0]
        entry = catalogue.get(first)
        forms = () if entry is None else (entry.string,) if isinstance(entry.string, str) else entry.string
        if not forms or not all(forms) or (not isinstance(words, str) and len(forms) != catalogue.num_plurals):
            missing.append(first)
    return sorted(missing)


def refresh(path: Path, *, locale: str) -> list[str]:
    """Writes the catalogue anew from what it holds and what the pages use; gives what is left to translate."""
    held = None
    if path.exists():
        with path.open("rb") as file:
            held = read_po(file, locale=locale)
    fresh = Catalog(locale=locale, project="wasl", charset="utf-8", header_comment=f"# Words of the pages: {locale}", fuzzy=False)
    for words in found_words():
        first = words if isinstance(words, str) else words[0]
        entry = held.get(first) if held else None
        fresh.add(words, words if locale == SOURCE else entry.string if entry else None)
    path.parent.mkdir(parents=True, exist_ok=True)
    written = io.BytesIO()
    write_po(written, fresh, width=0, no_location=True, sort_output=True)
    kept = [line for line in written.getvalue().decode().splitlines(keepends=True) if not line.startswith(CHANGING)]
    path.write_text("".join(kept), encoding="utf-8")
    return untranslated(path, locale=locale)


def main() -> None:
    """Refreshes every catalogue."""
    for path in sorted(WEB.glob("locales/*/LC_MESSAGES/wasl.po")):
        locale = path.parent.parent.name
        for words in refresh(path, locale=locale):
            print(f"{locale}: {words!r} has no translation yet")


if __name__ == "__main__":
    main()
