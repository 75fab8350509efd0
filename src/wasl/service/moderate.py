"""Moderate: looks at words before a model is asked and before its answer is sent; leads whoever may be in danger to help and a human."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import structlog

from wasl.domain.errors import WaslError
from wasl.domain.handoff import HandoffWhy
from wasl.policy.moderation import emergency, offence
from wasl.ports.moderator import Moderator, Ruling, Side
from wasl.ports.standing import EMERGENCY_NOTE
from wasl.service.duty_words import owe
from wasl.service.hand_over import HandOver
from wasl.service.judging import Case, End
from wasl.service.words import words_of

log = structlog.get_logger(__name__)

NAME: Final = "moderation"
PASS: Final = Ruling(action="pass")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standards:
    """What the settings say."""

    lists: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    looks_at: tuple[Side, ...] = ("question", "answer")
    when_it_fails: Literal["pass", "hold"] = "pass"
    refusal: Mapping[str, str] = field(default_factory=dict)
    emergencies: bool = True
    emergency: Mapping[str, str] = field(default_factory=dict)
    emergency_words: tuple[str, ...] = ()
    human: bool = True


class Moderate:
    """The step. What it found is kept with the turn under its name."""

    def __init__(self, *, hand_over: HandOver, standards: Standards, moderators: Sequence[Moderator] = ()) -> None:
        self._hand_over = hand_over
        self._standards = standards
        self._moderators = tuple(moderators)

    async def before(self, case: Case) -> End | None:
        """Ends a turn that sounds like an emergency, or that may not be answered."""
        words = _words(case)
        if (end := await self._help(case, words)) is not None:
            return end
        ruling = await self._rule(case, words, side="question")
        if ruling.action == "pass":
            case.unseen |= self._looks_at_answers
            return None
        if ruling.action == "human":
            await self._to_human(case, why="moderation")
            return End(note=f"held by moderation: {ruling.label}", text=self._held(case))
        return End(note=f"refused by moderation: {ruling.label}", text=self._refusal(case))

    async def help(self, case: Case) -> End | None:
        """Leads whoever may be in danger to help and a human; None when nothing sounds like it."""
        return await self._help(case, _words(case))

    async def _help(self, case: Case, words: str) -> End | None:
        if not self._standards.emergencies or (kind := emergency(words, further=self._standards.emergency_words)) is None:
            return None
        self._keep(case, "question", by="emergency words", action="human", label=kind)
        await self._to_human(case, why="emergency")
        text = owe(f"emergency_{kind}", language=case.language, own=self._standards.emergency)
        return End(note=f"{EMERGENCY_NOTE}: {kind}", text=text, author="assistant")

    async def after(self, case: Case, text: str) -> str:
        """Replaces an answer that may not be sent."""
        ruling = await self._rule(case, text, side="answer")
        if ruling.action == "pass":
            return text
        case.options.clear()
        if ruling.action == "human":
            await self._to_human(case, why="moderation")
            return self._held(case)
        return self._refusal(case)

    # -- private
    @property
    def _looks_at_answers(self) -> bool:
        standards = self._standards
        return "answer" in standards.looks_at and bool(standards.lists or standards.patterns or self._moderators)

    async def _rule(self, case: Case, text: str, *, side: Side) -> Ruling:
        standards = self._standards
        if side not in standards.looks_at or not text:
            return PASS
        if found := offence(text, lists=standards.lists, patterns=standards.patterns):
            self._keep(case, side, by="words", action="refuse", label=found)
            return Ruling(action="refuse", label=found)
        for moderator in self._moderators:
            ruling = await self._ask(case, moderator, text, side=side)
            if ruling.action != "pass":
                return ruling
        return PASS

    async def _ask(self, case: Case, moderator: Moderator, text: str, *, side: Side) -> Ruling:
        by = type(moderator).__name__
        try:
            ruling = await moderator.look(text, side=side, channel=case.address.key.channel, language=case.language)
        except WaslError as error:
            log.error("a moderator did not answer", by=by, side=side, falls=self._standards.when_it_fails, why=error.message)
            ruling = Ruling(action="human" if self._standards.when_it_fails == "hold" else "pass", label="no answer")
        self._keep(case, side, by=by, action=ruling.action, label=ruling.label)
        return ruling

    def _keep(self, case: Case, side: Side, *, by: str, action: str, label: str) -> None:
        kept: list[dict[str, Any]] = case.kept.setdefault(NAME, [])
        kept.append({"side": side, "by": by, "action": action, "label": label})

    async def _to_human(self, case: Case, *, why: HandoffWhy) -> None:
        if self._standards.human:
            await self._hand_over.open(case.work.conversation_id, channel=case.address.key.channel, why=why)

    def _held(self, case: Case) -> str:
        return owe("moderated", language=case.language) if self._standards.human else self._refusal(case)

    def _refusal(self, case: Case) -> str:
        return owe("refused", language=case.language, own=self._standards.refusal)


def _words(case: Case) -> str:
    return "\n".join(words_of(turn.parts) for turn in case.turns)
