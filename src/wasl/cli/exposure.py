"""`wasl exposure`: what would stop with each dependency, and what would help most."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wasl.cli.context import AsJson, Compose, Config, Installation, quiet_logs, read_settings
from wasl.cli.leaving_words import able, say
from wasl.cli.show import countries, moment, table
from wasl.cli.tongue import Language, spoken
from wasl.continuity.dependency import inside

if TYPE_CHECKING:
    from wasl.continuity.exposure import Exposed, Exposure, Step


def add(app: typer.Typer, compose: Compose) -> None:
    """Adds the command."""

    @app.command()
    def exposure(
        whole: Annotated[bool, typer.Option("--all", help="Also dependencies whose loss stops nothing today.")] = False,
        config: Config = None,
        as_json: AsJson = False,
    ) -> None:
        """Tells who would still be reached and answered tomorrow, whichever platform, provider or place is lost."""
        language = spoken()
        settings = read_settings(config, needs="store")
        quiet_logs(settings)
        found = compose.run(_measure(compose.installation(settings)))
        if as_json:
            typer.echo(json.dumps(exposure_json(found), ensure_ascii=False))
        else:
            _print(found, language=language, whole=whole)


async def _measure(installation: Installation) -> "Exposure":
    async with installation.opened():
        return await installation.expose.measure()


def exposure_json(found: "Exposure") -> dict[str, Any]:
    """Gives the whole as JSON."""
    return {
        "at_ms": found.at_ms,
        "people": found.people,
        "never_wrote": found.never_wrote,
        "kept_share": found.kept,
        "worst": found.worst,
        "last_backup_ms": found.backup_ms,
        "last_export_ms": found.export_ms,
        "dependencies": [_dependency_json(e) for e in found.dependencies],
        "steps": [{"kind": s.kind, "of": s.of, "people": s.people, "kept_before": s.before, "kept_after": s.after} for s in found.steps],
    }


def _dependency_json(e: "Exposed") -> dict[str, Any]:
    return {
        "id": e.entry.id,
        "kind": e.entry.kind,
        "title": dict(e.entry.title),
        "known": e.known,
        "counts_for_the_whole": not e.entry.slow,
        "kept_share": e.kept,
        "only_here": e.only_here,
        "only_here_share": e.only_here_share,
        "only_here_by_country": [{"country": country or None, "people": people} for country, people in e.by_country],
        "also_elsewhere": e.also_here,
        "channels": list(e.ways),
        "candidates": list(e.answerers),
        "turns_a_day": e.turns_a_day,
        "conversations_a_day": e.conversations_a_day,
        "answers_share": e.answers_share,
        "answers_only_here_share": e.answers_only_here,
        "spent_a_month": {currency: str(amount) for currency, amount in e.spent_a_month},
        "instead_a_month": {currency: str(amount) for currency, amount in e.instead_a_month},
        "capabilities_lost": list(e.capabilities),
        "last_drill_ms": e.drilled_ms,
    }


def _print(found: "Exposure", *, language: Language, whole: bool) -> None:
    from wasl.service.expose import DAYS_MEANT

    titles = {e.entry.id: e.entry.title[language] for e in found.dependencies}
    if not found.people:
        typer.echo(say("nobody yet", language))
    typer.secho(say("whole", language, kept=percent(found.kept), people=f"{found.people:,}"), bold=True)
    if found.worst:
        typer.echo(say("worst", language, title=inside(titles[found.worst])))
    if found.never_wrote:
        typer.echo(say("never wrote", language, people=f"{found.never_wrote:,}"))
    typer.echo()
    names = ("dependency", "kept", "only here", "also here", "turns", "money", "answers", "drilled")
    rows = [_row(e, language) for e in found.dependencies if whole or e.ways or e.answerers or e.kept < 1]
    table([say(n, language) for n in names], rows)
    comma = "، " if language == "ar" else ", "
    for e in found.dependencies:
        if e.by_country and e.only_here:
            told = say("countries", language, countries=countries(e.by_country, language))
            typer.echo(f"{e.entry.title[language]}: {told}")
        if e.capabilities:
            typer.echo(
                f"{e.entry.title[language]}: {say('lost', language, what=comma.join(able(one, language) for one in e.capabilities))}"
            )
    never = say("never done", language)
    backup, export = (moment(at) if at is not None else never for at in (found.backup_ms, found.export_ms))
    typer.echo(say("backup", language, when=backup, export=export))
    if found.steps:
        typer.secho(say("steps", language), bold=True)
        for place, step in enumerate(found.steps, start=1):
            typer.echo(f"{place}. {_step(step, inside(titles.get(step.of, step.of)), language)}")
    typer.echo(say("fresh", language, days=DAYS_MEANT))


def _row(e: "Exposed", language: Language) -> list[object]:
    return [
        e.entry.title[language],
        percent(e.kept),
        f"{e.only_here:,} ({percent(e.only_here_share)})" if e.ways else None,
        f"{e.also_here:,}" if e.ways else None,
        f"{e.turns_a_day:,.0f}",
        _money(e),
        percent(e.answers_share) if e.answerers else None,
        moment(e.drilled_ms) if e.drilled_ms is not None else say("never done", language),
    ]


def _money(e: "Exposed") -> str | None:
    spent, instead = (", ".join(f"{amount:,} {currency}" for currency, amount in told) for told in (e.spent_a_month, e.instead_a_month))
    return f"{spent} (→ {instead})" if spent and instead else spent or None


def _step(step: "Step", title: str, language: Language) -> str:
    words = {"people": f"{step.people:,}", "title": title, "before": percent(step.before), "after": percent(step.after), "id": step.of}
    return say("backup step" if step.kind == "backup" else step.kind, language, **words)


def percent(share: float) -> str:
    """Writes a share, never rounding a part up to the whole or down to nothing."""
    shown = round(100 * share)
    if 0 < share < 1:
        shown = min(99, max(1, shown))
    return f"{shown} %"
