"""`wasl terms`: what platforms' terms say, what changed in them, and the rules made from that."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import typer

from wasl.cli import asking
from wasl.cli.border import EXIT_PROBLEM
from wasl.cli.context import AsJson, Compose, Config, Watching, quiet_logs, read_settings
from wasl.cli.terms_shown import show_change, show_changes, show_documents, show_people, show_rules, show_seen, show_trial
from wasl.cli.terms_words import say
from wasl.cli.tongue import spoken
from wasl.domain.errors import SettingWrong
from wasl.service.phrases import told as translated

if TYPE_CHECKING:
    from wasl.config import Settings

Result = TypeVar("Result")
CHANGES_SHOWN = 30
PAGE_BYTES_MAX = 16 << 20

Document = Annotated[str, typer.Argument(help="A document, as `wasl terms list` names it.", metavar="DOCUMENT")]
ChangeId = Annotated[str, typer.Argument(help="A change, as `wasl terms show` names it.", metavar="CHANGE")]
RuleId = Annotated[str, typer.Argument(help="A rule, as `wasl terms draft` names it.", metavar="RULE")]
By = Annotated[str, typer.Option("--by", help="Your name; it is kept with what you decide.")]
Note = Annotated[str, typer.Option(help="Why, in a sentence.")]


def add(app: typer.Typer, compose: Compose) -> None:
    """Adds the commands."""
    terms = typer.Typer(no_args_is_help=True, help="Watches the terms of platforms and providers, and makes rules from what changes.")
    app.add_typer(terms, name="terms")

    def run(config: Path | None, work: Callable[[Watching], Awaitable[Result]]) -> Result:
        settings = read_settings(config, needs="store")
        quiet_logs(settings)
        return compose.run(_opened(compose, settings, work))

    _add_looking(terms, run)
    _add_showing(terms, run)
    _add_moving(terms, run)
    _add_importing(terms, run)
    _add_exporting(terms, run)
    _add_deciding(terms, run)
    _add_settling(terms, run)


Run = Callable[[Path | None, Callable[[Watching], Awaitable[Any]]], Any]


def _add_looking(terms: typer.Typer, run: Run) -> None:
    @terms.command(name="list")
    def list_(config: Config = None, as_json: AsJson = False) -> None:
        """Lists the declared documents: which are watched, when each was seen last, and what stands in the way."""

        async def work(watching: Watching) -> None:
            known = {one.document_id: one for one in await watching.terms.watched()}
            show_documents(watching.every, known, frozenset(watching.watch.declarations), as_json=as_json)

        run(config, work)

    @terms.command()
    def check(config: Config = None) -> None:
        """Asks for every watched document once, and says which pages are not what their declarations say."""

        async def work(watching: Watching) -> bool:
            seen = [await watching.watch.look(name) for name in watching.watch.declarations]
            show_seen(seen)
            return any(one.outcome in ("quarantined", "failed") for one in seen)

        if run(config, work):
            raise typer.Exit(EXIT_PROBLEM)

    @terms.command(name="run")
    def run_(
        document: Annotated[str, typer.Argument(metavar="DOCUMENT", help="One; all that are due when left out.")] = "",
        config: Config = None,
    ) -> None:
        """Looks at documents now, as the watch does by itself."""

        async def work(watching: Watching) -> None:
            found = [await watching.watch.look(_declared(watching, document))] if document else await watching.watch.look_at_due()
            show_seen(found)

        run(config, work)


def _add_showing(terms: typer.Typer, run: Run) -> None:
    @terms.command()
    def show(
        document: Annotated[str, typer.Argument(metavar="DOCUMENT", help="One document; all when left out.")] = "",
        config: Config = None,
        as_json: AsJson = False,
    ) -> None:
        """Shows what changed, newest first."""

        async def work(watching: Watching) -> None:
            changes = await watching.terms.changes(document_id=document or None, limit=CHANGES_SHOWN)
            show_changes(changes, {one.document.id: one.document for one in watching.every}, as_json=as_json)

        run(config, work)

    @terms.command()
    def diff(change: ChangeId, config: Config = None) -> None:
        """Shows one change: the sentences before and after, with the words that changed."""

        async def work(watching: Watching) -> None:
            found = await watching.terms.find_change(change)
            if found is None:
                raise SettingWrong(f"there is no change {change!r}; `wasl terms show` names them")
            documents = {one.document.id: one.document for one in watching.every}
            show_change(found, documents)
            if found.document_id in documents:
                show_people(await watching.people(documents[found.document_id]))

        run(config, work)


def _add_moving(terms: typer.Typer, run: Run) -> None:
    @terms.command()
    def bring(
        document: Document,
        file: Annotated[Path, typer.Argument(help="A saved page, a PDF, or plain text.", exists=True, dir_okay=False)],
        by: By = "",
        config: Config = None,
    ) -> None:
        """Takes a page that you saved or copied: for documents that programs may not fetch."""
        if file.stat().st_size > PAGE_BYTES_MAX:
            raise SettingWrong(f"{file} is over {PAGE_BYTES_MAX} bytes; save the page without its pictures")
        kinds = {".html": "text/html", ".htm": "text/html", ".pdf": "application/pdf", ".md": "text/markdown"}
        kind = kinds.get(file.suffix.casefold(), "text/plain")

        async def work(watching: Watching) -> None:
            show_seen(
                [await watching.watch.bring(_declared(watching, document), file.read_bytes(), content_type=kind, by=by or "somebody")]
            )

        run(config, work)


def _add_importing(terms: typer.Typer, run: Run) -> None:
    @terms.command(name="import")
    def import_(
        source: Annotated[
            Path, typer.Argument(help="A folder of dated versions, or a declaration of Open Terms Archive (.json).", exists=True)
        ],
        document: Annotated[str, typer.Option(help="Which document the versions are of.")] = "",
        channel: Annotated[str, typer.Option(help="Which channel an imported declaration bears on.")] = "",
        config: Config = None,
    ) -> None:
        """Takes in versions from a git folder, or turns a declaration of Open Terms Archive into ours (printed)."""
        if source.is_file():
            from wasl.terms.ota import import_ota
            from wasl.terms.written import written

            found = import_ota(source.read_text(encoding="utf-8"), channels=[channel] if channel else [])
            typer.echo(written(found.declarations))
            for name, why in found.rejects:
                typer.secho(say("reject", spoken(), name=name, why=translated(why, spoken())), fg="yellow", err=True)
            return
        from wasl.service.export_terms import read_folder

        if not document:
            raise SettingWrong("say which document the versions are of: --document, as `wasl terms list` names it")
        versions = read_folder(source)
        if not versions:
            raise SettingWrong(f"{source} holds no dated version; its files begin with their day, such as 2025-12-31.md")

        async def work(watching: Watching) -> None:
            show_seen([await watching.recall.run(document, body, seen=day) for day, body in versions])

        run(config, work)


def _add_exporting(terms: typer.Typer, run: Run) -> None:
    @terms.command()
    def export(
        to: Annotated[Path | None, typer.Argument(help="A folder for versions as files; changes are printed when left out.")] = None,
        form: Annotated[Literal["json", "atom", "ota"], typer.Option("--as", help="How what is printed is written.")] = "json",
        config: Config = None,
    ) -> None:
        """Writes every version into a folder, ready for git; or prints changes as JSON or Atom, or declarations for Open Terms Archive."""

        async def work(watching: Watching) -> None:
            from wasl.service.export_terms import VERSIONS_MAX, as_json, atom, write_folder

            documents = {one.document.id: one.document for one in watching.every}
            if to is not None:
                count = await write_folder(watching.terms, documents, to)
                typer.echo(say("written", spoken(), count=count, folder=to))
            elif form == "ota":
                from wasl.terms.ota import export_ota

                typer.echo(
                    json.dumps({name: json.loads(text) for name, text in export_ota(watching.every).items()}, ensure_ascii=False, indent=1)
                )
            else:
                changes = await watching.terms.changes(limit=VERSIONS_MAX)
                newest = max((one.at_ms for one in changes), default=0)
                typer.echo(
                    as_json(changes, documents)
                    if form == "json"
                    else atom(changes, documents, address="", now_ms=newest, language=spoken())
                )

        run(config, work)


def _add_deciding(terms: typer.Typer, run: Run) -> None:
    @terms.command()
    def draft(
        change: ChangeId,
        sentence: Annotated[str, typer.Option(help="One sentence of the change, as `wasl terms diff` names it.")] = "",
        file: Annotated[Path | None, typer.Option(help="A rule that you wrote from a draft.", exists=True, dir_okay=False)] = None,
        by: By = "",
        config: Config = None,
    ) -> None:
        """Drafts rules from a change, and tries them on what was sent in the last 30 days. A draft acts on nothing."""

        async def work(watching: Watching) -> None:
            text = file.read_text(encoding="utf-8") if file else ""
            drafts = await watching.make.draft(change, sentence=sentence, toml=text, by=by)
            if not drafts:
                typer.echo(say("no drafts", spoken()))
            for record in drafts:
                typer.echo(record.toml)
                show_trial(await watching.make.trial(record.toml))

        run(config, work)

    @terms.command()
    def confirm(
        rule: RuleId,
        by: Annotated[str, typer.Option("--by", help="Your name; it is kept with the rule.")],
        note: Note = "",
        yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask again.")] = False,
        config: Config = None,
    ) -> None:
        """Lets a drafted rule act from its day on; the earlier rule of its kind gets an end."""

        async def trial(watching: Watching) -> None:
            records = await watching.terms.rules(rule_id=rule)
            if records:
                typer.echo(records[-1].toml)
                show_trial(await watching.make.trial(records[-1].toml))

        async def work(watching: Watching) -> None:
            done = await watching.make.confirm(rule, by=by, note=note)
            show_rules(done)

        if not yes:
            run(config, trial)
            asking.confirm(say("confirm?", spoken()), abort=True)
        run(config, work)


def _add_settling(terms: typer.Typer, run: Run) -> None:
    @terms.command()
    def rules(config: Config = None) -> None:
        """Lists every step of every rule made from terms: drafted, confirmed by whom, ended, stale."""

        async def work(watching: Watching) -> None:
            show_rules(await watching.terms.rules())

        run(config, work)

    @terms.command()
    def reject(rule: RuleId, by: By = "", note: Note = "", config: Config = None) -> None:
        """Puts a draft away."""
        run(config, lambda watching: watching.make.reject(rule, by=by, note=note))
        typer.echo(say("rejected", spoken(), id=rule))

    @terms.command()
    def aside(
        change: ChangeId,
        by: By = "",
        note: Note = "",
        days: Annotated[int, typer.Option(min=0, max=400, help="Remind me in so many days.")] = 0,
        config: Config = None,
    ) -> None:
        """Notes that a change is not for us; with --days, asks to be reminded."""

        async def work(watching: Watching) -> None:
            await watching.make.set_aside(change, by=by, note=note, days=days)
            typer.echo(say("aside days" if days else "aside", spoken(), id=change, days=days))

        run(config, work)


async def _opened(compose: Compose, settings: "Settings", work: Callable[[Watching], Awaitable[Result]]) -> Result:
    installation = compose.installation(settings)
    watching = installation.watching
    if watching is None:
        raise SettingWrong("this store keeps no terms; use SQLite or PostgreSQL")
    async with installation.opened():
        return await work(watching)


def _declared(watching: Watching, name: str) -> str:
    if name not in watching.watch.declarations:
        known = ", ".join(sorted(watching.watch.declarations)[:8]) or 'none: set watch = "all" in [terms], or configure a channel'
        raise SettingWrong(f"{name!r} is not watched; watched are {known}")
    return name
