"""Admit: the gate before every send. It judges by the rules and the moment, and says what is kept with the delivery."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

import structlog

from wasl.domain.days import DAY_MS
from wasl.domain.delivery import Outgoing
from wasl.domain.errors import HeldByRule, StoreDown
from wasl.domain.ids import ConversationId
from wasl.domain.message import Template
from wasl.domain.rule import Duty, Verdict
from wasl.domain.trouble import Care
from wasl.domain.turn import Settling
from wasl.policy.act import Act, Counters
from wasl.policy.evaluate import evaluate, judge, select
from wasl.policy.rulebook import Applicable
from wasl.policy.situation import Situation
from wasl.ports.clock import Clock
from wasl.ports.counting import Counted
from wasl.ports.standing import Standings
from wasl.service.acting import NOTHING_COUNTED, Parties, Party, sending
from wasl.service.instead import MARKETING, Instead
from wasl.service.judging import Admission, Admitted, Decided, Denied, IfRoom, Waits
from wasl.service.resize import cut
from wasl.service.rules_in_force import RulesInForce
from wasl.service.tally import Tally
from wasl.service.verdicts import Waiting, because, kept

log = structlog.get_logger(__name__)

LOOK_AGAIN_MS: Final = 6 * 3_600_000
"""What waits for a person or for the operator is looked at again so often: rules, templates and settings change."""
HELD_DAYS_MAX: Final = 30
"""What was held for so long is given up: nobody expects it any more."""
FRESH_MS: Final = 3_600_000
"""Who was heard so lately is answered by what the answering itself found out."""
NOTHING_MORE: Final[Mapping[str, Any]] = {}
BLOCKING: Final = frozenset({"opt_in", "registration", "permission", "unsubscribe"})
"""Duties without which nothing may be sent, and that no code fulfils by itself: while one is open, what it concerns is held."""


class Admit:
    """The gate. `care` says how careful a channel must be now."""

    def __init__(
        self,
        *,
        rules: RulesInForce,
        parties: Parties,
        tally: Tally,
        clock: Clock,
        instead: Instead | None = None,
        standings: Standings | None = None,
        care: Callable[[str], Awaitable[Care]] | None = None,
    ) -> None:
        self._care = care
        self._instead = instead
        self._standings = standings
        self._tally = tally
        self._rules = rules
        self._parties = parties
        self._clock = clock

    async def admit(self, outgoing: Outgoing, *, conversation_id: ConversationId) -> Admission:
        """Judges one delivery."""
        party = self._parties.get(outgoing.address.key.channel)
        if party is None:
            return Admitted(outgoing=outgoing)
        party = await self._careful(party)
        now = self._clock.now_ms()
        so_far = self._tally.month_so_far(outgoing, party, now_ms=now)
        book = self._rules.book
        consent, opted_out = await self._permission(outgoing, conversation_id, now_ms=now)
        counters = Counters(service_this_month=so_far) if so_far else NOTHING_COUNTED
        act = sending(outgoing, party, at_ms=now, counters=counters, consent=consent, opted_out=opted_out)
        situation, applicable = select(book, act)
        verdict = judge(situation, applicable, book=book.digest)
        open_duty = self._open(verdict, party) or await self._unapproved(outgoing, party)
        if verdict.effect == "rewrite" and open_duty is None and party.mode != "watch" and party.limits is not None:
            return self._in_pieces(outgoing, party, verdict, now_ms=now, consent=consent)
        if party.mode == "watch" or (verdict.effect in ("allow", "rewrite") and open_duty is None):
            return self._count(outgoing, party, situation, applicable, verdict)
        if verdict.effect == "refuse" and not self._opens(act):
            return Denied(why=HeldByRule(because(verdict)), verdict=kept(verdict, mode=party.mode))
        if verdict.effect == "hold" and verdict.until_ms is not None:
            return self._wait(outgoing, verdict, party, waits_for="time", until_ms=verdict.until_ms)
        if open_duty is not None:
            return self._wait(outgoing, verdict, party, waits_for="operator", duty=open_duty)
        return await self._other_way(outgoing, party, verdict, now_ms=now)

    async def _careful(self, party: Party) -> Party:
        """Takes what is not certain strictly while the channel is in trouble, as the answering does; what is only watched stays so."""
        if self._care is None or party.mode != "lenient" or not (await self._care(party.name)).strict:
            return party
        return replace(party, mode="strict")

    async def _permission(self, outgoing: Outgoing, conversation_id: ConversationId, *, now_ms: int) -> tuple[bool | None, bool]:
        """Gives consent and opting out. Who wrote just now and is answered need not be asked: the answering asked already."""
        heard = outgoing.address.last_inbound_ms
        template = next((part for part in outgoing.parts if isinstance(part, Template)), None)
        fresh = outgoing.author == "assistant" and template is None and heard is not None and now_ms - heard < FRESH_MS
        if self._standings is None or fresh:
            return None, False
        found = await self._standings.permission(outgoing.address.key, conversation_id=conversation_id, delivery_id=outgoing.id)
        if template is None:
            return None, found.opted_out
        if template.category == MARKETING:
            return found.marketing, found.opted_out
        return True if found.marketing or heard is not None else None, found.opted_out

    async def _unapproved(self, outgoing: Outgoing, party: Party) -> Duty | None:
        """Gives what a template lacks that the platform does not approve now: it waits until it is, or the operator takes another."""
        part = next((one for one in outgoing.parts if isinstance(one, Template)), None)
        return None if part is None or self._instead is None else await self._instead.unapproved(part, party)

    async def _other_way(self, outgoing: Outgoing, party: Party, verdict: Verdict, *, now_ms: int) -> Admission:
        """Finds how to bring what waits for the person's next word: by template, to another address, or not before they write."""
        if self._instead is not None:
            made = await self._instead.template(outgoing, party, at_ms=now_ms)
            if made is not None:
                heard = outgoing.address.last_inbound_ms is not None
                act = sending(made, party, at_ms=now_ms, consent=True if heard else None)
                situation, applicable = select(self._rules.book, act)
                judged = judge(situation, applicable, book=self._rules.book.digest)
                instead: dict[str, Any] = {"template": _template_of(made), "instead_of": [one.rule for one in verdict.reasons]}
                return self._count(made, party, situation, applicable, judged, **instead)
            address = await self._instead.elsewhere(outgoing, at_ms=now_ms)
            if address is not None:
                why = HeldByRule(because(verdict))
                told = kept(verdict, mode=party.mode, moved_from=outgoing.address.key.channel, moved_to=address.key.channel)
                return Waits(due_at_ms=now_ms, why=why, verdict=told, move_to=address)
        log.warning("an answer waits until the person writes", delivery=outgoing.id, why=because(verdict))
        return self._wait(outgoing, verdict, party, waits_for="person")

    def _in_pieces(self, outgoing: Outgoing, party: Party, verdict: Verdict, *, now_ms: int, consent: bool | None) -> Admission:
        """Cuts what is larger than a rule allows, which came into force after it was stored: each piece is judged and counted by itself."""
        assert party.limits is not None
        pieces = cut(outgoing, party.limits, verdict.limits)
        cut_by = [one.rule for one in verdict.reasons]
        if len(pieces) > 1:
            told = kept(verdict, mode=party.mode, cut_into=len(pieces), cut_by=cut_by)
            return Waits(due_at_ms=now_ms, why=HeldByRule(because(verdict)), verdict=told, apart=pieces)
        made = replace(outgoing, parts=pieces[0]) if pieces else outgoing
        act = sending(made, party, at_ms=now_ms, consent=consent)
        situation, applicable = select(self._rules.book, act)
        return self._count(made, party, situation, applicable, judge(situation, applicable, book=verdict.book), cut_into=1, cut_by=cut_by)

    async def settled(self, outgoing: Outgoing, settling: Settling) -> None:
        """Gives back what was counted for a send that surely did not happen."""
        with suppress(StoreDown):  # what is counted once too often is on the careful side
            await self._tally.settle(outgoing, settling.state)

    def heard(self, channel: str, scope: str) -> None:
        """Is told that a message came in: some platforms count both ways."""
        self._tally.heard(channel, scope)

    def _count(
        self, outgoing: Outgoing, party: Party, situation: Situation, applicable: Applicable, verdict: Verdict, **more: Any
    ) -> Admission:
        """Says what the rules count of what they allow: it goes out if there is room."""
        plan = self._tally.plan(applicable, party)
        asking = None if plan.empty else self._tally.ask(outgoing, party, situation, plan, forced=party.mode == "watch")
        told = kept(verdict, mode=party.mode, **more)
        if asking is None:
            return Admitted(outgoing=outgoing, verdict=told)

        async def then(counted: Counted) -> Decided:
            taken = self._tally.took(outgoing, asking, counted)
            if taken.full is not None:
                act = replace(situation.act, counters=taken.full.full())
                full = judge(replace(situation, act=act), applicable, book=verdict.book)
                return self._wait(outgoing, full, party, waits_for="time", until_ms=counted.until_ms, more=more)
            before = taken.month_before
            exact = verdict if before is None else _priced(verdict, situation, applicable, before=before, free=plan.free_a_month)
            number = None if before is None else before + situation.act.message.bubbles
            wait_ms = 0 if party.mode == "watch" else counted.wait_ms  # what is only watched waits for nothing
            said = told if exact is verdict else kept(exact, mode=party.mode, **more)
            return Admitted(outgoing=outgoing, verdict=said if number is None else {**said, "number": number}, wait_ms=wait_ms)

        return IfRoom(outgoing=outgoing, asked=asking.asked, then=then, verdict=told)

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
        more: Mapping[str, Any] = NOTHING_MORE,
    ) -> Decided:
        now = self._clock.now_ms()
        why = because(verdict) if duty is None else f"{duty.rule}: {duty.text}"
        told: dict[str, Any] = kept(verdict, mode=party.mode, waits_for=waits_for, **more)
        if duty is not None:
            told["reasons"] = [{"rule": duty.rule, "en": duty.text, "ar": duty.arabic}]
        if until_ms is None and now - made_at_ms(outgoing.id) > HELD_DAYS_MAX * DAY_MS:
            told.pop("waits_for", None)
            return Denied(why=HeldByRule(f"held for {HELD_DAYS_MAX} days, and still: {why}"), verdict=told)
        tell = log.debug if waits_for == "time" else log.info
        tell("a delivery is held by a rule", delivery=outgoing.id, waits_for=waits_for, why=why)
        return Waits(due_at_ms=now + LOOK_AGAIN_MS if until_ms is None else until_ms, why=HeldByRule(why), verdict=told)


def _priced(verdict: Verdict, situation: Situation, applicable: Applicable, *, before: int, free: int | None) -> Verdict:
    """Gives the verdict by the number of the month that was counted, where that makes a difference to what it costs."""
    act = situation.act
    if free is None or _dearer(before, act, free=free) == _dearer(act.counters.service_this_month, act, free=free):
        return verdict
    act = replace(act, counters=replace(act.counters, service_this_month=before))
    return judge(replace(situation, act=act), applicable, book=verdict.book)


def _dearer(before: int, act: Act, *, free: int) -> int:
    """Says how many of the messages of an act are beyond the free ones."""
    return max(0, before + act.message.bubbles - max(before, free))


def _template_of(outgoing: Outgoing) -> str:
    return next((part.name for part in outgoing.parts if isinstance(part, Template)), "")


def made_at_ms(delivery_id: str) -> int:
    """Reads from a UUIDv7 when it was made (milliseconds)."""
    return int(delivery_id.replace("-", "")[:12], 16)
