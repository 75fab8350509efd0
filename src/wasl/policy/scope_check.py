"""Scope check: how well a scope is told from general questions, and what the operator should add to it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from wasl.policy.packs import Packs
from wasl.policy.purpose import EXAMPLES_FEW, Classifier, Scope, learn_purpose
from wasl.wire.text import language

LANGUAGE_SHARE_MIN: Final = 0.05
"""Below it a language counts as missing."""
LANGUAGES: Final = ("ar", "en")
"""Languages that can be told from their words; of others nothing is said."""
SUBJECT_EXAMPLES_FEW: Final = 5
SUBJECTS_WEAK_MAX: Final = 5
SUBJECT_KEPT_MIN: Final = 0.9

Advice = Literal["more examples", "no statement", "missing language", "thin subject", "weak subject"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Advised:
    """One thing to add: to `what`, with the number that says why."""

    advice: Advice
    what: str
    number: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeReport:
    """How well a scope is known. `refused` is the share of own questions that would be taken for general ones, `leaked` the share
    of general prompts that would be taken for business; both by cross-validation."""

    examples: int
    refused: float
    leaked: float
    uncertain: float
    languages: Mapping[str, int]
    leaks: tuple[str, ...]
    advice: tuple[Advised, ...]
    classifier: Classifier


def check_scope(scope: Scope, packs: Packs) -> ScopeReport:
    """Learns a scope and tells how well it is known."""
    learnt = learn_purpose(scope, packs)
    texts = [own.text for own in scope.examples]
    odds = [learnt.odds(text) for text in texts]
    languages: Counter[str] = Counter(language(text) for text in texts)
    general = sorted(((learnt.judge(prompt.text).odds, prompt.text) for prompt in packs.general), reverse=True)
    return ScopeReport(
        examples=len(texts),
        refused=1 - learnt.kept,
        leaked=1 - learnt.stopped,
        uncertain=sum(learnt.low <= one <= learnt.high for one in odds) / len(odds) if odds else 1.0,
        languages=dict(languages),
        leaks=tuple(text for one, text in general[:5] if one > 0),
        advice=tuple(_advice(scope, learnt, languages)),
        classifier=learnt,
    )


def _advice(scope: Scope, learnt: Classifier, languages: Counter[str]) -> list[Advised]:
    found: list[Advised] = []
    total = len(scope.examples)
    if total < EXAMPLES_FEW:
        found.append(Advised(advice="more examples", what="", number=total))
    if not scope.statement:
        found.append(Advised(advice="no statement", what="", number=0))
    found += [
        Advised(advice="missing language", what=wanted, number=languages[wanted])
        for wanted in (scope.languages or LANGUAGES)
        if wanted in LANGUAGES and total and languages[wanted] / total < LANGUAGE_SHARE_MIN
    ]
    sizes = Counter(own.subject for own in scope.examples)
    found += [
        Advised(advice="thin subject", what=subject, number=size) for subject, size in sorted(sizes.items()) if size < SUBJECT_EXAMPLES_FEW
    ]
    weak = sorted((kept, subject) for subject, kept in learnt.weakest.items() if kept < SUBJECT_KEPT_MIN and sizes[subject])
    found += [Advised(advice="weak subject", what=subject, number=kept) for kept, subject in weak[:SUBJECTS_WEAK_MAX]]
    return found
