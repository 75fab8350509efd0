"""Moderation by words: lists that come with Wasl, the operator's own patterns, and the phrases of an emergency.

A phrase is found as whole words in their order, folded, so that spelling does not matter; a star at a word's end stands for any letters.
Everything takes time linear in the text.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from wasl.policy.shipped_words import shipped_words
from wasl.wire.text import fold, tokens

Emergency = Literal["self_harm", "danger"]
TEXT_CHARACTERS_MAX: Final = 20_000
"""Of a longer text the beginning is looked at; what a platform lets through is far shorter."""
SECRETS: Final = "secrets"
_SECRET: Final = re.compile(
    r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----|\b(?:sk|rk|pk)[-_](?:live|test|proj|ant)[-_][A-Za-z0-9_-]{16,200}|\bAKIA[0-9A-Z]{16}\b"
    r"|\bgh[pousr]_[A-Za-z0-9]{30,100}\b|\bxox[abpr]-[A-Za-z0-9-]{20,120}"
)
"""Keys that should never stand in an answer: private keys, and tokens by the marks that their makers gave them."""
_CARD: Final = re.compile(r"(?<!\d)(?:\d[ -]?){12,18}\d(?!\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """Phrases by their first word, each as the words that follow it. `open` holds beginnings of words, for a star."""

    first: dict[str, tuple[tuple[str, ...], ...]]
    starred: tuple[tuple[str, ...], ...] = ()

    def found(self, words: Sequence[str]) -> str:
        """Gives the first phrase that stands in the words, "" for none."""
        if not self.starred and self.first.keys().isdisjoint(words):
            return ""  # as nearly always
        first, starred = self.first, self.starred
        for place, word in enumerate(words):
            if word in first or starred:
                for phrase in (*first.get(word, ()), *starred):
                    if _stands(phrase, words, place):
                        return " ".join(phrase)
        return ""


def _stands(phrase: Sequence[str], words: Sequence[str], place: int) -> bool:
    if place + len(phrase) > len(words):
        return False
    return all(w.startswith(p[:-1]) if p.endswith("*") else w == p for p, w in zip(phrase, words[place:], strict=False))


def phrases(lines: Iterable[str]) -> Phrases:
    """Compiles phrases."""
    first: dict[str, list[tuple[str, ...]]] = {}
    starred: list[tuple[str, ...]] = []
    for line in lines:
        phrase = tuple(_words(line))
        if not phrase:
            continue
        if phrase[0].endswith("*"):
            starred.append(phrase)
        else:
            first.setdefault(phrase[0], []).append(phrase)
    return Phrases(first={word: tuple(some) for word, some in first.items()}, starred=tuple(starred))


def _words(line: str) -> Iterable[str]:
    """Gives a phrase's words as `tokens` gives those of a text; a star stays at the end of its word."""
    for piece in line.split():
        folded = tokens(piece.removesuffix("*"))
        if folded:
            yield from folded[:-1]
            yield folded[-1] + ("*" if piece.endswith("*") else "")


@lru_cache(maxsize=32)
def listed(name: str) -> Phrases:
    """Gives a built-in list."""
    return phrases(shipped_words(name))


@lru_cache(maxsize=8)
def own(lines: tuple[str, ...]) -> Phrases:
    """Compiles the operator's own."""
    return phrases(lines)


def offence(text: str, *, lists: Sequence[str], patterns: tuple[str, ...] = ()) -> str:
    """Names what a text holds that it should not: the list, or "pattern"; "" where it holds nothing of the kind."""
    if not lists and not patterns:
        return ""
    text = text[:TEXT_CHARACTERS_MAX]
    words = tokens(text)
    for name in lists:
        if name == SECRETS:
            if _SECRET.search(text) or any(_is_card(m.group()) for m in _CARD.finditer(fold(text))):
                return name
        elif listed(f"list_{name}").found(words):
            return name
    return "pattern" if patterns and own(patterns).found(words) else ""


def emergency(text: str, *, further: tuple[str, ...] = ()) -> Emergency | None:
    """Says whether somebody may be in danger by what they write; None for talk of films and books."""
    words = tokens(text[:TEXT_CHARACTERS_MAX])
    if not words:
        return None
    if listed("emergency_self").found(words):
        kind: Emergency = "self_harm"
    elif listed("emergency_danger").found(words) or (further and own(further).found(words)):
        kind = "danger"
    else:
        return None
    return None if listed("emergency_not").found(words) else kind


def _is_card(digits: str) -> bool:
    """Says whether digits are a card's number, by its check digit (Luhn)."""
    plain = [int(c) for c in digits if c.isdigit()]
    total = sum(d if place % 2 == 0 else (d * 2 - 9 if d > 4 else d * 2) for place, d in enumerate(reversed(plain)))
    return 13 <= len(plain) <= 19 and total % 10 == 0 and len(set(plain)) > 1
