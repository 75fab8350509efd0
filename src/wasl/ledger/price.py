"""Prices: dated cards of what tokens, messages and standing fees cost, and which card holds for a call or a message.

Pure: the cards come in, with those of the operator before those that ship. What no card covers costs UNKNOWN, never nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal, TypeVar

from wasl.domain.cost import AMOUNT_MAX, UNKNOWN, Charge, Cost
from wasl.domain.prompt import Usage

ANY: Final = "*"
MILLION: Final = 6
KEPT_MAX: Final = 4_096
"""Answers kept for (provider, model, day) and for (channel, country, category, day); past it they are looked up anew."""
STANDARD: Final = "standard"

Kind = Literal["input", "cached", "output", "reasoning", "audio_input", "audio_output"]
KINDS: Final[tuple[Kind, ...]] = ("input", "cached", "output", "reasoning", "audio_input", "audio_output")


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What every card says: its name, its days (both included), where it was read and when, and whether that is certain."""

    id: str
    currency: str
    from_: date
    seen: date
    source: str
    to: date | None = None
    unsure: bool = False
    own: bool = False

    def holds_on(self, day: date) -> bool:
        """Says whether it holds on a day."""
        return self.from_ <= day and (self.to is None or day <= self.to)


AnyCard = TypeVar("AnyCard", bound=Card)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenCard(Card):
    """Prices of a million tokens by kind. `providers` are names or kinds of providers; `tier` is "standard" where there is one."""

    providers: tuple[str, ...]
    models: tuple[str, ...]
    per_million: Mapping[Kind, Decimal]
    tier: str = STANDARD

    def cost(self, usage: Usage) -> Cost:
        """Prices tokens: the input without what was cached, then that; reasoning is a part of the output, at its own price if it has one.

        A kind of token that the card does not name is priced as its wider kind; where the whole is not named either, nobody knows.
        """
        prices = self.per_million
        if "input" not in prices or "output" not in prices:
            return UNKNOWN._replace(card=self.id)
        cached = min(usage.cached_tokens, usage.input_tokens)
        reasoned = min(usage.reasoning_tokens, usage.output_tokens)
        whole = (
            prices["input"] * (usage.input_tokens - cached)
            + prices.get("cached", prices["input"]) * cached
            + prices["output"] * (usage.output_tokens - reasoned)
            + prices.get("reasoning", prices["output"]) * reasoned
        )
        return Cost(whole.scaleb(-MILLION), self.currency, self.id, self.unsure)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageCard(Card):
    """Prices of one message by category ("*": any) on channels in countries; where `unit` is "segment", of one segment."""

    channels: tuple[str, ...]
    regions: tuple[str, ...]
    amounts: Mapping[str, Decimal]
    unit: Literal["message", "segment"] = "message"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeCard(Card):
    """What is owed whether or not anybody writes: a licence, a number's rent. `of` names the channel or provider."""

    of: str
    amount: Decimal
    every: Literal["month", "year", "once"]
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """The operator's own rate from one currency to another from a day on: so many `to` for one `of`."""

    of: str
    to: str
    rate: Decimal
    from_: date


