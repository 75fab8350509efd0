"""`wasl import` and `wasl imports`: brings conversations in."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wasl.cli.asking import confirm
from wasl.cli.border import EXIT_PROBLEM, EXIT_UNDECIDED
from wasl.cli.bring_words import words
from wasl.cli.context import AsJson, Compose, Config, Installation
from wasl.cli.operating_words import named
from wasl.cli.operating_words import say as operating
from wasl.cli.read import DayOrder, Kind, SomeFiles, Zone, chosen, undecided
from wasl.cli.show import moment
from wasl.cli.tongue import spoken
from wasl.cli.whom import Person, opened, owner_of
from wasl.service.phrases import told as translated

if TYPE_CHECKING:
    from wasl.domain.ids import ConversationId
    from wasl.ports.format import Choices, Question
    from wasl.service.bring import Preview, Report, Step
    from wasl.service.survey import Survey
    from wasl.wire.bundle import Bundle

CHATS_SHOWN = 20
PEOPLE_SHOWN = 8
REJECTS_SHOWN = 10


def add(app: typer.Typer, compose: Compose) -> None:
    """Adds the commands."""

    @app.command("import")
    def import_(
        files: SomeFiles = None,
        history: Annotated[
            bool, typer.Option("--history", help="Bring what platforms shared of earlier chats (WhatsApp beside the phone app).")
        ] = False,
        person: Person = None,
        zone: Zone = None,
        day_order: DayOrder = None,
        me: Annotated[str | None, typer.Option(help="Your name in the chats.", metavar="NAME")] = None,
        kind: Kind = None,
        yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing; take options and guesses.")] = False,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what is in it.")] = False,
        again: Annotated[bool, typer.Option("--again", help="Read a file anew that is here: a newer version may read more of it.")] = False,
        config: Config = None,
    ) -> None:
        """Brings conversations in from files that another system exported, or from an archive of ours."""
        from wasl.domain.errors import SettingWrong

        if history == bool(files):
            raise SettingWrong("name files, or say --history")
        installation = opened(compose, config, needs="secrets" if history else "store")  # requests are read as their platform's
        if history:
            raise typer.Exit(compose.run(_history(installation)))
        asking = _Asking(installation=installation, me=me, quiet=yes, dry=dry_run, again=again)
        choices = chosen(zone=zone, day_order=day_order)
        code = compose.run(_import(asking, [[f] for f in files or ()], person=person, choices=choices, kind=kind))
        if code:
            raise typer.Exit(code)

    @app.command()
    def imports(
        person: Person = None,
        take_back: Annotated[str | None, typer.Option(help="Undo the import with this id.", metavar="ID")] = None,
        as_json: AsJson = False,
        config: Config = None,
    ) -> None:
        """Lists what was brought in, newest first; or takes an import back."""
        installation = opened(compose, config)
        if take_back is not None:
            done = compose.run(_take_back(installation, take_back))
            typer.echo(operating("taken back" if done else "no import", spoken(), id=take_back), err=not done)
            raise typer.Exit(0 if done else EXIT_PROBLEM)
        found = compose.run(_imports(installation, person))
        if as_json:
            typer.echo(json.dumps(found, ensure_ascii=False))
            return
        from wasl.cli.show import table

        language = spoken()
        if not found:
            typer.echo(operating("no imports", language))
            return
        head = ("started", "format", "name", "state", "entries", "stored", "already", "changed", "rejects")
        rows = [[row["id"], *(named(row[name], language) if name == "state" else row[name] for name in head)] for row in found]
        table(("id", *(operating(name, language) for name in head)), rows)


class _Asking:
    """Asks at the terminal, unless told not to."""

    def __init__(self, *, installation: Installation, me: str | None, quiet: bool, dry: bool, again: bool) -> None:
        self.installation = installation
        self.me = me
        self.quiet = quiet
        self.dry = dry
        self.again = again
        self.say = words(spoken())

    @property
    def needs_no_look(self) -> bool:
        """Says whether nothing that a look would find changes how it is imported: nobody is asked, and nobody's name is looked for."""
        return self.quiet and self.me is None and not self.dry

    def decide(self, preview: "Preview", choices: "Choices") -> "Choices":
        """Answers what is asked: by options, by asking, or not at all."""
        from dataclasses import replace

        answers = {**preview.answers, **choices.answers}  # as it was answered when the same file was brought, unless it is said anew
        for found in preview.survey.chats.values():
            mine = next((p.key for p in found.participants.values() if self.me in (p.key, *(n.text for n in p.names))), None)
            if self.me is not None and mine is not None:
                answers[f"self:{found.chat.key}"] = mine
        for question in preview.survey.questions.values():
            if question.id in answers or question.id == "zone":
                continue
            options = dict(question.options)
            if question.id.startswith("self:"):
                mine = None
                title = question.id.removeprefix("self:")
                if self.me is None and not self.quiet and not self.dry:
                    shown = ", ".join(options.values())
                    said = typer.prompt(self.say["ask self"].format(chat=title, options=shown), default="", show_default=False)
                    mine = next((k for k, label in options.items() if said and said in (k, label)), None)
                if mine is not None:
                    answers[question.id] = mine
            elif not self.quiet and not self.dry:
                shown = ", ".join(f"{k}: {label}" for k, label in options.items())
                why = translated(question.why, spoken())
                said = typer.prompt(self.say["ask order"].format(why=why, options=shown), default=question.guess or "")
                if said in options:
                    answers[question.id] = said
        return replace(choices, answers=answers)


