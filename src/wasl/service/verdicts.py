"""Verdicts: what the rules said, as it is kept with a turn or a delivery and told to people."""

from collections.abc import Mapping
from typing import Any, Final, Literal

from wasl.domain.rule import Price, Reason, Verdict

Waiting = Literal["person", "operator", "time"]
"""For what a held message waits: the person's next word, something that only the operator can do, or a time."""
REASONS_MAX: Final = 8


def kept(verdict: Verdict, *, mode: str, **more: Any) -> dict[str, Any]:
    """Gives a verdict as JSON may hold it: effect, rules, book; reasons with their words where something was stopped.

    `more` holds what was made of it (`waits_for`, `template`, `instead_of`); what is None is left out.
    """
    told: dict[str, Any] = {"effect": verdict.effect, "rules": list(verdict.rules), "book": verdict.book}
    if mode != "strict":
        told["mode"] = mode
    if verdict.effect != "allow":
        told["reasons"] = [_reason(one) for one in verdict.reasons[:REASONS_MAX]]
    if verdict.until_ms is not None:
        told["until_ms"] = verdict.until_ms
    if verdict.warnings:
        told["warnings"] = [one.rule for one in verdict.warnings]
    if verdict.duties:
        told["duties"] = [f"{duty.kind}: {duty.rule}" for duty in verdict.duties]
    if verdict.charged:
        told["charged"] = True
        told["price"] = _price(verdict.price)
    return told | {name: value for name, value in more.items() if value is not None}


def because(verdict: Verdict, *, language: str = "en") -> str:
    """Gives the reasons as sentences, each behind its rule's id."""
    return " ".join(f"{one.rule}: {(one.arabic if language == 'ar' else '') or one.text}" for one in verdict.reasons[:REASONS_MAX])


def waits_for(kept_verdict: Mapping[str, Any] | None) -> Waiting | None:
    """Says for what a delivery is held, None where no rule holds it."""
    found = kept_verdict.get("waits_for") if kept_verdict else None
    return found if found in ("person", "operator", "time") else None


def is_held(kept_verdict: Mapping[str, Any] | None) -> bool:
    """Says whether a rule holds a delivery for something that may take long: later ones pass it by."""
    return waits_for(kept_verdict) in ("person", "operator")


def _reason(reason: Reason) -> dict[str, Any]:
    told: dict[str, Any] = {"rule": reason.rule, "en": reason.text, "ar": reason.arabic}
    return {**told, "unsure": True} if reason.unsure else told


def _price(price: Price | None) -> dict[str, Any] | None:
    """Gives a price with its exact amounts as text; None where the rate is not known."""
    if price is None:
        return None
    told: dict[str, Any] = {"amount": str(price.amount), "currency": price.currency}
    if price.amount_max is not None:
        told["amount_max"] = str(price.amount_max)
    return {**told, "unsure": True} if price.unsure else told
