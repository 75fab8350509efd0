"""`wasl sunset model`: tries a candidate in the place of another on real questions, and replaces it on a day."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from wasl.cli.context import AsJson, Compose, Config
from wasl.cli.show import table
from wasl.cli.sunset_words import say
from wasl.cli.whom import opened

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from wasl.cli.context import Installation
    from wasl.domain.succession import Succession
    from wasl.service.try_successor import Tried

Language = Annotated[Literal["en", "ar"], typer.Option(help="Language of the sentences.")]
SHOWN_CHARACTERS = 160
WARNED_DAYS = 120


def add(sunset: typer.Typer, compose: Compose) -> None:
    """Adds the commands."""

    @sunset.command()
    def model(
        candidate: Annotated[str, typer.Argument(help="The candidate that ends, by its name in the route.", metavar="CANDIDATE")],
        on: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The first day on which the other stands in its place.")],
        successor: Annotated[str, typer.Option("--with", help="The candidate that takes its place.", metavar="CANDIDATE")],
        questions: Annotated[int, typer.Option(min=0, max=500, help="Recent questions on which it is tried; 0 for none.")] = 20,
        report: Annotated[Path | None, typer.Option(help="Write the answers side by side into this HTML file.", metavar="FILE")] = None,
        only_try: Annotated[bool, typer.Option("--only-try", help="Replace nothing.")] = False,
        yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
        language: Language = "en",
        config: Config = None,
    ) -> None:
        """Tries a candidate on recent real questions, then lets it replace another from a day on. Nothing is sent; the calls cost."""
        installation = opened(compose, config)
        made, tried = compose.run(
            _tried(installation, candidate=candidate, successor=successor, on=on, questions=questions, asked=not yes, language=language)
        )
        _show_trial(tried, made, language)
        if report is not None:
            from wasl.service.try_successor import side_by_side

            page = side_by_side(tried, old=candidate, new=successor, at_ms=made.made_ms, language=language)
            report.write_text(page, encoding="utf-8")
            report.chmod(0o600)
            typer.echo(str(report))
        if only_try:
            return
        if not yes:
            typer.confirm(say("replace?", language, old=candidate, new=successor, day=on.date().isoformat()), abort=True)
        planned = compose.run(_planned(installation, made))
        typer.echo(say("replaced", language, old=candidate, new=successor, day=on.date().isoformat(), id=planned.id))

    @sunset.command()
    def models(language: Language = "en", config: Config = None, as_json: AsJson = False) -> None:
        """Lists candidates that end or are replaced."""
        import json

        installation = opened(compose, config)
        listed, ends = compose.run(_listed(installation))
        if as_json:
            ending = [{"candidate": name, "ends": day.isoformat(), "replaced_in_time": kept} for name, day, kept in ends]
            plans = [
                {"id": s.id, "candidate": s.candidate, "successor": s.successor, "on_ms": s.on_ms, "state": s.state, "trial": s.report}
                for s in listed
            ]
            typer.echo(json.dumps({"ending": ending, "plans": plans}))
            return
        for name, day, kept in ends:
            typer.secho(say("ends", language, name=name, day=day.isoformat()), fg=None if kept else "yellow")
        head = ("id", say("old", language), say("new", language), say("day", language), say("state", language))
        table(head, [(s.id, s.candidate, s.successor, _day(s), s.state) for s in listed])

    @sunset.command(name="model-undo")
    def undo(
        plan_id: Annotated[str, typer.Argument(help="The plan's id, as the list shows it.", metavar="PLAN")],
        language: Language = "en",
        config: Config = None,
    ) -> None:
        """Takes such a plan back, before its day or after it."""
        installation = opened(compose, config)
        undone = compose.run(_undone(installation, plan_id))
        typer.echo(say("kept", language, old=undone.candidate))


async def _tried(
    installation: "Installation", *, candidate: str, successor: str, on: datetime, questions: int, asked: bool, language: str
) -> "tuple[Succession, Sequence[Tried]]":
    from dataclasses import replace

    from wasl.service.try_successor import summed

    departing = installation.departing
    zone = installation.settings.keep.zone or "UTC"
    made = departing.succeed.draft(candidate=candidate, successor=successor, on=on.date(), zone=zone, by="operator")
    if not questions:
        return made, ()
    if asked:
        typer.confirm(say("try?", language, new=successor, count=questions), abort=True)
    async with installation.opened():
        tried = await departing.trial.run(successor, questions=questions)
        made = replace(made, report=summed(tried))
        await departing.succeed.keep(made)
    return made, tried


async def _planned(installation: "Installation", made: "Succession") -> "Succession":
    async with installation.opened():
        return await installation.departing.succeed.plan(made)


async def _undone(installation: "Installation", plan_id: str) -> "Succession":
    async with installation.opened():
        return await installation.departing.succeed.undo(plan_id)


async def _listed(installation: "Installation") -> "tuple[Sequence[Succession], Sequence[tuple[str, date, bool]]]":
    succeed = installation.departing.succeed
    async with installation.opened():
        await succeed.look()
        return await succeed.listed(), succeed.warnings(days=WARNED_DAYS)


def _show_trial(tried: "Sequence[Tried]", made: "Succession", language: str) -> None:
    if not tried:
        typer.echo(say("nothing tried", language))
        return
    table(
        (say("question", language), made.candidate, made.successor, "ms", say("tokens", language)),
        [(_cut(one.question), _cut(one.then), _cut(one.failure or one.now), one.took_ms, one.tokens) for one in tried],
    )
    found = made.report
    money = ", ".join(f"{amount} {currency}" for currency, amount in found["cost"].items()) or "-"
    typer.echo(say("trial", language, answered=found["answered"], asked=found["asked"], ms=found["took_p50_ms"], money=money))


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN_CHARACTERS else f"{line[: SHOWN_CHARACTERS - 1]}…"


def _day(succession: "Succession") -> str:
    from wasl.continuity.waking import zone_named

    return datetime.fromtimestamp(succession.on_ms / 1000, UTC).astimezone(zone_named(succession.zone)).date().isoformat()
