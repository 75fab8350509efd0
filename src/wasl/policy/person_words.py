"""What a person asks for by a short message: to be left alone, to come back, or a human; Arabic (also in Latin letters) and English.

A message counts only where it says nothing else. Opting out and coming back are whole messages; a human is asked for by a short phrase
or by a verb of talking next to a word for a person.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from wasl.policy.rulebook import Rulebook
from wasl.policy.shipped_words import shipped_words
from wasl.wire.text import fold, tokens

MESSAGE_CHARACTERS_MAX: Final = 160
"""A longer message says something else too."""
_REMEMBERED: Final = 64
"""Messages that are remembered for a moment: one question after the other is asked of the message that a turn answers."""
REACH_TOKENS: Final = 6
"""How far a word for a person may stand behind the verb."""
_EDGES: Final = " \t\r\n.,!?…\"'«»“”/-"


@dataclass(frozen=True, slots=True, kw_only=True)
class OptWords:
    """The words of one channel, folded: those that end everything, begin it again, or ask for help about it."""

    out: frozenset[str]
    back: frozenset[str]
    help: frozenset[str]


def opt_words(book: Rulebook, channel: str, *, out: Iterable[str] = (), left_out: Iterable[str] = (), back: Iterable[str] = ()) -> OptWords:
    """Gathers the words of a channel: the common ones without those `left_out`, those that its rules name, and the operator's own."""
    named = book.named(channel)
    ruled = [r.predicate for r in book.known_on() if named in r.channels and "opt_out_words" in r.predicate]
    common = {_bare(w) for w in shipped_words("opt_out")} - {_bare(w) for w in left_out}
    mine = {"out": [*out], "back": [*back, *shipped_words("opt_back")], "help": []}
    for predicate in ruled:
        for kind, key in (("out", "opt_out_words"), ("back", "opt_in_words"), ("help", "help_words")):
            mine[kind] += predicate.get(key, ())
    common = {_bare(w) for w in shipped_words("opt_out")} - {_bare(w) for w in left_out}
    bare = {kind: frozenset(_bare(w) for w in words) for kind, words in mine.items()}
    return OptWords(out=bare["out"] | common, back=bare["back"], help=bare["help"])


def said(text: str) -> str:
    """Gives a short message as word lists hold it, "" for a long one."""
    return _said(text) if len(text) <= MESSAGE_CHARACTERS_MAX else ""


@lru_cache(maxsize=_REMEMBERED)
def _said(text: str) -> str:
    return _bare(text)


def _bare(text: str) -> str:
    return " ".join(fold(text).strip(_EDGES).split())


# -- a human -------------------------------------------------------------------------------------------------------------------
_PAIRS: Final = (("customer", "service"), ("customer", "support"), ("customer", "care"), ("support", "team"), ("team", "member"))
_ATTACHED: Final = ("لل", "ال", "ل", "ب", "و", "ف")


class _Lists(NamedTuple):
    alone: frozenset[str]
    talk: frozenset[str]
    transfer: frozenset[str]
    people: frozenset[str]
    somebody: frozenset[str]
    negations: frozenset[str]
    questions: frozenset[str]
    assistant: frozenset[str]


@cache
def _lists() -> _Lists:
    names = ("human_alone", "human_talk", "human_transfer", "human_people", "human_somebody", "not", "question", "assistant")
    return _Lists(*(frozenset(_bare(w) for w in shipped_words(name)) for name in names))


@lru_cache(maxsize=256)
def phrases(further: tuple[str, ...]) -> frozenset[str]:
    """Folds the operator's own phrases."""
    return frozenset(_bare(w) for w in further)


def asks_for_human(text: str, *, further: Sequence[str] = ()) -> bool:
    """Says whether a message asks for a human. A no or a question word in it asks for something else."""
    whole, lists = said(text), _lists()
    if not whole:
        return False
    if whole in lists.alone or whole in phrases(tuple(further)):
        return True
    words = tokens(text)  # those of the whole are the same, and these were asked for already
    if lists.talk.isdisjoint(words) and lists.transfer.isdisjoint(words):
        return False
    if words[0] in lists.questions or not lists.negations.isdisjoint(words):
        return False
    for place, word in enumerate(words):
        near = words[place + 1 : place + 1 + REACH_TOKENS]
        if (word in lists.talk and _names(near, lists.people | lists.somebody)) or (word in lists.transfer and _names(near, lists.people)):
            return True
        if word in lists.transfer and near[:1] == ["me"] and _names(near[1:], lists.somebody):
            return True
    return False


def _names(words: Sequence[str], people: frozenset[str]) -> bool:
    if any(one in people or any(one.startswith(a) and one[len(a) :] in people for a in _ATTACHED) for one in words):
        return True
    return any(pair in _PAIRS for pair in pairwise(words))


def asks_for_assistant(text: str) -> bool:
    """Says whether somebody who waits for a human would rather go on with the assistant."""
    return said(text) in _lists().assistant
