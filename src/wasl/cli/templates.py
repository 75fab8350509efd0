"""`wasl templates`: what platforms say of the messages that they approve beforehand."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wasl.cli.context import AsJson, Compose, Config, Installation, quiet_logs, read_settings
from wasl.cli.show import moment, table
from wasl.cli.template_words import words
from wasl.cli.tongue import spoken

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wasl.domain.listing import ListedTemplate


def add(app: typer.Typer, compose: Compose) -> None:
    """Adds the command."""

    @app.command()
    def templates(
        refresh: Annotated[bool, typer.Option("--refresh", help="Ask the platforms now; else what is known is shown.")] = False,
        config: Config = None,
        as_json: AsJson = False,
    ) -> None:
        """Lists the templates of every channel's account: which are approved, and which may carry an answer when a window is shut."""
        settings = read_settings(config, needs="secrets" if refresh else "store")
        quiet_logs(settings)
        say = words(spoken())
        found = compose.run(_listed(compose.installation(settings), refresh=refresh))
        if as_json:
            typer.echo(json.dumps(found, ensure_ascii=False))
        elif not found:
            typer.echo(say["none"])
        else:
            rows = [(t["channel"], t["name"], t["language"], t["category"], t["status"], _use(t, say), t["told"]) for t in found]
            table((say["channel"], say["name"], say["language"], say["category"], say["status"], say["answers"], say["told"]), rows)


async def _listed(installation: Installation, *, refresh: bool) -> list[dict[str, Any]]:
    async with installation.opened():
        keep = installation.duties.templates
        if keep is None:
            return []
        if refresh:
            for name in keep.asked_of():
                await keep.refresh(name)
        return _plain(await keep.known(), chosen={n: p.templates for n, p in installation.settings.deployment.by_channel.items()})


def _plain(known: "Mapping[str, Sequence[ListedTemplate]]", *, chosen: "Mapping[str, Sequence[Any]]") -> list[dict[str, Any]]:
    return [
        {
            "channel": channel,
            "name": one.name,
            "language": one.language,
            "category": one.category,
            "status": one.status,
            "carries": one.carries,
            "chosen": any(c.name == one.name and c.language in ("", one.language) for c in chosen.get(channel, ())),
            "told": moment(one.told_ms),
        }
        for channel, listed in known.items()
        for one in listed
    ]


def _use(told: dict[str, Any], say: "Mapping[str, str]") -> str:
    if not told["chosen"]:
        return say["not chosen"] if told["carries"] else ""
    return say["taken"] if told["status"] == "approved" and told["carries"] else say["not taken"]
