"""Meter: which budgets a call or message counts for, in which period, with how much; days and months in the account's time zone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Final, Literal
from zoneinfo import ZoneInfo

from wasl.domain.cost import AccountKey, Budget, Cost, Every, Share
from wasl.ledger.price import Exchange, exchanged

SLOT_MS: Final = 900_000
"""Every zone's midnight falls on a quarter of an hour."""
DAYS_KEPT: Final = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What is about to be paid for. `answer` says that somebody waits for it: it may use what a budget keeps back for answers."""

    kind: Literal["call", "message"]
    cost: Cost
    channel: str = ""
    provider: str = ""
    person_id: str = ""
    answer: bool = True


@lru_cache(maxsize=64)
def zone_of(name: str) -> tzinfo:
    """Gives a time zone by its name, which the settings have checked."""
    return ZoneInfo(name)


@lru_cache(maxsize=DAYS_KEPT)
def _day_of_slot(slot: int, zone: str) -> date:
    return datetime.fromtimestamp(slot * SLOT_MS / 1000, zone_of(zone)).date()


def day_of(at_ms: int, zone: str) -> date:
    """Gives the calendar day of an instant in a zone, whatever its clocks do."""
    return _day_of_slot(at_ms // SLOT_MS, zone)


def period_of(day: date, every: Every) -> str:
    """Names the period of a day: "2026-11" or "2026-11-22"."""
    return f"{day:%Y-%m}" if every == "month" else day.isoformat()


def starts_at(day: date, zone: str) -> int:
    """Gives the first instant of a day in a zone, milliseconds; where its clocks skip midnight, the first that there is."""
    there = datetime(day.year, day.month, day.day, tzinfo=zone_of(zone))
    at_ms = round(there.timestamp() * 1000)
    while day_of(at_ms, zone) < day:  # midnight was skipped, and its name means an instant of the day before
        at_ms += SLOT_MS
    while day_of(at_ms - SLOT_MS, zone) >= day:
        at_ms -= SLOT_MS
    return at_ms


def month_bounds(month: str, zone: str) -> tuple[int, int]:
    """Gives the first instant of a month ("2026-11") and that of the next, milliseconds. Raises ValueError for what is no month."""
    first = date.fromisoformat(f"{month}-01")
    following = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    return starts_at(first, zone), starts_at(following, zone)


def next_period_at(at_ms: int, every: Every, zone: str) -> int:
    """Gives the instant at which the next period begins."""
    day = day_of(at_ms, zone)
    if every == "day":
        return starts_at(day + timedelta(days=1), zone)
    return month_bounds(f"{day:%Y-%m}", zone)[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpriced:
    """A budget refuses what nobody knows the price of, or has no exchange rate for."""

    budget: Budget
    why: str


def shares_of(act: Act, budgets: Sequence[Budget], *, day: date, rates: Sequence[Exchange]) -> tuple[Share, ...] | Unpriced:
    """Says what an act takes from which accounts; an act that costs nothing takes from none.

    A budget in another currency counts it by the operator's own exchange rate of the day.
    """
    shares: list[Share] = []
    for budget in budgets:
        if not _counts(budget, act):
            continue
        amount = act.cost.amount
        if amount is not None:
            amount = exchanged(amount, of=act.cost.currency, to=budget.currency, day=day, rates=rates)
        if amount is None:
            if budget.unknown == "refuse":
                lacks = "no exchange rate is set" if act.cost.amount is not None else "nobody knows its price"
                return Unpriced(budget=budget, why=lacks)
            continue
        if amount > 0:
            shares.append(_share(budget, act, amount, day=day))
    return tuple(shares)


def _share(budget: Budget, act: Act, amount: Decimal, *, day: date) -> Share:
    subject = {"all": "", "person": act.person_id, "channel": act.channel, "provider": act.provider}[budget.whose]
    limit = budget.amount if act.answer else max(Decimal(0), budget.amount - budget.reserve)
    return Share(key=AccountKey(budget.name, period_of(day, budget.every), subject), amount=amount, limit=limit, warn=budget.warn)


def _counts(budget: Budget, act: Act) -> bool:
    if (budget.covers == "calls" and act.kind != "call") or (budget.covers == "messages" and act.kind != "message"):
        return False
    if budget.only and budget.only not in (act.channel, act.provider):
        return False
    if budget.whose == "person":
        return bool(act.person_id)
    if budget.whose == "channel":
        return bool(act.channel)
    return budget.whose != "provider" or bool(act.provider)
