"""What if: the same month on every other model and channel that has a price."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from wasl.domain.prompt import Usage
from wasl.ledger.price import ANY, PriceList
from wasl.ledger.report import Item


class ModelCase(NamedTuple):
    """What the answered calls of a time would have cost on one model."""

    provider: str
    model: str
    tier: str
    amount: Decimal
    currency: str
    card: str
    unsure: bool


class ChannelCase(NamedTuple):
    """What the same answers would have cost on one channel. `amount` None where some country has no price; `sends` counts bubbles, or
    segments where those are billed."""

    channel: str
    sends: int
    amounts: tuple[tuple[str, Decimal], ...]
    unknown: int
    unsure: bool


class Bubble(NamedTuple):
    """So many sends of one answer, to a person in a country."""

    country: str
    sends: int


def on_each_model(items: Iterable[Item], prices: PriceList, *, day: date) -> list[ModelCase]:
    """Prices the tokens of all answered calls by every card that names a model and holds on a day; the cheapest of a currency first."""
    given = made = cached = reasoned = 0
    for item in items:
        if item.kind == "call" and item.outcome == "answered" and item.card != "keyless":
            given, made = given + item.input_tokens, made + item.output_tokens
            cached, reasoned = cached + item.cached_tokens, reasoned + item.reasoning_tokens
    usage = Usage(input_tokens=given, output_tokens=made, cached_tokens=cached, reasoning_tokens=reasoned)
    cases = [
        ModelCase(card.providers[0], model, card.tier, cost.amount, cost.currency, card.id, card.unsure)
        for card in prices.tokens
        if card.holds_on(day)
        for model in card.models
        if model != ANY and (cost := card.cost(usage)).amount is not None
    ]
    return sorted(cases, key=lambda case: (case.currency, case.amount))


def on_channel(name: str, bubbles: Iterable[Bubble], prices: PriceList, *, day: date, category: str = "service") -> ChannelCase:
    """Prices answers on one channel, by list price: free allowances of an account are not taken off."""
    sums: dict[str, Decimal] = {}
    sends = unknown = 0
    unsure = False
    for bubble in bubbles:
        sends += bubble.sends
        card = prices.message_card(channel=name, country=bubble.country, category=category, day=day)
        if card is None:
            unknown += bubble.sends
            continue
        amount = card.amounts.get(category, card.amounts.get(ANY, Decimal(0)))
        unsure = unsure or card.unsure
        sums[card.currency] = sums.get(card.currency, Decimal(0)) + amount * bubble.sends
    return ChannelCase(name, sends, tuple(sorted(sums.items())), unknown, unsure)


def scaled(case: ChannelCase, *, times: Decimal) -> ChannelCase:
    """Takes a sample for the whole."""
    return case._replace(
        sends=int(case.sends * times), unknown=int(case.unknown * times), amounts=tuple((c, a * times) for c, a in case.amounts)
    )


def segment_channels(prices: PriceList) -> frozenset[str]:
    """Names the channels that are billed by segments."""
    return frozenset(name for card in prices.messages if card.unit == "segment" for name in card.channels)


def priced_channels(prices: PriceList, *, day: date) -> Sequence[str]:
    """Names every channel that some card prices on a day."""
    return sorted({name for card in prices.messages if card.holds_on(day) for name in card.channels if name != ANY})
