"""Reply: whether an answer looks like one of a general assistant, whatever its question looked like. No model, no download.

A question dressed as one about the business still brings a poem, a program or an essay: these show in the answer's own words, in its
length and in its form. What the operator's documents say too speaks for it, and so does a question that was surely the business's.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from wasl.policy.purpose import Classifier

REPLY_CHARACTERS_MAX: Final = 4_000
GENERAL_BELOW: Final = -2.5
BUSINESS_ABOVE: Final = -1.0
"""Answers are statements, not the questions that were learnt: the border lies lower, and wide."""
LONG_CHARACTERS: Final = 900
"""Answers of a business are shorter; from here on, length speaks against one."""

_LONG_EACH: Final = 600.0
_LONG_MAX: Final = 2.5
_CODE: Final = 4.0
_VERSE: Final = 1.5
_SUPPORT: Final = 3.0
_QUESTION_SHARE: Final = 0.5
_QUESTION_MAX: Final = 4.0
_VERSE_LINES_MIN: Final = 4
_VERSE_CHARACTERS_MAX: Final = 60
_VERSE_SHARE: Final = 0.8
_CODE_LINES_MIN: Final = 3
_FENCE: Final = "```"
_CODE_LINE: Final = re.compile(
    r"^\s*(?:def |class |import |from \w+ import |function |const |let |var |#include|public |return\b|SELECT |<\w+[ >]|\}|\{)"
)
_LIST_LINE: Final = re.compile(r"^\s*(?:[-*•]|\d+[.)-])\s")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyJudged:
    """What an answer looks like: `odds` are log-odds that it is the business's; `why` names what spoke against it."""

    label: Literal["business", "general", "uncertain"]
    odds: float
    why: tuple[str, ...] = ()


def judge_reply(classifier: Classifier, text: str, *, question_odds: float = 0.0, support: float = 0.0) -> ReplyJudged:
    """Judges an answer. `question_odds` are those of its question, `support` (0 to 1) says how well a passage of the operator's
    documents fits it."""
    words = text[:REPLY_CHARACTERS_MAX]
    lines = [line for line in words.splitlines() if line.strip()]
    odds = classifier.odds(words)
    odds += _QUESTION_SHARE * max(-_QUESTION_MAX, min(_QUESTION_MAX, question_odds)) + _SUPPORT * max(0.0, min(1.0, support))
    why: list[str] = []
    if _has_code(words, lines):
        odds -= _CODE
        why.append("code")
    if _is_verse(lines):
        odds -= _VERSE
        why.append("verse")
    if len(text) > LONG_CHARACTERS:
        odds -= min(_LONG_MAX, (len(text) - LONG_CHARACTERS) / _LONG_EACH)
        why.append("long")
    label: Literal["business", "general", "uncertain"] = (
        "general" if odds < GENERAL_BELOW else "business" if odds >= BUSINESS_ABOVE else "uncertain"
    )
    return ReplyJudged(label=label, odds=odds, why=tuple(why))


def _has_code(text: str, lines: Sequence[str]) -> bool:
    return text.count(_FENCE) > 1 or sum(_CODE_LINE.match(line) is not None for line in lines) >= _CODE_LINES_MIN


def _is_verse(lines: Sequence[str]) -> bool:
    """Many short lines that are no list."""
    short = sum(len(line) <= _VERSE_CHARACTERS_MAX and _LIST_LINE.match(line) is None for line in lines)
    return len(lines) >= _VERSE_LINES_MIN and short >= _VERSE_SHARE * len(lines)
