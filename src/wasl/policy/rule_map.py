"""The rules as people look at them: a map of what every channel allows in every country on a day, and a calendar of what changes when.

Everything is what `evaluate` says about a plain act, so that map and guard cannot disagree.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final, Literal

from wasl.domain.rule import Price, Verdict
from wasl.policy.act import Act, Deployment, Outgoing, Purpose, Recipient
from wasl.policy.evaluate import evaluate
from wasl.policy.rule import Rule
from wasl.policy.rulebook import Rulebook
from wasl.wire.region import REGIONS

Standing = Literal["allowed", "charged", "needs", "waits", "denied"]
Form = Literal["answer", "first", "template"]
"""An answer to who has just written; the first word to somebody who never wrote; an approved template to them."""
Change = Literal["begins", "ends", "review"]
NOON_MS: Final = 12 * 3_600_000
MINUTE_MS: Final = 60_000
MOMENT: Final = "first_interaction"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What one channel allows in one place: `rules` had a say, `denials` and `duties` are their ids."""

    channel: str
    standing: Standing
    rules: tuple[str, ...]
    denials: tuple[str, ...] = ()
    duties: tuple[str, ...] = ()
    price: Price | None = None
    unsure: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Places for which every channel allows the same. `regions` None is a person whose country is not known."""

    regions: tuple[str, ...] | None
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One day on which something changes or is to be looked at again."""

    day: date
    change: Change
    rule: Rule


def rule_map(
    book: Rulebook,
    *,
    day: date,
    channels: Sequence[str],
    purpose: Purpose = "business",
    form: Form = "answer",
    regions: Iterable[str] = REGIONS,
) -> tuple[Row, ...]:
    """Draws the map of a day: places with the same cells are one row, the rows with the fewest places first; the last is for nobody knows
    where. The book's own compiled rules are left alone: a map would push what is asked all day out of them."""
    apart = replace(book, _kept={})
    rows: dict[tuple[Cell, ...], list[str]] = {}
    for region in sorted(regions):
        cells = tuple(_cell(apart, channel, region, day=day, purpose=purpose, form=form) for channel in channels)
        rows.setdefault(cells, []).append(region)
    unknown = tuple(_cell(apart, channel, None, day=day, purpose=purpose, form=form) for channel in channels)
    known = sorted(rows.items(), key=lambda one: (len(one[1]), one[1]))
    return (*(Row(regions=tuple(places), cells=cells) for cells, places in known), Row(regions=None, cells=unknown))


def calendar(book: Rulebook, *, since: date, channel: str = "") -> tuple[Entry, ...]:
    """Lists what begins, ends and is to be reviewed from a day on, by day."""
    found: list[Entry] = []
    for rule in book.known_on():
        if channel and book.named(channel) not in rule.channels and "*" not in rule.channels:
            continue
        found.append(Entry(day=rule.from_, change="begins", rule=rule))
        if rule.to is not None:
            found.append(Entry(day=rule.to + timedelta(days=1), change="ends", rule=rule))
        if rule.review_on is not None:
            found.append(Entry(day=rule.review_on, change="review", rule=rule))
    return tuple(sorted((e for e in found if e.day >= since), key=lambda e: (e.day, e.rule.id, e.change)))


def named_rules(book: Rulebook) -> Mapping[str, Rule]:
    """Gives the newest record of every rule by its id."""
    return {rule.id: rule for rule in book.known_on()}


def _cell(book: Rulebook, channel: str, region: str | None, *, day: date, purpose: Purpose, form: Form) -> Cell:
    at_ms = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000) + NOON_MS
    wrote = at_ms - MINUTE_MS if form == "answer" else None
    kind, category = ("template", "utility") if form == "template" else ("free", "")
    act = Act(
        channel=channel,
        at_ms=at_ms,
        deployment=Deployment(purpose=purpose, billing=True),
        message=Outgoing(form=kind, category=category, moment=MOMENT),  # type: ignore[arg-type]  # one of the two
        person=Recipient(region=region, last_inbound_ms=wrote, consent=True),
    )
    verdict = evaluate(book, act)
    return Cell(
        channel=channel,
        standing=_standing(verdict),
        rules=verdict.rules,
        denials=tuple(reason.rule for reason in verdict.reasons) if verdict.effect == "refuse" else (),
        duties=tuple(duty.rule for duty in verdict.duties),
        price=verdict.price,
        unsure=any(reason.unsure for reason in verdict.reasons) or any(duty.unsure for duty in verdict.duties),
    )


def _standing(verdict: Verdict) -> Standing:
    if verdict.effect == "refuse":
        return "denied"
    if verdict.effect == "hold":
        return "waits"
    if verdict.charged:
        return "charged"
    return "needs" if verdict.duties else "allowed"
