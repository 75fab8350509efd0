"""Exposure: what would stop with each dependency, as arithmetic over counts; and what would raise it most."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Final, Literal, NamedTuple

from wasl.continuity.dependency import Answerer, Configured, Entry, Standing
from wasl.domain.days import DAY_MS, begun_ms, day_at
from wasl.domain.exposure import Reach, Traffic, people_in

COUNTRIES_SHOWN: Final = 12
STEPS_MAX: Final = 12
DRILL_STEPS_MAX: Final = 4
ENDS_SOON: Final = timedelta(days=90)
DAYS_A_MONTH: Final = Decimal("30.4375")
CENT: Final = Decimal("0.01")
RESTORABLE_MS: Final = 2 * DAY_MS
"""A copy younger than this brings back what was lost by tomorrow."""
DRILL_STALE_MS: Final = 100 * DAY_MS
"""A loss that was rehearsed longer ago than a season counts as not rehearsed."""

StepKind = Literal["link", "channel", "candidate", "backup", "terms", "drill", "credit"]


class Step(NamedTuple):
    """Something that would help: for `of` (an entry's id), from which share to which. `people` are those to be asked."""

    kind: StepKind
    of: str
    before: float
    after: float
    people: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposed:
    """What hangs on one dependency. Shares from 0 to 1; `kept` is the headline: who would still be reached and answered tomorrow.

    `only_here` are people with no way but through it, `also_here` those who have another way too. Turns and conversations are a
    day's mean. `answers_only_here` is the share of answers that nobody else could give. Money is by currency: what a month through it
    costs at the pace of those days, and what its answers would cost from whoever would give them instead, where prices are known.
    """

    entry: Entry
    known: bool
    ways: tuple[str, ...]
    answerers: tuple[str, ...]
    only_here: int
    only_here_share: float
    also_here: int
    by_country: tuple[tuple[str, int], ...]
    turns_a_day: float
    conversations_a_day: float
    answers_share: float
    answers_only_here: float
    kept: float
    capabilities: tuple[str, ...] = ()
    drilled_ms: int | None = None
    spent_a_month: tuple[tuple[str, Decimal], ...] = ()
    instead_a_month: tuple[tuple[str, Decimal], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """The whole: `kept` is the share that is still reached and answered tomorrow whichever single dependency is lost, `worst` names it
    (but for those that stop nothing on the same day).

    `never_wrote` are people who cannot be reached through anything: they never wrote.
    """

    at_ms: int
    people: int
    never_wrote: int
    kept: float
    worst: str | None
    dependencies: tuple[Exposed, ...]
    steps: tuple[Step, ...]
    backup_ms: int | None = None
    export_ms: int | None = None

    def record(self) -> dict[str, object]:
        """Gives what is kept of a day for the trend: shares and the number of people."""
        return {"whole": round(self.kept, 6), "people": self.people, "kept": {e.entry.id: round(e.kept, 6) for e in self.dependencies}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the arithmetic is told: counts, what goes on, and when things were done last (milliseconds, None for never).

    `days` are kept sums of whole days; `able` names what only some channels can do, by channel.
    """

    now_ms: int
    groups: Sequence[Reach]
    days: Sequence[Traffic] = ()
    able: Mapping[str, frozenset[str]] = field(default_factory=dict)
    drilled: Mapping[str, int] = field(default_factory=dict)
    backup_ms: int | None = None
    export_ms: int | None = None


def exposure(told: Told, standing: Sequence[Standing], here: Configured, *, barred: Mapping[str, frozenset[str]] | None = None) -> Exposure:
    """Computes the whole.

    `barred` names, by dependency, candidates that a contract keeps from standing in even when it is lost.
    """
    groups = _configured(told.groups, here)
    reachable = [g for g in groups if g.ways]
    people = people_in(reachable)
    restored = told.backup_ms is not None and told.now_ms - told.backup_ms <= RESTORABLE_MS
    flow = _Flow(told.days)
    found = [
        _exposed(
            s,
            reachable,
            people=people,
            here=here,
            flow=flow,
            told=told,
            restored=restored,
            barred=(barred or {}).get(s.entry.id, frozenset()),
        )
        for s in standing
    ]
    found.sort(key=lambda e: (e.entry.slow, e.kept, -e.only_here, -e.answers_share, e.entry.id))
    whole = min((e.kept for e in found if not e.entry.slow), default=1.0) if people else 1.0
    worst = next((e.entry.id for e in found if e.kept == whole and e.kept < 1 and not e.entry.slow), None)
    return Exposure(
        at_ms=told.now_ms,
        people=people,
        never_wrote=people_in(groups) - people,
        kept=whole,
        worst=worst,
        dependencies=tuple(found),
        steps=_steps(found, here=here, told=told, people=people),
        backup_ms=told.backup_ms,
        export_ms=told.export_ms,
    )


class _Flow:
    """What goes on in a day, as a mean over the kept days."""

    def __init__(self, days: Sequence[Traffic]) -> None:
        self._days = max(1, len({t.day_ms for t in days}))
        self._channels = {t.name: (0, 0) for t in days if t.kind == "channel"}
        self._candidates: dict[str, int] = {}
        self._money: dict[tuple[str, str], dict[str, Decimal]] = {}
        for t in days:
            for currency, amount in t.money:
                of = self._money.setdefault((t.kind, t.name), {})
                of[currency] = of.get(currency, Decimal(0)) + amount
            if t.kind == "channel":
                turns, conversations = self._channels[t.name]
                self._channels[t.name] = turns + t.turns, conversations + t.conversations
            elif t.kind == "candidate":
                self._candidates[t.name] = self._candidates.get(t.name, 0) + t.answered
        self.answers = sum(self._candidates.values())

    def turns(self, ways: Iterable[str]) -> float:
        return sum(self._channels.get(w, (0, 0))[0] for w in ways) / self._days

    def conversations(self, ways: Iterable[str]) -> float:
        return sum(self._channels.get(w, (0, 0))[1] for w in ways) / self._days

    def money(self, ways: Iterable[str], answerers: Iterable[str]) -> tuple[tuple[str, Decimal], ...]:
        """What goes there in a month."""
        whose = {*(("channel", w) for w in ways), *(("candidate", a) for a in answerers)}
        return self._monthly(amount for key, amount in self._money.items() if key in whose)

    def instead(self, answerers: Iterable[str], left: Sequence[Answerer]) -> tuple[tuple[str, Decimal], ...]:
        """What the answers of some would cost in a month from the first who is left and whose answers have a known price."""
        count = sum(self._candidates.get(a, 0) for a in answerers)
        for one in left:
            given, paid = self._candidates.get(one.name, 0), self._money.get(("candidate", one.name))
            if count and given and paid:
                return self._monthly([{currency: amount * count / given for currency, amount in paid.items()}])
        return ()

    def _monthly(self, amounts: Iterable[Mapping[str, Decimal]]) -> tuple[tuple[str, Decimal], ...]:
        summed: dict[str, Decimal] = {}
        for one in amounts:
            for currency, amount in one.items():
                summed[currency] = summed.get(currency, Decimal(0)) + amount
        return tuple(sorted((c, (a * DAYS_A_MONTH / self._days).quantize(CENT)) for c, a in summed.items()))

    def share(self, answerers: Iterable[str]) -> float:
        """The share of answers that these candidates gave."""
        return sum(self._candidates.get(a, 0) for a in answerers) / self.answers if self.answers else 0.0


def _configured(groups: Sequence[Reach], here: Configured) -> list[Reach]:
    """Leaves out ways that are not configured any more: nobody is reached through them."""
    names = {w.name for w in here.ways}
    return [Reach(g.ways & names, g.country, g.people) for g in groups]


def _exposed(
    s: Standing,
    groups: Sequence[Reach],
    *,
    people: int,
    here: Configured,
    flow: _Flow,
    told: Told,
    restored: bool,
    barred: frozenset[str],
) -> Exposed:
    only = [g for g in groups if g.ways <= s.ways] if s.ways else []
    also = [g for g in groups if g.ways & s.ways and not g.ways <= s.ways]
    left = [a for a in here.answerers if a.name not in s.answerers and a.name not in barred]
    alone = bool(s.answerers) and not left
    kept = 1.0 if people == 0 else (people - people_in(only)) / people * (0.0 if alone else 1.0)
    if s.entry.restored and s.takes_everything:
        kept = 1.0 if restored else 0.0
    return Exposed(
        entry=s.entry,
        known=s.known,
        ways=tuple(sorted(s.ways)),
        answerers=tuple(sorted(s.answerers)),
        only_here=people_in(only),
        only_here_share=people_in(only) / people if people else 0.0,
        also_here=people_in(also),
        by_country=_by_country(only),
        turns_a_day=flow.turns(s.ways) if s.ways else flow.share(s.answerers) * flow.turns(w.name for w in here.ways),
        conversations_a_day=flow.conversations(s.ways),
        answers_share=flow.share(s.answerers),
        answers_only_here=1.0 if alone else 0.0,
        kept=kept,
        capabilities=_capabilities(s, left, here=here, told=told),
        spent_a_month=flow.money(s.ways, s.answerers),
        instead_a_month=flow.instead(s.answerers, left),
        drilled_ms=told.drilled.get(s.entry.id),
    )


def _by_country(groups: Sequence[Reach]) -> tuple[tuple[str, int], ...]:
    counted: dict[str, int] = {}
    for group in groups:
        counted[group.country] = counted.get(group.country, 0) + group.people
    ranked = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    rest = sum(count for _, count in ranked[COUNTRIES_SHOWN:])
    return (*ranked[:COUNTRIES_SHOWN], *([("*", rest)] if rest else []))


def _capabilities(s: Standing, left: Sequence[Answerer], *, here: Configured, told: Told) -> tuple[str, ...]:
    """Names what nothing else here can do."""
    if s.takes_everything:
        return ()
    others = [told.able.get(w.name, frozenset()) for w in here.ways if w.name not in s.ways]
    lost = frozenset().union(*(told.able.get(w, frozenset()) for w in s.ways)) - frozenset().union(*others)
    sees = any(a.vision for a in here.answerers if a.name in s.answerers) and not any(a.vision for a in left)
    return (*sorted(lost), *(["seeing pictures"] if sees else []))


def _steps(found: Sequence[Exposed], *, here: Configured, told: Told, people: int) -> tuple[Step, ...]:
    """Ranks what would help, by how many people it would keep; what only makes things known comes last."""
    steps: list[Step] = []
    for e in found:
        share = e.entry.kind == "channel platform"
        if share and e.only_here and any(w.name not in e.ways for w in here.ways):
            steps.append(Step("link", e.entry.id, e.kept, min(1.0, e.kept + e.only_here_share), e.only_here))
        elif share and e.only_here:
            steps.append(Step("channel", e.entry.id, e.kept, min(1.0, e.kept + e.only_here_share), e.only_here))
        if e.answers_only_here and not e.entry.restored:
            steps.append(Step("candidate", e.entry.id, e.kept, (people - e.only_here) / people if people else 1.0))
        if e.entry.restored and e.kept < 1 and not any(s.kind == "backup" for s in steps):
            steps.append(Step("backup", e.entry.id, e.kept, 1.0))
    steps.sort(key=lambda s: (s.before - s.after, -s.people, s.of))
    undrilled = sorted(
        (e for e in found if _undrilled(e, now_ms=told.now_ms)), key=lambda e: (-e.only_here - e.also_here, -e.answers_share)
    )
    quiet = [Step("drill", e.entry.id, e.kept, e.kept) for e in undrilled[:DRILL_STEPS_MAX]]
    quiet += [Step("credit", e.entry.id, e.kept, e.kept) for e in found if _ends_soon(e.entry, now_ms=told.now_ms)]
    quiet += [Step("terms", e.entry.id, e.kept, e.kept) for e in found if not e.known and (e.ways or e.answerers)]
    return (*steps, *quiet)[:STEPS_MAX]


def _ends_soon(entry: Entry, *, now_ms: int) -> bool:
    """Says whether a term, a credit or a commitment of a contract ends within the next months."""
    today = day_at(now_ms)
    return any(f.until is not None and today <= f.until <= today + ENDS_SOON for f in entry.facts)


def _undrilled(e: Exposed, *, now_ms: int) -> bool:
    return can_rehearse(e.entry) and bool(e.ways or e.answerers) and (e.drilled_ms is None or now_ms - e.drilled_ms > DRILL_STALE_MS)


def can_rehearse(entry: Entry) -> bool:
    """Says whether a drill of its loss can be run: not of the machine that would run it (restore a backup elsewhere), nor of a name
    under which nobody would find us (nothing would come in), nor of what stops nothing by itself."""
    return "host" not in entry.slots and entry.kind not in ("console", "mail relay", "copies", "domain")


def trend(figures: Sequence[tuple[int, Mapping[str, object]]], *, of: str | None = None, now_ms: int, days: int) -> list[tuple[int, float]]:
    """Gives the kept shares of the last days, of the whole or of one dependency; days that were not kept are left out."""
    since = begun_ms(now_ms) - days * DAY_MS
    points: list[tuple[int, float]] = []
    for day_ms, record in figures:
        kept = record.get("kept")
        value = record.get("whole") if of is None else kept.get(of) if isinstance(kept, dict) else None
        if day_ms >= since and isinstance(value, int | float):
            points.append((day_ms, float(value)))
    return points
