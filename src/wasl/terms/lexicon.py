"""Lexicon: the words by which sentences of terms are weighed, read from `words.toml` when they are first needed."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

_ARABIC: Final = re.compile(r"(?<!\w)(?=[\u0621-\u064a])|(?<=_)(?=[\u0621-\u064a])")
_ONTO: Final = "[\u0648\u0641]?[\u0628\u0643]?(?:\u0627\u0644|\u0644\u0644|\u0644)?"
PAGE_DATE_WORDS_MAX: Final = 12
"""A longer sentence says more than when the page is from."""


class Lexicon(NamedTuple):
    """Words and patterns by what they tell. Each pattern is searched in one sentence."""

    strong: re.Pattern[str]
    modal: re.Pattern[str]
    acts: re.Pattern[str]
    party: re.Pattern[str]
    bans: re.Pattern[str]
    binding: re.Pattern[str]
    alike: Mapping[str, str]
    turning_strong: frozenset[str]
    turning: frozenset[str]
    stop: frozenset[str]
    points_elsewhere: re.Pattern[str]
    contact: re.Pattern[str]
    furniture: re.Pattern[str]
    page_date: re.Pattern[str]
    amount: re.Pattern[str]
    notice_alone: re.Pattern[str]
    notice: re.Pattern[str]
    topics: Mapping[str, re.Pattern[str]]


@cache
def lexicon() -> Lexicon:
    """Reads the words that come with Wasl."""
    table = tomllib.loads(files("wasl.terms").joinpath("words.toml").read_text(encoding="utf-8"))
    patterns = table["patterns"]
    strong, weak = frozenset(table["turning_strong"].split()), frozenset(table["turning_weak"].split())
    return Lexicon(
        **{name: _words(table[name]) for name in ("strong", "modal", "acts", "party", "bans", "binding")},
        alike={word: group.split()[0] for group in table["alike"].strip().splitlines() for word in group.split()},
        turning_strong=strong,
        turning=strong | weak,
        stop=frozenset(table["stop"].split()) - strong - weak,
        points_elsewhere=_any(patterns["points_elsewhere"]),
        contact=_any(patterns["contact"]),
        furniture=_any(patterns["furniture"]),
        page_date=_any(patterns["page_date"]),
        amount=_any(patterns["amount"]),
        notice_alone=_any(patterns["notice_alone"]),
        notice=_any(patterns["notice_alone"] + patterns["notice"]),
        topics={name: _words(stems) for name, stems in table["topics"].items()},
    )


def _words(stems: str) -> re.Pattern[str]:
    """Makes a pattern of whole words in small letters; an Arabic one may have "and", "for", "the" and their like written onto it."""
    words = (re.escape(stem[:-1]) + r"\w*" if stem.endswith("*") else re.escape(stem) for stem in stems.split())
    return re.compile(r"(?<!\w)(?:" + "|".join(_ARABIC.sub(_ONTO, word).replace("_", r"\s+") for word in words) + r")(?!\w)")


def _any(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in patterns), re.IGNORECASE)
