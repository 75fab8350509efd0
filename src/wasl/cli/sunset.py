"""`wasl sunset`: plans the end of a channel, tells everyone in time, and proves where everybody went."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wasl.cli.asking import confirm
from wasl.cli.border import EXIT_PROBLEM
from wasl.cli.context import AsJson, Compose, Config
from wasl.cli.show import countries, table
from wasl.cli.succession import add as add_succession
from wasl.cli.sunset_words import named, say
from wasl.cli.tongue import spoken
from wasl.cli.whom import opened

if TYPE_CHECKING:
    from wasl.cli.context import Installation
    from wasl.continuity.plan import Plan
    from wasl.domain.sunset import Progress, Sunset

COUNTRIES_SHOWN = 20
Id = Annotated[str, typer.Argument(help="The plan's id, as the list shows it.", metavar="PLAN")]


def add(app: typer.Typer, compose: Compose) -> None:
    """Adds the commands."""
    sunset = typer.Typer(no_args_is_help=True, help="Plans the end of a channel and moves everyone in time.")
    app.add_typer(sunset, name="sunset")

    @sunset.command()
    def plan(
        channel: Annotated[str, typer.Argument(help="The configured channel that ends.", metavar="CHANNEL")],
        on: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The first day on which it is closed.")],
        zone: Annotated[str | None, typer.Option(help="Time zone of that day, such as Asia/Riyadh; keep.zone, else UTC.")] = None,
        regions: Annotated[
            list[str] | None,
            typer.Option("--regions", "--region", help="Only people of these countries; or repeat.", metavar="EG,…"),
        ] = None,
        but: Annotated[list[str] | None, typer.Option("--except", help="Not people of these countries; or repeat.", metavar="IT,…")] = None,
        exempt_by_rules: Annotated[
            bool, typer.Option("--exempt-by-rules", help="Not people whom the rules in force allow on that day as before.")
        ] = False,
        per_day: Annotated[
            int | None, typer.Option(min=1, help="People whom the account may write to outside the window in a day.")
        ] = None,
        per_second: Annotated[float, typer.Option(min=0.01, help="Messages in a second.")] = 1.0,
        template: Annotated[
            list[str] | None,
            typer.Option(help="Approved template by language: en=NAME; its values are date and link. Repeat.", metavar="LANG=NAME"),
        ] = None,
        category: Annotated[str, typer.Option(help="The template's category, for its price.")] = "utility",
        awake: Annotated[str, typer.Option(help="Hours of people's own time in which they are written to.", metavar="FROM-TO")] = "9-20",
        note: Annotated[str, typer.Option(help="Why, for the record.")] = "",
        config: Config = None,
        as_json: AsJson = False,
    ) -> None:
        """Works out a plan and keeps it as a draft; nobody is told yet."""
        language = spoken()
        from wasl.service.sunset import Wish

        installation = opened(compose, config)
        wish = Wish(
            channel=channel,
            on=on.date(),
            zone=zone or installation.settings.keep.zone or "UTC",
            by="operator",
            regions=_regions(regions or []),
            regions_except=_regions(but or []),
            per_day=per_day,
            per_second=per_second,
            awake=_hours(awake),
            templates=_templates(template or []),
            category=category,
            note=note,
            exempt_by_rules=exempt_by_rules,
        )
        made = compose.run(_with(installation, lambda: installation.departing.plan.draft(wish)))
        _show_plan(made, language, as_json=as_json)

    _add_looking(sunset, compose)
    _add_moves(sunset, compose)
    _add_reports(sunset, compose)
    add_succession(sunset, compose)


def _add_looking(sunset: typer.Typer, compose: Compose) -> None:
    @sunset.command(name="list")
    def list_(config: Config = None, as_json: AsJson = False) -> None:
        """Lists the plans."""
        language = spoken()
        installation = opened(compose, config)
        plans = compose.run(_with(installation, lambda: installation.departing.sunsets.plans()))
        if as_json:
            typer.echo(json.dumps([{"id": p.id, "channel": p.channel, "state": p.state, "on": _day(p)} for p in plans]))
            return
        if not plans:
            typer.echo(say("no plans", language))
            return
        table(
            ("id", say("channel", language), say("state", language), say("day", language)),
            [(p.id, p.channel, named(p.state, language), _day(p)) for p in plans],
        )

    @sunset.command()
    def show(plan_id: Id, config: Config = None, as_json: AsJson = False) -> None:
        """Shows a plan's figures as they are now."""
        language = spoken()
        installation = opened(compose, config)
        _show_plan(compose.run(_with(installation, lambda: _again(installation, plan_id))), language, as_json=as_json)

    @sunset.command()
    def start(
        plan_id: Id,
        accept: Annotated[list[str] | None, typer.Option(help="Start in spite of this problem. Repeat.", metavar="KIND")] = None,
        yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
        config: Config = None,
    ) -> None:
        """Starts a plan: from now on people are told while Wasl runs."""
        language = spoken()
        installation = opened(compose, config)
        if not yes:
            confirm(say("start?", language), abort=True)
        made = compose.run(_with(installation, lambda: installation.departing.plan.start(plan_id, accept=tuple(accept or ()))))
        typer.echo(say("started", language, people=made.only_there))