async def _import(asking: _Asking, groups: list[list[Path]], *, person: str | None, choices: "Choices", kind: str | None) -> int:
    from wasl.service.recognise import opened as open_files

    code = 0
    async with asking.installation.opened():
        for group in groups:
            with open_files(group, by_operator=True) as bundle:
                code = max(code, await _one(asking, bundle, person=person, choices=choices, kind=kind))
    return code


async def _one(asking: _Asking, bundle: "Bundle", *, person: str | None, choices: "Choices", kind: str | None) -> int:
    import asyncio

    from wasl.ports.format import Restores
    from wasl.service.recognise import recognise

    bring = asking.installation.moving.bring
    reader, _ = await asyncio.to_thread(recognise, bundle, asking.installation.moving.formats, kind=kind)
    if isinstance(reader, Restores) and person is None and not asking.dry:
        return await _restore(asking, bundle, reader)
    owner = await owner_of(asking.installation, person) if not asking.dry else None
    if owner is not None and asking.needs_no_look:
        return await _at_once(asking, bundle, owner=owner, choices=choices, kind=kind)
    with _Progress(asking.say, stopped="stopped looking") as bar:
        preview = await bring.preview(bundle, owner=owner, choices=choices, kind=kind, told=bar.told)
    title = f"{preview.format.title} ({preview.guess.confidence:.0%})"
    for line in _shown(preview.survey, asking, choices, name=preview.name, title=title, zone=preview.zone):
        typer.echo(line)
    if preview.earlier is not None:
        typer.echo(asking.say["earlier"].format(import_id=preview.earlier.record.id))
    decided = asking.decide(preview, choices)
    open_ = _left_open(asking, preview.survey, decided)
    if asking.dry or owner is None:
        typer.echo(asking.say["dry"])
        return EXIT_UNDECIDED if open_ else 0
    if not asking.quiet and not confirm(asking.say["go"].format(owner=person or asking.installation.settings.assistant.name)):
        return EXIT_PROBLEM
    with _Progress(asking.say, stopped="stopped") as bar:
        report = await bring.run(bundle, owner=owner, choices=decided, kind=kind, again=asking.again, told=bar.told)
    for line in _reported(report, asking.say):
        typer.echo(line)
    return EXIT_UNDECIDED if open_ else 0


async def _history(installation: Installation) -> int:
    """Brings what stored requests tell of earlier chats."""
    say = words(spoken())
    async with installation.opened():
        done = await installation.moving.bring_history.run()
    typer.echo(say["history"].format(requests=done.placed, people=len(done.reports)))
    for report in done.reports[:CHATS_SHOWN]:
        typer.echo(f"{report.name}:")
        for line in _reported(report, say):
            typer.echo(f"  {line}")
    if done.failed:
        typer.secho(say["history failed"].format(requests=done.failed), fg="red", err=True)
    return EXIT_PROBLEM if done.failed else 0


async def _at_once(asking: _Asking, bundle: "Bundle", *, owner: "ConversationId", choices: "Choices", kind: str | None) -> int:
    """Imports without looking first, which would read everything twice; tells what was in it afterwards."""
    from dataclasses import replace

    with _Progress(asking.say, stopped="stopped") as bar:
        report = await asking.installation.moving.bring.run(
            bundle, owner=owner, choices=choices, kind=kind, again=asking.again, told=bar.told
        )
    if not report.repeated:
        title = asking.installation.moving.formats[report.format].title
        for line in _shown(report.survey, asking, choices, name=report.name, title=title, zone=report.zone):
            typer.echo(line)
    open_ = _left_open(asking, report.survey, replace(choices, answers=report.answers))
    for line in _reported(report, asking.say):
        typer.echo(line)
    return EXIT_UNDECIDED if open_ else 0


