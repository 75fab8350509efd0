"""Says in Arabic what other rooms say in English: findings, reasons and errors, told by their sentence's own form.

A sentence stands in `phrases_ar` as its writer wrote it, with {places} for what changes. A place named {said} or {said_…} holds a
sentence of its own and is translated, too; {turns:turn|turns} holds a number and what is counted. What is not known stays English,
set apart, so that it keeps its direction.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final, NamedTuple

from wasl.wire.isolate import Whole, apart, fill, is_arabic

_PLACE: Final = re.compile(r"\{(\w+)(?::([^{}|]+)\|([^{}|]+))?\}")
DEPTH_MAX: Final = 4
"""Sentences within sentences."""
CHARACTERS_MAX: Final = 4_000
"""A longer text is no sentence; it stays as it is."""


class Phrase(NamedTuple):
    """A sentence's form, how it begins, how many letters of it are its own, and its Arabic."""

    pattern: re.Pattern[str]
    begins: str
    own: int
    arabic: str


def told(text: str, language: str, *, among: "Sequence[Phrase] | None" = None) -> str:
    """Gives a text of one sentence a line in the language, by the phrases of all rooms or `among` others. English stays as it is."""
    if language != "ar" or not text or len(text) > CHARACTERS_MAX:
        return text
    return "\n".join(_line(line, _phrases() if among is None else among) for line in text.split("\n"))


def known(text: str) -> bool:
    """Says whether there are Arabic words for a sentence."""
    return _found(text, _phrases(), depth=0) is not None


def compiled(phrases: Mapping[str, str]) -> Sequence[Phrase]:
    """Reads phrases, the one with most words of its own first: it says more than one that fits nearly everything."""
    return tuple(sorted((_read(*one) for one in phrases.items()), key=lambda phrase: -phrase.own))


@cache
def _phrases() -> Sequence[Phrase]:
    from wasl.service.phrases_ar import PHRASES

    return compiled(PHRASES)


def _read(english: str, arabic: str) -> Phrase:
    pieces = _PLACE.split(english)  # words, a name and the two forms of what it counts by turns
    shown, seen = re.escape(pieces[0]), set[str]()
    for name, one, others, words in zip(*(pieces[at::4] for at in range(1, 5)), strict=True):
        begins = not shown and not name.startswith("said")  # what stands before a colon is told by itself
        shown += f"(?P={name})" if name in seen else f"(?P<{name}>{'(?:(?!: ).)' if begins else '.'}+?)"
        shown += (f" (?:{re.escape(one)}|{re.escape(others)})" if one else "") + re.escape(words)
        seen.add(name)
    own = sum(len(words) for words in (*pieces[::4], *pieces[3::4]) if words)
    return Phrase(re.compile(shown), pieces[0], own, arabic)


def _line(line: str, among: Sequence[Phrase]) -> str:
    indented = line[: len(line) - len(line.lstrip())]
    body, end = (line.strip().removesuffix(";"), "؛") if line.endswith(";") else (line.strip(), "")
    found = _found(body, among, depth=0)
    return indented + (apart(body) if found is None else found) + end


def _found(text: str, among: Sequence[Phrase], *, depth: int) -> str | None:
    for phrase in among:
        if text.startswith(phrase.begins) and (match := phrase.pattern.fullmatch(text)):
            values = match.groupdict()
            for name, value in values.items():
                if name.startswith("said") and depth < DEPTH_MAX:
                    inner = _found(value, among, depth=depth + 1)
                    values[name] = value if inner is None else Whole(inner)
                elif name == "options":
                    values[name] = value.replace(" or ", " أو ")
            said = fill(phrase.arabic, "ar", **values)
            if is_arabic(said):  # a form of places and marks alone says nothing in Arabic
                return said
    return None
