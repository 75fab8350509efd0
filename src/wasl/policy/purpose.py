"""Purpose: whether a message is for the operator's business or a general-purpose request. No model, no download.

One linear class is learnt for a scope from its own examples, the questions that customers ask every kind of business, and, on the
other side, general prompts and general prompts in disguise. Its zero point comes from cross-validation. A second one knows talk
that says nothing about purpose. A message is judged as a whole and by its segments, because one sentence may be ours and the
next one not.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from wasl.policy.features import IDEA, STEM, Features, features
from wasl.policy.ideas import is_task
from wasl.policy.linear import Example, Linear, learn
from wasl.policy.packs import Packs
from wasl.policy.segments import SEGMENTS_MAX, clauses, segments
from wasl.wire.text import fold

Label = Literal["business", "general", "mixed", "neutral", "uncertain"]

BAND: Final = 1.0
"""Log-odds on either side of the zero point that are too close to tell."""
VERSION_CHARACTERS: Final = 12
METHOD: Final = "5"
"""Grows when the same examples and packs would be learnt to other weights."""
NEUTRAL_CHARACTERS_MAX: Final = 120
"""Longer messages are about something."""
FOLDS: Final = 3
HELD_ROUNDS: Final = 2
"""Of learning, where something is left out to find the border: enough for that, and quicker."""
EXAMPLES_LEARNT_MAX: Final = 900
"""Of one scope; of more, every so many-th is taken, because more say little more and learning has to stay quick."""
STATEMENT_CHARACTERS_MAX: Final = 4_000
EXAMPLES_FEW: Final = 30
"""With fewer, a scope is hardly known, and the command says so."""

_OWN_TOTAL: Final = 500.0
_OWN_EACH_MAX: Final = 10.0
_NEUTRAL_WEIGHT: Final = 0.7
_NEUTRAL_OWN_WEIGHT: Final = 0.5
"""Of talk, where business is learnt: it is business less for what it says than for what it does not say."""
_NOVEL_WEIGHT: Final = 1.0
"""What a word that talk never uses counts against a message being talk; found by leaving kinds of general prompts out."""
_TALK_ODDS_MIN: Final = -0.5
_DISGUISE_WEIGHT: Final = 0.7
_DISGUISES_EACH: Final = 4
_TOPICS_MAX: Final = 40
_TOPIC_CHARACTERS_MIN: Final = 4
_ZERO_FIRST: Final = 0.4
"""Where the border lies best for a business that is hardly known: found by leaving each business of the packs out and learning it from a
dozen of its questions; from -0.3 to 0.5 it was equally good, and a fresh set of questions to eight businesses lay in between."""
_ZERO_TRUST: Final = 60.0
_SEGMENT_SHARE: Final = 0.5
_CLAUSE_GENERAL: Final = -2.0
"""Of a clause by itself, which says less than a sentence: below it, it is clearly general."""
_SURE: Final = 3.0
"""A segment above it is business, whatever one of its clauses looks like alone."""
_PHRASES_MAX: Final = 60
"""Of a statement."""
_PHRASE_CHARACTERS_MIN: Final = 3
_PHRASE: Final = re.compile(r"[:,.;!?،؛؟\n]+|\s(?:and|or)\s")
_STEPS: Final = tuple(step / 10 for step in range(-20, 31))


class Own(NamedTuple):
    """One example of what the operator's customers ask, and its subject."""

    text: str
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What the assistant is for. `also` are further subjects that are the operator's own, `forbidden` those that are not, `languages`
    those that its customers write (two letters), for which examples are asked."""

    name: str
    statement: str = ""
    examples: tuple[Own, ...] = ()
    also: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()

    @property
    def version(self) -> str:
        """Names what stands in it: the same content has the same version, whatever the file is called or how it is laid out."""
        told = [self.name, self.statement, self.examples, self.also, self.forbidden]
        return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()[:VERSION_CHARACTERS]


class Part(NamedTuple):
    """A segment and the log-odds that it is business, zero being the border."""

    text: str
    odds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a message is for. `odds` are log-odds with the border at zero; `business` holds the segments to be answered."""

    label: Label
    odds: float
    parts: tuple[Part, ...]
    business: str = ""
    general: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Classifier:
    """A scope, learnt. `kept` and `stopped` are the shares of own examples and of general prompts of known kinds that cross-validation
    got right; odds between `low` and `high` are too close to tell. `talk_words` are the stems that talk is made of. `version` names
    packs and method, `scope_version` what was learnt."""

    scope: str
    own: Linear
    talk: Linear
    talk_words: frozenset[str]
    zero: float
    kept: float
    stopped: float
    weakest: Mapping[str, float] = field(default_factory=dict)
    low: float = -BAND
    high: float = BAND
    version: str = ""
    scope_version: str = ""

    def odds(self, text: str) -> float:
        """Gives the log-odds that a text is business, the border at zero."""
        return self.own.odds(features(text)) - self.zero

    def judge(self, text: str) -> Judged:
        """Judges a message by itself; what it inherits from the talk around it is the caller's to know."""
        seen = features(text)
        whole = self.own.odds(seen) - self.zero
        if len(text) <= NEUTRAL_CHARACTERS_MAX and self._is_talk(seen):
            return Judged(label="neutral", odds=max(whole, self.high), parts=(Part(text, max(whole, self.high)),), business=text)
        parts = self._parts(text, whole)
        if len(parts) == 1:
            return Judged(label=self._label(whole), odds=whole, parts=(Part(text, whole),), business=text if whole > self.low else "")
        worst, best = min(part.odds for part in parts), max(part.odds for part in parts)
        odds = (1 - _SEGMENT_SHARE) * whole + _SEGMENT_SHARE * worst
        if worst < self.low and best > self.high:
            label: Label = "mixed"
        else:
            label = self._label(odds if worst < self.low else max(odds, worst))
        return Judged(
            label=label,
            odds=odds,
            parts=parts,
            business=" ".join(part.text for part in parts if part.odds > self.low),
            general=" ".join(part.text for part in parts if part.odds <= self.low),
        )

    def _parts(self, text: str, whole: float) -> tuple[Part, ...]:
        """Cuts a message into its segments, and a segment into its clauses where one of them sets a clearly general task: in "while I
        wait for my cake, write a poem" the first clause hides the second."""
        pieces = segments(text)
        if len(pieces) == 1:
            return self._clauses(text, whole) or (Part(text, whole),)
        found: list[Part] = []
        for piece in pieces:
            odds = self._part_odds(piece)
            found += self._clauses(piece, odds) or (Part(piece, odds),)
        return tuple(found[:SEGMENTS_MAX])

    def _clauses(self, piece: str, odds: float) -> tuple[Part, ...]:
        cut = clauses(piece) if odds < _SURE else ()
        if len(cut) < 2:
            return ()
        seen = [features(clause) for clause in cut]
        parts = tuple(Part(clause, self._odds_of(each)) for clause, each in zip(cut, seen, strict=True))
        general = (each for part, each in zip(parts, seen, strict=True) if part.odds < _CLAUSE_GENERAL)
        return parts if any(name[0] == IDEA and is_task(name[1:]) for each in general for name in each) else ()

    def _part_odds(self, piece: str) -> float:
        return self._odds_of(features(piece))

    def _odds_of(self, seen: Features) -> float:
        odds = self.own.odds(seen) - self.zero
        return max(odds, self.high) if self._is_talk(seen) else odds

    def _is_talk(self, seen: Features) -> bool:
        """Says whether a text is about nothing: every word that talk never uses makes it less so."""
        novel = sum(1 for name in seen if name[0] == STEM and name not in self.talk_words)
        return self.talk.odds(seen) - _NOVEL_WEIGHT * novel > _TALK_ODDS_MIN

    def _label(self, odds: float) -> Label:
        return "business" if odds > self.high else "general" if odds < self.low else "uncertain"


