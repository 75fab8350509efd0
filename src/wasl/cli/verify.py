"""`wasl verify` and `wasl diff`: is everything as it was, and what differs between two archives."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wasl.cli.border import EXIT_PROBLEM
from wasl.cli.bring_words import counted, verify_words, words
from wasl.cli.context import AsJson, Compose, Config, Installation
from wasl.cli.operating_words import say as operating
from wasl.cli.read import Kind
from wasl.cli.tongue import spoken
from wasl.cli.whom import opened
from wasl.service.phrases import told as translated

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wasl.service.verify import Verified

SHOWN_MAX = 1_000


def add(app: typer.Typer, compose: Compose) -> None:
    """Adds the commands."""

    @app.command()
    def verify(
        file: Annotated[
            Path | None, typer.Argument(help="An archive; everything that was imported here when left out.", metavar="FILE")
        ] = None,
        kind: Kind = None,
        as_json: AsJson = False,
        config: Config = None,
    ) -> None:
        """Rebuilds every imported source byte for byte and compares; or checks an archive."""
        language = spoken()
        done = compose.run(_archive(compose, file, kind=kind) if file is not None else _verify(opened(compose, config)))
        say = words(language)
        left = _left(done.left, language)
        if as_json:
            findings = [finding._asdict() for finding in done.findings]
            passed = {why: dict(kinds) for why, kinds in done.passed_over.items()}
            told = {"good": done.good, "counts": dict(done.counts), "findings": findings, "left": done.left, "passed_over": passed}
            typer.echo(json.dumps(told, ensure_ascii=False))
        elif done.good:
            typer.echo(say["verified"].format(counts=counted(done.counts, language)))
        else:
            typer.secho(say["findings"].format(number=done.counts["findings"]), fg="red")
            for finding in done.findings:
                what = translated(finding.what, language)
                typer.echo(operating("finding", language, of=finding.of, where=finding.where, what=what))
        if left and not as_json:
            typer.echo(left)
        for why, kinds in () if as_json else done.passed_over.items():
            typer.echo(f"{verify_words(why, language)}: {', '.join(f'{kind} {n}' for kind, n in sorted(kinds.items()))}")
        if not done.good:
            raise typer.Exit(EXIT_PROBLEM)

    @app.command()
    def diff(
        first: Annotated[Path, typer.Argument(help="An archive, or any file that can be read.", metavar="A")],
        second: Annotated[Path, typer.Argument(help="Another one.", metavar="B")],
    ) -> None:
        """Says what two archives do not have in common; prints nothing when they hold the same. Needs no settings."""
        from wasl.ports.format import Progress, RestoresWork
        from wasl.service.differ import Opened, differ
        from wasl.service.recognise import opened as open_files
        from wasl.service.recognise import recognise

        formats, number = compose.formats(), 0
        with open_files([first], by_operator=True) as one, open_files([second], by_operator=True) as two:
            sides = [Opened(bundle=bundle, format=recognise(bundle, formats)[0]) for bundle in (one, two)]
            for side, file in zip(sides, (first, second), strict=True):
                if isinstance(side.format, RestoresWork) and (left := _left(side.format.left(side.bundle), spoken())):
                    typer.echo(f"{file}: {left}", err=True)
            for found in differ(*sides):
                if isinstance(found, Progress):
                    continue
                number += 1
                if number <= SHOWN_MAX:
                    mark = {"first": "-", "second": "+"}.get(found.side, "~")
                    where = f" in {found.chat}" if found.chat else ""
                    what = f" ({', '.join(found.fields)})" if found.fields else ""
                    typer.echo(f"{mark} {found.kind} {found.key}{where}{what} {found.sample}".rstrip())
        if number > SHOWN_MAX:
            typer.echo(operating("more differ", spoken(), number=number - SHOWN_MAX))
        if number:
            raise typer.Exit(EXIT_PROBLEM)


def _left(left: "Mapping[str, int] | None", language: str) -> str:
    """Says what an archive does not hold; nothing where it holds everything."""
    from wasl.wire.loss_words import loss_words

    say = words(language)
    if left is None:
        return say["no books"]
    if not left:
        return ""
    return say["left"].format(left=say["comma"].join(f"{loss_words(name, language)} ({number})" for name, number in left.items()))


async def _verify(installation: Installation) -> "Verified":
    async with installation.opened():
        return await installation.moving.verify.run()


async def _archive(compose: Compose, file: Path, *, kind: str | None) -> "Verified":
    from wasl.service.recognise import opened as open_files
    from wasl.service.verify import verify_file

    with open_files([file], by_operator=True) as bundle:
        return await verify_file(bundle, compose.formats(), kind=kind)
