"""Metering: makes the prices, the budgets and the meter from the settings."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import structlog

from wasl.config import Settings
from wasl.domain.cost import Budget
from wasl.domain.errors import SettingWrong
from wasl.ledger.meter import day_of
from wasl.ledger.price import Exchange, MessageCard, PriceList, as_own
from wasl.ledger.price_file import FILE_CHARACTERS_MAX, read_price_files
from wasl.ledger.report import Prepayment
from wasl.ledger.shipped_prices import shipped_prices
from wasl.policy.rulebook import Rulebook
from wasl.policy.shipped_rules import shipped_book
from wasl.ports.channel import Channel
from wasl.ports.clock import Clock
from wasl.ports.ledger import Ledger
from wasl.ports.people import People
from wasl.service.meter import Alarm, Meter
from wasl.service.observe import Observe
from wasl.service.reckon import Reckon

log = structlog.get_logger(__name__)


def make_prices(settings: Settings, *, book: Rulebook | None = None) -> PriceList:
    """Gives the operator's own cards, before the shipped ones and the rates that stand in the rules. Raises SettingWrong."""
    rates = rates_of(book or shipped_book())
    shipped = shipped_prices().over(rates)
    return own_prices(settings.prices).over(shipped) if settings.prices else shipped


def own_prices(folder: Path) -> PriceList:
    """Reads the operator's folder. Raises SettingWrong."""
    if not folder.is_dir():
        raise SettingWrong(f"prices: there is no folder {str(folder)!r}; make it, or take the setting out")
    texts: dict[str, str] = {}
    for path in sorted(folder.glob("*.toml")):
        if path.stat().st_size > FILE_CHARACTERS_MAX * 4:
            raise SettingWrong(f"prices: {path.name} is too large; split it")
        try:
            texts[path.name] = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise SettingWrong(f"prices: {path.name} cannot be read ({error}); mend it or take it out") from error
    return as_own(read_price_files(texts))


def rates_of(book: Rulebook) -> PriceList:
    """Gives the rates of a rulebook as cards: one copy of the facts, two readers."""
    return PriceList(
        messages=tuple(
            MessageCard(
                id=rate.id,
                currency=rate.currency,
                from_=rate.from_,
                to=rate.to,
                seen=rate.seen,
                source=rate.source,
                unsure=rate.unsure,
                channels=tuple(dict.fromkeys((*rate.channels, *(name for name, of in book.names.items() if of in rate.channels)))),
                regions=tuple(dict.fromkeys(place for region in rate.regions for place in book.groups.get(region, (region,)))),
                amounts=rate.amounts,
            )
            for rate in book.rates
        )
    )


def make_budgets(settings: Settings) -> tuple[Budget, ...]:
    """Gives the budgets. Raises SettingWrong for two of one name, or one that holds to what there is not."""
    names = [b.name for b in settings.budgets]
    known = {*settings.channels, *settings.providers}
    for b in settings.budgets:
        if names.count(b.name) > 1:
            raise SettingWrong(f"budgets: two are named {b.name!r}; give one of them another name")
        if b.only and b.only not in known:
            raise SettingWrong(
                f"budgets: {b.name!r} holds to {b.only!r}, which is no channel and no provider; there are {', '.join(sorted(known))}"
            )
        if b.reserve > b.amount:
            raise SettingWrong(f"budgets: {b.name!r} keeps back more than it has")
    return tuple(
        Budget(
            name=b.name,
            amount=b.amount,
            currency=b.currency,
            every=b.every,
            whose=b.each,
            only=b.only,
            covers=b.covers,
            reserve=b.reserve,
            unknown=b.unknown,
            warn=settings.costs.warn_at,
        )
        for b in settings.budgets
    )


def make_rates(settings: Settings) -> tuple[Exchange, ...]:
    """Gives the operator's exchange rates."""
    return tuple(Exchange(of=e.of, to=e.to, rate=e.rate, from_=e.since) for e in settings.costs.exchange)


def zone_of(settings: Settings) -> str:
    """Gives the time zone of days and months."""
    return settings.costs.zone or settings.deployment.zone


def ruled_channels(book: Rulebook) -> frozenset[str]:
    """Names the kinds of channels whose charges stand in the rules."""
    charged = {name for rule in book.known_on() if rule.effect == "charge" for name in rule.channels}
    return frozenset(charged | {name for name, of in book.names.items() if of in charged})


def make_meter(settings: Settings, *, ledger: Ledger, clock: Clock, observe: Observe, book: Rulebook | None = None) -> Meter:
    """Makes the meter. Raises SettingWrong."""
    return Meter(
        prices=make_prices(settings, book=book),
        budgets=make_budgets(settings),
        rates=make_rates(settings),
        zone=zone_of(settings),
        ledger=ledger,
        clock=clock,
        alarm=_alarm(observe),
    )


def make_reckon(
    settings: Settings,
    *,
    ledger: Ledger,
    people: People,
    clock: Clock,
    channels: Mapping[str, Channel],
    prices: PriceList,
    book: Rulebook | None = None,
) -> Reckon:
    """Makes what reads the books."""
    costs = settings.costs
    return Reckon(
        ledger=ledger,
        people=people,
        clock=clock,
        prices=prices,
        rates=make_rates(settings),
        budgets=make_budgets(settings),
        prepaid=[Prepayment(p.kind, p.of, p.amount, p.currency, p.since, p.until, p.title) for p in costs.prepaid],
        free=free_messages(book or shipped_book(), day_of(clock.now_ms(), zone_of(settings))),
        aliases=_aliases(book or shipped_book(), channels),
        channels=channels,
        zone=zone_of(settings),
        currency=costs.currency,
    )


def _aliases(book: Rulebook, channels: Mapping[str, Channel]) -> dict[str, str]:
    """Says of each further name of a channel which one is shown: the one that an adapter here goes by, else the rules' own."""
    kinds = {channel.kind for channel in channels.values()}
    return {own if other in kinds else other: other if other in kinds else own for other, own in book.names.items()}


def free_messages(book: Rulebook, day: date) -> dict[str, int]:
    """Says how many free-form messages a month the rules of a day give to each number, by the kind of channel."""
    found: dict[str, int] = {}
    for rule in book.in_force(day):
        free = rule.predicate.get("service_free_per_number_per_month")
        if isinstance(free, int):
            for name in (*rule.channels, *(name for name, of in book.names.items() if of in rule.channels)):
                found[name] = free
    return found


def _alarm(observe: Observe) -> Alarm:
    def alarm(what: str, told: Mapping[str, object]) -> None:
        facts = dict(told)
        observe.budget(name=str(facts.get("budget", "")), what=what)
        log.error(what, **{name: value for name, value in facts.items() if name != "subject"})  # whose it is stays out of logs

    return alarm
