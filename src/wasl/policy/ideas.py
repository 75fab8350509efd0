"""Ideas: what words mean in whatever language, so that what is learnt in one of them holds in the others.

A list of some fifty ideas ("write", "poem", "price", "thanks") with the words for each, in the languages that the packs are written in.
A word with a star stands for all that begin with it: many languages put their endings on a word, and Arabic its pronouns.
"""

from functools import cache, lru_cache
from importlib.resources import files
from typing import Final, NamedTuple

from wasl.wire.text import fold

TASKS: Final = "tasks"
"""The heading of what a machine that can do everything is asked to do or to make."""
_REMEMBERED: Final = 2_048
"""Words whose ideas are held: those that come again and again."""


class Ideas(NamedTuple):
    """Words and beginnings of words with the ideas that they stand for, the lengths that beginnings have, longest first, and the ideas
    that are tasks."""

    words: dict[str, tuple[str, ...]]
    beginnings: dict[str, tuple[str, ...]]
    lengths: tuple[int, ...]
    tasks: frozenset[str]

    def of(self, word: str) -> tuple[str, ...]:
        """Gives the ideas that a folded word stands for; the whole word goes before its longest beginning."""
        found = self.words.get(word)
        if found is not None:
            return found
        for length in self.lengths:
            if length <= len(word) and (begun := self.beginnings.get(word[:length])) is not None:
                return begun
        return ()


def read_ideas(text: str) -> Ideas:
    """Reads a list of ideas: "## heading" begins a group, "# …" is a note, "idea | words" is one idea."""
    words: dict[str, tuple[str, ...]] = {}
    beginnings: dict[str, tuple[str, ...]] = {}
    tasks: set[str] = set()
    heading = ""
    for line in text.splitlines():
        if line.startswith("## "):
            heading = line[3:].strip()
        elif line and not line.startswith("#"):
            idea, _, listed = line.partition(" | ")
            if heading == TASKS:
                tasks.add(idea)
            for word in listed.split():
                into = beginnings if word.endswith("*") else words
                folded = fold(word.rstrip("*"))
                if idea not in into.get(folded, ()):
                    into[folded] = (*into.get(folded, ()), idea)
    lengths = tuple(sorted({len(one) for one in beginnings}, reverse=True))
    return Ideas(words=words, beginnings=beginnings, lengths=lengths, tasks=frozenset(tasks))


@cache
def shipped_ideas() -> Ideas:
    """Reads the list of the package."""
    return read_ideas(files("wasl.policy").joinpath("packs", "ideas.txt").read_text(encoding="utf-8"))


@lru_cache(maxsize=_REMEMBERED)
def ideas_of(word: str) -> tuple[str, ...]:
    """Gives the ideas that a folded word stands for, by the list of the package."""
    return shipped_ideas().of(word)


def is_task(idea: str) -> bool:
    """Says whether an idea is something that a machine which can do everything is asked to do or to make."""
    return idea in shipped_ideas().tasks
