"""Snippet: the words around a hit, on one line of plain words."""

import re
from collections.abc import Sequence
from typing import Final

CHARACTERS_MAX: Final = 120
_MARKS: Final = re.compile(r"\*\*|`+|^#+ |^[-*] ", re.MULTILINE)
"""Marks of Markdown, which a line of plain words does without."""


def snippet(text: str, marks: Sequence[tuple[int, int]]) -> str:
    """Gives the words around the first hit."""
    start = max(0, (marks[0][0] if marks else 0) - CHARACTERS_MAX // 3)
    cut = _MARKS.sub("", text[start : start + CHARACTERS_MAX])
    return f"{'…' if start else ''}{' '.join(cut.split())}{'…' if start + CHARACTERS_MAX < len(text) else ''}"
