"""Rule files: read strictly. What is wrong is named with file, line and rule, and the file is refused as a whole."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple, cast

from wasl.domain.errors import SettingWrong
from wasl.policy.rule import EVERYWHERE, Effect, Rate, Role, Rule
from wasl.policy.vocabulary import BITES, KEYS, MOMENTS
from wasl.wire.region import REGIONS
from wasl.wire.toml_table import TomlPlace, day_of, flag_of, meant, needed_day_of, text_of, texts_of

FILE_CHARACTERS_MAX: Final = 2 << 20
RULES_MAX: Final = 5_000
SENTENCE_CHARACTERS_MAX: Final = 1_000
ROLES: Final = ("primary", "ancillary", "any")
_TOP: Final = {"channel", "provider", "also_called", "groups", "rule", "rate"}
_RULE: Final = {
    "id", "channel", "provider", "also", "effect", "predicate", "requires", "from", "to", "regions", "regions_except", "role", "error_code",
    "review_on", "source", "source_date", "seen", "unsure", "from_approx", "withdrawn", "terms_version", "sentences",
}  # fmt: skip
_RATE: Final = {"id", "regions", "currency", "amounts", "from", "to", "seen", "source", "unsure"}
_ID: Final = re.compile(r"[a-z0-9][a-z0-9_.-]{1,79}")
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_.-]{0,39}|\*")
_PART: Final = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")
_GROUP: Final = re.compile(r"[A-Z][A-Z0-9_]{2,39}")


class RuleFile(NamedTuple):
    """What one file says. `names` are other names of its channel."""

    at: str
    rules: tuple[Rule, ...]
    rates: tuple[Rate, ...]
    groups: Mapping[str, tuple[str, ...]]
    names: Mapping[str, str]


def read_rules(text: str, *, at: str, groups: Mapping[str, tuple[str, ...]] | None = None) -> RuleFile:
    """Reads one file. `groups` are those of other files, which it may name. Raises SettingWrong with file, line and reason."""
    if len(text) > FILE_CHARACTERS_MAX:
        raise SettingWrong(f"{at} has more than {FILE_CHARACTERS_MAX} characters; split it by channel")
    try:
        table = tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, RecursionError, ArithmeticError) as error:
        raise SettingWrong(f"{at} is no TOML ({error}); mend that line") from error
    for key in table:
        if key not in _TOP:
            raise SettingWrong(f"{at}, line {_line_of(text, key)}: {key!r} is not known; a rule file has {', '.join(sorted(_TOP))}")
    own_groups = _groups(table, at=at)
    known = {**(groups or {}), **own_groups}
    top = {"channel": table.get("channel"), "provider": table.get("provider")}
    tables = _tables(table, "rule", at=at)
    if len(tables) > RULES_MAX:
        raise SettingWrong(f"{at} has {len(tables)} rules, more than {RULES_MAX}; split it by channel")
    places = _places(text, "rule", at=at)
    rules = tuple(_rule(one, next(places), top, known) for one in tables)
    places = _places(text, "rate", at=at)
    rates = tuple(_rate(one, next(places), top, known) for one in _tables(table, "rate", at=at))
    _not_contradictory(rules, known)
    return RuleFile(at, rules, rates, own_groups, _names(table, at=at))


def _rule(table: Mapping[str, Any], place: TomlPlace, top: Mapping[str, Any], groups: Mapping[str, tuple[str, ...]]) -> Rule:
    found = table.get("id")
    if not isinstance(found, str) or not _ID.fullmatch(found):
        place.wrong(f"its id is {found!r}; give it one of small letters, digits, dots and underscores", "id")
    place = place._replace(id=found)
    place.only(table, _RULE, "a rule")
    effect = table.get("effect")
    if not isinstance(effect, str) or effect not in BITES:
        place.wrong(f"its effect is {effect!r};{meant(str(effect), BITES)} it is one of {', '.join(BITES)}", "effect")
    english, arabic = _sentences(table, place)
    starts, ends = needed_day_of(table, "from", place), day_of(table, "to", place)
    if ends is not None and ends < starts:
        place.wrong(f"it ends on {ends}, before it begins on {starts}", "to")
    channels, providers = _whose(table, top, place)
    role = table.get("role", "any")
    if role not in ROLES:
        place.wrong(f"its role is {role!r}; it is one of {', '.join(ROLES)}", "role")
    return Rule(
        id=found,
        channels=channels,
        providers=providers,
        effect=cast(Effect, effect),
        predicate=_predicate(table, effect, place, groups),
        text=english,
        arabic=arabic,
        from_=starts,
        to=ends,
        seen=needed_day_of(table, "seen", place),
        source=text_of(table, "source", place, needed=True),
        source_date=text_of(table, "source_date", place),
        regions=_regions(table, "regions", place, groups) or (EVERYWHERE,),
        regions_except=_regions(table, "regions_except", place, groups),
        role=cast(Role, role),
        error_code=text_of(table, "error_code", place),
        review_on=day_of(table, "review_on", place),
        from_approx=flag_of(table, "from_approx", place),
        unsure=flag_of(table, "unsure", place),
        withdrawn=flag_of(table, "withdrawn", place),
        terms_version=text_of(table, "terms_version", place),
        sentences=texts_of(table, "sentences", place),
        at=f"{place.at}:{place.line}",
    )


def _predicate(table: Mapping[str, Any], effect: str, place: TomlPlace, groups: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    predicate = table.get("predicate")
    if not isinstance(predicate, dict) or not predicate:
        place.wrong("it has no predicate; say what it looks at, such as predicate = { max_text_chars = 4096 }", "predicate")
    for key, value in predicate.items():
        if key not in KEYS:
            place.wrong(f"the predicate {key!r} is not known;{meant(key, KEYS)} known are {', '.join(sorted(KEYS))}", "predicate", key)
        words, check = KEYS[key]
        if not check(value):
            place.wrong(f"the predicate {key!r} takes {words}, not {value!r}", "predicate", key)
    if not BITES[effect] & set(predicate):
        place.wrong(f"an effect {effect!r} needs one of {', '.join(sorted(BITES[effect]))} in its predicate", "predicate")
    if unknown := set(predicate.get("when", ())) - MOMENTS:
        place.wrong(f"`when` names {sorted(unknown)[0]!r}; moments are {', '.join(sorted(MOMENTS))}", "predicate", "when")
    if "users_in" in predicate:
        predicate = {**predicate, "users_in": sorted(_resolved(predicate["users_in"], "users_in", place, groups))}
    return predicate


def _whose(table: Mapping[str, Any], top: Mapping[str, Any], place: TomlPlace) -> tuple[tuple[str, ...], tuple[str, ...]]:
    channel, provider = table.get("channel", top["channel"]), table.get("provider", top["provider"])
    if "channel" in table and "provider" not in table:
        provider = None
    if channel is None and provider is None:
        place.wrong('it names neither a channel nor a provider; write channel = "…" above the rules, or "*" for every channel')
    for name in (channel, provider, *texts_of(table, "also", place)):
        if name is not None and (not isinstance(name, str) or not _NAME.fullmatch(name)):
            key = "also" if name in table.get("also", ()) else "channel" if name == channel else "provider"
            place.wrong(f"{name!r} is no name of a channel or a provider", key)
    more = texts_of(table, "also", place)
    if provider is None:
        return (channel, *more), ()
    return ((channel,) if channel else (EVERYWHERE,)), (provider, *more)


def _rate(table: Mapping[str, Any], place: TomlPlace, top: Mapping[str, Any], groups: Mapping[str, tuple[str, ...]]) -> Rate:
    place = place._replace(id=str(table.get("id", "?"))[:80])
    place.only(table, _RATE, "a rate")
    amounts, currency = table.get("amounts"), table.get("currency")
    if not isinstance(currency, str) or not KEYS["price_per_message"][1]({currency: 0}):
        place.wrong(f'its currency is {currency!r}; write three capital letters, such as "EUR"', "currency")
    if not isinstance(amounts, dict) or not KEYS["price_per_message"][1](dict.fromkeys(["USD"], 0) if amounts else {}):
        place.wrong("it has no amounts; write amounts = { utility = 0.0068 }", "amounts")
    for name, amount in amounts.items():
        if not isinstance(amount, Decimal | int) or isinstance(amount, bool) or not Decimal(amount).is_finite() or amount < 0:
            place.wrong(f"the amount {name!r} is {amount!r}; write a number of zero or more", "amounts", name)
    channels, _ = _whose({}, top, place)
    starts, ends = needed_day_of(table, "from", place), day_of(table, "to", place)
    if ends is not None and ends < starts:
        place.wrong(f"it ends on {ends}, before it begins on {starts}", "to")
    return Rate(
        id=text_of(table, "id", place, needed=True),
        channels=channels,
        regions=_regions(table, "regions", place, groups) or (EVERYWHERE,),
        currency=currency,
        amounts={name: Decimal(amount) for name, amount in amounts.items()},
        from_=starts,
        to=ends,
        seen=needed_day_of(table, "seen", place),
        source=text_of(table, "source", place, needed=True),
        unsure=flag_of(table, "unsure", place),
    )


def _sentences(table: Mapping[str, Any], place: TomlPlace) -> tuple[str, str]:
    requires = table.get("requires")
    if not isinstance(requires, dict) or set(requires) != {"en", "ar"}:
        place.wrong('it has no sentence for people in both languages; write requires = { en = "…", ar = "…" }', "requires")
    for language, sentence in requires.items():
        if not isinstance(sentence, str) or not sentence.strip() or len(sentence) > SENTENCE_CHARACTERS_MAX:
            place.wrong(f"its sentence in {language!r} must be text of at most {SENTENCE_CHARACTERS_MAX} characters", "requires", language)
    return requires["en"].strip(), requires["ar"].strip()


def _regions(table: Mapping[str, Any], key: str, place: TomlPlace, groups: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    names = texts_of(table, key, place)
    _resolved(names, key, place, groups)
    return names


def _resolved(names: Sequence[str], key: str, place: TomlPlace, groups: Mapping[str, tuple[str, ...]]) -> set[str]:
    found: set[str] = set()
    for name in names:
        if name in groups:
            found |= set(groups[name])
        elif name in REGIONS or name == EVERYWHERE or (_PART.fullmatch(name) and name[:2] in REGIONS):
            found.add(name)
        else:
            where = ("predicate", key) if key == "users_in" else (key,)
            place.wrong(f"{key} names {name!r}, which is no country (two capital letters), no part of one (US-CA), and no group", *where)
    return found


def _not_contradictory(rules: Sequence[Rule], groups: Mapping[str, tuple[str, ...]]) -> None:
    """Two records of one file may not allow and deny the same on the same day in the same place, nor say one thing twice."""
    seen: dict[tuple[str, date], Rule] = {}
    for rule in rules:
        if (earlier := seen.get((rule.id, rule.seen))) is not None:
            raise SettingWrong(
                f"{rule.at}: rule {rule.id!r} was seen on {rule.seen} twice (also {earlier.at}); a newer record needs a newer `seen`"
            )
        seen[rule.id, rule.seen] = rule
    newest = {rule.id: rule for rule in sorted(rules, key=lambda one: one.seen)}.values()
    allows = [rule for rule in newest if rule.effect == "allow" and not rule.withdrawn]
    denials = [rule for rule in newest if rule.effect == "deny" and not rule.withdrawn]
    for one in allows:
        for other in denials:
            if _clash(one, other, groups):
                raise SettingWrong(
                    f"{one.at}: rule {one.id!r} allows from {max(one.from_, other.from_)} what {other.id!r} ({other.at}) denies in the "
                    "same place on the same days; end one of them, or put the place into `regions_except` of the denial"
                )


def _clash(one: Rule, other: Rule, groups: Mapping[str, tuple[str, ...]]) -> bool:
    about = [{k for k in rule.predicate if k not in ("decided_by", "recipient_calling_code", "area")} for rule in (one, other)]
    if about[0] != about[1] or not (set(one.channels) & set(other.channels)) or one.providers != other.providers:
        return False
    if (one.to is not None and one.to < other.from_) or (other.to is not None and other.to < one.from_):
        return False
    first, second = (_members(rule.regions, groups) - _members(rule.regions_except, groups) for rule in (one, other))
    return bool(first & second)


def _members(names: Sequence[str], groups: Mapping[str, tuple[str, ...]]) -> set[str]:
    return {region for name in names for region in (REGIONS if name == EVERYWHERE else groups.get(name, (name,)))}


def _groups(table: Mapping[str, Any], *, at: str) -> dict[str, tuple[str, ...]]:
    found = table.get("groups", {})
    if not isinstance(found, dict):
        raise SettingWrong(f"{at}: groups is a table of lists of countries")
    for name, members in found.items():
        good = isinstance(members, list) and members and all(isinstance(one, str) and one in REGIONS for one in members)
        if not _GROUP.fullmatch(name) or not good:
            raise SettingWrong(f"{at}: the group {name!r} is a name in capitals with a list of countries of two letters")
    return {name: tuple(members) for name, members in found.items()}


def _names(table: Mapping[str, Any], *, at: str) -> dict[str, str]:
    own = table.get("channel", table.get("provider"))
    others = table.get("also_called", [])
    if not isinstance(others, list) or not all(isinstance(one, str) and _NAME.fullmatch(one) for one in others):
        raise SettingWrong(f"{at}: also_called is a list of names in small letters")
    return {one: own for one in others if isinstance(own, str)}


def _tables(table: Mapping[str, Any], key: str, *, at: str) -> Sequence[Mapping[str, Any]]:
    found = table.get(key, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise SettingWrong(f"{at}: write each {key} as [[{key}]]")
    return found


def _places(text: str, key: str, *, at: str) -> Iterator[TomlPlace]:
    """Gives where each table of a list begins; a list that is written in another way has no lines."""
    head = re.compile(rf"[ \t]*\[\[[ \t]*{key}[ \t]*\]\]")
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        if head.match(line):
            yield TomlPlace(at, number, what=f"{key} ", lines=lines)
    while True:
        yield TomlPlace(at, 0, what=f"{key} ")


def _line_of(text: str, key: str) -> int:
    return next((number for number, line in enumerate(text.splitlines(), start=1) if key in line), 0)
