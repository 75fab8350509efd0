"""Codes that a person carries from one channel to another: eight letters nobody mistakes for another, and one that checks them.

Thirty-one letters and digits without the look-alikes 0, 1, I, L and O: eight of them are 8.5 × 10¹¹ codes. The ninth makes the weighted
sum a multiple of 31, a prime, so that one wrong letter, or two that changed places, is told from a wrong code.
"""

import re
import unicodedata

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LETTERS = 8
CODE_CHARACTERS_MAX = 64
_PRIME = len(ALPHABET)
_PLACE = {letter: place for place, letter in enumerate(ALPHABET)}
_SHOWN = re.compile(r"[2-9A-Za-z]{4}-[2-9A-Za-z]{4}-[2-9A-Za-z]|(?=.*[A-Za-z])[0-9A-Za-z]{4}-[0-9A-Za-z]{4}-[0-9A-Za-z]")
_SPACED = re.compile(r"[0-9A-Za-z]{4}[- ][0-9A-Za-z]{4}[- ][0-9A-Za-z]")
_GROUPED = re.compile(r"[0-9A-Z]{3,5}[- ][0-9A-Z]{2,5}(?:[- ][0-9A-Z]{0,2})?")
_ATTEMPT = re.compile(r"[0-9A-Za-z]+(?:[- ][0-9A-Za-z]*){0,3}")
_ATTEMPT_LETTERS = range(3, 13)
_KEY = re.compile(r"k[0-9A-Za-z_-]{42}")
_BARE = re.compile(r"[2-9A-Za-z]{4}[- ]?[2-9A-Za-z]{4}[- ]?[2-9A-Za-z]")
_NEVER = re.compile("[.,:;!?،؛؟\u0621-\u063a\u0641-\u064a]")
"""What no code holds, and no tidying takes away: nearly every message has some of it."""
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")
_NOTHING = dict.fromkeys(map(ord, "`'\"«»“”*\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069\ufeff"), None)


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
    bare = _tidy(text)
    if len(bare) > CODE_CHARACTERS_MAX or not (_BARE if told else _SHOWN).fullmatch(bare):
        return None
    code = bare.replace("-", "").replace(" ", "").upper()
    if any(letter not in _PLACE for letter in code) or _check(code[:LETTERS]) != code[LETTERS]:
        return None
    return f"{code[:4]}-{code[4:8]}-{code[8]}"


def looks_like_code(text: str) -> bool:
    """Says whether a text has a code's shape, right or mistyped; with spaces for hyphens only where it is right, as words stand so, too."""
    if len(text) > CODE_CHARACTERS_MAX or _NEVER.search(text):
        return False
    bare = _tidy(text)
    if _SHOWN.fullmatch(bare):
        return True
    return _SPACED.fullmatch(bare) is not None and _told_by_letters(bare) and read_code(bare, told=True) is not None


def is_whole(text: str) -> bool:
    """Says whether a text has as many letters as a code, all of them letters of codes: then one of them is wrong where it is none."""
    return (
        len(text) <= CODE_CHARACTERS_MAX and _BARE.fullmatch(_tidy(text)) is not None and set(_tidy(text).upper()) <= {*ALPHABET, "-", " "}
    )


def resembles_code(text: str) -> bool:
    """Says whether a text may be meant for a code: too short, too long, ungrouped or with wrong letters, but no word and no number.

    To be asked only where a code is spoken of: names of things look so, too.
    """
    if len(text) > CODE_CHARACTERS_MAX or _NEVER.search(text):
        return False
    bare = _tidy(text)
    if " " in bare and not bare.isupper():  # words stand so
        return False
    letters = sum(one.isalnum() for one in bare)
    return _ATTEMPT.fullmatch(bare) is not None and letters in _ATTEMPT_LETTERS and _told_by_letters(bare)


def _told_by_letters(bare: str) -> bool:
    """Says whether letters stand with digits, or capitals in groups."""
    return any(one.isalpha() for one in bare) and (any(one.isdigit() for one in bare) or _GROUPED.fullmatch(bare) is not None)


def _tidy(text: str) -> str:
    """Gives what was typed in the letters of a code: digits of any script, any dash, no marks of direction or quoting, single spaces."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        text = "".join(str(unicodedata.digit(one)) if one.isdigit() else one for one in text)
    return " ".join(text.translate(_DASHES).translate(_NOTHING).split()).replace(" - ", "-").strip("-")


def looks_like_key(text: str) -> bool:
    """Says whether a text has the shape of a personal key: what people are given when a channel closes, good for one address."""
    return len(text) <= CODE_CHARACTERS_MAX and _KEY.fullmatch(text.strip()) is not None


def _check(letters: str) -> str:
    return ALPHABET[-sum((place + 2) * _PLACE[letter] for place, letter in enumerate(letters)) % _PRIME]
