"""Disclose: says that an AI answers, and how to reach a human, where and when the rules ask for it."""

from collections.abc import Mapping
from typing import Literal

from wasl.domain.message import Option
from wasl.ports.standing import Standings
from wasl.service.attend import HUMAN_PICK
from wasl.service.duty_words import owe
from wasl.service.judging import Case, End

NAME = "disclosure"


class Disclose:
    """A step behind the rules: it fulfils the duties of their verdict by lines of ours, never by asking a model to.

    What it told is remembered once the answer is stored. Where the process dies between the two, it is told once more.
    """

    def __init__(
        self,
        *,
        standings: Standings,
        name: str,
        when: Literal["required", "always", "never"] = "required",
        offer_human: bool = True,
        own: Mapping[str, str] | None = None,
    ) -> None:
        self._standings = standings
        self._name = name
        self._when = when
        self._offer_human = offer_human
        self._own = own

    async def before(self, case: Case) -> End | None:
        """Puts the lines before the answer."""
        duties = {duty.kind: duty.rule for duty in case.verdict.duties} if case.verdict is not None else {}
        fresh = case.moment is not None and case.moment != "continued"
        human = self._offer_human and fresh and "way_to_human" in duties
        # Whoever is told of the human is told of the AI in the same line: then one memory serves both.
        ai = self._when != "never" and ("disclose_ai" in duties or human or (fresh and self._when == "always"))
        lines = []
        if ai:
            key = "disclosure_again" if case.moment == "human_to_bot" else "disclosure"
            lines.append(owe(key, language=case.language, own=self._own, name=self._name))
        if human:
            lines.append(owe("way_to_human", language=case.language))
            case.options.append(Option(id=HUMAN_PICK, title=owe("human_button", language=case.language)))
        if lines:
            case.preface.insert(0, " ".join(lines))
            rules = sorted({duties[kind] for kind in ("disclose_ai", "way_to_human") if kind in duties})
            case.kept[NAME] = {"ai": ai, "human": human, "moment": case.moment, "rules": rules}
        return None

    async def closes(self, case: Case) -> None:
        """Remembers what was told."""
        if NAME in case.kept:
            channel = case.address.key.channel
            await self._standings.disclosed(case.work.conversation_id, channel=channel, at_ms=case.turns[-1].accepted_at_ms)