def _left_open(asking: _Asking, survey: "Survey", decided: "Choices") -> "list[Question]":
    """Gives the questions that a guess had to answer, and tells them."""
    open_ = [q for q in survey.questions.values() if undecided(q, decided)]
    for question in open_:
        why = translated(question.why, spoken())
        typer.secho(asking.say["undecided"].format(id=question.id, why=why, guess=question.guess), fg="yellow", err=True)
    return open_


async def _restore(asking: _Asking, bundle: "Bundle", reader: Any) -> int:
    done = await asking.installation.moving.restore_archive.run(bundle, reader)
    c = done.counts
    typer.echo(
        asking.say["restored"].format(
            people=c["people"],
            chats=c["chats"],
            messages=c["messages"],
            here=c["messages here already"],
            rejects=c["rejects"],
            problems=c["problems"],
        )
    )
    if c["work"] or c["work here already"]:
        typer.echo(asking.say["books"].format(work=c["work"], here=c["work here already"]))
    for odd in done.problems[:REJECTS_SHOWN]:
        typer.echo(f"  {odd.where}: {getattr(odd, 'why', '') or getattr(odd, 'detail', '')}", err=True)
    return EXIT_PROBLEM if done.problems else 0


def _shown(survey: "Survey", asking: _Asking, choices: "Choices", *, name: str, title: str, zone: str | None) -> list[str]:
    say = asking.say
    lines = [say["found"].format(name=name, title=title)]
    lines.append(say["chats"].format(chats=survey.counts["chats"], entries=survey.counts["entries"], rejects=survey.counts["rejects"]))
    for found in list(survey.chats.values())[:CHATS_SHOWN]:
        first, last = (moment(t)[:10] if t is not None else "?" for t in (found.first_ms, found.last_ms))
        lines.append(say["chat"].format(title=found.chat.title or found.chat.key, entries=found.entries, first=first, last=last))
        people = [p.name for p in found.participants.values()]
        more = say["more"].format(more=len(people) - PEOPLE_SHOWN) if len(people) > PEOPLE_SHOWN else ""
        lines.append(say["who"].format(people=", ".join(people[:PEOPLE_SHOWN]) + more))
    if "zone" in survey.questions and choices.zone is None:
        lines.append(say["zone"].format(zone=zone) if zone else say["no zone"])
    return lines


def _reported(report: "Report", say: Mapping[str, str]) -> list[str]:
    c = report.counts
    if report.repeated:
        return [say["repeated"]]
    named = {name: c.get(name, 0) for name in ("entries", "stored", "already", "changed")}
    lines = [say["report"].format(**named, rejects=report.survey.counts["rejects"])]
    if c.get("full"):
        lines.append(say["full"].format(full=c["full"]))
    lines += [say["reject"].format(where=r.where, why=r.why, sample=r.sample[:60]) for r in report.survey.rejects[:REJECTS_SHOWN]]
    cover = report.coverage
    if cover.get("bytes"):
        tiles = say["tiles"] if cover["tiles"] else ""
        lines.append(say["coverage"].format(bytes=cover["bytes"], covered=cover["covered"], tiles=tiles))
    if report.survey.kinds["ambiguous"]:
        lines.append(say["ambiguous"].format(number=report.survey.kinds["ambiguous"]))
    return lines


class _Progress:
    """A bar on a terminal; nothing where nobody watches."""

    def __init__(self, say: Mapping[str, str], *, stopped: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

        self._say = say
        self._stopped = stopped
        console = Console(stderr=True)
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("", total=None)

    def __enter__(self) -> "_Progress":
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        import asyncio

        self._bar.stop()
        if kind is not None and issubclass(kind, (KeyboardInterrupt, asyncio.CancelledError)):
            typer.echo(self._say[self._stopped], err=True)

    def told(self, step: "Step") -> None:
        """Takes how far it is."""
        what = f"{self._say[step.stage]} {step.entries or ''}"
        self._bar.update(self._task, description=what, completed=step.bytes_done, total=step.bytes_total or None)


async def _imports(installation: Installation, person: str | None) -> list[dict[str, Any]]:
    from wasl.cli.whom import one_person

    async with installation.opened():
        owners = None
        if person is not None:
            owners = [i.conversation_id for i in (await one_person(installation, person)).identities]
        held = await installation.moving.library.imports(owners=owners, limit=1_000)
    return [
        {
            "id": h.record.id,
            "started": moment(h.record.started_ms),
            "format": h.record.kind,
            "name": h.record.name,
            "state": h.state,
            **{name: h.record.counts.get(name, 0) for name in ("entries", "stored", "already", "changed", "rejects")},
            "owner": h.owner,
        }
        for h in held
    ]


async def _take_back(installation: Installation, import_id: str) -> bool:
    async with installation.opened():
        return await installation.moving.bring.take_back(import_id)
