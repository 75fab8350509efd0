"""`wasl cost` and `wasl budget`: what a month has cost, what it will have cost, and what may still be spent."""

import json
import sys
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wasl.cli.bars import Amount, bars
from wasl.cli.context import AsJson, Compose, Config, Installation, quiet_logs, read_settings
from wasl.cli.cost_words import say
from wasl.cli.operating_words import say as operating
from wasl.cli.show import table
from wasl.cli.tongue import Language, spoken
from wasl.service.calendar import month_words
from wasl.service.cost_table import amounts, exact, money, told, write_csv

if TYPE_CHECKING:
    from wasl.domain.cost import Account
    from wasl.service.reckon import Reckoned, Supposed

ROWS_MAX = 200
"""Rows shown at a terminal, the dearest first; CSV and JSON have all of them."""
BARS_MAX = 12


def add(app: typer.Typer, compose: Compose) -> None:
    """Adds the commands."""

    @app.command()
    def cost(
        by: Annotated[
            str, typer.Option(help="person, channel, provider, model, country, day, conversation, or work.", metavar="WHAT")
        ] = "channel",
        month: Annotated[str, typer.Option(help="Such as 2026-11; this month when left out.", metavar="MONTH")] = "",
        what_if: Annotated[bool, typer.Option("--what-if", help="Also what it would have cost on each model and channel.")] = False,
        as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV: one row for each name and currency.")] = False,
        config: Config = None,
        as_json: AsJson = False,
    ) -> None:
        """Tells what a month has cost, by what is asked; what has no price is named, never counted as nothing."""
        language = spoken()
        settings = read_settings(config, needs="store")
        quiet_logs(settings)
        found, supposed = compose.run(_reckon(compose.installation(settings), month=month, by=by, what_if=what_if))
        if as_json:
            typer.echo(json.dumps(cost_json(found, supposed), ensure_ascii=False))
        elif as_csv:
            write_csv(found, sys.stdout)
        else:
            _print(found, supposed, language=language)

    @app.command()
    def budget(config: Config = None, as_json: AsJson = False) -> None:
        """Tells how every budget stands in its present period: spent, held for what is under way, and the limit."""
        language = spoken()
        settings = read_settings(config, needs="store")
        quiet_logs(settings)
        found, _ = compose.run(_reckon(compose.installation(settings), month="", by="channel", what_if=False))
        if as_json:
            typer.echo(json.dumps(_budgets_json(found), ensure_ascii=False))
            return
        _print_budgets(found, language=language)
        if not found.budgets:
            typer.echo(operating("no budget", language))


async def _reckon(installation: Installation, *, month: str, by: str, what_if: bool) -> "tuple[Reckoned, Supposed | None]":
    async with installation.opened():
        found = await installation.reckon.month(month, by=by)
        return found, await installation.reckon.suppose(month) if what_if else None


def _print(found: "Reckoned", supposed: "Supposed | None", *, language: Language) -> None:
    currency = found.currency
    typer.echo(
        say("title", language, month=month_words(found.month, language=language), zone=found.zone, amount=told(found.told, currency))
    )
    if found.whole.sure:
        typer.echo("  " + say("sure", language, amount=amounts(found.whole.sure)))
    if found.forecast is not None:
        f = found.forecast
        typer.echo(
            "  "
            + say(
                "forecast", language, amount=money(f.amount, currency), low=money(f.low, currency), high=money(f.high, currency),
                days=f.from_days,
            )
        )  # fmt: skip
    if found.told.rest:
        typer.secho("  " + say("rest", language, currency=currency, amounts=amounts(found.told.rest)), fg="yellow")
    if found.whole.unknown:
        typer.secho("  " + say("unknown", language, calls=found.whole.unknown_calls, messages=found.whole.unknown_messages), fg="yellow")
        for name, count in found.unpriced[:8]:
            typer.echo(f"    {name}: {count}")
    _print_rows(found, language=language)
    _draw(found, language=language)
    for n in found.numbers:
        typer.echo(
            say(
                "number", language, channel=n.channel, scope=n.scope, counted=n.counted, left=n.left, free=n.free, entry=n.free_entry
            )
        )  # fmt: skip
    _print_budgets(found, language=language)
    for state in found.prepaid:
        p = state.prepaid
        typer.echo(
            say(
                "credit", language, title=p.title or p.of, left=money(state.left, p.currency), amount=money(p.amount, p.currency),
                until=p.until, days=state.days_left, lost=money(state.likely_lost, p.currency),
            )
        )  # fmt: skip
    for fee in found.fees:
        typer.echo(say("fee", language, title=fee.title, amount=money(fee.amount, fee.currency), every=say(fee.every, language)))
    if supposed is not None:
        _print_supposed(supposed, language=language)


def _print_rows(found: "Reckoned", *, language: Language) -> None:
    if not found.rows:
        return
    dearest = sorted(found.rows.items(), key=lambda row: sum(row[1].amounts.values(), Decimal(0)), reverse=found.by != "day")
    shown = sorted(found.rows.items()) if found.by == "day" else dearest
    head = [say(word, language) for word in (found.by, "calls", "tokens", "messages", "cost", "unpriced")]
    rows = [
        [
            found.names.get(name, name) or say("nobody", language), row.calls, row.input_tokens + row.output_tokens, row.messages,
            amounts(row.amounts), row.unknown,
        ]
        for name, row in shown[:ROWS_MAX]
    ]  # fmt: skip
    table(head, rows)


