"""Costs as columns: amounts as whole numbers or as text, charges and words about money as JSON. Never a float."""

from decimal import Decimal
from functools import lru_cache
from typing import Any

from wasl.domain.cost import Charge, Cost, PlatformWord, pico, word_of
from wasl.store.rows import json_of, json_text

CHARGES_KEPT = 4_096
"""Most deliveries cost one of a few sums: their text is made once."""


def pico_or_none(amount: Decimal | None) -> int | None:
    """Gives an amount as a column holds it."""
    return None if amount is None else pico(amount)


def charge_text(charge: Charge | None) -> str | None:
    """Gives a charge as a column holds it."""
    return None if charge is None else _charge_text(charge)


@lru_cache(CHARGES_KEPT)
def _charge_text(charge: Charge) -> str:
    cost = charge.cost
    told: dict[str, Any] = {
        "amount": None if cost.amount is None else str(cost.amount), "currency": cost.currency, "card": cost.card,
        "category": charge.category, "country": charge.country,
    }  # fmt: skip
    if cost.unsure:
        told["unsure"] = True
    if charge.units != 1:
        told["units"] = charge.units
    return json_text(told)


@lru_cache(CHARGES_KEPT)
def charge_of(text: str) -> Charge:
    """Reads a charge."""
    told = json_of(text)
    amount = told["amount"]
    cost = Cost(None if amount is None else Decimal(amount), told["currency"], told["card"], bool(told.get("unsure", False)))
    return Charge(cost, told["category"], told["country"], int(told.get("units", 1)))


@lru_cache(CHARGES_KEPT)
def word_in(text: str) -> PlatformWord | None:
    """Reads what a receipt said about money."""
    told = json_of(text)
    return word_of(told) if isinstance(told, dict) else None
