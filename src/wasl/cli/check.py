"""`wasl check` and `wasl connect`: is everything right, and do the platforms know where we are."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from wasl.cli.border import EXIT_PROBLEM
from wasl.cli.context import AsJson, Compose, Config, Installation, quiet_logs, read_settings
from wasl.cli.operating_words import say
from wasl.cli.show import moment
from wasl.cli.tongue import spoken
from wasl.service.phrases import told as translated
from wasl.wire.isolate import set_apart
from wasl.wire.plural import so_many

if TYPE_CHECKING:
    from wasl.config import Settings
    from wasl.ports.channel import Finding
    from wasl.service.check import Checked


def add(app: typer.Typer, compose: Compose) -> None:
    """Adds the commands."""

    @app.command()
    def check(config: Config = None, as_json: AsJson = False) -> None:
        """Tries settings, keys, hooks, clock, disk and documents, and says for each problem what to do."""
        settings = read_settings(config, needs="store")  # what is missing is a finding, and the rest is looked at all the same
        quiet_logs(settings)
        lines = _everything(compose, settings)
        problems = sum(not line.finding.good for line in lines)
        if as_json:
            shown = [{"area": c.area, "good": c.finding.good, "what": c.finding.what, "do": c.finding.do} for c in lines]
            typer.echo(json.dumps({"good": not problems, "findings": shown}, ensure_ascii=False))
        else:
            for line in lines:
                _print(line.area, line.finding)
            typer.echo("\n" + say("to mend" if problems else "right", spoken(), number=problems))
        if problems:
            raise typer.Exit(EXIT_PROBLEM)

    @app.command()
    def connect(
        channel: Annotated[str, typer.Argument(help="The channel's name; every channel when left out.")] = "",
        config: Config = None,
    ) -> None:
        """Tells the platforms where this server's hooks are, where they can be told."""
        settings = read_settings(config)
        quiet_logs(settings)
        findings = compose.run(_connect(compose.installation(settings), only=channel, hook_path=compose.hook_path))
        for name, finding in findings:
            _print(f"channels.{name}", finding)
        if any(not finding.good for _, finding in findings):
            raise typer.Exit(EXIT_PROBLEM)


def _everything(compose: Compose, settings: "Settings") -> "Sequence[Checked]":
    """Looks at everything; where the data or the store cannot be used, nothing else can be looked at."""
    from wasl.domain.errors import StoreDown
    from wasl.service.check import bad, data_folder

    folder = data_folder(settings)
    if any(not line.finding.good for line in folder):
        return folder
    installation = compose.installation(settings)
    try:
        return [*compose.run(_check(installation, hook_path=compose.hook_path)), _rules(installation), *_scope(installation)]
    except StoreDown as error:
        return [*folder, bad("store", error.message, "start the database, or mend `store` in wasl.toml")]


def _rules(installation: Installation) -> "Checked":
    """Says which rulebook is in force: files that are wrong are a finding, with what Wasl does meanwhile."""
    from wasl.service.check import bad, good

    rules = installation.rules
    book = rules.book
    if rules.wrong is None:
        return good("rules", f"{so_many(len(book.known_on()), 'rule')}, version {book.digest}")
    meanwhile = (
        "Wasl does not start until then, as no earlier rulebook is known here"
        if rules.recalled_ms is None
        else f"meanwhile the last good rulebook stays in force, version {book.digest} of {moment(rules.recalled_ms)}"
    )
    return bad("rules", rules.wrong.message, f"mend it, and look again with `wasl rules add FILE`; {meanwhile}")


def _scope(installation: Installation) -> "list[Checked]":
    """Reads the scope file, and says which channels want one: without it nobody may be refused anything there."""
    from wasl.domain.errors import SettingWrong
    from wasl.policy.act import Act, TurnPurpose
    from wasl.policy.primary import rule_against_general
    from wasl.service.check import bad, good
    from wasl.service.learn_purpose import scope_in

    file = installation.settings.scope.file
    if file.exists():
        try:
            scope = scope_in(file)
        except SettingWrong as error:
            return [bad("scope", error.message, "mend it; until then the last good scope is used, or none")]
        return [
            good("scope", f"{scope.name!r}, {so_many(len(scope.examples), 'example')}, version {scope.version}; see `wasl scope check`")
        ]
    if (rules := installation.rules).wrong is not None and rules.recalled_ms is None:
        return []  # told by the rules' own line
    book = rules.book
    now, general = installation.clock.now_ms(), TurnPurpose(label="general")
    acts = {name: Act(channel=channel.kind, at_ms=now, purpose=general) for name, channel in installation.channels.items()}
    strict = sorted(name for name, act in acts.items() if rule_against_general(book, act) is not None)
    if not strict:
        return []
    what = f"the rules of {', '.join(strict)} forbid general assistants, and there is no scope file: general requests are answered there"
    return [bad("scope", what, "write what your assistant is for with `wasl scope init`")]


async def _check(installation: Installation, *, hook_path: str) -> "Sequence[Checked]":
    from wasl.service.check import Check

    i = installation
    async with i.opened(ruled=False):  # everything else is looked at all the same
        return await Check(
            settings=i.settings,
            store=i.store,
            network=i.network,
            clock=i.clock,
            channels=i.channels,
            providers=i.providers,
            candidates=i.candidates,
            learn=i.learn,
            hook_path=hook_path,
            wording=i.proving.describe.lint(),
            unpriced=i.reckon.unpriced(i.candidates),
        ).everything()


async def _connect(installation: Installation, *, only: str, hook_path: str) -> "list[tuple[str, Finding]]":
    from wasl.domain.errors import SettingWrong
    from wasl.ports.channel import Finding, Local
    from wasl.service.connect import subscribe

    public = installation.settings.server.public_url
    if not public:
        raise SettingWrong("server.public_url is not set; the platforms must be told an address that they can reach")
    channels = {n: c for n, c in installation.channels.items() if (not only and not isinstance(c, Local)) or n == only}
    if not channels:
        raise SettingWrong(f"there is no channel {only!r}" if only else "no channel with a platform is set; add one with `wasl init`")
    found: list[tuple[str, Finding]] = []
    async with installation.opened():
        for name, channel in channels.items():
            url = public.rstrip("/") + hook_path + name
            told = await subscribe(channel, hook_url=url, network=installation.network)
            by_hand = Finding(good=True, what=f"write {url} where the platform asks for the webhook's address")
            found += [(name, finding) for finding in told or (by_hand,)]
    return found


def _print(area: str, finding: "Finding") -> None:
    mark, colour = ("✓", "green") if finding.good else ("✗", "red")
    typer.secho(mark, fg=colour, nl=False)
    language = spoken()
    typer.echo(f" {area}: {set_apart(translated(finding.what, language))}")
    if not finding.good and finding.do:
        typer.echo(f"    → {set_apart(translated(finding.do, language))}")