def _add_moves(sunset: typer.Typer, compose: Compose) -> None:
    @sunset.command()
    def pause(plan_id: Id, config: Config = None) -> None:
        """Stops telling until the plan is started again."""
        language = spoken()
        installation = opened(compose, config)
        compose.run(_with(installation, lambda: installation.departing.plan.pause(plan_id)))
        typer.echo(say("paused", language))

    @sunset.command()
    def undo(plan_id: Id, config: Config = None) -> None:
        """Takes a plan back: nobody is told any more, nothing closes."""
        language = spoken()
        installation = opened(compose, config)
        compose.run(_with(installation, lambda: installation.departing.plan.undo(plan_id)))
        typer.echo(say("undone", language))

    @sunset.command()
    def postpone(
        plan_id: Id,
        on: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The new day.")],
        config: Config = None,
    ) -> None:
        """Moves the day; nobody is told again what they were told."""
        language = spoken()
        installation = opened(compose, config)
        made = compose.run(_with(installation, lambda: installation.departing.plan.postpone(plan_id, on=on.date())))
        _show_plan(made, language, as_json=False)


def _add_reports(sunset: typer.Typer, compose: Compose) -> None:
    @sunset.command()
    def status(plan_id: Id, config: Config = None, as_json: AsJson = False) -> None:
        """Counts how a plan stands: moved, told, waiting, not reachable; and who took their history out."""
        language = spoken()
        installation = opened(compose, config)
        progress = compose.run(_with(installation, lambda: _marked(installation, plan_id)))
        _show_progress(progress, language, as_json=as_json)

    @sunset.command()
    def report(
        plan_id: Id,
        to: Annotated[Path | None, typer.Option(help="Write the evidence for each person into this CSV file.", metavar="FILE")] = None,
        config: Config = None,
    ) -> None:
        """Proves the sum: everyone = moved + told + not reachable, with what is known of each person."""
        language = spoken()
        installation = opened(compose, config)
        progress, written = compose.run(_with(installation, lambda: _reported(installation, plan_id, to=to)))
        _show_progress(progress, language, as_json=False)
        if to is not None:
            to.chmod(0o600)
            typer.echo(f"{to}: {written}")
        if not progress.sums_up:
            raise typer.Exit(EXIT_PROBLEM)


async def _with(installation: "Installation", act: Any) -> Any:
    async with installation.opened():
        return await act()


async def _again(installation: "Installation", plan_id: str) -> "Plan":
    from wasl.domain.errors import Refused

    found = await installation.departing.sunsets.find(plan_id)
    if found is None:
        raise Refused(f"there is no plan {plan_id!r}; `wasl sunset list` names them")
    return await installation.departing.plan.again(found)


async def _marked(installation: "Installation", plan_id: str) -> "Progress":
    await installation.departing.plan.mark()
    return await installation.departing.plan.progress(plan_id)


async def _reported(installation: "Installation", plan_id: str, *, to: Path | None) -> "tuple[Progress, int]":
    from wasl.service.sunset_evidence import write_fates

    progress = await _marked(installation, plan_id)
    if to is None:
        return progress, 0
    with to.open("w", encoding="utf-8", newline="") as file:
        return progress, await write_fates(installation.departing.sunsets, plan_id, file)


def _hours(text: str) -> tuple[int, int]:
    from wasl.domain.errors import SettingWrong

    first, _, last = text.partition("-")
    if not (first.isdigit() and last.isdigit() and 0 <= int(first) < int(last) <= 24):
        raise SettingWrong("--awake: give two hours of the day, such as 9-20")
    return int(first), int(last)


