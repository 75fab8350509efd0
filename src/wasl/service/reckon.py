"""Reckon: what a month has cost so far, by what it is asked, with what follows from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from wasl.domain.cost import Account, AnswerSample, Budget
from wasl.domain.errors import SettingWrong
from wasl.domain.fit import fit
from wasl.domain.ids import PersonId
from wasl.domain.message import plain_text
from wasl.ledger.meter import day_of, month_bounds, period_of, starts_at
from wasl.ledger.price import Exchange, FeeCard, PriceList
from wasl.ledger.report import (
    DIMENSIONS,
    Dimension,
    Forecast,
    Item,
    NumberCount,
    PrepaidState,
    Prepayment,
    Sum,
    Told,
    forecast,
    grouped,
    items_of_calls,
    items_of_lines,
    items_of_messages,
    numbers,
    prepaid_state,
    told_in,
    total,
)
from wasl.ledger.sms import segments
from wasl.ledger.whatif import Bubble, ChannelCase, ModelCase, on_channel, on_each_model, priced_channels, scaled, segment_channels
from wasl.ports.channel import Channel
from wasl.ports.clock import Clock
from wasl.ports.ledger import By, Ledger
from wasl.ports.people import People
from wasl.routing.route import RouteCandidate
from wasl.wire.markup import measure

SAMPLES = 1_000
"""Answers by which other channels are priced: the newest of the time."""
NAMES_MAX = 50
"""Rows of a report by person that are given the person's name; those that cost most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoned:
    """A month's report. `rows` by what was asked; `by_day` for the chart, in the report's currency."""

    month: str
    since: date
    until: date
    today: date
    zone: str
    currency: str
    by: Dimension
    rows: Mapping[str, Sum]
    whole: Sum
    told: Told
    by_day: Mapping[date, Decimal]
    by_kind: Mapping[str, Mapping[date, Decimal]]
    names: Mapping[str, str]
    forecast: Forecast | None
    numbers: Sequence[NumberCount]
    prepaid: Sequence[PrepaidState]
    budgets: Sequence[tuple[Budget, Sequence[Account]]]
    fees: Sequence[FeeCard]
    unpriced: Sequence[tuple[str, int]]
    rates: Sequence[Exchange]

    def told_of(self, row: Sum) -> Told:
        """Gives a row's money in the currency of the report, and what could not be changed."""
        return told_in(row.amounts, currency=self.currency, day=min(self.today, self.until), rates=self.rates)


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposed:
    """The same month on other models and channels; `sampled` of `answers` were fitted to each channel."""

    models: Sequence[ModelCase]
    channels: Sequence[ChannelCase]
    answers: int
    sampled: int


