"""`wasl register`: everybody this installation stands on, with dated facts, and what contracts say about who is asked."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wasl.cli.context import AsJson, Compose, Config, quiet_logs, read_settings
from wasl.cli.leaving_words import kind_words, say, topic_words
from wasl.cli.show import table
from wasl.cli.tongue import Language, spoken

if TYPE_CHECKING:
    from wasl.continuity.dependency import Constraint, Entry, Fact, Standing
    from wasl.service.expose import Footing

ENDS_SOON_DAYS = 90


def add(app: typer.Typer, compose: Compose) -> None:
    """Adds the commands."""
    register = typer.Typer(no_args_is_help=True, help="Tells on whom this installation stands, and what their contracts say.")
    app.add_typer(register, name="register")

    @register.command(name="list")
    def list_(
        whole: Annotated[bool, typer.Option("--all", help="Also those that this installation does not stand on.")] = False,
        config: Config = None,
        as_json: AsJson = False,
    ) -> None:
        """Lists the dependencies of this installation."""
        language = spoken()
        footing = _footing(compose, config)
        standing = {s.entry.id: s for s in footing.standing}
        entries = [*(s.entry for s in footing.standing), *(e for e in footing.register.entries.values() if whole and e.id not in standing)]
        if as_json:
            typer.echo(json.dumps([_json(e, standing.get(e.id)) for e in entries], ensure_ascii=False))
            return
        head = ("id", say("kind", language), "", say("stands", language), say("ways", language), say("answerers", language))
        table(head, [_row(e, standing.get(e.id), language) for e in entries])
        _show_constraints(footing, language)

    @register.command()
    def show(
        name: Annotated[str, typer.Argument(help="The entry's id, as the list shows it.", metavar="ID")],
        config: Config = None,
        as_json: AsJson = False,
    ) -> None:
        """Shows one dependency with every fact, its source and its day."""
        language = spoken()
        from wasl.domain.errors import SettingWrong

        footing = _footing(compose, config)
        standing = next((s for s in footing.standing if s.entry.id == name), None)
        entry = standing.entry if standing else footing.register.entries.get(name)
        if entry is None:
            raise SettingWrong(f"there is no entry {name!r} in the register; `wasl register list --all` names them")
        if as_json:
            typer.echo(json.dumps(_json(entry, standing), ensure_ascii=False))
        else:
            _show(entry, standing, footing, language)

    @register.command()
    def check(
        file: Annotated[Path | None, typer.Argument(help="A register file of yours, not yet in its folder.", metavar="FILE")] = None,
        config: Config = None,
    ) -> None:
        """Reads the register with your own files, and says what is wrong, what ended and what ends soon."""
        language = spoken()
        from wasl.continuity.register import read_texts
        from wasl.net.rule_folder import rule_text

        footing = _footing(compose, config)
        book = footing.register if file is None else read_texts({str(file): rule_text(file)}, base=footing.register)
        here = book.standing(footing.here)
        counted = {"entries": len(book.entries), "here": len(here), "constraints": len(book.constraints)}
        typer.echo(say("good", language, **counted))
        for line in _ending([f for s in here for f in s.entry.facts], list(book.constraints), language):
            typer.secho(line, fg="yellow")


def _footing(compose: Compose, config: Path | None) -> "Footing":
    settings = read_settings(config, needs="store")
    quiet_logs(settings)
    return compose.installation(settings).expose.footing


def _row(entry: "Entry", standing: "Standing | None", language: Language) -> list[object]:
    ways, answerers = (", ".join(sorted(named)) or None for named in ((standing.ways, standing.answerers) if standing else ((), ())))
    title, stands = entry.title[language], say("here" if standing else "not here", language)
    return [entry.id, kind_words(entry.kind, language), title, stands, ways, answerers]


def _show(entry: "Entry", standing: "Standing | None", footing: "Footing", language: Language) -> None:
    typer.secho(f"{entry.title[language]} ({entry.id}, {kind_words(entry.kind, language)})", bold=True)
    for name, named in (("ways", standing.ways), ("answerers", standing.answerers)) if standing else ():
        if named:
            typer.echo(f"  {say(name, language)}: {', '.join(sorted(named))}")
    if standing is not None and not standing.known:
        typer.echo(f"  {say('unknown', language)}")
    if entry.keys_at:
        typer.echo(f"  {say('keys', language, console=footing.register.entries[entry.keys_at].title[language])}")
    for fact in entry.facts:
        typer.echo(f"- {topic_words(fact.topic, language)}: {fact.text[language]}{_terms(fact, language)}")
        typer.echo(f"    {say('source', language, source=fact.source, seen=fact.seen)}")
    mine = footing.register.candidates_of([entry.id], footing.standing)
    if any(mine & footing.register.candidates_of((*c.first, *c.then), footing.standing) for c in footing.register.constraints):
        _show_constraints(footing, language)


def _terms(fact: "Fact", language: Language) -> str:
    told = [
        *([f"{fact.amount} {fact.currency}"] if fact.amount is not None else []),
        *([say("days", language, days=fact.days)] if fact.days is not None else []),
        *([say("from", language, day=fact.from_)] if fact.from_ else []),
        *([say("until", language, day=fact.until)] if fact.until else []),
        *([say("unsure", language)] if fact.unsure else []),
    ]
    return f" ({('؛ ' if language == 'ar' else '; ').join(told)})" if told else ""


def _show_constraints(footing: "Footing", language: Language) -> None:
    if not footing.register.constraints:
        return
    typer.secho(say("constraints", language), bold=True)
    everybody = frozenset(a.name for a in footing.here.answerers)
    for c in footing.register.constraints:
        first = footing.register.candidates_of(c.first, footing.standing) & everybody
        then = everybody - first if "*" in c.then else footing.register.candidates_of(c.then, footing.standing) & everybody
        nobody = say("nobody", language)
        words = {"first": ", ".join(sorted(first)) or nobody, "then": ", ".join(sorted(then)) or nobody}
        dates = "; ".join(
            [*([say("from", language, day=c.from_)] if c.from_ else []), *([say("until", language, day=c.until)] if c.until else [])]
        )
        typer.echo(f"- {c.id}: {c.text[language]}" + (f" ({dates})" if dates else ""))
        typer.echo(f"    {say(c.when, language, **words)}")
        typer.echo(f"    {say('source', language, source=c.source, seen=c.seen)}")


def _ending(facts: "list[Fact]", constraints: "list[Constraint]", language: Language) -> list[str]:
    from datetime import UTC, datetime, timedelta

    today = datetime.now(UTC).date()
    soon = today + timedelta(days=ENDS_SOON_DAYS)
    dated = [(f.until, f.text[language], f.at) for f in facts] + [(c.until, c.text[language], c.at) for c in constraints]
    due = sorted((day, what, at) for day, what, at in dated if day is not None and day <= soon)
    return [f"{at}: {say('ended' if day < today else 'ends', language, day=day, what=what)}" for day, what, at in due]


def _json(entry: "Entry", standing: "Standing | None") -> dict[str, Any]:
    return {
        "id": entry.id,
        "kind": entry.kind,
        "title": dict(entry.title),
        "stands": standing is not None,
        "known": standing.known if standing else True,
        "channels": sorted(standing.ways) if standing else [],
        "candidates": sorted(standing.answerers) if standing else [],
        "keys_at": entry.keys_at or None,
        "facts": [
            {
                "topic": f.topic, "text": dict(f.text), "source": f.source, "seen": f.seen.isoformat(), "unsure": f.unsure, "days": f.days,
                "from": f.from_.isoformat() if f.from_ else None, "until": f.until.isoformat() if f.until else None,
                "amount": str(f.amount) if f.amount is not None else None, "currency": f.currency or None,
            }
            for f in entry.facts
        ],
    }  # fmt: skip
