"""Plan: how long telling everybody takes at the account's limits, when it must begin at the latest, and what it costs. Pure."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal, NamedTuple

from wasl.continuity.waking import DAY_HOURS, days_before
from wasl.domain.days import DAY_MS
from wasl.domain.rule import Price
from wasl.domain.sunset import MILESTONES, Audience, Lost, Milestone, MilestoneName, Sunset, Wording
from wasl.wire.isolate import counted
from wasl.wire.plural import so_many

BEFORE_DAYS: Final = {"remind": 14, "last week": 7, "last day": 1}
"""How long before the day each milestone comes; people are announced to as soon as the plan starts."""


class Means(NamedTuple):
    """How people of a country may be told, and what one message costs (None: nothing, or not known where `priced` is False).

    `outside`: "free" words at any time, "template" outside the window, "no" way at all.
    """

    outside: Literal["free", "template", "no"]
    free_price: Price | None
    template_price: Price | None
    priced: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What stands in the way. `blocking`: nothing may be sent before it is mended, or the operator accepts it by name."""

    kind: Literal["past", "late", "template", "limit", "price", "address", "exempt", "proof"]
    blocking: bool
    text: str
    arabic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One milestone in figures: whom it reaches at the most, how long that takes at the limits, and what it costs by currency.

    `inside` counts people who may be sent free words then: those in their window now, for a milestone of today only.
    """

    name: MilestoneName
    at_ms: int
    inside: int
    outside: int
    seconds: int
    cost: tuple[tuple[str, Decimal], ...]

    @property
    def ends_ms(self) -> int:
        """When the last person was told."""
        return self.at_ms + self.seconds * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A plan in figures. `last_start_ms` is when telling everybody once must begin at the latest."""

    sunset: Sunset
    everyone: int
    elsewhere: int
    by_region: tuple[tuple[str, int], ...]
    cannot: tuple[tuple[Lost, int], ...]
    rounds: tuple[Round, ...]
    last_start_ms: int
    problems: tuple[Problem, ...]

    @property
    def only_there(self) -> int:
        """People who may be reached nowhere else."""
        return self.everyone - self.elsewhere

    @property
    def cost(self) -> tuple[tuple[str, Decimal], ...]:
        """What all milestones cost at the most, if nobody moves meanwhile."""
        return _summed(pair for one in self.rounds for pair in one.cost)

    @property
    def blocked(self) -> bool:
        """Says whether something must be mended first."""
        return any(problem.blocking for problem in self.problems)


def milestones_at(on_ms: int, *, zone: str, start_ms: int) -> tuple[tuple[MilestoneName, int], ...]:
    """Gives the times of the milestones that lie between the start and the day."""
    times: list[tuple[MilestoneName, int]] = [("announce", start_ms)]
    for name in MILESTONES[1:]:
        at = days_before(on_ms, BEFORE_DAYS[name], zone=zone)
        if at > start_ms:
            times.append((name, at))
    return tuple(times)


def make_plan(sunset: Sunset, audience: Sequence[Audience], *, now_ms: int, means: Callable[[str], Means]) -> Plan:
    """Works out a plan from the people by kind. `means` says for a country how its people may be told."""
    here = [group for group in audience if sunset.covers(group.region or None)]
    only_there = [group for group in here if not group.elsewhere]
    ways = {region: means(region) for region in sorted({group.region for group in here})}
    cannot: dict[Lost, int] = {}
    told: list[Audience] = []
    for group in only_there:
        if not group.consents:
            cannot["no consent"] = cannot.get("no consent", 0) + group.people
        elif not group.window and not _has_way(ways[group.region], _wording(sunset), group.language):
            cannot["no template"] = cannot.get("no template", 0) + group.people
        else:
            told.append(group)
    rounds = tuple(_round(sunset, one, told if one.at_ms - now_ms < DAY_MS else _later(told, sunset, ways), ways, now_ms=now_ms)
                   for one in sunset.milestones)  # fmt: skip
    once = rounds[0].seconds if rounds else 0
    last_start_ms = sunset.on_ms - once * 1000
    return Plan(
        sunset=sunset,
        everyone=sum(group.people for group in here),
        elsewhere=sum(group.people for group in here if group.elsewhere),
        by_region=_by_region(only_there),
        cannot=tuple(sorted(cannot.items())),
        rounds=rounds,
        last_start_ms=last_start_ms,
        problems=tuple(_problems(sunset, rounds, cannot, ways, now_ms=now_ms, last_start_ms=last_start_ms)),
    )


def _wording(sunset: Sunset) -> Wording:
    return sunset.milestones[0].wording if sunset.milestones else Wording(texts={})


def _has_way(way: Means, wording: Wording, language: str) -> bool:
    return way.outside == "free" or (way.outside == "template" and bool(wording.templates))


def _later(told: Sequence[Audience], sunset: Sunset, ways: dict[str, Means]) -> list[Audience]:
    """Gives whom a milestone reaches that comes in a day or later: nobody's window of today is open then."""
    return [
        group._replace(window=False) for group in told if not group.window or _has_way(ways[group.region], _wording(sunset), group.language)
    ]


