"""Charges: what a billed message is expected to cost, exact, from the rates known for the person's market and day."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final, NamedTuple

from wasl.domain.days import DAY_MS
from wasl.domain.rule import Price
from wasl.policy.rule import Rate, Rule
from wasl.policy.situation import Situation

PREFERRED: Final = ("EUR", "USD")
"""Where a rule states a price in several currencies, the first of these that it has; otherwise its first."""


class Charged(NamedTuple):
    """A charge bites: it costs this, an amount that is not known (None), or it makes the message free."""

    price: Price | None = None
    free: bool = False


Cost = Callable[[Situation, Iterable[Rate]], Charged | None]


def cost_of(rule: Rule) -> Cost:
    """Compiles a charge."""
    predicate = rule.predicate
    if predicate.get("price") == "free":
        return lambda _s, _rates: Charged(free=True)
    if stated := predicate.get("price_per_message"):
        price = _stated(stated, rule)
        return lambda s, _rates: Charged(_times(price, s.act.message.bubbles))
    if stated := predicate.get("price_per_message_range"):
        currency = _preferred(stated)
        low, high = stated[currency]
        price = Price(amount=Decimal(low), amount_max=Decimal(high), currency=currency, unsure=rule.unsure)
        return lambda s, _rates: Charged(_times(price, s.act.message.bubbles))
    return _by_category(rule)


def _times(price: Price, count: int) -> Price:
    if count == 1:
        return price
    return replace(price, amount=price.amount * count, amount_max=price.amount_max and price.amount_max * count)


def _stated(stated: Mapping[str, Decimal], rule: Rule) -> Price:
    currency = _preferred(stated)
    return Price(amount=Decimal(stated[currency]), currency=currency, unsure=rule.unsure)


def _preferred(stated: Mapping[str, object]) -> str:
    return next((one for one in PREFERRED if one in stated), next(iter(stated)))


def _by_category(rule: Rule) -> Cost:
    """Templates by their category; free form is the category "service", whose first messages of a month may be free."""
    billed = frozenset(rule.predicate.get("billed", ()))
    own = rule.predicate.get("rates", {})
    app_is_free = "app" in rule.predicate.get("free", ())
    free_a_month = int(rule.predicate.get("service_free_per_number_per_month", 0))

    def cost(s: Situation, rates: Iterable[Rate]) -> Charged | None:
        message = s.act.message
        if message.form not in ("free", "template") or (app_is_free and message.via_app):
            return None
        category = message.category if message.form == "template" else "service"
        inside = s.elapsed_ms is not None and s.elapsed_ms <= DAY_MS
        if category not in billed and not (category == "utility" and "utility_outside_window" in billed and not inside):
            return None
        bubbles = message.bubbles
        if category == "service":
            before = s.act.counters.service_this_month
            bubbles = before + bubbles - max(before, free_a_month)
            if bubbles <= 0:
                return None
        price = _stated(own[category], rule) if category in own else _rated(category, rates, unsure=rule.unsure)
        return Charged(price and _times(price, bubbles))

    return cost


def _rated(category: str, rates: Iterable[Rate], *, unsure: bool) -> Price | None:
    """Takes the newest rate that has the category."""
    found = max((rate for rate in rates if category in rate.amounts), key=lambda rate: (rate.from_, rate.seen), default=None)
    if found is None:
        return None
    return Price(amount=found.amounts[category], currency=found.currency, unsure=unsure or found.unsure)
