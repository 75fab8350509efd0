"""`wasl backup` and `wasl restore`: a copy of everything while it runs, and the way back."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wasl.cli.border import EXIT_PROBLEM
from wasl.cli.bring_words import counted
from wasl.cli.context import Compose, Config, Installation, quiet_logs, read_settings
from wasl.cli.operating_words import say
from wasl.cli.tongue import spoken
from wasl.cli.whom import opened
from wasl.service.phrases import told as translated

if TYPE_CHECKING:
    from wasl.service.back_up import Backed
    from wasl.service.verify import Verified


def add(app: typer.Typer, compose: Compose) -> None:
    """Adds the commands."""

    @app.command()
    def backup(
        to: Annotated[
            Path | None, typer.Argument(help="Folder to put it in; where `backup.to` says when left out.", metavar="FOLDER")
        ] = None,
        one_file: Annotated[bool, typer.Option("--file", help="One tar file in place of a folder.")] = False,
        recipient: Annotated[
            list[str] | None, typer.Option(help="age public key to encrypt it for; repeat for several.", metavar="age1…")
        ] = None,
        config: Config = None,
    ) -> None:
        """Copies everything while Wasl runs: database, media, vault, secrets, with a manifest of hashes."""
        installation = opened(compose, config, needs="store" if to else "secrets")  # a bucket wants its key
        made = compose.run(_backup(installation, to, one_file=one_file, recipients=tuple(recipient or ())))
        typer.echo(say("backed up", spoken(), path=made.path, files=made.files, size=made.size_bytes))
        if made.note:
            typer.secho(translated(made.note, spoken()), fg="yellow", err=True)

    @app.command()
    def restore(
        source: Annotated[Path, typer.Argument(help="A backup: the folder, or the file.", metavar="BACKUP")],
        identity: Annotated[Path | None, typer.Option(help="File with your age identity, for an encrypted one.", metavar="FILE")] = None,
        config: Config = None,
    ) -> None:
        """Puts a backup into the empty data folder of the settings, erases again what was erased since, and verifies itself."""
        settings = read_settings(config, needs="store")
        quiet_logs(settings)
        told = compose.put_back(settings, source, identity)
        language = spoken()
        typer.echo(say("put back", language, files=len(told["files"])))
        if not told["database"]:
            typer.secho(say("no database", language), fg="yellow", err=True)
            return
        again, verified = compose.run(_settle(compose.installation(settings)))
        typer.echo(say("settled", language, again=again, counts=counted(verified.counts, language)))
        for finding in verified.findings:
            what = translated(finding.what, language)
            typer.secho(say("finding", language, of=finding.of, where=finding.where, what=what), fg="red", err=True)
        if not verified.good:
            raise typer.Exit(EXIT_PROBLEM)


async def _backup(installation: Installation, to: Path | None, *, one_file: bool, recipients: tuple[str, ...]) -> "Backed":
    from wasl.domain.errors import SettingWrong

    moving = installation.moving
    async with installation.opened():
        if to is None:
            if moving.schedule is None:
                raise SettingWrong("name a folder for the backup, or set backup.to")
            return await moving.schedule.now()
        seal = moving.sealing(recipients or installation.settings.backup.recipients)
        if one_file or seal is not None:
            return await moving.back_up.sealed(to, seal=seal)
        return await moving.back_up.run(to)


async def _settle(installation: Installation) -> "tuple[int, Verified]":
    async with installation.opened():
        again = await installation.moving.erase.replay()
        return again, await installation.moving.verify.run()