class Reckon:
    """Reads the books. Works on what is stored, so that any process may do it at any time."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        people: People,
        clock: Clock,
        prices: PriceList,
        rates: Sequence[Exchange],
        budgets: Sequence[Budget],
        prepaid: Sequence[Prepayment],
        free: Mapping[str, int],
        aliases: Mapping[str, str],
        channels: Mapping[str, Channel],
        zone: str,
        currency: str,
    ) -> None:
        self._ledger = ledger
        self._people = people
        self._clock = clock
        self._prices = prices
        self._rates = tuple(rates)
        self._budgets = tuple(budgets)
        self._prepaid = tuple(prepaid)
        self._free = free
        self._aliases = aliases
        self._channels = channels
        self._zone = zone
        self._currency = currency

    async def month(self, month: str = "", *, by: str = "channel") -> Reckoned:
        """Reckons a month ("2026-11"; this one when left out). Raises SettingWrong for what is none, TooLarge, StoreDown."""
        today = day_of(self._clock.now_ms(), self._zone)
        month = month or period_of(today, "month")
        dimension = next((one for one in DIMENSIONS if one == by), None)
        if dimension is None:
            raise SettingWrong(f"{by!r} is nothing to sum by; there are {', '.join(DIMENSIONS)}")
        since_ms, until_ms = _bounds(month, self._zone)
        subject: By = "person" if by == "person" else "conversation" if by == "conversation" else ""
        items = await self._items(since_ms, until_ms, subject=subject)
        since, until = day_of(since_ms, self._zone), day_of(until_ms - 1, self._zone)
        rows, whole = grouped(items, dimension, zone=self._zone), total(items)
        by_day, by_kind = self._days(items)
        told = told_in(whole.amounts, currency=self._currency, day=min(today, until), rates=self._rates)
        current = since <= today <= until
        return Reckoned(
            month=month,
            since=since,
            until=until,
            today=today,
            zone=self._zone,
            currency=self._currency,
            by=dimension,
            rows=rows,
            whole=whole,
            told=told,
            by_day=by_day,
            by_kind=by_kind,
            names=await self._names(rows) if by == "person" else {},
            forecast=await self._forecast(told.amount, by_day, since=since, today=today, until=until) if current else None,
            numbers=numbers(items, free=self._free_by_name()),
            prepaid=await self._prepaid_states(today),
            budgets=await self._accounts(today),
            fees=[c for c in self._prices.fees if c.holds_on(min(today, until)) and c.of in self._kinds_used()],
            unpriced=_unpriced(items),
            rates=self._rates,
        )

    async def suppose(self, month: str = "") -> Supposed:
        """Prices the same month on other models and channels. Raises SettingWrong, TooLarge, StoreDown."""
        today = day_of(self._clock.now_ms(), self._zone)
        since_ms, until_ms = _bounds(month or period_of(today, "month"), self._zone)
        items = await self._items(since_ms, until_ms, subject="")
        day = min(today, day_of(until_ms - 1, self._zone))
        count, sample = await self._ledger.answers(since_ms=since_ms, until_ms=until_ms, limit=SAMPLES)
        cases: list[ChannelCase] = []
        if sample:
            times = Decimal(count) / len(sample)
            cases = [scaled(self._on(name, sample, day=day), times=times) for name in self._candidates(day)]
        return Supposed(models=on_each_model(items, self._prices, day=day), channels=cases, answers=count, sampled=len(sample))

    def unpriced(self, candidates: Sequence[RouteCandidate]) -> list[str]:
        """Names the candidates whose price nobody knows today."""
        day = day_of(self._clock.now_ms(), self._zone)
        return [
            c.name
            for c in candidates
            if not c.keyless
            and self._prices.token_card(provider=c.provider_name, kind=getattr(c.provider, "kind", ""), model=c.model.name, day=day) is None
        ]

    # -- private
    async def _items(self, since_ms: int, until_ms: int, *, subject: By) -> list[Item]:
        calls = await self._ledger.calls(since_ms=since_ms, until_ms=until_ms, by=subject)
        messages = await self._ledger.messages(since_ms=since_ms, until_ms=until_ms, by=subject)
        lines = await self._ledger.lines(since_ms=since_ms, until_ms=until_ms)
        return [
            *items_of_calls(calls),
            *items_of_messages(messages, prices=self._prices, kinds=self._kind, zone=self._zone),
            *items_of_lines(lines),
        ]

    def _kind(self, name: str) -> str:
        channel = self._channels.get(name)
        return channel.kind if channel is not None else name

    def _kinds_used(self) -> set[str]:
        return {*self._channels, *(c.kind for c in self._channels.values())}

    def _free_by_name(self) -> dict[str, int]:
        return {name: self._free[c.kind] for name, c in self._channels.items() if c.kind in self._free}

    def _days(self, items: Sequence[Item]) -> tuple[dict[date, Decimal], dict[str, dict[date, Decimal]]]:
        """Sums days in the report's currency; what cannot be changed into it is left out of the chart, and told beside."""
        whole: dict[date, Decimal] = {}
        parts: dict[str, dict[date, Decimal]] = {}
        for item in items:
            if not item.amount:
                continue
            day = day_of(item.at_ms, self._zone)
            amount = told_in({item.currency: item.amount}, currency=self._currency, day=day, rates=self._rates).amount
            kind = parts.setdefault(item.kind, {})
            kind[day] = kind.get(day, Decimal(0)) + amount
            whole[day] = whole.get(day, Decimal(0)) + amount
        return whole, parts

    async def _forecast(self, so_far: Decimal, by_day: Mapping[date, Decimal], *, since: date, today: date, until: date) -> Forecast | None:
        """At the beginning of a month the end of the last one says more than nothing."""
        days = dict(by_day)
        if (today - since).days < 7:
            before = starts_at(since - timedelta(days=14), self._zone)
            earlier, _ = self._days(await self._items(before, starts_at(since, self._zone), subject=""))
            days = {**earlier, **days}
        return forecast(so_far, days, today=today, month_ends=until)

    async def _prepaid_states(self, today: date) -> list[PrepaidState]:
        wanted = [p for p in self._prepaid if p.since <= today]
        if not wanted:
            return []
        first = min(p.since for p in wanted)
        items = await self._items(starts_at(first, self._zone), self._clock.now_ms() + 1, subject="")
        return [prepaid_state(p, items, today=today, zone=self._zone, rates=self._rates) for p in wanted]

    async def _accounts(self, today: date) -> list[tuple[Budget, Sequence[Account]]]:
        found: list[tuple[Budget, Sequence[Account]]] = []
        for budget in self._budgets:
            accounts = await self._ledger.accounts(period=period_of(today, budget.every))
            own = sorted((a for a in accounts if a.key.budget == budget.name), key=lambda a: a.spent, reverse=True)
            found.append((budget, own[:NAMES_MAX]))
        return found

    async def _names(self, rows: Mapping[str, Sum]) -> dict[str, str]:
        dearest = sorted(rows, key=lambda name: sum(rows[name].amounts.values(), Decimal(0)), reverse=True)[:NAMES_MAX]
        names: dict[str, str] = {}
        for person in dearest:
            view = await self._people.view(PersonId(person)) if person else None
            if view is not None and view.name:
                names[person] = view.name
        return names

    def _candidates(self, day: date) -> list[str]:
        """Names the kinds of channels to compare: those set up here, and those that have a price."""
        names = {*(c.kind for c in self._channels.values()), *priced_channels(self._prices, day=day)}
        return sorted(name for name in names if self._aliases.get(name) not in names)

    def _on(self, kind: str, sample: Sequence[AnswerSample], *, day: date) -> ChannelCase:
        channel = next((c for c in self._channels.values() if c.kind == kind), None)
        by_segment = kind in segment_channels(self._prices)
        bubbles = []
        for answer in sample:
            sends = 1
            if by_segment:
                sends = segments(plain_text(answer.parts))
            elif channel is not None:
                sends = len(fit(answer.parts, limits=channel.limits, measure=measure(channel.limits)))
            bubbles.append(Bubble(answer.country, sends))
        return on_channel(kind, bubbles, self._prices, day=day)


def _bounds(month: str, zone: str) -> tuple[int, int]:
    try:
        return month_bounds(month, zone)
    except ValueError as error:
        raise SettingWrong(f"{month!r} is no month; write one such as 2026-11") from error


def _unpriced(items: Sequence[Item]) -> list[tuple[str, int]]:
    """Names what has no price, and how often it was used; most first."""
    counts: dict[str, int] = {}
    for item in items:
        if item.unknown:
            name = f"{item.provider}: {item.model}" if item.kind == "call" else f"{item.channel} {item.country} {item.category}".strip()
            counts[name] = counts.get(name, 0) + item.unknown
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))