def _round(sunset: Sunset, milestone: Milestone, told: Sequence[Audience], ways: dict[str, Means], *, now_ms: int) -> Round:
    inside = sum(group.people for group in told if group.window or ways[group.region].outside == "free")
    outside = sum(group.people for group in told if not group.window and ways[group.region].outside == "template")
    paid: list[tuple[str, Decimal]] = []
    for group in told:
        way = ways[group.region]
        price = way.free_price if group.window or way.outside == "free" else way.template_price
        if price is not None:
            paid.append((price.currency, (price.amount_max or price.amount) * group.people))
    return Round(
        name=milestone.name,
        at_ms=max(milestone.at_ms, now_ms),
        inside=inside,
        outside=outside,
        seconds=telling_seconds(sunset, inside=inside, outside=outside),
        cost=_summed(paid),
    )


def telling_seconds(sunset: Sunset, *, inside: int, outside: int) -> int:
    """Says how long it takes to tell so many people at the limits: whole days where the account allows so many a day.

    The last day of a daily limit takes as long as its own messages do. People are told only in waking hours, so the pace of a day is
    that of those hours.
    """
    awake_hours = max(1, sunset.awake[1] - sunset.awake[0])
    by_pace = (inside + outside) / sunset.per_second * DAY_HOURS / awake_hours
    if sunset.per_day is None or outside <= sunset.per_day:
        return math.ceil(by_pace)
    whole_days = math.ceil(outside / sunset.per_day)
    return max(math.ceil(by_pace), whole_days * DAY_MS // 1000)


def _by_region(groups: Iterable[Audience]) -> tuple[tuple[str, int], ...]:
    counted: dict[str, int] = {}
    for group in groups:
        counted[group.region] = counted.get(group.region, 0) + group.people
    return tuple(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))


def _summed(paid: Iterable[tuple[str, Decimal]]) -> tuple[tuple[str, Decimal], ...]:
    by_currency: dict[str, Decimal] = {}
    for currency, amount in paid:
        by_currency[currency] = by_currency.get(currency, Decimal(0)) + amount
    return tuple(sorted(by_currency.items()))


def _problems(
    sunset: Sunset, rounds: Sequence[Round], cannot: dict[Lost, int], ways: dict[str, Means], *, now_ms: int, last_start_ms: int
) -> Iterable[Problem]:
    if sunset.on_ms <= now_ms:
        yield Problem(
            kind="past",
            blocking=True,
            text="The day is in the past; give one that is still to come.",
            arabic="اليوم المحدد مضى؛ اختر يومًا لم يأتِ بعد.",
        )
    start = rounds[0] if rounds else None
    if start is not None and sunset.on_ms > now_ms and start.ends_ms > sunset.on_ms:
        in_time = max(0, int(start.outside * max(0, sunset.on_ms - start.at_ms) / max(1, start.seconds * 1000)))
        days = math.ceil(start.seconds * 1000 / DAY_MS)
        everyone, late = start.inside + start.outside, start.outside - in_time
        yield Problem(
            kind="limit",
            blocking=True,
            text=f"Telling {_people(everyone)} takes {so_many(days, 'day')} at the account's limit; the last day to begin has"
            f" passed. About {_people(late)} would not be told before the day.",
            arabic=f"إبلاغ {_people_ar(everyone, governed=True)} يستغرق {counted(str(days), 'يوم', governed=True)} ضمن حد الحساب، وقد مضى"
            f" آخر يوم للبدء. لن يُبلَّغ نحو {_people_ar(late, governed=True)} قبل اليوم.",
        )
    elif start is not None and last_start_ms - now_ms < 3 * DAY_MS and start.outside:
        yield Problem(
            kind="late",
            blocking=False,
            text="There are less than three days left to begin telling everybody in time.",
            arabic="بقي أقل من ثلاثة أيام لبدء إبلاغ الجميع في الوقت المناسب.",
        )
    if untold := cannot.get("no template"):
        yield Problem(
            kind="template",
            blocking=True,
            text=f"{so_many(untold, 'person has', 'people have')} not written lately and may only be sent an approved template; name one"
            " and have it approved.",
            arabic=f"لم يكتب {_people_ar(untold)} مؤخرًا، ولا يجوز أن يُرسل سوى قالب معتمد؛ سمِّ قالبًا واعتمده.",
        )
    elif start is not None and (silent := max(start.inside + start.outside - one.inside - one.outside for one in rounds)):
        yield Problem(
            kind="template",
            blocking=False,
            text=f"{_people(silent)} who wrote within the last day may be told now; later milestones reach them by an approved"
            " template only, or when they write. Name a template.",
            arabic=f"كتب {_people_ar(silent)} خلال اليوم الأخير ويجوز الإبلاغ الآن؛ أما المراحل التالية فلا تبلغ إلا بقالب معتمد أو عند"
            " الكتابة من جديد. سمِّ قالبًا.",
        )
    unpriced = sorted(region or "?" for region, way in ways.items() if not way.priced)
    if unpriced:
        yield Problem(
            kind="price",
            blocking=False,
            text=f"What a message costs is not known for: {', '.join(unpriced)}. The cost is that of the others.",
            arabic=f"كلفة الرسالة غير معروفة في: {'، '.join(unpriced)}. الكلفة المذكورة تخص البقية.",
        )


def _people(number: int) -> str:
    return so_many(number, "person", "people")


def _people_ar(number: int, *, governed: bool = False) -> str:
    return counted(str(number), "شخص", governed=governed)
