"""How `wasl rules` shows rules, chains and verdicts: sentences for people, JSON for programs."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Final

import typer

from wasl.cli.rules_words import EFFECTS, WHY, say
from wasl.cli.show import country
from wasl.cli.tongue import Language
from wasl.domain.errors import SettingWrong
from wasl.domain.rule import Verdict
from wasl.policy.act import Act
from wasl.policy.cases import price_words
from wasl.policy.explain import Chain, Step
from wasl.policy.rule import Rule
from wasl.policy.rulebook import Rulebook, record_of
from wasl.wire.isolate import apart, figures_apart
from wasl.wire.region import REGIONS, region_of_phone

SHOWN: Final = ("applies", "kept", "not met")
"""Standings of rules that hold on the day and in the place; the others are shown where everything is asked for."""


def chosen(book: Rulebook, rules: Iterable[Rule], *, channel: str, provider: str, effect: str, region: str, unsure: bool) -> Sequence[Rule]:
    """Filters rules. Raises SettingWrong for an effect or a place that is none."""
    if effect and effect not in EFFECTS:
        raise SettingWrong(f"{effect!r} is no effect; there are {', '.join(EFFECTS)}")
    place = region_of_phone(region) if region.startswith(("+", "0")) else region.upper()
    if region and place not in REGIONS:
        raise SettingWrong(f"{region!r} is no country; write two letters, such as EG, or the beginning of a number, such as +20")
    own = book.named(channel)
    return [
        rule
        for rule in rules
        if (not channel or own in rule.channels or ("*" in rule.channels and not rule.providers))
        and (not provider or book.named(provider) in rule.providers)
        and (not effect or rule.effect == effect)
        and (not region or book.reaches(rule, place, place or ""))
        and (not unsure or rule.unsure)
    ]


def show_rules(book: Rulebook, rules: Sequence[Rule], *, language: Language, as_json: bool) -> None:
    """Prints rules."""
    if as_json:
        typer.echo(json.dumps({"book": book.digest, "rules": [record_of(rule) for rule in rules]}, ensure_ascii=False))
        return
    for rule in rules:
        typer.echo(f"{_id(rule.id, language)}  {EFFECTS[rule.effect][language == 'ar']}  {_scope(rule, language)}")
        typer.echo(f"    {_sentence(rule, language)}")
    if not rules:
        typer.echo(say("none", language))
    typer.echo(say("book", language, digest=book.digest, count=len(rules)))


def exported(book: Rulebook) -> dict[str, Any]:
    """Gives the whole book for programs."""
    return {
        "book": book.digest,
        "groups": {name: list(members) for name, members in book.groups.items()},
        "rules": [record_of(rule) for rule in book.rules],
        "rates": [
            {
                "id": rate.id, "channels": list(rate.channels), "regions": list(rate.regions), "currency": rate.currency,
                "amounts": {name: str(amount) for name, amount in rate.amounts.items()}, "from": str(rate.from_),
                "to": str(rate.to) if rate.to else None, "seen": str(rate.seen), "source": rate.source, "unsure": rate.unsure,
            }
            for rate in book.rates
        ],
    }  # fmt: skip


def show_chain(book: Rulebook, act: Act, chain: Chain, *, language: Language, whole: bool, as_json: bool) -> None:
    """Prints a chain and its verdict."""
    if as_json:
        typer.echo(json.dumps(_chain_json(chain), ensure_ascii=False))
        return
    where = say("in", language, region=_place(chain.region, language)) if chain.region else say("nowhere", language)
    typer.echo(say("asked", language, channel=book.named(act.channel), where=where, day=chain.day))
    typer.echo("")
    _show_verdict(chain.verdict, language)
    typer.echo(f"\n{say('chain', language)}:")
    for step in chain.steps:
        if whole or step.standing in SHOWN:
            rule = step.rule
            typer.echo(f"- {_id(rule.id, language)} ({EFFECTS[rule.effect][language == 'ar']}) {_standing(step, language)}")
            typer.echo(f"    {_sentence(rule, language)}")
            source, seen = _id(rule.source, language), _id(str(rule.seen), language)
            told = [_scope(rule, language), f"{say('source', language)}: {source}", f"{say('seen', language)} {seen}"]
            typer.echo("    " + _joined(told, language))
    typer.echo(f"\n{say('book', language, digest=book.digest, count=len(book.rules))}")


def _show_verdict(verdict: Verdict, language: Language) -> None:
    until = datetime.fromtimestamp(verdict.until_ms / 1000, UTC).isoformat() if verdict.until_ms is not None else ""
    typer.echo(say("verdict", language, effect=say(verdict.effect, language, until=until)))
    if verdict.effect in ("allow", "rewrite"):
        cost = say("costs", language, price=price_words(verdict)) if verdict.price else say("costs_unknown", language)
        typer.echo(cost if verdict.charged else say("free", language))
    told = (("because", verdict.reasons), ("duties", verdict.duties), ("mind", verdict.warnings))
    for head, ones in told:
        if ones:
            typer.echo(f"{say(head, language)}:")
            for one in ones:
                typer.echo(f"  - {(one.arabic or one.text) if language == 'ar' else one.text} [{one.rule}]{_unsure(one.unsure, language)}")
    if verdict.limits:
        typer.echo(f"{say('limits', language)}: {', '.join(f'{name} {most}' for name, most in verdict.limits)}")
    if verdict.alternatives:
        typer.echo(f"{say('instead', language)}:")
        for other in verdict.alternatives:
            typer.echo(f"  - {other.arabic if language == 'ar' else other.text}")


def _standing(step: Step, language: Language) -> str:
    arabic = language == "ar"
    why = WHY[step.key][arabic] if step.key in WHY else step.key
    return say(step.standing, language, why=why, day=step.day, regions=_places(step.rule, language))


def _sentence(rule: Rule, language: Language) -> str:
    return (figures_apart(rule.arabic) if language == "ar" else rule.text) + _unsure(rule.unsure, language)


def _joined(parts: Sequence[str], language: Language) -> str:
    return ("؛ " if language == "ar" else "; ").join(parts)


def _id(text: str, language: Language) -> str:
    """Keeps what is Latin in its own direction among Arabic."""
    return apart(text) if language == "ar" else text


def _unsure(unsure: bool, language: Language) -> str:
    return f" ({say('unsure', language)})" if unsure else ""


def _place(region: str, language: Language) -> str:
    """Names a place, a group of countries by its own short name."""
    if region == "*":
        return say("everywhere", language)
    if region == "EEA":
        return say("eea", language)
    name = country(region, language)
    return f"{name} ({region})" if name != region and "(" not in name else name


def _places(rule: Rule, language: Language) -> str:
    comma = "، " if language == "ar" else ", "
    told = comma.join(_place(one, language) for one in rule.regions)
    return told + (
        f" {say('except', language)} {comma.join(_place(one, language) for one in rule.regions_except)}" * bool(rule.regions_except)
    )


def _scope(rule: Rule, language: Language) -> str:
    whose = rule.providers or tuple(say("every channel", language) if one == "*" else one for one in rule.channels)
    comma = "، " if language == "ar" else ", "
    parts = [comma.join(_id(one, language) for one in whose), _places(rule, language)]
    parts.append(say("from", language, day=rule.from_))
    if rule.to:
        parts.append(say("until", language, day=rule.to))
    if rule.review_on:
        parts.append(say("review", language, day=rule.review_on))
    return _joined(parts, language)


def _chain_json(chain: Chain) -> dict[str, Any]:
    verdict: dict[str, Any] = asdict(chain.verdict)
    price = chain.verdict.price
    if price:
        verdict["price"] = {"amount": str(price.amount), "currency": price.currency, "unsure": price.unsure}
        if price.amount_max is not None:
            verdict["price"]["amount_max"] = str(price.amount_max)
    verdict["limits"] = dict(chain.verdict.limits)
    steps = [
        {"rule": record_of(s.rule), "standing": s.standing, "key": s.key, "day": s.day.isoformat() if s.day else None} for s in chain.steps
    ]
    return {"day": chain.day.isoformat(), "region": chain.region, "verdict": verdict, "steps": steps}
