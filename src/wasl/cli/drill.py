"""`wasl drill`: rehearses the loss of a platform, a provider, a place, with the real code."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from wasl.cli.asking import confirm
from wasl.cli.border import EXIT_INTERRUPTED, EXIT_PROBLEM
from wasl.cli.context import AsJson, Compose, Config, Installation, quiet_logs, read_settings
from wasl.cli.leaving_words import SINCE_LAST, played, say
from wasl.cli.show import moment, seconds, table
from wasl.cli.tongue import Language, spoken
from wasl.continuity.dependency import inside

if TYPE_CHECKING:
    from wasl.domain.exposure import Drill, Fault

LISTED = 30
_COUNTED = (
    ("unanswered", "unanswered"), ("told elsewhere", "told_elsewhere"), ("failed", "not_delivered"), ("turned away", "turned_away"),
)  # fmt: skip
_TIME = re.compile(r"(\d{1,5}(?:\.\d{1,3})?)(s|m|h)")
_UNIT_SECONDS = {"s": 1, "m": 60, "h": 3600}


def add(app: typer.Typer, compose: Compose) -> None:
    """Adds the command."""

    @app.command()
    def drill(
        lose: Annotated[
            list[str] | None, typer.Option(help="What is lost, as `wasl register list` names it; repeat for several.", metavar="ID")
        ] = None,
        for_: Annotated[
            str, typer.Option("--for", help="For how long (90s, 10m, 1h); in shadow: the traffic of so long.", metavar="TIME")
        ] = "10m",
        how: Annotated[Literal["refused", "disabled", "silence", "throttled"], typer.Option(help="How it is lost.")] = "disabled",
        live: Annotated[bool, typer.Option("--live/--shadow", help="On live routing, or on a copy (nothing leaves the machine).")] = False,
        yes: Annotated[bool, typer.Option("--yes", help="Do not ask before a live drill.")] = False,
        config: Config = None,
        as_json: AsJson = False,
    ) -> None:  # fmt: skip
        """Runs the real code with a dependency lost and tells what people would have seen; without --lose it lists past drills."""
        language = spoken()
        settings = read_settings(config, needs="store")
        quiet_logs(settings)
        installation = compose.installation(settings)
        if not lose:
            _list(compose.run(_past(installation)), language=language, as_json=as_json)
            return
        length = _seconds(for_)
        lost = installation.rehearse.standing(lose)
        titles = {s.entry.id: inside(s.entry.title[language]) for s in lost}
        if live:
            gone = sorted(installation.rehearse.taken_live(lose))
            if not yes and not confirm(say("sure", language, candidates=", ".join(gone), time=seconds(int(length * 1000), language))):
                typer.echo(say("not done", language))
                raise typer.Exit(EXIT_PROBLEM)
            typer.echo(say("live", language, time=seconds(int(length * 1000), language)), err=True)
        else:
            typer.echo(say("shadow", language, what=_and(titles.values(), language)), err=True)
        try:
            done = compose.run(_run(installation, tuple(lose), how=how, for_seconds=length, live=live))
        except KeyboardInterrupt:
            typer.secho(say("interrupted", language), fg="yellow", err=True)
            raise typer.Exit(EXIT_INTERRUPTED) from None
        if as_json:
            typer.echo(json.dumps(drill_json(done), ensure_ascii=False))
        else:
            _print(done, titles=titles, away=all(s.takes_everything for s in lost), language=language)


async def _run(installation: Installation, lose: tuple[str, ...], *, how: "Fault", for_seconds: float, live: bool) -> "Drill":
    async with installation.opened():
        rehearse = installation.rehearse
        return await (rehearse.live if live else rehearse.in_shadow)(lose, how=how, for_seconds=for_seconds)


async def _past(installation: Installation) -> "list[Drill]":
    async with installation.opened():
        return list(await installation.rehearse.past(limit=LISTED))


def drill_json(drill: "Drill") -> dict[str, Any]:
    """Gives a drill as JSON."""
    return {
        "id": drill.id,
        "mode": drill.mode,
        "lost": list(drill.lost),
        "how": drill.how,
        "candidates": list(drill.candidates),
        "started_ms": drill.started_ms,
        "ended_ms": drill.ended_ms,
        "report": dict(drill.report),
    }


def _list(drills: "list[Drill]", *, language: Language, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps([drill_json(d) for d in drills], ensure_ascii=False))
    elif not drills:
        typer.echo(say("no drills", language))
    else:
        rows = [
            [
                moment(d.started_ms), say(f"mode {d.mode}", language), ", ".join(d.lost), say(f"how {d.how}", language),
                d.report.get("asked"), d.report.get("answered"),
            ]
            for d in drills
        ]  # fmt: skip
        table([say(word, language) for word in ("started", "mode", "lost things", "how", "asked", "answered")], rows)


def _and(words: Iterable[str], language: Language) -> str:
    return ("، " if language == "ar" else ", ").join(words)


def _print(drill: "Drill", *, titles: Mapping[str, str], away: bool, language: Language) -> None:
    told = drill.report
    usual: Mapping[str, Any] = told["usual"]
    if told.get("interrupted"):
        typer.secho(say("interrupted", language), fg="yellow")
    if not told["asked"]:
        typer.echo(say("nobody asked", language))
        return
    what, how = _and((titles.get(name, name) for name in drill.lost), language), say("how away" if away else f"how {drill.how}", language)
    words = {"what": what, "how": how, "answered": told["answered"], "asked": told["asked"]}
    typer.secho(say("outcome", language, **words), bold=True)
    ends = "؛" if language == "ar" else ";"
    typer.echo(f"  {say('by', language, who=_who(told['answered_by']))}{ends} {say('usually', language, who=_who(usual['answered_by']))}")
    waits = {"p50": told["delay_p50_ms"], "p95": told["delay_p95_ms"], "worst": told["delay_worst_ms"]}
    added = {"added50": told["delay_added_p50_ms"], "added95": told["delay_added_p95_ms"]}
    typer.echo(f"  {say('delay', language, **waits, **added)}")
    for name, key in _COUNTED:
        if told[key]:
            typer.echo(f"  {say(name, language, count=told[key])}")
    if told["stored_for_later"]:
        typer.echo(f"  {say('stored', language, count=told['stored_for_later'], elsewhere=told['could_be_told_elsewhere'])}")
    if told["cost"]:
        seen, usually = (_cost(told["cost"][which], language) for which in ("seen", "usual"))
        typer.echo(f"  {say('cost', language, seen=seen, usual=usually)}")
    if changes := told.get("since_last"):
        shown = (_change(name, then, now, language) for name, (then, now) in changes.items())
        typer.echo(f"  {say('since last', language, changes=('؛ ' if language == 'ar' else '; ').join(shown))}")
    for who in told["stand_ins"]:
        typer.echo(f"  {say('played', language, who=played(who, language))}")


def _change(name: str, then: float, now: float, language: Language) -> str:
    """Says what changed since the last drill: shares of what was asked in hundredths, times in milliseconds."""
    arabic = language == "ar"
    unit = (" م.ث" if arabic else " ms") if name.endswith("_ms") else " %"
    before, after = (f"{value if name.endswith('_ms') else 100 * value:.0f}{unit}" for value in (then, now))
    return f"{SINCE_LAST[name][arabic] if name in SINCE_LAST else name} {before} {'←' if arabic else '→'} {after}"


def _who(counted: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counted.items()) or "—"


def _cost(told: Mapping[str, Any], language: Language) -> str:
    money = ", ".join(f"{amount} {currency}" for currency, amount in told.get("money", {}).items())
    return say("tokens", language, count=told.get("tokens", 0)) + (f" ({money})" if money else "")


def _seconds(text: str) -> float:
    from wasl.domain.errors import SettingWrong

    found = _TIME.fullmatch(text.strip())
    if found is None or float(found[1]) == 0:
        raise SettingWrong(f"{text!r} is no length of time; write it as 90s, 10m or 1h")
    return float(found[1]) * _UNIT_SECONDS[found[2]]
