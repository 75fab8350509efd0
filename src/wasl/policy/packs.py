"""Packs: the built-in prompts and questions, written for Wasl, that the purpose classifier learns from.

A pack is a text: "# …" is a note, "## kind" begins a kind, "language | words" is one prompt, {a|b} stands for each of its choices in
turn, with each of every other; [a|b] for one after the other, side by side with those of other brackets, so that a line gives as many
prompts as its longest bracket has choices. Languages are en, fr, es, pt, de, tr, ur, id, and for Arabic ar (standard), eg, gu (Gulf),
lv (Levant), mg (Maghreb), az (Arabic in Latin letters).
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from wasl.domain.errors import SettingWrong

PROMPTS_PER_LINE_MAX: Final = 64
"""What the choices of one line may stand for."""

_CHOICE: Final = re.compile(r"\{([^{}|]*(?:\|[^{}|]*)+)\}")
_ABREAST: Final = re.compile(r"\[([^\[\]|]*(?:\|[^\[\]|]*)+)\]")
_LINE: Final = re.compile(r"([a-z]{2}) \| (\S.*)\Z")


class Prompt(NamedTuple):
    """One prompt of a pack."""

    kind: str
    language: str
    text: str


class Packs(NamedTuple):
    """All packs, read."""

    business: tuple[Prompt, ...]
    general: tuple[Prompt, ...]
    neutral: tuple[Prompt, ...]
    evasive: tuple[Prompt, ...]


def read_pack(text: str, *, name: str) -> tuple[Prompt, ...]:
    """Reads a pack. Raises SettingWrong that names the line which is none."""
    found: list[Prompt] = []
    kind = ""
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("## "):
            kind = line[3:].strip()
        elif line.strip() and not line.startswith("#"):
            match = _LINE.match(line)
            if match is None or not kind:
                raise SettingWrong(f"{name}, line {number}: {line[:80]!r} is no prompt; write it as `language | words` below a `## kind`")
            found += [Prompt(kind, match[1], words) for line in _abreast(match[2]) for words in _choices(line, at=f"{name}, line {number}")]
    return tuple(found)


def _abreast(words: str) -> Iterator[str]:
    """Gives as many lines as the longest bracket has choices; a shorter one begins again."""
    parts = [part.split("|") if place % 2 else [part] for place, part in enumerate(_ABREAST.split(words))]
    for turn in range(max(map(len, parts))):
        yield "".join(choices[turn % len(choices)] for choices in parts)


def _choices(words: str, *, at: str) -> Iterator[str]:
    waiting = [words]
    given = 0
    while waiting:
        current = waiting.pop()
        match = _CHOICE.search(current)
        if match is None:
            given += 1
            if given > PROMPTS_PER_LINE_MAX:
                raise SettingWrong(f"{at}: its choices make more than {PROMPTS_PER_LINE_MAX} prompts; write several lines")
            yield current
        else:
            waiting += [current[: match.start()] + choice + current[match.end() :] for choice in reversed(match[1].split("|"))]
