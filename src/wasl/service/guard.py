"""Guard: asks the rules before an answer is made, and before a provider is given the person's words."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import structlog

from wasl.domain.rule import Verdict
from wasl.domain.turn import Closing
from wasl.policy.act import Act
from wasl.policy.evaluate import evaluate
from wasl.policy.rulebook import Rulebook
from wasl.policy.situation import Situation, situation_of
from wasl.routing.choose import Bar
from wasl.routing.route import RouteCandidate
from wasl.service.acting import Parties, Party, answering, asking
from wasl.service.judging import Case, End
from wasl.service.rules_in_force import RulesInForce
from wasl.service.verdicts import because, kept
from wasl.service.words import say

log = structlog.get_logger(__name__)

NAME: Final = "guard"
"""Under which name a turn's verdict is kept."""
MUST_STAND: Final = frozenset({"paid_tier"})
"""Duties that only a setting fulfils: while one is open, a provider is not asked."""
KEPT_MAX: Final = 10_000
"""Judgements that are remembered; past it they are made anew."""

_Where = tuple[str, str, str | None, str, bool, bool, str, bool]


class Guard:
    """The step that asks the rules. `elsewhere` is where people find the operator's own page, for those who may not be answered here."""

    def __init__(self, *, rules: RulesInForce, parties: Parties, elsewhere: str | None = None) -> None:
        self._rules = rules
        self._parties = parties
        self._elsewhere = elsewhere
        self._bars: dict[_Where, tuple[str | None, tuple[str, ...]]] = {}
        self._verdicts: dict[Hashable, tuple[Verdict, dict[str, Any]]] = {}
        self._book = rules.book.digest

    async def before(self, case: Case) -> End | None:
        """Judges the answering, keeps the verdict with the turn, and bars the providers that may not have the words."""
        party = self._parties.get(case.address.key.channel)
        if party is None:
            return None
        act = answering(case, party)
        situation = situation_of(act)
        verdict, said = self._answering(situation, party)
        case.verdict = verdict
        told = case.kept[NAME] = dict(said)
        if verdict.effect == "refuse" and party.mode != "watch":
            return self._refused(case, verdict)
        barred: dict[str, list[str]] = {}
        told["barred"] = barred
        case.bars.append(self._bar(situation, party, barred))
        return None

    async def conclude(self, case: Case, closing: Closing) -> Closing:
        """Keeps the day's verdict with a turn, too, that another step ended before this one was asked."""
        party = self._parties.get(case.address.key.channel)
        if party is None or NAME in case.kept:
            return closing
        _, said = self._answering(situation_of(answering(case, party)), party)
        return replace(closing, verdicts={**closing.verdicts, NAME: dict(said)})

    def bars(self, case: Case) -> Sequence[Bar]:
        """Gives what keeps providers from the words of a case that is not judged yet: whoever asks a model before the answer heeds it."""
        party = self._parties.get(case.address.key.channel)
        return () if party is None else (self._bar(situation_of(answering(case, party)), party, {}),)

    def _refused(self, case: Case, verdict: Verdict) -> End:
        why = because(verdict)
        log.warning("the rules forbid an answer", turn=case.turns[0].id, channel=case.address.key.channel, why=why)
        text = say("held", language=case.language)
        if self._elsewhere:
            text += "\n\n" + say("elsewhere", language=case.language, link=self._elsewhere)
        return End(note=f"rules: {why}", state="noted", text=text)

    def _answering(self, s: Situation, party: Party) -> tuple[Verdict, dict[str, Any]]:
        """Judges the answering once for everything that has a say in it: nothing is counted or measured before there is an answer."""
        book = self._book_in_force()
        person, message = s.act.person, s.act.message
        kind = (
            s.primary,
            message.moment,
            message.group,
            person.business_id is not None and person.phone is None,
            s.act.mode,
            s.act.signals,
        )
        key = (party.name, s.day, s.region, s.part, s.assumed, s.code, *kind)
        found = self._verdicts.get(key)
        if found is None:
            verdict = evaluate(book, s.act)
            found = self._verdicts[key] = verdict, kept(verdict, mode=party.mode)
        return found

    def _book_in_force(self) -> Rulebook:
        """Gives the book; what was judged by another one, or was kept for too many places, is judged anew."""
        book = self._rules.book
        if book.digest != self._book or len(self._bars) + len(self._verdicts) >= KEPT_MAX:
            self._bars.clear()
            self._verdicts.clear()
            self._book = book.digest
        return book

    def _bar(self, situation: Situation, party: Party, barred: dict[str, list[str]]) -> Bar:
        """Makes the bar of one turn. What it bars, and by which rules, is written into `barred`."""
        act = situation.act
        place = (party.name, str(situation.day), situation.region, situation.part, situation.assumed, situation.primary)

        def bar(candidate: RouteCandidate) -> str | None:
            if candidate.keyless:
                return None  # nobody's words leave the house
            why, rules = self._judged(act, candidate, place)
            if why is not None:
                barred[candidate.name] = list(rules)
            return None if party.mode == "watch" else why

        return bar

    def _judged(
        self, act: Act, candidate: RouteCandidate, place: tuple[str, str, str | None, str, bool, bool]
    ) -> tuple[str | None, tuple[str, ...]]:
        """Judges a provider once for each place and day: nothing else of the person has a say in it."""
        book = self._book_in_force()
        key = (*place, candidate.name, act.mode == "lenient")
        found = self._bars.get(key)
        if found is None:
            found = self._bars[key] = _objections(evaluate(book, asking(act, candidate)), fulfilled=act.deployment.fulfilled)
        return found


def _objections(verdict: Verdict, *, fulfilled: frozenset[str]) -> tuple[str | None, tuple[str, ...]]:
    """Says why a provider may not be asked, and by which rules; (None, ()) when it may."""
    if verdict.effect == "refuse":
        return because(verdict), tuple(one.rule for one in verdict.reasons)
    for duty in verdict.duties:
        if duty.kind in MUST_STAND and duty.kind not in fulfilled and not duty.unsure:
            return f"{duty.rule}: {duty.text} Set `tier` of this candidate.", (duty.rule,)
    return None, ()


def barred_rules(told: Mapping[str, object]) -> Mapping[str, list[str]]:
    """Reads from a kept verdict which candidates were barred, by which rules."""
    found = told.get("barred")
    return found if isinstance(found, dict) else {}
