"""The Arabic of what other rooms write in English follows the English: a sentence that changed there is found here, not by its reader."""

import ast
import errno
import os
import re
from functools import cache
from pathlib import Path

import pytest

import wasl
from wasl.service.phrases import told
from wasl.service.phrases_ar import PHRASES
from wasl.wire.isolate import is_arabic

SOURCE = Path(wasl.__file__).parent
RUN = 3
"""So many words in a row that stand nowhere else are of another sentence, or of the seam of two halves that are put together."""


@cache
def written() -> str:
    """Gives every text that stands in the source outside the phrases themselves, joined as Python joins it."""
    found: list[str] = []
    for path in SOURCE.rglob("*.py"):
        if not path.name.startswith("phrases"):
            found += [
                node.value
                for node in ast.walk(ast.parse(path.read_text()))
                if isinstance(node, ast.Constant) and isinstance(node.value, str)
            ]
    found += [path.read_text() for path in SOURCE.rglob("*.toml")]
    found += [os.strerror(number) for number in errno.errorcode]
    return "\0".join(" ".join(text.split()) for text in found)


@pytest.mark.parametrize("english", PHRASES)
def test_what_is_translated_is_still_said_somewhere(english: str) -> None:
    runs = [run for piece in re.split(r"\{\w+\}|; ", english) for run in runs_of(piece.split())]
    unsaid = [run for run in runs if run not in written()]
    assert len(unsaid) <= len(runs) / 2, f"nobody says {unsaid} any more: mend the phrase, or remove it"


def runs_of(words: list[str]) -> list[str]:
    """Gives every so many words in a row; of fewer words nothing, for they prove nothing."""
    return [" ".join(words[at : at + RUN]) for at in range(len(words) - RUN + 1)]


@pytest.mark.parametrize("english", [one for one in PHRASES if "{" not in one])
def test_a_sentence_without_places_is_told_in_arabic(english: str) -> None:
    assert is_arabic(told(english, "ar"))