def _draw(found: "Reckoned", *, language: Language) -> None:
    """Draws the days of the month, and whatever else is summed by, where a person looks on."""
    if found.by != "day":
        worth = {name: found.told_of(row) for name, row in found.rows.items()}
        dearest = sorted(worth.items(), key=lambda one: one[1].amount, reverse=True)[:BARS_MAX]
        named = [Amount(found.names.get(name, name) or say("nobody", language), t.amount, told(t, found.currency)) for name, t in dearest]
        bars(say("bars", language, by=say(found.by, language)), named)
    last = min(found.today, found.until)
    days = [found.since + timedelta(days=n) for n in range((last - found.since).days + 1)] if found.by_day else []
    of_days = [Amount(day.isoformat(), amount := found.by_day.get(day, Decimal(0)), money(amount, found.currency)) for day in days]
    bars(say("bars of days", language), of_days)


def _print_budgets(found: "Reckoned", *, language: Language) -> None:
    for budget, accounts in found.budgets:
        shown: list[Account | None] = [*accounts] or [None]
        for account in shown:
            spent, held = (account.spent, account.held) if account else (Decimal(0), Decimal(0))
            name = budget.name + (f" ({account.key.subject})" if account and account.key.subject else "")
            line = say(
                "budget", language, name=name, every=say(budget.every, language), spent=money(spent, budget.currency),
                amount=money(budget.amount, budget.currency), held=money(held, budget.currency),
            )  # fmt: skip
            typer.secho(line, fg="red" if spent >= budget.amount else "yellow" if spent * 5 >= budget.amount * 4 else None)


def _print_supposed(supposed: "Supposed", *, language: Language) -> None:
    if supposed.models:
        rows = [
            [f"{m.provider}: {m.model}", money(m.amount, m.currency), say("unsure", language) if m.unsure else ""] for m in supposed.models
        ]
        table([say("model", language), say("cost", language), ""], rows, title=say("models", language))
    else:
        typer.echo(say("no_models", language))
    rows = []
    for c in supposed.channels:
        cost = amounts(c.amounts) if c.amounts else "" if c.unknown else "0"
        missing = f"{c.unknown}: {say('price_unknown', language)}" if c.unknown else ""
        rows.append(
            [c.channel, str(c.sends), " + ".join(one for one in (cost, missing) if one), say("unsure", language) if c.unsure else ""]
        )
    if rows:
        head = [say("channel", language), say("sends", language), say("cost", language), ""]
        table(head, rows, title=say("channels", language, sampled=supposed.sampled, answers=supposed.answers))


def cost_json(found: "Reckoned", supposed: "Supposed | None") -> dict[str, Any]:
    """Gives the whole as JSON; amounts are text, exact."""

    def sums(of: Mapping[str, Decimal]) -> dict[str, str]:
        return {currency: exact(amount) for currency, amount in sorted(of.items())}

    def row_json(row: Any) -> dict[str, Any]:
        return {
            "calls": row.calls, "messages": row.messages, "input_tokens": row.input_tokens, "output_tokens": row.output_tokens,
            "cost": sums(row.amounts), "confirmed": sums(row.sure), "expected": sums(row.estimates),
            "price_unknown": {"calls": row.unknown_calls, "messages": row.unknown_messages},
        }  # fmt: skip

    f = found.forecast
    return {
        "month": found.month, "zone": found.zone, "currency": found.currency, "by": found.by,
        "told": {"amount": exact(found.told.amount), "rest": {c: exact(a) for c, a in found.told.rest}},
        "whole": row_json(found.whole),
        "rows": {name: row_json(row) for name, row in found.rows.items()},
        "forecast": None if f is None else {
            "amount": exact(f.amount), "low": exact(f.low), "high": exact(f.high), "from_days": f.from_days,
        },
        "numbers": [{**n._asdict(), "left": n.left} for n in found.numbers],
        "budgets": _budgets_json(found),
        "prepaid": [
            {"of": s.prepaid.of, "kind": s.prepaid.kind, "title": s.prepaid.title, "currency": s.prepaid.currency, "used": exact(s.used),
             "left": exact(s.left), "until": s.prepaid.until.isoformat(), "likely_lost": exact(s.likely_lost)}
            for s in found.prepaid
        ],
        "fees": [{"of": c.of, "title": c.title, "amount": exact(c.amount), "currency": c.currency, "every": c.every} for c in found.fees],
        "price_unknown": [{"what": name, "count": count} for name, count in found.unpriced],
        "what_if": None if supposed is None else {
            "answers": supposed.answers, "sampled": supposed.sampled,
            "models": [{**m._asdict(), "amount": exact(m.amount)} for m in supposed.models],
            "channels": [{"channel": c.channel, "sends": c.sends, "cost": {k: exact(a) for k, a in c.amounts}, "price_unknown": c.unknown,
                          "unsure": c.unsure} for c in supposed.channels],
        },
    }  # fmt: skip


def _budgets_json(found: "Reckoned") -> list[dict[str, Any]]:
    return [
        {
            "name": b.name, "amount": exact(b.amount), "currency": b.currency, "every": b.every, "each": b.whose,
            "accounts": [
                {"period": a.key.period, "subject": a.key.subject, "spent": exact(a.spent), "held": exact(a.held), "warned": a.warned}
                for a in accounts
            ],
        }
        for b, accounts in found.budgets
    ]  # fmt: skip
