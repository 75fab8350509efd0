"""Rulebook: all rules together, chosen by when they held and by when we knew them, and told apart from one version to the next.

Pure: the texts of the files come in, nothing is looked up. Compiled rules are kept by channel, provider, place and day, so that one act
costs only the few rules that could bite.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

from wasl.domain.errors import SettingWrong
from wasl.policy.charges import Cost, cost_of
from wasl.policy.duties import Ask, asks_of
from wasl.policy.limits import Bound, bounds_of
from wasl.policy.predicates import Test, tests_of
from wasl.policy.rule import EVERYWHERE, Rate, Rule
from wasl.policy.rule_file import RuleFile, read_rules

PLACE_KEYS: Final = frozenset({"supported_country_required", "users_in"})
"""Predicates that ask for the place by themselves."""
DIGEST_CHARACTERS: Final = 16
PLACES_KEPT_MAX: Final = 4_096
"""Combinations of channel, provider, place and day that are kept compiled; past it they are dropped and made anew."""


class Compiled(NamedTuple):
    """A rule ready to be tried. `everywhere` says that it holds without knowing the place."""

    rule: Rule
    tests: tuple[tuple[str, Test], ...]
    bounds: tuple[Bound, ...]
    asks: tuple[Ask, ...]
    cost: Cost | None


class Applicable(NamedTuple):
    """What may bite in one place on one day: the rules by effect, and the rates. `strict_side` names rules that hang on a
    place which is not known."""

    rules: tuple[Compiled, ...]
    rates: tuple[Rate, ...]
    strict_side: frozenset[str]


class Change(NamedTuple):
    """A record that an append-only book may not lose: it vanished, or says something else."""

    id: str
    seen: date
    what: str


@dataclass(frozen=True, kw_only=True)
class Rulebook:
    """Every record of every rule, with the groups of countries, the rates, and the digest that names this version."""

    rules: tuple[Rule, ...]
    rates: tuple[Rate, ...] = ()
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""
    _kept: dict[tuple[str, str | None, str | None, str, bool, date, date | None], Applicable] = field(
        default_factory=dict, compare=False, repr=False
    )

    def known_on(self, known: date | None = None) -> tuple[Rule, ...]:
        """Gives of every rule the record that was known on a day (None: the newest), without those withdrawn by then."""
        newest: dict[str, Rule] = {}
        for rule in self.rules:
            if (known is None or rule.seen <= known) and (rule.id not in newest or rule.seen >= newest[rule.id].seen):
                newest[rule.id] = rule
        return tuple(rule for rule in newest.values() if not rule.withdrawn)

    def in_force(self, day: date, *, known: date | None = None) -> tuple[Rule, ...]:
        """Gives the rules that hold on a day, as they were known on another."""
        return tuple(rule for rule in self.known_on(known) if rule.holds_on(day))

    @property
    def channels(self) -> frozenset[str]:
        """Every channel that a rule names."""
        return frozenset(one for rule in self.rules for one in rule.channels if one != EVERYWHERE)

    def named(self, channel: str) -> str:
        """Gives the channel of a name, which may be one of its other names."""
        return self.names.get(channel, channel)

    def reaches(self, rule: Rule, region: str | None, part: str = "", *, assumed: bool = False) -> bool:
        """Says whether a rule holds in a place. Where the place is not known a rule holds if it could, but a permit does not.

        A rule for a part of a country holds for a person of that country whose part is not known. A place that is only `assumed` does
        not open what a general denial closes.
        """
        if region is None:
            if rule.effect == "allow":
                return rule.regions == (EVERYWHERE,) and not rule.regions_except
            return rule.effect != "charge" or EVERYWHERE in rule.regions
        if not (assumed and rule.effect == "deny") and any(
            self._within(one, region, part, unknown_part=False) for one in rule.regions_except
        ):
            return False
        return any(self._within(one, region, part, unknown_part=rule.effect != "allow") for one in rule.regions)

    def applicable(
        self,
        *,
        channel: str,
        provider: str | None,
        region: str | None,
        part: str,
        day: date,
        known: date | None = None,
        assumed: bool = False,
    ) -> Applicable:
        """Gives the rules and rates for one place and day, compiled once and kept."""
        key = (channel, provider, region, part, assumed, day, known)
        found = self._kept.get(key)
        if found is None:
            if len(self._kept) >= PLACES_KEPT_MAX:
                self._kept.clear()
            found = self._kept[key] = self._chosen(*key)
        return found

    def concerning(self, *, channel: str, provider: str | None, known: date | None = None) -> tuple[Rule, ...]:
        """Gives every rule about a channel and a provider, whatever its days and places."""
        return tuple(rule for rule in self.known_on(known) if _about(rule, channel, provider))

    def _chosen(
        self, channel: str, provider: str | None, region: str | None, part: str, assumed: bool, day: date, known: date | None
    ) -> Applicable:
        rules = [
            rule
            for rule in self.concerning(channel=channel, provider=provider, known=known)
            if rule.holds_on(day) and self.reaches(rule, region, part, assumed=assumed)
        ]
        rates = [
            rate
            for rate in self.rates
            if (known is None or rate.seen <= known)
            and channel in rate.channels
            and rate.from_ <= day
            and (rate.to is None or day <= rate.to)
            and region is not None
            and any(self._within(one, region, part, unknown_part=False) for one in rate.regions)
        ]
        by_place = frozenset(rule.id for rule in rules if (region is None or (assumed and rule.regions_except)) and _hangs_on_place(rule))
        return Applicable(tuple(map(compiled, rules)), tuple(rates), by_place)

    def _within(self, name: str, region: str, part: str, *, unknown_part: bool) -> bool:
        if name in (EVERYWHERE, region) or (part and name == part):
            return True
        if name in self.groups:
            return region in self.groups[name]
        return unknown_part and name[2:3] == "-" and name[:2] == region and "-" not in part


def compiled(rule: Rule) -> Compiled:
    """Makes a rule ready to be tried."""
    return Compiled(
        rule,
        tests_of(rule),
        bounds_of(rule) if rule.effect == "limit" else (),
        asks_of(rule) if rule.effect == "require" else (),
        cost_of(rule) if rule.effect == "charge" else None,
    )


def make_book(files: Iterable[RuleFile]) -> Rulebook:
    """Puts files together. Raises SettingWrong where two files give one record, or one name two meanings."""
    rules: list[Rule] = []
    rates: list[Rate] = []
    groups: dict[str, tuple[str, ...]] = {}
    names: dict[str, str] = {}
    records: dict[tuple[str, date], Rule] = {}
    owners: dict[str, tuple[str, ...]] = {}
    for file in files:
        for rule in file.rules:
            if (earlier := records.get((rule.id, rule.seen))) is not None:
                raise SettingWrong(f"{rule.at}: rule {rule.id!r} seen on {rule.seen} is there already ({earlier.at}); choose another id")
            if owners.setdefault(rule.id, rule.channels + rule.providers) != rule.channels + rule.providers:
                raise SettingWrong(f"{rule.at}: rule {rule.id!r} was about {owners[rule.id]}; a later record cannot move it")
            records[rule.id, rule.seen] = rule
            rules.append(rule)
        rates += file.rates
        groups.update(file.groups)
        names.update(file.names)
    if names:  # files may use any of a channel's names
        rules = [_renamed(rule, names) for rule in rules]
    made = Rulebook(rules=tuple(rules), rates=tuple(rates), groups=groups, names=names)
    return Rulebook(rules=made.rules, rates=made.rates, groups=groups, names=names, digest=digest_of(made))


def read_book(texts: Mapping[str, str], *, base: Rulebook | None = None) -> Rulebook:
    """Reads files by name into a book; groups may stand in any of them. `base` is the book over which an operator's files are laid.

    An operator's rule can forbid, ask and charge more; it cannot lift a denial, since any denial wins. Raises SettingWrong.
    """
    groups: dict[str, tuple[str, ...]] = dict(base.groups) if base else {}
    ordered = sorted(texts, key=lambda name: ("[groups]" not in texts[name], name))
    files: list[RuleFile] = [RuleFile("the book", base.rules, base.rates, base.groups, base.names)] if base else []
    for name in ordered:
        file = read_rules(texts[name], at=name, groups=groups)
        groups.update(file.groups)
        files.append(file)
    return make_book(files)


def append_only(old: Rulebook, new: Rulebook) -> tuple[Change, ...]:
    """Gives the records of the old book that the new one lost or changed: none, where rules were only added."""
    now = {(rule.id, rule.seen): rule for rule in new.rules}
    broken = []
    for rule in old.rules:
        kept = now.get((rule.id, rule.seen))
        if kept is None:
            broken.append(Change(rule.id, rule.seen, "vanished"))
        elif kept != rule:
            broken.append(Change(rule.id, rule.seen, "says something else; add a record with a later `seen` instead"))
    return tuple(broken)


def digest_of(book: Rulebook) -> str:
    """Names a version: the beginning of the SHA-256 of everything that decides, whatever order it was read in."""
    told: Sequence[Any] = [
        sorted((record_of(rule) for rule in book.rules), key=lambda one: (one["id"], one["seen"])),
        sorted((_rate_record(rate) for rate in book.rates), key=lambda one: json.dumps(one, sort_keys=True)),
        sorted((name, sorted(members)) for name, members in book.groups.items()),
    ]
    text = json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:DIGEST_CHARACTERS]


def record_of(rule: Rule) -> dict[str, Any]:
    """Gives a rule as JSON may hold it: days as text, amounts as text."""
    told = {
        "id": rule.id,
        "channels": list(rule.channels),
        "providers": list(rule.providers),
        "effect": rule.effect,
        "predicate": _plain(rule.predicate),
        "requires": {"en": rule.text, "ar": rule.arabic},
        "from": rule.from_.isoformat(),
        "to": rule.to.isoformat() if rule.to else None,
        "regions": list(rule.regions),
        "regions_except": list(rule.regions_except),
        "role": rule.role,
        "error_code": rule.error_code,
        "review_on": rule.review_on.isoformat() if rule.review_on else None,
        "source": rule.source,
        "source_date": rule.source_date,
        "seen": rule.seen.isoformat(),
        "from_approx": rule.from_approx,
        "unsure": rule.unsure,
        "withdrawn": rule.withdrawn,
        "terms_version": rule.terms_version,
        "sentences": list(rule.sentences),
    }
    return {name: value for name, value in told.items() if value not in (None, "", [], False) or name in ("regions", "to")}


def _rate_record(rate: Rate) -> dict[str, Any]:
    return {
        "id": rate.id,
        "channels": list(rate.channels),
        "regions": list(rate.regions),
        "currency": rate.currency,
        "amounts": _plain(rate.amounts),
        "from": rate.from_.isoformat(),
        "to": rate.to.isoformat() if rate.to else None,
        "seen": rate.seen.isoformat(),
        "source": rate.source,
        "unsure": rate.unsure,
    }


def _plain(value: Any) -> Any:
    match value:
        case Mapping():
            return {str(name): _plain(one) for name, one in value.items()}
        case list() | tuple():
            return [_plain(one) for one in value]
        case Decimal() | date():
            return str(value)
        case _:
            return value


def _hangs_on_place(rule: Rule) -> bool:
    return rule.regions != (EVERYWHERE,) or bool(rule.regions_except) or not PLACE_KEYS.isdisjoint(rule.predicate)


def _about(rule: Rule, channel: str, provider: str | None) -> bool:
    if rule.providers and (provider is None or (provider not in rule.providers and EVERYWHERE not in rule.providers)):
        return False
    return channel in rule.channels or EVERYWHERE in rule.channels


def _renamed(rule: Rule, names: Mapping[str, str]) -> Rule:
    if not any(one in names for one in rule.channels):
        return rule
    return replace(rule, channels=tuple(names.get(one, one) for one in rule.channels))
