"""`wasl evidence`: the month's figure, the refusal suite, and the signed pack for a platform's reviewer."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wasl.cli.border import EXIT_PROBLEM
from wasl.cli.context import AsJson, Compose, Config, Installation, quiet_logs, read_settings
from wasl.cli.evidence_words import say
from wasl.cli.show import listed, table
from wasl.cli.tongue import spoken
from wasl.domain.errors import SettingWrong
from wasl.service.phrases import told as translated
from wasl.wire.isolate import figures_apart

if TYPE_CHECKING:
    from wasl.config import Settings
    from wasl.policy.month import Figure
    from wasl.service.try_suite import SuiteRun
    from wasl.service.write_pack import Wrote

SUITE_FROM = "+201000000000"
"""From where the suite pretends to write, unless told otherwise."""


def add(app: typer.Typer, compose: Compose) -> None:
    """Adds the command."""

    @app.command()
    def evidence(
        channel: Annotated[str | None, typer.Option(help="A channel's name.", metavar="NAME")] = None,
        month: Annotated[str | None, typer.Option(help="A month, as 2026-10.")] = None,
        to: Annotated[Path | None, typer.Option(help="The folder to write; evidence-NAME-MONTH when left out.", metavar="FOLDER")] = None,
        figure: Annotated[bool, typer.Option("--figure", help="Only make the month's figure and print it.")] = False,
        suite: Annotated[bool, typer.Option("--suite", help="Only put the refusal suite to the live configuration.")] = False,
        no_suite: Annotated[bool, typer.Option("--no-suite", help="Write the pack without running the suite.")] = False,
        origin: Annotated[str, typer.Option("--from", help="The number or account from which the suite pretends to write.")] = SUITE_FROM,
        verify: Annotated[Path | None, typer.Option(help="Check a pack: files, signature, figure.", metavar="FOLDER")] = None,
        before: Annotated[Path | None, typer.Option(help="With --verify: the pack of the month before.", metavar="FOLDER")] = None,
        recompute: Annotated[Path | None, typer.Option(help="Make a pack's figure again from the event log.", metavar="FOLDER")] = None,
        config: Config = None,
        as_json: AsJson = False,
    ) -> None:
        """Proves what the assistant was for in a month: writes a signed pack, checks one, or makes its figure again."""
        if verify is not None:
            _verify(verify, before=before, as_json=as_json)
            return
        settings = read_settings(config, needs="store" if figure or recompute is not None or no_suite else "secrets")
        quiet_logs(settings)
        if recompute is not None:
            _recompute(compose, settings, recompute)
        elif suite:
            _suite(compose, settings, _named(channel, "--channel"), origin=origin, as_json=as_json)
        elif figure:
            _figure(compose, settings, _named(channel, "--channel"), _named(month, "--month"), as_json=as_json)
        else:
            name, when = _named(channel, "--channel"), _named(month, "--month")
            folder = to or Path(f"evidence-{name}-{when}")
            _write(compose, settings, name, when, folder=folder, origin=None if no_suite else origin)


def _named(value: str | None, option: str) -> str:
    if not value:
        raise SettingWrong(f"say which: {option} is missing")
    return value


def _write(compose: Compose, settings: "Settings", channel: str, month: str, *, folder: Path, origin: str | None) -> None:
    run = compose.run(try_suite(compose, settings, channel, origin=origin)) if origin is not None else None
    wrote = compose.run(_written(compose.installation(settings), channel, month, folder=folder, run=run))
    from wasl.service.pack_page import lights

    language = spoken()
    typer.echo(say("wrote", language, files=wrote.files, folder=wrote.folder, light=lights(language)[wrote.light]))
    typer.echo(say("manifest", language, digest=wrote.manifest_sha256))
    if wrote.no_pdf:
        typer.echo(say("no pdf", language, why=translated(wrote.no_pdf, language)))
    typer.echo(say("read it", language))


async def _written(installation: Installation, channel: str, month: str, *, folder: Path, run: "SuiteRun | None") -> "Wrote":
    from datetime import UTC, datetime

    proving = installation.proving
    async with installation.opened():
        on = datetime.fromtimestamp(min(installation.clock.now_ms(), proving.figures.month(month).until_ms - 1) / 1000, tz=UTC).date()
        about = await proving.describe.about(channel, on=on)
        if run is not None:
            await _keep_suite(installation, run, month=month)
        return await proving.write_pack.run(channel, month, about=about, to=folder, suite=run)


async def try_suite(compose: Compose, settings: "Settings", channel: str, *, origin: str) -> "SuiteRun":
    """Puts the suite to an installation of its own, made from the same settings on a store that is thrown away."""
    import tempfile

    from wasl.config import Backup, Mail
    from wasl.config_drills import Drills
    from wasl.config_duties import Alarms
    from wasl.policy.shipped import shipped_suite
    from wasl.service.try_suite import TrySuite

    with tempfile.TemporaryDirectory(prefix="wasl-suite-") as folder:
        alone = settings.server.model_copy(update={"role": "all"})
        quiet = {"alarms": Alarms(), "mail": Mail(), "backup": Backup(), "drills": Drills()}  # what is tried reaches nobody
        apart = compose.installation(settings.model_copy(update={"data": Path(folder), "store": "", "server": alone, **quiet}))
        if channel not in apart.channels:
            raise SettingWrong(f"there is no channel {channel!r}; there are: {', '.join(sorted(apart.channels))}")
        async with apart.opened():
            await apart.learn.refresh()
            await apart.proving.learnt.refresh()
            keyless = all(candidate.keyless for candidate in apart.candidates)
            tries = TrySuite(answer=apart.worker.answer, store=apart.store, clock=apart.clock, keyless=keyless)
            return await tries.run(shipped_suite(), channel=channel, to=origin)


async def _keep_suite(installation: Installation, run: "SuiteRun", *, month: str) -> None:
    import msgspec

    from wasl.domain.evidence import EvidenceRecord

    clock = installation.clock
    body = msgspec.json.encode(run).decode()
    record = EvidenceRecord(id=clock.new_id(), kind="suite", channel=run.channel, month=month, at_ms=clock.now_ms(), body=body)
    await installation.store.evidence.keep(record)


def _suite(compose: Compose, settings: "Settings", channel: str, *, origin: str, as_json: bool) -> None:
    from dataclasses import asdict

    run = compose.run(try_suite(compose, settings, channel, origin=origin))
    if as_json:
        typer.echo(json.dumps(asdict(run), ensure_ascii=False))
        return
    from wasl.service.pack_page import names

    language = spoken()
    typer.echo(say("suite", language, prompts=run.prompts, kept=f"{run.kept:.1%}"))
    listed((f"{share:.1%}", names(language).get(name, name)) for name, share in run.shares.items())
    if run.keyless:
        typer.echo(say("keyless", language))
    for one in [one for one in run.tried if one.outcome == "general"][:10]:
        typer.echo(say("answered", language, question=one.question))


def _figure(compose: Compose, settings: "Settings", channel: str, month: str, *, as_json: bool) -> None:
    from wasl.service.pack_page import headline, names
    from wasl.service.write_pack import figure_json

    installation = compose.installation(settings)

    async def made() -> "Figure":
        async with installation.opened():
            return await installation.proving.figures.figure(channel, month)

    figure = compose.run(made())
    if as_json:
        typer.echo(json.dumps(figure_json(figure), ensure_ascii=False))
        return
    language = spoken()
    said = headline(figure, language=language)
    typer.echo(figures_apart(said) if language == "ar" else said)
    if figure.audit:
        rows = [(names(language).get(a.stratum, a.stratum), a.turns, a.drawn, a.looked, f"{a.general:g}") for a in figure.audit]
        table([say(word, language) for word in ("stratum", "turns", "drawn", "looked", "found general")], rows)


def _verify(folder: Path, *, before: Path | None, as_json: bool) -> None:
    from dataclasses import asdict

    from wasl.net.signing import is_signed
    from wasl.service.check_pack import verify_pack

    found = verify_pack(folder, is_signed=is_signed, before=before)
    if as_json:
        typer.echo(json.dumps(asdict(found), ensure_ascii=False))
    else:
        language = spoken()
        typer.echo(say("pack", language, channel=found.channel, month=found.month, files=found.files, key=found.public_key))
        typer.echo(say("chain", language, digest=found.manifest_sha256, previous=found.previous or say("first", language)))
        for line in found.wrong:
            typer.echo(f"- {translated(line, language)}")
        if not found.wrong:
            typer.echo(say("whole", language))
    if found.wrong:
        raise typer.Exit(EXIT_PROBLEM)


def _recompute(compose: Compose, settings: "Settings", folder: Path) -> None:
    from wasl.service.check_pack import recompute_pack

    installation = compose.installation(settings)

    async def made() -> list[str]:
        async with installation.opened():
            return await recompute_pack(folder, figures=installation.proving.figures)

    wrong = compose.run(made())
    for line in wrong:
        typer.echo(f"- {translated(line, spoken())}")
    if wrong:
        typer.echo(say("moved", spoken()))
        raise typer.Exit(EXIT_PROBLEM)
    typer.echo(say("same", spoken()))
