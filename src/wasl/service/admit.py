"""Admit: the gate before every send. It judges by the rules and the moment, and keeps what it said with the delivery."""

from dataclasses import replace
from typing import Any, Final

import structlog

from wasl.domain.delivery import Outgoing
from wasl.domain.errors import HeldByRule
from wasl.domain.ids import ConversationId
from wasl.domain.rule import Duty, Verdict
from wasl.domain.turn import Settling
from wasl.policy.act import Act
from wasl.policy.evaluate import evaluate
from wasl.ports.clock import Clock
from wasl.service.acting import Parties, Party, sending
from wasl.service.judging import Admission, Admitted, Denied, Waits
from wasl.service.rules_in_force import RulesInForce
from wasl.service.verdicts import Waiting, because, kept

log = structlog.get_logger(__name__)

LOOK_AGAIN_MS: Final = 6 * 3_600_000
"""What waits for a person or for the operator is looked at again so often: rules, templates and settings change."""
HELD_DAYS_MAX: Final = 30
"""What was held for so long is given up: nobody expects it any more."""
_DAY_MS: Final = 86_400_000
BLOCKING: Final = frozenset({"opt_in", "registration", "permission", "unsubscribe"})
"""Duties without which nothing may be sent, and that no code fulfils by itself: while one is open, what it concerns is held."""


class Admit:
    """The gate."""

    def __init__(self, *, rules: RulesInForce, parties: Parties, clock: Clock) -> None:
        self._rules = rules
        self._parties = parties
        self._clock = clock

    async def admit(self, outgoing: Outgoing, *, conversation_id: ConversationId) -> Admission:
        """Judges one delivery."""
        party = self._parties.get(outgoing.address.key.channel)
        if party is None:
            return Admitted(outgoing=outgoing)
        now = self._clock.now_ms()
        act = sending(outgoing, party, at_ms=now)
        verdict = evaluate(self._rules.book, act)
        open_duty = self._open(verdict, party)
        if party.mode == "watch" or (verdict.effect in ("allow", "rewrite") and open_duty is None):
            return Admitted(outgoing=outgoing, verdict=kept(verdict, mode=party.mode))
        if verdict.effect == "refuse" and not self._opens(act):
            return Denied(why=HeldByRule(because(verdict)), verdict=kept(verdict, mode=party.mode))
        if verdict.effect == "hold" and verdict.until_ms is not None:
            return self._wait(outgoing, verdict, party, waits_for="time", until_ms=verdict.until_ms)
        if open_duty is not None:
            return self._wait(outgoing, verdict, party, waits_for="operator", duty=open_duty)
        return self._wait(outgoing, verdict, party, waits_for="person")

    async def settled(self, outgoing: Outgoing, settling: Settling) -> None:
        """Is told what became of it."""

    def _open(self, verdict: Verdict, party: Party) -> Duty | None:
        """Gives a duty that must be fulfilled before sending and is not; what is not certain is passed over where that is lenient."""
        if verdict.effect == "refuse":
            return None
        for duty in verdict.duties:
            if duty.kind in BLOCKING and duty.kind not in party.deployment.fulfilled and not (duty.unsure and party.mode == "lenient"):
                return duty
        return None

    def _opens(self, act: Act) -> bool:
        """Says whether what is refused would be allowed once the person writes: only the window, or their first word, is lacking."""
        heard = replace(act.person, last_inbound_ms=act.at_ms)
        return evaluate(self._rules.book, replace(act, person=heard)).effect != "refuse"

    def _wait(
        self,
        outgoing: Outgoing,
        verdict: Verdict,
        party: Party,
        *,
        waits_for: Waiting,
        until_ms: int | None = None,
        duty: Duty | None = None,
    ) -> Admission:
        now = self._clock.now_ms()
        why = because(verdict) if duty is None else f"{duty.rule}: {duty.text}"
        told: dict[str, Any] = kept(verdict, mode=party.mode, waits_for=waits_for)
        if duty is not None:
            told["reasons"] = [{"rule": duty.rule, "en": duty.text, "ar": duty.arabic}]
        if until_ms is None and now - made_at_ms(outgoing.id) > HELD_DAYS_MAX * _DAY_MS:
            told.pop("waits_for", None)
            return Denied(why=HeldByRule(f"held for {HELD_DAYS_MAX} days, and still: {why}"), verdict=told)
        log.info("a delivery is held by a rule", delivery=outgoing.id, waits_for=waits_for, why=why)
        return Waits(due_at_ms=now + LOOK_AGAIN_MS if until_ms is None else until_ms, why=HeldByRule(why), verdict=told)


def made_at_ms(delivery_id: str) -> int:
    """Reads from a UUIDv7 when it was made (milliseconds)."""
    return int(delivery_id.replace("-", "")[:12], 16)
