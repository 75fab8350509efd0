"""Codes that a person carries from one channel to another: eight letters nobody mistakes for another, and one that checks them.

Thirty-one letters and digits without the look-alikes 0, 1, I, L and O: eight of them are 8.5 × 10¹¹ codes. The ninth makes the weighted
sum a multiple of 31, a prime, so that one wrong letter, or two that changed places, is told from a wrong code.
"""

import re

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LETTERS = 8
CODE_CHARACTERS_MAX = 64
_PRIME = len(ALPHABET)
_PLACE = {letter: place for place, letter in enumerate(ALPHABET)}
_SHOWN = re.compile(r"[2-9A-Za-z]{4}-[2-9A-Za-z]{4}-[2-9A-Za-z]")
_KEY = re.compile(r"k[0-9A-Za-z_-]{42}")
_BARE = re.compile(r"[2-9A-Za-z]{4}-?[2-9A-Za-z]{4}-?[2-9A-Za-z]")


def code_of(digest: bytes) -> str:
    """Writes the code of a digest (16 bytes or more): "K7QM-3XHP-W"."""
    number = int.from_bytes(digest, "big") % _PRIME**LETTERS
    letters = []
    for _ in range(LETTERS):
        number, place = divmod(number, _PRIME)
        letters.append(ALPHABET[place])
    code = "".join(letters) + _check("".join(letters))
    return f"{code[:4]}-{code[4:8]}-{code[8]}"


def read_code(text: str, *, told: bool = False) -> str | None:
    """Gives a code as it was made, None for what is none or was mistyped.

    A text by itself is a code only with its two hyphens, so that no word is taken for one; `told` says that it was called a code.
    """
    bare = text.strip()
    if len(bare) > CODE_CHARACTERS_MAX or not (_BARE if told else _SHOWN).fullmatch(bare):
        return None
    code = bare.replace("-", "").upper()
    if any(letter not in _PLACE for letter in code) or _check(code[:LETTERS]) != code[LETTERS]:
        return None
    return f"{code[:4]}-{code[4:8]}-{code[8]}"


def looks_like_code(text: str) -> bool:
    """Says whether a text has a code's shape, right or mistyped."""
    return len(text) <= CODE_CHARACTERS_MAX and _SHOWN.fullmatch(text.strip()) is not None


def looks_like_key(text: str) -> bool:
    """Says whether a text has the shape of a personal key: what people are given when a channel closes, good for one address."""
    return len(text) <= CODE_CHARACTERS_MAX and _KEY.fullmatch(text.strip()) is not None


def _check(letters: str) -> str:
    return ALPHABET[-sum((place + 2) * _PLACE[letter] for place, letter in enumerate(letters)) % _PRIME]
