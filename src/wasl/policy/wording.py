"""Wording: finds words in a profile, a greeting, an advertisement or instructions that offer a general assistant."""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

from wasl.wire.text import fold

TEXT_CHARACTERS_MAX: Final = 100_000
_NOT_WORD: Final = re.compile(r"[^\w]+")


class Text(NamedTuple):
    """A text of the operator's, and where it stands (`display name`, `profile`, `greeting`, `entry point`, `instructions`…)."""

    where: str
    text: str


class Flagged(NamedTuple):
    """A phrase that was found, why it is one to change, and what to say instead, in English and Arabic."""

    where: str
    phrase: str
    why: str
    say_en: str
    say_ar: str


class _Phrase(NamedTuple):
    phrase: str
    words: str
    where: str
    why: str
    say_en: str
    say_ar: str


def flag(texts: Iterable[Text]) -> list[Flagged]:
    """Finds every phrase of the list in every text, each once."""
    found: list[Flagged] = []
    for where, text in texts:
        words = f" {_plain(text[:TEXT_CHARACTERS_MAX])} "
        for phrase in _phrases():
            if (not phrase.where or phrase.where == where) and f" {phrase.words} " in words:
                found.append(Flagged(where, phrase.phrase, phrase.why, phrase.say_en, phrase.say_ar))
    return found


def _plain(text: str) -> str:
    return _NOT_WORD.sub(" ", fold(text)).strip()


@cache
def _phrases() -> tuple[_Phrase, ...]:
    table = tomllib.loads(files("wasl.policy").joinpath("wording.toml").read_text(encoding="utf-8"))
    return tuple(
        _Phrase(phrase, _plain(phrase), group.get("where", ""), group["why"], group["say_en"], group["say_ar"])
        for group in table["phrases"]
        for phrase in group["words"]
    )
