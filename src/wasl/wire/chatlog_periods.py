"""Words for parts of the day ("PM", "م", "오후", "in the afternoon"), understood by the pair that a file uses.

The table is CLDR's (chatlog_periods.toml). Some words mean the morning in one language and the afternoon in another, so a word
is understood by the language that knows most of the file's words, never by itself where that matters.
"""

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Set
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final, NamedTuple

from wasl.wire.chatlog_marks import squeezed

Span = tuple[int, int]
"""From and before, in minutes of the day; the end may lie behind midnight (and then be smaller)."""
Spans = tuple[Span, ...]
"""A word may stand for several: "at night" is late and early."""

MORNING: Final[Span] = (0, 720)
AFTERNOON: Final[Span] = (720, 1440)
HOURS_OF_HALF_MIN: Final = 9
"""Different hours beside one word, from which it is no shorter part of the day."""
NOON_MINUTES: Final = 30
HALVES: Final = (MORNING, AFTERNOON)
_FURTHER: Final[Mapping[str, tuple[Span, str]]] = {
    "清晨": ((300, 480), "zh yue"), "早上": ((300, 720), "zh yue"), "傍晚": ((1020, 1140), "zh yue"), "半夜": ((0, 300), "zh yue"),
    "午夜": ((1410, 30), "zh yue"), "深夜": ((1380, 240), "zh ja"), "vorm": (MORNING, "de"), "nachm": (AFTERNOON, "de"),
    "صباحا": (MORNING, "ar"), "مساء": (AFTERNOON, "ar"), "ظهرا": ((720, 900), "ar"),
    "לפנהצ": (MORNING, "he"), "אחהצ": (AFTERNOON, "he"), "לפנה\"צ": (MORNING, "he"), "אחה\"צ": (AFTERNOON, "he"),
    "قبلازظهر": (MORNING, "fa"), "بعدازظهر": (AFTERNOON, "fa"), "قظ": (MORNING, "fa"), "بظ": (AFTERNOON, "fa"),
    "pg": (MORNING, "ms"), "ptg": (AFTERNOON, "ms"), "fm": (MORNING, "sv"), "em": (AFTERNOON, "sv"), "nachmittags": (AFTERNOON, "de"),
    "morgens": (MORNING, "de"), "abends": (AFTERNOON, "de"), "mañana": (MORNING, "es"), "tarde": (AFTERNOON, "es"),
    "noche": ((1140, 300), "es"), "पूर्वाह्न": (MORNING, "hi"), "अपराह्न": (AFTERNOON, "hi"),
    "முற்பகல்": (MORNING, "ta"), "பிற்பகல்": (AFTERNOON, "ta"), "قبلدوپہر": (MORNING, "ur"), "بعددوپہر": (AFTERNOON, "ur"),
    "پن": (MORNING, "ckb"),
}  # fmt: skip
"""Words that were seen in chats and are not in CLDR's table."""


class _Table(NamedTuple):
    words: Mapping[str, Mapping[str, Spans]]
    orders: Mapping[str, str]


@cache
def _table() -> _Table:
    read = tomllib.loads((files("wasl.wire") / "chatlog_periods.toml").read_text(encoding="utf-8"))
    words: dict[str, dict[str, Spans]] = {}
    for hours, known in read["words"].items():
        start, _, end = hours.partition("-")
        span = (_minutes(start), _minutes(end))
        for word, languages in known.items():
            for language in languages.split():
                _add(words.setdefault(word, {}), language, span)
    for word, (span, languages) in _FURTHER.items():
        for language in languages.split():
            _add(words.setdefault(word, {}), language, span)
    orders = {language: order for order, languages in read["orders"].items() for language in languages.split()}
    return _Table(words, orders)


def _add(meanings: dict[str, Spans], language: str, span: Span) -> None:
    """Adds a meaning; half a day (AM, PM) is the whole meaning where a word has it beside a shorter part."""
    known = meanings.get(language, ())
    if any(span in HALVES for span in known):
        return
    meanings[language] = (span,) if span in HALVES else (*known, span)


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[2:])


def is_period(word: str) -> bool:
    """Says whether any language uses the word for a part of the day."""
    return squeezed(word) in _table().words


def date_order(language: str) -> str | None:
    """Gives how a language orders a short date (dmy, mdy, ymd), or None for one that CLDR does not know."""
    return _table().orders.get(language)


class Periods:
    """The parts of the day of one file, learned from the words seen so far."""

    def __init__(
        self, words: Iterable[str] = (), *, languages: Iterable[str] = (), hours: Mapping[str, Set[int]] = MappingProxyType({})
    ) -> None:
        self._halves: dict[str, Spans] = {}
        self._seen: set[str] = set()
        self._languages = tuple(languages)
        self._known: dict[str, Spans] = {}
        for word in words:
            self.spans(word)
        self._halve(hours)

    def spans(self, word: str) -> Spans | None:
        """Gives the parts of the day that a word stands for in this file, or None for a word of no language."""
        token = squeezed(word)
        if token not in self._seen:
            self._seen.add(token)
            self._learn()
        return self._halves.get(token) or self._known.get(token)

    def _halve(self, hours: Mapping[str, Set[int]]) -> None:
        """Takes the only two words of a file for the halves of the day, where one of them stands beside more hours than a shorter part has:
        some languages use the word for noon for all that follows it."""
        if len(hours) != 2 or max(map(len, hours.values())) < HOURS_OF_HALF_MIN:
            return
        (early, first), (late, second) = sorted(((squeezed(word), self.spans(word) or ()) for word in hours), key=lambda one: one[1])
        if _within(first, MORNING) and _within(second, AFTERNOON):
            self._halves = {early: HALVES[:1], late: HALVES[1:]}

    def _learn(self) -> None:
        table = _table().words
        score: Counter[str] = Counter()
        for token in self._seen:
            score.update(table.get(token, {}).keys())
        for rank, language in enumerate(self._languages):
            if language in score:
                score[language] += 2 if rank == 0 else 1
        for token in self._seen:
            meanings = table.get(token)
            if meanings:
                best = max(score[language] for language in meanings)
                said = Counter(spans for language, spans in meanings.items() if score[language] == best)
                self._known[token] = min(said, key=lambda spans: (spans[0] not in HALVES, -said[spans], spans))


def hour_of_day(hour: int, minute: int, spans: Spans | None) -> int:
    """Gives the hour of a 24-hour clock: of the two that a 12-hour clock could mean, the one in (or nearest to) the part of the day."""
    if spans is None or hour > 12:
        return hour
    early = hour % 12
    morning, evening = (min(_distance(hours * 60 + minute, span) for span in spans) for hours in (early, early + 12))
    return early if morning <= evening else early + 12


def _within(spans: Spans, half: Span) -> bool:
    """Says whether a word stands for parts of one half of the day only, noon apart: "at night" does not."""
    return bool(spans) and all(half[0] - NOON_MINUTES <= start < end <= half[1] for start, end in spans)


def _distance(at: int, span: Span) -> int:
    start, end = span
    length = (end - start) % 1440 or 1440
    behind = (at - start) % 1440
    return 0 if behind < length else min(behind - length + 1, 1440 - behind)
