"""Report: what a time has cost, by whatever it is asked, never adding one currency to another without the operator's rate."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, Literal, NamedTuple

from wasl.domain.cost import UNKNOWN, CallSum, Cost, Line, MessageSum, settled
from wasl.ledger.meter import day_of
from wasl.ledger.price import Exchange, PriceList, exchanged

Dimension = Literal["person", "channel", "provider", "model", "country", "day", "conversation", "work"]
DIMENSIONS: Final[tuple[Dimension, ...]] = ("person", "channel", "provider", "model", "country", "day", "conversation", "work")
NOTHING: Final = Decimal(0)
FORECAST_DAYS: Final = 14
"""Whole days before today from which the rest of a month is foretold."""
SPREAD: Final = Decimal("1.28")
"""Standard deviations on either side: four months of five end between."""


class Item(NamedTuple):
    """Calls or messages that are alike. `amount` None: the price of all of them is unknown; `sure`: the platform or the provider said
    so. `estimate` is what they were expected to cost when they were made."""

    kind: Literal["call", "message", "fee", "correction"]
    at_ms: int
    number: int
    amount: Decimal | None
    estimate: Decimal | None
    currency: str
    sure: bool
    unknown: int = 0
    subject: str = ""
    channel: str = ""
    scope: str = ""
    provider: str = ""
    model: str = ""
    country: str = ""
    category: str = ""
    work: str = ""
    card: str = ""
    outcome: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    free_entry: bool = False


@dataclass(slots=True)
class Sum:
    """A row of a report: counts, tokens, and money by currency."""

    calls: int = 0
    messages: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    unknown_calls: int = 0
    unknown_messages: int = 0
    amounts: dict[str, Decimal] = field(default_factory=dict)
    estimates: dict[str, Decimal] = field(default_factory=dict)
    sure: dict[str, Decimal] = field(default_factory=dict)

    def add(self, item: Item) -> None:
        """Adds an item."""
        if item.kind == "call":
            self.calls += item.number
            self.input_tokens += item.input_tokens
            self.output_tokens += item.output_tokens
            self.unknown_calls += item.unknown
        elif item.kind == "message":
            self.messages += item.number
            self.unknown_messages += item.unknown
        if item.amount:
            self.amounts[item.currency] = self.amounts.get(item.currency, NOTHING) + item.amount
            if item.sure:
                self.sure[item.currency] = self.sure.get(item.currency, NOTHING) + item.amount
        if item.estimate:
            self.estimates[item.currency] = self.estimates.get(item.currency, NOTHING) + item.estimate

    @property
    def unknown(self) -> int:
        """Counts calls and messages whose price nobody knows."""
        return self.unknown_calls + self.unknown_messages


class Told(NamedTuple):
    """Money in the currency of the report, and what could not be changed into it."""

    amount: Decimal
    rest: tuple[tuple[str, Decimal], ...] = ()


def told_in(amounts: dict[str, Decimal], *, currency: str, day: date, rates: Sequence[Exchange]) -> Told:
    """Changes sums into one currency where the operator gave a rate; the others stay beside."""
    whole, rest = NOTHING, []
    for of, amount in sorted(amounts.items()):
        changed = exchanged(amount, of=of, to=currency, day=day, rates=rates)
        if changed is None:
            rest.append((of, amount))
        else:
            whole += changed
    return Told(whole, tuple(rest))


# -- items --------------------------------------------------------------------------------------------------------------------
def items_of_calls(sums: Iterable[CallSum]) -> Iterable[Item]:
    """Reads sums of calls: the tokens that the provider named are the truth; counted ones stay estimates."""
    for s in sums:
        known = s.unknown < s.calls
        yield Item(
            kind="call", at_ms=s.at_ms, number=s.calls, amount=s.amount if known else None, estimate=s.amount if known else None,
            currency=s.currency, sure=not s.estimated, unknown=s.unknown, subject=s.subject, channel=s.channel, provider=s.provider,
            model=s.model, country=s.country, work=s.work, card=s.card, outcome=s.outcome, input_tokens=s.input_tokens,
            output_tokens=s.output_tokens, cached_tokens=s.cached_tokens, reasoning_tokens=s.reasoning_tokens,
        )  # fmt: skip


def items_of_messages(sums: Iterable[MessageSum], *, prices: PriceList, kinds: Callable[[str], str], zone: str) -> Iterable[Item]:
    """Reads counts of deliveries: the platform's word corrects what was expected. `kinds` gives the kind of a channel's name."""
    for s in sums:
        paid = settled(s.charge, s.word, state=s.state)
        cost, country = paid.cost, s.charge.country if s.charge else ""
        if cost.amount is None and (paid.category or s.charge is None):
            day, category = day_of(s.at_ms, zone), paid.category or "service"
            cost = _found(prices, (s.channel, kinds(s.channel)), country=country, category=category, day=day)
        expected = s.charge.cost.amount if s.charge else cost.amount
        yield Item(
            kind="message", at_ms=s.at_ms, number=s.messages, amount=None if cost.amount is None else cost.amount * s.messages,
            estimate=None if expected is None else expected * s.messages, currency=cost.currency, sure=paid.sure,
            unknown=s.messages if cost.amount is None else 0, subject=s.subject, channel=s.channel, scope=s.scope, country=country,
            category=paid.category, card=cost.card, outcome=s.state, work="message", free_entry=bool(s.word and s.word.free_entry),
        )  # fmt: skip


def _found(prices: PriceList, names: Sequence[str], *, country: str, category: str, day: date) -> Cost:
    for name in names:
        charge = prices.message_cost(channel=name, country=country, category=category, day=day)
        if charge.cost.amount is not None:
            return charge.cost
    return UNKNOWN


def items_of_lines(lines: Iterable[Line]) -> Iterable[Item]:
    """Reads lines of the books: what deleted messages cost, fees, corrections."""
    for line in lines:
        yield Item(
            kind=line.kind, at_ms=line.at_ms, number=line.count, amount=line.amount, estimate=line.amount, currency=line.currency,
            sure=line.basis == "truth", unknown=line.count if line.amount is None else 0, channel=line.channel, scope=line.scope,
            provider=line.provider, country=line.country, category=line.category, card=line.card, work=line.kind,
        )  # fmt: skip


def label_of(item: Item, by: Dimension, *, zone: str) -> str:
    """Gives the name of the row that an item belongs to; "" where it has none."""
    match by:
        case "person" | "conversation":
            return item.subject
        case "day":
            return day_of(item.at_ms, zone).isoformat()
        case "channel":
            return item.channel
        case "provider":
            return item.provider
        case "model":
            return item.model
        case "country":
            return item.country
        case _:
            return item.work


def grouped(items: Iterable[Item], by: Dimension, *, zone: str) -> dict[str, Sum]:
    """Sums items by what is asked for, in the order of the names."""
    rows: dict[str, Sum] = {}
    for item in items:
        name = label_of(item, by, zone=zone)
        row = rows.get(name)
        if row is None:
            row = rows[name] = Sum()
        row.add(item)
    return dict(sorted(rows.items()))


def total(items: Iterable[Item]) -> Sum:
    """Sums everything."""
    whole = Sum()
    for item in items:
        whole.add(item)
    return whole


# -- what follows from it -------------------------------------------------------------------------------------------------------
class Forecast(NamedTuple):
    """What a month will have cost at its end if it goes on as the last days did: four months of five end between `low` and `high`."""

    amount: Decimal
    low: Decimal
    high: Decimal
    days_left: int
    from_days: int


def forecast(so_far: Decimal, by_day: dict[date, Decimal], *, today: date, month_ends: date) -> Forecast | None:
    """Foretells a month from its last whole days. `by_day` holds every day with spending (others count nothing, from the first on);
    `month_ends` is its last day. None without one whole day of history."""
    first = min(by_day, default=today)
    days = [today - timedelta(days=n) for n in range(1, FORECAST_DAYS + 1)]
    known = [by_day.get(day, NOTHING) for day in days if day >= first]
    if not known:
        return None
    left = max(0, (month_ends - today).days) + 1  # the rest of today counts as a day less what it has cost already
    mean = sum(known, NOTHING) / len(known)
    spread = (sum(((one - mean) ** 2 for one in known), NOTHING) / len(known)).sqrt() * Decimal(left).sqrt() * SPREAD
    expected = so_far + max(NOTHING, mean - by_day.get(today, NOTHING)) + mean * (left - 1)
    return Forecast(expected, max(so_far, expected - spread), expected + spread, left, len(known))


class NumberCount(NamedTuple):
    """The month of one number (or account) of a channel: what counts towards its free messages, and how many of those are left."""

    channel: str
    scope: str
    counted: int
    free: int
    free_entry: int

    @property
    def left(self) -> int:
        """Gives how many free ones are left."""
        return max(0, self.free - self.counted)


def numbers(items: Iterable[Item], *, free: dict[str, int]) -> list[NumberCount]:
    """Counts delivered free-form messages by number, for the channels that give so many `free` a month. Entry windows count apart."""
    counts: dict[tuple[str, str], list[int]] = {}
    for item in items:
        if item.kind != "message" or item.channel not in free or item.outcome in ("failed", "sent", "unknown"):
            continue
        row = counts.setdefault((item.channel, item.scope), [0, 0])
        if item.free_entry:
            row[1] += item.number
        elif item.category in ("", "service"):
            row[0] += item.number
    return [NumberCount(channel, scope, row[0], free[channel], row[1]) for (channel, scope), row in sorted(counts.items())]


class Prepayment(NamedTuple):
    """Money paid or promised beforehand, for a provider or channel."""

    kind: Literal["credit", "commitment"]
    of: str
    amount: Decimal
    currency: str
    since: date
    until: date
    title: str


class PrepaidState(NamedTuple):
    """How a prepayment stands: `left` of it, and what is likely to be lost at its end."""

    prepaid: Prepayment
    used: Decimal
    left: Decimal
    days_left: int
    likely_lost: Decimal


def prepaid_state(prepaid: Prepayment, items: Iterable[Item], *, today: date, zone: str, rates: Sequence[Exchange]) -> PrepaidState:
    """Says what is used of it: everything spent at that provider or channel from its first day on."""
    used = NOTHING
    for item in items:
        day = day_of(item.at_ms, zone)
        if prepaid.of in (item.provider, item.channel) and prepaid.since <= day <= prepaid.until and item.amount:
            used += exchanged(item.amount, of=item.currency, to=prepaid.currency, day=day, rates=rates) or NOTHING
    left = max(NOTHING, prepaid.amount - used)
    days_left = (prepaid.until - today).days
    gone = max(1, (min(today, prepaid.until) - prepaid.since).days + 1)
    likely = max(NOTHING, left - used / gone * max(0, days_left))
    return PrepaidState(prepaid, used, left, days_left, likely)
