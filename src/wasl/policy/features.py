"""Features: what a classifier sees of a text, as named weights. Pure, and linear in the text."""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

from wasl.policy.ideas import ideas_of
from wasl.wire.text import fold, light, tokens_of_folded

TEXT_CHARACTERS_MAX: Final = 4_000
"""Of a message; what a message is for shows in its beginning and its sentences are judged one by one."""
PIECES_WEIGHT: Final = 0.8
"""Of pieces of words against whole words."""
IDEAS_WEIGHT: Final = 0.6
"""Of ideas, which many languages share, against whole words."""
IDEA: Final = "i"
"""Begins the name of a feature that is an idea."""
STEM: Final = "l"
"""Begins the name of a feature that is a stem."""
_PIECES: Final = (3, 4, 5)

Features = Mapping[str, float]


def features(text: str) -> Features:
    """Gives words, stems, pairs of stems, the beginning, and pieces of words; each group has length one."""
    tokens = list(tokens_of_folded(fold(text[:TEXT_CHARACTERS_MAX])))
    stems = [light(token) for token in tokens]
    words = dict.fromkeys((f"w{token}" for token in tokens), 1.0)
    words.update(dict.fromkeys((f"{STEM}{stem}" for stem in stems), 1.0))
    words.update(dict.fromkeys((f"b{first} {second}" for first, second in pairwise(stems)), 1.0))
    if stems:
        words[f"^{stems[0]}"] = 1.0
        if len(stems) > 1:
            words[f"^{stems[0]} {stems[1]}"] = 1.0
    pieces: dict[str, float] = {}
    for token in tokens:
        framed = f"<{token}>"
        for size in _PIECES:
            for start in range(len(framed) - size + 1):
                pieces["c" + framed[start : start + size]] = 1.0
    ideas = _ideas(tokens)
    weight = 1 / math.sqrt(len(words)) if words else 0.0
    found = dict.fromkeys(words, weight)
    if pieces:
        found.update(dict.fromkeys(pieces, PIECES_WEIGHT / math.sqrt(len(pieces))))
    if ideas:
        found.update(dict.fromkeys(ideas, IDEAS_WEIGHT / math.sqrt(len(ideas))))
    return found


def _ideas(tokens: Sequence[str]) -> list[str]:
    """Gives ideas, pairs of ideas that follow each other, whatever stands between, and the first one."""
    seen = [ideas for token in tokens if (ideas := ideas_of(token))]
    found = {f"{IDEA}{idea}": None for ideas in seen for idea in ideas}
    found.update({f"j{first} {second}": None for before, after in pairwise(seen) for first in before for second in after})
    if seen:
        found.update({f"k{idea}": None for idea in seen[0]})
    return list(found)