def _regions(given: list[str]) -> tuple[str, ...]:
    """Reads countries. Raises SettingWrong."""
    from wasl.domain.errors import SettingWrong
    from wasl.wire.region import REGIONS

    named = [one.strip().upper() for text in given for one in text.split(",") if one.strip()]
    if wrong := [one for one in named if one not in REGIONS]:
        raise SettingWrong(f"{wrong[0]!r} is no country; write its two letters (ISO 3166), such as EG")
    return tuple(dict.fromkeys(named))


def _templates(given: list[str]) -> dict[str, str]:
    from wasl.domain.errors import SettingWrong

    pairs = [one.partition("=") for one in given]
    if wrong := [f"{a}{b}{c}" for a, b, c in pairs if not (a and b and c)]:
        raise SettingWrong(f"--template: {wrong[0]!r}: give a language and a name, such as en=we_close")
    return {language: name for language, _, name in pairs}


def _day(sunset: "Sunset") -> str:
    from wasl.continuity.waking import zone_named

    return datetime.fromtimestamp(sunset.on_ms / 1000, zone_named(sunset.zone)).date().isoformat()


def _when(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _show_plan(plan: "Plan", language: str, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(_json(plan), ensure_ascii=False))
        return
    s = plan.sunset
    typer.echo(say("head", language, id=s.id, channel=s.channel, day=_day(s), zone=s.zone, state=named(s.state, language)))
    typer.echo(say("people", language, everyone=f"{plan.everyone:,}", elsewhere=f"{plan.elsewhere:,}", only=f"{plan.only_there:,}"))
    table(
        [say(word, language) for word in ("milestone", "from", "inside", "outside", "takes", "cost")],
        [
            (named(r.name, language), _when(r.at_ms), f"{r.inside:,}", f"{r.outside:,}",
             say("days", language, days=f"{r.seconds / 86_400:.1f}"),
             ", ".join(f"{amount} {currency}" for currency, amount in r.cost) or "-")
            for r in plan.rounds
        ],
    )  # fmt: skip
    typer.echo(say("last start", language, when=_when(plan.last_start_ms)))
    if plan.by_region:
        typer.echo(countries(plan.by_region[:COUNTRIES_SHOWN], "ar" if language == "ar" else "en"))
    for why, count in plan.cannot:
        typer.echo(say("cannot", language, count=count, why=named(why, language)))
    for problem in plan.problems:
        typer.secho(f"[{problem.kind}] {problem.arabic if language == 'ar' else problem.text}", fg="red" if problem.blocking else "yellow")


def _json(plan: "Plan") -> dict[str, Any]:
    return {
        "id": plan.sunset.id, "channel": plan.sunset.channel, "state": plan.sunset.state, "on": _day(plan.sunset), "zone": plan.sunset.zone,
        "everyone": plan.everyone, "elsewhere": plan.elsewhere, "only_there": plan.only_there, "by_region": dict(plan.by_region),
        "cannot": dict(plan.cannot), "last_start_ms": plan.last_start_ms, "blocked": plan.blocked,
        "rounds": [
            {"name": r.name, "at_ms": r.at_ms, "inside": r.inside, "outside": r.outside, "seconds": r.seconds,
             "cost": {currency: str(amount) for currency, amount in r.cost}}
            for r in plan.rounds
        ],
        "problems": [{"kind": p.kind, "blocking": p.blocking, "text": p.text, "arabic": p.arabic} for p in plan.problems],
    }  # fmt: skip


def _show_progress(progress: "Progress", language: str, *, as_json: bool) -> None:
    if as_json:
        typer.echo(
            json.dumps({
                "everyone": progress.everyone, "moved": progress.moved, "told": progress.told, "waiting": progress.waiting,
                "exported": progress.exported, "unreachable": dict(progress.unreachable),
                "by_milestone": {k: dict(v) for k, v in progress.by_milestone.items()},
                "sums_up": progress.sums_up,
            })
        )  # fmt: skip
        return
    lost = sum(progress.unreachable.values())
    typer.echo(
        say("sum", language, everyone=progress.everyone, moved=progress.moved, told=progress.told, waiting=progress.waiting, lost=lost)
    )
    typer.echo(say("exported", language, count=progress.exported))
    for why, count in sorted(progress.unreachable.items()):
        typer.echo(say("cannot", language, count=count, why=named(why, language)))
    states = ("queued", "sending", "unknown", "sent", "delivered", "read", "failed", "overtaken")
    table(
        (say("milestone", language), *(named(state, language) for state in states)),
        [(named(name, language), *(str(found.get(state, 0)) for state in states)) for name, found in progress.by_milestone.items()],
    )
