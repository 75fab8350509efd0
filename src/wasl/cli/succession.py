"""`wasl sunset model`: tries a candidate in the place of another on real questions, and replaces it on a day."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wasl.cli.asking import confirm
from wasl.cli.context import AsJson, Compose, Config
from wasl.cli.show import table
from wasl.cli.sunset_words import say
from wasl.cli.tongue import spoken
from wasl.cli.whom import opened

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from wasl.cli.context import Installation
    from wasl.domain.succession import Succession
    from wasl.service.try_successor import Tried

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
        config: Config = None,
    ) -> None:
        """Tries a candidate on recent real questions, then lets it replace another from a day on. Nothing is sent; the calls cost."""
        language = spoken()
        installation = opened(compose, config)
        made, tried = compose.run(
            _tried(installation, candidate=candidate, successor=successor, on=on, questions=questions, asked=not yes, language=language)
        )
        _show_trial(tried, made, language)
        if report is not None:
            _write_trial(report, tried, made, language)
        if only_try:
            return
        if not yes:
            confirm(say("replace?", language, old=candidate, new=successor, day=on.date().isoformat()), abort=True)
        planned = compose.run(_planned(installation, made))
        typer.echo(say("replaced", language, old=candidate, new=successor, day=on.date().isoformat(), id=planned.id))

    _add_provider(sunset, compose)
    _add_looking(sunset, compose)


def _add_looking(sunset: typer.Typer, compose: Compose) -> None:
    @sunset.command()
    def models(config: Config = None, as_json: AsJson = False) -> None:
        """Lists candidates that end or are replaced."""
        language = spoken()
        import json

        installation = opened(compose, config)
        listed, ends = compose.run(_listed(installation))
        if as_json:
            ending = [{"candidate": name, "ends": day.isoformat(), "replaced_in_time": kept} for name, day, kept in ends]
            plans = [
                {
                    "id": s.id,
                    "plan": s.plan,
                    "provider": s.provider,
                    "candidate": s.candidate,
                    "successor": s.successor,
                    "on_ms": s.on_ms,
                    "state": s.state,
                    "trial": s.report,
                }
                for s in listed
            ]
            typer.echo(json.dumps({"ending": ending, "plans": plans}))
            return
        for name, day, kept in ends:
            typer.secho(say("ends", language, name=name, day=day.isoformat()), fg=None if kept else "yellow")
        if not listed:
            typer.echo(say("none replaced", language))
            return
        head = ("id", say("old", language), say("new", language), say("day", language), say("state", language))
        table(head, [(s.plan or s.id, s.candidate, s.successor, _day(s), s.state) for s in listed])

    @sunset.command(name="model-undo")
    def undo(
        plan_id: Annotated[str, typer.Argument(help="The plan's id, as the list shows it.", metavar="PLAN")],
        config: Config = None,
    ) -> None:
        """Takes such a plan back, before its day or after it."""
        language = spoken()
        installation = opened(compose, config)
        for one in compose.run(_undone(installation, plan_id)):
            typer.echo(say("kept", language, old=one.candidate))


def _add_provider(sunset: typer.Typer, compose: Compose) -> None:
    @sunset.command()
    def provider(
        provider: Annotated[str, typer.Argument(help="The provider that is left, by its name in the settings.", metavar="PROVIDER")],
        on: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The first day on which others stand in the place of its own.")],
        successor: Annotated[
            list[str],
            typer.Option("--with", help="Who takes the place of its candidates, or OLD=NEW for one of them. Repeat.", metavar="CANDIDATE"),
        ],
        questions: Annotated[int, typer.Option(min=0, max=500, help="Recent questions on which each is tried; 0 for none.")] = 20,
        report: Annotated[
            Path | None, typer.Option(help="Write the answers side by side; with several, one file each.", metavar="FILE")
        ] = None,
        only_try: Annotated[bool, typer.Option("--only-try", help="Replace nothing.")] = False,
        yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
        config: Config = None,
    ) -> None:
        """Retires a whole provider by one plan: every candidate of it is replaced on the day, after a trial on real questions."""
        language = spoken()
        installation = opened(compose, config)
        zone = installation.settings.keep.zone or "UTC"
        named, others = _successors(successor)
        made = installation.departing.succeed.draft_provider(
            provider, successors=named, otherwise=others, on=on.date(), zone=zone, by="operator"
        )
        if questions:
            names = sorted({one.successor for one in made})
            if not yes:
                confirm(say("try?", language, new=", ".join(names), count=questions), abort=True)
            made, trials = compose.run(_tried_all(installation, made, questions=questions))
            for name in names:
                shown = next(one for one in made if one.successor == name)
                _show_trial(trials[name], shown, language)
                if report is not None:
                    path = report if len(names) == 1 else report.with_stem(f"{report.stem}-{_plain(name)}")
                    _write_trial(path, trials[name], shown, language)
        if only_try:
            return
        for one in made:
            typer.echo(f"{one.candidate} → {one.successor}")
        if not yes:
            confirm(say("retire?", language, provider=provider, day=on.date().isoformat(), count=len(made)), abort=True)
        planned = compose.run(_planned_all(installation, made))
        typer.echo(say("retired", language, provider=provider, day=on.date().isoformat(), id=planned[0].plan, count=len(planned)))


def _successors(given: list[str]) -> tuple[dict[str, str], str | None]:
    """Reads who takes whose place, and who that of all the others."""
    from wasl.domain.errors import SettingWrong

    named = {old: new for old, is_named, new in (one.partition("=") for one in given) if is_named}
    others = [one for one in given if "=" not in one]
    if len(others) > 1:
        raise SettingWrong(f"--with: {others[0]} or {others[1]}? Say OLD=NEW for all but one")
    return named, others[0] if others else None


def _plain(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in name)


async def _tried_all(
    installation: "Installation", made: "tuple[Succession, ...]", *, questions: int
) -> "tuple[tuple[Succession, ...], dict[str, Sequence[Tried]]]":
    from dataclasses import replace

    from wasl.service.try_successor import summed

    departing = installation.departing
    async with installation.opened():
        trials = {name: await departing.trial.run(name, questions=questions) for name in sorted({one.successor for one in made})}
        made = tuple(replace(one, report=summed(trials[one.successor])) for one in made)
        await departing.succeed.keep(*made)
    return made, trials


async def _planned_all(installation: "Installation", made: "Sequence[Succession]") -> "Sequence[Succession]":
    async with installation.opened():
        return await installation.departing.succeed.plan_all(made)


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
        confirm(say("try?", language, new=successor, count=questions), abort=True)
    async with installation.opened():
        tried = await departing.trial.run(successor, questions=questions)
        made = replace(made, report=summed(tried))
        await departing.succeed.keep(made)
    return made, tried


async def _planned(installation: "Installation", made: "Succession") -> "Succession":
    async with installation.opened():
        return await installation.departing.succeed.plan(made)


async def _undone(installation: "Installation", plan_id: str) -> "Sequence[Succession]":
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
        (say("question", language), made.provider or made.candidate, made.successor, "ms", say("tokens", language)),
        [(_cut(one.question), _cut(one.then), _cut(one.failure or one.now), one.took_ms, one.tokens) for one in tried],
    )
    found = made.report
    money = ", ".join(f"{amount} {currency}" for currency, amount in found["cost"].items()) or "-"
    typer.echo(say("trial", language, answered=found["answered"], asked=found["asked"], ms=found["took_p50_ms"], money=money))


def _write_trial(path: Path, tried: "Sequence[Tried]", made: "Succession", language: str) -> None:
    from wasl.service.try_successor import side_by_side

    page = side_by_side(tried, old=made.provider or made.candidate, new=made.successor, at_ms=made.made_ms, language=language)
    path.write_text(page, encoding="utf-8")
    path.chmod(0o600)
    typer.echo(str(path))


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN_CHARACTERS else f"{line[: SHOWN_CHARACTERS - 1]}…"


def _day(succession: "Succession") -> str:
    from wasl.continuity.waking import zone_named

    return datetime.fromtimestamp(succession.on_ms / 1000, UTC).astimezone(zone_named(succession.zone)).date().isoformat()
