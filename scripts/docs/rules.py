"""The reference page of rules."""

from collections.abc import Sequence

from scripts.docs.tables import table

from wasl.policy.rule import Rate, Rule
from wasl.policy.shipped_rules import shipped_book


def page() -> str:
    """Writes the page."""
    book = shipped_book()
    owners = sorted({_owner(rule) for rule in book.known_on()})
    unsure = sum(rule.unsure for rule in book.known_on())
    parts = [
        f"""# Rules

What ships with Wasl: {len(book.known_on())} rules, {unsure} of them not certain (marked ?). Version `{book.digest}`. How to read and add:
[Read the rules](../how-to/read-the-rules.md).""",
    ]
    for owner in owners:
        rules = [rule for rule in book.known_on() if _owner(rule) == owner]
        parts += [f"## {'Everywhere' if owner == '*' else owner}", _rules(rules)]
    parts += ["## Rates", "For one delivered message. What is not here is billed at a rate that Wasl does not know.", _rates(book.rates)]
    return "\n\n".join(parts)


def _owner(rule: Rule) -> str:
    return (rule.providers or rule.channels)[0]


def _rules(rules: Sequence[Rule]) -> str:
    rows = [
        (
            f"`{rule.id}`{' ?' if rule.unsure else ''}",
            rule.effect,
            f"{'about ' if rule.from_approx else ''}{rule.from_}{f' to {rule.to}' if rule.to else ''}",
            ", ".join(rule.regions) + (f" except {', '.join(rule.regions_except)}" if rule.regions_except else ""),
            rule.text,
            f"{rule.source}{f' ({rule.source_date})' if rule.source_date else ''}; seen {rule.seen}",
        )
        for rule in rules
    ]
    return table(("rule", "effect", "days", "where", "what", "source"), rows)


def _rates(rates: Sequence[Rate]) -> str:
    rows = [
        (
            f"{', '.join(rate.channels)} {', '.join(rate.regions)}{' ?' if rate.unsure else ''}",
            ", ".join(f"{name} {amount}" for name, amount in rate.amounts.items()),
            rate.currency,
            str(rate.from_),
            rate.source,
        )
        for rate in rates
    ]
    return table(("market", "amounts", "currency", "from", "source"), rows)
