"""Redact: takes out of words what says who wrote them: addresses, numbers, links, handles, and names that are known.

It errs on the side of taking out: a number of five digits and more goes, whatever it means. Words may still name people in ways that no
pattern sees, so what is handed over is looked at by a person first; the pack says so.
"""

import re
from collections.abc import Iterable
from typing import Final

NAME_CHARACTERS_MIN: Final = 3

_PATTERNS: Final = (
    (re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE), "[link]"),
    (re.compile(r"[^\s@<>()]{1,64}@[^\s@<>()]{1,190}\.[^\s@<>().,!?؟]{2,24}"), "[mail]"),
    (re.compile(r"\b[A-Z]{2}\d{2}[A-Z0-9]{8,30}\b"), "[account]"),
    (re.compile(r"[+(]?\d(?:[ \-.()/]?\d){4,30}"), "[number]"),
    (re.compile(r"(?<!\w)@\w{3,32}"), "[handle]"),
)
"""Each is linear: what repeats is bounded, and no two repetitions meet. `\\d` stands for Arabic digits, too."""


def redact(text: str, *, names: Iterable[str] = ()) -> str:
    """Replaces what says who somebody is by a word in brackets."""
    for pattern, word in _PATTERNS:
        text = pattern.sub(word, text)
    pieces = {piece for whole in names for piece in (whole.strip(), *whole.split())}
    for name in sorted(pieces, key=len, reverse=True):
        if len(name) >= NAME_CHARACTERS_MIN:
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "[name]", text, flags=re.IGNORECASE)
    return text
