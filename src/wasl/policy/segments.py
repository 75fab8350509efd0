"""Segments: a message cut where it changes its subject: at the ends of sentences, at line breaks, at "also" and its like; and clauses,
the smaller pieces of one sentence."""

import re
from typing import Final

SEGMENT_CHARACTERS_MIN: Final = 10
"""Shorter pieces go with what comes before them."""
SEGMENTS_MAX: Final = 24
"""Pieces of one message; what is left over stays in one piece."""

_ALSO: Final = (
    r"also|by the way|btw|(?:and )?one more thing|another thing|oh,? and|plus|besides|and then|"
    r"وكمان|كمان|وأيضا|أيضا|وبالمرة|بالمرة|وبعدين|ثم|وكذلك|على فكرة|وعلى فكرة|وشي ثاني|وحاجة تانية|"
    r"aussi|au fait|et puis|además|por cierto|außerdem|übrigens|ayrıca|bu arada|juga|oh ya"
)
_LEADING: Final = re.compile(rf"(?:{_ALSO})(?!\w)[,:،]?\s*", re.IGNORECASE)
_CUT: Final = re.compile(rf"(?<=[.!?؟。！？])\s+|[\r\n]+|(?<!\S)(?:{_ALSO})(?!\w)[,:،]?\s*", re.IGNORECASE)


_CLAUSE: Final = re.compile(
    r"(?<=[,،:;؛])\s+|\s+[-–—]\s+|(?<=\s)(?:so|and|then|but|et|donc|y|así que|e|então|und|ve|bir de|dan|terus|sekalian|اور|تو|بس|فقط)\s+",
    re.IGNORECASE,
)


def segments(text: str) -> tuple[str, ...]:
    """Gives the pieces of a message in order; a message of one subject comes back as it is."""
    return tuple(_without_leading(piece) for piece in _pieces(text, _CUT))


def clauses(piece: str) -> tuple[str, ...]:
    """Gives the clauses of a segment in order: what stands between commas, colons, dashes and words such as "and" and "so"."""
    return tuple(_pieces(piece, _CLAUSE))


def _pieces(text: str, cut: re.Pattern[str]) -> list[str]:
    found: list[str] = []
    last = start = 0
    for match in cut.finditer(text):
        if match.end() == match.start() or len(found) >= SEGMENTS_MAX - 1:
            continue
        piece = text[start : match.start()].strip(" ,;:-–،؛")
        if len(piece) >= SEGMENT_CHARACTERS_MIN:
            found.append(piece)
            last, start = start, match.end()
    rest = text[start:].strip(" ,;:-–،؛")
    if found and len(rest) < SEGMENT_CHARACTERS_MIN:
        found[-1] = text[last:].strip(" ,;:-–،؛")
    elif rest or not found:
        found.append(rest)
    return found


def _without_leading(piece: str) -> str:
    match = _LEADING.match(piece)
    return piece[match.end() :] if match is not None and match.end() < len(piece) else piece