@dataclass(frozen=True, kw_only=True)
class PriceList:
    """Every card, the operator's first. Lookups are remembered: a call costs one of them."""

    tokens: tuple[TokenCard, ...] = ()
    messages: tuple[MessageCard, ...] = ()
    fees: tuple[FeeCard, ...] = ()
    _models: dict[tuple[str, str, str, str, date], TokenCard | None] = field(default_factory=dict, compare=False, repr=False)
    _places: dict[tuple[str, str, str, date], MessageCard | None] = field(default_factory=dict, compare=False, repr=False)

    def over(self, other: "PriceList") -> "PriceList":
        """Lays these cards over others: these win."""
        return PriceList(tokens=self.tokens + other.tokens, messages=self.messages + other.messages, fees=self.fees + other.fees)

    def token_card(self, *, provider: str, kind: str, model: str, day: date, tier: str = STANDARD) -> TokenCard | None:
        """Finds the card of a model: the operator's before a shipped one, a named model before any, the newest before older ones."""
        key = (provider, kind, model, tier, day)
        if key not in self._models:
            _make_room(self._models)
            self._models[key] = _best(
                (c for c in self.tokens if c.tier == tier and c.holds_on(day) and _names(c.providers, (provider, kind))),
                named=lambda c: _closeness(c.models, model),
            )
        return self._models[key]

    def message_card(self, *, channel: str, country: str, category: str, day: date) -> MessageCard | None:
        """Finds the card of a message in the same order; one for a country goes before one for all."""
        key = (channel, country, category, day)
        if key not in self._places:
            _make_room(self._places)
            self._places[key] = _best(
                (
                    c
                    for c in self.messages
                    if c.holds_on(day) and _names(c.channels, (channel,)) and (category in c.amounts or ANY in c.amounts)
                ),
                named=lambda c: _closeness(c.regions, country),
            )
        return self._places[key]

    def tokens_cost(self, *, provider: str, kind: str, model: str, usage: Usage, day: date, tier: str = STANDARD) -> Cost:
        """Prices the tokens of a call; UNKNOWN without a card."""
        card = self.token_card(provider=provider, kind=kind, model=model, day=day, tier=tier)
        return UNKNOWN if card is None else card.cost(usage)

    def message_cost(self, *, channel: str, country: str, category: str, day: date, segments: int = 1) -> Charge:
        """Prices one message; `segments` counts only where segments are billed."""
        card = self.message_card(channel=channel, country=country, category=category, day=day)
        if card is None:
            return Charge(UNKNOWN, category, country)
        count = segments if card.unit == "segment" else 1
        amount = card.amounts.get(category, card.amounts.get(ANY, Decimal(0)))
        return Charge(Cost(amount * count, card.currency, card.id, card.unsure), category, country, count)


def many_bubbles(charge: Charge, bubbles: int) -> Cost:
    """Says what so many bubbles cost where each of them is billed like the first: splitting an answer multiplies its price."""
    cost = charge.cost
    if cost.amount is None:
        return cost
    return cost._replace(amount=min(cost.amount * max(bubbles, 0), AMOUNT_MAX))


def exchanged(amount: Decimal, *, of: str, to: str, day: date, rates: Sequence[Exchange]) -> Decimal | None:
    """Changes money at the operator's own newest rate of the day, forward or back; None without one: currencies are never mixed."""
    if of == to or amount == 0:
        return amount
    there = max((r for r in rates if (r.of, r.to) == (of, to) and r.from_ <= day), key=lambda r: r.from_, default=None)
    back = max((r for r in rates if (r.of, r.to) == (to, of) and r.from_ <= day), key=lambda r: r.from_, default=None)
    if there is not None and (back is None or there.from_ >= back.from_):
        return amount * there.rate
    return amount / back.rate if back is not None else None


def as_own(cards: PriceList) -> PriceList:
    """Marks cards as the operator's own."""
    return PriceList(
        tokens=tuple(replace(c, own=True) for c in cards.tokens),
        messages=tuple(replace(c, own=True) for c in cards.messages),
        fees=tuple(replace(c, own=True) for c in cards.fees),
    )


def _names(names: Sequence[str], wanted: Iterable[str]) -> bool:
    return ANY in names or any(one in names for one in wanted)


def _closeness(names: Sequence[str], wanted: str) -> int:
    """2: it is named; 1: all are; 0: neither. A model's dated variant, or one with its vendor before it, is the model."""
    plain = wanted.rpartition("/")[2]
    if wanted in names or plain in names or any(one != ANY and plain.startswith(f"{one}-20") for one in names):
        return 2
    return 1 if ANY in names else 0


def _best(cards: Iterable[AnyCard], *, named: Callable[[AnyCard], int]) -> AnyCard | None:
    found = [(named(card), card) for card in cards]
    return max(
        ((closeness, card) for closeness, card in found if closeness),
        key=lambda one: (one[1].own, one[0], one[1].from_, one[1].seen),
        default=(0, None),
    )[1]


def _make_room(kept: dict[Any, Any]) -> None:
    if len(kept) >= KEPT_MAX:
        kept.clear()
