"""Instead: what is sent where a message may not go out as it is: the cheapest approved template that fits, or another address."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from wasl.domain.delivery import Outgoing
from wasl.domain.message import Template, Text
from wasl.domain.person import Address
from wasl.domain.rule import Duty, Verdict
from wasl.policy.evaluate import evaluate
from wasl.ports.people import People
from wasl.ports.standing import Standings
from wasl.service.acting import Approved, Parties, Party, sending
from wasl.service.rules_in_force import RulesInForce

MARKETING: Final = "marketing"
TEMPLATE_RULE: Final = "platform.template"
"""Names, among reasons, the platform's own word on a template; no rule of the book has it."""
ADDRESSES_MAX: Final = 8
"""Further addresses of a person that are tried."""


Usable = Callable[[Party], Awaitable[Sequence[Approved]]]
"""Gives the templates of a channel that the platform approves now."""


Status = Callable[[str, Template], Awaitable[str | None]]
"""Gives the platform's word on a template of a channel where it does not approve it; None where it does, or said nothing."""


class Instead:
    """Finds what may go out in place of what may not. Without `usable` the templates of the settings are taken for approved."""

    def __init__(
        self,
        *,
        rules: RulesInForce,
        parties: Parties,
        people: People,
        standings: Standings,
        usable: Usable | None = None,
        status: Status | None = None,
    ) -> None:
        self._usable = usable
        self._status = status
        self._rules = rules
        self._parties = parties
        self._people = people
        self._standings = standings

    async def template(self, outgoing: Outgoing, party: Party, *, at_ms: int) -> Outgoing | None:
        """Gives the cheapest approved template that can carry the words and that the rules allow now. Raises StoreDown."""
        if not party.templates or len(outgoing.parts) != 1 or not isinstance(said := outgoing.parts[0], Text):
            return None
        permission = await self._standings.permission(outgoing.address.key)
        if permission.opted_out:
            return None
        approved = party.templates if self._usable is None else await self._usable(party)
        words = " ".join(said.text.split())  # a template's value may hold no line break
        found: list[tuple[Decimal, int, Outgoing]] = []
        for place, one in enumerate(_in_language(approved, outgoing.address.language)):
            if len(words) > one.characters_max:
                continue
            made = replace(outgoing, parts=(Template(name=one.name, language=one.language, values=(words,), category=one.category),))
            # Who wrote to us and waits for this answer asked for it; advertising is another matter.
            asked = permission.marketing if one.category == MARKETING else outgoing.address.last_inbound_ms is not None or None
            verdict = evaluate(self._rules.book, sending(made, party, at_ms=at_ms, consent=asked))
            if allowed(verdict, party):
                found.append((_price(verdict), place, made))
        return min(found, key=lambda one: one[:2])[2] if found else None

    async def unapproved(self, part: Template, party: Party) -> Duty | None:
        """Says what stands in the way of a template that the platform does not approve now. Raises StoreDown."""
        status = await self._status(party.name, part) if self._status is not None else None
        if status is None:
            return None
        return Duty(
            kind="registration",
            rule=TEMPLATE_RULE,
            text=f"The platform says of the template {part.name!r} ({part.language}): {status}. It goes out once it is approved.",
            arabic=f"تقول المنصة عن القالب {part.name!r} ({part.language}): {status}. يُرسل حين يُعتمد.",
        )

    async def elsewhere(self, outgoing: Outgoing, *, at_ms: int) -> Address | None:
        """Gives another address of the same person that they wrote from themselves, that did not opt out, and where the rules allow the
        message as it is. Raises StoreDown."""
        if outgoing.address.key.kind == "group":
            return None
        tried = 0
        for address, _ in await self._people.addresses(outgoing.address.person_id):
            party = self._parties.get(address.key.channel)
            if address.id == outgoing.address.id or address.key.kind == "group" or party is None or address.last_inbound_ms is None:
                continue
            tried += 1
            if tried > ADDRESSES_MAX:
                break
            verdict = evaluate(self._rules.book, sending(replace(outgoing, address=address), party, at_ms=at_ms))
            if allowed(verdict, party) and not (await self._standings.permission(address.key)).opted_out:
                return address
        return None


def allowed(verdict: Verdict, party: Party) -> bool:
    """Says whether something may go out now, with every duty that stops it fulfilled."""
    return verdict.effect == "allow" and not any(
        duty.kind == "opt_in" and duty.kind not in party.deployment.fulfilled for duty in verdict.duties
    )


def _in_language(templates: Sequence[Approved], language: str | None) -> Sequence[Approved]:
    """Puts those in the person's language first; where there are some, no others are used."""
    base = (language or "").partition("-")[0].lower()
    own = [one for one in templates if one.language.replace("_", "-").partition("-")[0].lower() == base]
    return own or templates


def _price(verdict: Verdict) -> Decimal:
    """Orders by what it costs; what is charged at a price that nobody knows comes last."""
    if not verdict.charged:
        return Decimal(0)
    return (verdict.price.amount_max or verdict.price.amount) if verdict.price is not None else Decimal("Infinity")
