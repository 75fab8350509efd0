"""Explaining: the chain of rules that were looked at, which of them had a say, and why the others had none."""

from collections.abc import Iterator
from datetime import date
from typing import Literal, NamedTuple

from wasl.domain.rule import Verdict
from wasl.policy.act import Act
from wasl.policy.evaluate import bites, evaluate, select
from wasl.policy.rule import Rule
from wasl.policy.rulebook import Compiled, Rulebook, compiled
from wasl.policy.situation import Situation

Standing = Literal["applies", "kept", "not met", "elsewhere", "ended", "not yet", "not known"]


class Step(NamedTuple):
    """One rule of the chain. `key` is the part of the predicate that was not met, `day` the day on which it ended or begins."""

    rule: Rule
    standing: Standing
    key: str = ""
    day: date | None = None


class Chain(NamedTuple):
    """The steps, where and when they were judged, and the verdict."""

    steps: tuple[Step, ...]
    day: date
    region: str | None
    verdict: Verdict


_ORDER = ("applies", "kept", "not met", "elsewhere", "ended", "not yet", "not known")


def explain(book: Rulebook, act: Act, *, known: date | None = None) -> Chain:
    """Judges an act and tells of every rule of the channel and the provider why it had a say or had none. Raises SettingWrong."""
    verdict = evaluate(book, act, known=known)
    situation, _ = select(book, act, known=known)
    steps = sorted(_steps(book, act, situation, set(verdict.rules), known), key=lambda step: _ORDER.index(step.standing))
    return Chain(tuple(steps), situation.day, situation.region, verdict)


def _steps(book: Rulebook, act: Act, s: Situation, said: set[str], known: date | None) -> Iterator[Step]:
    channel = book.named(act.channel)
    told = set()
    for rule in book.concerning(channel=channel, provider=s.provider, known=known):
        told.add(rule.id)
        if s.day < rule.from_:
            yield Step(rule, "not yet", day=rule.from_)
        elif rule.to is not None and rule.to < s.day:
            yield Step(rule, "ended", day=rule.to)
        elif not book.reaches(rule, s.region, s.part, assumed=s.assumed):
            yield Step(rule, "elsewhere")
        elif rule.id in said:
            yield Step(rule, "applies")
        else:
            yield _silent(compiled(rule), s)
    if known is not None:
        for rule in book.concerning(channel=channel, provider=s.provider):
            if rule.id not in told:
                yield Step(rule, "not known", day=rule.seen)


def _silent(one: Compiled, s: Situation) -> Step:
    if bites(one, s):
        return Step(one.rule, "kept")
    return Step(one.rule, "not met", key=next(key for key, test in one.tests if not test(s)))
