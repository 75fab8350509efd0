"""`wasl why`: which rule acted on a message, from which text, and what it waits for."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wasl.cli.border import EXIT_PROBLEM
from wasl.cli.context import AsJson, Compose, Config, Installation, quiet_logs, read_settings
from wasl.cli.show import moment
from wasl.cli.tongue import spoken
from wasl.cli.why_words import say

if TYPE_CHECKING:
    from wasl.ports.judged import JudgedAct


def add(app: typer.Typer, compose: Compose) -> None:
    """Adds the command."""

    @app.command()
    def why(
        id_: Annotated[str, typer.Argument(help="Id of a message, a turn or a delivery, as the console and logs show it.", metavar="ID")],
        config: Config = None,
        as_json: AsJson = False,
    ) -> None:
        """Tells why a message was answered, held or refused, by which rules of which rulebook; ends with 1 for an unknown id."""
        language = spoken()
        settings = read_settings(config, needs="store")
        quiet_logs(settings)
        found = compose.run(_why(compose.installation(settings), id_))
        if not found["acts"]:
            typer.echo(say("unknown", language).format(id=id_), err=True)
            raise typer.Exit(EXIT_PROBLEM)
        if as_json:
            typer.echo(json.dumps(found, ensure_ascii=False))
        else:
            _print(found, language)


async def _why(installation: Installation, id_: str) -> dict[str, Any]:
    async with installation.opened():
        judged = installation.store.judged
        acts = await judged.acts(id_)
        books: dict[str, Any] = {}
        for act in acts:
            for verdict in act.verdicts.values():
                digest = verdict.get("book") if isinstance(verdict, Mapping) else None
                if digest and digest not in books and (kept := await judged.book(digest)) is not None:
                    books[digest] = {"since": moment(kept[1]), "rules": {one["id"]: one for one in json.loads(kept[0])}}
    return {"acts": [_told(act) for act in acts], "books": {d: _acted(b, acts) for d, b in books.items()}}


def _told(act: "JudgedAct") -> dict[str, Any]:
    told = {"kind": act.kind, "id": act.id, "state": act.state, "at": moment(act.at_ms), "channel": act.channel, "note": act.note}
    return {name: value for name, value in told.items() if value} | {"verdicts": dict(act.verdicts)}


def _acted(book: Mapping[str, Any], acts: "list[JudgedAct] | Any") -> dict[str, Any]:
    """Keeps of a book the rules that acted."""
    named = {rule for act in acts for verdict in act.verdicts.values() if isinstance(verdict, Mapping) for rule in verdict.get("rules", ())}
    return {"since": book["since"], "rules": {id_: rule for id_, rule in book["rules"].items() if id_ in named}}


def _print(found: Mapping[str, Any], language: str) -> None:
    for act in found["acts"]:
        where = f" · {act['channel']}" if "channel" in act else ""
        typer.echo(f"{say(act['kind'], language)} {act['id']}{where} · {act['state']} · {act['at']}")
        if "note" in act:
            typer.echo(f"  {act['note']}")
        for name, verdict in act["verdicts"].items():
            if isinstance(verdict, Mapping) and "effect" in verdict:
                _print_verdict(name, verdict, found["books"], language)


def _print_verdict(name: str, verdict: Mapping[str, Any], books: Mapping[str, Any], language: str) -> None:
    mode = f" ({verdict['mode']})" if "mode" in verdict else ""
    typer.echo(f"  {name}: {say(verdict['effect'], language)}{mode}")
    for reason in verdict.get("reasons", ()):
        typer.echo(f"    {reason['rule']}: {reason.get(language) or reason.get('en', '')}")
    if waits := verdict.get("waits_for"):
        typer.echo(f"    {say(f'waits_{waits}', language)}")
    if "template" in verdict:
        typer.echo(f"    {say('template', language).format(name=verdict['template'])}")
    if number := verdict.get("cut_into"):
        typer.echo(f"    {say('cut', language).format(number=number, rules=', '.join(verdict.get('cut_by', ())))}")
    if price := verdict.get("price"):
        typer.echo(f"    {say('price', language).format(amount=price['amount'], currency=price['currency'])}")
    for candidate, rules in verdict.get("barred", {}).items():
        typer.echo(f"    {say('barred', language).format(candidate=candidate, rules=', '.join(rules))}")
    book = books.get(verdict.get("book", ""))
    since = f" ({say('since', language).format(at=book['since'])})" if book else ""
    typer.echo(f"    {say('book', language).format(digest=verdict.get('book', ''))}{since}: {', '.join(verdict.get('rules', ())) or '—'}")
    for id_ in verdict.get("rules", ()):
        if book and (rule := book["rules"].get(id_)) and id_ not in {one["rule"] for one in verdict.get("reasons", ())}:
            typer.echo(f"      {id_}: {rule['requires'].get(language) or rule['requires'].get('en', '')}")