class _Rows(NamedTuple):
    """What is learnt from, by group. Beside each general prompt stands the fold it is left out with, beside each disguise that of what
    it hides."""

    own: list[Example]
    told: list[Example]
    others: list[Example]
    general: list[tuple[Example, int]]
    talk: list[Example]
    disguised: list[tuple[Example, int]]

    def all(self) -> list[Example]:
        """Everything."""
        return self._known() + self.own + [row for row, _ in self.general + self.disguised]

    def without(self, fold_number: int) -> list[Example]:
        """Everything but one fold of the own examples and one of the kinds of general prompts."""
        own = [row for place, row in enumerate(self.own) if place % FOLDS != fold_number]
        return self._known() + own + [row for row, other in self.general + self.disguised if other != fold_number]

    def _known(self) -> list[Example]:
        return self.told + self.others + [row._replace(weight=_NEUTRAL_OWN_WEIGHT) for row in self.talk]


def learn_purpose(scope: Scope, packs: Packs) -> Classifier:
    """Learns a scope; takes a second or two of CPU for some hundred examples."""
    own = _some([*scope.examples, *(Own(text) for text in scope.also)])
    weight = max(1.0, min(_OWN_EACH_MAX, _OWN_TOTAL / max(1, len(own))))
    general, folds, wholes = _general(scope, packs)
    names: dict[str, str] = {}

    def shown(text: str) -> Features:
        """Holds the name of a feature once, in however many texts it shows."""
        return {names.setdefault(name, name): value for name, value in features(text).items()}

    rows = _Rows(
        own=[Example(shown(example.text), True, weight) for example in own],
        told=[Example(shown(phrase), True, weight) for phrase in _phrases(scope.statement)],
        others=[Example(shown(prompt.text), True) for prompt in packs.business],
        general=[(Example(shown(text), False), fold_number) for text, fold_number in zip(general, folds, strict=True)],
        talk=[Example(shown(prompt.text), True, _NEUTRAL_WEIGHT) for prompt in packs.neutral],
        disguised=[
            (Example(shown(text), False, _DISGUISE_WEIGHT), folds[place] if place is not None else turn % FOLDS)
            for turn, (text, place) in enumerate(_disguised(own, general, packs))
        ],
    )
    kept, stopped = _held_out(rows)
    zero = _zero(kept, stopped)
    like_known = [odds for odds, whole in zip(stopped, wholes, strict=True) if not whole]
    weakest: dict[str, list[bool]] = {}
    for example, odds in zip(own, kept, strict=True):
        weakest.setdefault(example.subject, []).append(odds > zero)
    return Classifier(
        scope=scope.name,
        own=learn(rows.all()),
        talk=learn(rows.talk + _about_something(rows)),
        talk_words=frozenset(name for row in rows.talk for name in row.features if name[0] == STEM),
        zero=zero,
        kept=_share(odds > zero for odds in kept),
        stopped=_share(odds <= zero for odds in like_known),
        weakest={subject: sum(right) / len(right) for subject, right in weakest.items()},
        version=classifier_version(packs),
        scope_version=scope.version,
    )


def _general(scope: Scope, packs: Packs) -> tuple[list[str], list[int], list[bool]]:
    """Gives the general prompts, what the operator forbids among them, the fold each is left out with, and whether its kind is
    left out whole: every second one is, for people ask for kinds that nobody thought of; of the others every so many-th prompt is."""
    numbers: dict[str, int] = {}
    folds, wholes = [], []
    for place, prompt in enumerate(packs.general):
        kind = numbers.setdefault(prompt.kind, len(numbers))
        wholes.append(kind % 2 == 0)
        folds.append((kind // 2 if wholes[-1] else place) % FOLDS)
    folds += [place % FOLDS for place in range(len(scope.forbidden))]
    wholes += [False] * len(scope.forbidden)
    return [prompt.text for prompt in packs.general] + list(scope.forbidden), folds, wholes


def _phrases(statement: str) -> list[str]:
    """Cuts what the operator says of the business into its subjects."""
    found = [phrase.strip() for phrase in _PHRASE.split(statement[:STATEMENT_CHARACTERS_MAX])]
    return [phrase for phrase in found if len(phrase) >= _PHRASE_CHARACTERS_MIN][:_PHRASES_MAX]


def classifier_version(packs: Packs) -> str:
    """Names the packs and the way of learning."""
    digest = hashlib.sha256("\n".join(prompt.text for pack in packs for prompt in pack).encode()).hexdigest()
    return f"{METHOD}.{digest[:VERSION_CHARACTERS]}"


def _some(own: Sequence[Own]) -> list[Own]:
    """Takes as many as are learnt, from everywhere in the list."""
    if len(own) <= EXAMPLES_LEARNT_MAX:
        return list(own)
    return [own[place * len(own) // EXAMPLES_LEARNT_MAX] for place in range(EXAMPLES_LEARNT_MAX)]


def _about_something(rows: "_Rows") -> list[Example]:
    """Everything that is about something."""
    return [row._replace(is_of_class=False) for row in (*rows.own, *rows.others, *(row for row, _ in rows.general))]


def _disguised(own: Sequence[Own], general: Sequence[str], packs: Packs) -> list[tuple[str, int | None]]:
    """Dresses general prompts as questions about the scope's own subjects, in the ways that the evasive pack gives, each in the
    language and the letters of its dress; with each stands the place of the prompt in it."""
    seen = Counter(word.strip("?.,!؟،") for example in own for word in sorted(set(fold(example.text).split())))
    topics = [word for word, _ in seen.most_common(_TOPICS_MAX + 3) if len(word) >= _TOPIC_CHARACTERS_MIN] or ["order"]
    written = {arabic: [word for word in topics if _is_arabic(word) == arabic] or topics for arabic in (False, True)}
    spoken: dict[str, list[int]] = {}
    for place, prompt in enumerate(packs.general):
        spoken.setdefault(prompt.language, []).append(place)
    found: list[tuple[str, int | None]] = []
    for prompt in packs.evasive:
        places = spoken.get(prompt.language) or range(len(general))
        subjects = written[_is_arabic(prompt.text)]
        for turn in range(_DISGUISES_EACH):
            place = len(found)
            words = prompt.text
            while "{topic}" in words:
                words = words.replace("{topic}", subjects[(place * 7 + turn) % len(subjects)], 1)
                place += 1
            hidden = places[(len(found) * 37) % len(places)] if "{general}" in words else None
            found.append((words if hidden is None else words.replace("{general}", general[hidden]), hidden))
    return found


def _is_arabic(text: str) -> bool:
    return any("\u0600" <= letter <= "\u06ff" for letter in text)


def _held_out(rows: _Rows) -> tuple[list[float], list[float]]:
    """Gives the odds of own examples and of general prompts, each by a class that was learnt without it."""
    own = [0.0] * len(rows.own)
    general = [0.0] * len(rows.general)
    for number in range(FOLDS):
        learnt = learn(rows.without(number), rounds=HELD_ROUNDS)
        for place in range(number, len(own), FOLDS):
            own[place] = learnt.odds(rows.own[place].features)
        for place, (row, fold_number) in enumerate(rows.general):
            if fold_number == number:
                general[place] = learnt.odds(row.features)
    return own, general


def _zero(kept: Sequence[float], stopped: Sequence[float]) -> float:
    """Puts the border where both sides are told apart best; few examples move it little from where it usually lies."""
    if not kept:
        return _ZERO_FIRST
    best = max(
        _STEPS, key=lambda step: (_share(odds > step for odds in kept) + _share(odds <= step for odds in stopped), -abs(step - _ZERO_FIRST))
    )
    return (len(kept) * best + _ZERO_TRUST * _ZERO_FIRST) / (len(kept) + _ZERO_TRUST)


def _share(rights: Iterable[bool]) -> float:
    listed = list(rights)
    return sum(listed) / len(listed) if listed else 1.0
